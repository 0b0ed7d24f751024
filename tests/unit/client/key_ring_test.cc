#include "common/client/key_ring.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::TestCa;
using ::testing::HasSubstr;

constexpr char kHolder[] = "spiffe://georgia.example/partner/georgia/contact/c1";
constexpr char kOther[] = "spiffe://georgia.example/partner/georgia/contact/c2";
constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;

class KeyRingTest : public ::testing::Test {
 protected:
  sealing::Signer SignerFor(const std::string& holder) {
    const auto issued = ca_.IssueSigning(holder);
    return *sealing::Signer::FromPem(issued.certificate_pem(), issued.key_pem);
  }

  sealing::KeyStatement Statement(std::int64_t serial,
                                  const std::optional<ServedKeyStatement>& previous = {}) {
    sealing::KeyStatement statement{
        .holder = kHolder,
        .age_recipient = sealing::AgeIdentity::Generate().recipient().ToString(),
        .serial = serial,
        .not_before = now_ - absl::Hours(1),
        .not_after = now_ + absl::Hours(24)};
    if (serial > 1) {
      statement.previous_sha256 =
          previous ? crypto::Sha256(previous->statement) : crypto::Digest{1};
    }
    return statement;
  }

  ServedKeyStatement Serve(const sealing::KeyStatement& statement, const sealing::Signer& signer) {
    const std::string bytes = *sealing::BuildKeyStatement(statement);
    return {.statement = bytes, .signature = *signer.Sign(bytes, now_)};
  }

  absl::StatusOr<TrustedKey> Trust(const ServedKeyStatement& served, bool accept_gap = false) {
    KeyRing ring(folder_ / "pins", &verifier_);
    return ring.Trust(served, now_, accept_gap);
  }

  absl::Time now_ = absl::Now();
  testing::TempDirectory folder_;
  TestCa ca_{"georgia.example"};
  identity::ChainVerifier verifier_{testing::MakeBundles({ca_.Bundle({"partner/georgia"})})};
  sealing::Signer signer_ = SignerFor(kHolder);
};

TEST_F(KeyRingTest, TrustsAStatementOfItsHolderAndPinsIt) {
  const ServedKeyStatement first = Serve(Statement(1), signer_);

  for (int i = 0; i < 2; ++i) {
    const auto key = Trust(first);
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(key->holder, kHolder);
    EXPECT_EQ(key->warning, "");
  }
}

TEST_F(KeyRingTest, RefusesAStatementThatItsHolderDidNotSign) {
  EXPECT_THAT(Trust(Serve(Statement(1), SignerFor(kOther))),
              FailsWith(absl::StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));
  ServedKeyStatement changed = Serve(Statement(1), signer_);
  changed.statement = Serve(Statement(1), signer_).statement;
  EXPECT_THAT(Trust(changed), FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
}

TEST_F(KeyRingTest, RefusesAHolderOfADomainThatMayNotNameIt) {
  TestCa impostor("agency.example");
  const auto issued = impostor.IssueSigning(kHolder);
  const auto signer = *sealing::Signer::FromPem(issued.certificate_pem(), issued.key_pem);

  EXPECT_THAT(Trust(Serve(Statement(1), signer)),
              FailsWith(absl::StatusCode::kUnauthenticated, "CHAIN_INVALID"));
}

TEST_F(KeyRingTest, RefusesAStatementThatIsNotInEffect) {
  sealing::KeyStatement statement = Statement(1);
  statement.not_after = now_ - absl::Minutes(1);

  EXPECT_THAT(Trust(Serve(statement, signer_)),
              FailsWith(kPrecondition, "KEY_STATEMENT_NOT_IN_EFFECT"));
}

TEST_F(KeyRingTest, FollowsASuccessorAndWarns) {
  const ServedKeyStatement first = Serve(Statement(1), signer_);
  const ServedKeyStatement second = Serve(Statement(2, first), signer_);
  ASSERT_THAT(Trust(first), IsOk());

  const auto key = Trust(second);

  ASSERT_THAT(key, IsOk());
  EXPECT_NE(key->warning, "");
  EXPECT_EQ(Trust(second)->warning, "");
}

TEST_F(KeyRingTest, SaysOfACountersignerThatItsWordWasNotChecked) {
  const ServedKeyStatement first = Serve(Statement(1), signer_);
  sealing::KeyStatement after_loss = Statement(2, first);
  after_loss.countersigner = kOther;
  ASSERT_THAT(Trust(first), IsOk());

  const auto key = Trust(Serve(after_loss, signer_));

  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(key->warning, HasSubstr(kOther));
  EXPECT_THAT(key->warning, HasSubstr("not checked"));
}

TEST_F(KeyRingTest, RefusesWhatDoesNotFollowThePinnedOne) {
  const ServedKeyStatement first = Serve(Statement(1), signer_);
  const ServedKeyStatement second = Serve(Statement(2, first), signer_);
  ASSERT_THAT(Trust(second), IsOk());

  EXPECT_THAT(Trust(first), FailsWith(kPrecondition, "KEY_PIN_BROKEN"));
  EXPECT_THAT(Trust(Serve(Statement(2, first), signer_)),
              FailsWith(kPrecondition, "KEY_PIN_BROKEN"));
  EXPECT_THAT(Trust(Serve(Statement(3, first), signer_)),
              FailsWith(kPrecondition, "KEY_PIN_BROKEN"));
}

TEST_F(KeyRingTest, AsksAPersonWhenChangesWereMissed) {
  ASSERT_THAT(Trust(Serve(Statement(1), signer_)), IsOk());
  const ServedKeyStatement third = Serve(Statement(3), signer_);

  EXPECT_THAT(Trust(third), FailsWith(kPrecondition, "KEY_GAP"));
  EXPECT_THAT(Trust(third, /*accept_gap=*/true), IsOk());
  EXPECT_THAT(Trust(third), IsOk());
}

}  // namespace
}  // namespace comity::client
