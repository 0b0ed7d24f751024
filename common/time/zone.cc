#include "common/time/zone.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"

namespace comity {
namespace {

constexpr std::size_t kLongestName = 64;

// Where absl looks as well.
const std::filesystem::path& Database() {
  static const std::filesystem::path& folder = *new std::filesystem::path([] {
    const char* const named = std::getenv("TZDIR");
    return named != nullptr && *named != '\0' ? named : "/usr/share/zoneinfo";
  }());
  return folder;
}

// Those that were found, as many at most as the database has: absl keeps them for ever as well, and
// to ask the file system each time costs more than the rest of a check.
struct Zones {
  absl::Mutex mutex;
  absl::flat_hash_map<std::string, absl::TimeZone> by_name ABSL_GUARDED_BY(mutex);
};

// Without a dot, so that none leads out of the database.
bool IsOfName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' || c == '-' ||
         c == '/';
}

}  // namespace

std::optional<absl::TimeZone> ZoneNamed(absl::string_view name) {
  if (name.empty() || name.size() > kLongestName || name.front() == '/' ||
      !std::all_of(name.begin(), name.end(), IsOfName)) {
    return std::nullopt;
  }
  // One file would have many names, each of them kept.
  if (absl::StrContains(name, "//")) return std::nullopt;
  static Zones& known = *new Zones;
  {
    const absl::MutexLock lock(&known.mutex);
    const auto found = known.by_name.find(name);
    if (found != known.by_name.end()) return found->second;
  }
  const std::string text(name);
  std::error_code error;
  absl::TimeZone zone;
  if (!std::filesystem::is_regular_file(Database() / text, error) ||
      !absl::LoadTimeZone(text, &zone)) {
    return std::nullopt;
  }
  const absl::MutexLock lock(&known.mutex);
  known.by_name.emplace(text, zone);
  return zone;
}

}  // namespace comity
