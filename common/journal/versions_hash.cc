#include "common/journal/versions_hash.h"

#include <cstdint>
#include <limits>
#include <string>

#include "common/journal/bytes.h"

namespace comity::journal {
namespace {

// In place of a length that no body has.
constexpr auto kErased = std::numeric_limits<std::uint64_t>::max();

}  // namespace

void VersionsHash::Add(const Version& version) {
  std::string framed;
  framed.reserve(3 * sizeof(std::uint64_t) + version.kind.size() + version.id.size());
  AppendBigEndian<std::uint64_t>(framed, version.kind.size());
  framed += version.kind;
  AppendBigEndian<std::uint64_t>(framed, version.id.size());
  framed += version.id;
  AppendBigEndian<std::uint64_t>(framed, version.body ? version.body->size() : kErased);
  stream_.Update(framed);
  if (version.body) stream_.Update(*version.body);
}

}  // namespace comity::journal
