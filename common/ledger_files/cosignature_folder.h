#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/cosignature.h"

namespace comity::ledger_files {

// Where witnesses leave their cosignatures: a folder with one file a witness, named by its key id,
// that holds its signature line over the last checkpoint it cosigned. How the files travel is the
// operators' business. Reads only; thread-safe.
class CosignatureFolder {
 public:
  // What a witness finds in the publication directory `publication`: the checkpoint that waits for
  // cosignatures (or the last that did), whose tiles are there already.
  static std::string PendingFile(const std::string& publication) {
    return publication + "/pending";
  }
  // The file of a witness.
  static std::string FileOf(const std::string& folder, const ledger::CosignatureVerifier& witness);

  CosignatureFolder(ledger::WitnessPolicy policy, std::string folder)
      : policy_(std::move(policy)), folder_(std::move(folder)) {}

  // Whether the policy's quorum cosigned `note`.
  bool IsComplete(absl::string_view note) const;

  // `note`, a checkpoint that its log alone signed, with every cosignature over it that is in the
  // folder and right. UNAVAILABLE `WITNESSES_MISSING`: they are not the quorum yet; ask again.
  absl::StatusOr<std::string> Collect(const std::string& note) const;

 private:
  ledger::WitnessPolicy policy_;
  std::string folder_;
};

}  // namespace comity::ledger_files
