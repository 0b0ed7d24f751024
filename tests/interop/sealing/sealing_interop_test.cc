// Our headers, payloads and signatures against `age` and `openssl cms`, in both directions: a
// recipient without this suite must be able to open and to verify with these two alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_key.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/cades.h"
#include "common/sealing/signer_trust.h"
#include "tests/testing/read_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IssuedCertificate;
using ::comity::testing::TempDirectory;
using ::comity::testing::TestCa;
using ::comity::testing::WriteFile;

constexpr char kSender[] = "spiffe://agency.example/agency/national-member/fr/desk-1";

using comity::testing::Read;

class SealingInteropTest : public ::testing::Test {
 protected:
  // Runs a command line in the folder; whether it succeeded. What it says is kept in `output`.
  bool Run(absl::string_view command) {
    const std::string line =
        absl::StrCat("cd '", folder_.path(), "' && ( ", command, " ) >output 2>&1");
    const bool good = std::system(line.c_str()) == 0;  // NOLINT(cert-env33-c): a test's own tools.
    output_ = Read(folder_ / "output");
    return good;
  }

  std::string File(absl::string_view name) { return Read(folder_ / std::string(name)); }
  void Write(absl::string_view name, absl::string_view content) {
    WriteFile(folder_ / std::string(name), content);
  }

  std::string Seal(const crypto::Secret& file_key, absl::string_view plaintext) {
    std::string payload;
    const auto sink = [&](absl::string_view part) {
      payload.append(part.data(), part.size());
      return absl::OkStatus();
    };
    PayloadSealer sealer(file_key, NewPayloadNonce());
    EXPECT_THAT(sealer.Write(plaintext, sink), IsOk());
    EXPECT_THAT(sealer.Finish(sink), IsOk());
    return payload;
  }

  absl::StatusOr<std::string> Open(absl::string_view file, const AgeIdentity& identity) {
    const auto file_key = OpenHeader(file, identity);
    if (!file_key.ok()) return file_key.status();
    std::string plaintext;
    const auto sink = [&](absl::string_view part) {
      plaintext.append(part.data(), part.size());
      return absl::OkStatus();
    };
    PayloadOpener opener(*file_key);
    const absl::Status status = opener.Write(file.substr(ParseHeader(file)->size), sink);
    if (!status.ok()) return status;
    const absl::Status finished = opener.Finish(sink);
    if (!finished.ok()) return finished;
    return plaintext;
  }

  TempDirectory folder_;
  std::string output_;
};

TEST_F(SealingInteropTest, AgeOpensEveryHeaderOverTheOnePayload) {
  const AgeIdentity one = AgeIdentity::Generate();
  const AgeIdentity two = AgeIdentity::Generate();
  Write("one.key", one.ToFile().view());
  Write("two.key", two.ToFile().view());
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 300'000U}) {
    const std::string plaintext = crypto::RandomBytes(size);
    const crypto::Secret file_key = NewFileKey();
    const std::string payload = Seal(file_key, plaintext);
    for (const auto& [name, identity] : {std::pair{"one", &one}, {"two", &two}}) {
      Write("sealed.age", absl::StrCat(MakeHeader(file_key, identity->recipient()), payload));

      ASSERT_TRUE(Run(absl::StrCat("age -d -i ", name, ".key -o opened sealed.age"))) << output_;

      EXPECT_EQ(File("opened"), plaintext) << size;
    }
    EXPECT_FALSE(Run("age -d -i one.key -o opened sealed.age"));
  }
}

TEST_F(SealingInteropTest, WeOpenWhatAgeSealed) {
  ASSERT_TRUE(Run("age-keygen -o age.key && age-keygen -y age.key >recipient")) << output_;
  const auto identity = AgeIdentity::ParseFile(File("age.key"));
  ASSERT_THAT(identity, IsOk());
  const std::string text = File("recipient");
  EXPECT_EQ(absl::StrCat(identity->recipient().ToString(), "\n"), text);
  const std::string other = AgeIdentity::Generate().recipient().ToString();
  for (const std::size_t size : {0U, 1U, 65'536U, 65'537U, 200'000U}) {
    const std::string plaintext = crypto::RandomBytes(size);
    Write("plain", plaintext);

    // Among other recipients too, though our own headers have one.
    ASSERT_TRUE(Run(absl::StrCat("age -r ", other, " -r \"$(cat recipient)\" -o sealed.age plain")))
        << output_;

    EXPECT_THAT(Open(File("sealed.age"), *identity), testing::IsOkAndHolds(plaintext));
  }
}

TEST_F(SealingInteropTest, AgeAndWeRefuseTheSameChanges) {
  const AgeIdentity identity = AgeIdentity::Generate();
  Write("key", identity.ToFile().view());
  const crypto::Secret file_key = NewFileKey();
  const std::string file = absl::StrCat(MakeHeader(file_key, identity.recipient()),
                                        Seal(file_key, std::string(70'000, 'a')));
  for (const std::size_t at : {std::size_t{3}, std::size_t{40}, std::size_t{80}, std::size_t{140},
                               std::size_t{170}, std::size_t{1000}, file.size() - 1}) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    Write("changed.age", changed);

    EXPECT_FALSE(Run("age -d -i key changed.age")) << at;
    EXPECT_FALSE(Open(changed, identity).ok()) << at;
  }
}

class CadesInteropTest : public SealingInteropTest {
 protected:
  CadesInteropTest() {
    Write("root.pem", ca_.root_pem());
    Write("leaf.pem", issued_.leaf_pem);
    Write("chain.pem", issued_.chain_pem);
    Write("key.pem", issued_.key_pem);
    Write("document", data_);
  }

  absl::StatusOr<VerifiedSignature> Verify(absl::string_view signature) {
    const identity::ChainVerifier verifier(testing::MakeBundles({ca_.Bundle({"agency"})}));
    return VerifySignature(data_, signature, TrustedBy(&verifier, absl::Now()));
  }

  TestCa ca_{"agency.example"};
  IssuedCertificate issued_ = ca_.IssueSigning(kSender);
  std::string data_ = crypto::RandomBytes(100'000);
};

constexpr char kOpensslVerify[] =
    "openssl cms -verify -cades -binary -inform DER -in signature -content document "
    "-CAfile root.pem -purpose any -out /dev/null";

TEST_F(CadesInteropTest, OpensslVerifiesOurSignature) {
  const auto signer = Signer::FromPem(issued_.certificate_pem(), issued_.key_pem);
  ASSERT_THAT(signer, IsOk());
  Write("signature", *signer->Sign(data_, absl::Now()));

  EXPECT_TRUE(Run(kOpensslVerify)) << output_;
  // Our signing certificates have the purpose that it asks for when nothing is said.
  EXPECT_TRUE(
      Run("openssl cms -verify -cades -binary -inform DER -in signature "
          "-content document -CAfile root.pem -out /dev/null"))
      << output_;
  Write("document", absl::StrCat(data_, "x"));
  EXPECT_FALSE(Run(kOpensslVerify));
}

TEST_F(CadesInteropTest, WeVerifyTheSignatureOfOpenssl) {
  for (const char* digest : {"sha256", "sha384", "sha512"}) {
    ASSERT_TRUE(Run(absl::StrCat("openssl cms -sign -cades -binary -outform DER -md ", digest,
                                 " -in document -signer leaf.pem -inkey key.pem "
                                 "-certfile chain.pem -out signature")))
        << output_;

    const auto verified = Verify(File("signature"));

    ASSERT_THAT(verified, IsOk()) << digest;
    EXPECT_EQ(verified->spiffe_id, kSender);
  }
}

TEST_F(CadesInteropTest, WeRefuseWhatIsNotOurFormOfSignature) {
  const std::string sign =
      "openssl cms -sign -binary -outform DER -in document -signer leaf.pem -inkey key.pem "
      "-certfile chain.pem -out signature ";
  int made = 0;
  for (const char* options : {
           "",                  // Not CAdES: no signing-certificate attribute.
           "-cades -nodetach",  // The data inside.
           "-cades -nocerts",   // No certificate.
           "-cades -md sha1",   // A digest that is broken.
           "-cades -md sha224", "-cades -noattr", "-cades -econtent_type 1.2.840.113549.1.9.16.1.4",
           "-cades -signer leaf.pem -inkey key.pem",  // Two signers.
       }) {
    if (!Run(absl::StrCat(sign, options))) continue;  // OpenSSL itself may refuse to make it.
    ++made;
    EXPECT_THAT(Verify(File("signature")),
                FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"))
        << options;
  }
  EXPECT_GE(made, 6);
}

}  // namespace
}  // namespace comity::sealing
