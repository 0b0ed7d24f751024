#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sealing/pieces.h"

namespace comity::document_exchange {

// Which of a document's two payloads.
enum class PayloadKind { kContent, kDescription };

// Bytes of both payloads: announced, on disk, or stored.
struct PayloadSizes {
  std::int64_t content = 0;
  std::int64_t description = 0;

  std::int64_t of(PayloadKind kind) const {
    return kind == PayloadKind::kContent ? content : description;
  }
  friend bool operator==(const PayloadSizes&, const PayloadSizes&) = default;
};

using sealing::PayloadDigest;

struct PayloadDigests {
  PayloadDigest content;
  PayloadDigest description;
};

// Writes one upload, from where it stands. A later writer of the same upload takes over: every
// further call on the earlier one is ABORTED `UPLOAD_TAKEN_OVER`, so that a client whose connection
// was cut need not wait for the server to notice. Not thread-safe.
class UploadWriter {
 public:
  virtual ~UploadWriter() = default;

  // Appends `data`, which starts at `offset` of the payload; what is there already is skipped.
  //
  // OUT_OF_RANGE `UPLOAD_OFFSET`: it leaves a gap. OUT_OF_RANGE `UPLOAD_TOO_LONG`: it passes the
  // announced length. RESOURCE_EXHAUSTED `DISK_FULL`: the payload is cut back to where it stood.
  virtual absl::Status Append(PayloadKind kind, std::int64_t offset, absl::string_view data) = 0;

  // Bytes appended since the last Sync.
  virtual std::int64_t unsynced() const = 0;

  // Makes everything appended durable and says how much that is. Blocks on the disk. If it fails
  // the writer is of no more use and the upload empty: what a disk lost it does not tell a second
  // time.
  virtual absl::StatusOr<PayloadSizes> Sync() = 0;
};

// Reads one stored payload. Thread-safe.
class PayloadReader {
 public:
  virtual ~PayloadReader() = default;

  virtual std::int64_t size() const = 0;

  // Fills `out` from `offset` and returns the count, 0 at the end. DATA_LOSS `PAYLOAD_UNREADABLE`.
  virtual absl::StatusOr<std::size_t> Read(std::int64_t offset, absl::Span<char> out) const = 0;
};

// A folder of the store, as found on disk.
struct StoredFolder {
  std::string id;
  absl::Time changed;  // Of the folder itself.
};

// Ciphertext, manifests and headers: everything of a document that must not lie in a database.
//
// An upload's folder becomes the document's folder by one rename, before the rows are committed;
// who finds a document folder without rows after a crash turns it back (Demote) or removes it. Ids
// are UUIDs; anything else is INVALID_ARGUMENT. Thread-safe.
class PayloadStore {
 public:
  virtual ~PayloadStore() = default;

  // Makes the folder of an upload. ALREADY_EXISTS is not an error: it is left as it is.
  // RESOURCE_EXHAUSTED `DISK_FULL`: nothing is left behind, or the announced sizes cannot fit.
  virtual absl::Status CreateUpload(absl::string_view upload_id, const PayloadSizes& announced) = 0;

  // Bytes on disk, made durable first. NOT_FOUND `UPLOAD_NOT_FOUND`. If that fails the upload is
  // empty, as after UploadWriter::Sync.
  virtual absl::StatusOr<PayloadSizes> UploadSizes(absl::string_view upload_id) = 0;

  // NOT_FOUND `UPLOAD_NOT_FOUND`. A payload longer than announced is cut.
  virtual absl::StatusOr<std::unique_ptr<UploadWriter>> OpenWriter(
      absl::string_view upload_id, const PayloadSizes& announced) = 0;

  // Makes the upload durable (files and folder), reads it through and returns what it is. No writer
  // can append afterwards. FAILED_PRECONDITION `UPLOAD_INCOMPLETE`.
  virtual absl::StatusOr<PayloadDigests> Seal(absl::string_view upload_id,
                                              const PayloadSizes& announced) = 0;

  // Writes `objects` (name to bytes; names of [a-z0-9.-]) beside the payloads and renames the
  // upload into the document, all durable. ALREADY_EXISTS `DOCUMENT_ID_TAKEN`: there is such a
  // document. RESOURCE_EXHAUSTED `DISK_FULL`: the upload is as it was.
  virtual absl::Status Promote(absl::string_view upload_id, absl::string_view document_id,
                               const std::map<std::string, std::string>& objects) = 0;

  // Undoes Promote: the objects go, the payloads are an upload again.
  virtual absl::Status Demote(absl::string_view document_id, absl::string_view upload_id) = 0;

  // An object of a document. DATA_LOSS `OBJECT_UNREADABLE`; NOT_FOUND `OBJECT_NOT_FOUND`.
  virtual absl::StatusOr<std::string> ReadObject(absl::string_view document_id,
                                                 absl::string_view name) const = 0;

  // NOT_FOUND `OBJECT_NOT_FOUND`.
  virtual absl::StatusOr<std::unique_ptr<PayloadReader>> OpenPayload(absl::string_view document_id,
                                                                     PayloadKind kind) const = 0;

  // Destroys everything of a document, durably, but the objects `kept`: first the others, which are
  // overwritten, then the payloads. OK if nothing is left to destroy.
  virtual absl::Status EraseDocument(absl::string_view document_id,
                                     const std::set<std::string>& kept) = 0;

  virtual absl::StatusOr<std::vector<StoredFolder>> ListUploads() const = 0;
  virtual absl::StatusOr<std::vector<StoredFolder>> ListDocuments() const = 0;

  // Removes the folder and everything in it; OK if there is none.
  virtual absl::Status RemoveUpload(absl::string_view upload_id) = 0;
  virtual absl::Status RemoveDocument(absl::string_view document_id) = 0;
};

}  // namespace comity::document_exchange
