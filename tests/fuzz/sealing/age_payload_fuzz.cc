#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/crypto/secret.h"
#include "common/sealing/age_payload.h"

namespace {

// The seeds were sealed under this key.
const comity::crypto::Secret& FileKey() {
  static const auto* const key = new comity::crypto::Secret(std::string(16, 'k'));
  return *key;
}

std::string Seal(absl::string_view plaintext, absl::string_view nonce) {
  std::string payload;
  const auto sink = [&](absl::string_view part) {
    payload.append(part.data(), part.size());
    return absl::OkStatus();
  };
  comity::sealing::PayloadSealer sealer(FileKey(), nonce);
  if (!sealer.Write(plaintext, sink).ok() || !sealer.Finish(sink).ok()) std::abort();
  return payload;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  std::string opened;
  const auto sink = [&](absl::string_view part) {
    opened.append(part.data(), part.size());
    return absl::OkStatus();
  };
  comity::sealing::PayloadOpener opener(FileKey());
  if (!opener.Write(input, sink).ok() || !opener.Finish(sink).ok()) return 0;
  // What opens is what sealing makes: lengths, flags and counters have one form.
  if (Seal(opened, input.substr(0, comity::sealing::kPayloadNonceSize)) != input) std::abort();
  return 0;
}
