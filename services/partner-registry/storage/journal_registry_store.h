#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/journal/subject_keys.h"
#include "common/logging/logger.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/registry_store.h"

namespace comity::partner_registry {

// The registry over its journal.
//
// A fact is kept as the bytes of v1.Fact under the kinds of KindOf(); a barrier as an entry of kind
// "barrier" in the same revision; a partner that is removed as an erased version and, since another
// may be entered under its name, an entry of kind "removed". The grounds of a decision are free
// text and kept sealed, so that they go when their month's key goes; of a contact the name and
// state only are in clear, all else is sealed under a key of its own, which is destroyed when it is
// erased. What a partner asks to have changed is kept as the bytes of v1.ChangeRequest under
// "change_request"; if that is a contact, with its reason and answer, under that contact's key.
//
// Thread-safe.
class JournalRegistryStore final : public RegistryStore {
 public:
  // Loads the last state. `journal` is not owned, must outlive every call, and must not have
  // written before; `key_directory` is that of its expiry keys; `logger` (may be null) is told the
  // file of every key that is destroyed. DATA_LOSS `RECORD_UNREADABLE`; errors of the journal and
  // of the keys.
  static absl::StatusOr<std::unique_ptr<JournalRegistryStore>> Open(
      journal::Journal* journal, std::string key_directory, logging::Logger* logger = nullptr);

  State::Guard View() const override { return state_.View(); }
  absl::StatusOr<Written> Write(journal::Attempt attempt, std::string detail,
                                Planner planner) override;
  absl::StatusOr<std::optional<Written>> FindAnswer(const journal::Attempt& attempt) override;
  absl::Status PrepareKeys(const std::vector<std::string>& contacts) override {
    return keys_->Prepare(contacts);
  }
  absl::StatusOr<std::shared_ptr<const Registry>> At(std::int64_t revision) override;
  absl::StatusOr<std::vector<CommittedChange>> ChangesAfter(std::int64_t after,
                                                            std::size_t limit) override;
  std::shared_ptr<void> Subscribe(std::function<void()> callback) override;
  std::string LatestCheckpoint() const override;
  const std::string& store_id() const override { return store_id_; }

  // The last barrier that was seen since the start, here or of another process; 0: none. It may be
  // of a batch that is lost.
  std::int64_t last_barrier() const { return last_barrier_; }

 private:
  static constexpr std::size_t kStatesKept = 4;

  JournalRegistryStore(journal::Journal* journal, std::unique_ptr<journal::SubjectKeys> keys,
                       logging::Logger* logger, Registry loaded, const journal::Head& head)
      : journal_(journal),
        keys_(std::move(keys)),
        logger_(logger),
        store_id_(head.store_id),
        state_(std::move(loaded), head, [this](const journal::CommittedMutation& mutation) {
          return ReadChanges(mutation);
        }) {}

  // What a version says, which was committed at `time`.
  absl::StatusOr<Fact> Read(const journal::Version& version, absl::Time time);
  absl::StatusOr<Fact> ReadRequest(const journal::Version& version, absl::Time time);
  // The bytes to keep of a request.
  absl::StatusOr<std::string> RecordOf(const ChangeRequest& request) const;
  // Adds what a version says to `change`; nothing of one that is no fact, or that is hidden.
  absl::Status Add(const journal::Version& version, absl::Time time, Change& change);
  // If `fact` is a contact that was erased: hides what was recorded of it and, if its record says
  // so (a tombstone does not), destroys its key.
  absl::Status Forget(const Fact& fact);
  // Remembers that a partner was removed or a contact erased at `revision`: what was recorded of it
  // by then is not read any more, at no revision.
  void Hide(const std::string& name, std::int64_t revision);
  // Whether what was recorded of `name` at `revision` is not read any more.
  bool Hidden(const std::string& name, std::int64_t revision);
  // As it was answered first.
  absl::StatusOr<Written> Recall(journal::Committed committed);
  // What a mutation of another replica staged.
  absl::StatusOr<std::vector<Change>> ReadChanges(const journal::CommittedMutation& mutation);
  // All there was at `revision`, read on so many threads: one for a caller, of whom there may be
  // many.
  absl::StatusOr<Change> Load(std::int64_t revision, std::size_t threads);
  absl::StatusOr<Fact> Stamp(const Fact& fact, journal::Turn& turn, std::string& record) const;

  journal::Journal* const journal_;
  std::unique_ptr<journal::SubjectKeys> keys_;
  logging::Logger* const logger_;
  const std::string store_id_;
  State state_;
  std::atomic<std::int64_t> last_barrier_ = 0;  // Set on the writer thread.

  absl::Mutex mutex_;
  // When a partner was last removed, or a contact erased, by its name.
  std::map<std::string, std::int64_t> hidden_until_ ABSL_GUARDED_BY(mutex_);
  std::int64_t hidings_ ABSL_GUARDED_BY(mutex_) = 0;
  // Earlier states, the last used first.
  std::list<std::shared_ptr<const Registry>> earlier_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
