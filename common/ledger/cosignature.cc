#include "common/ledger/cosignature.h"

#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

constexpr std::size_t kTimeSize = 8;

// What a witness signs.
std::string Message(absl::string_view text, std::int64_t seconds) {
  return absl::StrCat("cosignature/v1\ntime ", seconds, "\n", text);
}

}  // namespace

absl::StatusOr<CosignatureVerifier> CosignatureVerifier::FromVkey(absl::string_view vkey) {
  COMITY_ASSIGN_OR_RETURN(NamedKey key, ParseVkey(vkey, KeyKind::kCosignature));
  return CosignatureVerifier(std::move(key));
}

absl::StatusOr<CosignatureVerifier> CosignatureVerifier::Create(
    absl::string_view name, const crypto::Ed25519PublicKey& key) {
  COMITY_ASSIGN_OR_RETURN(NamedKey named, NameKey(name, key, KeyKind::kCosignature));
  return CosignatureVerifier(std::move(named));
}

std::optional<absl::Time> CosignatureVerifier::Verify(absl::string_view text,
                                                      absl::string_view signature) const {
  if (signature.size() < kTimeSize) return std::nullopt;
  std::uint64_t seconds = 0;
  for (const char c : signature.substr(0, kTimeSize)) {
    seconds = seconds << 8 | static_cast<unsigned char>(c);
  }
  if (seconds > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  const auto time = static_cast<std::int64_t>(seconds);
  if (!crypto::VerifyEd25519(key_.key, Message(text, time), signature.substr(kTimeSize))) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(time);
}

absl::StatusOr<CosignatureSigner> CosignatureSigner::Create(absl::string_view name,
                                                            crypto::Ed25519Key key) {
  COMITY_ASSIGN_OR_RETURN(CosignatureVerifier verifier,
                          CosignatureVerifier::Create(name, key.public_key()));
  return CosignatureSigner(std::move(verifier), std::move(key));
}

absl::StatusOr<CosignatureSigner> CosignatureSigner::FromFile(absl::string_view name,
                                                              const std::string& path) {
  COMITY_ASSIGN_OR_RETURN(crypto::Ed25519Key key, crypto::Ed25519Key::FromFile(path));
  return Create(name, std::move(key));
}

std::string CosignatureSigner::Line(absl::string_view text, absl::Time time) const {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  std::string signature;
  for (int shift = 56; shift >= 0; shift -= 8) {
    signature.push_back(static_cast<char>(static_cast<unsigned char>((seconds >> shift) & 0xff)));
  }
  return SignatureLine(verifier_.key_, absl::StrCat(signature, key_.Sign(Message(text, seconds))));
}

absl::StatusOr<WitnessPolicy> WitnessPolicy::Create(std::vector<CosignatureVerifier> witnesses,
                                                    int quorum) {
  const auto invalid = [](absl::string_view why) {
    return InvalidField("WITNESS_POLICY_INVALID", "witnesses", why);
  };
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (witnesses[i].key() == witnesses[j].key()) {
        return invalid("two have the same key, which would count twice");
      }
    }
  }
  if (quorum < 0 || static_cast<std::size_t>(quorum) > witnesses.size()) {
    return invalid("the number that must sign is not between 0 and their number");
  }
  WitnessPolicy policy;
  policy.witnesses_ = std::move(witnesses);
  policy.quorum_ = quorum;
  return policy;
}

absl::StatusOr<int> WitnessPolicy::Count(const Note& note) const {
  int count = 0;
  for (const CosignatureVerifier& witness : witnesses_) {
    bool cosigned = false;
    for (const NoteSignature& signature : note.signatures) {
      if (signature.key_id != witness.key_id() || signature.name != witness.name()) continue;
      if (!witness.Verify(note.text, signature.signature)) {
        return InvalidField("COSIGNATURE_INVALID", "note",
                            absl::StrCat("the cosignature of ", witness.name(), " is not right"));
      }
      cosigned = true;
    }
    count += cosigned ? 1 : 0;
  }
  return count;
}

absl::Status WitnessPolicy::Check(const Note& note) const {
  COMITY_ASSIGN_OR_RETURN(const int count, Count(note));
  if (count >= quorum_) return absl::OkStatus();
  return InvalidField(
      "WITNESSES_MISSING", "note",
      absl::StrCat("is cosigned by ", count, " of the known witnesses; ", quorum_, " must"));
}

}  // namespace comity::ledger
