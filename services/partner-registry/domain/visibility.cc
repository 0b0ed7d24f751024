#include "services/partner-registry/domain/visibility.h"

#include <variant>

#include "common/time/day.h"

namespace comity::partner_registry {
namespace {

// Published for certain; an unknown day is not public.
bool IsPublic(const Instrument& instrument, absl::CivilDay today) {
  const auto since = PartialDate::Parse(instrument.public_since.empty() ? instrument.signed_on
                                                                        : instrument.public_since);
  return since.ok() && since->known() && since->latest() <= today;
}

struct Rule {
  const Viewer& viewer;
  absl::CivilDay today;

  bool operator()(const Partner& p) const { return p.id == viewer.partner; }
  bool operator()(const Instrument& i) const {
    return i.partner == viewer.partner || IsPublic(i, today);
  }
  bool operator()(const Milestone& m) const { return m.partner == viewer.partner; }
  bool operator()(const Authority& a) const { return a.partner == viewer.partner; }
  bool operator()(const Contact& c) const { return c.partner == viewer.partner; }
  bool operator()(const Decision& d) const { return d.partner == viewer.partner; }
  bool operator()(const KeyStatement& k) const {
    const auto holder = identity::Principal::Parse(k.holder);
    if (!holder.ok()) return false;
    return holder->kind != identity::PrincipalKind::kPartner || holder->partner == viewer.partner;
  }
};

}  // namespace

Viewer Viewer::Of(const identity::Principal& principal) {
  if (principal.kind == identity::PrincipalKind::kPartner) {
    return {.all = false, .partner = principal.partner};
  }
  return {.all = true};
}

bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today) {
  return viewer.all || std::visit(Rule{viewer, today}, fact);
}

}  // namespace comity::partner_registry
