#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/journal/journal.h"
#include "common/storage/connection.h"
#include "common/storage/migrations.h"
#include "services/partner-registry/domain/lease_rows.h"

namespace comity::partner_registry {

// The service's own tables, for journal::Options::migrations.
std::vector<storage::Migration> Migrations();

// Leases in the journal's database, as durable as everything else there on either engine. Written
// in transactions of their own, not under the head's lock: see Leases.
class DatabaseLeaseRows final : public LeaseRows {
 public:
  // `journal` is not owned and must outlive this object. A store that never had such rows may have
  // given leases all the same (before an upgrade, or as the store that it was restored from): then
  // one row stands for whoever holds them. Errors of the database.
  static absl::StatusOr<std::unique_ptr<DatabaseLeaseRows>> Open(journal::Journal* journal);

  absl::StatusOr<std::int64_t> Store(const std::vector<LeaseRenewal>& renewals) override;
  absl::StatusOr<std::vector<LeaseRow>> Read() override;
  absl::Status Forget(const std::vector<LeaseRow>& rows) override;
  absl::Status Usable() const override;
  bool shared() const override;
  std::shared_ptr<void> Subscribe(std::function<void()> callback) override;

 private:
  DatabaseLeaseRows(journal::Journal* journal, std::unique_ptr<storage::Connection> sql)
      : journal_(journal), sql_(std::move(sql)) {}

  absl::Status NoteWhoeverWasBefore();

  journal::Journal* const journal_;
  const std::unique_ptr<storage::Connection> sql_;
};

}  // namespace comity::partner_registry
