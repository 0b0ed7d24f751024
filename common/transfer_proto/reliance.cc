#include "absl/strings/match.h"
#include "common/status/macros.h"
#include "common/transfer_proto/field_reader.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {
namespace {

constexpr std::size_t kLongestFact = 300;

// Revisions of one store only are in an order.
absl::Status ReadRevision(const comity::ledger::v1::Revision* revision, const FieldPath& field,
                          absl::string_view store_id, std::int64_t& number) {
  if (revision == nullptr) return absl::OkStatus();
  if (revision->store_id() != store_id) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(field.ToString(),
                     " is of another store of the registry than the present one, which "
                     "was created or restored since: read the fact again."),
        {.reason = "STORE_REPLACED"});
  }
  if (revision->number() < 0) return Invalid("FIELD_INVALID", field, "must not be negative");
  number = revision->number();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<legal::RelianceQuery> RelianceQueryFromProto(
    const std::string& fact, const comity::ledger::v1::Revision* from,
    const comity::ledger::v1::Revision* before, absl::string_view store_id) {
  if (fact.empty()) return Required("fact");
  if (fact.size() > kLongestFact ||
      (!absl::StartsWith(fact, "partners/") && !absl::StartsWith(fact, "decisions/"))) {
    return Invalid(
        "FIELD_INVALID", "fact",
        "must be the name of a partner, of an instrument or authority, or of a decision, "
        "such as partners/armenia/instruments/agreement");
  }
  legal::RelianceQuery query{.fact = fact};
  if (from != nullptr || before != nullptr) query.store_id = std::string(store_id);
  COMITY_RETURN_IF_ERROR(ReadRevision(from, "from_revision", store_id, query.from));
  COMITY_RETURN_IF_ERROR(ReadRevision(before, "before_revision", store_id, query.before));
  return query;
}

}  // namespace comity::transfer_proto
