#pragma once

#include "services/partner-registry/domain/types.h"

// Fields that were added to the files of an import later (import.h): a file without the column must
// not lift a limit.
namespace comity::partner_registry {

// `keep` is called with the name, the value recorded and the row's.
template <typename Keep>
void EachLaterField(const Contact& old, Contact& made, Keep keep) {
  keep("valid_from", old.valid_from, made.valid_from);
  keep("valid_to", old.valid_to, made.valid_to);
  keep("absences", old.absences, made.absences);
  keep("deputies", old.deputies, made.deputies);
}

template <typename Keep>
void EachLaterField(const Authority& old, Authority& made, Keep keep) {
  keep("sectors", old.sectors, made.sectors);
}

template <typename Keep>
void EachLaterField(const Instrument& old, Instrument& made, Keep keep) {
  keep("last_evaluated", old.last_evaluated, made.last_evaluated);
  keep("review_by", old.review_by, made.review_by);
  keep("scope.territories", old.scope.territories, made.scope.territories);
  keep("scope.sectors", old.scope.sectors, made.scope.sectors);
  keep("scope.offences", old.scope.offences, made.scope.offences);
  keep("scope.stages", old.scope.stages, made.scope.stages);
  keep("scope.subjects", old.scope.subjects, made.scope.subjects);
  keep("scope.excludes_special_categories", old.scope.excludes_special_categories,
       made.scope.excludes_special_categories);
}

// Whether a row says something of such a field.
inline bool IsSaid(bool value) { return value; }
template <typename T>
bool IsSaid(const T& value) {
  return !value.empty();
}

}  // namespace comity::partner_registry
