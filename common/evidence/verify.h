#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/chain_verifier.h"
#include "common/ledger/note.h"

namespace comity::evidence {

// What the verifier believes before it opens any evidence. It must not come with the evidence.
struct TrustAnchors {
  // Of the bundles of every trust domain that signers may be of. Not owned.
  const identity::ChainVerifier* signers = nullptr;
  // Of every ledger that proofs may lead to: one a service and log number, and those that a ledger
  // signed with before.
  std::vector<ledger::NoteVerifier> ledgers;
};

// Reads ledger keys, one vkey a line; empty lines and lines that start with # are skipped.
// NOT_FOUND `LEDGER_KEYS_MISSING`, INVALID_ARGUMENT `VKEY_MALFORMED`.
absl::StatusOr<std::vector<ledger::NoteVerifier>> LoadLedgerKeys(const std::string& file);

// One thing that was checked.
struct Check {
  std::string subject;  // "manifest", "statement 2 (DELIVERY)", "content.payload".
  bool passed = false;
  std::string sentence;  // What holds, or what does not and why.
  std::string reason;    // UPPER_SNAKE; empty if passed.
};

struct Report {
  std::vector<Check> checks;               // Manifest, statements in order, files, ledger.
  std::vector<std::string> ignored_files;  // In the folder, but not part of the evidence.

  // Whether every check passed. There is always at least one.
  bool passed() const;
};

// Verifies the evidence in `folder` offline, with nothing but the folder and `anchors`. Everything
// that can be checked is, whatever failed before it. Signatures of the service are judged as of the
// time that its statement names, those of others as of the first statement whose own checks passed
// and that names them (or their own claim, if there is none; the sentence says so).
//
// NOT_FOUND `EVIDENCE_MISSING`: there is no such folder or it has no manifest.json. What is wrong
// with the evidence itself is in the report.
absl::StatusOr<Report> VerifyFolder(const std::string& folder, const TrustAnchors& anchors);

}  // namespace comity::evidence
