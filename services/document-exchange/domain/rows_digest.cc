#include "services/document-exchange/domain/rows_digest.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"

namespace comity::document_exchange {
namespace {

// A sequence of texts, each with its length before it, so that nothing moves between them.
class Fields {
 public:
  void Add(absl::string_view text) { absl::StrAppend(&fields_, text.size(), ":", text); }
  void Add(std::int64_t number) { Add(absl::StrCat(number)); }
  void Add(bool yes) { Add(std::int64_t{yes ? 1 : 0}); }
  void Add(const std::optional<absl::Time>& time) {
    Add(time ? absl::StrCat(absl::ToUnixMicros(*time)) : "");
  }
  void Add(const std::vector<std::string>& texts) {
    Add(static_cast<std::int64_t>(texts.size()));
    for (const std::string& text : texts) Add(absl::string_view(text));
  }

  std::string digest() const {
    return absl::StrCat(kRowsDigest, crypto::Hex(crypto::View(crypto::Sha256(fields_))));
  }

 private:
  std::string fields_;
};

void Add(Fields& fields, const Recipient& recipient) {
  fields.Add(absl::string_view(recipient.spiffe_id));
  fields.Add(recipient.own);
  fields.Add(static_cast<std::int64_t>(recipient.state));
  fields.Add(absl::string_view(recipient.reason));
  fields.Add(recipient.handed_over);
  fields.Add(recipient.delivery_due);
  fields.Add(recipient.retrieval_due);
}

void Add(Fields& fields, const AddedRestriction& restriction) {
  fields.Add(absl::string_view(restriction.use));
  fields.Add(restriction.partners);
  fields.Add(absl::string_view(restriction.by_partner));
}

}  // namespace

std::string RowsDigest(const Document& document) {
  Fields fields;
  fields.Add(absl::string_view(document.id));
  fields.Add(document.revision);
  fields.Add(std::optional(document.submit_time));
  fields.Add(absl::string_view(document.sender));
  fields.Add(crypto::View(document.manifest_sha256));
  fields.Add(absl::string_view(document.thread));
  fields.Add(absl::string_view(document.case_reference));
  fields.Add(document.operational);
  fields.Add(document.flags.offence_outside_annex_i);
  fields.Add(document.flags.requested_by_member_state);
  fields.Add(document.flags.incompatible_with_collection);
  fields.Add(document.flags.eppo_exercises_competence);
  fields.Add(document.flags.eppo_exception);
  fields.Add(document.sizes.content);
  fields.Add(document.sizes.description);
  fields.Add(absl::string_view(document.controller));
  fields.Add(absl::string_view(document.registry_revision.store_id));
  fields.Add(document.registry_revision.number);
  fields.Add(static_cast<std::int64_t>(document.erasure));
  fields.Add(document.erase_time);
  fields.Add(static_cast<std::int64_t>(document.recipients.size()));
  for (const Recipient& recipient : document.recipients) Add(fields, recipient);
  fields.Add(static_cast<std::int64_t>(document.added_restrictions.size()));
  for (const AddedRestriction& restriction : document.added_restrictions) Add(fields, restriction);
  return fields.digest();
}

std::string RowsDigest(const RecordedDecision& recorded) {
  const legal::Decision& decision = recorded.decision;
  Fields fields;
  fields.Add(absl::string_view(decision.name));
  fields.Add(recorded.position);
  fields.Add(static_cast<std::int64_t>(decision.kind));
  fields.Add(absl::string_view(decision.partner));
  fields.Add(decision.counterparts);
  fields.Add(absl::string_view(decision.case_reference));
  fields.Add(absl::string_view(decision.valid_from.ToString()));
  fields.Add(absl::string_view(decision.valid_to.ToString()));
  fields.Add(absl::string_view(recorded.recorded_by));
  fields.Add(std::optional(recorded.record_time));
  fields.Add(decision.withdrawn);
  return fields.digest();
}

}  // namespace comity::document_exchange
