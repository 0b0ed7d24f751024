#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/note.h"

namespace {

// What ParseNote took must be all there was: written again, it is the same note.
std::string Format(const comity::ledger::Note& note) {
  std::string text = absl::StrCat(note.text, "\n");
  for (const auto& signature : note.signatures) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>(signature.key_id >> shift & 0xff));
    }
    absl::StrAppend(&text, "\u2014 ", signature.name, " ",
                    comity::crypto::Base64(bytes + signature.signature), "\n");
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  static const auto* const key =
      new comity::ledger::NoteVerifier(*comity::ledger::NoteVerifier::FromVkey(
          "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));

  const auto note = comity::ledger::ParseNote(input);
  if (note.ok() && Format(*note) != input) std::abort();
  if (comity::ledger::OpenCheckpoint(input, {*key}).ok() && !note.ok()) std::abort();
  return 0;
}
