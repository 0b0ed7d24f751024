#include "common/evidence/evidence_folder.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/evidence/file_names.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::evidence {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kInstructionText =
    R"(How to check this evidence with public tools
=============================================

You need, from a source that you trust and not from this folder: the root certificate of each signer's
domain (roots.pem), and the public key of the service's ledger (a "vkey").

1. Signatures (Debian package openssl). For the manifest and every statement-N; the same with
   statement-N.confirmation.p7s and the roots of the recipient's domain:

     openssl cms -verify -cades -binary -inform DER -in manifest.p7s -content manifest.json \
       -CAfile roots.pem -purpose any -out /dev/null

   Add -attime SECONDS (Unix time of the statement's "time") once the certificates have expired. Then
   look at the signer, whose URI must be the document's "sender", the statement's "service", or the
   confirmation's "recipient":

     openssl cms -verify -binary -inform DER -in manifest.p7s -content manifest.json -CAfile roots.pem \
       -purpose any -signer signer.pem -out /dev/null
     openssl x509 -in signer.pem -noout -ext subjectAltName

2. What a statement is about. These must print the same digest, pair by pair:

     sha256sum manifest.json             and  "manifest_sha256" in statement-N.json
     sha256sum statement-N.json          and  "statement_sha256" in statement-N.entry.json
     sha256sum statement-N.confirmation.json  and  "confirmation_sha256" in statement-N.json

3. The ledger. The data of the leaf is

     cat statement-N.salt statement-N.entry.json | sha256sum

   and statement-N.tlog-proof (https://c2sp.org/tlog-proof) proves it: an RFC 6962 inclusion path to a
   checkpoint that the ledger signed (https://c2sp.org/signed-note). Any tool for these formats checks
   it, such as the Go packages golang.org/x/mod/sumdb/note (Open) and tlog (CheckRecord). The index must
   be "leaf_index" in statement-N.json.

The command "comity evidence verify" does all of this.
)";

absl::Status NotWritable(const fs::path& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(path.string(),
                                " cannot be written; check its folder's permissions and the space "
                                "left on the disk."),
                   {.reason = "FOLDER_NOT_WRITABLE", .metadata = {{"path", path.string()}}});
}

absl::Status WriteFile(const fs::path& path, absl::string_view content) {
  if (content.empty()) return absl::OkStatus();
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  return file ? absl::OkStatus() : NotWritable(path);
}

}  // namespace

absl::Status SaveFolder(const std::string& folder, const EvidenceFiles& files) {
  const fs::path root(folder);
  std::error_code error;
  fs::create_directories(root, error);
  if (error || !fs::is_directory(root, error)) return NotWritable(root);
  if (!fs::is_empty(root, error) || error) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The folder ", folder, " is not empty; name a new one."),
                     {.reason = "FOLDER_NOT_EMPTY", .metadata = {{"path", folder}}});
  }
  const auto write = [&root](const std::string& name, absl::string_view content) {
    return WriteFile(root / name, content);
  };

  COMITY_RETURN_IF_ERROR(write(std::string(kManifest), files.manifest));
  COMITY_RETURN_IF_ERROR(write(std::string(kManifestSignature), files.manifest_signature));
  std::int64_t number = 0;
  for (const StatementFiles& statement : files.statements) {
    ++number;
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kStatement), statement.statement));
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kSignature), statement.signature));
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kSalt), statement.leaf_salt));
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kEntry), statement.leaf_body));
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kProof), statement.tlog_proof));
    COMITY_RETURN_IF_ERROR(write(StatementFile(number, kConfirmation), statement.confirmation));
    COMITY_RETURN_IF_ERROR(
        write(StatementFile(number, kConfirmationSignature), statement.confirmation_signature));
  }
  return write(std::string(kInstructions), kInstructionText);
}

}  // namespace comity::evidence
