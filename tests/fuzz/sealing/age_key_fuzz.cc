#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/sealing/age_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using comity::sealing::AgeIdentity;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto recipient = comity::sealing::AgeRecipient::Parse(input);
  if (recipient.ok() && recipient->ToString() != input) std::abort();
  const auto identity = AgeIdentity::Parse(input);
  if (identity.ok() && identity->ToSecretString().view() != input) std::abort();
  // A file may say the same with comments and empty lines.
  const auto file = AgeIdentity::ParseFile(input);
  if (file.ok() && !AgeIdentity::ParseFile(file->ToFile().view()).ok()) std::abort();
  return 0;
}
