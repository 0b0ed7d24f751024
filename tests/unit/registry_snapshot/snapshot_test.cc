#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/registry_snapshot/snapshot_files.h"
#include "common/registry_snapshot/snapshot_folder.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_snapshot.h"

namespace comity::registry_snapshot {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::FlipByte;
using ::comity::testing::IsOk;
using ::comity::testing::TestSnapshot;
using ::comity::testing::WriteSnapshot;

namespace fs = std::filesystem;

constexpr char kFacts[] = "{\"partner\":{\"name\":\"partners/georgia\"}}\n{}\n";
constexpr char kRegistry[] = "spiffe://agency.example/service/partner-registry";

std::string Content(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

class SnapshotTest : public ::testing::Test {
 protected:
  void Write(const TestSnapshot& says = {}, const std::string& signer = kRegistry) {
    WriteSnapshot(folder_, kFacts, says, agency_.IssueSigning(signer));
  }
  absl::StatusOr<VerifiedSnapshot> Verify(absl::Time at = absl::Now()) {
    return VerifyFolder(folder_, SignedByARegistryUnder(agency_.root_pem(), at), at);
  }

  testing::TestCa agency_{"agency.example"};
  const testing::TempDirectory temporary_;
  const std::string folder_ = temporary_ / "snapshot";
};

TEST_F(SnapshotTest, WhatTheRegistrySignedIsGoodWithTheRootAlone) {
  Write({.revision = 7});
  const auto verified = Verify();
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->signer, kRegistry);
  EXPECT_EQ(verified->statement.revision, 7);
  EXPECT_EQ(verified->facts, kFacts);
}

TEST_F(SnapshotTest, AByteChangedInAnyFileIsNoticed) {
  for (const char* const file : {kFactsFile, kStatementFile, kSignatureFile}) {
    Write();
    ASSERT_THAT(Verify(), IsOk());
    FlipByte(folder_ + "/" + file);
    EXPECT_FALSE(Verify().ok()) << file;
  }
  Write();
  FlipByte(folder_ + "/" + kFactsFile);
  EXPECT_THAT(Verify(), FailsWith(absl::StatusCode::kDataLoss, "SNAPSHOT_FACTS_DIFFER"));
}

TEST_F(SnapshotTest, IsGoodFromWhenItWasMadeUntilItExpires) {
  const absl::Time made = absl::Now();
  Write({.made = made, .valid = absl::Hours(1)});
  constexpr auto kCode = absl::StatusCode::kFailedPrecondition;
  EXPECT_THAT(Verify(made + absl::Hours(1) - absl::Seconds(2)), IsOk());
  EXPECT_THAT(Verify(made + absl::Hours(1)), FailsWith(kCode, "SNAPSHOT_EXPIRED"));
  EXPECT_THAT(Verify(made - absl::Minutes(4)), IsOk()) << "clocks differ";
  EXPECT_THAT(Verify(made - absl::Minutes(6)), FailsWith(kCode, "SNAPSHOT_NOT_YET_VALID"));
}

TEST_F(SnapshotTest, OnlyARegistryUnderTheRootsSigns) {
  constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  Write({}, "spiffe://agency.example/service/document-exchange");
  EXPECT_THAT(Verify(), FailsWith(kDenied, "SIGNER_IS_ANOTHER"));
  Write({}, "spiffe://agency.example/agency/registry-operator/-/o1");
  EXPECT_THAT(Verify(), FailsWith(kDenied, "SIGNER_IS_ANOTHER"));

  testing::TestCa other("agency.example");
  WriteSnapshot(folder_, kFacts, {}, other.IssueSigning(kRegistry));
  EXPECT_THAT(Verify(), FailsWith(absl::StatusCode::kUnauthenticated, "CHAIN_INVALID"));
  WriteSnapshot(folder_, kFacts, {}, agency_.IssueTls(kRegistry));
  EXPECT_FALSE(Verify().ok()) << "a certificate for connections";
}

TEST_F(SnapshotTest, WhoseKeyWasRevokedCannotDateASnapshotBack) {
  const testing::IssuedCertificate stolen = agency_.IssueSigning(kRegistry);
  WriteSnapshot(folder_, kFacts, {.made = absl::Now() - absl::Minutes(50)}, stolen);
  agency_.Revoke(stolen, absl::Now() - absl::Minutes(10));
  const identity::ChainVerifier verifier(
      testing::MakeBundles({agency_.BundleWithCrls({"service"}, agency_.CrlsPem())}));
  const absl::Time now = absl::Now();
  EXPECT_THAT(VerifyFolder(folder_, SignedBy(kRegistry, &verifier, now), now),
              FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REVOKED"));
  const absl::Time before = now - absl::Minutes(20);
  EXPECT_THAT(VerifyFolder(folder_, SignedBy(kRegistry, &verifier, before), before), IsOk());
}

TEST_F(SnapshotTest, AMissingFileIsNamed) {
  for (const char* const file : {kFactsFile, kStatementFile, kSignatureFile}) {
    Write();
    fs::remove(folder_ + "/" + file);
    const auto verified = Verify();
    EXPECT_THAT(verified, FailsWith(absl::StatusCode::kNotFound, "FILE_MISSING"));
    EXPECT_THAT(verified.status().message(), ::testing::HasSubstr(file));
  }
}

class SnapshotFolderTest : public SnapshotTest {
 protected:
  // Saves what is in folder_ to `to`, in two parts.
  absl::Status Save(const std::string& to) {
    auto folder = SnapshotFolder::Create(to);
    if (!folder.ok()) return folder.status();
    const std::string facts = Content(folder_ + "/" + kFactsFile);
    EXPECT_THAT(folder->Append(facts.substr(0, 10)), IsOk());
    EXPECT_THAT(folder->Append(facts.substr(10)), IsOk());
    EXPECT_FALSE(fs::exists(to)) << "not complete yet";
    const absl::Time now = absl::Now();
    return folder
        ->Finish(Content(folder_ + "/" + kStatementFile), Content(folder_ + "/" + kSignatureFile),
                 SignedByARegistryUnder(agency_.root_pem(), now), now)
        .status();
  }
  // What is in the temporary folder besides folder_.
  std::vector<std::string> Others() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(temporary_.path())) {
      if (entry.path() != folder_) names.push_back(entry.path().filename());
    }
    return names;
  }
};

TEST_F(SnapshotFolderTest, IsThereCompleteOrNotAtAll) {
  Write();
  const std::string saved = temporary_ / "saved";
  ASSERT_THAT(Save(saved + "/"), IsOk());
  for (const char* const file : {kFactsFile, kStatementFile, kSignatureFile}) {
    EXPECT_EQ(Content(saved + "/" + file), Content(folder_ + "/" + file));
  }
  EXPECT_THAT(Others(), ::testing::ElementsAre("saved"));
  EXPECT_THAT(Save(saved), FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_EXISTS"));

  FlipByte(folder_ + "/" + kFactsFile);
  EXPECT_THAT(Save(temporary_ / "bad"),
              FailsWith(absl::StatusCode::kDataLoss, "SNAPSHOT_FACTS_DIFFER"));
  {
    const auto abandoned = SnapshotFolder::Create(temporary_ / "abandoned");
    ASSERT_THAT(abandoned, IsOk());
    EXPECT_THAT(Others(), ::testing::SizeIs(2));
  }
  EXPECT_THAT(Others(), ::testing::ElementsAre("saved"));
}

TEST_F(SnapshotFolderTest, WhereNothingCanBeWrittenIsSaid) {
  Write();
  EXPECT_THAT(Save(folder_ + "/" + kFactsFile + "/below"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_WRITABLE"));
}

}  // namespace
}  // namespace comity::registry_snapshot
