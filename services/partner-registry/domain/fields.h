#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace comity::partner_registry {

inline constexpr int kLongestTitle = 300;
inline constexpr int kLongestEvidence = 500;
inline constexpr int kLongestText = 2000;

// Checks of the fields of one message: each failure is INVALID_ARGUMENT with the reason that the
// message's faults have, and says what would be right.
class Fields {
 public:
  // `reason` such as "STRATEGY_INVALID", `path` such as "strategy".
  // Both live as long as this object.
  constexpr Fields(absl::string_view reason, absl::string_view path)
      : reason_(reason), path_(path) {}

  absl::Status Bad(absl::string_view field, absl::string_view what) const;

  // The last segment of a new resource's name, a field of the request itself.
  absl::Status Id(absl::string_view request_field, absl::string_view id) const;

  absl::Status Text(absl::string_view field, const std::string& text, int least, int most) const;

  // The document that shows it.
  absl::Status Evidence(const std::string& text) const {
    return Text("evidence", text, 1, kLongestEvidence);
  }

  // An exact day.
  absl::StatusOr<absl::CivilDay> Day(absl::string_view field, const std::string& day) const;

  // An exact day that has come: not after `today`, not before `earliest`.
  absl::StatusOr<absl::CivilDay> PastDay(absl::string_view field, const std::string& day,
                                         absl::CivilDay today,
                                         absl::CivilDay earliest = absl::CivilDay(1900, 1,
                                                                                  1)) const;

  // A day that may be partial, or empty.
  absl::Status PartialDay(absl::string_view field, const std::string& day) const;

 private:
  const absl::string_view reason_;
  const absl::string_view path_;
};

}  // namespace comity::partner_registry
