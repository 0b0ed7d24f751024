#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity {

// A UUID of version 7 (RFC 9562, 5.7): ordered by time, so that keys arrive in order; ids made in
// one millisecond by one process are ordered too. Thread-safe.
std::string NewUuid(absl::Time now);

// When NewUuid made it, to the millisecond. Nullopt: it is no UUID of version 7.
std::optional<absl::Time> TimeOfUuid(absl::string_view uuid);

// Whether `text` is a UUID of any version in its canonical lower-case form.
bool IsUuid(absl::string_view text);

}  // namespace comity
