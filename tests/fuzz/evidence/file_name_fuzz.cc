#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/evidence/file_names.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace comity::evidence;  // NOLINT(google-build-using-namespace): names of one folder.
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto number = StatementNumber(input);
  if (number && IsDocumentFile(input)) std::abort();
  if (!number) return 0;
  // One of the files of that statement, and no other spelling of its number.
  for (const absl::string_view suffix :
       {kStatement, kSignature, kSalt, kEntry, kProof, kConfirmation, kConfirmationSignature}) {
    if (StatementFile(*number, suffix) == input) return 0;
  }
  std::abort();
}
