#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/json/canonical.h"
#include "common/text/plain.h"

namespace comity::sealing {

// What the typed documents share: reading members with their paths, rules for values, writing. For
// this folder's sources only.

// The first thing found wrong with a document; everything after it is not looked at in earnest.
class Complaint {
 public:
  explicit Complaint(absl::string_view reason) : reason_(reason) {}

  void Add(absl::string_view path, absl::string_view description);
  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }

 private:
  const std::string reason_;
  absl::Status status_;
};

// Reads the members of one object. What is missing or of another type is complained about, and
// something empty is returned in its place. `complaint` and `value` must outlive it.
class ObjectReader {
 public:
  ObjectReader(const json::Json& value, std::string path, Complaint* complaint);

  std::string Text(absl::string_view name);
  std::string OptionalText(absl::string_view name);
  std::vector<std::string> OptionalTexts(absl::string_view name);
  std::int64_t Number(absl::string_view name);
  bool Boolean(absl::string_view name);
  absl::Time Time(absl::string_view name);
  crypto::Digest Digest(absl::string_view name);
  std::optional<crypto::Digest> OptionalDigest(absl::string_view name);

  // Readers for an object, and for the objects in an array, empty if it is left out and `optional`.
  ObjectReader Object(absl::string_view name);
  std::optional<ObjectReader> OptionalObject(absl::string_view name);
  std::vector<ObjectReader> Objects(absl::string_view name, bool optional = false);
  std::vector<std::string> Texts(absl::string_view name);

  // Complains about members nobody asked for. Call it last.
  void Finish();

  std::string PathOf(absl::string_view name) const;

 private:
  const json::Json* Find(absl::string_view name, bool optional);

  const json::Json* value_;
  std::string path_;
  Complaint* complaint_;
  std::set<std::string> asked_;
};

// Rules. Each complains about `path` if the value does not keep it.
void RequireFormat(Complaint& complaint, absl::string_view path, absl::string_view value,
                   absl::string_view format);
void RequireWord(Complaint& complaint, absl::string_view path, absl::string_view value,
                 std::initializer_list<absl::string_view> words);
// UTF-8 without control characters (but line feed and tab if `lines`), at most `most` bytes.
void RequireText(Complaint& complaint, absl::string_view path, absl::string_view value,
                 std::size_t most, bool optional = true, bool lines = false);
void RequireSpiffeId(Complaint& complaint, absl::string_view path, absl::string_view value);
void RequireUuidV7(Complaint& complaint, absl::string_view path, absl::string_view value);
// `partners/{partner}`.
void RequirePartner(Complaint& complaint, absl::string_view path, absl::string_view value);
void RequireNumber(Complaint& complaint, absl::string_view path, std::int64_t value,
                   std::int64_t least, std::int64_t most);
void RequireStoreId(Complaint& complaint, absl::string_view path, absl::string_view value);
void RequireTime(Complaint& complaint, absl::string_view path, absl::Time value);
void RequireAtMost(Complaint& complaint, absl::string_view path, std::size_t count,
                   std::size_t most);

void RequireAtMostBytes(Complaint& complaint, absl::string_view path, std::size_t size,
                        std::size_t most);
// What was read, written again by `write`, must give `bytes`: optional members that are there
// though empty are found so. Not called after a complaint.
void RequireSameBytes(Complaint& complaint, absl::string_view path,
                      absl::FunctionRef<std::string()> write, absl::string_view bytes);

// A text that people read.
struct ReadText {
  absl::string_view member;
  absl::string_view value;
  text::Lines lines = text::Lines::kOne;
};

// What people read is what is signed: INVALID_ARGUMENT `reason` with the path of the first of
// `texts`, members of what is at `path`, that is not plain (common/text/plain.h).
absl::Status CheckPlainTexts(absl::string_view reason, absl::string_view path,
                             std::initializer_list<ReadText> texts);

inline constexpr std::int64_t kLargestNumber = std::int64_t{1} << 53;

// How values are written.
std::string TimeText(absl::Time time);
std::string DigestText(const crypto::Digest& digest);
// Puts a member in unless it is empty.
void PutUnlessEmpty(json::Json& object, absl::string_view name, absl::string_view value);
void PutIfSet(json::Json& object, absl::string_view name,
              const std::optional<crypto::Digest>& value);

// Parses `bytes` of at most `most`; complains and returns an empty object otherwise.
json::Json ParseDocument(absl::string_view bytes, absl::string_view name, std::size_t most,
                         Complaint& complaint);

}  // namespace comity::sealing
