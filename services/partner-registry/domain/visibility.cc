#include "services/partner-registry/domain/visibility.h"

#include <type_traits>
#include <variant>

#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/relations.h"

namespace comity::partner_registry {
namespace {

// What a partner's contact sees.
struct ContactRule {
  const Viewer& viewer;
  absl::CivilDay today;

  bool operator()(const Partner& p) const { return p.id == viewer.partner; }
  bool operator()(const Instrument& i) const {
    // What was recorded by mistake was never public, and why it was is the agency's own.
    return !i.retraction.has_value() && (i.partner == viewer.partner || SurelyPublic(i, today));
  }
  bool operator()(const Milestone& m) const { return m.partner == viewer.partner; }
  bool operator()(const Authority& a) const {
    return !a.retraction.has_value() && a.partner == viewer.partner;
  }
  bool operator()(const Contact& c) const { return c.partner == viewer.partner; }
  // The agency's own have no partner, nor has who is nobody's.
  bool operator()(const Decision& d) const {
    return !viewer.partner.empty() && d.partner == viewer.partner;
  }
  bool operator()(const ChangeRequest& r) const { return r.partner == viewer.partner; }
  bool operator()(const KeyStatement& k) const {
    const auto holder = identity::Principal::Parse(k.holder);
    // A prosecutor's is for his own State alone, while he counts: ListKeyStatements knows.
    if (!holder.ok() || holder->IsAgency(identity::Role::kLiaisonProsecutor)) return false;
    return holder->kind != identity::PrincipalKind::kPartner || holder->partner == viewer.partner;
  }
  template <IsRelation T>
  bool operator()(const T&) const {
    return false;
  }
};

// What an EU delegation sees, but for how relations come about.
struct DelegationRule {
  const Viewer& viewer;

  bool operator()(const Partner& p) const { return p.id == viewer.partner; }
  bool operator()(const Milestone& m) const { return m.partner == viewer.partner; }
  bool operator()(const Instrument& i) const {
    return !i.retraction.has_value() && i.partner == viewer.partner;
  }
  bool operator()(const Authority& a) const {
    return !a.retraction.has_value() && a.partner == viewer.partner;
  }
  template <typename T>
  bool operator()(const T&) const {
    return false;
  }
};

// How relations come about.
template <IsRelation T>
bool Shows(const Viewer& viewer, const T& fact) {
  // Consultations of Member States belong to the file of a negotiation, which is the Commission's.
  constexpr bool kOfANegotiation = std::is_same_v<T, Consultation>;
  constexpr bool kShared =
      std::is_same_v<T, Strategy> || std::is_same_v<T, Arrangement> || std::is_same_v<T, Readiness>;
  switch (viewer.insight) {
    case Insight::kInternal:
      return true;
    case Insight::kCommission:
      return kShared || kOfANegotiation;
    case Insight::kEeas:
      return kShared;
    case Insight::kDelegation:
      if constexpr (requires { fact.partner; }) return kShared && fact.partner == viewer.partner;
      return kShared && !viewer.partner.empty();
    case Insight::kReplica:
      return std::is_same_v<T, Secondment>;
    case Insight::kNone:
      break;
  }
  return false;
}

}  // namespace

Viewer Viewer::Of(const identity::Principal& principal, const Registry& registry) {
  using identity::PrincipalKind;
  switch (principal.kind) {
    case PrincipalKind::kPartner:
      return {.partner = principal.partner};
    case PrincipalKind::kService:
      return {.all = true, .insight = Insight::kReplica};
    case PrincipalKind::kApplication:
      return {.all = true};
    case PrincipalKind::kAgency:
      break;
  }
  using identity::Role;
  switch (principal.role) {
    case Role::kLiaisonProsecutor: {
      // One identity is one State's for good.
      const auto& named = registry.relations().secondments().Of(principal.spiffe_id);
      if (named.empty()) return {};
      return {.partner = std::string(legal::PartnerOf(named.front().name).substr(9))};
    }
    case Role::kCommission:
      return {.all = true, .insight = Insight::kCommission};
    case Role::kEeas:
      return {.all = true, .insight = Insight::kEeas};
    case Role::kEuDelegation: {
      const bool accredited = registry.FindPartner(principal.unit) != nullptr;
      return {.insight = Insight::kDelegation, .partner = accredited ? principal.unit : ""};
    }
    default:
      return {.all = true, .insight = Insight::kInternal};
  }
}

bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today) {
  return std::visit(
      [&]<typename T>(const T& value) {
        if constexpr (IsRelation<T>) return Shows(viewer, value);
        if (viewer.insight == Insight::kDelegation) return DelegationRule{viewer}(value);
        return viewer.all || ContactRule{viewer, today}(value);
      },
      fact);
}

void Redact(const Viewer& viewer, Consultation& consultation) {
  if (viewer.insight == Insight::kInternal) return;
  consultation.replies.clear();
  consultation.override_reason.clear();
}

void Redact(const Viewer& viewer, Arrangement& arrangement) {
  if (viewer.insight != Insight::kInternal) arrangement.drafts.clear();
}

void Redact(const Viewer& viewer, Fact& fact) {
  if (auto* consultation = std::get_if<Consultation>(&fact)) Redact(viewer, *consultation);
  if (auto* arrangement = std::get_if<Arrangement>(&fact)) Redact(viewer, *arrangement);
}

}  // namespace comity::partner_registry
