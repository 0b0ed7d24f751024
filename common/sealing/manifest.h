#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/sealing/pieces.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestManifest = std::size_t{64} * 1024;

// Words (direction, capacity, kinds, uses ...) are those of FORMATS.md, which are the names of the
// proto enums without their prefix; Build and Parse let only these through. Partners are
// `partners/{partner}`.

struct UseRestriction {
  std::string use;                    // NOT_AS_EVIDENCE, NOT_TO_DEFENCE, NO_PASSING_ON, ...
  std::vector<std::string> partners;  // With NOT_TO_PARTNERS only.

  friend bool operator==(const UseRestriction&, const UseRestriction&) = default;
};

struct Originator {
  std::string kind;
  std::string partner;  // Empty for EUROJUST and PUBLIC_SOURCE only.
  std::vector<UseRestriction> restrictions;

  friend bool operator==(const Originator&, const Originator&) = default;
};

struct Purpose {
  std::string task;
  std::string offence;
  std::string stage;
  std::string case_reference;
  std::string necessity;

  friend bool operator==(const Purpose&, const Purpose&) = default;
};

struct Thread {
  std::string thread_id;                      // The first document's id.
  std::string kind;                           // REQUEST, SUPPLEMENT, EXECUTION, REPLY, LETTER.
  std::optional<crypto::Digest> in_reply_to;  // Of a manifest.

  friend bool operator==(const Thread&, const Thread&) = default;
};

struct Derivation {
  std::string document_id;
  crypto::Digest manifest_sha256;

  friend bool operator==(const Derivation&, const Derivation&) = default;
};

// What a sender signs about a document: `comity.manifest.v1`.
struct Manifest {
  std::string document_id;
  std::string sender;
  absl::Time time;
  std::string direction;
  std::string capacity;
  std::string data_kind;
  std::string classification;
  std::vector<Originator> originators;
  std::vector<UseRestriction> use_restrictions;
  Purpose purpose;
  std::vector<std::string> subjects;
  bool special_categories = false;
  std::string annex_ii;  // May be empty.
  std::string geometry;  // May be empty.
  std::string volume;
  std::string retention_rule = "EXCHANGE_COPY";
  std::int64_t delete_after_days = 28;  // 1 to 36,525.
  Thread thread;
  std::vector<Derivation> derived_from;
  PayloadDigest content;
  PayloadDigest description;
  crypto::Digest description_plaintext_sha256 = {};
  crypto::Digest recipients_root = {};
  std::int64_t recipients_size = 0;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// Whether every text of it is plain (common/text/plain.h), so that nobody signs, or is asked to act
// on, other words than he reads. For who makes a manifest or takes it in: what was signed before
// there was this rule is read, and verifies, without it. INVALID_ARGUMENT `MANIFEST_INVALID` with
// the member's path.
absl::Status CheckPlain(const Manifest& manifest);

// Whether a manifest may say this, with room and plain, before there is one: INVALID_ARGUMENT
// `reason` with the member's path, which begins with `path`.
absl::Status CheckTexts(const Purpose& purpose, absl::string_view reason, absl::string_view path);

// The bytes to sign. INVALID_ARGUMENT `MANIFEST_INVALID` with the member's path, such as
// `manifest.originators[1].partner`; as CheckPlain.
absl::StatusOr<std::string> BuildManifest(const Manifest& manifest);

// Parses bytes that were signed: only what BuildManifest makes, byte for byte, but for texts that
// are not plain, which are printed with text::Shown. Whether sender and signer are the same, and
// what the words mean for the transfer check, is the caller's business. INVALID_ARGUMENT
// `MANIFEST_INVALID` with the member's path.
absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes);

}  // namespace comity::sealing
