#include "common/sealing/age_header.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/aead.h"
#include "common/crypto/digest.h"
#include "common/crypto/kdf.h"
#include "common/crypto/random.h"
#include "common/crypto/x25519.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

constexpr absl::string_view kVersionLine = "age-encryption.org/v1\n";
constexpr absl::string_view kX25519 = "X25519";
constexpr absl::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kWrappedSize = kFileKeySize + crypto::Aead::kTagSize;

absl::Status Bad(absl::string_view description) {
  return InvalidField("AGE_HEADER_INVALID", "age header", description);
}

// Base64 without padding, as everywhere in age.
std::string Unpadded(absl::string_view bytes) {
  std::string text = absl::Base64Escape(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::string> FromUnpadded(absl::string_view text) {
  std::string bytes;
  // Abseil is lenient; encoding again finds padding, stray bits, white space and other alphabets.
  if (!absl::Base64Unescape(text, &bytes) || Unpadded(bytes) != text) return std::nullopt;
  return bytes;
}

// Takes lines off the front of a header.
class Lines {
 public:
  explicit Lines(absl::string_view text) : text_(text) {}

  // The next line without its line feed; nothing if none ends within the limit.
  std::optional<absl::string_view> Next() {
    const std::size_t end = text_.substr(0, kLargestHeader).find('\n', position_);
    if (end == text_.npos) return std::nullopt;
    const absl::string_view line = text_.substr(position_, end - position_);
    position_ = end + 1;
    return line;
  }

  std::size_t position() const { return position_; }

 private:
  absl::string_view text_;
  std::size_t position_ = 0;
};

bool IsArgument(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 33 && c <= 126; });
}

absl::StatusOr<std::string> ParseBody(Lines& lines) {
  std::string body;
  for (;;) {
    const auto line = lines.Next();
    if (!line) return Bad("ends within a stanza");
    if (line->size() > kColumns) return Bad("has a body line of more than 64 columns");
    const auto bytes = FromUnpadded(*line);
    if (!bytes) return Bad("has a body that is not canonical base64 without padding");
    body += *bytes;
    if (line->size() < kColumns) return body;
  }
}

// The key that wraps the file key for one recipient.
crypto::Secret WrapKey(const crypto::Secret& shared, absl::string_view share,
                       absl::string_view recipient) {
  return crypto::Hkdf(shared.view(), absl::StrCat(share, recipient), kX25519Info);
}

std::string ZeroNonce() { return std::string(crypto::Aead::kNonceSize, '\0'); }

std::string Mac(const crypto::Secret& file_key, absl::string_view covered) {
  const crypto::Secret key = crypto::Hkdf(file_key.view(), "", "header");
  const crypto::Digest mac = crypto::HmacSha256(key.view(), covered);
  return std::string(crypto::View(mac));
}

// What an X25519 stanza carries, if it is well formed.
absl::StatusOr<std::string> ShareOf(const Stanza& stanza) {
  if (stanza.arguments.size() != 1) return Bad("has an X25519 stanza without exactly one share");
  auto share = FromUnpadded(stanza.arguments.front());
  if (!share || share->size() != crypto::kX25519Size) {
    return Bad("has an X25519 share that is not 32 bytes of canonical base64");
  }
  // Without a fixed size one body could be made to open under two keys.
  if (stanza.body.size() != kWrappedSize) return Bad("has an X25519 body that is not 32 bytes");
  // Copied: gcc 12 takes a move of a string whose size it knows for one out of its bounds.
  return *share;
}

}  // namespace

crypto::Secret NewFileKey() { return crypto::Secret(crypto::RandomBytes(kFileKeySize)); }

std::string MakeHeader(const crypto::Secret& file_key, const AgeRecipient& recipient) {
  if (file_key.size() != kFileKeySize) std::abort();
  const crypto::Secret ephemeral = crypto::NewX25519Key();
  const std::string share = crypto::X25519Public(ephemeral);
  const auto shared = crypto::X25519Shared(ephemeral, recipient.bytes());
  // Parse lets no point of low order through.
  if (!shared) std::abort();

  const crypto::Secret key = WrapKey(*shared, share, recipient.bytes());
  crypto::Aead aead(crypto::Aead::Algorithm::kChaCha20Poly1305, key.view());
  // 32 bytes make 43 columns, so the body is one short line.
  std::string header = absl::StrCat(kVersionLine, "-> ", kX25519, " ", Unpadded(share), "\n",
                                    Unpadded(aead.Seal(ZeroNonce(), "", file_key.view())), "\n---");
  absl::StrAppend(&header, " ", Unpadded(Mac(file_key, header)), "\n");
  return header;
}

absl::StatusOr<ParsedHeader> ParseHeader(absl::string_view file) {
  if (!absl::StartsWith(file, kVersionLine)) return Bad("does not start with the version line");
  Lines lines(file);
  lines.Next();
  ParsedHeader header;
  for (;;) {
    const std::size_t start = lines.position();
    const auto line = lines.Next();
    if (!line) return Bad("ends before its MAC, or is larger than 64 KiB");
    if (absl::StartsWith(*line, "--- ")) {
      auto mac = FromUnpadded(line->substr(4));
      if (!mac || mac->size() != 32) return Bad("has a MAC that is not 32 bytes of base64");
      if (header.stanzas.empty()) return Bad("has no stanza");
      header.mac = *mac;
      header.mac_offset = start + 3;
      header.size = lines.position();
      return header;
    }
    if (!absl::StartsWith(*line, "-> ")) return Bad("has a line that is neither stanza nor MAC");
    std::vector<std::string> words = absl::StrSplit(line->substr(3), ' ');
    if (!std::all_of(words.begin(), words.end(),
                     [](const std::string& w) { return IsArgument(w); })) {
      return Bad("has a stanza with empty or unprintable arguments");
    }
    Stanza stanza;
    stanza.type = std::move(words.front());
    stanza.arguments.assign(std::make_move_iterator(words.begin() + 1),
                            std::make_move_iterator(words.end()));
    COMITY_ASSIGN_OR_RETURN(stanza.body, ParseBody(lines));
    header.stanzas.push_back(std::move(stanza));
  }
}

absl::Status CheckSealedHeader(absl::string_view header) {
  if (header.size() > kSealedHeaderSize) return Bad("is larger than one X25519 stanza takes");
  COMITY_ASSIGN_OR_RETURN(const ParsedHeader parsed, ParseHeader(header));
  if (parsed.size != header.size()) return Bad("is followed by something");
  if (parsed.stanzas.size() != 1 || parsed.stanzas.front().type != kX25519) {
    return Bad("has not exactly one X25519 stanza");
  }
  return ShareOf(parsed.stanzas.front()).status();
}

absl::StatusOr<crypto::Secret> OpenHeader(absl::string_view file, const AgeIdentity& identity) {
  COMITY_ASSIGN_OR_RETURN(const ParsedHeader header, ParseHeader(file));
  const crypto::Secret scalar(identity.scalar());
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.type != kX25519) continue;
    COMITY_ASSIGN_OR_RETURN(const std::string share, ShareOf(stanza));
    const auto shared = crypto::X25519Shared(scalar, share);
    if (!shared) return Bad("has an X25519 share of low order");
    const crypto::Secret key = WrapKey(*shared, share, identity.recipient().bytes());
    crypto::Aead aead(crypto::Aead::Algorithm::kChaCha20Poly1305, key.view());
    auto opened = aead.Open(ZeroNonce(), "", stanza.body);
    if (!opened.ok()) continue;  // Somebody else's stanza.
    crypto::Secret file_key(*std::move(opened));
    if (!crypto::Equal(Mac(file_key, file.substr(0, header.mac_offset)), header.mac)) {
      return MakeError(absl::StatusCode::kDataLoss,
                       "the age header was changed after it was made: its MAC does not fit",
                       {.reason = "AGE_HEADER_FORGED"});
    }
    return file_key;
  }
  return MakeError(absl::StatusCode::kPermissionDenied,
                   "no stanza of the age header is for this sealing key: it was sealed to another "
                   "key, perhaps an earlier one of yours",
                   {.reason = "AGE_NOT_FOR_THIS_KEY"});
}

}  // namespace comity::sealing
