#include "common/journal/publication.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/ledger/checkpoint.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::journal {
namespace {

// The size in a note's text, 0 if it is no checkpoint. Who signed it is not asked: it is only
// compared.
std::int64_t SizeOf(absl::string_view note) {
  const std::size_t end = note.find("\n\n");
  if (end == absl::string_view::npos) return 0;
  const auto checkpoint = ledger::ParseCheckpoint(note.substr(0, end + 1));
  return checkpoint.ok() ? checkpoint->size : 0;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ReadPublication(const std::string& path) {
  auto note = storage::ReadFile(path, ledger::kMaxNoteSize);
  if (absl::IsNotFound(note.status())) return std::optional<std::string>();
  COMITY_RETURN_IF_ERROR(note.status());
  return std::optional<std::string>(*std::move(note));
}

absl::StatusOr<std::optional<std::string>> Publish(
    const std::string& path, std::int64_t size,
    absl::FunctionRef<absl::StatusOr<std::string>()> prepare) {
  COMITY_ASSIGN_OR_RETURN(const storage::FileLock lock,
                          storage::FileLock::Wait(absl::StrCat(path, ".lock")));
  COMITY_ASSIGN_OR_RETURN(const auto there, ReadPublication(path));
  if (there && SizeOf(*there) > size) return std::optional<std::string>();
  COMITY_ASSIGN_OR_RETURN(std::string note, prepare());
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(path, note, 0644));
  return std::optional<std::string>(std::move(note));
}

}  // namespace comity::journal
