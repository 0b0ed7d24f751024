#include "common/identity/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "tests/testing/read_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::identity {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::IssuedCertificate;
using comity::testing::TestCa;
using comity::testing::TestPki;
using comity::testing::WriteBundle;
using comity::testing::WriteFile;
using comity::testing::WriteIdentity;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kService[] = "spiffe://agency.example/service/partner-registry";
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/c1";

using comity::testing::Read;

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() : folder_(pki_.IssueFolder("registry", kService)) {}

  Loader::Options OptionsFor(absl::Duration poll) {
    return {.certificate_file = folder_ + "/tls.pem",
            .key_file = folder_ + "/tls.key",
            .bundles_folder = pki_.bundles_folder(),
            .publish_folder = pki_.path("published"),
            .poll_interval = poll};
  }
  absl::StatusOr<std::unique_ptr<Loader>> Start(absl::Duration poll = absl::ZeroDuration()) {
    return Loader::Start(OptionsFor(poll), &clock_, [this](const LoadEvent& event) {
      absl::MutexLock lock(&mutex_);
      events_.push_back(event);
    });
  }
  // "identity ok", "bundles BUNDLE_INVALID", since the last call.
  std::vector<std::string> Events() {
    absl::MutexLock lock(&mutex_);
    std::vector<std::string> told;
    for (const LoadEvent& event : events_) {
      told.push_back(
          std::string(event.part == LoadEvent::Part::kIdentity ? "identity " : "bundles ") +
          (event.status.ok() ? "ok" : ReasonOf(event.status)));
    }
    events_.clear();
    return told;
  }
  bool Trusts(const Loader& loader, const IssuedCertificate& certificate) {
    return loader.verifier()
        .Verify(certificate.leaf_pem, certificate.chain_pem, Purpose::kTls, clock_.Now())
        .ok();
  }

  TestPki pki_;
  ManualClock clock_{absl::Now()};
  const std::string folder_;
  absl::Mutex mutex_;
  std::vector<LoadEvent> events_;
};

TEST_F(LoaderTest, GoodFilesArePublishedPrivately) {
  const auto loader = Start();

  ASSERT_THAT(loader, IsOk());
  EXPECT_EQ((*loader)->Current()->self.spiffe_id, kService);
  EXPECT_EQ(Read((*loader)->published_certificate_file()), Read(folder_ + "/tls.pem"));
  EXPECT_EQ(Read((*loader)->published_key_file()), Read(folder_ + "/tls.key"));
  EXPECT_EQ(Read((*loader)->published_roots_file()),
            pki_.agency().root_pem() + pki_.georgia().root_pem());
  struct stat folder {};
  struct stat key {};
  ASSERT_EQ(stat(pki_.path("published").c_str(), &folder), 0);
  ASSERT_EQ(stat((*loader)->published_key_file().c_str(), &key), 0);
  EXPECT_EQ(folder.st_mode & 0777u, 0700u);
  EXPECT_EQ(key.st_mode & 0777u, 0600u);
  EXPECT_TRUE(Trusts(**loader, pki_.georgia().IssueTls(kContact)));
  EXPECT_THAT(Events(), ElementsAre("bundles ok", "identity ok"));
}

TEST_F(LoaderTest, AtTheStartAnythingWrongIsAnError) {
  WriteFile(folder_ + "/tls.key", "garbage");
  EXPECT_THAT(Start(), FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_UNREADABLE"));

  WriteIdentity(folder_, pki_.agency().IssueTls(kService));
  WriteFile(pki_.bundles_folder() + "/georgia.example/roots.pem", "garbage");
  EXPECT_THAT(Start(), FailsWith(absl::StatusCode::kInvalidArgument, "BUNDLE_INVALID"));
  EXPECT_FALSE(std::filesystem::exists(pki_.path("published/current")));
}

TEST_F(LoaderTest, ARenewedCertificateIsTakenAndRaisesTheGeneration) {
  const auto loader = *Start();
  const std::uint64_t before = loader->verifier().generation();
  (void)Events();

  WriteIdentity(folder_, pki_.agency().IssueTls(kService));
  EXPECT_THAT(loader->Reload(), IsOk());

  EXPECT_GT(loader->verifier().generation(), before);
  EXPECT_EQ(Read(loader->published_certificate_file()), Read(folder_ + "/tls.pem"));
  EXPECT_EQ(Read(loader->published_key_file()), Read(folder_ + "/tls.key"));
  EXPECT_THAT(Events(), ElementsAre("identity ok"));
}

TEST_F(LoaderTest, FilesThatDoNotFitKeepTheLastGoodAndAreReportedOnce) {
  const auto loader = *Start();
  const std::string good = Read(loader->published_certificate_file());
  const std::string good_key = Read(loader->published_key_file());
  const std::uint64_t generation = loader->verifier().generation();
  (void)Events();

  WriteFile(folder_ + "/tls.pem", pki_.agency().IssueTls(kService).certificate_pem());
  EXPECT_THAT(loader->Reload(), FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_MISMATCH"));
  EXPECT_THAT(loader->Reload(), FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_MISMATCH"));

  EXPECT_THAT(Events(), ElementsAre("identity KEY_MISMATCH"));
  EXPECT_EQ(Read(loader->published_certificate_file()), good);
  EXPECT_EQ(Read(loader->published_key_file()), good_key);
  EXPECT_EQ(loader->verifier().generation(), generation);

  WriteFile(folder_ + "/tls.pem", good);
  EXPECT_THAT(loader->Reload(), IsOk());
  EXPECT_THAT(Events(), ElementsAre("identity ok"));
}

TEST_F(LoaderTest, EveryFaultOfACertificateKeepsTheLastGood) {
  const auto loader = *Start();
  const std::string good = Read(loader->published_certificate_file());

  for (const testing::CertificateRequest& request : std::vector<testing::CertificateRequest>{
           {},
           {.uris = {kService, kService}},
           {.uris = {kService}, .not_after = absl::Now() - absl::Minutes(1)},
           {.uris = {kService}, .ca = true},
           {.uris = {kService}, .purpose = Purpose::kSigning},
           {.uris = {"spiffe://unknown.example/service/x"}}}) {
    WriteIdentity(folder_, pki_.agency().Issue(request));
    EXPECT_FALSE(loader->Reload().ok());
    EXPECT_EQ(Read(loader->published_certificate_file()), good);
  }
}

TEST_F(LoaderTest, BadBundlesKeepTheLastGoodButANewCertificateIsTaken) {
  const auto loader = *Start();
  const IssuedCertificate contact = pki_.georgia().IssueTls(kContact);
  (void)Events();

  WriteFile(pki_.bundles_folder() + "/georgia.example/roots.pem", "garbage");
  WriteIdentity(folder_, pki_.agency().IssueTls(kService));
  EXPECT_THAT(loader->Reload(), FailsWith(absl::StatusCode::kInvalidArgument, "BUNDLE_INVALID"));

  EXPECT_THAT(Events(), ElementsAre("bundles BUNDLE_INVALID", "identity ok"));
  EXPECT_TRUE(Trusts(*loader, contact));
  EXPECT_EQ(Read(loader->published_certificate_file()), Read(folder_ + "/tls.pem"));
  EXPECT_EQ(Read(loader->published_roots_file()),
            pki_.agency().root_pem() + pki_.georgia().root_pem());
}

TEST_F(LoaderTest, ARevocationIsFollowed) {
  const auto loader = *Start();
  const IssuedCertificate contact = pki_.georgia().IssueTls(kContact);
  ASSERT_TRUE(Trusts(*loader, contact));

  pki_.georgia().Revoke(contact);
  pki_.WriteBundles();
  ASSERT_THAT(loader->Reload(), IsOk());

  EXPECT_FALSE(Trusts(*loader, contact));
}

TEST_F(LoaderTest, ACrlIsTakenAlsoIfItRevokesOurselves) {
  const IssuedCertificate own = pki_.agency().IssueTls(kService);
  WriteIdentity(folder_, own);
  const auto loader = *Start();
  (void)Events();

  pki_.agency().Revoke(own);
  pki_.WriteBundles();
  EXPECT_FALSE(loader->Reload().ok());

  EXPECT_FALSE(Trusts(*loader, own));
  EXPECT_THAT(Events(), ElementsAre("bundles ok", "identity CERTIFICATE_REVOKED"));
}

TEST_F(LoaderTest, BundlesInWhichOurOwnChainNoLongerEndsAreNotTaken) {
  const auto loader = *Start();
  TestCa next("agency.example");
  (void)Events();

  const std::vector<std::string> paths = {"agency", "application", "service", "partner/*"};
  WriteBundle(pki_.bundles_folder(), next.BundleWithCrls(paths, next.CrlsPem()));
  EXPECT_THAT(loader->Reload(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "BUNDLE_WITHOUT_OWN_ROOT"));
  EXPECT_THAT(Events(), ElementsAre("bundles BUNDLE_WITHOUT_OWN_ROOT"));
  EXPECT_TRUE(Trusts(*loader, pki_.agency().IssueTls(kService)));

  WriteIdentity(folder_, next.IssueTls(kService));
  EXPECT_THAT(loader->Reload(), IsOk());
  EXPECT_TRUE(Trusts(*loader, next.IssueTls(kService)));
  EXPECT_FALSE(Trusts(*loader, pki_.agency().IssueTls(kService)));
}

TEST_F(LoaderTest, NothingNewIsNotPublishedAgain) {
  const auto loader = *Start();
  const std::uint64_t generation = loader->verifier().generation();
  (void)Events();

  EXPECT_THAT(loader->Reload(), IsOk());

  EXPECT_EQ(loader->verifier().generation(), generation);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(LoaderTest, OldPublicationsAreRemoved) {
  const auto loader = *Start();
  for (int i = 0; i < 5; ++i) {
    WriteIdentity(folder_, pki_.agency().IssueTls(kService));
    ASSERT_THAT(loader->Reload(), IsOk());
  }

  int entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(pki_.path("published"))) {
    (void)entry;
    ++entries;
  }
  EXPECT_EQ(entries, 3);  // This one, the one before, and the link.
}

TEST_F(LoaderTest, APublishFolderThatCannotBeMadeIsAnError) {
  WriteFile(pki_.path("published"), "a file");

  EXPECT_THAT(Start(), FailsWith(absl::StatusCode::kFailedPrecondition, "IDENTITY_NOT_PUBLISHED"));
}

TEST_F(LoaderTest, ChangesAreSeenWithoutBeingAsked) {
  const auto loader = *Start(absl::Milliseconds(5));
  (void)Events();

  WriteIdentity(folder_, pki_.agency().IssueTls(kService));
  const auto taken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !events_.empty() && events_.back().status.ok() &&
           events_.back().part == LoadEvent::Part::kIdentity;
  };
  {
    absl::MutexLock lock(&mutex_);
    ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&taken), absl::Seconds(20)));
  }

  EXPECT_EQ(Read(loader->published_certificate_file()), Read(folder_ + "/tls.pem"));
}

TEST_F(LoaderTest, ACertificateThatBecomesValidIsTakenWithoutAChangeOfFiles) {
  const auto loader = *Start();
  WriteIdentity(folder_, pki_.agency().Issue(
                             {.uris = {kService}, .not_before = clock_.Now() + absl::Hours(1)}));
  EXPECT_THAT(loader->Reload(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CERTIFICATE_NOT_YET_VALID"));

  clock_.Advance(absl::Hours(2));

  EXPECT_THAT(loader->Reload(), IsOk());
  EXPECT_EQ(Read(loader->published_certificate_file()), Read(folder_ + "/tls.pem"));
}

}  // namespace
}  // namespace comity::identity
