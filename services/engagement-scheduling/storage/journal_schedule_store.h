#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/journal/journal.h"
#include "services/engagement-scheduling/domain/schedule_store.h"

namespace comity::engagement_scheduling {

// The schedule over its journal.
//
// An engagement is kept as the bytes of v1.Engagement under kind "engagement", a calendar as those
// of v1.Calendar under kind "calendar", named by the digest of its owner. Both hold free text or
// what concerns persons, so the bytes are sealed and go when their month's key goes: a person's
// hours are then the office's again. Calendars of resources (kind "resource") are not sealed.
class JournalScheduleStore final : public ScheduleStore {
 public:
  // Loads the last state. `journal` is not owned, must outlive this object, and must not have
  // written before. DATA_LOSS `RECORD_UNREADABLE`; errors of the journal.
  static absl::StatusOr<std::unique_ptr<JournalScheduleStore>> Open(journal::Journal* journal);

  State::Guard View() const override { return state_.View(); }
  void Submit(journal::Attempt attempt, Planner planner, Done done) override;
  absl::StatusOr<std::optional<Written>> FindAnswer(const journal::Attempt& attempt) override;
  absl::StatusOr<Written> Recall(Written written) override;
  const std::string& store_id() const override { return store_id_; }

 private:
  JournalScheduleStore(journal::Journal* journal, Schedule loaded, const journal::Head& head)
      : journal_(journal),
        store_id_(head.store_id),
        state_(std::move(loaded), head, [this](const journal::CommittedMutation& mutation) {
          return ReadChanges(mutation);
        }) {}

  // What a mutation of another replica staged.
  absl::StatusOr<std::vector<Change>> ReadChanges(const journal::CommittedMutation& mutation);

  // The body of a mutation: what `planner` wants, staged and put in the journal.
  absl::Status Carry(const journal::Attempt& attempt, const Planner& planner, journal::Turn& turn,
                     std::optional<Change>& made);

  // nullopt if the key of its month was destroyed.
  static absl::StatusOr<std::optional<Change>> Read(journal::Journal& journal,
                                                    const journal::Version& version);
  static absl::Status Put(const Change& change, const std::string& store_id, journal::Turn& turn);

  journal::Journal* const journal_;
  const std::string store_id_;
  State state_;
};

}  // namespace comity::engagement_scheduling
