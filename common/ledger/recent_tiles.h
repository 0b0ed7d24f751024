#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/ledger/tile.h"

namespace comity::ledger {

// What is known of complete tiles, as far as a budget goes: room is made by what was not asked for
// since the last round (a clock). Thread-safe.
template <typename Value>
class RecentTiles {
 public:
  using Shared = std::shared_ptr<const Value>;

  // Of values, in bytes.
  explicit RecentTiles(std::size_t budget) : shard_budget_(budget / kShards) {}

  // Null: nothing is remembered.
  Shared Find(TileId id) {
    Shard& shard = ShardOf(id);
    const absl::MutexLock lock(&shard.mutex);
    const auto found = shard.places.find(KeyOf(id));
    if (found == shard.places.end()) return nullptr;
    Kept& kept = shard.kept[found->second];
    kept.asked_for = true;
    return kept.value;
  }

  void Add(TileId id, Shared value, std::size_t bytes) {
    if (bytes > shard_budget_) return;
    Shard& shard = ShardOf(id);
    const absl::MutexLock lock(&shard.mutex);
    if (shard.places.contains(KeyOf(id))) return;
    while (shard.bytes + bytes > shard_budget_) MakeRoom(shard);
    shard.places.emplace(KeyOf(id), shard.kept.size());
    shard.kept.push_back({.key = KeyOf(id), .value = std::move(value), .bytes = bytes});
    shard.bytes += bytes;
  }

 private:
  static constexpr std::size_t kShards = 16;

  struct Kept {
    std::int64_t key = 0;
    Shared value;
    std::size_t bytes = 0;
    bool asked_for = false;
  };
  struct Shard {
    absl::Mutex mutex;
    absl::flat_hash_map<std::int64_t, std::size_t> places ABSL_GUARDED_BY(mutex);
    std::vector<Kept> kept ABSL_GUARDED_BY(mutex);
    std::size_t hand ABSL_GUARDED_BY(mutex) = 0;
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  };

  static std::int64_t KeyOf(TileId id) { return id.index << 3 | id.level; }
  Shard& ShardOf(TileId id) {
    // The first tiles of all levels are the busiest: each its own.
    return shards_[(static_cast<std::size_t>(id.index) +
                    std::size_t{5} * static_cast<std::size_t>(id.level)) %
                   kShards];
  }

  // Looks at one place, and forgets it unless it was asked for.
  static void MakeRoom(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    if (shard.hand >= shard.kept.size()) shard.hand = 0;
    Kept& here = shard.kept[shard.hand];
    if (std::exchange(here.asked_for, false)) {
      ++shard.hand;
      return;
    }
    shard.places.erase(here.key);
    shard.bytes -= here.bytes;
    if (&here != &shard.kept.back()) {
      here = std::move(shard.kept.back());
      shard.places[here.key] = shard.hand;
    }
    shard.kept.pop_back();
  }

  const std::size_t shard_budget_;
  std::array<Shard, kShards> shards_;
};

}  // namespace comity::ledger
