#include "common/registry_replica/replica_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::registry_replica {
namespace {

namespace v1 = ::comity::partner_registry::v1;

// The number goes up with the kinds of facts that are kept: a file of a program that left one out
// must not be gone on from.
constexpr absl::string_view kHeader = "comity.registry-replica.v2\n";
constexpr mode_t kMode = 0600;
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMostBytes = std::size_t{1} << 31;
// Beyond this the file is folded again when it is next replaced or loaded; until then it grows.
constexpr std::size_t kFoldAfterBytes = std::size_t{64} << 20;

std::string Record(const v1::Change& change) {
  const std::string body = change.SerializeAsString();
  std::string record;
  record.reserve(kLengthBytes + kDigestBytes + body.size());
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    record.push_back(static_cast<char>((body.size() >> (8 * i)) & 0xff));
  }
  const crypto::Digest digest = crypto::Sha256(body);
  record.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  record.append(body);
  return record;
}

// Takes the first record off `rest`. False if it is not whole.
bool TakeRecord(absl::string_view& rest, v1::Change& change) {
  if (rest.size() < kLengthBytes + kDigestBytes) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  }
  const absl::string_view digest = rest.substr(kLengthBytes, kDigestBytes);
  if (length > rest.size() - kLengthBytes - kDigestBytes) return false;
  const absl::string_view body = rest.substr(kLengthBytes + kDigestBytes, length);
  const crypto::Digest computed = crypto::Sha256(body);
  if (std::memcmp(digest.data(), computed.data(), kDigestBytes) != 0) return false;
  if (!change.ParseFromArray(body.data(), static_cast<int>(body.size()))) return false;
  rest.remove_prefix(kLengthBytes + kDigestBytes + length);
  return true;
}

std::string NameOf(const v1::Fact& fact) {
  switch (fact.fact_case()) {
    case v1::Fact::kPartner:
      return fact.partner().name();
    case v1::Fact::kInstrument:
      return fact.instrument().name();
    case v1::Fact::kAuthority:
      return fact.authority().name();
    case v1::Fact::kContact:
      return fact.contact().name();
    case v1::Fact::kDecision:
      return fact.decision().name();
    case v1::Fact::kKeyStatement:
      return fact.key_statement().name();
    case v1::Fact::kSecondment:
      return fact.secondment().name();
    case v1::Fact::kMilestone:
    case v1::Fact::kStrategy:
    case v1::Fact::kCriteriaSet:
    case v1::Fact::kAssessment:
    case v1::Fact::kVolume:
    case v1::Fact::kConsultation:
    case v1::Fact::kReadiness:
    case v1::Fact::kArrangement:
    case v1::Fact::FACT_NOT_SET:
      break;
  }
  return "";
}

bool Absent(const std::string& path) { return access(path.c_str(), F_OK) != 0 && errno == ENOENT; }

bool Erases(const v1::Change& change) {
  return change.removed_size() > 0 ||
         std::any_of(change.facts().begin(), change.facts().end(), [](const v1::Fact& fact) {
           return fact.contact().state() == v1::Contact::STATE_ERASED;
         });
}

}  // namespace

void Folder::Add(const v1::Change& change) {
  *frame_.mutable_revision() = change.revision();
  for (const std::string& name : change.removed()) facts_.erase(name);
  for (const v1::Fact& fact : change.facts()) {
    const std::string name = NameOf(fact);
    if (!name.empty()) facts_[name] = fact;
  }
}

v1::Change Folder::Take() {
  for (auto& [name, fact] : facts_) *frame_.add_facts() = std::move(fact);
  facts_.clear();
  return std::move(frame_);
}

ReplicaFile::~ReplicaFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool ReplicaFile::NeverKept() const { return !path_.empty() && Absent(path_) && Absent(mark()); }

absl::StatusOr<v1::Change> ReplicaFile::Load() {
  v1::Change nothing;
  if (path_.empty()) return nothing;
  const absl::StatusOr<std::string> content = storage::ReadFile(path_, kMostBytes);
  if (absl::IsNotFound(content.status())) return nothing;
  if (!content.ok()) return content.status();
  absl::string_view rest = *content;
  if (rest.substr(0, kHeader.size()) != kHeader) return nothing;
  rest.remove_prefix(kHeader.size());
  Folder folder;
  v1::Change change;
  bool any = false;
  while (TakeRecord(rest, change)) {
    folder.Add(change);
    any = true;
  }
  if (!any) return nothing;
  v1::Change everything = folder.Take();
  COMITY_RETURN_IF_ERROR(Replace(everything));
  return everything;
}

absl::Status ReplicaFile::Replace(const v1::Change& everything) {
  if (path_.empty()) return absl::OkStatus();
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  appended_ = 0;
  absl::Status written = Mark();
  if (written.ok()) {
    written = storage::WriteFileAtomically(path_, absl::StrCat(kHeader, Record(everything)));
  }
  if (!written.ok()) {
    Forget();
    return written;
  }
  descriptor_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ >= 0) return absl::OkStatus();
  Forget();
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat(path_, " cannot be opened: ", std::strerror(errno), "."),
                   {.reason = "STORAGE_IO"});
}

absl::Status ReplicaFile::Append(const v1::Change& change) {
  if (descriptor_ < 0) return absl::OkStatus();
  if (appended_ > kFoldAfterBytes) COMITY_RETURN_IF_ERROR(Load().status());
  absl::Status written = Write(Record(change), change.barrier());
  // What was erased must not lie in front of the change that says so.
  if (written.ok() && Erases(change)) written = Load().status();
  if (!written.ok()) Forget();
  return written;
}

absl::Status ReplicaFile::Write(const std::string& record, bool durable) {
  absl::string_view rest = record;
  while (!rest.empty()) {
    const ssize_t taken = write(descriptor_, rest.data(), rest.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(taken));
  }
  if (!rest.empty() || (durable && fdatasync(descriptor_) != 0)) {
    return MakeError(absl::StatusCode::kUnavailable,
                     absl::StrCat(path_, " cannot be written: ", std::strerror(errno), "."),
                     {.reason = "STORAGE_IO"});
  }
  appended_ += record.size();
  return absl::OkStatus();
}

std::string ReplicaFile::mark() const { return absl::StrCat(path_, ".kept"); }

absl::Status ReplicaFile::Mark() {
  return Absent(mark()) ? storage::WriteFileAtomically(mark(), "") : absl::OkStatus();
}

void ReplicaFile::Forget() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  if (path_.empty()) return;
  const int emptied = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  // The mark stays: what cannot be emptied is not there any more, but was.
  if (emptied < 0 || fdatasync(emptied) != 0) unlink(path_.c_str());
  if (emptied >= 0) close(emptied);
}

}  // namespace comity::registry_replica
