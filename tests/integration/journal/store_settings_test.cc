// Which keys sign a service's ledger, and who must cosign it, as its configuration says.

#include "common/service/store_settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/crypto/ed25519.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/cosignature.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/storage/files.h"
#include "common/time/clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::service {
namespace {

using testing::FailsWith;
using testing::IsOk;

class StoreSettingsTest : public ::testing::Test {
 protected:
  StoreSettingsTest() {
    for (const char name : {'a', 'b'}) {
      EXPECT_THAT(storage::WriteFileAtomically(root_ / std::string(1, name), std::string(32, name)),
                  IsOk());
    }
  }

  // What is read of the section [ledger] with `more` in it.
  absl::StatusOr<StoreSettings> Read(const std::string& more) const {
    const auto config = config::Config::Parse(
        absl::StrCat("[storage]\ndirectory = \"d\"\nexpiry_keys = \"e\"\npage_token_key = \"p\"\n",
                     "[ledger]\norigin = \"log/1\"\npublication = \"c\"\nkey = \"a\"\n", more),
        root_ / "config.toml", [](const std::string&) { return std::optional<std::string>(); });
    EXPECT_THAT(config, IsOk());
    return StoreSettings::Read(*config);
  }

  absl::StatusOr<ledger::NoteSigner> Signer(const std::string& more) const {
    const auto settings = Read(more);
    EXPECT_THAT(settings, IsOk());
    return settings->LedgerSigner();
  }

  const testing::TempDirectory root_;
};

TEST_F(StoreSettingsTest, OneKeySignsUnlessANextOneIsNamed) {
  const auto one = Signer("");
  const auto both = Signer("next_key = \"b\"\n");

  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(both, IsOk());
  EXPECT_EQ(one->verifiers().size(), 1U);
  ASSERT_EQ(both->verifiers().size(), 2U);
  EXPECT_EQ(both->verifiers()[0].vkey(), one->vkey());
  EXPECT_EQ(both->verifiers()[1].name(), "log/1");
}

TEST_F(StoreSettingsTest, ANextKeyMustBeThereAndAnother) {
  EXPECT_THAT(Signer("next_key = \"a\"\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "KEY_REPEATED"));
  EXPECT_THAT(Signer("next_key = \"none\"\n"),
              FailsWith(absl::StatusCode::kNotFound, "KEY_FILE_UNREADABLE"));
}

// The witnesses a, b and c of `witnesses` in a configuration.
class WitnessSettingsTest : public StoreSettingsTest {
 protected:
  static constexpr char kFolder[] = "cosignatures = \"cosigned\"\n";

  static ledger::CosignatureSigner Witness(char name) {
    return *ledger::CosignatureSigner::Create(absl::StrCat(std::string(1, name), ".example"),
                                              *crypto::Ed25519Key::FromSeed(std::string(32, name)));
  }
  static std::string Witnesses(const std::vector<std::string>& vkeys) {
    std::string list;
    for (const std::string& vkey : vkeys) absl::StrAppend(&list, "\"", vkey, "\", ");
    return absl::StrCat("witnesses = [", list, "]\n");
  }
  static std::string AllThree() {
    return Witnesses({Witness('a').vkey(), Witness('b').vkey(), Witness('c').vkey()});
  }

  // Whether a journal with `more` in [ledger] publishes a checkpoint that `names` have cosigned.
  absl::Status Published(const std::string& more, const std::string& names) const {
    const auto settings = Read(more);
    EXPECT_THAT(settings, IsOk());
    const auto options = settings->JournalOptions(&SystemClock(), nullptr);
    EXPECT_THAT(options, IsOk());
    if (!options->cosignatures) return absl::OkStatus();
    const std::string note =
        *ledger::SignCheckpoint({.origin = "log/1", .size = 3}, *options->signer);
    const std::string text = ledger::FormatCheckpoint({.origin = "log/1", .size = 3});
    const std::string folder = root_ / "cosigned";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    for (const char name : names) {
      const ledger::CosignatureSigner witness = Witness(name);
      EXPECT_THAT(storage::WriteFileAtomically(
                      ledger_files::CosignatureFolder::FileOf(folder, witness.verifier()),
                      witness.Line(text, absl::Now())),
                  IsOk());
    }
    return options->cosignatures->Collect(note).status();
  }
};

TEST_F(WitnessSettingsTest, WithoutWitnessesNobodyIsWaitedFor) {
  EXPECT_THAT(Published("", ""), IsOk());
  EXPECT_THAT(Published(kFolder, ""), IsOk());
}

TEST_F(WitnessSettingsTest, AllOfThemMustCosignUnlessAQuorumIsNamed) {
  const std::string all = AllThree() + kFolder;
  const std::string two = all + "witness_quorum = 2\n";

  EXPECT_THAT(Published(all, "ab"), FailsWith(absl::StatusCode::kUnavailable, "WITNESSES_MISSING"));
  EXPECT_THAT(Published(all, "abc"), IsOk());
  EXPECT_THAT(Published(two, "c"), FailsWith(absl::StatusCode::kUnavailable, "WITNESSES_MISSING"));
  EXPECT_THAT(Published(two, "cx"), FailsWith(absl::StatusCode::kUnavailable, "WITNESSES_MISSING"));
  EXPECT_THAT(Published(two, "ca"), IsOk());
}

TEST_F(WitnessSettingsTest, WhatCannotBeMeantIsRefused) {
  const std::string a = Witness('a').vkey();
  std::vector<std::string> many;
  for (char name = 'a'; name <= 'z'; ++name) {
    many.push_back(Witness(name).vkey());
    many.push_back(Witness(static_cast<char>(name - 'a' + 'A')).vkey());
  }
  for (const std::string& wrong : std::vector<std::string>{
           AllThree(),
           AllThree() + kFolder + "witness_quorum = 0\n",
           AllThree() + kFolder + "witness_quorum = 4\n",
           absl::StrCat(kFolder, "witness_quorum = 1\n"),
           Witnesses({a, a}) + kFolder,
           Witnesses({"a.example"}) + kFolder,
           Witnesses({Signer("")->vkey()}) + kFolder,
           Witnesses(many) + kFolder,
       }) {
    EXPECT_THAT(Read(wrong), FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID"))
        << wrong;
  }
}

}  // namespace
}  // namespace comity::service
