#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/connection.h"

namespace comity::storage {

class Database;

// A reading connection inside one committed state of the database, given back when it goes out of
// scope. Short-lived: it keeps old pages from being reclaimed. Not thread-safe.
class Snapshot {
 public:
  ~Snapshot();
  Snapshot(Snapshot&& other) noexcept;
  Snapshot& operator=(Snapshot&&) = delete;

  // Valid as long as the snapshot. Writes fail.
  Connection& sql() const { return *connection_; }

 private:
  friend class Database;
  Snapshot(Database* database, std::unique_ptr<Connection> connection)
      : database_(database), connection_(std::move(connection)) {}

  Database* database_;
  std::unique_ptr<Connection> connection_;
};

// A database with one writing and several reading connections. Thread-safe, but for writer().
class Database {
 public:
  virtual ~Database() = default;

  // The writing connection: only one thread at a time may use it.
  virtual Connection& writer() = 0;

  // A further writing connection, of the caller's own, for rows that nobody's order depends on. It
  // waits for no lock longer than `patience`, nor holds one for as long while it does nothing. Must
  // not outlive the database.
  virtual absl::StatusOr<std::unique_ptr<Connection>> OpenWriter(absl::Duration patience) = 0;

  // The latest committed state. Snapshots must end before the database does.
  absl::StatusOr<Snapshot> Read();

  // Whether other processes write to it too.
  virtual bool shared() const { return false; }

  // Calls `callback` with what Connection::Notify says on `channel` (a lower-case word), in this
  // process and in others, and with "" whenever something may have been missed, until the handle is
  // gone: on a thread of its own, where it must only wake somebody. Null if it is not shared.
  virtual std::shared_ptr<void> Listen(const std::string& channel,
                                       std::function<void(absl::string_view payload)> callback) {
    (void)channel;
    (void)callback;
    return nullptr;
  }

 protected:
  friend class Snapshot;

  // A reading connection, from the pool or new, and its way back.
  virtual absl::StatusOr<std::unique_ptr<Connection>> TakeReader() = 0;
  virtual void GiveReaderBack(std::unique_ptr<Connection> reader) = 0;
};

}  // namespace comity::storage
