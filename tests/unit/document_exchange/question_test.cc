#include "services/document-exchange/domain/question.h"

#include <gmock/gmock.h>

#include "services/document-exchange/domain/origins.h"
#include "services/document-exchange/domain/sealed_form.h"
#include "services/document-exchange/domain/transfer_context.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using legal::OriginKind;
using legal::UseRestriction;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TransferContext Sample() {
  TransferContext context;
  context.question.direction = legal::Direction::kSend;
  context.question.data_kind = legal::DataKind::kOperational;
  context.question.purpose.offence = "organised crime";
  context.question.origins = {{.kind = OriginKind::kMemberState, .partner = "partners/france"},
                              {.kind = OriginKind::kPublicSource}};
  return context;
}

TEST(QuestionTest, TheOrderOfOriginsAndUnsetDefaultsDoNotMatter) {
  TransferContext other = Sample();
  std::swap(other.question.origins[0], other.question.origins[1]);
  other.question.capacity = legal::Capacity::kEurojust;
  EXPECT_THAT(CompareContexts(DigestContext(Sample()), DigestContext(other)), IsOk());
}

TEST(QuestionTest, ADifferenceNamesItsField) {
  TransferContext other = Sample();
  other.question.origins.pop_back();
  const absl::Status origins = CompareContexts(DigestContext(Sample()), DigestContext(other));
  EXPECT_THAT(origins, FailsWith(StatusCode::kInvalidArgument, "CONTEXT_MISMATCH"));
  EXPECT_EQ(DetailsOf(origins).fields.front().field, "manifest.origins");
  other = Sample();
  other.question.purpose.offence = "fraud";
  const absl::Status purpose = CompareContexts(DigestContext(Sample()), DigestContext(other));
  EXPECT_EQ(DetailsOf(purpose).fields.front().field, "manifest.purpose");
}

TEST(QuestionTest, OneOriginIsNamedOnceWithAllItsRestrictions) {
  std::vector<legal::Origin> origins = {
      {.kind = OriginKind::kThirdCountry,
       .partner = "partners/georgia",
       .restrictions = {{.use = UseRestriction::kNotAsEvidence}}}};
  MergeOrigins(origins, {{.kind = OriginKind::kThirdCountry,
                          .partner = "partners/georgia",
                          .restrictions = {{.use = UseRestriction::kNoPassingOn}}},
                         {.kind = OriginKind::kPublicSource}});
  ASSERT_THAT(origins, SizeIs(2));
  EXPECT_THAT(origins[0].restrictions, SizeIs(2));
}

TEST(QuestionTest, TheSendersOwnBanOnPassingOnDoesNotStopItsDelivery) {
  Document document;
  document.added_restrictions = {{.use = "NO_PASSING_ON"}};
  std::vector<legal::Origin> origins = {
      {.kind = OriginKind::kMemberState, .partner = "partners/france"}};
  AddLaterRestrictions(origins, document);
  EXPECT_THAT(origins, SizeIs(1));
  EXPECT_THAT(origins[0].restrictions, IsEmpty());

  document.added_restrictions = {{.use = "NO_PASSING_ON", .by_partner = "partners/france"}};
  AddLaterRestrictions(origins, document);
  EXPECT_THAT(origins[0].restrictions, SizeIs(1));

  document.added_restrictions = {{.use = "NOT_TO_PARTNERS", .partners = {"partners/moldova"}}};
  AddLaterRestrictions(origins, document);
  EXPECT_THAT(origins, SizeIs(2));
}

TEST(QuestionTest, ARefusalListsEachReasonOnceAndTheWorstOutcome) {
  RecipientVerdict permitted;
  permitted.verdict.outcome = legal::Outcome::kPermitted;
  RecipientVerdict subject;
  subject.verdict.outcome = legal::Outcome::kPermittedSubjectTo;
  subject.verdict.reasons = {{.row = "4.2",
                              .outcome = legal::Outcome::kPermittedSubjectTo,
                              .article = "EJR 47(5)",
                              .sentence = "No authorisation.",
                              .remedy = "Ask for it."}};
  RecipientVerdict decision = subject;
  decision.verdict.outcome = legal::Outcome::kDecisionRequired;
  decision.verdict.routes = {
      {.article = "EJR 59(1)(a)", .sentence = "Vital interests.", .decided_by = "the president"}};
  EXPECT_THAT(NotPermitted({permitted}), IsOk());

  const absl::Status refusal = NotPermitted({permitted, subject, decision});

  EXPECT_THAT(refusal, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const ErrorDetails details = DetailsOf(refusal);
  EXPECT_EQ(details.metadata.at("outcome"), "DECISION_REQUIRED");
  ASSERT_THAT(details.preconditions, SizeIs(2));
  EXPECT_EQ(details.preconditions[0].description, "No authorisation. Ask for it.");
  EXPECT_EQ(details.preconditions[1].type, "TRANSFER_ROUTE");

  subject.verdict.counterpart_footnote = "* As to status.";
  EXPECT_EQ(DetailsOf(NotPermitted({subject})).preconditions.at(0).description,
            "No authorisation. Ask for it. * As to status.");
}

TEST(SealedFormTest, OnlyLengthsOfSealedPayloadsAreTaken) {
  for (const std::int64_t length : {32, 33, 16 + 65552, 16 + 65552 + 17}) {
    EXPECT_THAT(CheckSealedLength("content_length", length, 1 << 20), IsOk()) << length;
  }
  for (const std::int64_t length : {-1, 0, 16, 31, 16 + 65552 + 1, 16 + 65552 + 16}) {
    EXPECT_THAT(CheckSealedLength("content_length", length, 1 << 20),
                FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"))
        << length;
  }
  EXPECT_THAT(CheckSealedLength("content_length", (1 << 20) + 1, 1 << 20),
              FailsWith(StatusCode::kInvalidArgument, "PAYLOAD_TOO_LARGE"));
}

}  // namespace
}  // namespace comity::document_exchange
