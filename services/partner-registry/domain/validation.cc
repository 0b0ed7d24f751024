#include "services/partner-registry/domain/validation.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/legal/effect.h"
#include "common/text/plain.h"
#include "common/text/words.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/iso3166.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/scope_rules.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

constexpr text::Form kLineForm{.least = 0, .most = kLongestTitle, .lines = text::Lines::kOne};
constexpr text::Form kMilestoneEvidence{
    .least = 0, .most = kLongestText, .lines = text::Lines::kOne};
constexpr std::size_t kMostAliases = 50;
constexpr std::size_t kMostListings = 100;
constexpr std::size_t kMostPeriods = 100;

// The kinds of partners of which the class says what they are in law.
bool Fits(PartnerKind kind, LegalClass legal_class) {
  switch (legal_class) {  // Without a default: a new class is not forgotten.
    case LegalClass::kMemberState:
    case LegalClass::kMemberStateNotBound:
    case LegalClass::kThirdCountry:
      return kind == PartnerKind::kState;
    case LegalClass::kInternationalOrganisation:
      return kind == PartnerKind::kInternationalOrganisation;
    case LegalClass::kUnionBody:
      return kind == PartnerKind::kUnionBody;
    case LegalClass::kUnionNetwork:
    case LegalClass::kExternalNetwork:
      return kind == PartnerKind::kJudicialNetwork;
    case LegalClass::kProject:
      return kind == PartnerKind::kProjectOrCentre;
    case LegalClass::kPrivate:  // Has no kind of its own, and no capacity to receive.
      return true;
    case LegalClass::kUnspecified:
      break;
  }
  return false;
}

MaybeProblem BadPeriods(const Partner& partner) {
  if (partner.legal_classes.size() > kMostPeriods) {
    return Problem{"legal_classes", "name at most 100 legal classes"};
  }
  const LegalClassPeriod* before = nullptr;
  for (std::size_t i = 0; i < partner.legal_classes.size(); ++i) {
    const LegalClassPeriod& period = partner.legal_classes[i];
    const auto at = [i](const char* field) {
      return absl::StrCat("legal_classes[", i, "].", field);
    };
    if (period.legal_class == LegalClass::kUnspecified) {
      return Problem{at("legal_class"), "name the class, such as THIRD_COUNTRY"};
    }
    if (!Fits(partner.kind, period.legal_class)) {
      return Problem{at("legal_class"), absl::StrCat("a partner of kind ", Word(partner.kind),
                                                     " cannot be ", Word(period.legal_class),
                                                     " in law: correct the class or the kind")};
    }
    if (MaybeProblem bad = BadDay(at("from"), period.from)) return bad;
    if (MaybeProblem bad = BadDay(at("to"), period.to)) return bad;
    if (MaybeProblem bad = BadText(at("note"), period.note, kNoteForm)) return bad;
    if (SurelyBefore(period.to, period.from)) {
      return Problem{at("to"), "it lies before `from`: correct one of the two"};
    }
    if (before != nullptr) {
      // Exactly one class on a day: the period before must be over when the next begins.
      const PartialDate end = legal::Widen(DayRecorded(before->to), before->certainty);
      const PartialDate start = legal::Widen(DayRecorded(period.from), period.certainty);
      if (!end.known() || !start.known() || end.latest() >= start.earliest()) {
        return Problem{at("from"), absl::StrCat("the period overlaps the one from ",
                                                before->from.empty() ? "ever" : before->from,
                                                ": a partner has exactly one class on a day, so "
                                                "end that one before this one begins")};
      }
    }
    before = &period;
  }
  return std::nullopt;
}

MaybeProblem BadOrder(const Instrument& instrument) {
  struct Pair {
    const char* field;
    const std::string& later;
    const char* base_name;
    const std::string& earlier;
  };
  const Pair pairs[] = {
      {"in_force", instrument.in_force, "signed", instrument.signed_on},
      {"in_force_by", instrument.in_force_by, "signed", instrument.signed_on},
      {"provisional_from", instrument.provisional_from, "signed", instrument.signed_on},
      {"applied_from", instrument.applied_from, "signed", instrument.signed_on},
      {"in_force_by", instrument.in_force_by, "in_force", instrument.in_force},
      {"in_force", instrument.in_force, "not_before", instrument.not_before},
      {"applied_from", instrument.applied_from, "not_before", instrument.not_before},
      {"ended", instrument.ended, "in_force", instrument.in_force},
      {"ended", instrument.ended, "applied_from", instrument.applied_from},
      {"ended", instrument.ended, "signed", instrument.signed_on},
      {"suspended_from", instrument.suspended_from, "signed", instrument.signed_on},
      {"notified_end", instrument.notified_end, "signed", instrument.signed_on},
      {"ended", instrument.ended, "notified_end", instrument.notified_end},
      {"last_evaluated", instrument.last_evaluated, "signed", instrument.signed_on},
      {"review_by", instrument.review_by, "signed", instrument.signed_on},
  };
  for (const Pair& pair : pairs) {
    if (SurelyBefore(pair.later, pair.earlier)) {
      return Problem{pair.field, absl::StrCat("it lies before `", pair.base_name, "` (",
                                              pair.earlier, "): correct one of the two")};
    }
  }
  return std::nullopt;
}

MaybeProblem BadTerritory(const Authority& authority, const Registry& registry) {
  if (authority.territory.empty()) return std::nullopt;
  if (auto bad = BadText("territory", authority.territory, kNameForm)) return bad;
  // The mark of a footnote is no part of the name.
  const Partner& partner = *registry.FindPartner(authority.partner);
  if (text::SameWords(authority.territory, absl::StripSuffix(partner.display_name, "*"))) {
    return Problem{"territory",
                   "leave it empty: the authority acts for the whole of the partner, and a "
                   "territory named apart is covered by no instrument that does not name it"};
  }
  return std::nullopt;
}

bool IsInstrumentField(const std::string& field) {
  for (const auto& [name, text] : FieldsOf(Instrument())) {
    if (name == field) return true;
  }
  return false;
}

}  // namespace

absl::CivilDay FirstDay(const LegalClassPeriod& period) {
  const PartialDate from = DayRecorded(period.from);
  return from.known() ? from.earliest() : absl::CivilDay(1, 1, 1);
}

void SortPeriods(Partner& partner) {
  std::stable_sort(partner.legal_classes.begin(), partner.legal_classes.end(),
                   [](const LegalClassPeriod& a, const LegalClassPeriod& b) {
                     return FirstDay(a) < FirstDay(b);
                   });
}

MaybeProblem Check(const Partner& partner, const Registry& registry) {
  if (!IsId(partner.id)) {
    return Problem{
        "id", "write at most 63 lower-case letters, digits and hyphens, beginning with a letter"};
  }
  if (partner.kind == PartnerKind::kUnspecified) {
    return Problem{"kind", "name the kind, such as STATE"};
  }
  if (auto bad = BadText("display_name", partner.display_name, kNameForm)) return bad;
  if (auto bad = BadText("status_footnote", partner.status_footnote, kNoteForm)) return bad;
  if (!std::all_of(partner.region.begin(), partner.region.end(),
                   [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }) ||
      partner.region.size() > 64) {
    return Problem{"region", "write a word such as WESTERN_BALKANS, or leave it empty"};
  }
  if (partner.iso_alpha2.empty() != partner.iso_alpha3.empty()) {
    return Problem{partner.iso_alpha2.empty() ? "iso_alpha2" : "iso_alpha3",
                   "give both ISO 3166-1 codes or none"};
  }
  if (!partner.iso_alpha2.empty()) {
    if (partner.kind != PartnerKind::kState) {
      return Problem{"iso_alpha2",
                     "leave it empty: ISO 3166-1 has codes of States and territories"};
    }
    if (!IsIsoPair(partner.iso_alpha2, partner.iso_alpha3)) {
      return Problem{"iso_alpha2",
                     "the two codes do not belong together in ISO 3166-1: write those of one "
                     "State, such as GE and GEO (XK with XKX is accepted as user-assigned)"};
    }
    if (const Partner* other = registry.index().FindByIso(partner.iso_alpha2, partner.id);
        other != nullptr && !partner.deleted()) {
      return Problem{"iso_alpha2",
                     absl::StrCat(NameOf(*other),
                                  " has this code already: correct the code, or change that one")};
    }
  }
  if (partner.aliases.size() > kMostAliases) return Problem{"aliases", "name at most 50"};
  for (const std::string& alias : partner.aliases) {
    if (auto bad = BadText("aliases", alias, kNameForm)) return bad;
    if (std::count(partner.aliases.begin(), partner.aliases.end(), alias) > 1) {
      return Problem{"aliases", absl::StrCat("\"", alias, "\" is named twice: leave one out")};
    }
  }
  return BadPeriods(partner);
}

MaybeProblem Check(const Instrument& instrument, const Registry& registry) {
  if (registry.FindPartner(instrument.partner) == nullptr) {
    return Problem{"partner", "there is no such partner: add it to partners.csv"};
  }
  if (instrument.kind == InstrumentKind::kUnspecified) {
    return Problem{"kind", "name the kind, such as WORKING_ARRANGEMENT"};
  }
  if (auto bad = BadText("title", instrument.title, kTitleForm)) return bad;
  if (auto bad = BadText("legal_base", instrument.legal_base, kLineForm)) return bad;
  if (auto bad = BadText("reference", instrument.reference, kLineForm)) return bad;
  if (auto bad = BadText("parts_suspended", instrument.parts_suspended, kNoteForm)) return bad;
  if (auto bad = BadText("note", instrument.note, kNoteForm)) return bad;
  const std::pair<const char*, const std::string&> days[] = {
      {"signed", instrument.signed_on},
      {"provisional_from", instrument.provisional_from},
      {"in_force", instrument.in_force},
      {"in_force_by", instrument.in_force_by},
      {"applied_from", instrument.applied_from},
      {"not_before", instrument.not_before},
      {"notified_end", instrument.notified_end},
      {"ended", instrument.ended},
      {"suspended_from", instrument.suspended_from},
      {"public_since", instrument.public_since},
      {"last_evaluated", instrument.last_evaluated},
      {"review_by", instrument.review_by}};
  for (const auto& [field, day] : days) {
    if (auto bad = BadDay(field, day)) return bad;
  }
  if (auto bad = BadOrder(instrument)) return bad;
  if (auto bad = BadScope(instrument.scope)) return bad;
  if (!instrument.suspended_from.empty() && instrument.parts_suspended.empty()) {
    return Problem{"parts_suspended", "say what is suspended since that day; * is the whole"};
  }
  // EJR 56(2)(b), 80(5): concluded before 12 December 2019.
  if (instrument.kind == InstrumentKind::kCooperationAgreementPre2019 &&
      !instrument.signed_on.empty() && !SurelyBefore(instrument.signed_on, "2019-12-12")) {
    return Problem{"signed",
                   "a cooperation agreement of this kind was concluded before 12 December "
                   "2019 (EJR 56(2)(b), 80(5)): correct the day, or name the kind that it is of"};
  }
  if (instrument.allows_secondment &&
      instrument.kind != InstrumentKind::kCooperationAgreementPre2019 &&
      instrument.kind != InstrumentKind::kInternationalAgreement) {
    return Problem{"allows_secondment",
                   "only a cooperation agreement concluded before 12 December 2019 or an agreement "
                   "under Article 218 TFEU can allow secondment (EJR 54a(1)): leave it out"};
  }
  for (const auto& [field, certainty] : instrument.certainty) {
    if (!IsInstrumentField(field)) {
      return Problem{
          "certainty",
          absl::StrCat("\"", field, "\" is no field of an instrument: name one, such as in_force")};
    }
  }
  // The chain of versions must end.
  std::set<std::string> seen = {instrument.id};
  std::string earlier = instrument.supersedes;
  while (!earlier.empty()) {
    const Instrument* other = registry.FindInstrument(
        absl::StrCat("partners/", instrument.partner, "/instruments/", earlier));
    if (other == nullptr) {
      return Problem{"supersedes",
                     absl::StrCat("there is no instrument ", earlier,
                                  " of this partner: name one that there is, or leave it empty")};
    }
    if (!seen.insert(earlier).second) {
      return Problem{
          "supersedes",
          "it supersedes itself by way of others: name an earlier version, or leave it empty"};
    }
    earlier = other->supersedes;
  }
  return std::nullopt;
}

MaybeProblem Check(const Milestone& milestone, const Registry& registry) {
  if (registry.FindPartner(milestone.partner) == nullptr) {
    return Problem{"partner", "there is no such partner: add it to partners.csv"};
  }
  const int rank = RankOf(milestone.axis, milestone.step);
  if (rank < 0) {
    std::vector<absl::string_view> words;
    for (const Step& step : StepsOf(milestone.axis)) words.push_back(step.word);
    return Problem{"step", absl::StrCat("it is no step of this axis: the steps are ",
                                        absl::StrJoin(words, ", "))};
  }
  if (auto bad = BadDay("day", milestone.day)) return bad;
  if (auto bad = BadText("evidence", milestone.evidence, kMilestoneEvidence)) return bad;
  if (auto bad = BadText("note", milestone.note, kNoteForm)) return bad;
  if (milestone.axis == Axis::kProjectMembership) {
    const Partner* project = registry.FindPartner(milestone.project);
    if (project == nullptr || project->kind != PartnerKind::kProjectOrCentre) {
      return Problem{"project", "name a partner of kind PROJECT_OR_CENTRE"};
    }
  } else if (!milestone.project.empty()) {
    return Problem{"project", "only a membership names a project: leave it empty"};
  }
  // TFEU 218(2)-(3): no negotiation without the Council's authorisation. What is suspended or ends
  // may be an agreement of the agency's own, from before that rule.
  if (milestone.axis == Axis::kTreaty && rank >= RankOf(Axis::kTreaty, "NEGOTIATING") &&
      rank < RankOf(Axis::kTreaty, "SUSPENDED")) {
    bool mandate = false;
    for (const Milestone* other : registry.MilestonesOf(milestone.partner)) {
      if (other->axis != Axis::kTreaty || other->step != "COUNCIL_MANDATE" || other->withdrawn()) {
        continue;
      }
      mandate = true;
      if (SurelyBefore(milestone.day, other->day)) {
        return Problem{"day", absl::StrCat("it lies before the Council's mandate of ", other->day,
                                           ": correct one of the two")};
      }
    }
    if (!mandate) {
      return Problem{"step",
                     "the Council's mandate must come first: add the step COUNCIL_MANDATE "
                     "(TFEU 218(2))"};
    }
  }
  return std::nullopt;
}

MaybeProblem Check(const Authority& authority, const Registry& registry) {
  if (registry.FindPartner(authority.partner) == nullptr) {
    return Problem{"partner", "there is no such partner: add it to partners.csv"};
  }
  if (auto bad = BadText("display_name", authority.display_name, kNameForm)) return bad;
  if (auto bad = BadTerritory(authority, registry)) return bad;
  if (auto bad = BadSectors(authority.sectors)) return bad;
  if (auto bad = BadDay("last_verified", authority.last_verified)) return bad;
  if (auto bad = CheckListing(authority, registry)) return bad;
  if (authority.listed_in.size() > kMostListings) return Problem{"listed_in", "name at most 100"};
  for (const std::string& id : authority.listed_in) {
    const std::string name = absl::StrCat("partners/", authority.partner, "/instruments/", id);
    if (registry.FindInstrument(name) == nullptr &&
        registry.FindRetracted<Instrument>(name) == nullptr) {
      return Problem{"listed_in",
                     absl::StrCat("there is no instrument ", id,
                                  " of this partner: name one that there is, or leave it out")};
    }
  }
  return std::nullopt;
}

MaybeProblem CheckListing(const Authority& authority, const Registry& before) {
  const Authority* const known = before.FindAuthority(NameOf(authority));
  for (const std::string& id : authority.listed_in) {
    // It may stay: taken out, the authority might be covered by the others.
    if (known != nullptr &&
        std::find(known->listed_in.begin(), known->listed_in.end(), id) != known->listed_in.end()) {
      continue;
    }
    const std::string name = absl::StrCat("partners/", authority.partner, "/instruments/", id);
    if (before.FindRetracted<Instrument>(name) == nullptr) continue;
    return Problem{"listed_in", absl::StrCat(name,
                                             " was recorded by mistake and retracted: leave it "
                                             "out, or name the instrument that is right")};
  }
  return std::nullopt;
}

MaybeProblem CheckVerified(const std::string& last_verified, absl::Time now) {
  const PartialDate date = DayRecorded(last_verified);
  const absl::CivilDay today = DayInBrussels(now);
  if (!date.known() || date.earliest() <= today) return std::nullopt;
  return Problem{
      "last_verified",
      absl::StrCat("it lies ahead: nobody has verified it later than today, ", FormatDay(today))};
}

}  // namespace comity::partner_registry
