#pragma once

#include "common/journal/journal.h"
#include "common/rpc/evidence.h"

namespace comity::service {

// Writes refusals into the journal's ledger: leaves of kind REFUSAL for what a handler refused,
// TABLE_REFUSAL for what the access table did. Thread-safe.
class JournalRefusals final : public rpc::RefusalRecorder {
 public:
  // `journal` is not owned and must outlive this object.
  explicit JournalRefusals(journal::Journal* journal) : journal_(journal) {}

  absl::Status RecordRefusal(const rpc::Call& call, const absl::Status& refusal) override;
  absl::Status RecordTableRefusal(const rpc::TableRefusal& refusal) override;

 private:
  journal::Journal* const journal_;
};

}  // namespace comity::service
