#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "services/partner-registry/domain/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using comity::partner_registry::PartnerFilter;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto filter = PartnerFilter::Parse(input);
  if (!filter.ok()) return 0;
  // One form for all spellings; that of a long one may be longer and deeper than what may be asked.
  const std::string form = filter->ToString();
  const auto again = PartnerFilter::Parse(form);
  if (again.ok() ? again->ToString() != form : size <= 50) std::abort();
  comity::partner_registry::PartnerCodes codes;
  codes.Put(0, {.id = "georgia", .region = "CAUCASUS"});
  const absl::CivilDay today(2026, 11, 28);
  const auto matches = [&](const PartnerFilter& one) {
    return one.Compile(codes, today).Through(codes, 0, 1);
  };
  if (again.ok() && matches(*again) != matches(*filter)) std::abort();
  return 0;
}
