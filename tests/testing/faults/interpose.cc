// The calls by which files and servers' databases change, in front of the C library's. Each one on
// a watched file is a write point, and each one that sends.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/testing/faults/control.h"
#include "tests/testing/faults/unsynced_changes.h"

namespace comity::testing::faults {
namespace {

// All of it is leaked: calls come before main and after its end.
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
std::atomic<bool> g_watching = false;
std::string* g_root = nullptr;
UnsyncedChanges* g_changes = nullptr;
// Inside one of our own calls, which must not be counted.
thread_local bool t_inside = false;

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// One call at a time while it lives: nothing moves when the process dies.
class Scope {
 public:
  Scope() : active_(g_watching && !t_inside) {
    if (!active_) return;
    t_inside = true;
    pthread_mutex_lock(&g_mutex);
  }
  ~Scope() {
    if (!active_) return;
    const int error = errno;
    pthread_mutex_unlock(&g_mutex);
    t_inside = false;
    errno = error;
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  bool active() const { return active_; }

 private:
  const bool active_;
};

bool EndsWith(const std::string& text, const char* end) {
  const std::size_t size = std::strlen(end);
  return text.size() >= size && text.compare(text.size() - size, size, end) == 0;
}

bool Watched(const std::string& path) {
  if (g_root == nullptr || path.compare(0, g_root->size(), *g_root) != 0) return false;
  const std::string below = path.substr(g_root->size());
  // SQLite's -shm is shared memory: it is made anew after a crash.
  return (below.empty() || below[0] == '/') && below.compare(0, 8, "/.faults") != 0 &&
         !EndsWith(below, "-shm");
}

std::string PathOf(int descriptor) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
}

std::string PathOf(int folder, const char* name) {
  if (name[0] == '/') return name;
  if (folder != AT_FDCWD) return PathOf(folder) + "/" + name;
  char here[PATH_MAX];
  return getcwd(here, sizeof here) == nullptr ? "" : std::string(here) + "/" + name;
}

[[noreturn]] void Die() {
  const Control& control = ThisProcess();
  g_changes->Undo(static_cast<Unsynced>(control.unsynced.load()),
                  static_cast<std::uint64_t>(control.seed.load()));
  kill(getpid(), SIGKILL);
  while (true) pause();
}

enum class Verdict { kGoOn, kHalfThenDie, kFail };

// A write point is reached. Sets errno for kFail.
Verdict Pass(char kind, const char* call, const std::string& path) {
  Control& control = ThisProcess();
  // Only files fail: who looks for the n-th of them would stop at a packet, which none is.
  if (kind == 'n' && control.action == static_cast<std::int64_t>(Action::kFail)) {
    return Verdict::kGoOn;
  }
  const std::int64_t number = ++control.calls;
  if (number <= static_cast<std::int64_t>(kTraceSize)) control.trace[number - 1] = kind;
  const std::int64_t at = control.at;
  const auto action = static_cast<Action>(control.action.load());
  if (action == Action::kNone || at == 0 || number < at) return Verdict::kGoOn;
  if (action == Action::kFail ? number - at >= control.count : number != at) return Verdict::kGoOn;
  (void)std::snprintf(control.last, sizeof control.last, "%s %s", call,
                      path.substr(g_root->size()).c_str());
  ++control.acted;
  if (action == Action::kFail) {
    errno = static_cast<int>(control.error);
    return Verdict::kFail;
  }
  if (action == Action::kDieHalfway && (kind == 'w' || kind == 'n')) return Verdict::kHalfThenDie;
  Die();
}

std::size_t Half(std::size_t size) { return size > 1024 ? size / 2 / 512 * 512 : size / 2; }

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// `write` makes the call for so many bytes.
template <typename Write>
ssize_t OnWrite(const char* call, int file, off_t offset, const void* data, std::size_t size,
                const std::string& path, Write write) {
  const Verdict verdict = Pass('w', call, path);
  if (verdict == Verdict::kFail) return -1;
  if (offset < 0) {
    const bool append = (fcntl(file, F_GETFL) & O_APPEND) != 0;
    offset = lseek(file, 0, append ? SEEK_END : SEEK_CUR);
  }
  g_changes->Write(file, offset, data, size);
  if (verdict == Verdict::kHalfThenDie) {
    write(Half(size));
    Die();
  }
  return write(size);
}

template <typename Call>
int OnSync(const char* call, int file, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(file) : "";
  if (!Watched(path)) return real();
  struct stat info {};
  const bool folder = fstat(file, &info) == 0 && S_ISDIR(info.st_mode);
  if (Pass(folder ? 'd' : 's', call, path) == Verdict::kFail) {
    if (!folder) g_changes->FailToSync(file);
    return -1;
  }
  // The medium itself is of no interest, and slow.
  if (folder) {
    g_changes->SyncFolder(file);
  } else {
    g_changes->SyncFile(file);
  }
  return 0;
}

template <typename Call>
int OnOpen(const char* call, int folder, const char* name, int flags, Call real) {
  const Scope scope;
  const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0;
  const std::string path = scope.active() && changes ? PathOf(folder, name) : "";
  if (!Watched(path)) return real(flags);
  if (!Exists(path)) {
    if ((flags & O_CREAT) == 0) return real(flags);
    if (Pass('c', call, path) == Verdict::kFail) return -1;
    const int file = real(flags);
    if (file >= 0) g_changes->Make(path);
    return file;
  }
  if ((flags & O_TRUNC) == 0) return real(flags);
  if (Pass('t', call, path) == Verdict::kFail) return -1;
  const int file = real(flags & ~O_TRUNC);
  if (file < 0) return file;
  g_changes->Truncate(file, 0);
  if (ftruncate(file, 0) != 0) {
    close(file);
    return -1;
  }
  return file;
}

template <typename Call>
int OnTruncate(const char* call, int file, off_t size, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(file) : "";
  if (!Watched(path)) return real();
  if (Pass('t', call, path) == Verdict::kFail) return -1;
  g_changes->Truncate(file, size);
  return real();
}

template <typename Call>
int OnRename(const char* call, int from_folder, const char* from, int to_folder, const char* to,
             Call real) {
  const Scope scope;
  const std::string source = scope.active() ? PathOf(from_folder, from) : "";
  if (!Watched(source)) return real();
  const std::string target = PathOf(to_folder, to);
  if (Pass('r', call, target) == Verdict::kFail) return -1;
  if (Exists(source)) g_changes->Rename(source, target);
  return real();
}

template <typename Call>
int OnLink(const char* call, const char* name, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(AT_FDCWD, name) : "";
  if (!Watched(path) || Exists(path)) return real();
  if (Pass('r', call, path) == Verdict::kFail) return -1;
  const int made = real();
  if (made == 0) g_changes->Make(path);
  return made;
}

// The name is not known before the file is made.
template <typename Call>
int OnMakeTemporary(const char* call, char* name, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(AT_FDCWD, name) : "";
  if (!Watched(path)) return real();
  if (Pass('c', call, path) == Verdict::kFail) return -1;
  const int file = real();
  if (file >= 0) g_changes->Make(PathOf(AT_FDCWD, name));
  return file;
}

template <typename Call>
int OnRemove(const char* call, int folder, const char* name, bool is_folder, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(folder, name) : "";
  if (!Watched(path) || !Exists(path)) return real();
  if (Pass(is_folder ? 'x' : 'u', call, path) == Verdict::kFail) return -1;
  if (is_folder) {
    g_changes->RemoveFolder(path);
  } else {
    g_changes->Remove(path);
  }
  return real();
}

template <typename Call>
int OnMakeFolder(const char* call, int folder, const char* name, Call real) {
  const Scope scope;
  const std::string path = scope.active() ? PathOf(folder, name) : "";
  if (!Watched(path) || Exists(path)) return real();
  if (Pass('m', call, path) == Verdict::kFail) return -1;
  const int made = real();
  if (made == 0) g_changes->Make(path);
  return made;
}

// What a client such as libpq sends: a server has the whole, a part or nothing of it.
template <typename Send>
ssize_t OnSend(std::size_t size, Send send) {
  const Scope scope;
  if (!scope.active()) return send(size);
  if (Pass('n', "send", *g_root + "(network)") == Verdict::kHalfThenDie) {
    send(size / 2);
    Die();
  }
  return send(size);
}

// Preloaded into a program that knows nothing of it.
__attribute__((constructor)) void WatchFromTheStart() {
  if (const char* const root = std::getenv("COMITY_FAULTS_ROOT")) Watch(root);
}

}  // namespace

void Watch(const std::string& root) {
  g_watching = false;
  pthread_mutex_lock(&g_mutex);
  delete g_changes;
  delete g_root;
  g_changes = nullptr;
  g_root = nullptr;
  char path[PATH_MAX];
  if (!root.empty()) {
    if (realpath(root.c_str(), path) == nullptr) std::abort();
    g_root = new std::string(path);
    g_changes = new UnsyncedChanges(*g_root);
  }
  pthread_mutex_unlock(&g_mutex);
  g_watching = !root.empty();
}

}  // namespace comity::testing::faults

// NOLINTBEGIN(google-runtime-int, cert-dcl50-cpp): the C library's own types and forms.
namespace faults = comity::testing::faults;

#define COMITY_MODE(flags)                      \
  mode_t mode = 0;                              \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list list;                               \
    va_start(list, flags);                      \
    mode = va_arg(list, mode_t);                \
    va_end(list);                               \
  }

extern "C" {

int open(const char* name, int flags, ...) {
  COMITY_MODE(flags)
  static auto* const real = faults::Real<int(const char*, int, ...)>("open");
  return faults::OnOpen("open", AT_FDCWD, name, flags,
                        [&](int allowed) { return real(name, allowed, mode); });
}

int open64(const char* name, int flags, ...) {
  COMITY_MODE(flags)
  static auto* const real = faults::Real<int(const char*, int, ...)>("open64");
  return faults::OnOpen("open", AT_FDCWD, name, flags,
                        [&](int allowed) { return real(name, allowed, mode); });
}

int openat(int folder, const char* name, int flags, ...) {
  COMITY_MODE(flags)
  static auto* const real = faults::Real<int(int, const char*, int, ...)>("openat");
  return faults::OnOpen("openat", folder, name, flags,
                        [&](int allowed) { return real(folder, name, allowed, mode); });
}

ssize_t write(int file, const void* data, size_t size) {
  static auto* const real = faults::Real<ssize_t(int, const void*, size_t)>("write");
  const faults::Scope scope;
  const std::string path = scope.active() ? faults::PathOf(file) : "";
  if (!faults::Watched(path)) return real(file, data, size);
  return faults::OnWrite("write", file, -1, data, size, path,
                         [&](std::size_t part) { return real(file, data, part); });
}

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const real = faults::Real<ssize_t(int, const iovec*, int)>("writev");
  {
    const faults::Scope scope;
    if (!scope.active() || !faults::Watched(faults::PathOf(file))) return real(file, parts, count);
  }
  std::string joined;
  for (int i = 0; i < count; ++i) {
    joined.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return write(file, joined.data(), joined.size());
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  static auto* const real = faults::Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const faults::Scope scope;
  const std::string path = scope.active() ? faults::PathOf(file) : "";
  if (!faults::Watched(path)) return real(file, data, size, offset);
  return faults::OnWrite("pwrite", file, offset, data, size, path,
                         [&](std::size_t part) { return real(file, data, part, offset); });
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  return pwrite(file, data, size, offset);
}

int fsync(int file) {
  static auto* const real = faults::Real<int(int)>("fsync");
  return faults::OnSync("fsync", file, [&] { return real(file); });
}

int fdatasync(int file) {
  static auto* const real = faults::Real<int(int)>("fdatasync");
  return faults::OnSync("fdatasync", file, [&] { return real(file); });
}

int ftruncate(int file, off_t size) noexcept {
  static auto* const real = faults::Real<int(int, off_t)>("ftruncate");
  return faults::OnTruncate("ftruncate", file, size, [&] { return real(file, size); });
}

int ftruncate64(int file, off64_t size) noexcept { return ftruncate(file, size); }

int rename(const char* from, const char* to) noexcept {
  static auto* const real = faults::Real<int(const char*, const char*)>("rename");
  return faults::OnRename("rename", AT_FDCWD, from, AT_FDCWD, to, [&] { return real(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static auto* const real = faults::Real<int(int, const char*, int, const char*)>("renameat");
  return faults::OnRename("renameat", from_folder, from, to_folder, to,
                          [&] { return real(from_folder, from, to_folder, to); });
}

int link(const char* from, const char* to) noexcept {
  static auto* const real = faults::Real<int(const char*, const char*)>("link");
  return faults::OnLink("link", to, [&] { return real(from, to); });
}

int mkostemp(char* name, int flags) {
  static auto* const real = faults::Real<int(char*, int)>("mkostemp");
  return faults::OnMakeTemporary("mkostemp", name, [&] { return real(name, flags); });
}

int unlink(const char* name) noexcept {
  static auto* const real = faults::Real<int(const char*)>("unlink");
  return faults::OnRemove("unlink", AT_FDCWD, name, false, [&] { return real(name); });
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  static auto* const real = faults::Real<int(int, const char*, int)>("unlinkat");
  return faults::OnRemove("unlinkat", folder, name, (flags & AT_REMOVEDIR) != 0,
                          [&] { return real(folder, name, flags); });
}

int rmdir(const char* name) noexcept {
  static auto* const real = faults::Real<int(const char*)>("rmdir");
  return faults::OnRemove("rmdir", AT_FDCWD, name, true, [&] { return real(name); });
}

ssize_t send(int socket, const void* data, std::size_t size, int flags) {
  static auto* const real = faults::Real<ssize_t(int, const void*, std::size_t, int)>("send");
  return faults::OnSend(size, [&](std::size_t part) { return real(socket, data, part, flags); });
}

int mkdir(const char* name, mode_t mode) noexcept {
  static auto* const real = faults::Real<int(const char*, mode_t)>("mkdir");
  return faults::OnMakeFolder("mkdir", AT_FDCWD, name, [&] { return real(name, mode); });
}

}  // extern "C"
// NOLINTEND(google-runtime-int, cert-dcl50-cpp)
