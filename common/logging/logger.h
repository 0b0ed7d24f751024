#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"

namespace comity::logging {

enum class Level { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error". INVALID_ARGUMENT `LOG_LEVEL_UNKNOWN` otherwise.
absl::StatusOr<Level> ParseLevel(absl::string_view text);

// Marks a value that must never be written: the line shows "[secret]" in its place. Personal data,
// keys and content are not logged at all; this is the net below that rule.
struct Secret {
  absl::string_view value;
};

// One member of a log line. The views are read during Log only.
struct Field {
  absl::string_view key;
  std::variant<absl::string_view, std::int64_t, double, bool, Secret> value;

  Field(absl::string_view k, absl::string_view v) : key(k), value(v) {}
  Field(absl::string_view k, const char* v) : key(k), value(absl::string_view(v)) {}
  Field(absl::string_view k, const std::string& v) : key(k), value(absl::string_view(v)) {}
  Field(absl::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(absl::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(absl::string_view k, double v) : key(k), value(v) {}
  Field(absl::string_view k, bool v) : key(k), value(v) {}
  Field(absl::string_view k, Secret v) : key(k), value(v) {}
};

struct Options {
  std::string service;  // The member "service" of every line.
  Level level = Level::kInfo;
  std::string file;              // Appended to; "" is stderr.
  const Clock* clock = nullptr;  // Not owned; the machine's if null.
};

// Writes JSON lines: {"time":"2026-11-23T17:42:00.123+00:00","level":"info","service":...,
// "message":..., fields}. Lines are handed to one writing thread, so Log costs about a
// microsecond; errors are written before Log returns. If the disk cannot follow, lines beyond
// 8 MiB are dropped and counted in a line of their own. Invalid UTF-8 is replaced.
//
// Thread-safe. Destruction writes what is pending.
class Logger {
 public:
  // FAILED_PRECONDITION `LOG_FILE_UNWRITABLE` names the file and the system's reason.
  static absl::StatusOr<std::unique_ptr<Logger>> Open(Options options);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  bool Enabled(Level level) const { return level >= options_.level; }

  void Log(Level level, absl::string_view message, std::initializer_list<Field> fields = {});
  void Info(absl::string_view message, std::initializer_list<Field> fields = {}) {
    Log(Level::kInfo, message, fields);
  }
  void Warning(absl::string_view message, std::initializer_list<Field> fields = {}) {
    Log(Level::kWarning, message, fields);
  }
  void Error(absl::string_view message, std::initializer_list<Field> fields = {}) {
    Log(Level::kError, message, fields);
  }

  // Returns when everything logged before is written.
  void Flush();

  // Opens the file again, for rotation (SIGHUP). Keeps the old one on failure.
  absl::Status Reopen();

 private:
  Logger(Options options, int descriptor);
  void WriteLoop();

  const Options options_;
  const int descriptor_;  // Reopen changes the file behind it.
  absl::Mutex mutex_;
  SteadyCondVar wake_;
  absl::CondVar written_;
  std::string pending_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t appended_ ABSL_GUARDED_BY(mutex_) = 0;  // Bytes ever put into pending_.
  std::uint64_t flushed_ ABSL_GUARDED_BY(mutex_) = 0;   // Bytes of them written.
  std::uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;   // Lines dropped since the last report.
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;          // Somebody waits in Flush.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace comity::logging
