#pragma once

#include <gmock/gmock.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/effect.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {

inline constexpr char kFirst[] = "spiffe://agency.example/agency/registry-operator/-/first";
inline constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/second";
inline constexpr char kThird[] = "spiffe://agency.example/agency/desk-officer/-/third";
// Who is the first person all the same.
inline constexpr char kFirstElsewhere[] = "spiffe://agency.example/agency/desk-officer/-/first";

// The day of kNow.
inline constexpr absl::CivilDay kToday(2026, 11, 28);

// It takes two persons; the same of a row of an import.
inline const auto kNeeded =
    testing::FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED");
inline const auto kNeededOfRow =
    testing::FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_NEEDED");
// Whoever confirms is not the second of them; there is nothing to confirm.
inline const auto kNotYou =
    testing::FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED");
inline const auto kNothing =
    testing::FailsWith(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_CONFIRM");

// With nothing left in it that is sure and that data may go on.
inline Instrument Unsure(Instrument instrument) {
  ForEachDecisive([&](legal::Field field) {
    if (MayCarry(instrument, AsRecorded(instrument), field)) {
      instrument.certainty[std::string(legal::Name(field))] = Certainty::kUnconfirmed;
    }
  });
  return instrument;
}
inline Authority Unsure(Authority authority) {
  authority.certainty = Certainty::kUnconfirmed;
  return authority;
}

// The project's own data, and persons who change them.
class TwoPersonsTest : public ::testing::Test {
 protected:
  void Do(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, testing::IsOk());
    registry_ = After(registry_, plan->facts);
  }

  absl::StatusOr<Plan> Update(const Instrument& changed, absl::string_view who = kFirst) const {
    return PlanUpdateInstrument(registry_, who, changed, "", kNow);
  }

  // As the only row of a file.
  absl::StatusOr<ImportPlan> ImportOf(const decltype(ImportRow::fact)& fact,
                                      absl::string_view who = kFirst) const {
    return PlanImport(registry_, {{.source = {"rows.csv", 2}, .fact = fact}}, who, kNow);
  }

  // Of the instrument of this name as it is now.
  absl::StatusOr<Plan> ConfirmOf(const std::string& name, absl::string_view field,
                                 absl::string_view who,
                                 const std::string& evidence = "OJ L 1") const {
    return PlanConfirmField(registry_, who, name, field, evidence,
                            EtagOf(registry_.FindInstrument(name)->recorded), kNow);
  }

  // Whether the instrument of this name has effect.
  legal::Tri EffectOf(const std::string& name, absl::CivilDay day = kToday) const {
    const legal::Dossier& dossier =
        *registry_.facts().Find(name.substr(0, name.find("/instruments/")));
    for (const legal::Instrument& instrument : dossier.instruments) {
      if (instrument.name == name) return legal::EffectOf(instrument, dossier, {.day = day}).holds;
    }
    return legal::Tri::kNo;
  }

  Registry registry_ = LoadedRegistry();
};

}  // namespace comity::partner_registry
