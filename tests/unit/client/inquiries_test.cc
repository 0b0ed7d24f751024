#include "common/client/inquiries.h"

#include <gmock/gmock.h>

#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::client {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using partner_registry::v1::Instrument;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
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

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kPermissionDenied, "PARTIAL_ANSWER"));
  EXPECT_THAT(status.message(), HasSubstr("document-exchange may not tell you its own"));
  EXPECT_THAT(status.message(), Not(HasSubstr("ask again")));
  const ErrorDetails details = DetailsOf(status);
  ASSERT_THAT(details.preconditions, SizeIs(1));
  EXPECT_EQ(details.preconditions[0].type, "SERVICE");
  EXPECT_EQ(details.preconditions[0].subject, "document-exchange");
  EXPECT_EQ(details.preconditions[0].description, "It is not for you.");
}

TEST(InquiriesTest, OneThatIsDownIsAskedAgainAndOneThatDeniesIsNot) {
  AffectedEverywhere all{.registry = absl::UnavailableError("down"),
                         .engagements = engagement_scheduling::v1::ListAffectedResponse(),
                         .documents = document_exchange::v1::ListAffectedResponse()};
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
  EXPECT_EQ(all.status().message(),
            "This is a part of the answer: partner-registry did not give all of its own; ask "
            "again.");

  all.documents = kDenied;
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
  EXPECT_THAT(all.status().message(),
              HasSubstr("partner-registry did not give all of its own; ask again; "
                        "document-exchange may not tell you its own; have somebody ask"));
}

TEST(InquiriesTest, WhatWasCutIsAPartThoughEverybodyAnswered) {
  AffectedEverywhere all{.registry = partner_registry::v1::ListAffectedResponse(),
                         .engagements = engagement_scheduling::v1::ListAffectedResponse(),
                         .documents = document_exchange::v1::ListAffectedResponse()};
  all.documents->set_truncated(true);

  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
  const ErrorDetails details = DetailsOf(all.status());
  ASSERT_THAT(details.preconditions, SizeIs(1));
  EXPECT_EQ(details.preconditions[0].subject, "document-exchange");

  all.registry->set_truncated(true);
  EXPECT_THAT(DetailsOf(all.status()).preconditions, SizeIs(2)) << "the registry's, too";

  all.registry = kDenied;
  all.engagements = kDenied;
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"))
      << "what there is of the answer is shown";
}

// The states of an instrument as the registry tells them.
class Past {
 public:
  // Recorded at `revision`, until the next.
  Instrument& Record(std::int64_t revision) {
    Instrument state = states_.empty() ? Instrument() : states_.rbegin()->second;
    state.set_name("partners/armenia/instruments/agreement");
    state.mutable_revision()->set_store_id("store");
    state.mutable_revision()->set_number(revision);
    return states_[revision] = std::move(state);
  }

  absl::StatusOr<Instrument> operator()(const ledger::v1::Revision* revision) const {
    const auto after =
        revision == nullptr ? states_.end() : states_.upper_bound(revision->number());
    if (after != states_.begin()) return std::prev(after)->second;
    return MakeError(absl::StatusCode::kNotFound, "There was none.",
                     {.reason = "INSTRUMENT_NOT_FOUND"});
  }

  // "[from, before)".
  std::string Range() const {
    const auto question = BeforeItsCorrection(*this);
    if (!question.ok()) return std::string(question.status().message());
    EXPECT_EQ(question->fact, "partners/armenia/instruments/agreement");
    return absl::StrCat(
        "[", question->from->number(), ", ",
        question->before.has_value() ? absl::StrCat(question->before->number()) : "now", ")");
  }

 private:
  std::map<std::int64_t, Instrument> states_;
};

void Confirm(Instrument& state, const std::string& field) {
  state.add_confirmations()->set_field(field);
  state.set_etag(absl::StrCat(state.revision().number()));
}

TEST(CorrectionTest, WhatIsConfirmedOrNotedSinceHidesNoCorrection) {
  Past past;
  Instrument& first = past.Record(3);
  first.set_in_force("2024-09-05");
  (*first.mutable_certainty())["in_force"] = partner_registry::v1::CERTAINTY_UNCONFIRMED;
  Confirm(past.Record(5), "in_force");
  EXPECT_EQ(past.Range(), "[3, now)") << "it was never corrected";

  Instrument& corrected = past.Record(10);
  corrected.set_in_force("2024-10-01");
  corrected.clear_confirmations();
  EXPECT_EQ(past.Range(), "[3, 10)");
  Confirm(past.Record(11), "in_force");
  EXPECT_EQ(past.Range(), "[3, 10)");
  (*past.Record(12).mutable_certainty())["in_force"] = partner_registry::v1::CERTAINTY_FOUND;
  past.Record(13).set_note("seen in the register");
  past.Record(14).set_last_evaluated("2026-11-01");
  past.Record(15).set_recorded_by("spiffe://agency.example/agency/desk-officer/-/desk-1");
  EXPECT_EQ(past.Range(), "[3, 10)");

  past.Record(20).set_ended("2027-01-01");
  EXPECT_EQ(past.Range(), "[10, 20)") << "the last correction is asked of";
}

TEST(CorrectionTest, AValueThatIsLessSureIsCorrected) {
  Past past;
  (*past.Record(3).mutable_certainty())["in_force"] = partner_registry::v1::CERTAINTY_FOUND;
  past.Record(4).clear_certainty();
  EXPECT_EQ(past.Range(), "[3, 4)");
  (*past.Record(6).mutable_certainty())["ended"] = partner_registry::v1::CERTAINTY_UNKNOWN;
  EXPECT_EQ(past.Range(), "[4, 6)");
}

TEST(CorrectionTest, OfWhatWasRetractedAllIsAsked) {
  Past past;
  past.Record(3);
  past.Record(4).set_ended("2027-01-01");
  past.Record(5).mutable_retraction()->set_evidence("note");
  const auto question = BeforeItsCorrection(past);
  ASSERT_THAT(question, comity::testing::IsOk());
  EXPECT_FALSE(question->from.has_value()) << "also who relied on it before it was corrected";
  EXPECT_FALSE(question->before.has_value());
}

TEST(CorrectionTest, AnErrorOfTheRegistryIsNoEndOfThePast) {
  const auto question =
      BeforeItsCorrection([](const ledger::v1::Revision* revision) -> absl::StatusOr<Instrument> {
        if (revision == nullptr) return Instrument();
        return kDenied;
      });

  EXPECT_THAT(question, FailsWith(absl::StatusCode::kPermissionDenied, "DENIED"));
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
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kPermissionDenied, "PARTIAL_ANSWER"));
  EXPECT_THAT((VolumesEverywhere{.engagements = kDenied, .documents = kDenied}).Counts(),
              IsEmpty());
}

TEST(InquiriesTest, WhatOneServiceReportedStandsWhereTheOtherFailed) {
  document_exchange::v1::ReportVolumeResponse documents;
  *documents.mutable_volumes() = Documents("partners/georgia", 7, 2).volumes();
  const VolumesReported all{.engagements = kDenied, .documents = documents};

  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kPermissionDenied, "PARTIAL_ANSWER"));
  EXPECT_THAT(all.Counts(), ElementsAre(Pair("partners/georgia",
                                             ElementsAre(Pair("cases", 2), Pair("documents", 7)))));
}

}  // namespace
}  // namespace comity::client
