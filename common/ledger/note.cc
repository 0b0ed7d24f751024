#include "common/ledger/note.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/ledger/utf8.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

constexpr absl::string_view kSignaturePrefix = "\u2014 ";  // An em dash and a space.

absl::Status Malformed(absl::string_view why) {
  return InvalidField("NOTE_MALFORMED", "note", why);
}

// UTF-8 without control characters other than line feeds.
bool IsNoteText(absl::string_view text) {
  while (!text.empty()) {
    const auto point = ConsumeUtf8(text);
    if (!point || (*point < 0x20 && *point != '\n')) return false;
  }
  return true;
}

absl::StatusOr<NoteSignature> ParseSignatureLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kSignaturePrefix)) {
    return Malformed("a signature line does not start with an em dash and a space");
  }
  const std::size_t space = line.find(' ');
  if (space == line.npos || !IsKeyName(line.substr(0, space))) {
    return Malformed("a signature line has no valid key name");
  }
  const auto bytes = crypto::FromBase64(line.substr(space + 1));
  if (!bytes.ok() || bytes->size() <= kKeyIdSize) {
    return Malformed("a signature is not canonical base64 of a key id and at least one byte");
  }
  return NoteSignature{.name = std::string(line.substr(0, space)),
                       .key_id = DecodeKeyId(*bytes),
                       .signature = bytes->substr(kKeyIdSize)};
}

}  // namespace

absl::StatusOr<Note> ParseNote(absl::string_view message) {
  if (message.size() > kMaxNoteSize) return Malformed("is longer than 256 KiB");
  if (!IsNoteText(message)) return Malformed("is not UTF-8 without control characters");

  // The last blank line: the text may have blank lines of its own.
  const std::size_t blank = message.rfind("\n\n");
  if (blank == message.npos) return Malformed("has no blank line before its signatures");
  Note note{.text = std::string(message.substr(0, blank + 1)), .signatures = {}};
  absl::string_view lines = message.substr(blank + 2);
  if (!absl::EndsWith(lines, "\n")) return Malformed("does not end in a signature line");

  while (!lines.empty()) {
    if (note.signatures.size() == kMaxNoteSignatures) return Malformed("has over 100 signatures");
    const std::size_t end = lines.find('\n');
    COMITY_ASSIGN_OR_RETURN(note.signatures.emplace_back(),
                            ParseSignatureLine(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  return note;
}

absl::StatusOr<NoteVerifier> NoteVerifier::Create(absl::string_view name,
                                                  const crypto::Ed25519PublicKey& key) {
  COMITY_ASSIGN_OR_RETURN(NamedKey named, NameKey(name, key, KeyKind::kNote));
  return NoteVerifier(std::move(named));
}

absl::StatusOr<NoteVerifier> NoteVerifier::FromVkey(absl::string_view vkey) {
  COMITY_ASSIGN_OR_RETURN(NamedKey key, ParseVkey(vkey, KeyKind::kNote));
  return NoteVerifier(std::move(key));
}

bool NoteVerifier::Verify(absl::string_view text, absl::string_view signature) const {
  return crypto::VerifyEd25519(key_.key, text, signature);
}

absl::StatusOr<std::vector<NoteVerifier>> Renamed(absl::Span<const NoteVerifier> keys,
                                                  absl::string_view name) {
  std::vector<NoteVerifier> renamed;
  renamed.reserve(keys.size());
  for (const NoteVerifier& key : keys) {
    COMITY_ASSIGN_OR_RETURN(NoteVerifier one, key.Renamed(name));
    renamed.push_back(std::move(one));
  }
  return renamed;
}

absl::StatusOr<NoteSigner> NoteSigner::Create(absl::string_view name, crypto::Ed25519Key key) {
  COMITY_ASSIGN_OR_RETURN(NoteVerifier verifier, NoteVerifier::Create(name, key.public_key()));
  NoteSigner signer;
  signer.verifiers_.push_back(std::move(verifier));
  signer.keys_.push_back(std::move(key));
  return signer;
}

absl::StatusOr<NoteSigner> NoteSigner::FromFile(absl::string_view name, const std::string& path) {
  COMITY_ASSIGN_OR_RETURN(crypto::Ed25519Key key, crypto::Ed25519Key::FromFile(path));
  return Create(name, std::move(key));
}

absl::StatusOr<NoteSigner> NoteSigner::With(crypto::Ed25519Key next) const {
  COMITY_ASSIGN_OR_RETURN(const NoteSigner added, Create(name(), std::move(next)));
  for (const NoteVerifier& mine : verifiers_) {
    if (mine.key_.key == added.verifier().key_.key) {
      return InvalidField("KEY_REPEATED", "key", "signs already; name another one, or none");
    }
  }
  NoteSigner both = *this;
  both.verifiers_.push_back(added.verifiers_.front());
  both.keys_.push_back(added.keys_.front());
  return both;
}

absl::StatusOr<NoteSigner> NoteSigner::Renamed(absl::string_view name) const {
  NoteSigner renamed = *this;
  COMITY_ASSIGN_OR_RETURN(renamed.verifiers_, ledger::Renamed(verifiers_, name));
  return renamed;
}

std::string NoteSigner::Lines(absl::string_view text) const {
  std::string lines;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    absl::StrAppend(&lines, SignatureLine(verifiers_[i].key_, keys_[i].Sign(text)));
  }
  return lines;
}

absl::StatusOr<std::string> NoteSigner::Sign(absl::string_view text) const {
  if (!absl::EndsWith(text, "\n") || !IsNoteText(text)) {
    return Malformed("its text must be UTF-8 without control characters and end in a line feed");
  }
  return absl::StrCat(text, "\n", Lines(text));
}

absl::StatusOr<std::string> NoteSigner::Cosign(absl::string_view message) const {
  COMITY_ASSIGN_OR_RETURN(const Note note, ParseNote(message));
  return absl::StrCat(message, Lines(note.text));
}

absl::Status VerifyNote(const Note& note, absl::Span<const NoteVerifier> trusted) {
  bool signed_by_trusted = false;
  for (const NoteSignature& signature : note.signatures) {
    for (const NoteVerifier& key : trusted) {
      if (key.key_id() != signature.key_id || key.name() != signature.name) continue;
      if (!key.Verify(note.text, signature.signature)) {
        return InvalidField("NOTE_SIGNATURE_INVALID", "note",
                            absl::StrCat("the signature of ", key.name(), " is not right"));
      }
      signed_by_trusted = true;
    }
  }
  if (signed_by_trusted) return absl::OkStatus();
  return InvalidField("NOTE_NOT_SIGNED", "note", "is not signed by a trusted key");
}

}  // namespace comity::ledger
