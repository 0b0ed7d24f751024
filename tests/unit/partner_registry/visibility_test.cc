#include "services/partner-registry/domain/visibility.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

constexpr absl::CivilDay kToday(2026, 11, 23);

Viewer ViewerOf(const char* spiffe_id, const Registry& registry = LoadedRegistry()) {
  return Viewer::Of(identity::Principal::Parse(spiffe_id).value(), registry);
}

// One of each kind of how relations come about.
std::vector<Fact> RelationFacts() {
  return {Strategy(),     CriteriaSet(), Assessment(),  Volume(),
          Consultation(), Readiness(),   Arrangement(), Secondment()};
}

// The same of `partner`, if it is of any.
Fact Of(const std::string& partner, Fact fact) {
  std::visit(
      [&](auto& value) {
        if constexpr (requires { value.partner; }) value.partner = partner;
      },
      fact);
  return fact;
}

class VisibilityTest : public ::testing::Test {
 protected:
  bool Sees(const Viewer& viewer, const char* name) const {
    return MaySee(viewer, registry_.Find(name).value(), kToday);
  }

  const Registry registry_ = LoadedRegistry();
  const Viewer georgia_ = ViewerOf("spiffe://georgia.example/partner/georgia/contact/tbilisi-1");
};

TEST_F(VisibilityTest, TheAgencySeesEverything) {
  const Viewer desk = ViewerOf("spiffe://agency.example/agency/desk-officer/-/d1");
  for (const FactPointer& fact : registry_.SharedFacts()) {
    EXPECT_TRUE(MaySee(desk, CopyOf(fact), kToday));
  }
}

TEST_F(VisibilityTest, AContactSeesItsOwnPartnerAndNoOther) {
  EXPECT_TRUE(Sees(georgia_, "partners/georgia"));
  EXPECT_TRUE(Sees(georgia_, "partners/georgia/authorities/prosecution-service"));
  EXPECT_TRUE(Sees(georgia_, "partners/georgia/contacts/tbilisi-1"));
  EXPECT_TRUE(Sees(georgia_, "partners/georgia/milestones/seconded"));
  EXPECT_FALSE(Sees(georgia_, "partners/moldova"));
  EXPECT_FALSE(Sees(georgia_, "partners/moldova/authorities/prosecution-service"));
  EXPECT_FALSE(Sees(georgia_, "partners/moldova/contacts/chisinau-1"));
  EXPECT_FALSE(Sees(georgia_, "partners/armenia/milestones/council-mandate"));
}

TEST_F(VisibilityTest, ALiaisonProsecutorSeesWhatAContactOfHisStateSees) {
  constexpr char kProsecutor[] = "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";
  const Registry registry = After(LoadedRegistry(), {Secondment{.partner = "georgia",
                                                                .id = "s1",
                                                                .from = "2026-01-01",
                                                                .to = "2026-02-01",
                                                                .identity = kProsecutor}});
  const Viewer prosecutor = ViewerOf(kProsecutor, registry);
  for (const FactPointer& shared : registry.SharedFacts()) {
    const Fact fact = CopyOf(shared);
    EXPECT_EQ(MaySee(prosecutor, fact, kToday), MaySee(georgia_, fact, kToday)) << NameOf(fact);
  }
  EXPECT_FALSE(prosecutor.all);

  const Viewer nobodys = ViewerOf(kProsecutor);
  EXPECT_FALSE(Sees(nobodys, "partners/georgia")) << "no secondment names him";
  EXPECT_FALSE(MaySee(nobodys, Decision{}, kToday)) << "the agency's own is not nobody's";
}

TEST_F(VisibilityTest, InstrumentsOfOthersShowOnceTheyArePublic) {
  EXPECT_TRUE(Sees(georgia_, "partners/panama/instruments/working-arrangement"));
  EXPECT_FALSE(Sees(georgia_, "partners/lebanon/instruments/agreement"))
      << "nobody knows since when it is public";
  Instrument instrument =
      *registry_.FindInstrument("partners/panama/instruments/working-arrangement");
  instrument.public_since = "2026-11-24";
  EXPECT_FALSE(MaySee(georgia_, instrument, kToday));
}

TEST_F(VisibilityTest, NobodyShowsAnInstrumentToOthersOnOnePersonsWord) {
  Instrument instrument =
      *registry_.FindInstrument("partners/panama/instruments/working-arrangement");
  ASSERT_TRUE(MaySee(georgia_, instrument, kToday));
  for (const Certainty certainty :
       {Certainty::kUnspecified, Certainty::kUnconfirmed, Certainty::kUnknown}) {
    instrument.public_since = "2024-02-01";
    instrument.certainty["public_since"] = certainty;
    EXPECT_FALSE(MaySee(georgia_, instrument, kToday)) << Word(certainty);
    instrument.public_since = "";
    instrument.certainty.erase("public_since");
    instrument.certainty["signed"] = certainty;
    EXPECT_FALSE(MaySee(georgia_, instrument, kToday)) << Word(certainty);
    instrument.certainty["signed"] = Certainty::kFound;
  }
  instrument.public_since = "2024-02-01";
  instrument.certainty["public_since"] = Certainty::kUnconfirmed;
  instrument.confirmations = {{.field = "public_since", .value = "2024-02-01"}};
  EXPECT_TRUE(MaySee(georgia_, instrument, kToday)) << "a second person confirmed it";

  instrument.confirmations.clear();
  instrument.certainty["public_since"] = Certainty::kYear;
  EXPECT_FALSE(MaySee(georgia_, instrument, absl::CivilDay(2024, 12, 30)));
  EXPECT_TRUE(MaySee(georgia_, instrument, absl::CivilDay(2024, 12, 31)));

  const Viewer panama = ViewerOf("spiffe://panama.example/partner/panama/contact/panama-1");
  instrument.certainty["public_since"] = Certainty::kUnconfirmed;
  EXPECT_TRUE(MaySee(panama, instrument, kToday)) << "its own";
}

TEST_F(VisibilityTest, DecisionsAndKeysOfOtherPartnersDoNotShow) {
  EXPECT_FALSE(MaySee(georgia_, Decision{.partner = "france"}, kToday));
  EXPECT_TRUE(MaySee(georgia_, Decision{.partner = "georgia"}, kToday));
  EXPECT_FALSE(MaySee(georgia_, Decision{}, kToday)) << "the agency's own";
  EXPECT_TRUE(MaySee(georgia_,
                     KeyStatement{.holder = "spiffe://agency.example/agency/desk-officer/-/d1"},
                     kToday));
  EXPECT_FALSE(
      MaySee(georgia_,
             KeyStatement{.holder = "spiffe://agency.example/partner/moldova/contact/chisinau-1"},
             kToday));
  const KeyStatement prosecutors{
      .holder = "spiffe://agency.example/agency/liaison-prosecutor/moldova/lp-1"};
  EXPECT_FALSE(MaySee(georgia_, prosecutors, kToday));
  EXPECT_TRUE(
      MaySee(ViewerOf("spiffe://agency.example/agency/desk-officer/-/d1"), prosecutors, kToday));
}

TEST_F(VisibilityTest, NothingOfHowRelationsComeAboutShowsToAContactOrAnApplication) {
  const Viewer desk = ViewerOf("spiffe://agency.example/agency/desk-officer/-/d1");
  const Viewer application = ViewerOf("spiffe://agency.example/application/portal");
  for (const Fact& each : RelationFacts()) {
    const Fact fact = Of("georgia", each);
    EXPECT_FALSE(MaySee(georgia_, fact, kToday)) << KindOf(fact);
    EXPECT_FALSE(MaySee(application, fact, kToday)) << KindOf(fact);
    EXPECT_TRUE(MaySee(desk, fact, kToday)) << KindOf(fact);
  }
}

TEST_F(VisibilityTest, EachOfThoseToBeInAccordHasAViewOfItsOwnOnHowRelationsComeAbout) {
  constexpr char kStrategy[] = "strategy";  // The one kind that is of no partner.
  struct View {
    const char* who;
    std::set<std::string> own;     // Kinds that it sees of Panama.
    std::set<std::string> others;  // ... of another partner.
  };
  const std::set<std::string> all = {"strategy",     "criteria_set", "assessment",  "volume",
                                     "consultation", "readiness",    "arrangement", "secondment"};
  const std::set<std::string> eeas = {"strategy", "readiness", "arrangement"};
  const std::set<std::string> commission = {"strategy", "readiness", "arrangement", "consultation"};
  for (const View& view : std::vector<View>{
           {"desk-officer/-", all, all},
           {"commission/-", commission, commission},
           {"eeas/-", eeas, eeas},
           {"eu-delegation/panama", eeas, {kStrategy}},
           {"eu-delegation/-", {}, {}},
           {"eu-delegation/atlantis", {}, {}},
       }) {
    const Viewer viewer =
        ViewerOf(absl::StrCat("spiffe://agency.example/agency/", view.who, "/x1").c_str());
    for (const Fact& fact : RelationFacts()) {
      const std::string kind = KindOf(fact);
      EXPECT_EQ(MaySee(viewer, Of("panama", fact), kToday), view.own.count(kind) == 1)
          << view.who << " " << kind;
      EXPECT_EQ(MaySee(viewer, Of("algeria", fact), kToday), view.others.count(kind) == 1)
          << view.who << " " << kind << " of another";
    }
  }
}

TEST_F(VisibilityTest, AnEuDelegationSeesItsPartnerAndNobodysPersons) {
  const Viewer panama = ViewerOf("spiffe://agency.example/agency/eu-delegation/panama/d1");
  const Viewer nobody = ViewerOf("spiffe://agency.example/agency/eu-delegation/-/d1");
  EXPECT_FALSE(panama.all) << "who recorded and confirmed is the agency's";
  std::set<std::string> seen;
  for (const FactPointer& shared : registry_.SharedFacts()) {
    const Fact fact = CopyOf(shared);
    EXPECT_FALSE(MaySee(nobody, fact, kToday)) << NameOf(fact);
    if (MaySee(panama, fact, kToday)) seen.insert(NameOf(fact));
  }
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre(
                        "partners/panama", "partners/panama/authorities/prosecution-service",
                        "partners/panama/instruments/working-arrangement",
                        "partners/panama/milestones/designated"));
  const KeyStatement key{.holder = "spiffe://agency.example/partner/panama/contact/panama-1"};
  EXPECT_FALSE(MaySee(panama, key, kToday));
  EXPECT_FALSE(MaySee(panama, Decision{.partner = "panama"}, kToday));
  EXPECT_FALSE(MaySee(panama, ChangeRequest{.partner = "panama"}, kToday));
  Instrument mistaken =
      *registry_.FindInstrument("partners/panama/instruments/working-arrangement");
  mistaken.retraction.emplace();
  EXPECT_FALSE(MaySee(panama, mistaken, kToday));
}

TEST_F(VisibilityTest, WhoHasToBeInAccordSeesNeitherDraftsNorReplies) {
  for (const char* who : {"spiffe://agency.example/agency/commission/-/c1",
                          "spiffe://agency.example/agency/eeas/-/e1",
                          "spiffe://agency.example/agency/eu-delegation/panama/d1"}) {
    const Viewer viewer = ViewerOf(who);
    Fact consultation = Consultation{.replies = {Reply()}, .override_reason = "why"};
    Redact(viewer, consultation);
    EXPECT_TRUE(std::get<Consultation>(consultation).replies.empty());
    EXPECT_TRUE(std::get<Consultation>(consultation).override_reason.empty());
    Fact arrangement = Arrangement{.drafts = {ArrangementDraft()}};
    Redact(viewer, arrangement);
    EXPECT_TRUE(std::get<Arrangement>(arrangement).drafts.empty());
  }
  const Viewer desk = ViewerOf("spiffe://agency.example/agency/desk-officer/-/d1");
  Fact consultation = Consultation{.replies = {Reply()}};
  Redact(desk, consultation);
  EXPECT_EQ(std::get<Consultation>(consultation).replies.size(), 1U);
}

TEST_F(VisibilityTest, AServiceIsToldOfSecondmentsAndNoMore) {
  const Viewer service = ViewerOf("spiffe://agency.example/service/document-exchange");
  EXPECT_TRUE(MaySee(service, Secondment(), kToday));
  EXPECT_TRUE(MaySee(service, Partner{.id = "georgia"}, kToday));
  EXPECT_FALSE(MaySee(service, Assessment(), kToday));
  EXPECT_FALSE(MaySee(service, Consultation(), kToday));
}

}  // namespace
}  // namespace comity::partner_registry
