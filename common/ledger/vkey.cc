#include "common/ledger/vkey.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/ledger/utf8.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

// The kind and the key: what follows the id in a vkey, and what the id is made of.
std::string Material(const crypto::Ed25519PublicKey& key, KeyKind kind) {
  std::string bytes(1, static_cast<char>(kind));
  bytes.append(key.begin(), key.end());
  return bytes;
}

absl::Status Malformed(absl::string_view why) {
  return InvalidField("VKEY_MALFORMED", "vkey", why);
}

}  // namespace

bool IsKeyName(absl::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto point = ConsumeUtf8(name);
    if (!point || *point < 0x20 || *point == '+' || IsUnicodeSpace(*point)) return false;
  }
  return true;
}

absl::StatusOr<NamedKey> NameKey(absl::string_view name, const crypto::Ed25519PublicKey& key,
                                 KeyKind kind) {
  if (!IsKeyName(name)) {
    return InvalidField("KEY_NAME_INVALID", "name",
                        "must be UTF-8 and not empty, without spaces, plus signs and control "
                        "characters");
  }
  const crypto::Digest digest = crypto::Sha256({name, "\n", Material(key, kind)});
  return NamedKey{.name = std::string(name), .key = key, .id = DecodeKeyId(crypto::View(digest))};
}

std::string FormatVkey(const NamedKey& key, KeyKind kind) {
  return absl::StrCat(key.name, "+", crypto::Hex(EncodeKeyId(key.id)), "+",
                      crypto::Base64(Material(key.key, kind)));
}

absl::StatusOr<NamedKey> ParseVkey(absl::string_view vkey, KeyKind kind) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == vkey.npos ? first : vkey.find('+', first + 1);
  if (second == vkey.npos) return Malformed("is not of the form name+id+key");
  const absl::string_view name = vkey.substr(0, first);
  const auto id = crypto::FromHex(vkey.substr(first + 1, second - first - 1));
  const auto encoded = crypto::FromBase64(vkey.substr(second + 1));
  if (!IsKeyName(name)) return Malformed("has no valid key name");
  if (!id.ok() || id->size() != kKeyIdSize) return Malformed("has no key id of 8 digits");

  crypto::Ed25519PublicKey key;
  if (!encoded.ok() || encoded->size() != 1 + key.size() ||
      encoded->front() != static_cast<char>(kind)) {
    return Malformed(kind == KeyKind::kNote ? "does not hold an Ed25519 key for notes"
                                            : "does not hold an Ed25519 key for cosignatures");
  }
  std::copy(encoded->begin() + 1, encoded->end(), key.begin());
  COMITY_ASSIGN_OR_RETURN(NamedKey named, NameKey(name, key, kind));
  if (named.id != DecodeKeyId(*id)) {
    return Malformed("has a key id that is not that of its name and key");
  }
  return named;
}

std::string EncodeKeyId(std::uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<unsigned char>((id >> shift) & 0xff)));
  }
  return bytes;
}

std::uint32_t DecodeKeyId(absl::string_view bytes) {
  std::uint32_t id = 0;
  for (const char c : bytes.substr(0, kKeyIdSize)) id = id << 8 | static_cast<unsigned char>(c);
  return id;
}

std::string SignatureLine(const NamedKey& key, absl::string_view signature) {
  return absl::StrCat("\u2014 ", key.name, " ",
                      crypto::Base64(absl::StrCat(EncodeKeyId(key.id), signature)), "\n");
}

}  // namespace comity::ledger
