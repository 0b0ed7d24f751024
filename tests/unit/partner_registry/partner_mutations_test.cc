#include "services/partner-registry/domain/partner_mutations.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "common/legal/evaluate.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PartnerMutationsTest : public ::testing::Test {
 protected:
  static Partner Kazakhstan() {
    return {.id = "kazakhstan",
            .kind = PartnerKind::kState,
            .display_name = "Kazakhstan",
            .iso_alpha2 = "KZ",
            .iso_alpha3 = "KAZ",
            .legal_classes = {
                {.legal_class = LegalClass::kThirdCountry, .certainty = Certainty::kUnconfirmed}}};
  }

  // By its names alone, beside one that is on the register.
  static Partner EnteredAs(const std::string& id, const std::string& name) {
    return {.id = id,
            .kind = PartnerKind::kState,
            .display_name = name,
            .legal_classes = Kazakhstan().legal_classes};
  }

  Partner Georgia() const { return *registry_.FindPartner("georgia"); }

  Registry With(const Partner& partner) const { return After(registry_, {partner}); }

  const Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 28, 12), absl::UTCTimeZone());
};

TEST_F(PartnerMutationsTest, APartnerIsPutOnTheRegisterOnce) {
  const auto plan = PlanCreatePartner(registry_, kImporter, Kazakhstan(), false);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->resource, "partners/kazakhstan");
  EXPECT_FALSE(plan->barrier);

  EXPECT_THAT(PlanCreatePartner(After(registry_, plan->facts), kImporter, Kazakhstan(), true),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_EXISTS"));
}

TEST_F(PartnerMutationsTest, WhoIsAlikeByNameOrAliasIsRefusedUnlessItIsSaidToBeAnother) {
  Partner alike = Kazakhstan();
  alike.id = "turkey";
  alike.display_name = "TU\xCC\x88RKIYE";
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, alike, false),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE"));
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, alike, true), IsOk());

  Partner named = Georgia();
  named.aliases = {"Sakartvelo"};
  alike.display_name = "sakartvelo";
  EXPECT_THAT(PlanCreatePartner(With(named), kImporter, alike, false),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE"));
}

TEST_F(PartnerMutationsTest, ACodeIsAStatesAndANameIsOneLine) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID");
  Partner organisation = Kazakhstan();
  organisation.kind = PartnerKind::kInternationalOrganisation;
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, organisation, false), invalid);
  Partner broken = Kazakhstan();
  broken.display_name = "Kazakh\nstan";
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, broken, false), invalid);
  broken.display_name = "Kazakhstan";
  broken.aliases = {"Kazakh\tstan"};
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, broken, false), invalid);
}

TEST_F(PartnerMutationsTest, AnIsoCodeIsOnePartnersOnlyWhateverIsSaid) {
  Partner other = Kazakhstan();
  other.iso_alpha2 = "GE";
  other.iso_alpha3 = "GEO";
  EXPECT_THAT(PlanCreatePartner(registry_, kImporter, other, true),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE"));

  const Registry without =
      After(registry_, PlanDeletePartner(registry_, "georgia", "", now_)->facts);
  EXPECT_THAT(PlanCreatePartner(without, kImporter, other, false), IsOk());
}

TEST_F(PartnerMutationsTest, WhatIsWrongIsNamedByItsField) {
  const auto field_of = [](const absl::StatusOr<Plan>& plan) {
    const ErrorDetails details = DetailsOf(plan.status());
    return details.reason != "PARTNER_INVALID" || details.fields.empty() ? std::string("none")
                                                                         : details.fields[0].field;
  };
  const auto create = [&](auto change) {
    Partner partner = Kazakhstan();
    change(partner);
    return field_of(PlanCreatePartner(registry_, kImporter, partner, false));
  };
  EXPECT_EQ(create([](Partner& p) { p.id = "Kazakhstan"; }), "partner_id");
  EXPECT_EQ(create([](Partner& p) { p.kind = PartnerKind::kUnspecified; }), "partner.kind");
  EXPECT_EQ(create([](Partner& p) { p.display_name = ""; }), "partner.display_name");
  EXPECT_EQ(create([](Partner& p) { p.display_name = std::string(201, 'a'); }),
            "partner.display_name");
  EXPECT_EQ(create([](Partner& p) { p.iso_alpha3 = "XXX"; }), "partner.iso_alpha2");
  EXPECT_EQ(create([](Partner& p) { p.region = "asia"; }), "partner.region");
  EXPECT_EQ(create([](Partner& p) { p.aliases = {""}; }), "partner.aliases");
  EXPECT_EQ(create([](Partner& p) { p.aliases = {"a", "a"}; }), "partner.aliases");
  EXPECT_EQ(create([](Partner& p) { p.aliases.resize(51, "a"); }), "partner.aliases");
  EXPECT_EQ(create([](Partner& p) { p.legal_classes.push_back(p.legal_classes[0]); }),
            "partner.legal_classes[1].from");
  EXPECT_EQ(create([](Partner& p) {
              p.iso_alpha2 = "XK";
              p.iso_alpha3 = "XKX";
            }),
            "none")
      << "user-assigned; but it is Kosovo's already";
}

TEST_F(PartnerMutationsTest, AClassIsOneOfTheKind) {
  using Kind = PartnerKind;
  using Class = LegalClass;
  const std::map<Kind, std::set<Class>> fitting = {
      {Kind::kState, {Class::kMemberState, Class::kMemberStateNotBound, Class::kThirdCountry}},
      {Kind::kInternationalOrganisation, {Class::kInternationalOrganisation}},
      {Kind::kUnionBody, {Class::kUnionBody}},
      {Kind::kJudicialNetwork, {Class::kUnionNetwork, Class::kExternalNetwork}},
      {Kind::kProjectOrCentre, {Class::kProject}}};
  for (const auto& [kind, classes] : fitting) {
    for (auto each = Class::kMemberState; each <= Class::kPrivate;
         each = static_cast<Class>(static_cast<int>(each) + 1)) {
      Partner partner{.id = "x", .kind = kind, .display_name = "X"};
      partner.legal_classes = {{.legal_class = each}};
      const auto plan = PlanCreatePartner(registry_, kImporter, partner, false);
      if (each == Class::kPrivate || classes.contains(each)) {
        EXPECT_THAT(plan, IsOk()) << Word(kind) << " " << Word(each);
      } else {
        ASSERT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"))
            << Word(kind) << " " << Word(each);
        EXPECT_EQ(DetailsOf(plan.status()).fields.at(0).field,
                  "partner.legal_classes[0].legal_class");
      }
    }
  }
  Partner wbcj = *registry_.FindPartner("wbcj");
  wbcj.legal_classes[0].legal_class = Class::kUnionBody;
  wbcj.legal_classes[0].certainty = Certainty::kUnconfirmed;
  EXPECT_THAT(PlanUpdatePartner(registry_, kImporter, wbcj, "", kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"));
  const auto row = PlanImport(
      registry_, Rows("legal_classes.csv", "partner,legal_class,from,to\nwbcj,UNION_BODY,,\n"),
      kImporter, kNow);
  EXPECT_THAT(row, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(row.status().message()), HasSubstr("line 2, column legal_class"));
}

TEST_F(PartnerMutationsTest, LegalClassesAreKeptInTheOrderOfTheirDays) {
  Partner partner = Kazakhstan();
  partner.legal_classes = {{.legal_class = LegalClass::kMemberState, .from = "2030-01-01"},
                           {.legal_class = LegalClass::kThirdCountry, .to = "2029-12-31"}};

  const auto plan = PlanCreatePartner(registry_, kImporter, partner, false);

  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(std::get<Partner>(plan->facts[0]).legal_classes[0].to, "2029-12-31");
}

TEST_F(PartnerMutationsTest, AChangeKeepsWhatOnlyTheServerSets) {
  Partner suspended = Georgia();
  suspended.exchanges_suspended = true;
  const Registry registry = With(suspended);
  Partner changed = Georgia();
  changed.region = "CAUCASUS";

  const auto plan = PlanUpdatePartner(registry, kImporter, changed, "", kNow);

  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(std::get<Partner>(plan->facts.at(0)).exchanges_suspended);
  EXPECT_FALSE(plan->barrier);
}

TEST_F(PartnerMutationsTest, WhatIsSomethingInLawStaysWhatItIs) {
  Partner changed = Georgia();
  changed.kind = PartnerKind::kJudicialNetwork;
  changed.iso_alpha2.clear();
  changed.iso_alpha3.clear();
  changed.legal_classes = {
      {.legal_class = LegalClass::kExternalNetwork, .certainty = Certainty::kUnconfirmed}};
  const auto refused = PlanUpdatePartner(registry_, kImporter, changed, "", kNow);
  ASSERT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.at(0).field, "partner.kind");
  EXPECT_THAT(
      PlanImport(registry_,
                 Rows("partners.csv", "id,kind,display_name\ngeorgia,JUDICIAL_NETWORK,Georgia\n"),
                 kImporter, kNow),
      FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
}

TEST_F(PartnerMutationsTest, AChangeOfClassOrCompetenceIsABarrierAndNoChangeIsNone) {
  Partner changed = Georgia();
  changed.competence.criminal_matters = !changed.competence.criminal_matters;
  EXPECT_TRUE(PlanUpdatePartner(registry_, kImporter, changed, "", kNow)->barrier);
  changed = Georgia();
  changed.legal_classes[0].to = "2030-12-31";
  EXPECT_TRUE(PlanUpdatePartner(registry_, kImporter, changed, "", kNow)->barrier);

  const auto same = PlanUpdatePartner(registry_, kImporter, Georgia(), "", kNow);
  ASSERT_THAT(same, IsOk());
  EXPECT_THAT(same->facts, IsEmpty());
}

TEST_F(PartnerMutationsTest, AStaleEtagIsRefused) {
  EXPECT_THAT(PlanUpdatePartner(registry_, kImporter, Georgia(), "\"1\"", kNow), IsOk());
  for (const char* stale : {"\"0\"", "1", "\"2\""}) {
    EXPECT_THAT(PlanUpdatePartner(registry_, kImporter, Georgia(), stale, kNow),
                FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
    EXPECT_THAT(PlanDeletePartner(registry_, "georgia", stale, now_),
                FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  }
}

TEST_F(PartnerMutationsTest, ADeletedPartnerIsRefusedEverythingUntilItIsPutBack) {
  const auto plan = PlanDeletePartner(registry_, "georgia", "", now_);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  const Registry deleted = After(registry_, plan->facts);

  legal::Question question;
  question.instant = now_;
  question.counterpart = "partners/georgia/authorities/prosecution-service";
  for (const legal::DataKind kind :
       {legal::DataKind::kNonPersonal, legal::DataKind::kAdministrative,
        legal::DataKind::kOperational}) {
    question.data_kind = kind;
    EXPECT_EQ(legal::Evaluate(deleted.facts(), question).outcome, legal::Outcome::kRefused);
  }
  EXPECT_THAT(PlanUpdatePartner(deleted, kImporter, Georgia(), "", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));
  EXPECT_THAT(PlanDeletePartner(deleted, "georgia", "", now_)->facts, IsEmpty());

  const auto back = PlanUndeletePartner(deleted, "georgia", "");
  ASSERT_THAT(back, IsOk());
  const Registry restored = After(deleted, back->facts);
  question.data_kind = legal::DataKind::kNonPersonal;
  EXPECT_EQ(legal::Evaluate(restored.facts(), question).outcome, legal::Outcome::kPermitted);
  EXPECT_THAT(PlanUndeletePartner(restored, "georgia", ""),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_NOT_DELETED"));
}

TEST_F(PartnerMutationsTest, WhoHasBeenReplacedMeanwhileIsNotPutBack) {
  const Registry deleted =
      After(registry_, PlanDeletePartner(registry_, "georgia", "", now_)->facts);
  Partner other = Georgia();
  other.id = "sakartvelo";
  other.legal_classes.clear();
  const Registry replaced =
      After(deleted, PlanCreatePartner(deleted, kImporter, other, false)->facts);

  EXPECT_THAT(PlanUndeletePartner(replaced, "georgia", ""),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE"));
}

TEST_F(PartnerMutationsTest, WhoWasEnteredTwiceBecomesAliasesOfTheOther) {
  Partner twice = EnteredAs("turkey", "Turkey");
  twice.aliases = {"Turchia", "TURKIYE"};
  const Registry both = With(twice);

  const auto plan = PlanMergePartners(both, "turkey", "turkiye", now_);

  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  EXPECT_EQ(plan->resource, "partners/turkiye");
  const Registry merged = After(both, plan->facts);
  EXPECT_TRUE(merged.FindPartner("turkey")->deleted());
  EXPECT_EQ(merged.FindPartner("turkey")->merged_into, "turkiye");
  EXPECT_THAT(merged.FindPartner("turkiye")->aliases, ::testing::ElementsAre("Turkey", "Turchia"))
      << "its own name is none";
  EXPECT_THAT(PlanMergePartners(merged, "turkey", "turkiye", now_)->facts, IsEmpty());
  EXPECT_THAT(PlanMergePartners(merged, "turkey", "georgia", now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));
}

// A restriction that excludes the one excludes the other: one person does not lift it.
TEST_F(PartnerMutationsTest, AMergerIsNotUndone) {
  Partner twice = EnteredAs("shqip", "Shqip");
  const Registry both = With(twice);
  Registry merged = After(both, PlanMergePartners(both, "shqip", "albania", now_)->facts);
  const auto undone = [&] { return PlanUndeletePartner(merged, "shqip", ""); };
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED");
  EXPECT_THAT(undone(), refused);
  EXPECT_THAT(std::string(undone().status().message()),
              HasSubstr("partners/shqip is partners/albania since they were merged"));

  // Nor by having it gone, so that another gets its id: it never was anything in law.
  twice.legal_classes.clear();
  const Registry bare = With(twice);
  const Registry one = After(bare, PlanMergePartners(bare, "shqip", "albania", now_)->facts);
  EXPECT_THAT(PlanPurgePartner(one, "shqip", ""),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));

  Partner without_alias = *merged.FindPartner("albania");
  std::erase(without_alias.aliases, "Shqip");
  merged = After(merged, {without_alias});
  EXPECT_THAT(undone(), refused) << "nor once nobody has its names";

  const auto row =
      PlanImport(merged, {{.source = {"partners.csv", 2}, .fact = twice}}, kImporter, now_);
  ASSERT_THAT(row, IsOk());
  EXPECT_THAT(row->facts, IsEmpty()) << "nor by an import";
}

TEST_F(PartnerMutationsTest, WhoTookUpAnotherIsMergedToo) {
  const auto named = [](const std::string& id) {
    return Partner{.id = id, .kind = PartnerKind::kState, .display_name = id};
  };
  const Registry all = After(registry_, {named("first"), named("second"), named("third")});
  const Registry once = After(all, PlanMergePartners(all, "first", "second", now_)->facts);

  const auto plan = PlanMergePartners(once, "second", "third", now_);

  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->resource, "partners/third");
  const Registry merged = After(once, plan->facts);
  EXPECT_EQ(merged.FindPartner("first")->merged_into, "third");
  EXPECT_EQ(merged.FindPartner("second")->merged_into, "third");
  EXPECT_THAT(merged.FindPartner("third")->aliases, ::testing::ElementsAre("second", "first"));
}

TEST_F(PartnerMutationsTest, WhatHangsOnAPartnerKeepsItFromBeingMerged) {
  const auto plan = PlanMergePartners(registry_, "georgia", "moldova", now_);
  ASSERT_THAT(plan, FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));
  std::vector<std::string> kinds;
  for (const auto& violation : DetailsOf(plan.status()).preconditions) {
    kinds.push_back(violation.subject);
  }
  EXPECT_THAT(kinds,
              ::testing::ElementsAre("instruments", "milestones", "authorities", "contacts"));

  EXPECT_THAT(PlanMergePartners(registry_, "icpa", "wbcj", now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"))
      << "others joined it";
  const Registry decided =
      After(With(Kazakhstan()), {Decision{.id = "01900000-0000-7000-8000-000000000001",
                                          .kind = DecisionKind::kAuthorisation,
                                          .partner = "france",
                                          .counterparts = {"kazakhstan"},
                                          .valid_from = "2026-11-01"}});
  EXPECT_THAT(PlanMergePartners(decided, "kazakhstan", "georgia", now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));
  EXPECT_THAT(PlanMergePartners(registry_, "georgia", "georgia", now_),
              FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"));
  EXPECT_THAT(PlanMergePartners(registry_, "atlantis", "georgia", now_),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(PartnerMutationsTest, OnlyADeletedPartnerThatNothingNamesIsPurged) {
  EXPECT_THAT(PlanPurgePartner(registry_, "atlantis", ""),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  Partner unsaid = Kazakhstan();
  unsaid.legal_classes.clear();
  const Registry there = With(unsaid);
  EXPECT_THAT(PlanPurgePartner(there, "kazakhstan", ""),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_NOT_DELETED"));
  const Registry deleted = After(there, PlanDeletePartner(there, "kazakhstan", "", now_)->facts);
  EXPECT_THAT(PlanPurgePartner(deleted, "kazakhstan", "\"1\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto plan = PlanPurgePartner(deleted, "kazakhstan", "");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, IsEmpty());
  EXPECT_THAT(plan->removed, ::testing::ElementsAre("partners/kazakhstan"));

  Registry purged = deleted;
  purged.Apply({.revision = purged.revision() + 1, .removed = plan->removed});
  EXPECT_EQ(purged.FindPartner("kazakhstan"), nullptr);
  int found = 0;
  purged.index().Visit("kaz", {}, {}, "", [&](const Partner&) { return ++found > 0; });
  EXPECT_EQ(found, 0);
  EXPECT_FALSE(purged.facts().Find("partners/kazakhstan")->partner.has_value());
  EXPECT_THAT(PlanCreatePartner(purged, kImporter, Kazakhstan(), false), IsOk())
      << "its id is free";
}

TEST_F(PartnerMutationsTest, WhoEverWasSomethingInLawIsNotPurged) {
  Partner changed = Georgia();
  changed.legal_classes.clear();
  const auto emptied = PlanUpdatePartner(registry_, kImporter, changed, "", kNow);
  ASSERT_THAT(emptied, FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"));
  EXPECT_EQ(DetailsOf(emptied.status()).fields.at(0).field, "partner.legal_classes");

  Partner unsure = Kazakhstan();
  unsure.delete_time = now_;
  const auto plan = PlanPurgePartner(With(unsure), "kazakhstan", "");
  ASSERT_THAT(plan, FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));
  EXPECT_EQ(DetailsOf(plan.status()).preconditions.at(0).subject, "legal classes");
}

TEST_F(PartnerMutationsTest, WhatNamesAPartnerKeepsItFromBeingPurged) {
  Partner kazakhstan = Kazakhstan();
  kazakhstan.legal_classes.clear();
  kazakhstan.delete_time = now_;
  const Registry deleted = With(kazakhstan);
  Partner merged{.id = "qazaqstan",
                 .kind = PartnerKind::kState,
                 .display_name = "Qazaqstan",
                 .delete_time = now_,
                 .merged_into = "kazakhstan"};
  const std::vector<std::pair<const char*, Fact>> namings = {
      {"instruments", Instrument{.partner = "kazakhstan", .id = "i"}},
      {"milestones", Milestone{.partner = "georgia", .id = "m", .project = "kazakhstan"}},
      {"authorities", Authority{.partner = "kazakhstan", .id = "a"}},
      {"contacts", Contact{.partner = "kazakhstan", .id = "c", .state = ContactState::kErased}},
      {"decisions", Decision{.id = "d", .counterparts = {"kazakhstan"}}},
      {"keys", KeyStatement{.id = "k", .holder = "spiffe://a.b/partner/kazakhstan/contact/c"}},
      {"partners", merged},
      {"strategies", Strategy{.id = "s", .partners = {{"kazakhstan", {}}}}},
      {"assessments", Assessment{.partner = "kazakhstan", .id = "a"}},
      {"volumes", Volume{.partner = "kazakhstan", .id = "2025"}},
      {"consultations",
       Consultation{.partner = "georgia", .id = "c", .member_states = {"kazakhstan"}}},
      {"readiness files", Readiness{.partner = "kazakhstan"}},
      {"arrangements",
       Arrangement{.partner = "georgia", .id = "a", .transmissions = {{"kazakhstan", "", ""}}}},
      {"secondments", Secondment{.partner = "kazakhstan", .id = "s"}}};
  for (const auto& [what, fact] : namings) {
    const auto plan = PlanPurgePartner(After(deleted, {fact}), "kazakhstan", "");
    ASSERT_THAT(plan, FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"))
        << what;
    const ErrorDetails details = DetailsOf(plan.status());
    ASSERT_THAT(details.preconditions, SizeIs(1)) << what;
    EXPECT_EQ(details.preconditions[0].subject, what);
  }
}

TEST_F(PartnerMutationsTest, AnImportKeepsAliasesAndWhoWasDeleted) {
  Partner georgia = Georgia();
  georgia.aliases = {"Sakartvelo"};
  georgia.delete_time = now_;
  const Registry registry = With(georgia);

  const auto plan = PlanImport(registry, DataRows(), kImporter, kNow);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, IsEmpty());

  const auto row = Rows("partners.csv",
                        "id,kind,display_name,iso_alpha2,iso_alpha3\n"
                        "georgia,STATE,GEORGIA,GE,GEO\n");
  georgia.delete_time.reset();
  const auto renamed = PlanImport(With(georgia), row, kImporter, kNow);
  ASSERT_THAT(renamed, IsOk());
  EXPECT_THAT(std::get<Partner>(renamed->facts.at(0)).aliases, Contains("Sakartvelo"));
}

TEST_F(PartnerMutationsTest, AnImportEntersAndChangesNothingUnderWhoWasDeleted) {
  Partner georgia = Georgia();
  georgia.delete_time = now_;
  const Registry registry = With(georgia);
  const std::pair<const char*, const char*> rows[] = {
      {"partners.csv", "id,kind,display_name\ngeorgia,STATE,Sakartvelo\n"},
      {"legal_classes.csv", "partner,legal_class,from,to\ngeorgia,MEMBER_STATE,,\n"},
      {"authorities.csv", "partner,id,display_name\ngeorgia,ministry,Ministry\n"},
      {"instruments.csv",
       "partner,id,kind,title\ngeorgia,cooperation-agreement,COOPERATION_AGREEMENT_PRE_2019,t\n"}};
  for (const auto& [file, text] : rows) {
    const auto plan = PlanImport(registry, Rows(file, text), kImporter, kNow);
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID")) << file;
    EXPECT_THAT(std::string(plan.status().message()), HasSubstr("off the register")) << file;
  }
}

}  // namespace
}  // namespace comity::partner_registry
