#include "common/journal/pruning.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/journal/holds.h"
#include "common/journal/logs.h"
#include "common/journal/rows.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

constexpr char kMethod[] = "timer/prune";
constexpr char kRule[] = "EUDPR 88(2)";
constexpr std::size_t kPage = 256;        // Entries may have 1 MiB.
constexpr std::size_t kRewrapBatch = 64;  // Of one mutation: others write too.
constexpr int kSteps = 8;                 // Of one call; holds that change take more.

absl::Status HoldsChanging() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "Holds were placed again and again while the pruning looked for what they "
                   "keep; nothing was destroyed, it is tried again.",
                   {.reason = "HOLDS_CHANGING"});
}

absl::CivilMonth MonthOf(absl::Time time) { return absl::ToCivilMonth(time, absl::UTCTimeZone()); }

// `outcome`: BEGUN a day before the first key goes, DONE after the last; ABANDONED: none went.
EntryBody EntryOf(const Turn& turn, const rows::Pruning& pruning, absl::string_view outcome) {
  json::Json months = json::Json::array();
  for (const absl::CivilMonth month : pruning.months) {
    months.push_back(absl::FormatCivilTime(month));
  }
  return {.time = turn.now(),
          .kind = "PRUNING",
          .caller = "-",
          .method = kMethod,
          .revision = turn.revision(),
          .resource = "ledger",
          .outcome = std::string(outcome),
          .count = pruning.entries,
          .detail = json::Canonical({{"end_leaf_index", pruning.end_leaf},
                                     {"first_leaf_index", pruning.first_leaf},
                                     {"kept", pruning.kept},
                                     {"months", std::move(months)},
                                     {"rule", kRule}})};
}

}  // namespace

absl::StatusOr<std::optional<std::string>> Rewrapper::Rewrap(absl::string_view sealed,
                                                             absl::string_view context) const {
  COMITY_ASSIGN_OR_RETURN(const absl::CivilMonth month, ExpiryKeys::MonthOf(sealed));
  if (month > last_) return std::optional<std::string>();
  COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> opened, keys_->Open(sealed, context));
  if (!opened) return std::optional<std::string>();
  COMITY_ASSIGN_OR_RETURN(std::string anew, keys_->Seal(current_, *opened, context));
  return std::optional<std::string>(std::move(anew));
}

absl::StatusOr<std::unique_ptr<Pruner>> Pruner::Open(Journal* journal,
                                                     const std::string& expiry_key_directory,
                                                     Keep keep) {
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<ExpiryKeys> keys, ExpiryKeys::Open(expiry_key_directory));
  return std::unique_ptr<Pruner>(new Pruner(journal, std::move(keys), std::move(keep)));
}

absl::StatusOr<std::int64_t> Pruner::Overdue(absl::Time now) const {
  COMITY_ASSIGN_OR_RETURN(const auto months, keys_->LiveBefore(MonthOf(now)));
  return static_cast<std::int64_t>(months.size());
}

absl::StatusOr<Pruned> Pruner::Prune(absl::Time now) {
  COMITY_RETURN_IF_ERROR(journal_->Writable());
  const absl::CivilMonth current = MonthOf(now);
  Pruned pruned;
  // Each step begins with what is committed, by whatever process.
  for (int step = 0; step < kSteps; ++step) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<rows::Pruning> unfinished, FindUnfinished());
    if (!unfinished) {
      COMITY_ASSIGN_OR_RETURN(std::vector<absl::CivilMonth> months, keys_->LiveBefore(current));
      if (months.empty()) return pruned;
      COMITY_ASSIGN_OR_RETURN(const Scan scan, LookFor(std::move(months), current));
      COMITY_RETURN_IF_ERROR(Begin(scan));
    } else if (unfinished->decided) {
      COMITY_RETURN_IF_ERROR(Destroy(*unfinished, pruned));
    } else if (unfinished->months.back() >= current || unfinished->store_id != store_id_) {
      // The clock was put right, or the log was succeeded: the next intent counts its entries.
      COMITY_RETURN_IF_ERROR(Abandon(*unfinished, pruned));
    } else if (std::max(now, journal_->head().commit_time) <
               unfinished->begin_time + kErasureDelay) {
      pruned.condemned = unfinished->months;
      pruned.due = unfinished->begin_time + kErasureDelay;
      return pruned;
    } else {
      COMITY_ASSIGN_OR_RETURN(const Scan scan, LookFor(unfinished->months, current));
      COMITY_RETURN_IF_ERROR(RewrapEntries(scan.held, current));
      COMITY_RETURN_IF_ERROR(Decide(*unfinished, scan, current));
    }
  }
  return HoldsChanging();
}

absl::StatusOr<std::optional<rows::Pruning>> Pruner::FindUnfinished() const {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, journal_->Read());
  return rows::FindUnfinishedPruning(snapshot.sql());
}

absl::StatusOr<Pruner::Scan> Pruner::LookFor(std::vector<absl::CivilMonth> months,
                                             absl::CivilMonth current) {
  Scan scan;
  scan.pruning.store_id = store_id_;
  scan.pruning.months = std::move(months);
  {
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, journal_->Read());
    COMITY_ASSIGN_OR_RETURN(scan.holds, ReadHolds(snapshot.sql()));
  }
  for (const Log& log : journal_->logs()) {
    COMITY_RETURN_IF_ERROR(LookThroughLog(log, current, scan));
  }
  return scan;
}

absl::Status Pruner::LookThroughLog(const Log& log, absl::CivilMonth current, Scan& scan) {
  std::int64_t next = 0;
  {
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, journal_->Read());
    storage::Connection& sql = snapshot.sql();
    COMITY_ASSIGN_OR_RETURN(next, rows::FindPrunedEnd(sql, log.store_id));
    // What was held before: kept again, or gone with the others.
    COMITY_ASSIGN_OR_RETURN(
        const std::vector<std::int64_t> rewrapped,
        rows::FindRewrapped(sql, log.store_id, scan.pruning.months.back(), next));
    for (const std::int64_t leaf : rewrapped) {
      COMITY_ASSIGN_OR_RETURN(const auto row, ReadSealed(sql, log, leaf, 1));
      if (row.empty() || row.front().leaf_index != leaf) continue;
      COMITY_RETURN_IF_ERROR(Judge(log, row.front(), scan));
    }
  }
  if (!log.closed) scan.pruning.first_leaf = scan.pruning.end_leaf = next;
  for (bool more = true; more;) {
    COMITY_RETURN_IF_ERROR(LookThroughPage(log, current, next, more, scan));
  }
  return absl::OkStatus();
}

absl::Status Pruner::LookThroughPage(const Log& log, absl::CivilMonth current, std::int64_t& next,
                                     bool& more, Scan& scan) {
  const std::vector<absl::CivilMonth>& months = scan.pruning.months;
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, journal_->Read());
  COMITY_ASSIGN_OR_RETURN(const auto page, ReadSealed(snapshot.sql(), log, next, kPage));
  more = page.size() == kPage;
  for (const rows::SealedEntry& row : page) {
    COMITY_ASSIGN_OR_RETURN(const absl::CivilMonth month, ExpiryKeys::MonthOf(row.sealed));
    if (month > current) {
      // Entries expire in their order, but for those that were sealed anew by a clock that was
      // ahead.
      COMITY_ASSIGN_OR_RETURN(const bool rewrapped,
                              rows::IsRewrapped(snapshot.sql(), log.store_id, row.leaf_index));
      more = more && rewrapped;
      if (!rewrapped) return absl::OkStatus();
    }
    next = row.leaf_index + 1;
    if (month > months.back()) continue;
    if (!log.closed) scan.pruning.end_leaf = next;
    // The keys of others are gone: a closed log is looked through from where its own prunings end.
    if (!std::binary_search(months.begin(), months.end(), month)) continue;
    COMITY_RETURN_IF_ERROR(Judge(log, row, scan));
  }
  return absl::OkStatus();
}

absl::Status Pruner::Judge(const Log& log, const rows::SealedEntry& row, Scan& scan) const {
  COMITY_ASSIGN_OR_RETURN(const bool held, IsHeld(scan.holds, log, row));
  if (held) scan.held.push_back({&log, row.leaf_index});
  if (!held) ++scan.pruning.entries;
  return absl::OkStatus();
}

EntryWriter Pruner::EntriesOf(const Log& log) const {
  // It writes no entries: the term is of no use.
  return EntryWriter(keys_.get(), log.store_id, /*expiry_months=*/0);
}

absl::StatusOr<bool> Pruner::IsHeld(const std::set<std::string>& holds, const Log& log,
                                    const rows::SealedEntry& row) const {
  if (holds.empty()) return false;
  COMITY_ASSIGN_OR_RETURN(const Entry entry, EntriesOf(log).Open(row));
  if (!entry.body) return false;
  if (holds.count(absl::StrCat("entries/", entry.leaf_index)) > 0) return true;
  const auto body = json::ParseCanonical(*entry.body);
  if (!body.ok() || !body->is_object()) return false;
  const auto resource = body->find("resource");
  return resource != body->end() && resource->is_string() &&
         holds.count(resource->get_ref<const std::string&>()) > 0;
}

absl::Status Pruner::RewrapEntries(const std::vector<HeldEntry>& held, absl::CivilMonth current) {
  for (std::size_t from = 0; from < held.size(); from += kRewrapBatch) {
    const std::size_t end = std::min(held.size(), from + kRewrapBatch);
    const absl::Status committed = Commit([&](Turn& turn) -> absl::Status {
      for (std::size_t i = from; i < end; ++i) {
        const auto& [log, leaf] = held[i];
        const EntryWriter entries = EntriesOf(*log);
        COMITY_ASSIGN_OR_RETURN(const auto row, ReadSealed(turn.sql(), *log, leaf, 1));
        if (row.empty() || row.front().leaf_index != leaf) continue;
        COMITY_ASSIGN_OR_RETURN(const Entry entry, entries.Open(row.front()));
        if (!entry.body) continue;
        COMITY_ASSIGN_OR_RETURN(const std::string sealed, entries.SealAnew(entry, current));
        COMITY_RETURN_IF_ERROR(rows::RewrapEntry(turn.sql(), *log, leaf, sealed, current));
      }
      return absl::OkStatus();
    });
    COMITY_RETURN_IF_ERROR(committed);
  }
  return absl::OkStatus();
}

absl::Status Pruner::Commit(absl::FunctionRef<absl::Status(Turn& turn)> step) {
  const auto body = [&](Turn& turn) {
    turn.SetResource("ledger");
    return step(turn);
  };
  return journal_->Mutate({.caller = "-", .method = kMethod}, body).status();
}

absl::Status Pruner::Begin(const Scan& scan) {
  return Commit([&](Turn& turn) -> absl::Status {
    storage::Connection& sql = turn.sql();
    rows::Pruning pruning = scan.pruning;
    const absl::CivilMonth last = pruning.months.back();
    COMITY_ASSIGN_OR_RETURN(const auto unfinished, rows::FindUnfinishedPruning(sql));
    COMITY_ASSIGN_OR_RETURN(const std::int64_t pruned_end, rows::FindPrunedEnd(sql, store_id_));
    // Nothing that is yet to be committed may expire under these keys.
    if (unfinished || pruned_end != pruning.first_leaf || last >= MonthOf(turn.now())) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    COMITY_ASSIGN_OR_RETURN(pruning.kept, rows::CountRewrapped(sql, last));
    pruning.kept += static_cast<std::int64_t>(scan.held.size());
    COMITY_RETURN_IF_ERROR(rows::InsertPruning(sql, pruning, turn.revision()));
    return turn.AddLeaf(EntryOf(turn, pruning, "BEGUN")).status();
  });
}

absl::Status Pruner::Abandon(const rows::Pruning& begun, Pruned& pruned) {
  bool done = false;
  const absl::Status committed = Commit([&](Turn& turn) -> absl::Status {
    done = false;
    COMITY_ASSIGN_OR_RETURN(const auto still, rows::FindUnfinishedPruning(turn.sql()));
    if (!still || still->decided || still->begin_revision != begun.begin_revision) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(rows::ErasePruning(turn.sql(), begun));
    done = true;
    return turn.AddLeaf(EntryOf(turn, begun, "ABANDONED")).status();
  });
  COMITY_RETURN_IF_ERROR(committed);
  if (done) pruned.abandoned = begun.months;
  return absl::OkStatus();
}

absl::Status Pruner::Decide(const rows::Pruning& begun, const Scan& scan,
                            absl::CivilMonth current) {
  return Commit([&](Turn& turn) -> absl::Status {
    storage::Connection& sql = turn.sql();
    rows::Pruning pruning = scan.pruning;
    const absl::CivilMonth last = pruning.months.back();
    COMITY_ASSIGN_OR_RETURN(const auto still, rows::FindUnfinishedPruning(sql));
    COMITY_ASSIGN_OR_RETURN(const std::set<std::string> holds, ReadHolds(sql));
    // A hold lifted meanwhile does no harm: what it kept goes with the current month.
    const bool known =
        std::includes(scan.holds.begin(), scan.holds.end(), holds.begin(), holds.end());
    if (!still || still->decided || still->begin_revision != begun.begin_revision || !known) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    if (keep_) {
      COMITY_RETURN_IF_ERROR(keep_(turn, Rewrapper(keys_.get(), &holds, last, current)));
    }
    COMITY_RETURN_IF_ERROR(rows::ForgetRewrapped(sql, last));
    // Those that an interrupted call sealed anew are kept too.
    COMITY_ASSIGN_OR_RETURN(pruning.kept, rows::CountRewrapped(sql, last));
    return rows::DecidePruning(sql, pruning, turn.revision());
  });
}

absl::Status Pruner::Destroy(const rows::Pruning& decided, Pruned& pruned) {
  // What was destroyed already, here before a crash or by another replica, is destroyed again.
  for (const absl::CivilMonth month : decided.months) {
    COMITY_RETURN_IF_ERROR(keys_->Destroy(month));
  }
  bool done = false;
  const absl::Status committed = Commit([&](Turn& turn) -> absl::Status {
    done = false;
    COMITY_ASSIGN_OR_RETURN(const auto still, rows::FindUnfinishedPruning(turn.sql()));
    if (!still || still->begin_revision != decided.begin_revision) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(rows::FinishPruning(turn.sql(), decided, turn.revision()));
    done = true;
    return turn.AddLeaf(EntryOf(turn, decided, "DONE")).status();
  });
  COMITY_RETURN_IF_ERROR(committed);
  if (!done) return absl::OkStatus();
  pruned.months.insert(pruned.months.end(), decided.months.begin(), decided.months.end());
  pruned.entries += decided.entries;
  pruned.kept += decided.kept;
  return absl::OkStatus();
}

}  // namespace comity::journal
