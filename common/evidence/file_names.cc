#include "common/evidence/file_names.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ledger/decimal.h"

namespace comity::evidence {
namespace {

constexpr absl::string_view kPrefix = "statement-";

}  // namespace

std::string StatementFile(std::int64_t number, absl::string_view suffix) {
  return absl::StrCat(kPrefix, number, suffix);
}

std::optional<std::int64_t> StatementNumber(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kPrefix)) return std::nullopt;
  const absl::string_view digits = name.substr(0, name.find('.'));
  name.remove_prefix(digits.size());
  constexpr std::array kSuffixes = {
      kStatement, kSignature, kSalt, kEntry, kProof, kConfirmation, kConfirmationSignature};
  if (std::find(kSuffixes.begin(), kSuffixes.end(), name) == kSuffixes.end()) return std::nullopt;
  const auto number = ledger::ParseDecimal(digits);
  if (!number || *number == 0) return std::nullopt;
  return number;
}

bool IsDocumentFile(absl::string_view name) {
  constexpr std::array kNames = {kManifest,    kManifestSignature,  kContentPayload,
                                 kDescription, kDescriptionPayload, kContentPlaintext,
                                 kInstructions};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace comity::evidence
