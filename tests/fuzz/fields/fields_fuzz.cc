// Names of resources, UUIDs, time zones, texts. Each input is read as each of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/text/plain.h"
#include "common/text/words.h"
#include "common/time/zone.h"
#include "services/partner-registry/domain/names.h"

namespace {

// The parts of a name are all there is.
void CheckNames(absl::string_view input) {
  using namespace comity::partner_registry;  // NOLINT(google-build-using-namespace): six names of
                                             // one folder.
  const auto same = [&](const auto& parsed, const auto& format) {
    if (parsed.ok() && format(*parsed) != input) std::abort();
  };
  const auto child = [](absl::string_view collection) {
    return [=](const ChildName& name) {
      if (!IsId(name.partner)) std::abort();
      return absl::StrCat("partners/", name.partner, "/", collection, "/", name.id);
    };
  };
  same(ParsePartnerName("name", input), [](const auto& id) { return "partners/" + id; });
  same(ParseChildName("name", "contacts", input), child("contacts"));
  same(ParseChangeRequestName("name", input), child("changeRequests"));
  same(ParseReadinessName("name", input),
       [](const auto& id) { return absl::StrCat("partners/", id, "/readiness"); });
  same(ParseTopName("name", "seats", input), [](const auto& id) { return "seats/" + id; });
  same(ParseDecisionName("name", input), [](const auto& id) { return "decisions/" + id; });
  if (IsId(input) && !IsId(ComposedId(input, "-successor"))) std::abort();
}

void CheckText(absl::string_view input) {
  using comity::text::FaultOf;
  for (const auto lines : {comity::text::Lines::kOne, comity::text::Lines::kMany}) {
    const std::string shown = comity::text::Shown(input, lines);
    // What is shown hides nothing, and what has no fault is shown as it is.
    if (!FaultOf(shown, lines).empty()) std::abort();
    if (FaultOf(input, lines).empty() && shown != input) std::abort();
  }
  if (!comity::text::SameWords(input, absl::StrCat(" ", input))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  CheckNames(input);
  CheckText(input);
  if (comity::TimeOfUuid(input).has_value() && !comity::IsUuid(input)) std::abort();
  const auto zone = comity::ZoneNamed(input);
  if (zone.has_value() && zone->name() != input) std::abort();
  return 0;
}
