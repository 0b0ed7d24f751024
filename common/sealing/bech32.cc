#include "common/sealing/bech32.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "common/crypto/digest.h"

namespace comity::sealing {
namespace {

constexpr absl::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumSize = 6;

// The BCH code's running remainder over groups of 5 bits.
class Checksum {
 public:
  explicit Checksum(absl::string_view prefix) {
    for (const char c : prefix) Add(static_cast<std::uint32_t>(c) >> 5);
    Add(0);
    for (const char c : prefix) Add(static_cast<std::uint32_t>(c) & 31);
  }

  void Add(std::uint32_t group) {
    static constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                                0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = remainder_ >> 25;
    remainder_ = (remainder_ & 0x1ffffff) << 5 ^ group;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
      if ((top >> i & 1) != 0) remainder_ ^= kGenerator[i];
    }
  }

  std::uint32_t remainder() const { return remainder_; }

 private:
  std::uint32_t remainder_ = 1;
};

}  // namespace

crypto::Secret Bech32Encode(absl::string_view prefix, absl::string_view bytes) {
  Checksum checksum(prefix);
  std::string text;
  // Reserved, so that no unwiped copy is left behind by growing.
  text.reserve(prefix.size() + 1 + (bytes.size() * 8 + 4) / 5 + kChecksumSize);
  text.append(prefix.data(), prefix.size());
  text += '1';
  const auto put = [&](std::uint32_t group) {
    checksum.Add(group);
    text += kAlphabet[group];
  };
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<std::uint8_t>(c)) & 0xfff;
    for (count += 8; count >= 5; count -= 5) put(bits >> (count - 5) & 31);
  }
  if (count > 0) put(bits << (5 - count) & 31);
  for (std::size_t i = 0; i < kChecksumSize; ++i) checksum.Add(0);
  const std::uint32_t remainder = checksum.remainder() ^ 1;
  for (std::size_t i = 0; i < kChecksumSize; ++i) {
    text += kAlphabet[remainder >> (5 * (kChecksumSize - 1 - i)) & 31];
  }
  return crypto::Secret(std::move(text));
}

std::optional<crypto::Secret> Bech32Decode(absl::string_view prefix, absl::string_view text) {
  if (!absl::StartsWith(text, prefix) || text.size() < prefix.size() + 1 + kChecksumSize ||
      text[prefix.size()] != '1') {
    return std::nullopt;
  }
  const absl::string_view data =
      text.substr(prefix.size() + 1, text.size() - prefix.size() - 1 - kChecksumSize);
  std::string bytes;
  bytes.reserve(data.size());
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : data) {
    const std::size_t group = kAlphabet.find(c);
    if (group == kAlphabet.npos) return std::nullopt;
    bits = (bits << 5 | static_cast<std::uint32_t>(group)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  crypto::Secret decoded(std::move(bytes));
  // Encoding again judges checksum, padding bits and length in one.
  if (!crypto::Equal(Bech32Encode(prefix, decoded.view()).view(), text)) return std::nullopt;
  return decoded;
}

}  // namespace comity::sealing
