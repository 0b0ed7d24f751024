#include "tests/testing/history.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

namespace comity::testing {
namespace {

using Kind = Operation::Kind;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

std::string Said(const Operation& operation) {
  return std::string(operation.kind == Kind::kWrite ? "write" : "read") + " of " + operation.key +
         " version " + operation.version + " [" + std::to_string(operation.start) + ", " +
         std::to_string(operation.end) + "]";
}

// An operation at its place in the order of revisions.
struct Placed {
  const Operation* operation;
  std::int64_t revision;
};

// Whatever ended before another began has its place before it, and a write a place of its own.
void CheckRealTime(std::vector<Placed> placed, const std::string& what,
                   std::vector<std::string>& found) {
  std::vector<Placed> by_end = placed;
  std::sort(placed.begin(), placed.end(), [](const Placed& one, const Placed& other) {
    return one.operation->start < other.operation->start;
  });
  std::sort(by_end.begin(), by_end.end(), [](const Placed& one, const Placed& other) {
    return one.operation->end < other.operation->end;
  });
  const Placed* last = nullptr;  // Of those that have ended, the one of the highest place.
  std::size_t ended = 0;
  for (const Placed& next : placed) {
    for (; ended < by_end.size() && by_end[ended].operation->end < next.operation->start; ++ended) {
      if (last == nullptr || by_end[ended].revision > last->revision) last = &by_end[ended];
    }
    if (last == nullptr) continue;
    const bool strictly = next.operation->kind == Kind::kWrite;
    if (next.revision < last->revision || (strictly && next.revision == last->revision)) {
      found.push_back(what + ": " + Said(*next.operation) + " began after " +
                      Said(*last->operation) + " had ended, and comes before it");
    }
  }
}

class Judge {
 public:
  Judge(const std::vector<Operation>& initial, const std::vector<Operation>& history) {
    for (const Operation& write : initial) Enter(write);
    for (const Operation& operation : history) {
      if (operation.kind == Kind::kWrite) Enter(operation);
    }
    CheckChains(initial);
    std::map<std::string, std::vector<Placed>> by_key;
    std::vector<Placed> writes;
    for (const Operation& operation : history) {
      const std::int64_t revision = Place(operation);
      if (revision == kNever) continue;
      by_key[operation.key].push_back({&operation, revision});
      if (operation.kind == Kind::kWrite) writes.push_back({&operation, revision});
    }
    for (auto& [key, placed] : by_key) CheckRealTime(std::move(placed), key, found);
    CheckRealTime(std::move(writes), "all writes", found);
  }

  std::vector<std::string> found;

 private:
  using Chain = std::map<std::int64_t, const Operation*>;  // The writes of a key, by revision.

  void Enter(const Operation& write) {
    if (!revisions_.emplace(write.revision, &write).second) {
      found.push_back(Said(write) + " has the revision of another write");
    }
    if (!versions_.emplace(std::make_pair(write.key, write.version), &write).second) {
      found.push_back(Said(write) + " was made twice");
    }
    chains_[write.key].emplace(write.revision, &write);
  }

  // Each write replaced the one before it.
  void CheckChains(const std::vector<Operation>& initial) {
    for (const auto& [key, chain] : chains_) {
      const Operation* before = nullptr;
      for (const auto& [revision, write] : chain) {
        const bool first = std::any_of(initial.begin(), initial.end(),
                                       [&](const Operation& one) { return &one == write; });
        if (!first && (before == nullptr || write->predecessor != before->version)) {
          found.push_back(Said(*write) + " replaced version " + write->predecessor +
                          ", which was not the last one: an update is lost");
        }
        before = write;
      }
    }
  }

  // The revision at which what it saw was made.
  std::int64_t Place(const Operation& operation) {
    const auto made = versions_.find({operation.key, operation.version});
    if (made == versions_.end()) {
      found.push_back(Said(operation) + ": nobody made that version");
      return kNever;
    }
    const Operation& write = *made->second;
    if (!operation.value.empty() && operation.value != write.value) {
      found.push_back(Said(operation) + " says " + operation.value + ", but " + write.value +
                      " was written");
    }
    return write.revision;
  }

  std::map<std::int64_t, const Operation*> revisions_;
  std::map<std::pair<std::string, std::string>, const Operation*> versions_;
  std::map<std::string, Chain> chains_;
};

}  // namespace

std::vector<std::string> Contradictions(const std::vector<Operation>& initial,
                                        const std::vector<Operation>& history) {
  return Judge(initial, history).found;
}

}  // namespace comity::testing
