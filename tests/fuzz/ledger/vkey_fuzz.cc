#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/ledger/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto key = comity::ledger::NoteVerifier::FromVkey(input);
  if (key.ok() && key->vkey() != input) std::abort();
  return 0;
}
