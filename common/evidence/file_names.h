#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace comity::evidence {

inline constexpr absl::string_view kManifest = "manifest.json";
inline constexpr absl::string_view kManifestSignature = "manifest.p7s";
inline constexpr absl::string_view kContentPayload = "content.payload";
inline constexpr absl::string_view kDescriptionPayload = "description.payload";
inline constexpr absl::string_view kDescription = "description.json";
inline constexpr absl::string_view kContentPlaintext = "content.plaintext";
inline constexpr absl::string_view kInstructions = "VERIFY.txt";

// What follows "statement-N".
inline constexpr absl::string_view kStatement = ".json";
inline constexpr absl::string_view kSignature = ".p7s";
inline constexpr absl::string_view kSalt = ".salt";
inline constexpr absl::string_view kEntry = ".entry.json";
inline constexpr absl::string_view kProof = ".tlog-proof";
inline constexpr absl::string_view kConfirmation = ".confirmation.json";
inline constexpr absl::string_view kConfirmationSignature = ".confirmation.p7s";

// "statement-3.p7s".
std::string StatementFile(std::int64_t number, absl::string_view suffix);

// The number of the statement that `name` is a file of; nothing if it is none.
std::optional<std::int64_t> StatementNumber(absl::string_view name);

// Whether `name` is one of the other files above.
bool IsDocumentFile(absl::string_view name);

}  // namespace comity::evidence
