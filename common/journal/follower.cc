#include "common/journal/follower.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/journal/ledger_check.h"
#include "common/journal/rows.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

// Changes read at a time.
constexpr std::size_t kChunk = 4096;

}  // namespace

absl::StatusOr<std::optional<Follower::News>> Follower::Read(
    bool locked, const Head& known, const ledger::Tree& tree,
    const std::vector<Participant*>& participants) {
  COMITY_ASSIGN_OR_RETURN(const std::optional<Head> latest,
                          locked ? rows::LockHead(*sql_) : rows::ReadHead(*sql_));
  if (!latest || latest->store_id != known.store_id) {
    return LedgerBehind("another store took its place");
  }
  if (checked_ != sql_->generation()) {
    if (!locked) {
      return MakeError(absl::StatusCode::kUnavailable, "The database's session is new.",
                       {.reason = "SESSION_NOT_CHECKED"});
    }
    COMITY_RETURN_IF_ERROR(CheckSession(*latest, known, tree));
    checked_ = sql_->generation();
  }
  const bool caught_up =
      std::all_of(participants.begin(), participants.end(),
                  [&](const Participant* p) { return p->revision() >= latest->revision; });
  if (latest->batch == known.batch && caught_up) return std::optional<News>();

  COMITY_RETURN_IF_ERROR(Follow(*latest, participants));
  News news{.head = *latest, .tree = tree};
  COMITY_ASSIGN_OR_RETURN(const std::vector<crypto::Digest> commitments,
                          rows::ReadCommitments(*sql_, tree.size()));
  // The tiles that become complete are there already.
  for (const crypto::Digest& commitment : commitments) news.tree.Append(commitment);
  if (news.tree.size() != latest->leaf_count) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "The database has other ledger entries than its head says; stop the service "
                     "and restore the last backup.",
                     {.reason = "LEDGER_INCONSISTENT"});
  }
  return std::optional<News>(std::move(news));
}

absl::Status Follower::CheckSession(const Head& latest, const Head& known,
                                    const ledger::Tree& tree) {
  if (latest.revision < known.revision || latest.batch < known.batch) {
    return LedgerBehind("it lacks changes that were acknowledged");
  }
  COMITY_ASSIGN_OR_RETURN(ledger::Tree loaded, LoadTree(*sql_, latest.leaf_count, *stored_tiles_));
  const auto found = std::make_shared<const ledger::Tree>(std::move(loaded));
  const ledger::TreeTiles tiles(found, stored_tiles_);
  COMITY_RETURN_IF_ERROR(
      CheckPrefix(known.leaf_count, tree.root(), "what was acknowledged", *found, tiles));
  COMITY_ASSIGN_OR_RETURN(const Published published,
                          CheckPublished(*sql_, publication_, keys_, *found, tiles));
  return published.refusal;
}

absl::Status Follower::Follow(const Head& latest, const std::vector<Participant*>& participants) {
  std::int64_t after = latest.revision;
  for (const Participant* const one : participants) after = std::min(after, one->revision());
  while (after < latest.revision) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<CommittedMutation> mutations,
                            rows::ReadMutations(*sql_, after, kChunk));
    if (mutations.empty()) break;
    for (const CommittedMutation& mutation : mutations) {
      for (Participant* const one : participants) {
        if (one->revision() >= mutation.revision) continue;
        COMITY_RETURN_IF_ERROR(one->Follow(mutation));
      }
    }
    after = mutations.back().revision;
  }
  return absl::OkStatus();
}

}  // namespace comity::journal
