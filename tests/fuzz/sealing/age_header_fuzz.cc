#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/sealing/age_header.h"

namespace {

std::string Unpadded(const std::string& bytes) {
  std::string text = absl::Base64Escape(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

// The one way to write what was parsed.
std::string Format(const comity::sealing::ParsedHeader& header) {
  std::string text = "age-encryption.org/v1\n";
  for (const auto& stanza : header.stanzas) {
    absl::StrAppend(&text, "-> ", stanza.type);
    for (const auto& argument : stanza.arguments) absl::StrAppend(&text, " ", argument);
    const std::string body = Unpadded(stanza.body);
    for (std::size_t i = 0; i + 64 <= body.size(); i += 64) {
      absl::StrAppend(&text, "\n", body.substr(i, 64));
    }
    absl::StrAppend(&text, "\n", body.substr(body.size() / 64 * 64), "\n");
  }
  return absl::StrCat(text, "--- ", Unpadded(header.mac), "\n");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  static const auto* const identity =
      new comity::sealing::AgeIdentity(comity::sealing::AgeIdentity::Generate());

  const auto header = comity::sealing::ParseHeader(input);
  if (header.ok() && Format(*header) != input.substr(0, header->size)) std::abort();
  if (comity::sealing::CheckSealedHeader(input).ok() && (!header.ok() || header->size != size)) {
    std::abort();
  }
  // Nobody guesses a header for a key made a moment ago.
  if (comity::sealing::OpenHeader(input, *identity).ok()) std::abort();
  return 0;
}
