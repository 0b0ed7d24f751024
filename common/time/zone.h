#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity {

// The zone of the IANA database called `name`, "Asia/Tbilisi". Names of callers go through here:
// absl::LoadTimeZone opens absolute and "file:" paths, and keeps every name it was ever asked for,
// also those it did not find.
std::optional<absl::TimeZone> ZoneNamed(absl::string_view name);

}  // namespace comity
