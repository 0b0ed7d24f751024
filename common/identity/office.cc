#include "common/identity/office.h"

namespace comity::identity {

bool OfSameOffice(const Principal& who, absl::string_view spiffe_id) {
  if (who.kind != PrincipalKind::kAgency && who.kind != PrincipalKind::kPartner) return false;
  const absl::StatusOr<Principal> other = Principal::Parse(spiffe_id);
  return other.ok() && other->kind == who.kind && other->trust_domain == who.trust_domain &&
         other->role == who.role && other->unit == who.unit && other->partner == who.partner;
}

}  // namespace comity::identity
