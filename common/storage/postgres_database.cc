#include "common/storage/postgres_database.h"

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/status/macros.h"
#include "common/storage/postgres_connection.h"
#include "common/storage/postgres_listener.h"

namespace comity::storage {
namespace {

// A reader holds nobody up, but keeps the server from reclaiming what it may still see.
constexpr absl::Duration kReaderPatience = absl::Minutes(5);

std::string Setup(absl::Duration lock, absl::Duration idle) {
  return absl::StrCat(
      "SET synchronous_commit = on; SET lock_timeout = ", absl::ToInt64Milliseconds(lock),
      "; SET idle_in_transaction_session_timeout = ", absl::ToInt64Milliseconds(idle));
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PostgresOptions& options, std::unique_ptr<PostgresConnection> writer)
      : url_(options.url),
        patience_(options.patience),
        idle_limit_(static_cast<std::size_t>(options.idle_readers)),
        writer_(std::move(writer)) {}

  Connection& writer() override { return *writer_; }

  absl::StatusOr<std::unique_ptr<Connection>> OpenWriter(absl::Duration patience) override {
    return PostgresConnection::Open(url_, Setup(patience, patience));
  }

  bool shared() const override { return true; }

  std::shared_ptr<void> Listen(const std::string& channel,
                               std::function<void(absl::string_view)> callback) override {
    return std::make_shared<PostgresListener>(url_, channel, std::move(callback));
  }

 protected:
  absl::StatusOr<std::unique_ptr<Connection>> TakeReader() override {
    {
      absl::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Connection> reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return PostgresConnection::Open(url_, Setup(patience_, kReaderPatience));
  }

  void GiveReaderBack(std::unique_ptr<Connection> reader) override {
    absl::MutexLock lock(&mutex_);
    if (idle_.size() < idle_limit_) idle_.push_back(std::move(reader));
  }

 private:
  const std::string url_;
  const absl::Duration patience_;
  const std::size_t idle_limit_;
  const std::unique_ptr<PostgresConnection> writer_;

  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options) {
  COMITY_ASSIGN_OR_RETURN(
      std::unique_ptr<PostgresConnection> writer,
      PostgresConnection::Open(options.url, Setup(options.patience, options.patience)));
  return std::make_unique<PostgresDatabase>(options, std::move(writer));
}

}  // namespace comity::storage
