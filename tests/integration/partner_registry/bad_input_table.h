#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

// The table of bad_input_test.cc.
namespace comity::partner_registry {

enum class Fault { kMissing, kMalformed, kUnknown, kMask, kStale, kTooLong, kWrongEnum };

// What is wrong with a good request, and how it is refused.
struct BadInput {
  std::string method;
  Fault fault;
  std::vector<std::pair<std::string, std::string>> changes;  // By path, see SetField.
  absl::StatusCode code;
  std::string reason;
  std::string field;  // In BadRequest; "" if no field is at fault.
};

const std::vector<BadInput>& BadInputs();

// What requests share.
extern const char kCriteria[];
extern const char kReadiness[];
extern const char kArrangement[];
extern const char kPromotion[];

struct GoodParts {
  std::string consultation;
  std::string secondment;
  std::string today;
  std::string asked;  // Names of change requests that wait.
  std::string also_asked;
};

// A request of each method that is good, as text, in an order in which all can be done.
std::vector<std::pair<std::string, std::string>> GoodRequests(const GoodParts& parts);

}  // namespace comity::partner_registry
