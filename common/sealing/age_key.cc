#include "common/sealing/age_key.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/x25519.h"
#include "common/sealing/bech32.h"
#include "common/status/error.h"

namespace comity::sealing {
namespace {

constexpr absl::string_view kRecipientPrefix = "age";
constexpr absl::string_view kIdentityPrefix = "age-secret-key-";
constexpr std::size_t kLargestKeyFile = std::size_t{16} * 1024;

absl::Status BadIdentity(absl::string_view description) {
  return InvalidField("AGE_IDENTITY_INVALID", "sealing key", description);
}

AgeRecipient::Point ToPoint(absl::string_view bytes) {
  AgeRecipient::Point point;
  std::copy(bytes.begin(), bytes.end(), point.begin());
  return point;
}

crypto::Secret Mapped(absl::string_view text, char (*map)(unsigned char)) {
  std::string mapped(text.data(), text.size());
  for (char& c : mapped) c = map(static_cast<unsigned char>(c));
  return crypto::Secret(std::move(mapped));
}

}  // namespace

absl::StatusOr<AgeRecipient> AgeRecipient::Parse(absl::string_view text) {
  const std::optional<crypto::Secret> bytes = Bech32Decode(kRecipientPrefix, text);
  if (!bytes || bytes->size() != crypto::kX25519Size) {
    return InvalidField("AGE_RECIPIENT_INVALID", "age recipient",
                        "is not the Bech32 form of an X25519 key: copy all of `age1...`");
  }
  if (!crypto::X25519Shared(crypto::NewX25519Key(), bytes->view())) {
    return InvalidField("AGE_RECIPIENT_INVALID", "age recipient",
                        "is a point of low order, with which everybody could open");
  }
  return AgeRecipient(ToPoint(bytes->view()));
}

std::string AgeRecipient::ToString() const {
  const crypto::Secret text = Bech32Encode(kRecipientPrefix, bytes());
  return std::string(text.view());
}

AgeIdentity::AgeIdentity(crypto::Secret scalar, const AgeRecipient& recipient)
    : scalar_(std::move(scalar)), recipient_(recipient) {}

AgeIdentity AgeIdentity::Generate() {
  crypto::Secret scalar = crypto::NewX25519Key();
  const AgeRecipient recipient(ToPoint(crypto::X25519Public(scalar)));
  return AgeIdentity(std::move(scalar), recipient);
}

absl::StatusOr<AgeIdentity> AgeIdentity::Parse(absl::string_view text) {
  if (std::any_of(text.begin(), text.end(),
                  [](unsigned char c) { return absl::ascii_islower(c); })) {
    return BadIdentity("is not in upper case");
  }
  const crypto::Secret lower = Mapped(text, absl::ascii_tolower);
  std::optional<crypto::Secret> scalar = Bech32Decode(kIdentityPrefix, lower.view());
  if (!scalar || scalar->size() != crypto::kX25519Size) {
    return BadIdentity("is not a key of the form AGE-SECRET-KEY-1...");
  }
  const AgeRecipient recipient(ToPoint(crypto::X25519Public(*scalar)));
  return AgeIdentity(*std::move(scalar), recipient);
}

absl::StatusOr<AgeIdentity> AgeIdentity::ParseFile(absl::string_view contents) {
  if (contents.size() > kLargestKeyFile) return BadIdentity("the file is too large for one key");
  std::optional<AgeIdentity> found;
  for (const absl::string_view line : absl::StrSplit(contents, '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || absl::StartsWith(text, "#")) continue;
    if (found) return BadIdentity("the file has more than one key");
    auto identity = Parse(text);
    if (!identity.ok()) return identity.status();
    found.emplace(*std::move(identity));
  }
  if (!found) return BadIdentity("the file has no key");
  return *std::move(found);
}

crypto::Secret AgeIdentity::ToSecretString() const {
  return Mapped(Bech32Encode(kIdentityPrefix, scalar()).view(), absl::ascii_toupper);
}

crypto::Secret AgeIdentity::ToFile() const {
  return crypto::Secret(
      absl::StrCat("# public key: ", recipient_.ToString(), "\n", ToSecretString().view(), "\n"));
}

}  // namespace comity::sealing
