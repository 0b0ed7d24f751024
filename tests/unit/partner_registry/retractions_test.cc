#include "services/partner-registry/domain/retractions.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kWho[] = "spiffe://agency.example/agency/registry-operator/-/o2";
constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";
constexpr char kService[] = "partners/georgia/authorities/prosecution-service";
constexpr absl::CivilDay kToday(2026, 11, 28);

class RetractionsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Plan> Retract(const std::string& name, const std::string& evidence = "note 7",
                               absl::string_view etag = "") const {
    return name.find("/authorities/") == std::string::npos
               ? PlanRetractInstrument(registry_, kWho, name, evidence, etag, kNow)
               : PlanRetractAuthority(registry_, kWho, name, evidence, etag, kNow);
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  void Enter(Instrument instrument) {
    registry_ = After(std::move(registry_), {std::move(instrument)});  // As two persons have it.
  }

  // A version of the agreement that replaces it, of no effect as yet.
  static Instrument Later() {
    return {.partner = "georgia",
            .id = "later",
            .kind = InstrumentKind::kOtherAgreement,
            .title = "Later",
            .signed_on = "2026-11-01",
            .supersedes = "cooperation-agreement"};
  }

  std::vector<legal::Instrument> Decisive() const {
    return registry_.facts().Find("partners/georgia")->instruments;
  }

  // Whether each instrument of Georgia that counts has effect.
  std::map<std::string, legal::Tri> EffectOn(absl::CivilDay day) const {
    const legal::Dossier& dossier = *registry_.facts().Find("partners/georgia");
    std::map<std::string, legal::Tri> holds;
    for (const legal::Instrument& instrument : dossier.instruments) {
      holds[instrument.name] = legal::EffectOf(instrument, dossier, {.day = day}).holds;
    }
    return holds;
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(RetractionsTest, ARetractedInstrumentCountsForNothingAndIsReadByName) {
  const std::size_t before = registry_.SharedFacts().size();
  const auto plan = Retract(kAgreement);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  Take(plan);

  EXPECT_THAT(Decisive(), Not(Contains(Field(&legal::Instrument::name, kAgreement))));
  EXPECT_EQ(registry_.FindInstrument(kAgreement), nullptr);
  EXPECT_THAT(registry_.InstrumentsOf("georgia"), IsEmpty());
  EXPECT_EQ(registry_.SharedFacts().size(), before - 1) << "no feed begins with it";
  EXPECT_THAT(StandingOn(registry_, *registry_.FindPartner("georgia"), kToday).instruments,
              IsEmpty());
  const Retraction retraction = *std::get<Instrument>(*registry_.Find(kAgreement)).retraction;
  EXPECT_EQ(retraction.evidence, "note 7");
  EXPECT_EQ(retraction.retracted_by, kWho);
  EXPECT_EQ(retraction.time, kNow);
}

TEST_F(RetractionsTest, ItIsNeitherRetractedAgainNorChangedNorEnteredAnew) {
  const Instrument known = *registry_.FindInstrument(kAgreement);
  Take(Retract(kAgreement));

  EXPECT_THAT(Retract(kAgreement),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ALREADY_RETRACTED"));
  EXPECT_THAT(PlanUpdateInstrument(registry_, kWho, known, "", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ENTRY_RETRACTED"));
  EXPECT_THAT(PlanConfirmField(registry_, kWho, kAgreement, "in_force", "note", "\"2\"", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ENTRY_RETRACTED"));
  EXPECT_THAT(PlanCreateInstrument(registry_, kWho, known),
              FailsWith(absl::StatusCode::kAlreadyExists, "INSTRUMENT_EXISTS"));
  EXPECT_THAT(PlanImport(registry_, DataRows(), kImporter, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
}

TEST_F(RetractionsTest, ItTakesEvidenceAndTheStateThatWasSeen) {
  for (const char* name : {kAgreement, "partners/panama/authorities/prosecution-service"}) {
    EXPECT_THAT(Retract(name, ""),
                FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
    EXPECT_THAT(Retract(name, std::string(501, 'a')),
                FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
    EXPECT_THAT(Retract(name, "note", "\"77\""),
                FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  }
  EXPECT_THAT(Retract("partners/georgia/instruments/none"),
              FailsWith(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  EXPECT_THAT(Retract("partners/georgia/authorities/none"),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));
}

TEST_F(RetractionsTest, AnEarlierVersionGovernsAgainOnlyIfSomebodySaysSo) {
  Enter(Later());
  const std::string later = "partners/georgia/instruments/later";
  EXPECT_THAT(Retract(later),
              FailsWith(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_SUPERSEDES"));

  Instrument alone = Later();
  alone.supersedes.clear();
  EXPECT_THAT(PlanUpdateInstrument(registry_, kWho, alone, "", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"))
      << "the earlier one would have effect again on his word";
  Instrument earlier = *registry_.FindInstrument(kAgreement);
  for (auto& [field, certainty] : earlier.certainty) certainty = Certainty::kUnconfirmed;
  Take(PlanUpdateInstrument(registry_, kWho, earlier, "", kNow));
  Take(PlanUpdateInstrument(registry_, kWho, alone, "", kNow));
  EXPECT_THAT(Retract(later), IsOk());
}

TEST_F(RetractionsTest, ALaterVersionReplacesItNoMoreAndStands) {
  Enter(Later());
  Take(Retract(kAgreement));

  const Instrument* later = registry_.FindInstrument("partners/georgia/instruments/later");
  ASSERT_NE(later, nullptr);
  EXPECT_EQ(later->supersedes, "");
  EXPECT_THAT(PlanUpdateInstrument(registry_, kWho, *later, "", kNow), IsOk());
}

TEST_F(RetractionsTest, OfThreeVersionsTheLastReplacesTheFirstWhenTheSecondGoes) {
  Enter(Later());
  Instrument last = Later();
  last.id = "last";
  last.supersedes = "later";
  Enter(last);

  Take(Retract("partners/georgia/instruments/later"));

  EXPECT_EQ(registry_.FindInstrument("partners/georgia/instruments/last")->supersedes,
            "cooperation-agreement");
  EXPECT_EQ(EffectOn(kToday).at(kAgreement), legal::Tri::kUnknown) << "nobody confirmed its day";
}

// Of every chain that three versions can make, whichever goes.
TEST_F(RetractionsTest, NothingGetsABetterEffectByARetraction) {
  const Registry loaded = registry_;
  int retracted = 0;
  for (const char* second : {"", "cooperation-agreement"}) {
    for (const char* third : {"", "cooperation-agreement", "later"}) {
      for (const char* in_force : {"", "2026-11-02"}) {
        for (const char* gone : {"cooperation-agreement", "later", "last"}) {
          SCOPED_TRACE(absl::StrCat(second, "|", third, "|", in_force, "|", gone));
          registry_ = loaded;
          Instrument later = Later();
          later.supersedes = second;
          later.in_force = in_force;
          Enter(later);
          Instrument last = Later();
          last.id = "last";
          last.supersedes = third;
          Enter(last);
          const auto before = EffectOn(kToday);
          const auto plan = Retract(absl::StrCat("partners/georgia/instruments/", gone));
          if (!plan.ok()) {
            ASSERT_EQ(ReasonOf(plan.status()), "INSTRUMENT_SUPERSEDES");
            continue;
          }
          ++retracted;
          Take(plan);
          for (const auto& [name, holds] : EffectOn(kToday)) {
            EXPECT_TRUE(holds == before.at(name) || holds == legal::Tri::kNo) << name;
          }
        }
      }
    }
  }
  EXPECT_GT(retracted, 20);
}

TEST_F(RetractionsTest, WhoIsSecondedUnderItLosesAccess) {
  Take(PlanCreateSecondment(registry_,
                            {.partner = "georgia",
                             .id = "s1",
                             .kind = SecondmentKind::kLiaisonProsecutor,
                             .instrument = kAgreement,
                             .from = "2026-01-01",
                             .contact = "tbilisi-1",
                             .evidence = "letter"},
                            "agency.example"));
  const Contact& contact = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  ASSERT_TRUE(registry_.Counts(contact, kToday));

  Take(Retract(kAgreement));

  EXPECT_FALSE(registry_.Counts(contact, kToday));
  const Secondment& secondment =
      *registry_.relations().Find<Secondment>("partners/georgia/secondments/s1");
  EXPECT_THAT(WhyNotInEffect(registry_, secondment, kToday), HasSubstr("not recorded"));
  EXPECT_THAT(PlanEndSecondment(registry_, Name(secondment), "", "", kNow), IsOk());
}

TEST_F(RetractionsTest, AnAuthorityListedInItIsNotCoveredByTheOthers) {
  Authority listed = *registry_.FindAuthority(kService);
  listed.listed_in = {"cooperation-agreement"};
  registry_ = After(std::move(registry_), {listed});
  Take(Retract(kAgreement));

  listed.display_name = "Prosecution Service of Georgia";
  Take(PlanUpdateAuthority(registry_, kWho, listed, "", kNow));
  EXPECT_THAT(registry_.facts().Find("partners/georgia")->authorities.at(0).listed_in,
              Contains(kAgreement));
  const std::vector<ImportRow> same = {{.source = {"authorities.csv", 2}, .fact = listed}};
  EXPECT_THAT(PlanImport(registry_, same, kImporter, kNow), IsOk());
  listed.listed_in.clear();
  EXPECT_THAT(PlanUpdateAuthority(registry_, kWho, listed, "", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"))
      << "the others would cover it";
}

TEST_F(RetractionsTest, NobodyIsListedAnewInWhatWasRetracted) {
  const Authority known = *registry_.FindAuthority(kService);
  Take(Retract(kAgreement));
  Authority listed = known;
  listed.listed_in = {"cooperation-agreement"};
  listed.certainty = Certainty::kUnconfirmed;
  const std::vector<ImportRow> row = {{.source = {"authorities.csv", 2}, .fact = listed}};
  const absl::Status imported = PlanImport(registry_, row, kImporter, kNow).status();
  EXPECT_THAT(imported, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_EQ(DetailsOf(imported).metadata.at("column"), "listed_in");
  const auto refused = [&](const absl::Status& status) {
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "AUTHORITY_INVALID"));
    EXPECT_EQ(DetailsOf(status).fields.at(0).field, "authority.listed_in");
    EXPECT_THAT(std::string(status.message()), HasSubstr("retracted: leave it out"));
  };
  refused(PlanUpdateAuthority(registry_, kWho, listed, "", kNow).status());
  listed.id = "ministry";
  refused(PlanCreateAuthority(registry_, kWho, listed, kNow).status());
}

TEST_F(RetractionsTest, WhatComesNextIsToldFromWhatStillCounts) {
  const auto axis = [this](const char* partner, Axis which) {
    return StandingOn(registry_, *registry_.FindPartner(partner), kToday)
        .axes[static_cast<std::size_t>(which) - 1];
  };
  // Ratified by the partner: that rests on the signature of what was retracted.
  ASSERT_THAT(axis("armenia", Axis::kTreaty).next_step, HasSubstr("European Parliament"));
  const std::vector<const Instrument*> armenian = registry_.InstrumentsOf("armenia");
  for (const Instrument* instrument : armenian) {
    if (instrument->kind == InstrumentKind::kInternationalAgreement) {
      Take(Retract(NameOf(*instrument)));
      break;
    }
  }
  EXPECT_EQ(axis("armenia", Axis::kTreaty).step, "RATIFIED_BY_PARTNER") << "it was recorded";
  EXPECT_EQ(axis("armenia", Axis::kTreaty).next_step,
            "the Council decides on signing (TFEU 218(5))");

  // Seconded, by a milestone.
  EXPECT_EQ(axis("georgia", Axis::kLiaisonProsecutor).step, "SECONDED");
  EXPECT_THAT(axis("georgia", Axis::kLiaisonProsecutor).next_step, HasSubstr("none"));
  // And by a record, which ends with the agreement: no successor is seconded without one.
  Take(PlanCreateSecondment(registry_,
                            {.partner = "albania",
                             .id = "s1",
                             .kind = SecondmentKind::kLiaisonProsecutor,
                             .instrument = "partners/albania/instruments/cooperation-agreement",
                             .from = "2026-01-01",
                             .evidence = "letter"},
                            "agency.example"));
  Take(Retract(kAgreement));
  Take(Retract("partners/albania/instruments/cooperation-agreement"));
  EXPECT_EQ(axis("albania", Axis::kLiaisonProsecutor).step, "ENDED");
  for (const char* const partner : {"georgia", "albania"}) {
    EXPECT_EQ(axis(partner, Axis::kLiaisonProsecutor).next_step,
              "an agreement that allows secondment applies (EJR 54a(1))");
    EXPECT_EQ(axis(partner, Axis::kTreaty).next_step,
              "operational need is established and consulted upon (EJR 52)");
  }
}

TEST_F(RetractionsTest, WhatAnotherInstrumentShowsStillCounts) {
  Instrument second = *registry_.FindInstrument(kAgreement);
  second.id = "second";
  Enter(second);
  Take(Retract(kAgreement));
  EXPECT_THAT(StandingOn(registry_, *registry_.FindPartner("georgia"), kToday)
                  .axes[static_cast<std::size_t>(Axis::kLiaisonProsecutor) - 1]
                  .next_step,
              HasSubstr("access to a case is a transfer"));
}

TEST_F(RetractionsTest, AnAuthorityGoesWhenNoContactBelongsToIt) {
  const auto refused = Retract(kService);
  ASSERT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "AUTHORITY_HAS_CONTACTS"));
  EXPECT_EQ(DetailsOf(refused.status()).preconditions.at(0).subject,
            "partners/georgia/contacts/tbilisi-1");

  Take(PlanEraseContact(registry_, "partners/georgia/contacts/tbilisi-1", "", kNow));
  const Authority known = *registry_.FindAuthority(kService);
  Take(Retract(kService));
  EXPECT_EQ(registry_.FindAuthority(kService), nullptr);
  EXPECT_THAT(registry_.facts().Find("partners/georgia")->authorities, IsEmpty());
  EXPECT_TRUE(std::get<Authority>(*registry_.Find(kService)).retraction.has_value());
  EXPECT_THAT(PlanUpdateAuthority(registry_, kWho, known, "", kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ENTRY_RETRACTED"));
  EXPECT_THAT(PlanCreateAuthority(registry_, kWho, known, kNow),
              FailsWith(absl::StatusCode::kAlreadyExists, "AUTHORITY_EXISTS"));
}

TEST_F(RetractionsTest, APartnerWithOneIsNotPurged) {
  Take(PlanCreatePartner(
      registry_, kWho, {.id = "atlantis", .kind = PartnerKind::kState, .display_name = "Atlantis"},
      false));
  Take(PlanCreateAuthority(registry_, kWho,
                           {.partner = "atlantis", .id = "court", .display_name = "Court"}, kNow));
  Take(Retract("partners/atlantis/authorities/court"));
  Take(PlanDeletePartner(registry_, "atlantis", "", kNow));

  EXPECT_THAT(PlanPurgePartner(registry_, "atlantis", ""),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));
}

}  // namespace
}  // namespace comity::partner_registry
