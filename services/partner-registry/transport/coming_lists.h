#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "comity/partner_registry/v1/reports.pb.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/reports/coming.h"

namespace comity::partner_registry {

v1::ComingEvent ToProto(const ComingEvent& event, const Registry& registry);

// What watches are sent: at most 10,000 events and 6 MiB.
struct ComingList {
  v1::WatchComingResponse response;
  std::string events;  // Serialized, without the revision: whether it is news.
};

// The lists of what comes at the last revision and day, each made once for all who watch so many
// days. Thread-safe; whoever asks for what is being made waits for it.
class ComingLists {
 public:
  // `days` from `day` on.
  std::shared_ptr<const ComingList> On(const Registry& registry, absl::CivilDay day, int days);

 private:
  absl::Mutex mutex_;
  std::int64_t revision_ ABSL_GUARDED_BY(mutex_) = -1;
  absl::CivilDay day_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::shared_ptr<const ComingList>> by_days_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
