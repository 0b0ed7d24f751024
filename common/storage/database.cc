#include "common/storage/database.h"

#include "common/status/macros.h"

namespace comity::storage {

Snapshot::Snapshot(Snapshot&& other) noexcept = default;

Snapshot::~Snapshot() {
  if (connection_ == nullptr) return;
  connection_->Rollback();
  database_->GiveReaderBack(std::move(connection_));
}

absl::StatusOr<Snapshot> Database::Read() {
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<Connection> reader, TakeReader());
  COMITY_RETURN_IF_ERROR(reader->BeginSnapshot());
  return Snapshot(this, std::move(reader));
}

}  // namespace comity::storage
