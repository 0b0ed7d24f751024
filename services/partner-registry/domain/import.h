#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Where a row stands.
struct RowSource {
  std::string file;
  int line = 0;
};

// A legal class of a partner that stands in another row.
struct LegalClassRow {
  std::string partner;
  LegalClassPeriod period;
};

// One row of an import.
struct ImportRow {
  RowSource source;
  std::variant<Partner, LegalClassRow, Instrument, Milestone, Authority, Contact> fact;
  std::vector<std::string> emptied;  // Fields that it says are empty, of those PlanImport keeps.
};

// One difference between rows and what is recorded.
struct Difference {
  enum class Kind { kAdded, kChanged };

  std::string name;
  Kind kind = Kind::kAdded;
  std::string field;  // For kChanged, as the two below.
  std::string old_value;
  std::string new_value;
  RowSource source;
};

// What an import comes to.
struct ImportPlan {
  std::vector<Fact> facts;  // Added and changed ones, each after those it refers to.
  std::map<std::string, int> rows_by_kind;
  int added = 0;
  int changed = 0;
  int unchanged = 0;
  std::vector<Difference> differences;  // At most kMostDifferences.
};

constexpr int kMostDifferences = 10'000;
constexpr int kMostRows = 200'000;

// Compares `rows` with what `registry` has. A row stands for the whole of its resource: a field
// that is empty in it is emptied. Rows of legal classes stand for all legal classes of their
// partner; a partner without any keeps those it has. What only the server sets (that a milestone
// was withdrawn) is kept; a row may suspend a contact or exchanges and delete a partner, and never
// undoes that; so are aliases. A contact's days of validity, absences and deputies, and an
// instrument's last_evaluated, review_by and limits of its scope (`scope.offences`), are kept where
// a row is empty and does not say in `emptied` that it means it: files from before these columns
// must not lift a limit. Resources that no row names stay as they are. `caller` is who records what
// changes, `now` when.
//
// INVALID_ARGUMENT `IMPORT_ROW_INVALID` for the first row, in the order of `rows`, that names a
// resource twice, empties a field that it fills or that is none of those, or breaks a rule of
// validation.h, given all others, or that an edit would be refused for: an instrument keeps its
// kind, and nothing is entered or changed under a partner that is off the register. Metadata file,
// line, column. With the same: `EVIDENCE_MISSING`, for a milestone without evidence or day;
// `STEP_NOT_POSSIBLE`, for a step or an agreement without what comes first (transitions.h), given
// all others; `CONFIRMATION_NEEDED`, for a row that would make sure what a second person has to
// confirm (second_person.h). The *initial load*, into a registry on which no partner is registered,
// is taken as its source says: it is refused for neither of the last two, nor for a milestone whose
// day its certainty says is unknown.
absl::StatusOr<ImportPlan> PlanImport(const Registry& registry, const std::vector<ImportRow>& rows,
                                      absl::string_view caller, absl::Time now);

}  // namespace comity::partner_registry
