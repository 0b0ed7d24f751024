#include "common/client/inquiries.h"

#include <gmock/gmock.h>

#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::client {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const absl::Status kDenied =
    MakeError(absl::StatusCode::kPermissionDenied, "It is not for you.", {.reason = "DENIED"});

engagement_scheduling::v1::MeasureVolumeResponse Engagements(const char* partner,
                                                             std::int64_t count) {
  engagement_scheduling::v1::MeasureVolumeResponse response;
  auto* const volume = response.add_volumes();
  volume->set_partner(partner);
  volume->set_engagements(count);
  return response;
}

document_exchange::v1::MeasureVolumeResponse Documents(const char* partner, std::int64_t documents,
                                                       std::int64_t cases) {
  document_exchange::v1::MeasureVolumeResponse response;
  auto* const volume = response.add_volumes();
  volume->set_partner(partner);
  volume->set_documents(documents);
  volume->set_cases(cases);
  return response;
}

TEST(InquiriesTest, WhatAllAnsweredIsTheWhole) {
  const AffectedEverywhere all{.registry = partner_registry::v1::ListAffectedResponse(),
                               .engagements = engagement_scheduling::v1::ListAffectedResponse(),
                               .documents = document_exchange::v1::ListAffectedResponse()};

  EXPECT_THAT(all.status(), IsOk());
}

TEST(InquiriesTest, WhoDidNotAnswerIsNamedWithTheReason) {
  const AffectedEverywhere all{.registry = partner_registry::v1::ListAffectedResponse(),
                               .engagements = engagement_scheduling::v1::ListAffectedResponse(),
                               .documents = kDenied};

  const absl::Status status = all.status();

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
  EXPECT_THAT(status.message(), HasSubstr("document-exchange"));
  const ErrorDetails details = DetailsOf(status);
  ASSERT_THAT(details.preconditions, SizeIs(1));
  EXPECT_EQ(details.preconditions[0].type, "SERVICE");
  EXPECT_EQ(details.preconditions[0].subject, "document-exchange");
  EXPECT_EQ(details.preconditions[0].description, "It is not for you.");
}

TEST(InquiriesTest, WhereNobodyAnsweredTheErrorIsTheFirst) {
  const ReliancesEverywhere all{
      .secondments = kDenied, .engagements = kDenied, .documents = kDenied};

  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kPermissionDenied, "DENIED"));
}

TEST(InquiriesTest, VolumesOfAPartnerAreCountedTogetherAndNothingIsZero) {
  const VolumesEverywhere all{.engagements = Engagements("partners/albania", 3),
                              .documents = Documents("partners/georgia", 7, 2)};

  EXPECT_THAT(
      all.Counts(),
      ElementsAre(Pair("partners/albania",
                       ElementsAre(Pair("cases", 0), Pair("documents", 0), Pair("engagements", 3))),
                  Pair("partners/georgia", ElementsAre(Pair("cases", 2), Pair("documents", 7),
                                                       Pair("engagements", 0)))));
}

TEST(InquiriesTest, WhatWasNotCountedIsNotZero) {
  const VolumesEverywhere all{.engagements = Engagements("partners/albania", 3),
                              .documents = kDenied};

  EXPECT_THAT(all.Counts(),
              ElementsAre(Pair("partners/albania", ElementsAre(Pair("engagements", 3)))));
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
  EXPECT_THAT((VolumesEverywhere{.engagements = kDenied, .documents = kDenied}).Counts(),
              IsEmpty());
}

}  // namespace
}  // namespace comity::client
