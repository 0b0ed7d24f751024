#include "common/ledger/decimal.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace comity::ledger {

std::optional<std::int64_t> ParseDecimal(absl::string_view text) {
  std::int64_t number = 0;
  // Abseil is lenient; writing the number again tells whether this was its one form.
  if (!absl::SimpleAtoi(text, &number) || number < 0 || absl::StrCat(number) != text) {
    return std::nullopt;
  }
  return number;
}

}  // namespace comity::ledger
