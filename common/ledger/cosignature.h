#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/ed25519.h"
#include "common/ledger/note.h"
#include "common/ledger/vkey.h"

namespace comity::ledger {

// The Ed25519 key of a witness: what cosignatures (C2SP tlog-cosignature, v1) are checked against.
// Immutable.
class CosignatureVerifier {
 public:
  // INVALID_ARGUMENT `VKEY_MALFORMED`: it is no vkey, or one for notes.
  static absl::StatusOr<CosignatureVerifier> FromVkey(absl::string_view vkey);

  // INVALID_ARGUMENT `KEY_NAME_INVALID`.
  static absl::StatusOr<CosignatureVerifier> Create(absl::string_view name,
                                                    const crypto::Ed25519PublicKey& key);

  const std::string& name() const { return key_.name; }
  std::uint32_t key_id() const { return key_.id; }
  const crypto::Ed25519PublicKey& key() const { return key_.key; }
  std::string vkey() const { return FormatVkey(key_, KeyKind::kCosignature); }

  // Since when `signature` (without key id) says that the log of the checkpoint `text` is
  // consistent with all that the witness saw; nothing if it is not this witness's. The time is the
  // witness's own and not compared with any clock.
  std::optional<absl::Time> Verify(absl::string_view text, absl::string_view signature) const;

 private:
  friend class CosignatureSigner;
  explicit CosignatureVerifier(NamedKey key) : key_(std::move(key)) {}

  NamedKey key_;
};

// Cosigns checkpoints. It checks nothing: see Witness. Thread-safe; copies share the key.
class CosignatureSigner {
 public:
  // INVALID_ARGUMENT `KEY_NAME_INVALID`.
  static absl::StatusOr<CosignatureSigner> Create(absl::string_view name, crypto::Ed25519Key key);

  // With the key in a file (see Ed25519Key::FromFile, whose errors it passes on).
  static absl::StatusOr<CosignatureSigner> FromFile(absl::string_view name,
                                                    const std::string& path);

  const CosignatureVerifier& verifier() const { return verifier_; }
  std::string vkey() const { return verifier_.vkey(); }

  // The signature line, with its line feed, over the note text of a checkpoint. Whole seconds of
  // `time`, which must not be before 1970.
  std::string Line(absl::string_view text, absl::Time time) const;

 private:
  CosignatureSigner(CosignatureVerifier verifier, crypto::Ed25519Key key)
      : verifier_(std::move(verifier)), key_(std::move(key)) {}

  CosignatureVerifier verifier_;
  crypto::Ed25519Key key_;
};

// Which witnesses are believed, and how many of them must have cosigned a checkpoint. The policy of
// nobody in particular asks for none. Immutable.
class WitnessPolicy {
 public:
  WitnessPolicy() = default;

  // INVALID_ARGUMENT `WITNESS_POLICY_INVALID`: two witnesses with the same key (they would count
  // twice), or a quorum that is negative or above their number.
  static absl::StatusOr<WitnessPolicy> Create(std::vector<CosignatureVerifier> witnesses,
                                              int quorum);

  const std::vector<CosignatureVerifier>& witnesses() const { return witnesses_; }
  int quorum() const { return quorum_; }

  // How many of the witnesses cosigned `note`. INVALID_ARGUMENT `COSIGNATURE_INVALID`: there is a
  // wrong signature under the name and key id of one of them.
  absl::StatusOr<int> Count(const Note& note) const;

  // OK if the quorum cosigned `note`. Errors of Count, or INVALID_ARGUMENT `WITNESSES_MISSING`.
  absl::Status Check(const Note& note) const;

 private:
  std::vector<CosignatureVerifier> witnesses_;
  int quorum_ = 0;
};

}  // namespace comity::ledger
