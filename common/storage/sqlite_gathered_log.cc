#include "common/storage/sqlite_gathered_log.h"

#include <cstddef>
#include <cstring>
#include <new>
#include <string>

namespace comity::storage {
namespace {

constexpr char kName[] = "comity-gathered-log";
// SQLite's own VFS takes no more than 17 bits of a size. Some thirty pages; larger commits are
// written in several pieces.
constexpr std::size_t kMost = 0x1ffff;

// SQLite sees the first member; the file it would have without us lies behind the last.
struct Log {
  sqlite3_file file;
  sqlite3_file* below;
  std::string pending;  // What is to be written at `begin`.
  sqlite3_int64 begin;

  sqlite3_int64 end() const { return begin + static_cast<sqlite3_int64>(pending.size()); }
};

constexpr std::size_t kOwnSize = (sizeof(Log) + alignof(std::max_align_t) - 1) /
                                 alignof(std::max_align_t) * alignof(std::max_align_t);

Log& LogOf(sqlite3_file* file) { return *reinterpret_cast<Log*>(file); }

// What could not be written is forgotten: SQLite undoes the commit it belongs to.
int Write(Log& log) {
  if (log.pending.empty()) return SQLITE_OK;
  const int code = log.below->pMethods->xWrite(log.below, log.pending.data(),
                                               static_cast<int>(log.pending.size()), log.begin);
  log.pending.clear();
  return code;
}

int Gather(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept {
  Log& log = LogOf(file);
  const auto* const bytes = static_cast<const char*>(data);
  const auto count = static_cast<std::size_t>(size);
  // A page that changes again within its transaction is written over.
  if (offset >= log.begin && offset + size <= log.end()) {
    std::memcpy(log.pending.data() + (offset - log.begin), bytes, count);
    return SQLITE_OK;
  }
  if (offset != log.end() || log.pending.size() + count > kMost) {
    if (const int code = Write(log); code != SQLITE_OK) return code;
    log.begin = offset;
  }
  log.pending.append(bytes, count);
  return SQLITE_OK;
}

// Whatever looks at the log, or says that it is durable, comes after what was written.
template <auto kMethod, typename... Arguments>
int AfterWriting(sqlite3_file* file, Arguments... arguments) {
  Log& log = LogOf(file);
  if (const int code = Write(log); code != SQLITE_OK) return code;
  return (log.below->pMethods->*kMethod)(log.below, arguments...);
}

template <auto kMethod, typename... Arguments>
int Pass(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* const below = LogOf(file).below;
  return (below->pMethods->*kMethod)(below, arguments...);
}

int Close(sqlite3_file* file) {
  Log& log = LogOf(file);
  const int written = Write(log);
  const int closed = log.below->pMethods->xClose(log.below);
  log.~Log();
  return written == SQLITE_OK ? closed : written;
}

// Version 1: what came later is for databases, not for their logs.
using Methods = sqlite3_io_methods;
constexpr Methods kMethods = {
    .iVersion = 1,
    .xClose = Close,
    .xRead = AfterWriting<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = Gather,
    .xTruncate = AfterWriting<&Methods::xTruncate, sqlite3_int64>,
    .xSync = AfterWriting<&Methods::xSync, int>,
    .xFileSize = AfterWriting<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = Pass<&Methods::xLock, int>,
    .xUnlock = Pass<&Methods::xUnlock, int>,
    .xCheckReservedLock = Pass<&Methods::xCheckReservedLock, int*>,
    .xFileControl = Pass<&Methods::xFileControl, int, void*>,
    .xSectorSize = Pass<&Methods::xSectorSize>,
    .xDeviceCharacteristics = Pass<&Methods::xDeviceCharacteristics>,
};

sqlite3_vfs& Own() {
  static sqlite3_vfs& own = *sqlite3_vfs_find(nullptr);
  return own;
}

int Open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const own = &Own();
  if ((flags & SQLITE_OPEN_WAL) == 0) return own->xOpen(own, name, file, flags, flags_out);
  auto* const below = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kOwnSize);
  below->pMethods = nullptr;
  file->pMethods = nullptr;  // There is nothing to close if this fails.
  const int code = own->xOpen(own, name, below, flags, flags_out);
  if (code != SQLITE_OK) {
    // Why it could not be opened says more than what closing it may say.
    if (below->pMethods != nullptr) (void)below->pMethods->xClose(below);
    return code;
  }
  new (file) Log{.file = {&kMethods}, .below = below, .pending = "", .begin = 0};
  return SQLITE_OK;
}

// A commit that failed before its sync has left frames, at a place that is another's to write now.
void Forget(void* db) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(static_cast<sqlite3*>(db), "main", SQLITE_FCNTL_JOURNAL_POINTER,
                           &file) == SQLITE_OK &&
      file != nullptr && file->pMethods == &kMethods) {
    LogOf(file).pending.clear();
  }
}

}  // namespace

int PrepareForGatheredLog(sqlite3* db) {
  // Frames of a transaction that grows beyond the cache would be gathered before the commit, and a
  // rollback touches no log: they would be written over what another connection committed since.
  const int code = sqlite3_exec(db, "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF", nullptr,
                                nullptr, nullptr);
  sqlite3_rollback_hook(db, Forget, db);
  return code;
}

const char* GatheredLogVfs() {
  static sqlite3_vfs* const vfs = [] {
    auto* const made = new sqlite3_vfs(Own());
    made->zName = kName;
    made->szOsFile += static_cast<int>(kOwnSize);
    made->xOpen = Open;
    // If it fails, whoever opens a database hears that there is no such VFS.
    (void)sqlite3_vfs_register(made, /*makeDflt=*/0);
    return made;
  }();
  return vfs->zName;
}

}  // namespace comity::storage
