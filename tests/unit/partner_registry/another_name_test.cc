// Under another name a partner is another one: nothing that was sure of the one before is sure of
// it until a second person says so.
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAgreement[] = "partners/albania/instruments/cooperation-agreement";
constexpr char kAuthority[] = "partners/albania/authorities/prosecution-service";

class AnotherNameTest : public TwoPersonsTest {
 protected:
  // What hangs on the partner, as the refusal says.
  static std::vector<Fact> AllUnsure(const Registry& registry, const std::string& partner) {
    std::vector<Fact> facts;
    for (const Instrument* each : registry.InstrumentsOf(partner)) {
      facts.emplace_back(Unsure(*each));
    }
    for (const Authority* each : registry.AuthoritiesOf(partner)) {
      facts.emplace_back(Unsure(*each));
    }
    return facts;
  }

  void MakeUnsure(const std::string& partner, const char* who = kFirst) {
    for (const Fact& fact : AllUnsure(registry_, partner)) {
      if (const auto* instrument = std::get_if<Instrument>(&fact)) {
        Do(Update(*instrument, who));
      } else {
        Do(PlanUpdateAuthority(registry_, who, std::get<Authority>(fact), "", kNow));
      }
    }
  }

  Partner Belarus() const {
    Partner renamed = *registry_.FindPartner("albania");
    renamed.display_name = "Belarus";
    for (LegalClassPeriod& period : renamed.legal_classes) {
      period.certainty = Certainty::kUnconfirmed;
    }
    return renamed;
  }

  absl::StatusOr<Plan> Rename(const char* who = kFirst) const {
    return PlanUpdatePartner(registry_, who, Belarus(), "", kNow);
  }

  absl::StatusOr<Plan> ConfirmClass(const char* who) const {
    const Partner& partner = *registry_.FindPartner("albania");
    return PlanConfirmLegalClass(registry_, who, "albania", partner.legal_classes.at(0).from, "ISO",
                                 EtagOf(partner.recorded), kNow);
  }
  absl::StatusOr<Plan> ConfirmField(const char* who, absl::string_view field) const {
    return ConfirmOf(kAgreement, field, who);
  }
  absl::StatusOr<Plan> ConfirmAuthority(const char* who) const {
    return PlanConfirmAuthority(registry_, who, kAuthority, "law",
                                EtagOf(registry_.FindAuthority(kAuthority)->recorded), kNow);
  }

  legal::Tri Effect() const { return EffectOf(kAgreement); }
};

TEST_F(AnotherNameTest, APartnerIsNothingForSure) {
  Partner renamed = *registry_.FindPartner("interpol");
  for (const char* spelling : {"INTERNATIONAL Criminal Police Organization: Interpol*",
                               "INTERPOL (International Criminal Police Organization)"}) {
    renamed.display_name = spelling;
    const auto plan = PlanUpdatePartner(registry_, kFirst, renamed, "", kNow);
    ASSERT_THAT(plan, IsOk()) << "the same words";
    EXPECT_THAT(plan->facts, SizeIs(1)) << "nothing else is touched";
  }
  renamed.aliases.emplace_back("Police of the world");
  EXPECT_THAT(PlanUpdatePartner(registry_, kFirst, renamed, "", kNow), IsOk())
      << "it has its own, too";
  MakeUnsure("interpol");
  renamed = *registry_.FindPartner("interpol");
  ASSERT_EQ(renamed.legal_classes.size(), 1u);
  ASSERT_TRUE(renamed.competence.criminal_matters);
  renamed.display_name = "Customs Bureau";
  const auto refused = PlanUpdatePartner(registry_, kFirst, renamed, "", kNow);
  EXPECT_THAT(refused, kNeeded);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("say so with `--set 'legal_classes=[{\"legal_class\": "));
  renamed.legal_classes[0].certainty = Certainty::kUnconfirmed;
  renamed.competence.certainty = Certainty::kFound;
  EXPECT_THAT(PlanUpdatePartner(registry_, kFirst, renamed, "", kNow), kNeeded) << "its competence";
  renamed.competence.certainty = Certainty::kUnconfirmed;
  Do(PlanUpdatePartner(registry_, kFirst, renamed, "", kNow));

  const auto of_class = [&](const char* who) {
    return PlanConfirmLegalClass(registry_, who, "interpol", renamed.legal_classes[0].from, "OJ",
                                 EtagOf(registry_.FindPartner("interpol")->recorded), kNow);
  };
  const auto competence = [&](const char* who) {
    return PlanConfirmCompetence(registry_, who, "interpol", "OJ",
                                 EtagOf(registry_.FindPartner("interpol")->recorded), kNow);
  };
  const auto is_for_others = [&](const char* who, const char* other) {
    EXPECT_THAT(of_class(who), kNotYou);
    EXPECT_THAT(competence(who), kNotYou);
    Do(of_class(other));
    Do(competence(other));
  };
  is_for_others(kFirst, kSecond);

  // What was confirmed was so under the name of then.
  renamed = *registry_.FindPartner("interpol");
  renamed.display_name = "Police Bureau";
  const auto again = PlanUpdatePartner(registry_, kSecond, renamed, "", kNow);
  Do(again);
  EXPECT_TRUE(again->barrier);
  is_for_others(kSecond, kThird);
}

TEST_F(AnotherNameTest, WhatHangsOnItIsMadeUnsureFirst) {
  ASSERT_EQ(Effect(), legal::Tri::kYes);
  EXPECT_THAT(Rename(), kNeeded);
  const std::string said(Rename().status().message());
  EXPECT_THAT(said, HasSubstr("hangs on partners/albania, until now Albania, is that of Belarus"));
  EXPECT_THAT(said, HasSubstr("`comity instruments update albania/cooperation-agreement --set "
                              "certainty.signed=unconfirmed --set certainty.in_force=unconfirmed"));
  EXPECT_THAT(said, HasSubstr("`comity authorities update albania/prosecution-service --set "
                              "certainty=unconfirmed --reason REASON`"));

  const std::vector<Fact> unsure = AllUnsure(registry_, "albania");
  ASSERT_THAT(unsure, SizeIs(2));
  const Registry before = registry_;
  for (const std::size_t only : {0, 1}) {
    registry_ = After(before, {unsure[only]});
    EXPECT_THAT(Rename(), kNeeded) << "the other one";
  }
  registry_ = before;
  MakeUnsure("albania");
  Do(Rename());
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);

  Do(ConfirmClass(kThird));
  EXPECT_THAT(registry_.FindPartner("albania")->legal_classes.at(0).confirmation->value,
              HasSubstr("Belarus (partners/albania, AL): THIRD_COUNTRY from"));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown) << "that Belarus has an agreement nobody else says";
  EXPECT_EQ(registry_.facts().Find("partners/albania")->authorities.at(0).certainty,
            Certainty::kUnconfirmed);
  for (const char* field : {"signed", "in_force", "applied_from"}) {
    EXPECT_THAT(ConfirmField(kFirst, field), kNotYou);
    Do(ConfirmField(kSecond, field));
  }
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(AnotherNameTest, WhoGaveItConfirmsNothingOfWhatHangsOnIt) {
  MakeUnsure("albania", kSecond);
  Do(Rename(kFirst));
  EXPECT_THAT(ConfirmClass(kFirst), kNotYou);
  EXPECT_THAT(ConfirmField(kFirst, "in_force"), kNotYou) << "though another said that it is unsure";
  EXPECT_THAT(ConfirmAuthority(kFirst), kNotYou);
  for (const char* who : {kSecond, kThird}) {
    const bool may = who == std::string(kThird);
    EXPECT_EQ(ConfirmField(who, "in_force").ok(), may);
    EXPECT_EQ(ConfirmAuthority(who).ok(), may);
  }
  EXPECT_THAT(ConfirmClass(kSecond), IsOk());
}

TEST_F(AnotherNameTest, ConfirmationsWereOfTheNameOfThen) {
  MakeUnsure("albania");
  for (const char* field : {"signed", "in_force", "applied_from"}) Do(ConfirmField(kSecond, field));
  Do(ConfirmAuthority(kSecond));
  ASSERT_EQ(Effect(), legal::Tri::kYes);
  const auto plan = Rename();
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, SizeIs(3));
  EXPECT_TRUE(plan->barrier);
  Do(plan);
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  EXPECT_FALSE(registry_.FindAuthority(kAuthority)->confirmation.has_value());
  EXPECT_THAT(ConfirmField(kFirst, "in_force"), kNotYou);
  EXPECT_THAT(ConfirmAuthority(kFirst), kNotYou);
  Do(ConfirmAuthority(kSecond));
}

TEST_F(AnotherNameTest, AnImportMayMakeItUnsureInTheSameFiles) {
  Partner named = Belarus();
  std::vector<ImportRow> rows = {{.source = {"partners.csv", 2}, .fact = named}};
  for (const LegalClassPeriod& period : named.legal_classes) {
    rows.push_back({.source = {"legal_classes.csv", 2},
                    .fact = LegalClassRow{.partner = "albania", .period = period}});
  }
  const auto refused = PlanImport(registry_, rows, kFirst, kNow);
  EXPECT_THAT(refused, kNeededOfRow);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("partners.csv, line 2, column display_name: "));
  const std::vector<Fact> unsure = AllUnsure(registry_, "albania");
  rows.push_back({.source = {"instruments.csv", 2}, .fact = std::get<Instrument>(unsure[0])});
  EXPECT_THAT(PlanImport(registry_, rows, kFirst, kNow), kNeededOfRow) << "the authority";
  rows.push_back({.source = {"authorities.csv", 2}, .fact = std::get<Authority>(unsure[1])});
  const auto plan = PlanImport(registry_, rows, kFirst, kNow);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, SizeIs(3));

  // Of what was unsure already no row says anything.
  MakeUnsure("albania", kSecond);
  rows.resize(1 + named.legal_classes.size());
  const auto only = PlanImport(registry_, rows, kFirst, kNow);
  ASSERT_THAT(only, IsOk());
  Do(Plan{.facts = only->facts});
  EXPECT_THAT(ConfirmField(kFirst, "in_force"), kNotYou);
  EXPECT_THAT(ConfirmAuthority(kFirst), kNotYou);
}

// An insider renamed Panama, and two true words on Belarus made what was decided of Panama count.
TEST_F(AnotherNameTest, WhatWasDecidedOfItEndsWithTheName) {
  MakeUnsure("albania");
  const auto decision = [](const char* id, const char* whose,
                           std::vector<std::string> counterparts) {
    return Decision{.id = id,
                    .kind = DecisionKind::kAuthorisation,
                    .partner = whose,
                    .counterparts = std::move(counterparts),
                    .valid_from = "2026-01-01",
                    .evidence = "letter"};
  };
  const auto import = [&] {
    std::vector<ImportRow> rows = {{.source = {"partners.csv", 2}, .fact = Belarus()}};
    for (const LegalClassPeriod& period : Belarus().legal_classes) {
      rows.push_back({.source = {"legal_classes.csv", 2},
                      .fact = LegalClassRow{.partner = "albania", .period = period}});
    }
    return PlanImport(registry_, rows, kFirst, kNow);
  };
  const auto ended = [](const absl::StatusOr<Plan>& plan) {
    std::vector<std::string> ids;
    EXPECT_THAT(plan, IsOk());
    EXPECT_TRUE(plan->barrier);
    for (const Fact& fact : plan->facts) {
      const auto* const made = std::get_if<Decision>(&fact);
      if (made == nullptr) continue;
      EXPECT_EQ(made->withdraw_time, kNow);
      ids.push_back(made->id);
    }
    return ids;
  };

  Decision assessment = decision("d1", "", {"albania", "georgia"});
  assessment.kind = DecisionKind::kSafeguardsAssessment;
  assessment.valid_to = "2026-11-28";
  const Registry without = registry_;
  for (const Decision& each :
       {decision("d2", "france", {"albania"}), decision("d3", "albania", {}), assessment}) {
    registry_ = After(without, {each});
    EXPECT_THAT(ended(Rename()), ElementsAre(each.id));
    const auto imported = import();
    ASSERT_THAT(imported, IsOk());
    EXPECT_THAT(ended(Plan{.facts = imported->facts, .barrier = true}), ElementsAre(each.id));
    Decision withdrawn = each;
    withdrawn.withdraw_time = kNow - absl::Hours(1);
    registry_ = After(without, {withdrawn});
    EXPECT_THAT(ended(Rename()), IsEmpty()) << each.id;
  }
  assessment.valid_to = "2026-11-27";
  registry_ = After(without, {assessment});
  EXPECT_THAT(ended(Rename()), IsEmpty()) << "it is over";
  registry_ = After(without, {decision("d4", "france", {}), decision("d5", "france", {"georgia"})});
  EXPECT_THAT(ended(Rename()), IsEmpty()) << "of others, and of nobody in particular";
}

}  // namespace
}  // namespace comity::partner_registry
