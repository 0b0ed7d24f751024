#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "common/journal/types.h"

namespace comity::journal {

// State in memory that follows the journal, such as TwinState. All calls come from the journal's
// writer thread, between and after mutations; none may block for long or call the journal.
class Participant {
 public:
  virtual ~Participant() = default;

  // The mutation that just ran was accepted: what its body staged becomes visible to the following
  // bodies of the batch.
  virtual void Accept() = 0;

  // The mutation that just ran was refused: what it staged is forgotten.
  virtual void Refuse() = 0;

  // The revision that readers see.
  virtual std::int64_t revision() const = 0;

  // Another process committed `mutation`, which becomes visible with the next Publish. Comes in the
  // order of revisions, without those that changed no resource. Fails if it cannot be read.
  virtual absl::Status Follow(const CommittedMutation& mutation) = 0;

  // The batch is durable: everything accepted in it becomes visible to readers. Called before any
  // caller of the batch is answered.
  virtual void Publish(const CommitRange& range) = 0;

  // After the callers were answered: time to catch up.
  virtual void Settle() = 0;

  // The batch is lost: everything accepted since the last Publish is forgotten.
  virtual void Discard() = 0;
};

}  // namespace comity::journal
