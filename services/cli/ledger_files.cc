// comity ledger verify, proof, witness: with nothing but files and public keys.

#include "services/cli/ledger_files.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/evidence/verify.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/ledger_files/witness.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/claimed_entries.h"

namespace comity::cli {
namespace {

constexpr std::size_t kLargestEntries = std::size_t{1} << 30;
constexpr std::size_t kLargestKeys = std::size_t{1} << 16;
constexpr auto kWatchInterval = std::chrono::milliseconds(200);

struct Arguments {
  std::string folder, ledger_keys, witness_keys, previous, entries;
  std::string file, salt, entry;
  std::string name, key, state, out;
  int quorum = 0;
  bool watch = false;
};

absl::StatusOr<ledger::WitnessPolicy> LoadPolicy(const Arguments& arguments) {
  std::vector<ledger::CosignatureVerifier> witnesses;
  if (!arguments.witness_keys.empty()) {
    COMITY_ASSIGN_OR_RETURN(const std::string text,
                            storage::ReadFile(arguments.witness_keys, kLargestKeys));
    for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
      if (line.front() == '#') continue;
      COMITY_ASSIGN_OR_RETURN(ledger::CosignatureVerifier witness,
                              ledger::CosignatureVerifier::FromVkey(line));
      witnesses.push_back(std::move(witness));
    }
  }
  return ledger::WitnessPolicy::Create(std::move(witnesses), arguments.quorum);
}

// The keys in `file` of the log that `note` names, if it says to be signed with one of them; a log
// whose key changes has several there.
absl::StatusOr<std::vector<ledger::NoteVerifier>> KeysOf(const std::string& note,
                                                         const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::NoteVerifier> keys, evidence::LoadLedgerKeys(file));
  COMITY_ASSIGN_OR_RETURN(const ledger::Note parsed, ledger::ParseNote(note));
  const absl::string_view origin = absl::string_view(note).substr(0, note.find('\n'));
  keys.erase(std::remove_if(keys.begin(), keys.end(),
                            [&](const auto& key) { return key.name() != origin; }),
             keys.end());
  for (const ledger::NoteSignature& signature : parsed.signatures) {
    for (const ledger::NoteVerifier& key : keys) {
      if (signature.name == origin && signature.key_id == key.key_id()) return keys;
    }
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("There is no key in ", file,
                                " that the log of this checkpoint signed it with; add its vkey, if "
                                "the log told you so by another way."),
                   {.reason = "LEDGER_KEY_MISSING"});
}

absl::StatusOr<std::vector<ledger::ClaimedEntry>> LoadEntries(const std::string& file) {
  if (file.empty()) return std::vector<ledger::ClaimedEntry>();
  COMITY_ASSIGN_OR_RETURN(const std::string text, storage::ReadFile(file, kLargestEntries));
  return ParseClaimedEntries(file, text);
}

absl::Status Verify(const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const ledger::WitnessPolicy policy, LoadPolicy(arguments));
  COMITY_ASSIGN_OR_RETURN(
      const std::string note,
      storage::ReadFile(arguments.folder + "/checkpoint", ledger::kMaxNoteSize));
  COMITY_ASSIGN_OR_RETURN(const std::vector<ledger::NoteVerifier> log,
                          KeysOf(note, arguments.ledger_keys));
  COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint checkpoint,
                          ledger::OpenCheckpoint(note, log, policy));
  COMITY_ASSIGN_OR_RETURN(const std::vector<ledger::ClaimedEntry> entries,
                          LoadEntries(arguments.entries));
  const ledger_files::FolderTiles tiles(arguments.folder, checkpoint.size);
  COMITY_ASSIGN_OR_RETURN(const ledger::VerifiedEntries verified,
                          ledger::VerifyLog(tiles, checkpoint, entries));
  std::cout << "ok      " << checkpoint.origin << ": " << checkpoint.size
            << " entries, all tiles make the signed root\n";
  if (policy.quorum() > 0) {
    std::cout << "ok      cosigned by at least " << policy.quorum() << " of "
              << policy.witnesses().size() << " witnesses\n";
  }
  if (!arguments.previous.empty()) {
    COMITY_ASSIGN_OR_RETURN(const std::string old,
                            storage::ReadFile(arguments.previous, ledger::kMaxNoteSize));
    COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint seen, ledger::OpenCheckpoint(old, log));
    std::vector<ledger::Hash> proof;
    if (seen.size > 0 && seen.size <= checkpoint.size) {
      COMITY_ASSIGN_OR_RETURN(proof, ledger::ProveConsistency(tiles, seen.size, checkpoint.size));
    }
    COMITY_RETURN_IF_ERROR(ledger::VerifyUpdate(seen, checkpoint, proof));
    std::cout << "ok      it goes on from the checkpoint of " << seen.size << " entries\n";
  }
  if (!entries.empty()) {
    std::cout << "ok      " << verified.opened << " entries are as committed, " << verified.pruned
              << " were pruned\n";
  }
  return absl::OkStatus();
}

absl::Status Proof(const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const ledger::WitnessPolicy policy, LoadPolicy(arguments));
  COMITY_ASSIGN_OR_RETURN(const std::string text,
                          storage::ReadFile(arguments.file, ledger::kMaxTlogProofSize));
  COMITY_ASSIGN_OR_RETURN(const std::string salt, storage::ReadFile(arguments.salt));
  COMITY_ASSIGN_OR_RETURN(const std::string entry, storage::ReadFile(arguments.entry));
  if (salt.size() != sizeof(ledger::Hash)) {
    return InvalidField("SALT_INVALID", arguments.salt, "has not 32 bytes");
  }
  COMITY_ASSIGN_OR_RETURN(const ledger::TlogProof proof, ledger::ParseTlogProof(text));
  COMITY_ASSIGN_OR_RETURN(const std::vector<ledger::NoteVerifier> log,
                          KeysOf(proof.checkpoint, arguments.ledger_keys));
  COMITY_ASSIGN_OR_RETURN(
      const ledger::ProvenLeaf leaf,
      ledger::VerifyTlogProof(text, ledger::Commitment(salt, entry), log, policy));
  std::cout << "ok      the entry is leaf " << leaf.index << " of " << leaf.checkpoint.origin
            << ", which has " << leaf.checkpoint.size << " entries\n";
  return absl::OkStatus();
}

// A checkpoint in the folder, and the keys of the log that signed it.
struct Found {
  std::string note;
  std::vector<ledger::NoteVerifier> log;
  ledger::Checkpoint checkpoint;
};

// What is published, or what waits for cosignatures if that is larger.
absl::StatusOr<Found> Latest(const Arguments& arguments) {
  std::optional<Found> latest;
  absl::Status missing;
  for (const std::string& path : {arguments.folder + "/checkpoint",
                                  ledger_files::CosignatureFolder::PendingFile(arguments.folder)}) {
    auto note = storage::ReadFile(path, ledger::kMaxNoteSize);
    if (absl::IsNotFound(note.status())) {
      missing.Update(note.status());
      continue;
    }
    COMITY_RETURN_IF_ERROR(note.status());
    COMITY_ASSIGN_OR_RETURN(std::vector<ledger::NoteVerifier> log,
                            KeysOf(*note, arguments.ledger_keys));
    COMITY_ASSIGN_OR_RETURN(ledger::Checkpoint next, ledger::OpenCheckpoint(*note, log));
    if (latest && next.size <= latest->checkpoint.size) continue;
    latest.emplace(Found{*std::move(note), std::move(log), std::move(next)});
  }
  if (latest) return *std::move(latest);
  return missing;
}

// Cosigns the latest checkpoint; nothing if `last` is that.
absl::Status CosignOnce(const Arguments& arguments, ledger_files::Witness& witness,
                        std::optional<ledger::Checkpoint>& last) {
  COMITY_ASSIGN_OR_RETURN(const Found found, Latest(arguments));
  const auto& [note, log, next] = found;
  if (last == next) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const std::optional<ledger::Checkpoint> seen, witness.Seen(next.origin));
  std::vector<ledger::Hash> proof;
  if (seen && seen->size > 0 && seen->size <= next.size) {
    const ledger_files::FolderTiles tiles(arguments.folder, next.size);
    COMITY_ASSIGN_OR_RETURN(proof, ledger::ProveConsistency(tiles, seen->size, next.size));
  }
  COMITY_ASSIGN_OR_RETURN(const std::string line, witness.Cosign(note, proof, log, absl::Now()));
  last = next;
  if (arguments.out.empty()) {
    std::cout << line << std::flush;
    return absl::OkStatus();
  }
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(
      ledger_files::CosignatureFolder::FileOf(arguments.out, witness.signer().verifier()), line,
      0644));
  std::cout << "cosigned " << next.origin << " at " << next.size << " entries" << std::endl;
  return absl::OkStatus();
}

absl::Status RunWitness(const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(ledger::CosignatureSigner signer,
                          ledger::CosignatureSigner::FromFile(arguments.name, arguments.key));
  if (arguments.folder.empty()) {
    std::cout << signer.vkey() << "\n";
    return absl::OkStatus();
  }
  COMITY_ASSIGN_OR_RETURN(ledger_files::Witness witness,
                          ledger_files::Witness::Open(arguments.state, std::move(signer)));
  std::optional<ledger::Checkpoint> last;
  if (!arguments.watch) return CosignOnce(arguments, witness, last);
  while (true) {
    // What is not there yet may come; what is wrong must be seen by a person.
    absl::Status status = CosignOnce(arguments, witness, last);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
    std::this_thread::sleep_for(kWatchInterval);
  }
}

}  // namespace

void RegisterLedgerFiles(Command ledger, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const auto add_keys = [&](Command command) {
    command.AddOption("--ledger-key", arguments->ledger_keys, "File of ledger keys (vkey) you hold")
        .Required()
        .TypeName("FILE");
    command.AddOption("--witness-keys", arguments->witness_keys, "File of witnesses' keys (vkey)")
        .TypeName("FILE");
    command.AddOption("--quorum", arguments->quorum, "How many witnesses must have cosigned")
        .TypeName("K");
  };

  const Command verify = AddCommand(
      ledger, app, "verify", "Verify a published ledger offline: checkpoint, tiles, entries",
      "  comity ledger verify publication --ledger-key ledger.vkey --previous "
      "last-year.checkpoint\n"
      "  comity ledger verify publication --ledger-key ledger.vkey --entries entries.json",
      [arguments] { return Verify(*arguments); });
  verify.AddOption("folder", arguments->folder, "The files checkpoint and tile/...")
      .Required()
      .TypeName("FOLDER");
  verify
      .AddOption("--previous", arguments->previous,
                 "A checkpoint seen before, which this one must go on from")
      .TypeName("FILE");
  verify.AddOption("--entries", arguments->entries, "What ledger entries --output json printed")
      .TypeName("FILE");
  add_keys(verify);

  const Command proof = AddCommand(
      ledger, app, "proof", "Verify a tlog-proof file offline",
      "  comity ledger proof evidence/statement-1.tlog-proof --ledger-key ledger.vkey \\\n"
      "    --salt evidence/statement-1.salt --entry evidence/statement-1.entry.json",
      [arguments] { return Proof(*arguments); });
  proof.AddOption("file", arguments->file, "The proof").Required().TypeName("FILE");
  proof.AddOption("--salt", arguments->salt, "The entry's salt").Required().TypeName("FILE");
  proof.AddOption("--entry", arguments->entry, "The entry's body").Required().TypeName("FILE");
  add_keys(proof);

  const Command witness = AddCommand(
      ledger, app, "witness",
      "Cosign a ledger's checkpoints, each only if it goes on from the last one seen",
      "  openssl genpkey -algorithm ed25519 -out witness.key\n"
      "  comity ledger witness --name witness.example --key witness.key     prints the vkey\n"
      "  comity ledger witness publication --name witness.example --key witness.key \\\n"
      "    --ledger-key ledger.vkey --state seen --out cosignatures --watch",
      [arguments] { return RunWitness(*arguments); });
  witness.AddOption("--name", arguments->name, "The witness's name, such as its domain").Required();
  witness.AddOption("--key", arguments->key, "Its Ed25519 key, used for nothing else")
      .Required()
      .TypeName("FILE");
  const Option keys =
      witness
          .AddOption("--ledger-key", arguments->ledger_keys, "File of ledger keys (vkey) you hold")
          .TypeName("FILE");
  const Option state =
      witness.AddOption("--state", arguments->state, "Where it remembers what it has seen")
          .TypeName("FOLDER");
  const Option folder =
      witness
          .AddOption("folder", arguments->folder, "The ledger's publication directory, or a copy")
          .TypeName("FOLDER")
          .Needs(keys)
          .Needs(state);
  witness.AddOption("--out", arguments->out, "Where its signatures go; printed if left out")
      .TypeName("FOLDER")
      .Needs(folder);
  witness.AddFlag("--watch", arguments->watch, "Go on until stopped").Needs(folder);
}

}  // namespace comity::cli
