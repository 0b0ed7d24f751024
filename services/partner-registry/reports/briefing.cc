#include "services/partner-registry/reports/briefing.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/legal/effect.h"
#include "common/legal/evaluate.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/reports/coming.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

// "08:30".
std::string TimeOfDay(int minute) { return absl::StrFormat("%02d:%02d", minute / 60, minute % 60); }

std::string HoursOf(const Contact& contact) {
  if (!contact.working_hours.has_value()) return "not recorded";
  const WorkingHours& hours = *contact.working_hours;
  return absl::StrCat(TimeOfDay(hours.start_minute), " to ", TimeOfDay(hours.end_minute), " ",
                      hours.time_zone);
}

std::string StateOf(const Registry& registry, const Contact& contact, absl::CivilDay day) {
  if (contact.state != ContactState::kActive) return "suspended";
  if (!ValidityOf(contact).Covers(day)) return "not valid on the day";
  return registry.Counts(contact, day) ? "active" : "its secondment is not in effect";
}

// The numbers of the documents and records that are cited, in the order of their first use.
class Sources {
 public:
  explicit Sources(const Registry& registry) : registry_(registry) {}

  // The registry as a whole: for what is not there.
  int Revision() {
    return Number(absl::StrCat("Registry revision ", registry_.revision(), " of store ",
                               registry_.store_id()));
  }

  // What the law makes of the facts.
  int TransferCheck() {
    return Number(absl::StrCat("Transfer check on registry revision ", registry_.revision(),
                               " (its rows: comity transfer table)"));
  }

  // The record of a resource, and the document that shows it if there is one.
  int Record(const Fact& fact, const std::string& document = "") {
    const std::string record = absl::StrCat("registry record ", NameOf(fact),
                                            ", recorded at revision ", RecordedOf(fact).revision);
    return Number(document.empty() ? record : absl::StrCat(document, "; ", record));
  }
  int Record(const Instrument& instrument) {
    return Record(instrument,
                  instrument.reference.empty() ? "no document named" : instrument.reference);
  }
  int Record(const Milestone& milestone) { return Record(milestone, milestone.evidence); }

  // Contacts are cited together: the name of one may tell who it is.
  int Contacts(const std::string& partner) {
    return Number(absl::StrCat("registry records of contacts of partners/", partner, ", revision ",
                               registry_.revision()));
  }

  // Of a resource by its name; the revision if it has no record.
  int Named(const std::string& name) {
    if (const Instrument* instrument = registry_.FindInstrument(name)) return Record(*instrument);
    const std::optional<Fact> fact = registry_.Find(name);
    return fact.has_value() ? Record(*fact) : Revision();
  }

  int Document(const std::string& text) { return Number(text); }

  std::vector<std::string> Take() { return std::move(texts_); }

 private:
  int Number(const std::string& text) {
    const auto [found, added] = numbers_.emplace(text, static_cast<int>(texts_.size()) + 1);
    if (added) texts_.push_back(text);
    return found->second;
  }

  const Registry& registry_;
  std::vector<std::string> texts_;
  std::map<std::string, int> numbers_;
};

class Briefing {
 public:
  Briefing(const Registry& registry, const Partner& partner, const QuestionTime& time)
      : registry_(registry),
        partner_(partner),
        time_(time),
        day_(DayInBrussels(time.instant)),
        standing_(StandingOn(registry, partner, day_, time.public_on)),
        sources_(registry) {}

  pages::Page Make();

 private:
  pages::Section Identity();
  pages::Section Standings();
  pages::Section Instruments();
  pages::Section TransferCheck();
  pages::Section Contacts();
  pages::Section Coming();
  pages::Section Open();

  void Ask(const std::string& heading, const std::string& counterpart, legal::DataKind kind,
           legal::Direction direction, pages::Section& section);
  pages::Line NotThere(std::string text) {
    return {.text = std::move(text), .sources = {sources_.Revision()}};
  }
  std::vector<int> Evidence(const std::string& evidence, const Milestone* step);
  std::string Sure(const Milestone& step) const;

  const Registry& registry_;
  const Partner& partner_;
  const QuestionTime& time_;
  const absl::CivilDay day_;
  const Standing standing_;
  Sources sources_;
  std::set<std::string> open_;  // Fields that decide and are not confirmed.
};

pages::Page Briefing::Make() {
  pages::Page page{.title = absl::StrCat("Briefing: ", partner_.display_name), .notice = kNotice};
  if (!partner_.status_footnote.empty()) {
    page.preface.push_back(
        {.text = partner_.status_footnote, .sources = {sources_.Record(partner_)}});
  }
  if (partner_.deleted()) {
    page.preface.push_back(
        {.text = absl::StrCat("It was taken off the register on ",
                              FormatDay(DayInBrussels(*partner_.delete_time)),
                              partner_.merged_into.empty()
                                  ? ""
                                  : absl::StrCat(" and merged into partners/", partner_.merged_into,
                                                 ", whose briefing counts"),
                              ": nothing is transferred to it."),
         .sources = {sources_.Record(partner_)}});
  }
  page.preface.push_back(
      {.text = absl::StrCat("As of ", FormatDay(day_),
                            time_.public_on.has_value() ? absl::StrCat(", on what was public on ",
                                                                       FormatDay(*time_.public_on))
                                                        : "",
                            "."),
       .sources = {sources_.Revision()}});
  page.sections = {Identity(), Standings(), Instruments(), TransferCheck(),
                   Contacts(), Coming(),    Open()};
  page.sources = sources_.Take();
  return page;
}

pages::Section Briefing::Identity() {
  const int record = sources_.Record(partner_);
  pages::List list;
  list.lines.push_back(
      {.text = absl::StrCat(
           partner_.display_name, ": ", Text(partner_.kind),
           partner_.iso_alpha2.empty()
               ? ""
               : absl::StrCat("; ISO 3166-1 ", partner_.iso_alpha2, ", ", partner_.iso_alpha3),
           partner_.region.empty() ? "" : absl::StrCat("; region ", StepText(partner_.region)),
           "."),
       .sources = {record}});
  pages::Line legal_class{
      .text = absl::StrCat("On ", FormatDay(day_), " it is ", Text(standing_.legal_class)),
      .sources = {record}};
  for (const LegalClassPeriod& period : partner_.legal_classes) {
    if (period.legal_class != standing_.legal_class) continue;
    absl::StrAppend(&legal_class.text, ", ", Text(period.certainty),
                    period.note.empty() ? "" : "; ", period.note);
    break;
  }
  legal_class.text += ".";
  list.lines.push_back(std::move(legal_class));
  // Of whom the register no longer has there are none, suspended or not.
  if (!partner_.deleted()) {
    list.lines.push_back({.text = partner_.exchanges_suspended
                                      ? "Exchanges of operational data with it are suspended."
                                      : "Exchanges with it are not suspended.",
                          .sources = {record}});
  }
  if (standing_.legal_class == LegalClass::kInternationalOrganisation) {
    list.lines.push_back(
        {.text = absl::StrCat("The organisation is ",
                              partner_.competence.criminal_matters ? "" : "not ",
                              "competent in law enforcement and criminal matters (EJR 56(1)(b)), ",
                              Text(ToLegal(partner_).competence_certainty), "."),
         .sources = {record}});
  }
  return {.heading = "Identity and legal class", .blocks = {std::move(list)}};
}

// How sure a step is. What the agency did itself, no public source shows.
std::string Briefing::Sure(const Milestone& step) const {
  const std::string name = std::vector<std::string>(absl::StrSplit(step.evidence, ':')).front();
  const bool own = step.id.empty() && registry_.FindInstrument(name) == nullptr;
  return own ? "recorded by the agency" : std::string(Text(step.certainty));
}

// A step's own record, or what it was derived from; the revision if nothing is recorded.
std::vector<int> Briefing::Evidence(const std::string& evidence, const Milestone* step) {
  if (step != nullptr && !step->id.empty()) return {sources_.Record(*step)};
  // Steps that follow from an instrument or contact begin with its name.
  const std::string name = std::vector<std::string>(absl::StrSplit(evidence, ':')).front();
  if (registry_.FindContact(name) != nullptr) return {sources_.Contacts(partner_.id)};
  if (registry_.FindInstrument(name) != nullptr) return {sources_.Named(name)};
  return {evidence.empty() ? sources_.Revision() : sources_.Document(evidence)};
}

pages::Section Briefing::Standings() {
  pages::Table table{.caption = "The five axes",
                     .header = {"Axis", "Step", "Since", "How sure", "Next step, and who acts"}};
  pages::Table steps{.caption = "Steps", .header = {"Axis", "Day", "Step", "How sure"}};
  for (const AxisStanding& axis : standing_.axes) {
    const auto at = std::find_if(axis.history.begin(), axis.history.end(), [&](const Milestone& m) {
      return m.step == axis.step && m.day == axis.day && m.evidence == axis.evidence;
    });
    const bool none = axis.step == "NONE";
    table.rows.push_back(
        {.cells = {std::string(Text(axis.axis)), StepText(axis.step),
                   !axis.day.empty() ? SinceText(axis.day, axis.certainty)
                   : none            ? "does not apply"
                                     : "day not recorded",
                   none                       ? "no step is recorded"
                   : at == axis.history.end() ? std::string(Text(axis.certainty))
                                              : Sure(*at),
                   axis.next_step.empty() ? "none" : axis.next_step},
         .sources = Evidence(axis.evidence, at == axis.history.end() ? nullptr : &*at)});
    for (const Milestone& step : axis.history) {
      const bool member = !step.project.empty();
      steps.rows.push_back(
          {.cells = {std::string(Text(axis.axis)),
                     step.day.empty() ? "day not recorded" : SinceText(step.day, step.certainty),
                     absl::StrCat(StepText(step.step), member ? ": partners/" : "", step.project),
                     Sure(step)},
           .sources = Evidence(step.evidence, &step)});
    }
  }
  pages::Section section{.heading = "Where the relation stands", .blocks = {std::move(table)}};
  if (!steps.rows.empty()) section.blocks.emplace_back(std::move(steps));
  return section;
}

pages::Section Briefing::Instruments() {
  pages::Section section{.heading = "Instruments"};
  if (standing_.instruments.empty()) {
    section.blocks.emplace_back(NotThere("No instrument is recorded."));
    return section;
  }
  const legal::Dossier& dossier = *registry_.facts().Find(NameOf(partner_));
  const legal::Lens lens{.day = day_, .explore = true, .public_on = time_.public_on};
  const auto effect_of = [&](const Instrument& instrument) -> std::string {
    for (const legal::Instrument& known : dossier.instruments) {
      if (known.name != NameOf(instrument)) continue;
      const legal::Effect effect = legal::EffectWithScope(known, dossier, lens);
      if (effect.holds == legal::Tri::kNo) return "has no effect";
      const std::string waits =
          effect.unconfirmed.empty()
              ? ""
              : absl::StrCat(" once a second person confirmed: ",
                             absl::StrJoin(effect.unconfirmed, ", ",
                                           [](std::string* out, legal::Field field) {
                                             absl::StrAppend(out, legal::Name(field));
                                           }));
      return effect.holds == legal::Tri::kYes
                 ? absl::StrCat("has effect", waits)
                 : absl::StrCat("open: ", absl::StrJoin(legal::WhatIsOpen(effect), ", "),
                                waits.empty() ? "" : ";", waits);
    }
    return "open";
  };
  pages::Table table{.header = {"Instrument", "Dates, and how sure they are",
                                absl::StrCat("On ", FormatDay(day_)), "Can be a basis for",
                                "Is no basis for"}};
  for (const Instrument* instrument : standing_.instruments) {
    const Uses uses = UsesOf(*instrument);
    std::vector<std::string> dates;
    for (const auto& [field, day] : DatesOf(*instrument)) {
      dates.push_back(absl::StrCat(StepText(field), " ", day, " (",
                                   Text(CertaintyOf(*instrument, field)), ")"));
    }
    if (dates.empty()) dates.emplace_back("none is recorded");
    table.rows.push_back({.cells = {absl::StrCat(instrument->title, "; ", Text(instrument->kind)),
                                    absl::StrJoin(dates, "; "), effect_of(*instrument),
                                    uses.basis_for, uses.no_basis_for},
                          .sources = {sources_.Record(*instrument)}});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

void Briefing::Ask(const std::string& heading, const std::string& counterpart, legal::DataKind kind,
                   legal::Direction direction, pages::Section& section) {
  const legal::Verdict verdict =
      legal::Evaluate(registry_.facts(), StandardQuestion(counterpart, kind, direction, time_));
  const int check = sources_.TransferCheck();
  open_.insert(verdict.unconfirmed_fields.begin(), verdict.unconfirmed_fields.end());
  pages::List list;
  const absl::string_view letter = legal::Letter(verdict.basis());
  std::string outcome = absl::StrCat(heading, ": ", Text(verdict.outcome),
                                     letter.empty() ? "" : absl::StrCat(" (basis ", letter, ")"));
  if (direction == legal::Direction::kReceive) {
    absl::StrAppend(&outcome, " into quarantine; their use: ", Text(verdict.before_use));
  }
  section.blocks.emplace_back(pages::Line{.text = absl::StrCat(outcome, "."), .sources = {check}});
  for (const legal::Reason& reason : verdict.reasons) {
    pages::Line line{.text = absl::StrCat("Row ", reason.row, ", ", reason.article, ": ",
                                          reason.sentence, reason.remedy.empty() ? "" : " To do: ",
                                          absl::StripAsciiWhitespace(reason.remedy)),
                     .sources = {check}};
    for (const std::string& fact : reason.facts) {
      const int number = sources_.Named(fact);
      if (std::find(line.sources.begin(), line.sources.end(), number) == line.sources.end()) {
        line.sources.push_back(number);
      }
    }
    list.lines.push_back(std::move(line));
  }
  for (const legal::Route& route : verdict.routes) {
    list.lines.push_back({.text = absl::StrCat("A route, ", route.article, ": ", route.sentence,
                                               " Decided by: ", route.decided_by, "."),
                          .sources = {check}});
  }
  for (const std::string& condition : verdict.conditions) {
    list.lines.push_back({.text = absl::StrCat("Condition: ", condition), .sources = {check}});
  }
  section.blocks.emplace_back(std::move(list));
}

pages::Section Briefing::TransferCheck() {
  pages::Section section{.heading = "What the transfer check says"};
  section.blocks.emplace_back(pages::Line{
      .text = "Asked of data of the agency's own, with a complete purpose, an Annex I offence, a "
              "suspect, data within Annex II and two or more Member States. For data that others "
              "provided, the authorisation of each Member State (EJR 47(5), 56(1)(c)) or the "
              "permission of each other originator is needed besides.",
      .sources = {sources_.TransferCheck()}});
  const bool third = standing_.legal_class == LegalClass::kThirdCountry ||
                     standing_.legal_class == LegalClass::kInternationalOrganisation;
  const std::string act = third ? "Transfer" : "Transmission";
  for (const std::string& counterpart : CounterpartsOf(registry_, partner_)) {
    const Authority* const authority = registry_.FindAuthority(counterpart);
    Ask(absl::StrCat(act, " of operational personal data to ",
                     authority == nullptr ? partner_.display_name : authority->display_name),
        counterpart, legal::DataKind::kOperational, legal::Direction::kSend, section);
  }
  const std::string name = NameOf(partner_);
  Ask("Operational personal data received from it", name, legal::DataKind::kOperational,
      legal::Direction::kReceive, section);
  Ask(absl::StrCat(act, " of administrative personal data"), name, legal::DataKind::kAdministrative,
      legal::Direction::kSend, section);
  Ask("Non-personal information made available", name, legal::DataKind::kNonPersonal,
      legal::Direction::kSend, section);
  return section;
}

pages::Section Briefing::Contacts() {
  pages::Section section{.heading = "Contacts"};
  const std::vector<const Contact*> contacts = registry_.ContactsOf(partner_.id);
  if (time_.public_on.has_value()) {
    section.blocks.emplace_back(NotThere("Contacts are no public facts and are left out."));
    return section;
  }
  if (contacts.empty()) {
    section.blocks.emplace_back(NotThere("No contact is registered."));
    return section;
  }
  pages::Table table{.header = {"Function", "Organisation", "Languages", "Working hours",
                                "Last verified", "State"}};
  for (const Contact* contact : contacts) {
    if (contact->state == ContactState::kErased) continue;
    const Authority* const authority = registry_.FindAuthority(
        absl::StrCat(NameOf(partner_), "/authorities/", contact->authority));
    table.rows.push_back(
        {.cells = {contact->function,
                   authority == nullptr ? "not recorded" : authority->display_name,
                   absl::StrJoin(contact->languages, ", "), HoursOf(*contact),
                   contact->last_verified.empty() ? "never" : contact->last_verified,
                   StateOf(registry_, *contact, day_)},
         .sources = {sources_.Contacts(partner_.id)}});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

pages::Section Briefing::Coming() {
  using Kind = ComingEvent::Kind;
  ComingQuery query{.from = day_,
                    .until = day_ + 365,
                    .partner = partner_.id,
                    .kinds = {Kind::kInstrumentEnds, Kind::kInstrumentBegins,
                              Kind::kSuspensionBegins, Kind::kLegalClassEnds, Kind::kReviewDue},
                    .public_on = time_.public_on};
  if (!time_.public_on.has_value()) {
    query.kinds.push_back(Kind::kVerificationDue);
    query.kinds.push_back(Kind::kEvaluationDue);
  }
  pages::Section section{.heading = "What comes within a year"};
  pages::List list;
  for (const ComingEvent& event : ComingEvents(registry_, query)) {
    const bool contact = registry_.FindContact(event.resource) != nullptr;
    list.lines.push_back(
        {.text = absl::StrCat(FormatDay(event.day), event.overdue ? " (overdue)" : "", ": ",
                              event.sentence),
         .sources = {contact ? sources_.Contacts(partner_.id) : sources_.Named(event.resource)}});
  }
  if (list.lines.empty()) {
    section.blocks.emplace_back(NotThere("Nothing is recorded that ends, begins or falls due."));
  } else {
    section.blocks.emplace_back(std::move(list));
  }
  return section;
}

pages::Section Briefing::Open() {
  pages::Section section{.heading = "Open questions"};
  if (open_.empty()) {
    section.blocks.emplace_back(
        pages::Line{.text = "No field on which the answers above rest is unconfirmed.",
                    .sources = {sources_.TransferCheck()}});
    return section;
  }
  pages::List list;
  for (const std::string& path : open_) {
    const std::size_t dot = path.rfind('.');
    list.lines.push_back(
        {.text = absl::StrCat(StepText(path.substr(dot + 1)), " of ", path.substr(0, dot),
                              " is unknown or not confirmed: a second person confirms it with "
                              "evidence."),
         .sources = {sources_.Named(path.substr(0, dot))}});
  }
  section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace

pages::Page BriefingOn(const Registry& registry, const Partner& partner, const QuestionTime& time) {
  return Briefing(registry, partner, time).Make();
}

}  // namespace comity::partner_registry
