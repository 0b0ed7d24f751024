#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/domain/schedule_store.h"
#include "services/engagement-scheduling/storage/journal_schedule_store.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

// What every engine's tests of the schedule's store share.
namespace comity::engagement_scheduling {

inline const absl::Time kNow = At("2026-11-23T08:00:00Z");
inline const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");

class ScheduleStoreContractTest : public ::testing::TestWithParam<journal::Backend> {
 protected:
  ScheduleStoreContractTest() : options_(GetParam().options(folder_.path())) {
    options_.clock = &clock_;
    Open();
  }
  ~ScheduleStoreContractTest() override { Close(); }

  void Open() {
    auto journal = journal::Journal::Open(options_);
    ASSERT_THAT(journal, comity::testing::IsOk());
    journal_ = *std::move(journal);
    auto store = JournalScheduleStore::Open(journal_.get());
    ASSERT_THAT(store, comity::testing::IsOk());
    store_ = *std::move(store);
  }

  void Close() {
    if (journal_ != nullptr) journal_->Close();
    journal_.reset();
    store_.reset();
  }

  void Reopen() {
    Close();
    Open();
  }

  absl::StatusOr<ScheduleStore::Written> Write(ScheduleStore::Planner planner,
                                               const std::string& request_id = "",
                                               const std::string& asked = "") {
    return store_->Write({.caller = kDesk,
                          .method = "test/Write",
                          .request_id = request_id,
                          .request_digest = crypto::Sha256(asked)},
                         std::move(planner));
  }

  absl::StatusOr<ScheduleStore::Written> Hold(const Engagement& wanted,
                                              const std::string& request_id = "") {
    const std::string name = absl::StrCat("engagements/", NewUuid(kNow));
    return Write(
        [&](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
          COMITY_ASSIGN_OR_RETURN(
              Engagement held,
              PlanHold(latest, registry_.snapshot(), Who(kDesk), wanted, name, kUsualHold, now));
          return Plan{.changes = {std::move(held)}};
        },
        request_id, wanted.title);
  }

  absl::StatusOr<ScheduleStore::Written> Set(const Calendar& calendar) {
    return Write([&](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
      return Plan{.changes = {calendar}};
    });
  }

  const comity::testing::TempDirectory folder_;
  ManualClock clock_{kNow};
  journal::Options options_;
  FixedRegistry registry_;
  std::unique_ptr<ScheduleStore> store_;
  std::unique_ptr<journal::Journal> journal_;
};

}  // namespace comity::engagement_scheduling
