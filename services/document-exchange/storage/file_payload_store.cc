#include "services/document-exchange/storage/file_payload_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/storage/payload_digest.h"
#include "services/document-exchange/storage/posix_file.h"
#include "services/document-exchange/storage/posix_folder.h"

namespace comity::document_exchange {
namespace {

// Far above any manifest, header or context we accept.
constexpr std::int64_t kMaxObject = std::int64_t{8} << 20;

constexpr absl::string_view kContent = "content";
constexpr absl::string_view kDescription = "description";

absl::string_view FileName(PayloadKind kind) {
  return kind == PayloadKind::kContent ? kContent : kDescription;
}

absl::Status CheckId(absl::string_view id) {
  if (!IsUuid(id)) return InvalidField("ID_INVALID", "id", "must be a UUID in lower case");
  return absl::OkStatus();
}

absl::Status CheckObjectName(absl::string_view name) {
  const bool plain =
      !name.empty() && name[0] != '.' && name != kContent && name != kDescription &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == absl::string_view::npos;
  if (!plain) return InvalidField("OBJECT_NAME_INVALID", "object", "has a name of another form");
  return absl::OkStatus();
}

absl::Status NoSuchUpload() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no such upload: it was submitted, it expired after 24 hours, or it is "
                   "not yours; open a new one.",
                   {.reason = "UPLOAD_NOT_FOUND"});
}

absl::Status TakenOver() {
  return MakeError(absl::StatusCode::kAborted,
                   "Another stream has taken this upload over, or it was submitted; ask GetUpload "
                   "where it stands.",
                   {.reason = "UPLOAD_TAKEN_OVER"});
}

absl::StatusOr<File> OpenPayloadFile(const std::string& folder, PayloadKind kind, int flags) {
  return OpenFile(absl::StrCat(folder, "/", FileName(kind)), flags, "open a payload");
}

absl::StatusOr<std::vector<StoredFolder>> Folders(const std::string& parent) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(parent));
  std::vector<StoredFolder> folders;
  for (const std::string& name : names) {
    struct stat info {};
    // What is not ours is left alone: the operator may have put it there.
    if (!IsUuid(name) || ::stat(absl::StrCat(parent, "/", name).c_str(), &info) != 0) continue;
    folders.push_back({.id = name, .changed = absl::TimeFromTimespec(info.st_mtim)});
  }
  return folders;
}

class FileReader final : public PayloadReader {
 public:
  FileReader(File file, std::int64_t size) : file_(std::move(file)), size_(size) {}

  std::int64_t size() const override { return size_; }

  absl::StatusOr<std::size_t> Read(std::int64_t offset, absl::Span<char> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::pread(file_.fd(), out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset) + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return MakeError(absl::StatusCode::kDataLoss, "A stored payload cannot be read.",
                         {.reason = "PAYLOAD_UNREADABLE"});
      }
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  const File file_;
  const std::int64_t size_;
};

}  // namespace

// The right to change an upload. Whoever holds `mutex` may; `ended` says that somebody else has
// taken over.
class FilePayloadStore::Lease {
 public:
  absl::Mutex mutex;
  bool ended ABSL_GUARDED_BY(mutex) = false;
};

class FilePayloadStore::Writer final : public UploadWriter {
 public:
  struct Part {
    File file;
    std::int64_t size = 0;
    std::int64_t announced = 0;
    bool dirty = false;
  };

  Writer(FilePayloadStore* store, absl::string_view upload_id, std::shared_ptr<Lease> lease,
         Part content, Part description)
      : store_(store),
        upload_id_(upload_id),
        lease_(std::move(lease)),
        content_(std::move(content)),
        description_(std::move(description)) {}

  absl::Status Append(PayloadKind kind, std::int64_t offset, absl::string_view data) override {
    Part& part = PartOf(kind);
    absl::MutexLock lock(&lease_->mutex);
    if (lease_->ended) return TakenOver();
    if (offset < 0 || offset > part.size) {
      return MakeError(absl::StatusCode::kOutOfRange,
                       absl::StrCat("The piece leaves a gap in the ", FileName(kind),
                                    " payload: continue from byte ", part.size, "."),
                       {.reason = "UPLOAD_OFFSET",
                        .metadata = {{"payload", std::string(FileName(kind))},
                                     {"offset", absl::StrCat(part.size)}}});
    }
    if (static_cast<std::int64_t>(data.size()) > part.announced - offset) {
      return MakeError(absl::StatusCode::kOutOfRange,
                       absl::StrCat("The piece goes beyond the ", part.announced,
                                    " bytes announced for the ", FileName(kind), " payload."),
                       {.reason = "UPLOAD_TOO_LONG"});
    }
    // A client that resumes may repeat what it did not know to be on disk.
    const auto known = static_cast<std::size_t>(part.size - offset);
    if (known >= data.size()) return absl::OkStatus();
    data.remove_prefix(known);
    if (since_room_check_ + static_cast<std::int64_t>(data.size()) > kRoomCheckEvery) {
      // Close to the reserve every piece is looked at: CreateUpload promised room for the last one.
      if (store_->CheckRoom(kRoomCheckEvery).ok()) {
        since_room_check_ = 0;
      } else {
        COMITY_RETURN_IF_ERROR(store_->CheckRoom(static_cast<std::int64_t>(data.size())));
      }
    }
    if (absl::Status written = WriteAt(part.file, part.size, data); !written.ok()) {
      // Half a piece would be taken for a whole one after a restart.
      if (::ftruncate(part.file.fd(), part.size) != 0) lease_->ended = true;
      return written;
    }
    const auto size = static_cast<std::int64_t>(data.size());
    part.size += size;
    part.dirty = true;
    unsynced_ += size;
    since_room_check_ += size;
    return absl::OkStatus();
  }

  std::int64_t unsynced() const override { return unsynced_; }

  absl::StatusOr<PayloadSizes> Sync() override {
    absl::MutexLock lock(&lease_->mutex);
    if (lease_->ended) return TakenOver();
    for (Part* const part : {&content_, &description_}) {
      if (!part->dirty) continue;
      if (absl::Status synced = store_->SyncPayload(upload_id_, part->file); !synced.ok()) {
        lease_->ended = true;
        return synced;
      }
      part->dirty = false;
    }
    unsynced_ = 0;
    return PayloadSizes{.content = content_.size, .description = description_.size};
  }

 private:
  static constexpr std::int64_t kRoomCheckEvery = std::int64_t{16} << 20;

  Part& PartOf(PayloadKind kind) { return kind == PayloadKind::kContent ? content_ : description_; }

  FilePayloadStore* const store_;
  const std::string upload_id_;
  const std::shared_ptr<Lease> lease_;
  Part content_;
  Part description_;
  std::int64_t unsynced_ = 0;
  std::int64_t since_room_check_ = kRoomCheckEvery;
};

FilePayloadStore::FilePayloadStore(std::string folder, storage::DirectoryLock lock,
                                   std::int64_t reserve_bytes)
    : folder_(std::move(folder)), lock_(std::move(lock)), reserve_bytes_(reserve_bytes) {}
FilePayloadStore::~FilePayloadStore() = default;

absl::StatusOr<std::unique_ptr<FilePayloadStore>> FilePayloadStore::Open(
    std::string folder, std::int64_t reserve_bytes) {
  for (const std::string& path :
       {folder, absl::StrCat(folder, "/uploads"), absl::StrCat(folder, "/documents")}) {
    if (const absl::Status made = MakeFolder(path); !made.ok()) {
      return MakeError(absl::StatusCode::kInternal,
                       absl::StrCat("The payload folder ", path,
                                    " cannot be made; check the path, its owner and its disk."),
                       {.reason = "PAYLOAD_FOLDER"});
    }
  }
  absl::StatusOr<storage::DirectoryLock> lock = storage::DirectoryLock::Acquire(folder);
  if (ReasonOf(lock.status()) == "STORE_IN_USE") {
    // Not another folder: a second process over the same rows would lack these payloads.
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("The payload folder ", folder,
                     " is in use by another process of the exchange; stop that first."),
        {.reason = "STORE_IN_USE"});
  }
  COMITY_RETURN_IF_ERROR(lock.status());
  COMITY_RETURN_IF_ERROR(SyncFolder(folder));
  // The folder itself must not be lost in a crash; where its parent cannot be opened, somebody else
  // made it.
  SyncFolder(absl::StrCat(folder, "/..")).IgnoreError();
  return std::unique_ptr<FilePayloadStore>(
      new FilePayloadStore(std::move(folder), *std::move(lock), reserve_bytes));
}

std::string FilePayloadStore::UploadFolder(absl::string_view id) const {
  return absl::StrCat(folder_, "/uploads/", id);
}

std::string FilePayloadStore::DocumentFolder(absl::string_view id) const {
  return absl::StrCat(folder_, "/documents/", id);
}

absl::Status FilePayloadStore::CheckRoom(std::int64_t bytes) const {
  struct statvfs info {};
  if (::statvfs(folder_.c_str(), &info) != 0) return FileError(errno, "ask for room");
  const auto free =
      static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
  if (free - bytes < reserve_bytes_) return FileError(ENOSPC, "room");
  return absl::OkStatus();
}

void FilePayloadStore::Distrust(absl::string_view upload_id) {
  {
    absl::MutexLock lock(&mutex_);
    distrusted_.emplace(upload_id);
  }
  EmptyIfDistrusted(upload_id).IgnoreError();
}

absl::Status FilePayloadStore::EmptyIfDistrusted(absl::string_view upload_id) {
  {
    absl::MutexLock lock(&mutex_);
    if (!distrusted_.contains(upload_id)) return absl::OkStatus();
  }
  for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
    COMITY_RETURN_IF_ERROR(
        OpenPayloadFile(UploadFolder(upload_id), kind, O_WRONLY | O_TRUNC).status());
  }
  absl::MutexLock lock(&mutex_);
  distrusted_.erase(std::string(upload_id));
  return absl::OkStatus();
}

absl::Status FilePayloadStore::SyncPayload(absl::string_view upload_id, const File& file) {
  absl::Status synced = SyncData(file);
  if (!synced.ok()) Distrust(upload_id);
  return synced;
}

std::shared_ptr<FilePayloadStore::Lease> FilePayloadStore::TakeOver(absl::string_view upload_id) {
  std::shared_ptr<Lease> before;
  auto lease = std::make_shared<Lease>();
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = leases_.begin(); it != leases_.end();) {
      it = it->second.use_count() == 1 && it->first != upload_id ? leases_.erase(it) : ++it;
    }
    std::shared_ptr<Lease>& slot = leases_[std::string(upload_id)];
    before = std::exchange(slot, lease);
  }
  if (before != nullptr) {
    absl::MutexLock lock(&before->mutex);
    before->ended = true;
  }
  return lease;
}

absl::Status FilePayloadStore::CreateUpload(absl::string_view upload_id,
                                            const PayloadSizes& announced) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  COMITY_RETURN_IF_ERROR(CheckRoom(announced.content + announced.description));
  const std::string folder = UploadFolder(upload_id);
  const auto make = [&]() -> absl::Status {
    COMITY_RETURN_IF_ERROR(MakeFolder(folder));
    for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
      COMITY_RETURN_IF_ERROR(OpenPayloadFile(folder, kind, O_WRONLY | O_CREAT).status());
    }
    COMITY_RETURN_IF_ERROR(SyncFolder(folder));
    return SyncFolder(absl::StrCat(folder_, "/uploads"));
  };
  absl::Status made = make();
  if (!made.ok()) RemoveFolder(folder, absl::StrCat(folder_, "/uploads")).IgnoreError();
  return made;
}

absl::StatusOr<PayloadSizes> FilePayloadStore::UploadSizes(absl::string_view upload_id) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  COMITY_RETURN_IF_ERROR(EmptyIfDistrusted(upload_id));
  PayloadSizes sizes;
  for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
    const absl::StatusOr<File> file = OpenPayloadFile(UploadFolder(upload_id), kind, O_WRONLY);
    if (absl::IsNotFound(file.status())) return NoSuchUpload();
    COMITY_RETURN_IF_ERROR(file.status());
    // The size is read first: what the sync covers is at least that.
    COMITY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(*file));
    COMITY_RETURN_IF_ERROR(SyncPayload(upload_id, *file));
    (kind == PayloadKind::kContent ? sizes.content : sizes.description) = size;
  }
  return sizes;
}

absl::StatusOr<std::unique_ptr<UploadWriter>> FilePayloadStore::OpenWriter(
    absl::string_view upload_id, const PayloadSizes& announced) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  std::shared_ptr<Lease> lease = TakeOver(upload_id);
  absl::MutexLock lock(&lease->mutex);
  COMITY_RETURN_IF_ERROR(EmptyIfDistrusted(upload_id));
  std::map<PayloadKind, Writer::Part> parts;
  for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
    absl::StatusOr<File> file = OpenPayloadFile(UploadFolder(upload_id), kind, O_WRONLY);
    if (absl::IsNotFound(file.status())) return NoSuchUpload();
    COMITY_RETURN_IF_ERROR(file.status());
    COMITY_ASSIGN_OR_RETURN(std::int64_t size, SizeOf(*file));
    if (size > announced.of(kind)) {
      size = announced.of(kind);
      if (::ftruncate(file->fd(), size) != 0) return FileError(errno, "cut a payload");
    }
    // What an earlier process wrote may not be on the medium: the first Sync sees to it.
    parts[kind] = {
        .file = *std::move(file), .size = size, .announced = announced.of(kind), .dirty = true};
  }
  return std::make_unique<Writer>(this, upload_id, lease, std::move(parts[PayloadKind::kContent]),
                                  std::move(parts[PayloadKind::kDescription]));
}

absl::StatusOr<PayloadDigests> FilePayloadStore::Seal(absl::string_view upload_id,
                                                      const PayloadSizes& announced) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  TakeOver(upload_id);
  COMITY_RETURN_IF_ERROR(EmptyIfDistrusted(upload_id));
  const std::string folder = UploadFolder(upload_id);
  PayloadDigests digests;
  for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
    const absl::StatusOr<File> file = OpenPayloadFile(folder, kind, O_RDWR);
    if (absl::IsNotFound(file.status())) return NoSuchUpload();
    COMITY_RETURN_IF_ERROR(file.status());
    COMITY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(*file));
    if (size != announced.of(kind)) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The upload is not complete: ", size, " of ",
                                    announced.of(kind), " bytes of the ", FileName(kind),
                                    " payload are here; send the rest with UploadPieces."),
                       {.reason = "UPLOAD_INCOMPLETE"});
    }
    COMITY_RETURN_IF_ERROR(SyncPayload(upload_id, *file));
    COMITY_ASSIGN_OR_RETURN((kind == PayloadKind::kContent ? digests.content : digests.description),
                            DigestPayload(file->fd(), size));
  }
  COMITY_RETURN_IF_ERROR(SyncFolder(folder));
  return digests;
}

absl::Status FilePayloadStore::Promote(absl::string_view upload_id, absl::string_view document_id,
                                       const std::map<std::string, std::string>& objects) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  const std::string from = UploadFolder(upload_id);
  const std::string to = DocumentFolder(document_id);
  if (Exists(to)) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "There is already a document with this id; make a new id.",
                     {.reason = "DOCUMENT_ID_TAKEN"});
  }
  if (!Exists(from)) return NoSuchUpload();
  const auto promote = [&]() -> absl::Status {
    for (const auto& [name, bytes] : objects) {
      COMITY_RETURN_IF_ERROR(CheckObjectName(name));
      COMITY_RETURN_IF_ERROR(WriteNew(absl::StrCat(from, "/", name), bytes));
    }
    COMITY_RETURN_IF_ERROR(SyncFolder(from));
    if (::rename(from.c_str(), to.c_str()) != 0) return FileError(errno, "move an upload");
    COMITY_RETURN_IF_ERROR(SyncFolder(absl::StrCat(folder_, "/documents")));
    return SyncFolder(absl::StrCat(folder_, "/uploads"));
  };
  absl::Status promoted = promote();
  if (!promoted.ok()) {
    // If not even this works, the next start finds a document without its record.
    if (Exists(to)) (void)::rename(to.c_str(), from.c_str());
    for (const auto& [name, bytes] : objects) {
      if (CheckObjectName(name).ok()) ::unlink(absl::StrCat(from, "/", name).c_str());
    }
  }
  return promoted;
}

absl::Status FilePayloadStore::Demote(absl::string_view document_id, absl::string_view upload_id) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  const std::string from = DocumentFolder(document_id);
  COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(from));
  for (const std::string& name : names) {
    if (name == kContent || name == kDescription) continue;
    if (::unlink(absl::StrCat(from, "/", name).c_str()) != 0) {
      return FileError(errno, "remove an object");
    }
  }
  if (::rename(from.c_str(), UploadFolder(upload_id).c_str()) != 0) {
    return FileError(errno, "move a document back");
  }
  COMITY_RETURN_IF_ERROR(SyncFolder(absl::StrCat(folder_, "/uploads")));
  return SyncFolder(absl::StrCat(folder_, "/documents"));
}

absl::StatusOr<std::string> FilePayloadStore::ReadObject(absl::string_view document_id,
                                                         absl::string_view name) const {
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  COMITY_RETURN_IF_ERROR(CheckObjectName(name));
  absl::StatusOr<std::string> bytes =
      ReadWhole(absl::StrCat(DocumentFolder(document_id), "/", name), kMaxObject);
  if (bytes.ok() || absl::IsNotFound(bytes.status())) return bytes;
  return MakeError(absl::StatusCode::kDataLoss, "An object of the document cannot be read.",
                   {.reason = "OBJECT_UNREADABLE"});
}

absl::StatusOr<std::unique_ptr<PayloadReader>> FilePayloadStore::OpenPayload(
    absl::string_view document_id, PayloadKind kind) const {
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  COMITY_ASSIGN_OR_RETURN(File file, OpenPayloadFile(DocumentFolder(document_id), kind, O_RDONLY));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(file));
  return std::make_unique<FileReader>(std::move(file), size);
}

absl::Status FilePayloadStore::EraseDocument(absl::string_view document_id,
                                             const std::set<std::string>& kept) {
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  // Headers hold the keys of the payloads: without them what remains is noise.
  return EraseFiles(DocumentFolder(document_id), kept,
                    {std::string(kContent), std::string(kDescription)});
}

absl::StatusOr<std::vector<StoredFolder>> FilePayloadStore::ListUploads() const {
  return Folders(absl::StrCat(folder_, "/uploads"));
}

absl::StatusOr<std::vector<StoredFolder>> FilePayloadStore::ListDocuments() const {
  return Folders(absl::StrCat(folder_, "/documents"));
}

absl::Status FilePayloadStore::RemoveUpload(absl::string_view upload_id) {
  COMITY_RETURN_IF_ERROR(CheckId(upload_id));
  TakeOver(upload_id);
  {
    absl::MutexLock lock(&mutex_);
    distrusted_.erase(std::string(upload_id));
  }
  return RemoveFolder(UploadFolder(upload_id), absl::StrCat(folder_, "/uploads"));
}

absl::Status FilePayloadStore::RemoveDocument(absl::string_view document_id) {
  COMITY_RETURN_IF_ERROR(CheckId(document_id));
  return RemoveFolder(DocumentFolder(document_id), absl::StrCat(folder_, "/documents"));
}

}  // namespace comity::document_exchange
