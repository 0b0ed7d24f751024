#include "common/journal/entry_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/random.h"
#include "common/ledger/hash.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

constexpr std::size_t kSaltSize = 32;

}  // namespace

absl::CivilMonth EntryWriter::ExpiryOf(absl::Time commit_time) const {
  return absl::ToCivilMonth(commit_time, absl::UTCTimeZone()) + expiry_months_;
}

std::string EntryWriter::ContextOf(std::int64_t leaf_index) const {
  return absl::StrCat("entry/", store_id_, "/", leaf_index);
}

absl::StatusOr<rows::SealedEntry> EntryWriter::Seal(std::int64_t leaf_index, std::int64_t revision,
                                                    absl::Time commit_time,
                                                    absl::string_view body) const {
  if (body.size() > kMaxBody) {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("The ledger entry would have ", body.size(), " bytes, more than the ",
                     kMaxBody, " it may have; split the request."),
        {.reason = "LEAF_TOO_LARGE"});
  }
  const std::string salt = crypto::RandomBytes(kSaltSize);
  const crypto::Digest commitment = ledger::Commitment(salt, body);
  COMITY_ASSIGN_OR_RETURN(
      std::string sealed,
      keys_->Seal(ExpiryOf(commit_time), absl::StrCat(salt, body), ContextOf(leaf_index)));
  return rows::SealedEntry{.leaf_index = leaf_index,
                           .revision = revision,
                           .commit_time = commit_time,
                           .commitment = commitment,
                           .sealed = std::move(sealed)};
}

absl::StatusOr<std::vector<Entry>> EntryWriter::Open(
    const std::vector<rows::SealedEntry>& rows) const {
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const rows::SealedEntry& row : rows) {
    COMITY_ASSIGN_OR_RETURN(entries.emplace_back(), Open(row));
  }
  return entries;
}

absl::StatusOr<Entry> EntryWriter::Open(const rows::SealedEntry& row) const {
  Entry entry{.leaf_index = row.leaf_index,
              .revision = row.revision,
              .commit_time = row.commit_time,
              .commitment = row.commitment};
  COMITY_ASSIGN_OR_RETURN(const auto opened, keys_->Open(row.sealed, ContextOf(row.leaf_index)));
  if (opened) {
    entry.salt = opened->substr(0, kSaltSize);
    entry.body = opened->substr(kSaltSize);
  }
  return entry;
}

absl::StatusOr<std::string> EntryWriter::SealAnew(const Entry& opened,
                                                  absl::CivilMonth month) const {
  return keys_->Seal(month, absl::StrCat(opened.salt.value_or(""), opened.body.value_or("")),
                     ContextOf(opened.leaf_index));
}

}  // namespace comity::journal
