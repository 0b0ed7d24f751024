#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Whether what several clients did at once, and were answered, can have happened one after the
// other: a judge of its own, which knows nothing of what it judges. It uses no code of the suite.
namespace comity::testing {

// One call, as its client saw it. A write says which version it replaces, and is refused if that is
// not the last one; a refusal that says which one is has read it.
struct Operation {
  enum class Kind { kRead, kWrite };
  Kind kind = Kind::kRead;
  std::string key;
  std::int64_t start = 0;  // Of one monotonic clock: before it was sent, after it was answered.
  std::int64_t end = 0;
  std::string version;        // Read, or made.
  std::string value;          // What that version says; "" of a read that was not told.
  std::string predecessor;    // Of a write: the version it replaced.
  std::int64_t revision = 0;  // Of a write: its place among all writes.
};

// What contradicts that the history is linearizable, key by key, with the writes of all keys in the
// order of their revisions; empty: nothing does. `initial` are writes of before: their times do not
// count. The history is complete: no write is missing.
std::vector<std::string> Contradictions(const std::vector<Operation>& initial,
                                        const std::vector<Operation>& history);

}  // namespace comity::testing
