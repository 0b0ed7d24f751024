#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/testing/any_method.h"

// M10: a question with `validate_only` has the verdict of the call itself, at the same state. Shown
// for one method by requests that are drawn: each is asked first and then done. Some come again
// once they were done, and some have the request_id of one that was.
namespace comity::testing {

// What a field is in requests that are drawn.
struct Alternatives {
  std::string path;               // See SetField.
  std::vector<std::string> good;  // One of them always; empty: as the request has it.
  std::vector<std::string> bad;   // One of them now and then.
};

struct Grammar {
  std::vector<std::string> requests;  // Good ones, as text, of which one is drawn.
  std::vector<Alternatives> fields;
  bool server_names = false;  // The server makes up the name of what the method makes.
};

// Those of `services` that can be asked with `validate_only`.
std::vector<const google::protobuf::MethodDescriptor*> MethodsThatValidate(
    const std::vector<std::string>& services);

// "x0", "x1" ...
std::vector<std::string> Numbered(const std::string& prefix, int count);

struct Trial {
  int cases = 200;
  // Calls the method.
  std::function<absl::StatusOr<AnyMessage>(const google::protobuf::Message&)> call;
  // What a question leaves as it is, such as the service's last revision.
  std::function<std::int64_t()> written;
};

// Fails the test with the request and the seed if a verdict is not that of the call: code, reason,
// fields, what stands in the way, and what is answered but for what only a revision has. Also if
// hardly any request is good, or bad: then nothing was shown. COMITY_TEST_SEED is the seed;
// "random" takes another at every run.
void ExpectTheVerdictOfTheCall(const google::protobuf::MethodDescriptor& method,
                               const Grammar& grammar, const Trial& trial);

}  // namespace comity::testing
