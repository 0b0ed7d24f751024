#include "common/journal/publication.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/ledger/checkpoint.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::journal {
namespace {

// Everybody may read a published log.
constexpr unsigned int kMode = 0644;

// The size in a note's text, 0 if it is no checkpoint. Who signed it is not asked: it is only
// compared.
std::int64_t SizeOf(absl::string_view note) {
  const std::size_t end = note.find("\n\n");
  if (end == absl::string_view::npos) return 0;
  const auto checkpoint = ledger::ParseCheckpoint(note.substr(0, end + 1));
  return checkpoint.ok() ? checkpoint->size : 0;
}

// Publishes `note` with its cosignatures, and returns it with them.
absl::StatusOr<std::string> PublishCosigned(const std::string& path, const std::string& note,
                                            const ledger_files::CosignatureFolder& witnesses) {
  COMITY_ASSIGN_OR_RETURN(std::string cosigned, witnesses.Collect(note));
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(path, cosigned, kMode));
  return cosigned;
}

}  // namespace

std::string PendingFile(const std::string& path) {
  return ledger_files::CosignatureFolder::PendingFile(
      std::filesystem::path(path).parent_path().string());
}

absl::StatusOr<std::optional<std::string>> ReadPublication(const std::string& path) {
  auto note = storage::ReadFile(path, ledger::kMaxNoteSize);
  if (absl::IsNotFound(note.status())) return std::optional<std::string>();
  COMITY_RETURN_IF_ERROR(note.status());
  return std::optional<std::string>(*std::move(note));
}

absl::StatusOr<std::optional<std::string>> Publish(const std::string& path,
                                                   const PublishedCheckpoint& next,
                                                   absl::Span<const ledger::NoteVerifier> keys,
                                                   const ledger_files::CosignatureFolder* witnesses,
                                                   absl::FunctionRef<absl::Status()> prepare) {
  COMITY_ASSIGN_OR_RETURN(const storage::FileLock lock,
                          storage::FileLock::Wait(absl::StrCat(path, ".lock")));
  COMITY_ASSIGN_OR_RETURN(auto there, ReadPublication(path));
  const std::int64_t published = there ? SizeOf(*there) : 0;
  if (published > next.size) return std::optional<std::string>();
  COMITY_RETURN_IF_ERROR(prepare());
  if (witnesses == nullptr) {
    COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(path, next.note, kMode));
    return std::optional<std::string>(next.note);
  }
  if (published == next.size && witnesses->IsComplete(*there)) return there;

  const std::string pending = PendingFile(path);
  COMITY_ASSIGN_OR_RETURN(const auto waiting, ReadPublication(pending));
  if (waiting != next.note) {
    const auto head = waiting ? ledger::OpenCheckpoint(*waiting, keys) : absl::NotFoundError("");
    if (head.ok() && head->size > published) {
      COMITY_RETURN_IF_ERROR(PublishCosigned(path, *waiting, *witnesses).status());
      if (head->size > next.size) return std::optional<std::string>();
    }
    // It stays when it is published: without it, a witness would see an older one for a moment.
    COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(pending, next.note, kMode));
  }
  COMITY_ASSIGN_OR_RETURN(std::string cosigned, PublishCosigned(path, next.note, *witnesses));
  return std::optional<std::string>(std::move(cosigned));
}

}  // namespace comity::journal
