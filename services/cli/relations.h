#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/time/day.h"
#include "services/cli/calls.h"
#include "services/cli/json_text.h"

// What the commands around RelationService share.
namespace comity::cli {

// "georgia/c1" -> "partners/georgia/consultations/c1"; a whole name stays.
inline absl::StatusOr<std::string> NameBelowPartner(absl::string_view collection,
                                                    const std::string& text) {
  if (absl::StartsWith(text, "partners/")) return text;
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  if (parts.first.empty() || parts.second.empty()) {
    return InvalidField("NAME_INVALID", "--name", "must have the form PARTNER/ID");
  }
  return absl::StrCat("partners/", parts.first, "/", collection, "/", parts.second);
}

// Reads a message from a file in the JSON that `--output json` prints.
inline absl::Status ReadMessage(const std::string& file, google::protobuf::Message& message) {
  COMITY_ASSIGN_OR_RETURN(const std::string text, storage::ReadFile(file));
  return ParseJsonText(text, message);
}

// `day`, or today in Europe/Brussels if it is empty.
inline std::string DayOrToday(const std::string& day) {
  return day.empty() ? FormatDay(DayInBrussels(absl::Now())) : day;
}

}  // namespace comity::cli
