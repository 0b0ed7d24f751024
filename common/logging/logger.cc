#include "common/logging/logger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/status/error.h"

namespace comity::logging {
namespace {

constexpr std::size_t kMostPending = 8U << 20;
// Lines are written together: a wake-up and a system call a line would cost a busy service more
// than the lines themselves.
constexpr absl::Duration kGather = absl::Milliseconds(20);
constexpr std::size_t kEnough = 256U << 10;

absl::string_view Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

// How many bytes the UTF-8 character at `at` has; 0 if there is none.
std::size_t CharacterLength(absl::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned char second = byte(1);
  if (first == 0xE0 && second < 0xA0) return 0;  // Overlong.
  if (first == 0xED && second > 0x9F) return 0;  // Surrogate.
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return length;
}

// Whether a byte stands for itself in a string of JSON.
bool IsPlain(char byte) { return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\'; }

void AppendString(absl::string_view text, std::string& line) {
  static constexpr char kHex[] = "0123456789abcdef";
  line.push_back('"');
  for (std::size_t i = 0; i < text.size();) {
    // Nearly always all of it.
    const std::size_t plain = i;
    while (i < text.size() && IsPlain(text[i])) ++i;
    line.append(text.data() + plain, i - plain);
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::size_t length = CharacterLength(text, i);
      if (length == 0) {
        line.append("\xEF\xBF\xBD");
        ++i;
      } else {
        line.append(text.data() + i, length);
        i += length;
      }
      continue;
    }
    ++i;
    if (c == '"' || c == '\\') {
      line.push_back('\\');
      line.push_back(static_cast<char>(c));
    } else {
      line.append("\\u00");
      line.push_back(kHex[c >> 4U]);
      line.push_back(kHex[c & 0xFU]);
    }
  }
  line.push_back('"');
}

struct AppendValue {
  std::string& line;

  void operator()(absl::string_view text) const { AppendString(text, line); }
  void operator()(std::int64_t number) const { absl::StrAppend(&line, number); }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      absl::StrAppend(&line, number);
    } else {
      line.append("null");
    }
  }
  void operator()(bool value) const { line.append(value ? "true" : "false"); }
  void operator()(const Secret&) const { line.append("\"[secret]\""); }
};

// As "%Y-%m-%dT%H:%M:%E3S+00:00" has it, at a fraction of the price: a busy service writes a line a
// call.
void AppendTime(absl::Time now, std::string& line) {
  const absl::CivilSecond second = absl::ToCivilSecond(now, absl::UTCTimeZone());
  const std::int64_t milliseconds =
      absl::ToInt64Milliseconds(now - absl::FromCivil(second, absl::UTCTimeZone()));
  const auto two = [](int number) { return absl::Dec(number, absl::kZeroPad2); };
  absl::StrAppend(&line, second.year(), "-", two(second.month()), "-", two(second.day()));
  absl::StrAppend(&line, "T", two(second.hour()), ":", two(second.minute()), ":");
  absl::StrAppend(&line, two(second.second()), ".", absl::Dec(milliseconds, absl::kZeroPad3));
  line.append("+00:00");
}

std::string Line(absl::Time now, const std::string& service, Level level, absl::string_view message,
                 std::initializer_list<Field> fields) {
  std::string line;
  line.reserve(512);
  line.append("{\"time\":\"");
  AppendTime(now, line);
  absl::StrAppend(&line, "\",\"level\":\"", Name(level), "\",\"service\":");
  AppendString(service, line);
  line.append(",\"message\":");
  AppendString(message, line);
  for (const Field& field : fields) {
    line.push_back(',');
    AppendString(field.key, line);
    line.push_back(':');
    std::visit(AppendValue{line}, field.value);
  }
  line.append("}\n");
  return line;
}

absl::StatusOr<int> OpenFile(const std::string& file) {
  if (file.empty()) return STDERR_FILENO;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor >= 0) return descriptor;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("cannot write the log file ", file, ": ", std::strerror(errno),
                                "."),  // NOLINT(concurrency-mt-unsafe)
                   {.reason = "LOG_FILE_UNWRITABLE"});
}

// What cannot be written is lost: there is nowhere to complain.
void WriteAll(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) continue;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace

absl::StatusOr<Level> ParseLevel(absl::string_view text) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text == Name(level)) return level;
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "the log level must be debug, info, warning or error.",
                   {.reason = "LOG_LEVEL_UNKNOWN"});
}

absl::StatusOr<std::unique_ptr<Logger>> Logger::Open(Options options) {
  if (options.clock == nullptr) options.clock = &SystemClock();
  const absl::StatusOr<int> descriptor = OpenFile(options.file);
  if (!descriptor.ok()) return descriptor.status();
  return std::unique_ptr<Logger>(new Logger(std::move(options), *descriptor));
}

Logger::Logger(Options options, int descriptor)
    : options_(std::move(options)), descriptor_(descriptor), writer_([this] { WriteLoop(); }) {}

Logger::~Logger() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.Signal();
  writer_.join();
  if (descriptor_ != STDERR_FILENO) ::close(descriptor_);
}

void Logger::Log(Level level, absl::string_view message, std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  const std::string line = Line(options_.clock->Now(), options_.service, level, message, fields);
  bool wake = false;
  {
    const absl::MutexLock lock(&mutex_);
    if (pending_.size() + line.size() > kMostPending) {
      ++dropped_;
      return;
    }
    wake =
        pending_.empty() || (pending_.size() < kEnough && pending_.size() + line.size() >= kEnough);
    pending_.append(line);
    appended_ += line.size();
  }
  if (wake) wake_.Signal();
  if (level == Level::kError) Flush();
}

void Logger::Flush() {
  const absl::MutexLock lock(&mutex_);
  const std::uint64_t target = appended_;
  hurry_ = true;
  wake_.Signal();
  while (flushed_ < target) written_.Wait(&mutex_);
}

absl::Status Logger::Reopen() {
  if (options_.file.empty()) return absl::OkStatus();
  const absl::StatusOr<int> opened = OpenFile(options_.file);
  if (!opened.ok()) return opened.status();
  Flush();
  // The writing thread may be in the middle of a write: the number stays, the file changes.
  ::dup3(*opened, descriptor_, O_CLOEXEC);
  ::close(*opened);
  return absl::OkStatus();
}

void Logger::WriteLoop() {
  std::string batch;
  const auto enough = [this] {
    mutex_.AssertHeld();
    return stopping_ || hurry_ || pending_.size() >= kEnough;
  };
  mutex_.Lock();
  while (true) {
    while (!stopping_ && pending_.empty()) wake_.Wait(&mutex_);
    if (pending_.empty()) break;
    wake_.AwaitFor(&mutex_, kGather, enough);
    hurry_ = false;
    batch.clear();
    batch.swap(pending_);
    const std::uint64_t upto = appended_;
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    mutex_.Unlock();
    WriteAll(descriptor_, batch);
    if (dropped > 0) {
      WriteAll(descriptor_, Line(options_.clock->Now(), options_.service, Level::kWarning,
                                 "log lines were dropped: the log could not be written fast enough",
                                 {{"lines", static_cast<std::int64_t>(dropped)}}));
    }
    mutex_.Lock();
    flushed_ = upto;
    written_.SignalAll();
  }
  mutex_.Unlock();
}

}  // namespace comity::logging
