#include "common/ledger/note.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/crypto/encoding.h"
#include "tests/testing/status_matchers.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

// The example in the documentation of Go's package for signed notes.
constexpr absl::string_view kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr absl::string_view kVkey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr absl::string_view kSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr absl::string_view kLine =
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

std::string Example() { return absl::StrCat(kText, "\n", kLine); }

NoteSigner Signer(absl::string_view name, char seed) {
  return *NoteSigner::Create(name, *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
}

auto Malformed() { return FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_MALFORMED"); }

TEST(NoteTest, TheExampleOfGoIsSignedByteForByte) {
  const auto key = crypto::Ed25519Key::FromSeed(crypto::FromBase64(kSeed)->substr(1));
  const auto signer = NoteSigner::Create("PeterNeumann", *key);

  ASSERT_THAT(signer, IsOk());
  EXPECT_EQ(signer->vkey(), kVkey);
  EXPECT_EQ(*signer->Sign(kText), Example());
}

TEST(NoteTest, TheExampleOfGoVerifies) {
  const auto verifier = NoteVerifier::FromVkey(kVkey);
  ASSERT_THAT(verifier, IsOk());
  EXPECT_EQ(verifier->name(), "PeterNeumann");
  EXPECT_EQ(verifier->key_id(), 0xc74f20a3u);
  EXPECT_EQ(verifier->vkey(), kVkey);

  const auto note = ParseNote(Example());

  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->text, kText);
  EXPECT_THAT(VerifyNote(*note, {*verifier}), IsOk());
}

TEST(NoteTest, EveryChangedByteOfANoteIsSeen) {
  const auto verifier = NoteVerifier::FromVkey(kVkey);
  const std::string original = Example();
  for (std::size_t i = 0; i < original.size(); ++i) {
    for (const int mask : {0x01, 0x20, 0x80}) {
      std::string changed = original;
      changed[i] = static_cast<char>(changed[i] ^ mask);

      const auto note = ParseNote(changed);

      EXPECT_FALSE(note.ok() && VerifyNote(*note, {*verifier}).ok()) << i;
    }
  }
}

TEST(NoteTest, ATextMayHaveBlankLinesOfItsOwn) {
  const NoteSigner signer = Signer("example", 'a');
  const auto message = signer.Sign("one\n\ntwo\n\n");

  const auto note = ParseNote(*message);

  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->text, "one\n\ntwo\n\n");
  EXPECT_THAT(VerifyNote(*note, {signer.verifier()}), IsOk());
}

TEST(NoteTest, CosigningKeepsTheOtherSignatures) {
  const NoteSigner log = Signer("log", 'l');
  const NoteSigner witness = Signer("witness", 'w');
  const auto message = log.Sign("text\n");

  const auto cosigned = witness.Cosign(*message);

  ASSERT_THAT(cosigned, IsOk());
  EXPECT_EQ(cosigned->substr(0, message->size()), *message);
  const auto note = ParseNote(*cosigned);
  ASSERT_EQ(note->signatures.size(), 2u);
  EXPECT_THAT(VerifyNote(*note, {log.verifier()}), IsOk());
  EXPECT_THAT(VerifyNote(*note, {witness.verifier()}), IsOk());
  EXPECT_THAT(VerifyNote(*note, {log.verifier(), witness.verifier()}), IsOk());
}

TEST(NoteTest, TwoKeysOfOneNameSignAndEitherIsEnough) {
  const NoteSigner old = Signer("log", 'l');
  const NoteSigner next = Signer("log", 'n');
  const auto both = old.With(*crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  ASSERT_THAT(both, IsOk());

  const std::string message = *both->Sign("text\n");

  const auto note = ParseNote(message);
  ASSERT_THAT(note, IsOk());
  ASSERT_EQ(note->signatures.size(), 2u);
  EXPECT_EQ(message.substr(0, message.rfind("\u2014")), *old.Sign("text\n"));
  EXPECT_THAT(VerifyNote(*note, old.verifiers()), IsOk());
  EXPECT_THAT(VerifyNote(*note, next.verifiers()), IsOk());
  EXPECT_THAT(VerifyNote(*note, both->verifiers()), IsOk());
  EXPECT_THAT(VerifyNote(*note, Signer("log", 'x').verifiers()),
              FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_NOT_SIGNED"));
}

TEST(NoteTest, BothKeysTakeAnotherNameTogether) {
  const auto both = Signer("log/1", 'l').With(*crypto::Ed25519Key::FromSeed(std::string(32, 'n')));

  const auto renamed = both->Renamed("log/2");

  ASSERT_THAT(renamed, IsOk());
  const auto note = ParseNote(*renamed->Sign("text\n"));
  EXPECT_THAT(VerifyNote(*note, Signer("log/2", 'l').verifiers()), IsOk());
  EXPECT_THAT(VerifyNote(*note, Signer("log/2", 'n').verifiers()), IsOk());
}

TEST(NoteTest, AKeyDoesNotSignTwice) {
  EXPECT_THAT(Signer("log", 'l').With(*crypto::Ed25519Key::FromSeed(std::string(32, 'l'))),
              FailsWith(absl::StatusCode::kInvalidArgument, "KEY_REPEATED"));
}

TEST(NoteTest, ANoteSignedByStrangersOnlyIsNotSigned) {
  const auto note = ParseNote(*Signer("log", 'l').Sign("text\n"));

  const auto not_signed = FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_NOT_SIGNED");
  EXPECT_THAT(VerifyNote(*note, {}), not_signed);
  EXPECT_THAT(VerifyNote(*note, {Signer("log", 'x').verifier()}), not_signed);
  EXPECT_THAT(VerifyNote(*note, {Signer("lug", 'l').verifier()}), not_signed);
}

TEST(NoteTest, AWrongSignatureOfATrustedKeyRefusesTheNoteWhateverElseIsRight) {
  const NoteSigner log = Signer("log", 'l');
  const NoteSigner witness = Signer("witness", 'w');
  const std::string message = *log.Sign("text\n");
  const std::string other = *witness.Sign("other\n");
  const auto note = ParseNote(absl::StrCat(message, other.substr(other.find("\u2014"))));

  ASSERT_THAT(note, IsOk());
  EXPECT_THAT(VerifyNote(*note, {log.verifier()}), IsOk());
  EXPECT_THAT(VerifyNote(*note, {log.verifier(), witness.verifier()}),
              FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_SIGNATURE_INVALID"));
}

TEST(NoteTest, WhatIsNotExactlyANoteIsRefused) {
  const std::string line(kLine);
  const std::string em_dash = "\u2014";
  for (const std::string& bad : std::vector<std::string>{
           "",
           "\n",
           "text\n",
           "text\n\n",
           "text\n" + line,
           "text\n\n" + line.substr(0, line.size() - 1),
           "text\n\n" + line + "\n",
           "text\n\n-" + line.substr(em_dash.size()),
           "text\n\n" + em_dash + line.substr(em_dash.size() + 1),
           "text\n\n" + em_dash + "  AAAAAAA=\n",
           "text\n\n" + em_dash + " name\n",
           "text\n\n" + em_dash + " name \n",
           "text\n\n" + em_dash + " na+me AAAAAAA=\n",
           "text\n\n" + em_dash + " na\u2003me AAAAAAA=\n",
           "text\n\n" + em_dash + " name AAAAAA==\n",
           "text\n\n" + em_dash + " name AAAAAAB=\n",
           "text\n\n" + em_dash + " name AAAAAAA\n",
           "text\n\n" + em_dash + " name AAAAAAA= \n",
           "te\rxt\n\n" + line,
           "te\tt\n\n" + line,
           std::string("te\0t\n\n", 6) + line,
           "te\xffxt\n\n" + line,
           "te\xed\xa0\x80xt\n\n" + line,
           "te\xc0\x80xt\n\n" + line,
           "te\xf4\x90\x80\x80xt\n\n" + line,
       }) {
    EXPECT_THAT(ParseNote(bad), Malformed()) << bad;
  }
  EXPECT_THAT(ParseNote("text\n\n" + em_dash + " name AAAAAAA=\n"), IsOk());
}

TEST(NoteTest, NotesBeyondTheLimitsAreRefused) {
  const std::string line(kLine);
  std::string signatures;
  for (std::size_t i = 0; i < kMaxNoteSignatures; ++i) signatures += line;

  EXPECT_THAT(ParseNote("text\n\n" + signatures), IsOk());
  EXPECT_THAT(ParseNote("text\n\n" + signatures + line), Malformed());
  EXPECT_THAT(ParseNote(std::string(kMaxNoteSize, 'x') + "\n\n" + line), Malformed());
}

TEST(NoteTest, SignRefusesATextThatIsNotOne) {
  const NoteSigner signer = Signer("log", 'l');

  for (const absl::string_view bad : {"", "text", "te\rxt\n", "te\xff\n"}) {
    EXPECT_THAT(signer.Sign(bad), Malformed());
    EXPECT_THAT(signer.Cosign(bad), Malformed());
  }
}

TEST(NoteTest, NamesThatBreakTheFormAreRefused) {
  const auto key = crypto::Ed25519Key::FromSeed(std::string(32, 'k'));
  for (const absl::string_view bad : {"", "a b", "a+b", "a\nb", "a\u00a0b", "a\xff"}) {
    EXPECT_THAT(NoteSigner::Create(bad, *key),
                FailsWith(absl::StatusCode::kInvalidArgument, "KEY_NAME_INVALID"));
  }
}

TEST(NoteTest, VkeysThatAreNotExactlyOneAreRefused) {
  const std::string good(kVkey);
  for (const std::string& bad : std::vector<std::string>{
           "",
           "PeterNeumann",
           "PeterNeumann+c74f20a3",
           absl::StrReplaceAll(good, {{"Peter", "Pater"}}),
           absl::StrReplaceAll(good, {{"c74f", "C74F"}}),
           absl::StrReplaceAll(good, {{"c74f20a3", "c74f20a"}}),
           absl::StrReplaceAll(good, {{"+ARpc", "+BRpc"}}),
           good + "A",
           good + "\n",
       }) {
    EXPECT_THAT(NoteVerifier::FromVkey(bad),
                FailsWith(absl::StatusCode::kInvalidArgument, "VKEY_MALFORMED"))
        << bad;
  }
}

}  // namespace
}  // namespace comity::ledger
