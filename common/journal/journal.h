#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/participant.h"
#include "common/journal/state_reader.h"
#include "common/journal/turn.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger/tile.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/storage/database.h"
#include "common/storage/migrations.h"
#include "common/time/clock.h"

namespace comity::journal {

// How a journal is opened.
struct Options {
  // The embedded store's directory (database and lock); made if it is not there. Or:
  std::string directory;
  // the address of a PostgreSQL database (storage::PostgresOptions), which replicas may share, the
  // two directories below and the key with it.
  std::string database;
  // Where the expiry keys are: not in `directory`, nor in its backup.
  std::string expiry_key_directory;
  // Where the checkpoint is published as the file `checkpoint`, and the tiles beside it as tile/...
  // (C2SP tlog-tiles): outside the database and its backup. Of logs that succeed the first in the
  // folder <log number> inside it.
  std::string publication_directory;
  // Signs checkpoints; its name is the origin of the store's first log,
  // <deployment>/<service>/<log number>. Logs that succeed it count on (Succeed). One of its keys
  // must have signed what is published.
  std::optional<ledger::NoteSigner> signer;
  // The service's own tables, component "service".
  std::vector<storage::Migration> migrations;
  // Not owned.
  const Clock* clock = &SystemClock();
  // How long bodies of entries stay readable: the key's month is the commit's month plus this.
  int expiry_months = 36;
  // Mutations waiting for their turn; beyond it: RESOURCE_EXHAUSTED `WRITE_QUEUE_FULL`.
  std::size_t queue_limit = 4096;
  // Mutations in one durable transaction.
  std::size_t batch_limit = 64;
  // A checkpoint that covers a commit is published within this time.
  absl::Duration checkpoint_interval = absl::Milliseconds(200);
  // The witnesses whose quorum must have cosigned a checkpoint before it is published; nullopt:
  // nobody need. The same for all replicas.
  std::optional<ledger_files::CosignatureFolder> cosignatures;
  // Called, on a thread of the journal, once a checkpoint could not be published for this long
  // (with the reason: `WITNESSES_MISSING`, errors of files), and with OK once it is. Must not call
  // the journal.
  absl::Duration publication_patience = absl::Seconds(5);
  std::function<void(const absl::Status& trouble)> on_publication_trouble;
  // Bytes of leaf hashes kept in memory for proofs, 32 an entry; others are read from the database.
  std::size_t proof_cache = std::size_t{64} << 20;
  // How long request ids are remembered.
  absl::Duration request_memory = absl::Hours(24);
  // See storage::SqliteOptions; for tests of a full disk.
  std::int64_t max_pages = 0;
};

// Counts since the start, for metrics.
struct Stats {
  std::int64_t batches = 0;               // Durable transactions.
  std::int64_t mutations = 0;             // Committed.
  std::int64_t refusals = 0;              // Bodies that failed.
  std::int64_t replays = 0;               // Answered from an earlier commit.
  std::int64_t lost = 0;                  // Mutations whose batch could not be committed.
  std::int64_t queued = 0;                // Waiting now.
  std::int64_t publication_failures = 0;  // Checkpoint files that could not be written (and are
                                          // tried again).
  std::int64_t leaves_unpublished = 0;    // Committed, but under no published checkpoint yet.
  // How long the next checkpoint has been waiting for witnesses or files.
  absl::Duration publication_waiting = absl::ZeroDuration();
  absl::Duration clock_behind = absl::ZeroDuration();  // How far the wall clock is behind the head.
  bool writable = true;                                // See Journal::Writable.
};

// The write path of one store, and what was written: head, versions, feed, ledger. README.md
// follows one write through it.
//
// One writer thread takes what waits, up to batch_limit mutations, and runs them in one
// transaction: a failing body undoes itself only. All are answered once the transaction is durable;
// participants and subscribers see it just before. Everything that cannot be committed with its
// evidence is not committed.
//
// Thread-safe, but for Attach. Reads see committed states only; each names its own.
class Journal {
 public:
  // Changes something, in its turn. Reads the participants' working states, which have all earlier
  // mutations; must not block, call the journal, or keep state: it runs once, on the writer thread.
  using Body = std::function<absl::Status(Turn& turn)>;
  using Done = std::function<void(absl::StatusOr<Committed>)>;

  // Opens or creates the store, brings its tables up to date, checks the ledger against the last
  // published checkpoint, and starts.
  //
  // FAILED_PRECONDITION `STORE_IN_USE`, `DATABASE_NEWER`; INVALID_ARGUMENT `JOURNAL_OPTIONS`;
  // DATA_LOSS `DATABASE_CORRUPT`, `LEDGER_INCONSISTENT`; errors of files.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(Options options);

  // Attempts that wait are answered UNAVAILABLE `JOURNAL_CLOSED`; what has begun is finished.
  virtual ~Journal() = default;

  // Registers state in memory; before the first mutation of this process. What other processes
  // commit meanwhile it gets in time. Not owned: must outlive the journal or
  // be detached by Close().
  virtual void Attach(Participant* participant) = 0;

  // Stops writing, as the destructor does; reads go on. Idempotent.
  virtual void Close() = 0;

  // Runs `body` in its turn and returns when its fate is durable. Fails with what the body failed
  // with, or
  //   INVALID_ARGUMENT `REQUEST_ID_REUSED`: the request_id came with another digest;
  //   RESOURCE_EXHAUSTED `WRITE_QUEUE_FULL` (retry), `DISK_FULL`;
  //   FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`: see Writable;
  //   UNAVAILABLE `JOURNAL_CLOSED`, `STORAGE_IO`, `STORAGE_LOST`, `STORAGE_BUSY`, `BATCH_LOST`:
  //   nothing was committed; `COMMIT_IN_DOUBT`: that is not known, repeat the request_id;
  //   DEADLINE_EXCEEDED `DEADLINE_BEFORE_TURN`.
  absl::StatusOr<Committed> Mutate(Attempt attempt, Body body);

  // What Mutate would answer `attempt` with as a repetition; nullopt: it would run the body. Writes
  // nothing. INVALID_ARGUMENT `REQUEST_ID_REUSED`; errors of the database.
  virtual absl::StatusOr<std::optional<Committed>> FindAnswer(const Attempt& attempt) = 0;

  // As Mutate, without waiting: `done` is called exactly once, on a thread that gives answers (or
  // at once on this one, if the attempt is not queued). Others' answers wait for it: it must not
  // block.
  virtual void Submit(Attempt attempt, Body body, Done done) = 0;

  // Adds an entry that belongs to no mutation (refusal, disclosure), durable when it returns. Fails
  // as Mutate does: then what it evidences must not be handed out.
  absl::StatusOr<Entry> RecordLeaf(LeafMaker maker);

  // As RecordLeaf, without waiting; `done` as in Submit. The entry comes without salt and body.
  virtual void SubmitLeaf(LeafMaker maker, std::function<void(absl::StatusOr<Entry>)> done) = 0;

  // OK, or why every write is refused: FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT` (the database
  // is behind a published checkpoint, or another tree: it was restored from a backup or tampered
  // with), UNAVAILABLE `JOURNAL_CLOSED`. Reads go on.
  virtual absl::Status Writable() const = 0;

  // The last committed head.
  virtual Head head() const = 0;

  virtual Stats stats() const = 0;

  // A committed state of the database, for the service's own tables.
  virtual absl::StatusOr<storage::Snapshot> Read() = 0;

  // The head as it is committed now, which on a shared database may be ahead of head(). DATA_LOSS
  // `LEDGER_INCONSISTENT`: there is none.
  virtual absl::StatusOr<Head> ReadHead() = 0;

  // For rows of the service that are no mutations (leases): neither numbered, nor in the feed, nor
  // in the ledger. Written through a connection of its own (OpenWriter), not under the head's lock.
  // Whoever does so must ask Writable() first. Must not outlive the journal.
  virtual storage::Database& database() = 0;

  // Changes after `after_revision`, in order, at most `limit` (more to complete the last revision:
  // a revision is never cut). Empty: there are none.
  virtual absl::StatusOr<std::vector<Version>> ReadFeed(std::int64_t after_revision,
                                                        std::size_t limit) = 0;

  // The same by mutation, with its time.
  virtual absl::StatusOr<std::vector<CommittedMutation>> ReadMutations(std::int64_t after_revision,
                                                                       std::size_t limit) = 0;

  // The current version of every resource of `kind` that is not erased, in the order of ids.
  virtual absl::StatusOr<std::vector<Version>> LatestVersions(absl::string_view kind) = 0;

  // The resource as it was at `revision`: its last version not after it. nullopt: it was not there
  // (not yet, or erased).
  virtual absl::StatusOr<std::optional<Version>> VersionAt(absl::string_view kind,
                                                           absl::string_view id,
                                                           std::int64_t revision) = 0;

  // Everything as it was at `revision`. Must not outlive the journal.
  absl::StatusOr<StateReader> StateAt(std::int64_t revision);

  // The logs of this store, oldest first; the last is the ledger, those before were closed
  // (Succeed). What is said of the ledger without naming a log is said of the last.
  virtual const std::vector<Log>& logs() const = 0;

  // The log of the store that had this id; "": the ledger. NOT_FOUND `LOG_NOT_FOUND`.
  absl::StatusOr<const Log*> FindLog(absl::string_view store_id) const;

  // Entries of a log from `first`, at most `limit`, salts and bodies decrypted.
  virtual absl::StatusOr<std::vector<Entry>> ReadEntriesOf(const Log& log, std::int64_t first,
                                                           std::size_t limit) = 0;
  absl::StatusOr<std::vector<Entry>> ReadEntries(std::int64_t first, std::size_t limit) {
    return ReadEntriesOf(logs().back(), first, limit);
  }

  // NOT_FOUND `LEAF_NOT_FOUND`: there is no such entry (yet), or it was lost.
  absl::StatusOr<Entry> ReadEntry(std::int64_t leaf_index, absl::string_view store_id = "");

  // The last published checkpoint. NOT_FOUND `NO_CHECKPOINT`: the ledger is empty.
  virtual absl::StatusOr<PublishedCheckpoint> LatestCheckpoint() const = 0;

  // A published checkpoint that covers `leaf_index`: the first, or the last where witnesses cosign.
  // Later ones cover it too. OUT_OF_RANGE
  // `LEAF_NOT_COVERED`: none does yet; ask again after checkpoint_interval.
  virtual absl::StatusOr<PublishedCheckpoint> CheckpointCovering(std::int64_t leaf_index) = 0;

  // The tiles of the committed tree; proves any published size. Must not outlive the journal.
  virtual std::shared_ptr<const ledger::TileReader> Tiles() const = 0;

  // What Turn::Seal sealed; nullopt: its key was destroyed.
  virtual absl::StatusOr<std::optional<std::string>> Unseal(absl::string_view sealed,
                                                            absl::string_view context) = 0;

  // Calls `callback` after every commit, before its callers are answered, on the writer thread: it
  // must only wake somebody. Not called again once the returned handle is gone.
  virtual std::shared_ptr<void> Subscribe(std::function<void(const CommitRange&)> callback) = 0;
};

}  // namespace comity::journal
