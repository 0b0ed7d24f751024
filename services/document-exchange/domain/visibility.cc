#include "services/document-exchange/domain/visibility.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/document-exchange/domain/question.h"

namespace comity::document_exchange {
namespace {

// Rows hold only ids that were parsed on their way in.
bool OfSide(const identity::Principal& caller, absl::string_view spiffe_id) {
  if (caller.spiffe_id == spiffe_id) return true;
  const absl::StatusOr<identity::Principal> other = identity::Principal::Parse(spiffe_id);
  return other.ok() && SameSide(caller, *other);
}

}  // namespace

std::string SideOf(const identity::Principal& principal) {
  // "-" is no unit: who has none shares with nobody. Nor do the Commission, the EEAS and EU
  // delegations, whose unit is a partner's.
  if (!ActsForTheAgency(principal) || principal.IsAligned() || principal.unit == "-") {
    return principal.spiffe_id;
  }
  return absl::StrCat(principal.trust_domain, "/unit/", principal.unit);
}

bool SameSide(const identity::Principal& a, const identity::Principal& b) {
  return SideOf(a) == SideOf(b);
}

View Look(const identity::Principal& caller, const Document& document) {
  View view;
  view.all_recipients = OfSide(caller, document.sender);
  const bool party =
      view.all_recipients ||
      std::any_of(document.recipients.begin(), document.recipients.end(),
                  [&](const Recipient& recipient) { return OfSide(caller, recipient.spiffe_id); });
  view.document = party;
  view.contents = party;
  if (caller.IsAgency(identity::Role::kAuditor)) {
    view.document = true;
    view.all_recipients = true;
  }
  return view;
}

std::optional<std::string> ListedFor(const identity::Principal& caller) {
  if (caller.IsAgency(identity::Role::kAuditor)) return std::nullopt;
  return SideOf(caller);
}

bool MaySeeRecipient(const identity::Principal& caller, const View& view,
                     const Recipient& recipient) {
  return view.all_recipients || OfSide(caller, recipient.spiffe_id);
}

}  // namespace comity::document_exchange
