// What an instrument says for sure rests on a document.
#include <gmock/gmock.h>

#include <functional>

#include "common/status/error.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

class InstrumentEvidenceTest : public ::testing::Test {
 protected:
  using Edit = std::function<void(Instrument&)>;

  // Of a kind that is never a basis: of others what is sure is for two persons, whatever it names.
  // Recorded before a document was asked for.
  InstrumentEvidenceTest() {
    Instrument old = Unsaid();
    old.signed_on = "2010-01-01";
    old.in_force = "2012";
    old.ended = "2030-06-30";
    old.certainty = {{"signed", Certainty::kFound},
                     {"in_force", Certainty::kYear},
                     {"ended", Certainty::kFound}};
    registry_ = After(registry_, {old});
  }

  static Instrument Unsaid() {
    return {.partner = "georgia",
            .id = "old",
            .kind = InstrumentKind::kOtherAgreement,
            .title = "Agreement"};
  }

  static const Instrument& Old(const Registry& registry) {
    return *registry.FindInstrument("partners/georgia/instruments/old");
  }

  // Entered with a day in `field`.
  absl::StatusOr<Plan> Created(const std::string& field, Certainty certainty,
                               const std::string& reference = "") const {
    Instrument made = Unsaid();
    made.id = "new";
    made.reference = reference;
    made.certainty[field] = certainty;
    std::string* const days[] = {&made.signed_on, &made.provisional_from, &made.in_force,
                                 &made.in_force_by, &made.applied_from};
    const char* const names[] = {"signed", "provisional_from", "in_force", "in_force_by",
                                 "applied_from"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (field == names[i]) *days[i] = "2015-01-01";
    }
    return PlanCreateInstrument(registry_, kImporter, made);
  }

  // The old one changed, by hand and by a row: both have the same verdict.
  absl::Status Changed(const Edit& edit) const {
    Instrument changed = Old(registry_);
    edit(changed);
    const absl::Status updated =
        PlanUpdateInstrument(registry_, kImporter, changed, "", kNow).status();
    const absl::Status imported =
        PlanImport(registry_, {{.source = {"instruments.csv", 2}, .fact = changed}}, kImporter,
                   kNow)
            .status();
    EXPECT_EQ(DetailsOf(updated).reason, DetailsOf(imported).reason);
    return updated;
  }

  Registry registry_ = LoadedRegistry();
};

const auto kRefused = FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING");

TEST_F(InstrumentEvidenceTest, FromWhenItHasEffectIsNotEnteredForSureWithoutADocument) {
  for (const char* field : {"provisional_from", "in_force", "in_force_by", "applied_from"}) {
    for (const Certainty sure : {Certainty::kFound, Certainty::kMonth, Certainty::kYear}) {
      const auto refused = Created(field, sure);
      ASSERT_THAT(refused, kRefused) << field;
      EXPECT_EQ(DetailsOf(refused.status()).fields.at(0).field, "instrument.reference");
      EXPECT_THAT(std::string(refused.status().message()), HasSubstr(field));
      EXPECT_THAT(Created(field, sure, "OJ L 1"), IsOk()) << field;
    }
    for (const Certainty unsure : {Certainty::kUnspecified, Certainty::kUnconfirmed}) {
      EXPECT_THAT(Created(field, unsure), IsOk()) << field << ": a second person confirms it";
    }
  }
  EXPECT_THAT(Created("ended", Certainty::kFound), IsOk()) << "that there is no end";
  for (const char* document : {"", "OJ L 1"}) {
    EXPECT_THAT(Created("signed", Certainty::kFound, document), kNeeded) << "it would be public";
  }
}

TEST_F(InstrumentEvidenceTest, ARowNamesTheColumn) {
  const auto refused =
      PlanImport(registry_,
                 Rows("instruments.csv",
                      "partner,id,kind,title,signed,in_force,certainty\n"
                      "georgia,first,OTHER_AGREEMENT,t,2020-01-01,2021-01-01,\n"
                      "georgia,second,OTHER_AGREEMENT,t,2020-01-01,2021-01-01,in_force:found\n"),
                 kImporter, kNow);
  ASSERT_THAT(refused, kRefused);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("instruments.csv, line 3, column reference: name the document"));
}

TEST_F(InstrumentEvidenceTest, WhatWasRecordedWithoutADocumentStaysAndIsChangedWithOne) {
  EXPECT_THAT(Changed([](Instrument& it) { it.note = "seen"; }), IsOk());
  EXPECT_THAT(Changed([](Instrument& it) {
                it.public_since = "2011-01-01";
                it.certainty["public_since"] = Certainty::kFound;
              }),
              IsOk());

  EXPECT_THAT(Changed([](Instrument& it) { it.in_force = "2013"; }), kRefused);
  EXPECT_THAT(Changed([](Instrument& it) { it.certainty["in_force"] = Certainty::kFound; }),
              kRefused)
      << "surer";
  EXPECT_THAT(Changed([](Instrument& it) {
                it.applied_from = "2014-01-01";
                it.certainty["applied_from"] = Certainty::kFound;
              }),
              kRefused);
  const auto with_a_document = [](Instrument& it) {
    it.in_force = "2013";
    it.reference = "OJ L 1";
  };
  EXPECT_THAT(Changed(with_a_document), kNeeded) << "what it shows of the rest is for two";
  EXPECT_THAT(Changed([&](Instrument& it) {
                with_a_document(it);
                it.certainty = {{"signed", Certainty::kUnconfirmed},
                                {"in_force", Certainty::kUnconfirmed},
                                {"ended", Certainty::kFound}};
              }),
              IsOk());
  EXPECT_THAT(Changed([](Instrument& it) {
                it.in_force = "2013";
                it.certainty["in_force"] = Certainty::kUnconfirmed;
              }),
              IsOk());
}

TEST_F(InstrumentEvidenceTest, WhatLetsItHaveEffectForLongerIsForTwoAndWhatStopsItForOne) {
  for (const char* later : {"2030-07-01", "2031", ""}) {
    for (const char* document : {"", "OJ L 1"}) {
      EXPECT_THAT(Changed([&](Instrument& it) {
                    it.ended = later;
                    it.reference = document;
                  }),
                  kNeeded)
          << later << ", whatever it names";
    }
  }
  EXPECT_THAT(Changed([](Instrument& it) { it.ended = "2030-06"; }), IsOk())
      << "its first day counts";
  EXPECT_THAT(Changed([](Instrument& it) { it.certainty["ended"] = Certainty::kYear; }), IsOk());
  EXPECT_THAT(Changed([](Instrument& it) { it.ended = "2029-12-31"; }), IsOk());
  EXPECT_THAT(Changed([](Instrument& it) {
                it.ended = "2031-12-31";
                it.certainty["ended"] = Certainty::kUnconfirmed;
              }),
              IsOk());
  EXPECT_THAT(Changed([](Instrument& it) {
                it.ended.clear();
                it.certainty["ended"] = Certainty::kUnknown;
              }),
              IsOk());

  const auto stop = [](Instrument& it) {
    it.suspended_from = "2026-01-01";
    it.parts_suspended = "*";
    it.notified_end = "2027-01-01";
    for (const char* field : {"suspended_from", "parts_suspended", "notified_end"}) {
      it.certainty[field] = Certainty::kFound;
    }
  };
  ASSERT_THAT(Changed(stop), IsOk());
  Instrument stopped = Old(registry_);
  stop(stopped);
  registry_ = After(registry_, {stopped});
  EXPECT_THAT(Changed([](Instrument& it) { it.suspended_from = "2027-01-01"; }), kNeeded);
  EXPECT_THAT(Changed([](Instrument& it) {
                it.suspended_from.clear();
                it.parts_suspended.clear();
              }),
              kNeeded);
  EXPECT_THAT(Changed([](Instrument& it) { it.notified_end.clear(); }), kNeeded);
  EXPECT_THAT(Changed([](Instrument& it) { it.suspended_from = "2025-01-01"; }), IsOk());
}

TEST_F(InstrumentEvidenceTest, ADocumentStaysNamedWhileSomethingSureRestsOnIt) {
  Instrument documented = Old(registry_);
  documented.reference = "OJ L 1";
  registry_ = After(registry_, {documented});
  EXPECT_THAT(Changed([](Instrument& it) { it.reference.clear(); }), kRefused);
  EXPECT_THAT(Changed([](Instrument& it) { it.reference = "OJ L 2"; }), kNeeded);

  const auto unsure = [](Instrument& it) {
    it.certainty = {{"signed", Certainty::kUnconfirmed}, {"in_force", Certainty::kUnconfirmed}};
  };
  EXPECT_THAT(Changed([&](Instrument& it) {
                unsure(it);
                it.reference.clear();
              }),
              IsOk());
  unsure(documented);
  RecordBy(kImporter, nullptr, documented);
  ASSERT_THAT(Confirm(kSecond, "in_force", "note verbale 7", kNow, documented), IsOk());
  registry_ = After(registry_, {documented});
  EXPECT_TRUE(IsConfirmed(Old(registry_), legal::Field::kInForce));
  for (const char* document : {"", "OJ L 0, invented"}) {
    Instrument changed = Old(registry_);
    changed.reference = document;
    const auto plan = PlanUpdateInstrument(registry_, kFirst, changed, "", kNow);
    ASSERT_THAT(plan, IsOk());
    const auto& other = std::get<Instrument>(plan->facts.at(0));
    EXPECT_FALSE(IsConfirmed(other, legal::Field::kInForce))
        << "who confirmed it had another document in hand";
    const Registry after = After(registry_, plan->facts);
    const std::string etag = EtagOf(Old(after).recorded);
    const auto confirm = [&](const char* who) {
      return PlanConfirmField(after, who, NameOf(other), "in_force", "OJ", etag, kNow);
    };
    EXPECT_THAT(confirm(kFirst), kNotYou);
    EXPECT_THAT(confirm(kSecond), IsOk());
  }
}

// It stands in verdicts and signed lists as what the days are of.
TEST_F(InstrumentEvidenceTest, ATitleOfOtherWordsIsAnotherDocument) {
  for (const char* document : {"", "OJ L 1"}) {
    Instrument documented = Old(registry_);
    documented.title = "Agreement on cooperation";
    documented.reference = document;
    registry_ = After(registry_, {documented});
    EXPECT_THAT(Changed([](Instrument& it) { it.title = "COOPERATION: agreement on"; }), IsOk())
        << "the same words";
    EXPECT_THAT(Changed([](Instrument& it) { it.title = "Agreement on extradition"; }), kNeeded)
        << document;
    EXPECT_THAT(Changed([](Instrument& it) {
                  it.title = "Agreement on extradition";
                  it.certainty["signed"] = it.certainty["in_force"] = Certainty::kUnconfirmed;
                }),
                IsOk())
        << document;
  }
  Instrument confirmed = Old(registry_);
  confirmed.certainty["signed"] = confirmed.certainty["in_force"] = Certainty::kUnconfirmed;
  RecordBy(kImporter, nullptr, confirmed);
  ASSERT_THAT(Confirm(kSecond, "in_force", "note verbale 7", kNow, confirmed), IsOk());
  registry_ = After(registry_, {confirmed});
  Instrument changed = Old(registry_);
  changed.title = "Agreement on extradition";
  const auto plan = PlanUpdateInstrument(registry_, kFirst, changed, "", kNow);
  ASSERT_THAT(plan, IsOk());
  const auto& other = std::get<Instrument>(plan->facts.at(0));
  EXPECT_FALSE(IsConfirmed(other, legal::Field::kInForce));
  registry_ = After(registry_, plan->facts);
  EXPECT_THAT(PlanConfirmField(registry_, kFirst, NameOf(Old(registry_)), "in_force", "OJ",
                               EtagOf(Old(registry_).recorded), kNow),
              kNotYou);
}

}  // namespace
}  // namespace comity::partner_registry
