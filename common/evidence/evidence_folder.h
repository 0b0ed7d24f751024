#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace comity::evidence {

// A statement of the service with what makes it evidence, each byte for byte as the service gave it
// (ListStatements). Confirmation and its signature come with RETRIEVAL only; `tlog_proof` is empty
// until a checkpoint covers the leaf.
struct StatementFiles {
  std::string statement;
  std::string signature;
  std::string leaf_salt;
  std::string leaf_body;
  std::string tlog_proof;
  std::string confirmation;
  std::string confirmation_signature;
};

// What is saved of one document. README.md says which file is what.
struct EvidenceFiles {
  std::string manifest;
  std::string manifest_signature;
  std::vector<StatementFiles> statements;
};

// Writes `files` into `folder`, which is made and must otherwise be empty, with a text that says
// how to verify them with public tools. Empty members get no file. FAILED_PRECONDITION
// `FOLDER_NOT_EMPTY`, `FOLDER_NOT_WRITABLE`.
absl::Status SaveFolder(const std::string& folder, const EvidenceFiles& files);

}  // namespace comity::evidence
