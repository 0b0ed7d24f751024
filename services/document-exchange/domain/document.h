#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "services/document-exchange/domain/payload_store.h"
#include "services/document-exchange/domain/recipient_state.h"
#include "services/document-exchange/domain/registry_view.h"

namespace comity::document_exchange {

// What the transfer check is asked besides what the manifest says. Kept from the opening of an
// upload until its submission and after it, because the manifest does not carry them.
struct PurposeFlags {
  bool offence_outside_annex_i = false;
  bool requested_by_member_state = false;
  bool incompatible_with_collection = false;
  bool eppo_exercises_competence = false;
  bool eppo_exception = false;

  friend bool operator==(const PurposeFlags&, const PurposeFlags&) = default;
};

// An upload that was opened and neither submitted nor removed.
struct Upload {
  std::string id;
  std::string document_id;
  std::string owner;  // SPIFFE id; the only one who may see or use it.
  PayloadSizes announced;
  std::vector<std::string> recipients;  // SPIFFE ids, as announced.
  PurposeFlags flags;
  // Of each field of the context, so that a manifest can be compared field by field without
  // keeping what was written: "name=hex,...".
  std::string context_digests;
  absl::Time create_time;
  absl::Time expire_time;
};

// One recipient of a document.
struct Recipient {
  std::string spiffe_id;
  RecipientState state = RecipientState::kAvailable;
  std::string reason;  // Why it is withheld or was rejected; empty otherwise.
  // Of the sender's own side: no transfer, no evidence of delivery, no time-outs.
  bool own = false;
  bool handed_over = false;  // Headers left at least once.
  // When the time-outs of this recipient fall due; unset once they did or no longer can.
  std::optional<absl::Time> delivery_due;
  std::optional<absl::Time> retrieval_due;
};

// A restriction that an originator added after delivery.
struct AddedRestriction {
  std::string use;                    // As in the manifest, such as NO_PASSING_ON.
  std::vector<std::string> partners;  // `partners/{partner}`.
  std::string by_partner;             // The originator, `partners/{partner}`; empty: the agency.

  friend bool operator==(const AddedRestriction&, const AddedRestriction&) = default;
};

// How far the erasure of payloads and headers is; from kCondemned on nobody is handed them. In rows
// by its number.
enum class Erasure : std::uint8_t {
  kKept = 0,
  kCondemned = 3,   // They will be destroyed in journal::kErasureDelay, unless that was too early.
  kDestroying = 1,  // There is no way back; they may be gone in part.
  kErased = 2,
};

// A submitted document: what is kept in rows. Manifest, signature and headers are objects of the
// payload store.
struct Document {
  std::string id;
  std::string sender;
  crypto::Digest manifest_sha256{};
  std::string thread;
  std::string case_reference;
  bool operational = false;
  PurposeFlags flags;
  PayloadSizes sizes;
  std::string controller;
  absl::Time submit_time;
  std::int64_t revision = 0;           // Of this store, of the submission.
  RegistryRevision registry_revision;  // The last that a release was decided at.
  std::vector<Recipient> recipients;   // In the order of the submission.
  std::vector<AddedRestriction> added_restrictions;

  // The end of its retention, of which the manifest has the last word; unset: not known yet.
  std::optional<absl::Time> erase_due;
  // How far the erasure of payloads and headers is, and since when.
  Erasure erasure = Erasure::kKept;
  std::optional<absl::Time> erase_time;
  bool held = false;  // A hold keeps them, unless they are being destroyed.

  // When payloads and headers went; nothing while a hold may still keep them.
  std::optional<absl::Time> erased_at() const {
    const bool gone = erasure == Erasure::kDestroying || erasure == Erasure::kErased;
    return gone ? erase_time : std::nullopt;
  }

  const Recipient* Find(absl::string_view spiffe_id) const;
  Recipient* Find(absl::string_view spiffe_id);
};

}  // namespace comity::document_exchange
