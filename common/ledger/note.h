#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/crypto/ed25519.h"
#include "common/ledger/vkey.h"

namespace comity::ledger {

// Notes longer than this, or with more signatures, are refused unread. C2SP asks for 16 signatures
// of up to 5 kB at least.
inline constexpr std::size_t kMaxNoteSize = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxNoteSignatures = 100;

// One signature line of a note.
struct NoteSignature {
  std::string name;          // The key's name.
  std::uint32_t key_id = 0;  // With the name, which key and algorithm.
  std::string signature;     // Without the key id.
};

// A note taken apart (C2SP signed-note). Nothing in it is to be believed before VerifyNote.
struct Note {
  std::string text;  // Signed; ends in a line feed.
  std::vector<NoteSignature> signatures;
};

// Takes a signed note apart. INVALID_ARGUMENT `NOTE_MALFORMED` for everything that is not exactly
// of the form: bad UTF-8, control characters, no blank line before the signatures, a signature that
// is not canonical base64 of at least five bytes, and what exceeds the limits above.
absl::StatusOr<Note> ParseNote(absl::string_view message);

// An Ed25519 key that notes are checked against. Immutable.
class NoteVerifier {
 public:
  // From "name+12345678+base64", the form of every tool for signed notes. INVALID_ARGUMENT
  // `VKEY_MALFORMED` for anything else, a key id that is not that of name and key too.
  static absl::StatusOr<NoteVerifier> FromVkey(absl::string_view vkey);

  // INVALID_ARGUMENT `KEY_NAME_INVALID` unless IsKeyName(name).
  static absl::StatusOr<NoteVerifier> Create(absl::string_view name,
                                             const crypto::Ed25519PublicKey& key);

  const std::string& name() const { return key_.name; }
  std::uint32_t key_id() const { return key_.id; }

  // "name+12345678+base64".
  std::string vkey() const { return FormatVkey(key_, KeyKind::kNote); }

  // The same key under another name, such as that of a further log. Errors of Create.
  absl::StatusOr<NoteVerifier> Renamed(absl::string_view name) const {
    return Create(name, key_.key);
  }

  // Whether `signature` (without key id) over `text` is this key's.
  bool Verify(absl::string_view text, absl::string_view signature) const;

 private:
  friend class NoteSigner;
  explicit NoteVerifier(NamedKey key) : key_(std::move(key)) {}

  NamedKey key_;
};

// Signs notes under one name: with one key, or with two while one takes over from the other.
// Deterministic and thread-safe; copies share the keys.
class NoteSigner {
 public:
  // INVALID_ARGUMENT `KEY_NAME_INVALID` unless IsKeyName(name).
  static absl::StatusOr<NoteSigner> Create(absl::string_view name, crypto::Ed25519Key key);

  // With the key in a file (see Ed25519Key::FromFile, whose errors it passes on).
  static absl::StatusOr<NoteSigner> FromFile(absl::string_view name, const std::string& path);

  // Signs with the keys of this one and then with `next`, under the same name. INVALID_ARGUMENT
  // `KEY_REPEATED`: it has that key already.
  absl::StatusOr<NoteSigner> With(crypto::Ed25519Key next) const;

  const std::string& name() const { return verifiers_.front().name(); }

  // Of the first key.
  std::string vkey() const { return verifier().vkey(); }
  const NoteVerifier& verifier() const { return verifiers_.front(); }

  // Of every key, in the order of the signatures.
  const std::vector<NoteVerifier>& verifiers() const { return verifiers_; }

  // The same keys under another name, such as that of a further log. Errors of Create.
  absl::StatusOr<NoteSigner> Renamed(absl::string_view name) const;

  // The signed note with `text` and a signature of every key. INVALID_ARGUMENT `NOTE_MALFORMED`
  // unless `text` ends in a line feed and is UTF-8 without control characters.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;

  // `message`, a signed note, with these signatures behind the others. The others are kept byte for
  // byte and not verified. INVALID_ARGUMENT `NOTE_MALFORMED`.
  absl::StatusOr<std::string> Cosign(absl::string_view message) const;

 private:
  NoteSigner() = default;

  std::string Lines(absl::string_view text) const;

  // In the same order, never empty.
  std::vector<NoteVerifier> verifiers_;
  std::vector<crypto::Ed25519Key> keys_;
};

// `keys` under another name. Errors of NoteVerifier::Create.
absl::StatusOr<std::vector<NoteVerifier>> Renamed(absl::Span<const NoteVerifier> keys,
                                                  absl::string_view name);

// Checks the signatures of `note`: those of unknown keys are ignored, every one of a trusted key
// must be right, and there must be one. INVALID_ARGUMENT `NOTE_SIGNATURE_INVALID` or
// `NOTE_NOT_SIGNED` (by a trusted key).
absl::Status VerifyNote(const Note& note, absl::Span<const NoteVerifier> trusted);

}  // namespace comity::ledger
