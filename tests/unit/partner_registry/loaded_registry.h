#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Who loaded the data.
inline constexpr char kImporter[] = "spiffe://agency.example/agency/registry-operator/-/importer";

// Noon of 28 November 2026.
inline const absl::Time kNow =
    absl::FromCivil(absl::CivilHour(2026, 11, 28, 12), absl::UTCTimeZone());

// The rows of the project's own data files. Aborts if they cannot be read.
std::vector<ImportRow> DataRows();

// Rows of one file's text.
std::vector<ImportRow> Rows(absl::string_view file, absl::string_view text);

// A registry that imported the project's own data at revision 1, recorded on 23 November 2026.
Registry LoadedRegistry();

// A step that is sure, as somebody would record it.
inline Milestone StepTaken(std::string partner, Axis axis, std::string step, std::string day) {
  return {.partner = std::move(partner),
          .axis = axis,
          .step = std::move(step),
          .day = std::move(day),
          .evidence = "letter",
          .certainty = Certainty::kFound};
}

// `registry` after `facts`, recorded at its next revision.
Registry After(Registry registry, std::vector<Fact> facts);

}  // namespace comity::partner_registry
