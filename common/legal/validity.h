#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace comity::legal {

// The days on which a contact counts. The registry and every replica ask this, so that access
// begins and ends everywhere by itself, at midnight in Brussels.
struct Validity {
  std::optional<absl::CivilDay> from;  // The first day; unset: since ever.
  std::optional<absl::CivilDay> to;    // The last day; unset: until further notice.

  // Days as text, as the registry checked them, empty for unset. What cannot be read covers no day.
  static Validity Of(absl::string_view from, absl::string_view to);

  bool Covers(absl::CivilDay day) const;

  // The first moment after it; InfiniteFuture if it has no end.
  absl::Time End() const;
};

}  // namespace comity::legal
