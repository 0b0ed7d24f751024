#include "common/facts_csv/write_facts.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/facts_csv/facts_csv.h"
#include "common/facts_csv/json_lines.h"
#include "common/facts_csv/scope_columns.h"

namespace comity::facts_csv {
namespace {

namespace v1 = partner_registry::v1;

// The values of a row by column; a column without one is empty.
using Values = std::map<std::string, std::string>;

// "georgia" of "partners/georgia/contacts/tbilisi-1".
std::string PartnerOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return parts.size() < 2 ? "" : std::string(parts[1]);
}

std::string LastOf(absl::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

// The word of an enumeration's value without its prefix; empty for the one that says nothing.
template <typename Enum>
std::string Word(Enum value, absl::string_view prefix) {
  if (static_cast<int>(value) == 0) return "";
  const auto* const named =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
  return named == nullptr ? "" : named->name().substr(prefix.size());
}

std::string Lower(v1::Certainty certainty) {
  return absl::AsciiStrToLower(Word(certainty, "CERTAINTY_"));
}

std::string YesNo(bool value) { return value ? "yes" : "no"; }

std::string TimeOfDay(int minutes) {
  return absl::StrFormat("%02d:%02d", minutes / 60, minutes % 60);
}

template <typename Names>
std::string LastOfEach(const Names& names) {
  return absl::StrJoin(names, ";", [](std::string* out, const std::string& name) {
    absl::StrAppend(out, LastOf(name));
  });
}

Values ValuesOf(const v1::Partner& partner) {
  return {{"id", LastOf(partner.name())},
          {"kind", Word(partner.kind(), "PARTNER_KIND_")},
          {"display_name", partner.display_name()},
          {"iso_alpha2", partner.iso_alpha2()},
          {"iso_alpha3", partner.iso_alpha3()},
          {"region", partner.region()},
          {"status_footnote", partner.status_footnote()},
          {"competent_in_criminal_matters", YesNo(partner.competent_in_criminal_matters())},
          {"competence_certainty", Lower(partner.competence_certainty())},
          {"aliases", absl::StrJoin(partner.aliases(), ";")},
          {"exchanges_suspended", YesNo(partner.exchanges_suspended())},
          {"deleted", YesNo(partner.has_delete_time())},
          {"merged_into", LastOf(partner.merged_into())}};
}

Values ValuesOf(const std::string& partner, const v1::LegalClassPeriod& period) {
  return {{"partner", partner},
          {"legal_class", Word(period.legal_class(), "LEGAL_CLASS_")},
          {"from", period.from()},
          {"to", period.to()},
          {"certainty", Lower(period.certainty())},
          {"note", period.note()}};
}

Values ValuesOf(const v1::Instrument& instrument) {
  std::vector<std::string> certainties;
  for (const auto& [field, certainty] : instrument.certainty()) {
    certainties.push_back(absl::StrCat(field, ":", Lower(certainty)));
  }
  std::sort(certainties.begin(), certainties.end());
  Values values = {{"partner", PartnerOf(instrument.name())},
                   {"id", LastOf(instrument.name())},
                   {"kind", Word(instrument.kind(), "INSTRUMENT_KIND_")},
                   {"title", instrument.title()},
                   {"legal_base", instrument.legal_base()},
                   {"signed", instrument.signed_()},
                   {"provisional_from", instrument.provisional_from()},
                   {"in_force", instrument.in_force()},
                   {"in_force_by", instrument.in_force_by()},
                   {"applied_from", instrument.applied_from()},
                   {"not_before", instrument.not_before()},
                   {"notified_end", instrument.notified_end()},
                   {"ended", instrument.ended()},
                   {"parts_suspended", instrument.parts_suspended()},
                   {"suspended_from", instrument.suspended_from()},
                   {"public_since", instrument.public_since()},
                   {"reference", instrument.reference()},
                   {"allows_secondment", YesNo(instrument.allows_secondment())},
                   {"supersedes", LastOf(instrument.supersedes())},
                   {"certainty", absl::StrJoin(certainties, ";")},
                   {"note", instrument.note()},
                   {"last_evaluated", instrument.last_evaluated()},
                   {"review_by", instrument.review_by()}};
  values.merge(ScopeValues(instrument.scope()));
  return values;
}

Values ValuesOf(const v1::Milestone& milestone) {
  return {{"partner", PartnerOf(milestone.name())},
          {"id", LastOf(milestone.name())},
          {"axis", Word(milestone.axis(), "AXIS_")},
          {"step", milestone.step()},
          {"day", milestone.day()},
          {"evidence", milestone.evidence()},
          {"certainty", Lower(milestone.certainty())},
          {"project", LastOf(milestone.project())},
          {"note", milestone.note()}};
}

Values ValuesOf(const v1::Authority& authority) {
  return {{"partner", PartnerOf(authority.name())},
          {"id", LastOf(authority.name())},
          {"display_name", authority.display_name()},
          {"competent_in_criminal_matters", YesNo(authority.competent_in_criminal_matters())},
          {"territory", authority.territory()},
          {"sectors", absl::StrJoin(authority.sectors(), ";")},
          {"listed_in", LastOfEach(authority.listed_in())},
          {"last_verified", authority.last_verified()},
          {"certainty", Lower(authority.certainty())}};
}

Values ValuesOf(const v1::Contact& contact) {
  Values values = {{"partner", PartnerOf(contact.name())},
                   {"id", LastOf(contact.name())},
                   {"spiffe_id", contact.spiffe_id()},
                   {"function", contact.function()},
                   {"authority", LastOf(contact.authority())},
                   {"opener", YesNo(contact.opener())},
                   {"languages", absl::StrJoin(contact.languages(), ";")},
                   {"last_verified", contact.last_verified()},
                   {"deputies", LastOfEach(contact.deputies())},
                   {"absences", absl::StrJoin(contact.absences(), ";",
                                              [](std::string* out, const v1::Absence& absence) {
                                                absl::StrAppend(out, absence.first_day(), "/",
                                                                absence.last_day());
                                              })},
                   {"valid_from", contact.valid_from()},
                   {"valid_to", contact.valid_to()},
                   {"suspended", YesNo(contact.state() == v1::Contact::STATE_SUSPENDED)}};
  if (contact.has_working_hours()) {
    const v1::WorkingHours& hours = contact.working_hours();
    values.merge(Values{{"time_zone", hours.time_zone()},
                        {"days", absl::StrJoin(hours.days(), ";")},
                        {"start", TimeOfDay(hours.start_minute())},
                        {"end", TimeOfDay(hours.end_minute())},
                        {"holidays", absl::StrJoin(hours.holidays(), ";")}});
  }
  return values;
}

}  // namespace

std::string QuoteField(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::map<std::string, std::string> WriteFiles(const std::vector<v1::Fact>& facts) {
  std::map<std::string, std::vector<Values>> rows;
  for (const v1::Fact& fact : facts) {
    if (!IsImportable(fact)) continue;
    if (fact.has_partner()) {
      rows["partners.csv"].push_back(ValuesOf(fact.partner()));
      for (const v1::LegalClassPeriod& period : fact.partner().legal_classes()) {
        rows["legal_classes.csv"].push_back(ValuesOf(LastOf(fact.partner().name()), period));
      }
    }
    if (fact.has_instrument()) rows["instruments.csv"].push_back(ValuesOf(fact.instrument()));
    if (fact.has_milestone()) rows["milestones.csv"].push_back(ValuesOf(fact.milestone()));
    if (fact.has_authority()) rows["authorities.csv"].push_back(ValuesOf(fact.authority()));
    if (fact.has_contact()) rows["contacts.csv"].push_back(ValuesOf(fact.contact()));
  }
  std::map<std::string, std::string> files;
  for (const std::string& name : FileNames()) {
    const std::vector<std::string> columns = ColumnsOf(name);
    std::string& text = files[name];
    text = absl::StrCat(absl::StrJoin(columns, ","), "\n");
    std::vector<Values>& of_file = rows[name];
    std::stable_sort(of_file.begin(), of_file.end(), [](const Values& a, const Values& b) {
      const auto key = [](const Values& values) {
        const auto at = [&](const char* column) {
          const auto found = values.find(column);
          return found == values.end() ? std::string() : found->second;
        };
        return std::make_pair(at("partner"), at("id"));
      };
      return key(a) < key(b);
    });
    for (const Values& values : of_file) {
      text += absl::StrJoin(columns, ",", [&](std::string* out, const std::string& column) {
        const auto found = values.find(column);
        if (found != values.end()) *out += QuoteField(found->second);
      });
      text += "\n";
    }
  }
  return files;
}

}  // namespace comity::facts_csv
