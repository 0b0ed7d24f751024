#pragma once

#include <memory>
#include <vector>

#include "common/journal/journal.h"
#include "common/journal/pruning.h"
#include "common/storage/migrations.h"
#include "services/document-exchange/domain/rows.h"

namespace comity::document_exchange {

// The service's own tables, for journal::Options::migrations.
std::vector<storage::Migration> Migrations();

// RowsSource in the journal's database: snapshots for reading, the turn's connection for writing.
// Free text is sealed under the journal's expiry keys; where a key was destroyed it reads as empty.
// Thread-safe.
class ExchangeTables final : public RowsSource {
 public:
  // `journal` is not owned and must outlive this object.
  explicit ExchangeTables(journal::Journal* journal) : journal_(journal) {}

  absl::StatusOr<std::unique_ptr<Rows>> Read() override;
  std::unique_ptr<WritableRows> In(journal::Turn& turn) override;

  // Seals anew the verdicts of transfers of documents under hold (journal::Pruner::Keep).
  static absl::Status KeepHeld(journal::Turn& turn, const journal::Rewrapper& rewrapper);

 private:
  journal::Journal* const journal_;
};

}  // namespace comity::document_exchange
