#include "common/sealing/document_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/encoding.h"
#include "common/identity/principal.h"
#include "common/ids/uuid.h"
#include "common/ledger/utf8.h"
#include "common/status/error.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kTimeFormat = "%Y-%m-%dT%H:%M:%SZ";
constexpr std::size_t kMostElements = 1000;

const Json& EmptyObject() {
  static const Json* const empty = new Json(Json::object());
  return *empty;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!ledger::ConsumeUtf8(text)) return false;
  }
  return true;
}

}  // namespace

void Complaint::Add(absl::string_view path, absl::string_view description) {
  if (status_.ok()) status_ = InvalidField(reason_, path, description);
}

ObjectReader::ObjectReader(const Json& value, std::string path, Complaint* complaint)
    : value_(&value), path_(std::move(path)), complaint_(complaint) {
  if (value.is_object()) return;
  complaint_->Add(path_, "is not an object");
  value_ = &EmptyObject();
}

std::string ObjectReader::PathOf(absl::string_view name) const {
  return absl::StrCat(path_, ".", name);
}

const Json* ObjectReader::Find(absl::string_view name, bool optional) {
  asked_.emplace(name);
  const auto found = value_->find(std::string(name));
  if (found != value_->end()) return &*found;
  if (!optional) complaint_->Add(PathOf(name), "is missing");
  return nullptr;
}

std::string ObjectReader::Text(absl::string_view name) {
  const Json* const value = Find(name, false);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  complaint_->Add(PathOf(name), "is not text");
  return "";
}

std::string ObjectReader::OptionalText(absl::string_view name) {
  const Json* const value = Find(name, true);
  return value == nullptr ? "" : Text(name);
}

std::vector<std::string> ObjectReader::Texts(absl::string_view name) {
  const Json* const value = Find(name, false);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (!value->is_array() || value->size() > kMostElements ||
      !std::all_of(value->begin(), value->end(), [](const Json& e) { return e.is_string(); })) {
    complaint_->Add(PathOf(name), "is not an array of at most 1,000 texts");
    return texts;
  }
  for (const Json& element : *value) texts.push_back(element.get<std::string>());
  return texts;
}

std::vector<std::string> ObjectReader::OptionalTexts(absl::string_view name) {
  return Find(name, true) == nullptr ? std::vector<std::string>() : Texts(name);
}

std::int64_t ObjectReader::Number(absl::string_view name) {
  const Json* const value = Find(name, false);
  if (value == nullptr) return 0;
  // ParseCanonical lets no number through that does not fit.
  if (value->is_number_integer()) return value->get<std::int64_t>();
  complaint_->Add(PathOf(name), "is not an integer");
  return 0;
}

bool ObjectReader::Boolean(absl::string_view name) {
  const Json* const value = Find(name, false);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  complaint_->Add(PathOf(name), "is neither true nor false");
  return false;
}

absl::Time ObjectReader::Time(absl::string_view name) {
  const std::string text = Text(name);
  absl::Time time;
  // Writing it again refuses the many other forms that the parser takes.
  if (absl::ParseTime(kTimeFormat, text, &time, nullptr) && TimeText(time) == text) return time;
  complaint_->Add(PathOf(name), "is not a time such as 2026-11-23T09:30:00Z");
  return absl::UnixEpoch();
}

crypto::Digest ObjectReader::Digest(absl::string_view name) {
  const auto bytes = crypto::FromHex(Text(name));
  if (bytes.ok() && bytes->size() == 32) return crypto::ToDigest(*bytes);
  complaint_->Add(PathOf(name), "is not 64 lower-case hexadecimal digits");
  return {};
}

std::optional<crypto::Digest> ObjectReader::OptionalDigest(absl::string_view name) {
  if (Find(name, true) == nullptr) return std::nullopt;
  return Digest(name);
}

ObjectReader ObjectReader::Object(absl::string_view name) {
  const Json* const value = Find(name, false);
  return ObjectReader(value == nullptr ? EmptyObject() : *value, PathOf(name), complaint_);
}

std::optional<ObjectReader> ObjectReader::OptionalObject(absl::string_view name) {
  if (Find(name, true) == nullptr) return std::nullopt;
  return Object(name);
}

std::vector<ObjectReader> ObjectReader::Objects(absl::string_view name, bool optional) {
  const Json* const value = Find(name, optional);
  std::vector<ObjectReader> objects;
  if (value == nullptr) return objects;
  if (!value->is_array() || value->size() > kMostElements) {
    complaint_->Add(PathOf(name), "is not an array of at most 1,000 elements");
    return objects;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    objects.emplace_back((*value)[i], absl::StrCat(PathOf(name), "[", i, "]"), complaint_);
  }
  return objects;
}

void ObjectReader::Finish() {
  for (const auto& item : value_->items()) {
    if (!asked_.contains(item.key())) {
      // The name is somebody else's text: only its place is told.
      complaint_->Add(path_, "has a member that this format does not know");
      return;
    }
  }
}

void RequireFormat(Complaint& complaint, absl::string_view path, absl::string_view value,
                   absl::string_view format) {
  if (value != format) complaint.Add(path, absl::StrCat("must be ", format));
}

void RequireWord(Complaint& complaint, absl::string_view path, absl::string_view value,
                 std::initializer_list<absl::string_view> words) {
  if (std::find(words.begin(), words.end(), value) == words.end()) {
    complaint.Add(path, absl::StrCat("must be one of ", absl::StrJoin(words, ", ")));
  }
}

void RequireText(Complaint& complaint, absl::string_view path, absl::string_view value,
                 std::size_t most, bool optional, bool lines) {
  if (!optional && value.empty()) complaint.Add(path, "must not be empty");
  if (value.size() > most) {
    complaint.Add(path, absl::StrCat("must not be longer than ", most, " bytes"));
    return;
  }
  const bool plain = std::none_of(value.begin(), value.end(), [lines](char c) {
    const bool break_or_tab = lines && (c == '\n' || c == '\t');
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && !break_or_tab;
  });
  if (!plain || !IsUtf8(value)) complaint.Add(path, "must be UTF-8 without control characters");
}

absl::Status CheckPlainTexts(absl::string_view reason, absl::string_view path,
                             std::initializer_list<ReadText> texts) {
  Complaint complaint(reason);
  for (const ReadText& read : texts) {
    // How long it may be is said in bytes, by RequireText.
    const std::string fault = text::FaultOf(read.value, read.lines);
    if (!fault.empty()) complaint.Add(absl::StrCat(path, ".", read.member), fault);
  }
  return complaint.status();
}

void RequireSpiffeId(Complaint& complaint, absl::string_view path, absl::string_view value) {
  if (!identity::SpiffeId::Parse(value).ok()) complaint.Add(path, "is not a SPIFFE id");
}

void RequireUuidV7(Complaint& complaint, absl::string_view path, absl::string_view value) {
  if (!IsUuid(value) || value[14] != '7') {
    complaint.Add(path, "is not a UUID of version 7 in lower case");
  }
}

void RequirePartner(Complaint& complaint, absl::string_view path, absl::string_view value) {
  constexpr absl::string_view kPrefix = "partners/";
  constexpr std::size_t kMost = 63;
  const absl::string_view id =
      absl::StartsWith(value, kPrefix) ? value.substr(kPrefix.size()) : absl::string_view();
  const bool good = !id.empty() && id.size() <= kMost && id.front() != '-' && id.back() != '-' &&
                    std::all_of(id.begin(), id.end(), [](unsigned char c) {
                      return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
                    });
  if (!good) complaint.Add(path, "is not of the form partners/{partner}");
}

void RequireNumber(Complaint& complaint, absl::string_view path, std::int64_t value,
                   std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    complaint.Add(path, absl::StrCat("must be from ", least, " to ", most));
  }
}

void RequireStoreId(Complaint& complaint, absl::string_view path, absl::string_view value) {
  const auto bytes = crypto::FromHex(value);
  if (!bytes.ok() || bytes->size() != 16) {
    complaint.Add(path, "is not 32 lower-case hexadecimal digits");
  }
}

void RequireTime(Complaint& complaint, absl::string_view path, absl::Time value) {
  static const absl::Time least = absl::FromCivil(absl::CivilYear(1970), absl::UTCTimeZone());
  static const absl::Time most = absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone());
  if (value < least || value >= most) complaint.Add(path, "must be from 1970 to 9999");
}

void RequireAtMost(Complaint& complaint, absl::string_view path, std::size_t count,
                   std::size_t most) {
  if (count > most)
    complaint.Add(path, absl::StrCat("must not have more than ", most, " elements"));
}

void RequireAtMostBytes(Complaint& complaint, absl::string_view path, std::size_t size,
                        std::size_t most) {
  if (size > most) complaint.Add(path, absl::StrCat("must not be larger than ", most, " bytes"));
}

void RequireSameBytes(Complaint& complaint, absl::string_view path,
                      absl::FunctionRef<std::string()> write, absl::string_view bytes) {
  if (complaint.ok() && write() != bytes) {
    complaint.Add(path, "has an optional member that is there though empty: leave it out");
  }
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone());
}

std::string DigestText(const crypto::Digest& digest) { return crypto::Hex(crypto::View(digest)); }

void PutUnlessEmpty(Json& object, absl::string_view name, absl::string_view value) {
  if (!value.empty()) object[std::string(name)] = std::string(value);
}

void PutIfSet(Json& object, absl::string_view name, const std::optional<crypto::Digest>& value) {
  if (value) object[std::string(name)] = DigestText(*value);
}

Json ParseDocument(absl::string_view bytes, absl::string_view name, std::size_t most,
                   Complaint& complaint) {
  RequireAtMostBytes(complaint, name, bytes.size(), most);
  if (!complaint.ok()) return Json::object();
  auto document = json::ParseCanonical(bytes);
  if (document.ok()) return *std::move(document);
  complaint.Add(name, "is not JSON in RFC 8785 form: serve the bytes exactly as they were signed");
  return Json::object();
}

}  // namespace comity::sealing
