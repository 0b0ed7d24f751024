#include "common/journal/batch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/journal_turn.h"
#include "common/journal/rows.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

absl::Status RequestIdReused() {
  return InvalidField("REQUEST_ID_REUSED", "request_id",
                      "this id was used for another request within the last 24 hours; make a new "
                      "id for every request that is not a repetition");
}

absl::Status DeadlineBeforeTurn() {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   "The deadline passed while the request waited for its turn; nothing was done, "
                   "try again with more time.",
                   {.reason = "DEADLINE_BEFORE_TURN"});
}

// A machine that fails is no decision about the request.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return false;
    default:
      return true;
  }
}

constexpr std::size_t kIdBytes = 16;

std::string KeyOf(const Attempt& attempt) {
  return absl::StrCat(attempt.caller, "\n", attempt.method, "\n", attempt.request_id);
}

}  // namespace

std::string NewsOf(const Head& head) {
  return absl::StrCat(head.store_id, " ", head.revision, " ", head.leaf_count);
}

Batch::Batch(const BatchTools& tools, std::vector<Participant*> participants, const Head& before,
             ledger::Tree* tree, absl::Time now, absl::Time wall)
    : tools_(tools),
      participants_(std::move(participants)),
      now_(now),
      wall_(wall),
      tree_(tree),
      head_(before) {}

absl::Status Batch::Run(std::vector<Item>& items) {
  if (tools_.shared) COMITY_RETURN_IF_ERROR(AskForRequests(items));
  for (Item& item : items) {
    if (auto* const mutation = std::get_if<MutationItem>(&item)) {
      COMITY_RETURN_IF_ERROR(RunMutation(*mutation));
    } else {
      COMITY_RETURN_IF_ERROR(RunLeaf(std::get<LeafItem>(item)));
    }
  }
  if (!changed_) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(ForgetOldRequests(2 * items.size()));
  head_.commit_time = now_;
  if (tools_.shared) {
    id_ = crypto::Hex(crypto::RandomBytes(kIdBytes));
    COMITY_RETURN_IF_ERROR(rows::InsertBatch(*tools_.sql, ++head_.batch, id_));
    COMITY_RETURN_IF_ERROR(tools_.sql->Notify(kNewsChannel, NewsOf(head_)));
  }
  return rows::UpdateHead(*tools_.sql, head_);
}

absl::Status Batch::AskForRequests(const std::vector<Item>& items) {
  for (const Item& item : items) {
    const auto* const mutation = std::get_if<MutationItem>(&item);
    if (mutation == nullptr || mutation->attempt.request_id.empty()) continue;
    COMITY_ASSIGN_OR_RETURN(auto asked, rows::AskForRequest(*tools_.sql, mutation->attempt));
    COMITY_RETURN_IF_ERROR(asked->Start());
    asked_.emplace(&mutation->attempt, std::move(asked));
  }
  return absl::OkStatus();
}

absl::Status Batch::ForgetOldRequests(std::size_t limit) {
  for (std::size_t i = 0; i < limit; ++i) {
    COMITY_ASSIGN_OR_RETURN(const auto oldest, rows::FindOldestRequest(*tools_.sql));
    if (!oldest || oldest->commit_time + tools_.request_memory > now_) break;
    COMITY_RETURN_IF_ERROR(rows::EraseRequest(*tools_.sql, oldest->revision));
  }
  return absl::OkStatus();
}

absl::Status Batch::RunMutation(MutationItem& item) {
  if (item.attempt.deadline < wall_) {
    item.verdict = DeadlineBeforeTurn();
    return absl::OkStatus();
  }
  if (!item.attempt.request_id.empty()) {
    COMITY_ASSIGN_OR_RETURN(const bool replayed, Replay(item));
    if (replayed) return absl::OkStatus();
  }
  return RunBody(item);
}

absl::StatusOr<bool> Batch::Replay(MutationItem& item) {
  const auto [first, is_first] = first_.try_emplace(KeyOf(item.attempt), &item);
  if (!is_first) {
    if (first->second->attempt.request_digest != item.attempt.request_digest) {
      item.verdict = RequestIdReused();
    } else {
      item.verdict = *first->second->verdict;
      if (item.verdict->ok()) (*item.verdict)->replayed = true;
    }
    ++replays_;
    return true;
  }
  std::unique_ptr<storage::Statement> asked = std::move(asked_[&item.attempt]);
  if (asked == nullptr) {
    COMITY_ASSIGN_OR_RETURN(asked, rows::AskForRequest(*tools_.sql, item.attempt));
  }
  COMITY_ASSIGN_OR_RETURN(const auto found, rows::RequestOf(*asked));
  if (!found) return false;
  if (found->mutation.commit_time + tools_.request_memory <= now_) {
    // Forgotten, though its row is still there.
    COMITY_RETURN_IF_ERROR(rows::EraseRequest(*tools_.sql, found->mutation.revision));
    return false;
  }
  if (found->digest != item.attempt.request_digest) {
    item.verdict = RequestIdReused();
  } else {
    item.verdict = Committed{.revision = found->mutation.revision,
                             .commit_time = found->mutation.commit_time,
                             .resource = found->mutation.resource,
                             .replayed = true};
  }
  ++replays_;
  return true;
}

absl::Status Batch::RunBody(MutationItem& item) {
  COMITY_ASSIGN_OR_RETURN(auto savepoint, storage::Savepoint::Begin(tools_.sql));
  JournalTurn turn(tools_.sql, tools_.entries, tools_.keys, &head_.store_id,
                   {.now = now_, .revision = head_.revision + 1, .first_leaf = head_.leaf_count});
  absl::Status outcome = item.body(turn);
  if (outcome.ok()) outcome = turn.failure();

  if (!outcome.ok() || turn.unchanged()) {
    for (Participant* const participant : participants_) participant->Refuse();
    if (const absl::Status undone = savepoint.RollBack(); !undone.ok()) {
      // The engine gave up the transaction, and with it everything before. What the body met says
      // why.
      return outcome.ok() ? undone : outcome;
    }
    if (outcome.ok()) {
      item.verdict = Committed{.revision = head_.revision,
                               .commit_time = now_,
                               .resource = turn.resource(),
                               .unchanged = true};
      return absl::OkStatus();
    }
    ++refusals_;
    item.verdict = outcome;
    return RecordRefusal(item, outcome);
  }

  const rows::Mutation mutation{turn.revision(), now_, turn.resource()};
  COMITY_RETURN_IF_ERROR(rows::InsertMutation(*tools_.sql, mutation));
  if (!item.attempt.request_id.empty()) {
    COMITY_RETURN_IF_ERROR(rows::InsertRequest(*tools_.sql, item.attempt, turn.revision()));
  }
  for (const crypto::Digest& commitment : turn.commitments()) {
    COMITY_RETURN_IF_ERROR(AppendToTree(commitment));
  }
  COMITY_RETURN_IF_ERROR(savepoint.Release());

  for (Participant* const participant : participants_) participant->Accept();
  head_.revision = turn.revision();
  changed_ = true;
  ++mutations_;
  item.verdict =
      Committed{.revision = turn.revision(), .commit_time = now_, .resource = turn.resource()};
  return absl::OkStatus();
}

absl::Status Batch::RecordRefusal(const MutationItem& item, const absl::Status& refusal) {
  if (!item.attempt.on_refusal || !IsRefusal(refusal)) return absl::OkStatus();
  const std::optional<std::string> body = item.attempt.on_refusal(refusal, now_);
  if (!body) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const AddedLeaf leaf, tools_.entries->Write(*tools_.sql, head_.leaf_count,
                                                                      /*revision=*/0, now_, *body));
  return AppendToTree(leaf.commitment);
}

absl::Status Batch::RunLeaf(LeafItem& item) {
  const std::string body = item.maker(now_);
  if (body.size() > EntryWriter::kMaxBody) {
    // Refused here so that it does not cost the others their batch.
    item.verdict = MakeError(absl::StatusCode::kInvalidArgument,
                             "The ledger entry is longer than 1 MiB; split the request.",
                             {.reason = "LEAF_TOO_LARGE"});
    return absl::OkStatus();
  }
  const std::int64_t index = head_.leaf_count;
  COMITY_ASSIGN_OR_RETURN(const AddedLeaf leaf,
                          tools_.entries->Write(*tools_.sql, index, /*revision=*/0, now_, body));
  COMITY_RETURN_IF_ERROR(AppendToTree(leaf.commitment));
  item.verdict = Entry{.leaf_index = index, .commit_time = now_, .commitment = leaf.commitment};
  return absl::OkStatus();
}

absl::Status Batch::AppendToTree(const crypto::Digest& commitment) {
  for (const ledger::Tile& tile : tree_->Append(commitment)) {
    COMITY_RETURN_IF_ERROR(rows::InsertTile(*tools_.sql, tile));
  }
  ++head_.leaf_count;
  changed_ = true;
  return absl::OkStatus();
}

}  // namespace comity::journal
