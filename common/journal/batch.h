#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/journal/additions.h"
#include "common/journal/entry_writer.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/journal.h"
#include "common/journal/participant.h"
#include "common/journal/rows.h"
#include "common/journal/types.h"
#include "common/ledger/tree.h"
#include "common/storage/connection.h"

namespace comity::journal {

// A mutation that waits for its turn, and what became of it.
struct MutationItem {
  Attempt attempt;
  Journal::Body body;
  Journal::Done done;
  std::optional<absl::StatusOr<Committed>> verdict;
};

// An entry of its own that waits, and what became of it.
struct LeafItem {
  LeafMaker maker;
  std::function<void(absl::StatusOr<Entry>)> done;
  std::optional<absl::StatusOr<Entry>> verdict;
};

using Item = std::variant<MutationItem, LeafItem>;

// What all batches of a journal work with. Nothing is owned.
struct BatchTools {
  storage::Connection* sql = nullptr;
  const EntryWriter* entries = nullptr;
  ExpiryKeys* keys = nullptr;
  absl::Duration request_memory;
  bool shared = false;  // Other processes write too.
};

// Where a shared database says that it changed (Connection::Notify), and what: the head in words.
inline constexpr char kNewsChannel[] = "comity_journal";
std::string NewsOf(const Head& head);

// What a batch at `now` would answer `attempt` with from what was committed before; nullopt: it
// would run it. INVALID_ARGUMENT `REQUEST_ID_REUSED`.
absl::StatusOr<std::optional<Committed>> FindAnswer(storage::Connection& sql,
                                                    const Attempt& attempt,
                                                    absl::Duration request_memory, absl::Time now);

// One durable transaction's worth of mutations and entries: gives each its verdict. Used once, by
// the writer thread.
class Batch {
 public:
  // Goes on from `before`; `tree` is appended to and is worthless if Run fails. `now` becomes the
  // commit time; `wall` is what deadlines are measured by, and may be behind it.
  Batch(const BatchTools& tools, std::vector<Participant*> participants, const Head& before,
        ledger::Tree* tree, absl::Time now, absl::Time wall);

  // Runs `items` in the open transaction and sets their verdicts, which count once it is committed.
  // On failure the transaction is lost.
  absl::Status Run(std::vector<Item>& items);

  // After Run: the head with all of it. Unchanged if there was nothing to commit.
  const Head& head() const { return head_; }
  bool changed() const { return changed_; }
  // Random; stored with the batch's number if the database is shared.
  const std::string& id() const { return id_; }

  std::int64_t mutations() const { return mutations_; }
  std::int64_t refusals() const { return refusals_; }
  std::int64_t replays() const { return replays_; }

 private:
  // A failed status of these means that the whole transaction is lost; verdicts are in the items.
  absl::Status RunMutation(MutationItem& item);
  absl::Status RunBody(MutationItem& item);
  absl::Status RunLeaf(LeafItem& item);
  absl::Status RecordRefusal(const MutationItem& item, const absl::Status& refusal);
  // An entry that belongs to no mutation.
  absl::StatusOr<rows::SealedEntry> AddEntry(absl::string_view body);
  void AppendToTree(const crypto::Digest& commitment);

  // Asks for what the database knows of the items' request ids, all at once.
  absl::Status AskForRequests(const std::vector<Item>& items);

  // Answers from what was committed before, or returns false.
  absl::StatusOr<bool> Replay(MutationItem& item);

  const BatchTools tools_;
  const std::vector<Participant*> participants_;
  const absl::Time now_;
  const absl::Time wall_;
  ledger::Tree* const tree_;
  Head head_;
  bool changed_ = false;
  std::int64_t mutations_ = 0;
  std::int64_t refusals_ = 0;
  std::int64_t replays_ = 0;
  std::string id_;
  Additions additions_;
  // When the oldest request that is remembered was committed.
  std::optional<absl::Time> oldest_;
  // By caller, method and request id: what was answered before; the first attempt of this batch.
  absl::flat_hash_map<std::string, rows::Request> answered_;
  absl::flat_hash_map<std::string, const MutationItem*> first_;
};

}  // namespace comity::journal
