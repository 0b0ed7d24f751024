// The vectors of the transfer check on the facts that this project ships (deploy/data), read as an
// import reads them. The unit tests have the same cases on facts written in code.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/facts_csv/facts_csv.h"
#include "common/legal/evaluate.h"
#include "common/transfer_proto/transfer_proto.h"
#include "tests/testing/status_matchers.h"

namespace comity::legal {
namespace {

using comity::testing::IsOk;

namespace v1 = ::comity::partner_registry::v1;

constexpr char kToday[] = "2026-11-23";

// Everything in deploy/data; every authority has a sealing key and was verified.
Facts PublishedFacts() {
  const char* const source = std::getenv("COMITY_SOURCE_DIR");
  const auto rows = facts_csv::ReadFolder(absl::StrCat(source, "/deploy/data"));
  EXPECT_THAT(rows, IsOk());
  std::map<std::string, v1::Partner> partners;
  FactsBuilder builder;
  for (const facts_csv::Row& row : *rows) {
    if (row.has_partner()) partners[row.partner().name()].MergeFrom(row.partner());
    if (row.has_legal_class()) {
      *partners[row.legal_class().partner()].add_legal_classes() = row.legal_class().period();
    }
    if (row.has_instrument()) {
      auto read = transfer_proto::InstrumentFromProto(row.instrument(), row.instrument().name());
      EXPECT_THAT(read, IsOk());
      builder.Put(*std::move(read));
    }
    if (row.has_authority()) {
      auto read = transfer_proto::AuthorityFromProto(row.authority(), row.authority().name());
      EXPECT_THAT(read, IsOk());
      read->openers = {{.key_until = absl::InfiniteFuture()}};
      read->last_verified = PartialDate::Parse(kToday).value();
      builder.Put(*std::move(read));
    }
  }
  for (const auto& [name, partner] : partners) {
    auto read = transfer_proto::PartnerFromProto(partner, name);
    EXPECT_THAT(read, IsOk());
    builder.Put(*std::move(read));
  }
  return builder.Build({.store_id = "published", .number = 1});
}

struct Case {
  const char* counterpart;
  const char* day;
  const char* public_on;
  const char* origin;
  Outcome outcome;
  std::vector<Basis> bases;
};

void PrintTo(const Case& tried, std::ostream* os) {
  *os << tried.counterpart << " on " << tried.day << " known " << tried.public_on;
}

Verdict Ask(const Facts& facts, const Case& tried) {
  Question question;
  question.instant = absl::FromCivil(absl::CivilHour(ParseDay(tried.day).value()) + 12, Brussels());
  question.mode = tried.day == std::string(kToday) ? Mode::kOperate : Mode::kExplore;
  if (*tried.public_on != '\0') question.public_on = ParseDay(tried.public_on).value();
  question.counterpart = absl::StrCat("partners/", tried.counterpart);
  question.data_kind = DataKind::kOperational;
  question.subjects = {SubjectKind::kSuspect};
  question.annex_ii = AnnexCoverage::kWithin;
  question.geometry = Geometry::kTwoOrMoreMemberStates;
  question.purpose = {.task = "coordination of investigations",
                      .offence = "organised crime",
                      .stage = "investigation",
                      .case_reference = "2026/17",
                      .necessity = "to coordinate searches"};
  question.origins = {
      {.kind = OriginKind::kMemberState, .partner = absl::StrCat("partners/", tried.origin)}};
  question.decisions = {{.kind = DecisionKind::kAuthorisation,
                         .partner = absl::StrCat("partners/", tried.origin),
                         .valid_from = PartialDate::Parse("2000-01-01").value()}};
  return Evaluate(facts, question);
}

const Case kCases[] = {
    {"georgia/authorities/prosecution-service",
     kToday,
     "",
     "france",
     Outcome::kPermitted,
     {Basis::kCooperationAgreement}},
    {"moldova/authorities/prosecution-service",
     kToday,
     "",
     "france",
     Outcome::kPermitted,
     {Basis::kCooperationAgreement}},
    {"georgia", "2019-06-01", "", "france", Outcome::kUndetermined, {}},
    {"albania", "2019-10-31", "", "france", Outcome::kDecisionRequired, {}},
    {"albania", "2019-11-01", "", "france", Outcome::kPermitted, {Basis::kCooperationAgreement}},
    {"croatia", "2013-06-30", "", "france", Outcome::kPermitted, {Basis::kCooperationAgreement}},
    {"croatia", "2013-07-01", "", "france", Outcome::kPermitted, {Basis::kMemberState}},
    {"united-kingdom",
     "2021-02-15",
     "",
     "france",
     Outcome::kPermitted,
     {Basis::kDeemedNotATransfer, Basis::kInternationalAgreement}},
    {"united-kingdom",
     "2025-12-28",
     "",
     "france",
     Outcome::kPermitted,
     {Basis::kAdequacy, Basis::kInternationalAgreement}},
    {"united-kingdom",
     "2025-12-28",
     "2025-12-01",
     "france",
     Outcome::kPermitted,
     {Basis::kInternationalAgreement}},
    {"armenia", "2024-04-05", "", "france", Outcome::kDecisionRequired, {}},
    {"armenia", kToday, "", "france", Outcome::kUndetermined, {}},
    {"lebanon", "2024-12-31", "", "france", Outcome::kDecisionRequired, {}},
    {"lebanon", kToday, "", "france", Outcome::kUndetermined, {}},
    {"panama", kToday, "", "france", Outcome::kDecisionRequired, {}},
    {"kosovo", kToday, "", "germany", Outcome::kDecisionRequired, {}},
    {"interpol", kToday, "", "spain", Outcome::kDecisionRequired, {}},
    {"unodc", kToday, "", "spain", Outcome::kRefused, {}},
    {"wbcj", kToday, "", "spain", Outcome::kRefused, {}},
    {"eppo", kToday, "", "austria", Outcome::kPermitted, {Basis::kUnionBody}},
    {"denmark", "2026-11-22", "", "france", Outcome::kPermitted, {Basis::kDenmarkAgreement}},
    // Nobody confirmed the days of its agreement.
    {"denmark", kToday, "", "france", Outcome::kUndetermined, {}},
    // Subject to naming the authority that receives.
    {"ireland", kToday, "", "france", Outcome::kPermittedSubjectTo, {Basis::kMemberState}},
    {"liechtenstein",
     kToday,
     "",
     "france",
     Outcome::kPermittedSubjectTo,
     {Basis::kCooperationAgreement}},
};

TEST(PublishedFactsTest, GiveTheAnswersThatWereAgreed) {
  const Facts facts = PublishedFacts();
  for (const Case& tried : kCases) {
    const Verdict verdict = Ask(facts, tried);
    std::string reasons;
    for (const Reason& reason : verdict.reasons) {
      absl::StrAppend(&reasons, "\n  ", reason.row, " ", Name(reason.outcome), " ",
                      reason.sentence);
    }
    EXPECT_EQ(std::string(Name(verdict.outcome)), std::string(Name(tried.outcome)))
        << ::testing::PrintToString(tried) << reasons;
    EXPECT_EQ(verdict.bases, tried.bases) << ::testing::PrintToString(tried) << reasons;
  }
}

TEST(PublishedFactsTest, CarryFootnotesAndNameWhatIsNoBasis) {
  const Facts facts = PublishedFacts();
  EXPECT_FALSE(Ask(facts, {"kosovo", kToday, "", "germany"}).counterpart_footnote.empty());

  const Verdict panama = Ask(facts, {"panama", kToday, "", "france"});
  EXPECT_EQ(panama.routes.size(), 3U);
  EXPECT_TRUE(std::any_of(panama.reasons.begin(), panama.reasons.end(),
                          [](const Reason& reason) { return reason.code == "NEVER_A_BASIS"; }));
}

}  // namespace
}  // namespace comity::legal
