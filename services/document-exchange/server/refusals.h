#pragma once

#include "absl/status/status.h"
#include "common/journal/journal.h"
#include "common/rpc/evidence.h"

namespace comity::document_exchange {

// Refusals as entries of the journal's ledger. Thread-safe.
class JournalRefusals final : public rpc::RefusalRecorder {
 public:
  // `journal` is not owned and must outlive this object.
  explicit JournalRefusals(journal::Journal* journal) : journal_(journal) {}

  absl::Status RecordRefusal(const rpc::Call& call, const absl::Status& refusal) override;
  absl::Status RecordTableRefusal(const rpc::TableRefusal& refusal) override;

 private:
  journal::Journal* const journal_;
};

}  // namespace comity::document_exchange
