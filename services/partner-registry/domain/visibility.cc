#include "services/partner-registry/domain/visibility.h"

#include <type_traits>
#include <variant>

#include "common/time/day.h"
#include "services/partner-registry/domain/relations.h"

namespace comity::partner_registry {
namespace {

// Published for certain; an unknown day is not public.
bool IsPublic(const Instrument& instrument, absl::CivilDay today) {
  const auto since = PartialDate::Parse(instrument.public_since.empty() ? instrument.signed_on
                                                                        : instrument.public_since);
  return since.ok() && since->known() && since->latest() <= today;
}

// What a partner's contact sees.
struct ContactRule {
  const Viewer& viewer;
  absl::CivilDay today;

  bool operator()(const Partner& p) const { return p.id == viewer.partner; }
  bool operator()(const Instrument& i) const {
    return i.partner == viewer.partner || IsPublic(i, today);
  }
  bool operator()(const Milestone& m) const { return m.partner == viewer.partner; }
  bool operator()(const Authority& a) const { return a.partner == viewer.partner; }
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

// From whom on which kind is shown.
template <IsRelation T>
bool Shows(Insight insight) {
  constexpr bool kShared = std::is_same_v<T, Strategy> || std::is_same_v<T, Arrangement> ||
                           std::is_same_v<T, Consultation> || std::is_same_v<T, Readiness>;
  switch (insight) {
    case Insight::kInternal:
      return true;
    case Insight::kAligned:
      return kShared;
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
  if (principal.role == identity::Role::kLiaisonProsecutor) {
    // One identity is one State's for good.
    const auto& named = registry.relations().secondments().Of(principal.spiffe_id);
    if (named.empty()) return {};
    return {.partner = std::string(legal::PartnerOf(named.front().name).substr(9))};
  }
  const bool aligned =
      principal.role == identity::Role::kCommission || principal.role == identity::Role::kEeas;
  return {.all = true, .insight = aligned ? Insight::kAligned : Insight::kInternal};
}

bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today) {
  return std::visit(
      [&]<typename T>(const T& value) {
        if constexpr (IsRelation<T>) return Shows<T>(viewer.insight);
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
