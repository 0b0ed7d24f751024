#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/journal/entry.h"

namespace comity::storage {
class Connection;
}  // namespace comity::storage

namespace comity::journal {

// A ledger entry that will be committed with the mutation.
struct AddedLeaf {
  std::int64_t leaf_index = 0;
  crypto::Digest commitment{};
};

// One mutation's turn to write: its numbers are settled, every earlier mutation is visible, nobody
// else writes. What is done through it is all committed, or, if the body fails, all undone.
//
// Lives for the call of the body, on the writer thread. Virtual, so that a domain's tests can bring
// a fake.
class Turn {
 public:
  virtual ~Turn() = default;

  // The commit time and the revision that the mutation will have.
  virtual absl::Time now() const = 0;
  virtual std::int64_t revision() const = 0;

  // Of this store.
  virtual const std::string& store_id() const = 0;

  // The index that the next AddLeaf will take: a statement that names its own leaf is made and
  // signed with it, then added.
  virtual std::int64_t next_leaf_index() const = 0;

  // For the service's own tables; inside the mutation's savepoint. The body must neither begin nor
  // end transactions, and must end its statements and savepoints before it returns. The journal's
  // rows of this batch, its own too, are written at its end and not there yet.
  virtual storage::Connection& sql() = 0;

  // Stores `body` as the version of resource (kind, id) at this revision, and puts it in the feed.
  // At most 2^20 a mutation, names of at most 1,024 bytes of UTF-8 without NUL. `kind` and `id` are
  // not encrypted: no personal data in them; free text and personal data in `body` only sealed
  // (Seal).
  virtual absl::Status Put(absl::string_view kind, absl::string_view id,
                           absl::string_view body) = 0;

  // Stores that the resource is gone from this revision on. Earlier versions stay readable.
  virtual absl::Status Erase(absl::string_view kind, absl::string_view id) = 0;

  // Adds an entry to the ledger, at most 1 MiB (INVALID_ARGUMENT `LEAF_TOO_LARGE`). One of kind
  // MUTATION commits to all versions of this turn and therefore comes after them: a Put or Erase
  // behind it fails (INTERNAL `PUT_AFTER_ENTRY`). Entries of a refused mutation leave no trace; to
  // record the refusal see Attempt::on_refusal.
  virtual absl::StatusOr<AddedLeaf> AddLeaf(EntryBody entry) = 0;

  // Encrypts `plaintext` under the key of the month in which data of today expires, bound to
  // `context` (such as the resource's name). Opened by Journal::Unseal until the key is destroyed.
  virtual absl::StatusOr<std::string> Seal(absl::string_view plaintext,
                                           absl::string_view context) = 0;

  // The name of the resource that the mutation made or changed, for Committed and for repetitions;
  // as long as others.
  virtual void SetResource(absl::string_view name) = 0;

  // Says that there was nothing to change: no revision is used and nothing of this turn is kept,
  // entries included. The body then returns OK.
  virtual void ChangeNothing() = 0;
};

}  // namespace comity::journal
