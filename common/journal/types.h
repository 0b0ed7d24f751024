#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/ledger/note.h"

namespace comity::journal {

// Where a store stands: everything up to here is durable.
struct Head {
  std::string store_id;         // 32 lower-case hexadecimal digits; of this store only.
  std::int64_t revision = 0;    // The last one; 0: nothing was ever committed.
  std::int64_t leaf_count = 0;  // Entries of the ledger; also the next leaf_index.
  absl::Time commit_time = absl::UnixEpoch();  // Of the last batch; never goes back.
  std::int64_t batch = 0;                      // Durable transactions (of a shared database).
};

// Makes the body of a ledger entry (canonical JSON, see entry.h) once its time is known.
using LeafMaker = std::function<std::string(absl::Time commit_time)>;

// Who wants to change something, and what makes a repetition safe.
struct Attempt {
  std::string caller;  // SPIFFE id, or "-" for the service itself.
  std::string via;     // SPIFFE id of who calls for him; mostly empty.
  std::string method;  // gRPC path without the leading slash.
  // A UUID, or empty: then a repetition is a new mutation.
  std::string request_id;
  // SHA-256 of the request without its request_id and validate_only; compared when the request_id
  // was seen before.
  crypto::Digest request_digest{};
  // The turn does not begin after this: DEADLINE_EXCEEDED `DEADLINE_BEFORE_TURN`, nothing happened.
  // Once it has begun the attempt is carried through.
  absl::Time deadline = absl::InfiniteFuture();
  // If set and the body refuses (fails with anything but RESOURCE_EXHAUSTED, UNAVAILABLE, INTERNAL,
  // DATA_LOSS), its answer becomes a ledger entry in the same durable batch, before the caller
  // hears of it; nullopt: none. Runs on the writer thread and must not block.
  std::function<std::optional<std::string>(const absl::Status& refusal, absl::Time commit_time)>
      on_refusal;
};

// What became of a mutation. It is durable.
struct Committed {
  std::int64_t revision = 0;
  absl::Time commit_time = absl::UnixEpoch();  // Whole microseconds.
  std::string resource;                        // As the body set it.
  // The request_id was answered before: revision, commit_time and resource are those of then. Read
  // the resource at that revision to give the same answer.
  bool replayed = false;
  // The body called ChangeNothing(): revision is the current one.
  bool unchanged = false;
};

// What one batch committed: revisions first..last (last < first: none) and the leaves before
// leaf_count.
struct CommitRange {
  std::int64_t first_revision = 0;
  std::int64_t last_revision = 0;
  std::int64_t leaf_count = 0;
  absl::Time commit_time = absl::UnixEpoch();
};

// One change of one resource.
struct Version {
  std::int64_t revision = 0;
  int ordinal = 0;  // Within the revision, from 0.
  std::string kind;
  std::string id;
  std::optional<std::string> body;  // nullopt: erased by this revision.
};

// A version with the time of its revision.
struct CommittedVersion {
  Version version;
  absl::Time commit_time = absl::UnixEpoch();
};

// All that one mutation changed.
struct CommittedMutation {
  std::int64_t revision = 0;
  absl::Time commit_time = absl::UnixEpoch();
  std::vector<Version> versions;  // In the order of ordinals.
};

// One entry of the ledger.
struct Entry {
  std::int64_t leaf_index = 0;
  std::int64_t revision = 0;  // 0: it belongs to no mutation (refusals, disclosures).
  absl::Time commit_time = absl::UnixEpoch();
  crypto::Digest commitment{};
  // Both nullopt once the entry was lawfully pruned (its month's key is destroyed).
  std::optional<std::string> salt;
  std::optional<std::string> body;
};

// A published head of the ledger.
struct PublishedCheckpoint {
  std::int64_t size = 0;
  crypto::Digest root{};
  std::string note;  // C2SP signed note.
  absl::Time publish_time = absl::UnixEpoch();
};

// A log that a store keeps or has kept: a store whose ledger was succeeded has several, each with a
// store_id of its own.
struct Log {
  std::int64_t number = 0;  // The last part of its origin.
  std::string store_id;     // The store's while it was the log that grew.
  std::string origin;
  // Who signs its checkpoints; of a closed log, who of those that are known signed the last.
  std::vector<ledger::NoteVerifier> keys;
  std::string folder;  // Where it is published.
  // The last checkpoint, as published; nullopt: the log grows.
  std::optional<PublishedCheckpoint> closed;
};

}  // namespace comity::journal
