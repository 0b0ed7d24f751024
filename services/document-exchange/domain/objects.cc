#include "services/document-exchange/domain/objects.h"

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"
#include "common/status/error.h"

namespace comity::document_exchange {
namespace {

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss, "The stored headers of a recipient are damaged.",
                   {.reason = "OBJECT_UNREADABLE"});
}

// False if the member is missing or no Base64.
bool Take(const json::Json& object, const char* member, std::string& value) {
  const auto it = object.find(member);
  if (it == object.end() || !it->is_string()) return false;
  const absl::StatusOr<std::string> bytes = crypto::FromBase64(it->get_ref<const std::string&>());
  if (!bytes.ok()) return false;
  value = *bytes;
  return true;
}

}  // namespace

std::string HeaderObject(absl::string_view recipient) {
  const crypto::Digest digest = crypto::Sha256(recipient);
  return absl::StrCat("headers-", crypto::Hex(crypto::View(digest)), ".json");
}

std::string PackHeaders(const RecipientHeaders& headers) {
  json::Json path = json::Json::array();
  for (const std::string& hash : headers.path) path.push_back(crypto::Base64(hash));
  return json::Canonical({{"recipient", crypto::Base64(headers.recipient)},
                          {"content_header", crypto::Base64(headers.content_header)},
                          {"description_header", crypto::Base64(headers.description_header)},
                          {"salt", crypto::Base64(headers.salt)},
                          {"leaf_index", headers.leaf_index},
                          {"path", path}});
}

absl::StatusOr<RecipientHeaders> UnpackHeaders(absl::string_view bytes) {
  const absl::StatusOr<json::Json> object = json::ParseCanonical(bytes);
  if (!object.ok() || !object->is_object()) return Unreadable();
  RecipientHeaders headers;
  const auto index = object->find("leaf_index");
  const auto path = object->find("path");
  if (!Take(*object, "recipient", headers.recipient) ||
      !Take(*object, "content_header", headers.content_header) ||
      !Take(*object, "description_header", headers.description_header) ||
      !Take(*object, "salt", headers.salt) || index == object->end() ||
      !index->is_number_integer() || path == object->end() || !path->is_array()) {
    return Unreadable();
  }
  headers.leaf_index = index->get<std::int64_t>();
  for (const json::Json& hash : *path) {
    if (!hash.is_string()) return Unreadable();
    absl::StatusOr<std::string> decoded = crypto::FromBase64(hash.get_ref<const std::string&>());
    if (!decoded.ok()) return Unreadable();
    headers.path.push_back(*std::move(decoded));
  }
  return headers;
}

}  // namespace comity::document_exchange
