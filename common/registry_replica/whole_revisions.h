#pragma once

#include <optional>
#include <utility>

namespace comity::registry_replica {

// Makes revisions whole that the registry sent in parts: what is larger than a message comes as
// several changes of one revision, over several messages, and only the last has a bookmark. Of
// changes that follow one another, not of a snapshot. `Response` is that of Watch or of Replicate.
// Not thread-safe.
template <typename Response>
class WholeRevisions {
 public:
  // All that came with `part` and was held before it, one change for each revision; nullopt: more
  // follows, and whatever else came, such as a lease, has to wait for it.
  std::optional<Response> Add(Response part) {
    const bool whole = part.has_bookmark() || part.changes().empty();
    const bool holding = !held_.changes().empty();
    if (whole && !holding) return Joined(std::move(part));
    held_.MergeFrom(part);
    if (!part.has_bookmark()) return std::nullopt;
    return Joined(std::exchange(held_, Response()));
  }

  // The stream has ended, or begins anew.
  void Forget() { held_.Clear(); }

 private:
  static Response Joined(Response all) {
    auto& changes = *all.mutable_changes();
    int last = -1;
    for (int i = 0; i < changes.size(); ++i) {
      if (last >= 0 && changes[last].revision().number() == changes[i].revision().number()) {
        changes[last].MergeFrom(changes[i]);  // A barrier is one as a whole.
      } else if (++last != i) {
        changes[last] = std::move(changes[i]);
      }
    }
    changes.DeleteSubrange(last + 1, changes.size() - last - 1);
    return all;
  }

  Response held_;
};

}  // namespace comity::registry_replica
