#include "services/partner-registry/domain/types.h"

#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace comity::partner_registry {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

template <typename Enum, std::size_t kSize>
const char* Pick(const std::array<const char*, kSize>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kSize ? words[index] : "UNSPECIFIED";
}

std::string YesNo(bool value) { return value ? "yes" : "no"; }

// So that it can be told where it ends, whatever it says: no semicolon of its own stands bare, nor
// a space before it. Hardly any entry has one, so that most stay as they are.
std::string Bordered(absl::string_view entry) {
  if (entry.empty()) return "\\-";
  std::string bordered = absl::StrReplaceAll(entry, {{"\\", "\\\\"}, {";", "\\;"}});
  if (absl::StartsWith(bordered, " ")) bordered.insert(0, "\\");
  return bordered;
}

// Lists that are not the same are not the same text.
std::string Joined(const std::vector<std::string>& list, absl::string_view separator = ";") {
  return absl::StrJoin(list, separator, [](std::string* out, const std::string& entry) {
    out->append(Bordered(entry));
  });
}

std::string Text(const LegalClassPeriod& period) {
  return absl::StrCat(Word(period.legal_class), " from ",
                      period.from.empty() ? "ever" : period.from, " to ",
                      period.to.empty() ? "further notice" : period.to, " (",
                      Word(period.certainty), ") ", period.note);
}

Fields Of(const Partner& p) {
  return {{"kind", Word(p.kind)},
          {"display_name", p.display_name},
          {"iso_alpha2", p.iso_alpha2},
          {"iso_alpha3", p.iso_alpha3},
          {"region", p.region},
          {"status_footnote", p.status_footnote},
          {"legal_classes", absl::StrJoin(p.legal_classes, "; ",
                                          [](std::string* out, const LegalClassPeriod& period) {
                                            out->append(Bordered(Text(period)));
                                          })},
          {"competent_in_criminal_matters", YesNo(p.competence.criminal_matters)},
          {"competence_certainty", Word(p.competence.certainty)},
          {"aliases", Joined(p.aliases, "; ")}};
}

Fields Of(const Instrument& i) {
  return {{"kind", Word(i.kind)},
          {"title", i.title},
          {"legal_base", i.legal_base},
          {"signed", i.signed_on},
          {"provisional_from", i.provisional_from},
          {"in_force", i.in_force},
          {"in_force_by", i.in_force_by},
          {"applied_from", i.applied_from},
          {"not_before", i.not_before},
          {"notified_end", i.notified_end},
          {"ended", i.ended},
          {"parts_suspended", i.parts_suspended},
          {"suspended_from", i.suspended_from},
          {"public_since", i.public_since},
          {"reference", i.reference},
          {"certainty", absl::StrJoin(i.certainty, ";",
                                      [](std::string* out, const auto& entry) {
                                        absl::StrAppend(out, entry.first, ":", Word(entry.second));
                                      })},
          {"note", i.note},
          {"allows_secondment", YesNo(i.allows_secondment)},
          {"supersedes", i.supersedes},
          {"last_evaluated", i.last_evaluated},
          {"review_by", i.review_by},
          {"scope", TextOf(i.scope)}};
}

Fields Of(const Milestone& m) {
  return {{"axis", Word(m.axis)},
          {"step", m.step},
          {"day", m.day},
          {"evidence", m.evidence},
          {"certainty", Word(m.certainty)},
          {"project", m.project},
          {"note", m.note}};
}

Fields Of(const Authority& a) {
  return {{"display_name", a.display_name},
          {"competent_in_criminal_matters", YesNo(a.competent_in_criminal_matters)},
          {"territory", a.territory},
          {"sectors", Joined(a.sectors)},
          {"listed_in", Joined(a.listed_in)},
          {"last_verified", a.last_verified},
          {"certainty", Word(a.certainty)}};
}

Fields Of(const Contact& c) {
  std::string hours;
  if (c.working_hours.has_value()) {
    hours =
        absl::StrCat(c.working_hours->time_zone, " days ", absl::StrJoin(c.working_hours->days, ""),
                     " ", c.working_hours->start_minute, "-", c.working_hours->end_minute, " off ",
                     absl::StrJoin(c.working_hours->holidays, ";"));
  }
  return {{"spiffe_id", c.spiffe_id},
          {"function", c.function},
          {"authority", c.authority},
          {"opener", YesNo(c.opener)},
          {"languages", Joined(c.languages)},
          {"working_hours", hours},
          {"last_verified", c.last_verified},
          {"deputies", Joined(c.deputies)},
          {"absences", absl::StrJoin(c.absences, ";",
                                     [](std::string* out, const Absence& absence) {
                                       absl::StrAppend(out, absence.first_day, "/",
                                                       absence.last_day);
                                     })},
          {"valid_from", c.valid_from},
          {"valid_to", c.valid_to}};
}

Fields Of(const Decision& d) {
  return {{"kind", Word(d.kind)},
          {"partner", d.partner},
          {"counterparts", Joined(d.counterparts)},
          {"case_reference", d.case_reference},
          {"conditions", Joined(d.conditions)},
          {"valid_from", d.valid_from},
          {"valid_to", d.valid_to},
          {"evidence", d.evidence},
          {"grounds", d.grounds}};
}

Fields Of(const KeyStatement& k) { return {{"holder", k.holder}}; }

// Kinds that no file sets.
template <typename T>
Fields Of(const T&) {
  return {};
}

}  // namespace

std::string TextOf(const legal::Scope& scope) {
  std::vector<std::string> limits;
  const auto add = [&limits](const char* name, const auto& list, const std::string& words) {
    if (!list.empty()) limits.push_back(absl::StrCat(name, ": ", words));
  };
  add("territories", scope.territories, Joined(scope.territories));
  add("sectors", scope.sectors, Joined(scope.sectors));
  add("offences", scope.offences, Joined(scope.offences));
  add("stages", scope.stages, Joined(scope.stages));
  add("subjects", scope.subjects,
      absl::StrJoin(scope.subjects, ";", [](std::string* out, legal::SubjectKind subject) {
        out->append(Word(subject));
      }));
  if (scope.excludes_special_categories) limits.emplace_back("excludes_special_categories: yes");
  return absl::StrJoin(limits, "; ");  // No entry begins with a bare space.
}

const char* KindOf(const Fact& fact) {
  static constexpr std::array<const char*, std::variant_size_v<Fact>> kKinds = {
      "partner",       "instrument",  "milestone",    "authority",     "contact", "decision",
      "key_statement", "strategy",    "criteria_set", "assessment",    "volume",  "consultation",
      "readiness",     "arrangement", "secondment",   "change_request"};
  return kKinds[fact.index()];
}

std::string NameOf(const Partner& p) { return absl::StrCat("partners/", p.id); }
std::string NameOf(const Instrument& i) {
  return absl::StrCat("partners/", i.partner, "/instruments/", i.id);
}
std::string NameOf(const Milestone& m) {
  return absl::StrCat("partners/", m.partner, "/milestones/", m.id);
}
std::string NameOf(const Authority& a) {
  return absl::StrCat("partners/", a.partner, "/authorities/", a.id);
}
std::string NameOf(const Contact& c) {
  return absl::StrCat("partners/", c.partner, "/contacts/", c.id);
}
std::string NameOf(const Decision& d) { return absl::StrCat("decisions/", d.id); }
std::string NameOf(const KeyStatement& k) { return absl::StrCat("keyStatements/", k.id); }
std::string NameOf(const ChangeRequest& r) {
  return absl::StrCat("partners/", r.partner, "/changeRequests/", r.id);
}

std::string NameOf(const Fact& fact) {
  return std::visit([](const auto& value) { return NameOf(value); }, fact);
}

const Recorded& RecordedOf(const Fact& fact) {
  return std::visit([](const auto& value) -> const Recorded& { return value.recorded; }, fact);
}

std::string EtagOf(const Recorded& recorded) {
  return recorded.revision == 0 ? "" : absl::StrCat("\"", recorded.revision, "\"");
}

void SetRecorded(Fact& fact, const Recorded& recorded) {
  std::visit([&](auto& value) { value.recorded = recorded; }, fact);
}

Fields FieldsOf(const Instrument& instrument) { return Of(instrument); }

Fields FieldsOf(const Fact& fact) {
  return std::visit([](const auto& value) { return Of(value); }, fact);
}

const char* Word(Certainty value) {
  static constexpr std::array<const char*, 6> kWords = {"UNSPECIFIED", "FOUND",       "MONTH",
                                                        "YEAR",        "UNCONFIRMED", "UNKNOWN"};
  return Pick(kWords, value);
}

const char* Word(legal::SubjectKind value) {
  static constexpr std::array<const char*, 5> kWords = {"UNSPECIFIED", "SUSPECT", "VICTIM",
                                                        "WITNESS", "OTHER"};
  return Pick(kWords, value);
}

const char* Word(PartnerKind value) {
  static constexpr std::array<const char*, 6> kWords = {
      "UNSPECIFIED",      "STATE", "INTERNATIONAL_ORGANISATION", "UNION_BODY", "JUDICIAL_NETWORK",
      "PROJECT_OR_CENTRE"};
  return Pick(kWords, value);
}

const char* Word(LegalClass value) {
  static constexpr std::array<const char*, 10> kWords = {"UNKNOWN",
                                                         "MEMBER_STATE",
                                                         "MEMBER_STATE_NOT_BOUND",
                                                         "THIRD_COUNTRY",
                                                         "INTERNATIONAL_ORGANISATION",
                                                         "UNION_BODY",
                                                         "UNION_NETWORK",
                                                         "EXTERNAL_NETWORK",
                                                         "PROJECT",
                                                         "PRIVATE"};
  return Pick(kWords, value);
}

const char* Word(InstrumentKind value) {
  static constexpr std::array<const char*, 13> kWords = {"UNSPECIFIED",
                                                         "COOPERATION_AGREEMENT_PRE_2019",
                                                         "INTERNATIONAL_AGREEMENT",
                                                         "ADEQUACY_DECISION_LED",
                                                         "ADEQUACY_DECISION_GDPR",
                                                         "DEEMED_NOT_A_TRANSFER",
                                                         "DENMARK_AGREEMENT",
                                                         "BINDING_INSTRUMENT",
                                                         "WORKING_ARRANGEMENT",
                                                         "MEMORANDUM_OF_UNDERSTANDING",
                                                         "LETTER_OF_UNDERSTANDING",
                                                         "AGREEMENT_BETWEEN_UNION_BODIES",
                                                         "OTHER_AGREEMENT"};
  return Pick(kWords, value);
}

const char* Word(Axis value) {
  static constexpr std::array<const char*, 6> kWords = {
      "UNSPECIFIED",       "TREATY", "WORKING_ARRANGEMENT", "CONTACT_POINT", "LIAISON_PROSECUTOR",
      "PROJECT_MEMBERSHIP"};
  return Pick(kWords, value);
}

const char* Word(DecisionKind value) {
  static constexpr std::array<const char*, 16> kWords = {"UNSPECIFIED",
                                                         "AUTHORISATION",
                                                         "ORIGINATOR_PERMISSION",
                                                         "SAFEGUARDS_ASSESSMENT",
                                                         "DEROGATION_VITAL_INTERESTS",
                                                         "DEROGATION_LEGITIMATE_INTERESTS",
                                                         "DEROGATION_SERIOUS_THREAT",
                                                         "DEROGATION_INDIVIDUAL_CASE",
                                                         "URGENT_WITHOUT_AUTHORISATION",
                                                         "ONWARD_CONSENT",
                                                         "OTHER_DATA",
                                                         "SPECIAL_CATEGORIES",
                                                         "NATIONAL_STATEMENT",
                                                         "ESSENTIAL_INTEREST",
                                                         "RESTRICTION_LIFTED",
                                                         "OTHER_PURPOSE_BY_LAW"};
  return Pick(kWords, value);
}

}  // namespace comity::partner_registry
