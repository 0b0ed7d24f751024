#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/ed25519.h"

namespace comity::ledger {

// What an Ed25519 key signs: notes (C2SP signed-note, type 0x01), or cosignatures of checkpoints
// (C2SP tlog-cosignature, type 0x04). The same key has another id for each.
enum class KeyKind : std::uint8_t { kNote = 0x01, kCosignature = 0x04 };

// A public key with its name.
struct NamedKey {
  std::string name;
  crypto::Ed25519PublicKey key{};
  std::uint32_t id = 0;
};

// Bytes of a key id in front of a signature.
inline constexpr std::size_t kKeyIdSize = 4;

// Whether `name` can be a key's: not empty, UTF-8 without spaces, plus signs and control
// characters.
bool IsKeyName(absl::string_view name);

// With its id: the first four bytes of SHA-256(name, line feed, kind, key). INVALID_ARGUMENT
// `KEY_NAME_INVALID` unless IsKeyName(name).
absl::StatusOr<NamedKey> NameKey(absl::string_view name, const crypto::Ed25519PublicKey& key,
                                 KeyKind kind);

// "name+12345678+base64".
std::string FormatVkey(const NamedKey& key, KeyKind kind);

// Reverses FormatVkey. INVALID_ARGUMENT `VKEY_MALFORMED` for anything else: a key of another kind,
// a key id that is not that of name and key.
absl::StatusOr<NamedKey> ParseVkey(absl::string_view vkey, KeyKind kind);

// A key id as the four bytes in front of a signature, and back (from the first four bytes).
std::string EncodeKeyId(std::uint32_t id);
std::uint32_t DecodeKeyId(absl::string_view bytes);

// "— name base64(id, signature)" and a line feed.
std::string SignatureLine(const NamedKey& key, absl::string_view signature);

}  // namespace comity::ledger
