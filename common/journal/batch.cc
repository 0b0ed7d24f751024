#include "common/journal/batch.h"

#include <utility>

#include "absl/numeric/bits.h"
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

// Of an attempt or a request.
template <typename Asked>
std::string KeyOf(const Asked& asked) {
  return absl::StrCat(asked.caller, "\n", asked.method, "\n", asked.request_id);
}

bool IsForgotten(const rows::Request& answered, absl::Duration request_memory, absl::Time now) {
  return answered.mutation.commit_time + request_memory <= now;
}

// What `attempt`, which has the id of `answered`, is answered with.
absl::StatusOr<Committed> AnswerAgain(const rows::Request& answered, const Attempt& attempt) {
  if (answered.digest != attempt.request_digest) return RequestIdReused();
  return Committed{.revision = answered.mutation.revision,
                   .commit_time = answered.mutation.commit_time,
                   .resource = answered.mutation.resource,
                   .replayed = true};
}

}  // namespace

absl::StatusOr<std::optional<Committed>> FindAnswer(storage::Connection& sql,
                                                    const Attempt& attempt,
                                                    absl::Duration request_memory, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const auto revisions, rows::FindAnswered(sql, {&attempt}));
  if (revisions.empty()) return std::optional<Committed>();
  COMITY_ASSIGN_OR_RETURN(const auto answered, rows::FindRequest(sql, revisions.front()));
  if (!answered || IsForgotten(*answered, request_memory, now)) return std::optional<Committed>();
  return AnswerAgain(*answered, attempt);
}

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
  COMITY_RETURN_IF_ERROR(AskForRequests(items));
  for (Item& item : items) {
    if (auto* const mutation = std::get_if<MutationItem>(&item)) {
      COMITY_RETURN_IF_ERROR(RunMutation(*mutation));
    } else {
      COMITY_RETURN_IF_ERROR(RunLeaf(std::get<LeafItem>(item)));
    }
  }
  if (!changed_) return absl::OkStatus();
  if (const absl::Time end = now_ - tools_.request_memory; oldest_ && *oldest_ <= end) {
    // More than a batch adds, so that they never pile up.
    COMITY_RETURN_IF_ERROR(
        rows::EraseOldRequests(*tools_.sql, end, absl::bit_ceil(2 * items.size())));
  }
  COMITY_RETURN_IF_ERROR(Insert(*tools_.sql, additions_));
  head_.commit_time = now_;
  if (tools_.shared) {
    id_ = crypto::Hex(crypto::RandomBytes(kIdBytes));
    COMITY_RETURN_IF_ERROR(rows::InsertBatch(*tools_.sql, ++head_.batch, id_));
    COMITY_RETURN_IF_ERROR(tools_.sql->Notify(kNewsChannel, NewsOf(head_)));
  }
  return rows::UpdateHead(*tools_.sql, head_);
}

absl::Status Batch::AskForRequests(const std::vector<Item>& items) {
  std::vector<const Attempt*> attempts;
  for (const Item& item : items) {
    const auto* const mutation = std::get_if<MutationItem>(&item);
    if (mutation != nullptr && !mutation->attempt.request_id.empty()) {
      attempts.push_back(&mutation->attempt);
    }
  }
  if (attempts.empty()) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const auto oldest, rows::AskForOldestRequest(*tools_.sql));
  COMITY_RETURN_IF_ERROR(oldest->Start());
  COMITY_ASSIGN_OR_RETURN(const auto revisions, rows::FindAnswered(*tools_.sql, attempts));
  COMITY_ASSIGN_OR_RETURN(oldest_, rows::TimeOfOldest(*oldest));
  for (const std::int64_t revision : revisions) {
    COMITY_ASSIGN_OR_RETURN(auto request, rows::FindRequest(*tools_.sql, revision));
    if (!request) continue;
    std::string key = KeyOf(*request);
    answered_.emplace(std::move(key), *std::move(request));
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
  const auto found = answered_.find(first->first);
  if (found == answered_.end()) return false;
  const rows::Request& answered = found->second;
  if (IsForgotten(answered, tools_.request_memory, now_)) {
    // Forgotten, though its row is still there.
    COMITY_RETURN_IF_ERROR(rows::EraseRequest(*tools_.sql, answered.mutation.revision));
    return false;
  }
  item.verdict = AnswerAgain(answered, item.attempt);
  ++replays_;
  return true;
}

absl::Status Batch::RunBody(MutationItem& item) {
  JournalTurn turn(tools_.sql, tools_.entries, tools_.keys, &head_.store_id,
                   {.now = now_, .revision = head_.revision + 1, .first_leaf = head_.leaf_count});
  absl::Status outcome = item.body(turn);
  if (outcome.ok()) outcome = turn.failure();

  if (!outcome.ok() || turn.unchanged()) {
    for (Participant* const participant : participants_) participant->Refuse();
    if (const absl::Status undone = turn.Undo(); !undone.ok()) {
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

  for (const rows::SealedEntry& entry : turn.entries()) AppendToTree(entry.commitment);
  COMITY_RETURN_IF_ERROR(turn.Keep(additions_));
  additions_.mutations.push_back({turn.revision(), now_, turn.resource()});
  if (!item.attempt.request_id.empty()) {
    additions_.requests.push_back({turn.revision(), &item.attempt});
  }

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
  return AddEntry(*body).status();
}

absl::StatusOr<rows::SealedEntry> Batch::AddEntry(absl::string_view body) {
  COMITY_ASSIGN_OR_RETURN(auto entry,
                          tools_.entries->Seal(head_.leaf_count, /*revision=*/0, now_, body));
  AppendToTree(entry.commitment);
  additions_.entries.push_back(entry);
  return entry;
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
  COMITY_ASSIGN_OR_RETURN(const rows::SealedEntry entry, AddEntry(body));
  item.verdict =
      Entry{.leaf_index = entry.leaf_index, .commit_time = now_, .commitment = entry.commitment};
  return absl::OkStatus();
}

void Batch::AppendToTree(const crypto::Digest& commitment) {
  for (ledger::Tile& tile : tree_->Append(commitment)) additions_.tiles.push_back(std::move(tile));
  ++head_.leaf_count;
  changed_ = true;
}

}  // namespace comity::journal
