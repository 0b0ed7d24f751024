// What a user types, and the files he names: questions in JSON, fields to set (one a line), uses
// that are restricted, times. Each input is read as each of them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner.pb.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/service/field_masks.h"
#include "services/cli/json_text.h"
#include "services/cli/set_fields.h"
#include "services/cli/text.h"
#include "tests/fuzz/messages.h"

namespace {

namespace cli = comity::cli;
namespace v1 = comity::partner_registry::v1;

// One form, which is read as the same.
void CheckJson(const std::string& input) {
  v1::TransferQuestion question;
  if (!cli::ParseJsonText(input, question).ok()) return;
  const std::string text = cli::JsonText(question);
  v1::TransferQuestion again;
  if (!cli::ParseJsonText(text, again).ok() || cli::JsonText(again) != text) std::abort();
}

// What the service does with it is what was meant: nothing is set that the mask does not name.
void CheckSet(const std::string& input) {
  v1::Instrument meant;
  google::protobuf::FieldMask mask;
  const std::vector<std::string> assignments = absl::StrSplit(input, '\n');
  if (!cli::SetFields(assignments, meant, mask).ok()) return;
  v1::Instrument changed;
  // The service has limits of its own for keys of maps.
  if (!comity::service::Update(mask, meant, changed).ok()) return;
  if (changed.DebugString() != meant.DebugString()) std::abort();
}

void CheckRestriction(const std::string& input) {
  const auto restriction = cli::ParseRestriction(input);
  if (!restriction.ok()) return;
  if (restriction->use() == v1::USE_RESTRICTION_UNSPECIFIED) std::abort();
  const bool partners = restriction->partners_size() > 0;
  if (partners != (restriction->use() == v1::USE_RESTRICTION_NOT_TO_PARTNERS)) std::abort();
  if (cli::RestrictionText(*restriction) == "unknown restriction") std::abort();
}

// A time is one that a message can hold, not a word for all that is to come.
void CheckTimes(const std::string& input) {
  const auto duration = cli::ParseDuration("--duration", input);
  if (duration.ok() &&
      (*duration <= absl::ZeroDuration() || *duration > absl::Seconds(315'576'000'000))) {
    std::abort();
  }
  for (const auto& time : {cli::ParseMoment("--at", input), cli::ParseStartOfDay("--day", input)}) {
    if (!time.ok()) continue;
    const auto written = cli::ToTimestamp(*time);
    if (written.seconds() < -62'135'596'800 || written.seconds() >= 253'402'300'800) std::abort();
    if (written.nanos() < 0 || written.nanos() >= 1'000'000'000) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  const std::string input(reinterpret_cast<const char*>(data), size);
  CheckJson(input);
  CheckSet(input);
  CheckRestriction(input);
  CheckTimes(input);
  return 0;
}
