#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity {

// One field of a request and what is wrong with it (google.rpc.BadRequest).
struct FieldViolation {
  std::string field;        // The path, such as "engagement.interval.end_time".
  std::string description;  // What is wrong and what would be right.
};

// One thing that stands in the way (google.rpc.PreconditionFailure).
struct PreconditionViolation {
  std::string type;         // Such as "TRANSFER_CHECK".
  std::string subject;      // The rule, such as "EJR 47(5)".
  std::string description;  // What is missing and what to do.
};

// What travels with an error besides its sentence.
struct ErrorDetails {
  std::string reason;                           // UPPER_SNAKE_CASE, under 64 characters, stable.
  std::map<std::string, std::string> metadata;  // Everything variable; never personal data.
  std::vector<FieldViolation> fields;
  std::vector<PreconditionViolation> preconditions;
  std::optional<absl::Duration> retry_after;
};

// An error as it leaves the suite: `sentence` is one plain English sentence that names the place,
// the reason and the remedy. The details ride as google.rpc payloads; the gate adds the ErrorInfo's
// domain.
absl::Status MakeError(absl::StatusCode code, absl::string_view sentence, ErrorDetails details);

// INVALID_ARGUMENT `reason` with one field violation; the sentence is "<field>: <description>".
absl::Status InvalidField(absl::string_view reason, absl::string_view field,
                          absl::string_view description);

// The reason of `status`, or "" if it carries none.
std::string ReasonOf(const absl::Status& status);

// Everything MakeError put in; reason is "" if `status` carries none.
ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace comity
