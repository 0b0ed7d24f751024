#include "common/legal/validity.h"

#include "common/time/day.h"

namespace comity::legal {

Validity Validity::Of(absl::string_view from, absl::string_view to) {
  Validity validity;
  if (!from.empty()) validity.from = ParseDay(from).value_or(absl::CivilDay::max());
  if (!to.empty()) validity.to = ParseDay(to).value_or(absl::CivilDay::min());
  return validity;
}

bool Validity::Covers(absl::CivilDay day) const {
  return (!from.has_value() || *from <= day) && (!to.has_value() || day <= *to);
}

absl::Time Validity::End() const {
  return to.has_value() ? absl::FromCivil(*to + 1, Brussels()) : absl::InfiniteFuture();
}

}  // namespace comity::legal
