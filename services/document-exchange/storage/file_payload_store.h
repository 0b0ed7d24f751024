#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/storage/files.h"
#include "services/document-exchange/domain/payload_store.h"
#include "services/document-exchange/storage/posix_file.h"

namespace comity::document_exchange {

// PayloadStore in a local folder:
//
//   uploads/<upload id>/content description
//   documents/<document id>/content description <objects>
//
// One process at a time, whatever the engine of the journal: it holds the folder. Thread-safe.
class FilePayloadStore final : public PayloadStore {
 public:
  // Makes `folder` and its two sub-folders if needed, and holds it. INTERNAL `PAYLOAD_FOLDER`:
  // cannot; FAILED_PRECONDITION `STORE_IN_USE`: somebody else holds it.
  // `reserve_bytes` of the disk stay free: an upload that would go below is DISK_FULL.
  static absl::StatusOr<std::unique_ptr<FilePayloadStore>> Open(std::string folder,
                                                                std::int64_t reserve_bytes);
  ~FilePayloadStore() override;

  absl::Status CreateUpload(absl::string_view upload_id, const PayloadSizes& announced) override;
  absl::StatusOr<PayloadSizes> UploadSizes(absl::string_view upload_id) override;
  absl::StatusOr<std::unique_ptr<UploadWriter>> OpenWriter(absl::string_view upload_id,
                                                           const PayloadSizes& announced) override;
  absl::StatusOr<PayloadDigests> Seal(absl::string_view upload_id,
                                      const PayloadSizes& announced) override;
  absl::Status Promote(absl::string_view upload_id, absl::string_view document_id,
                       const std::map<std::string, std::string>& objects) override;
  absl::Status Demote(absl::string_view document_id, absl::string_view upload_id) override;
  absl::StatusOr<std::string> ReadObject(absl::string_view document_id,
                                         absl::string_view name) const override;
  absl::StatusOr<std::unique_ptr<PayloadReader>> OpenPayload(absl::string_view document_id,
                                                             PayloadKind kind) const override;
  absl::Status EraseDocument(absl::string_view document_id,
                             const std::set<std::string>& kept) override;
  absl::StatusOr<std::vector<StoredFolder>> ListUploads() const override;
  absl::StatusOr<std::vector<StoredFolder>> ListDocuments() const override;
  absl::Status RemoveUpload(absl::string_view upload_id) override;
  absl::Status RemoveDocument(absl::string_view document_id) override;

 private:
  class Writer;
  class Lease;

  FilePayloadStore(std::string folder, storage::DirectoryLock lock, std::int64_t reserve_bytes);

  std::string UploadFolder(absl::string_view id) const;
  std::string DocumentFolder(absl::string_view id) const;
  // Ends the writer that holds the upload, if any, and waits for the append it is in.
  std::shared_ptr<Lease> TakeOver(absl::string_view upload_id);
  absl::Status CheckRoom(std::int64_t bytes) const;
  // A sync failed: what the payloads hold is not what the medium has, and a later sync would not
  // say so. They are emptied, at once or before anything else is done with them.
  void Distrust(absl::string_view upload_id);
  absl::Status EmptyIfDistrusted(absl::string_view upload_id);
  absl::Status SyncPayload(absl::string_view upload_id, const File& file);

  const std::string folder_;
  const storage::DirectoryLock lock_;
  const std::int64_t reserve_bytes_;
  absl::Mutex mutex_;
  // Who may write which upload. A lease that nobody else holds is dropped when the next is made.
  std::map<std::string, std::shared_ptr<Lease>, std::less<>> leases_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> distrusted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::document_exchange
