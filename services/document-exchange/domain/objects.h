#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/document-exchange/domain/exchange.h"

namespace comity::document_exchange {

// Objects beside the payloads of a document, each written once and erased with it.
inline constexpr absl::string_view kManifestObject = "manifest.json";
inline constexpr absl::string_view kSignatureObject = "manifest.p7s";

// The name of a recipient's headers: says nothing about who it is.
std::string HeaderObject(absl::string_view recipient);

// One recipient's headers with its proof, and back. DATA_LOSS `OBJECT_UNREADABLE`.
std::string PackHeaders(const RecipientHeaders& headers);
absl::StatusOr<RecipientHeaders> UnpackHeaders(absl::string_view bytes);

}  // namespace comity::document_exchange
