#include "services/partner-registry/transport/coming_lists.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/service/calls.h"
#include "common/time/day.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

constexpr int kMostListed = 10'000;
// Below what a message may have.
constexpr std::size_t kMostBytes = std::size_t{6} << 20;
// Of different lengths, for whoever asks.
constexpr std::size_t kMostLists = 16;

std::shared_ptr<const ComingList> Make(const Registry& registry, absl::CivilDay day, int days) {
  auto list = std::make_shared<ComingList>();
  std::size_t bytes = 0;
  for (const ComingEvent& event : ComingEvents(registry, {.from = day, .until = day + days})) {
    v1::ComingEvent made = ToProto(event, registry);
    bytes += made.ByteSizeLong();
    if (list->response.events_size() == kMostListed || bytes > kMostBytes) break;
    *list->response.add_events() = std::move(made);
  }
  list->events = list->response.SerializeAsString();
  service::SetRevision(registry.store_id(), registry.revision(),
                       list->response.mutable_registry_revision());
  return list;
}

}  // namespace

v1::ComingEvent ToProto(const ComingEvent& event, const Registry& registry) {
  v1::ComingEvent made;
  made.set_kind(static_cast<v1::ComingEvent::Kind>(event.kind));
  made.set_day(FormatDay(event.day));
  made.set_resource(event.resource);
  if (!event.partner.empty()) {
    made.set_partner(absl::StrCat("partners/", event.partner));
    const Partner* const partner = registry.FindPartner(event.partner);
    made.set_partner_name(partner == nullptr ? event.partner : NameWithFootnote(*partner));
  }
  made.set_sentence(event.sentence);
  made.set_evidence(event.evidence);
  made.set_certainty(static_cast<v1::Certainty>(event.certainty));
  made.set_overdue(event.overdue);
  return made;
}

std::shared_ptr<const ComingList> ComingLists::On(const Registry& registry, absl::CivilDay day,
                                                  int days) {
  const absl::MutexLock lock(&mutex_);
  if (revision_ != registry.revision() || day_ != day ||
      (by_days_.size() >= kMostLists && !by_days_.contains(days))) {
    by_days_.clear();
    revision_ = registry.revision();
    day_ = day;
  }
  std::shared_ptr<const ComingList>& list = by_days_[days];
  if (list == nullptr) list = Make(registry, day, days);
  return list;
}

}  // namespace comity::partner_registry
