#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/text/plain.h"
#include "common/time/day.h"

namespace comity::partner_registry {

inline constexpr int kLongestTitle = 300;
inline constexpr int kLongestEvidence = 500;
inline constexpr int kLongestText = 2000;

// What stands in tables, lists and headings is one line.
inline constexpr text::Form kNameForm{.least = 1, .most = 200, .lines = text::Lines::kOne};
inline constexpr text::Form kTitleForm{
    .least = 1, .most = kLongestTitle, .lines = text::Lines::kOne};
inline constexpr text::Form kEvidenceForm{
    .least = 1, .most = kLongestEvidence, .lines = text::Lines::kOne};
inline constexpr text::Form kTextForm{.least = 1, .most = kLongestText};
inline constexpr text::Form kNoteForm{.least = 0, .most = kLongestText};

// The day that `text` says, which was checked when it came in; unknown if it says none.
PartialDate DayRecorded(absl::string_view text);

// Checks of the fields of one message: each failure is INVALID_ARGUMENT with the reason that the
// message's faults have, and says what would be right.
class Fields {
 public:
  // `reason` such as "STRATEGY_INVALID", `path` such as "strategy"; empty: the request itself.
  // Both live as long as this object.
  constexpr Fields(absl::string_view reason, absl::string_view path)
      : reason_(reason), path_(path) {}

  absl::Status Bad(absl::string_view field, absl::string_view what) const;

  // The last segment of a new resource's name, a field of the request itself.
  absl::Status Id(absl::string_view request_field, absl::string_view id) const;

  absl::Status Text(absl::string_view field, absl::string_view value, text::Form form) const;

  // The document that shows it.
  absl::Status Evidence(absl::string_view value) const {
    return Text("evidence", value, kEvidenceForm);
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

  // Nothing against a day that may have come by `today`: of a partial one its first.
  absl::Status MayBePast(absl::string_view field, const std::string& day,
                         absl::CivilDay today) const;

 private:
  const absl::string_view reason_;
  const absl::string_view path_;
};

}  // namespace comity::partner_registry
