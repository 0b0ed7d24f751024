#include "services/partner-registry/reports/coming.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/identity/principal.h"
#include "common/legal/effect.h"
#include "common/time/day.h"
#include "common/time/year_after.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

using Kind = ComingEvent::Kind;

absl::string_view WhoExtends(const Instrument& instrument) {
  switch (instrument.kind) {
    case InstrumentKind::kAdequacyDecisionLed:
    case InstrumentKind::kAdequacyDecisionGdpr:
      return "The Commission decides whether to extend it.";
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
      return "The agency decides whether to renew it.";
    default:
      return "The Commission and the Council decide what follows it.";
  }
}

absl::string_view WhoReviews(const Instrument& instrument) {
  switch (instrument.kind) {
    case InstrumentKind::kAdequacyDecisionLed:
      return "The Commission reviews it at least every four years (LED 36(3)).";
    case InstrumentKind::kAdequacyDecisionGdpr:
      return "The Commission reviews it at least every four years (GDPR 45(3)).";
    default:
      return "Whoever adopted it reviews it; the agency records the next day.";
  }
}

// The day from which an agreement had effect, or by which a source shows that it had.
struct EffectDay {
  std::string day;
  bool by = false;
};

EffectDay EffectSince(const Instrument& instrument) {
  for (const std::string* day :
       {&instrument.provisional_from, &instrument.applied_from, &instrument.in_force}) {
    if (!day->empty()) return {*day};
  }
  return {instrument.in_force_by, true};
}

// How long before its deadline a consultation is recalled to those who have not replied.
constexpr int kReminderDays = 7;

// Collects what falls into the window.
class Collector {
 public:
  Collector(const Registry& registry, const ComingQuery& query)
      : registry_(registry), query_(query) {}

  void Partner(const partner_registry::Partner& partner);
  void Decisions();
  void Keys();

  std::vector<ComingEvent> Take() {
    std::sort(events_.begin(), events_.end(), [](const ComingEvent& a, const ComingEvent& b) {
      return a.Position() < b.Position();
    });
    return std::move(events_);
  }

 private:
  bool Wants(Kind kind) const {
    return query_.kinds.empty() ||
           std::find(query_.kinds.begin(), query_.kinds.end(), kind) != query_.kinds.end();
  }

  // On an exact day, or on one of an interval: then it is overdue from the second on until the last
  // is over, since nobody knows.
  void On(const PartialDate& date, ComingEvent event) {
    if (!date.known() || date.latest() < query_.from) return;
    event.overdue = date.earliest() < query_.from;
    Add(date.earliest(), std::move(event));
  }

  // Once its day is over it stays overdue.
  void Due(absl::CivilDay day, ComingEvent event) {
    event.overdue = day < query_.from;
    Add(day, std::move(event));
  }

  void Add(absl::CivilDay day, ComingEvent event) {
    if (day > query_.until || !Wants(event.kind)) return;
    event.day = day;
    events_.push_back(std::move(event));
  }

  void Instruments(const partner_registry::Partner& partner);
  void Evaluation(const Instrument& instrument);
  void OfContact(const Contact& contact);
  void Secondments(const Secondment& secondment);
  void Consultations(const Consultation& consultation);
  void InstrumentDates(const Instrument& instrument);
  void Verification(const std::string& partner, const std::string& name, const std::string& what,
                    const std::string& verified, const Recorded& recorded);

  const Registry& registry_;
  const ComingQuery& query_;
  std::vector<ComingEvent> events_;
};

std::string Evidence(const Instrument& instrument) {
  return instrument.reference.empty() ? absl::StrCat(NameOf(instrument), ": ", instrument.title)
                                      : instrument.reference;
}

void Collector::InstrumentDates(const Instrument& instrument) {
  const auto event = [&](Kind kind, const char* field, const std::string& day,
                         absl::string_view what, absl::string_view then) {
    return ComingEvent{.kind = kind,
                       .resource = NameOf(instrument),
                       .field = field,
                       .partner = instrument.partner,
                       .sentence = absl::StrCat(instrument.title, " ", what, " ", day, ". ", then),
                       .evidence = Evidence(instrument),
                       .certainty = CertaintyOf(instrument, field)};
  };
  const auto on = [&](Kind kind, const char* field, const std::string& day, absl::string_view what,
                      absl::string_view then) {
    On(legal::Widen(DayRecorded(day), CertaintyOf(instrument, field)),
       event(kind, field, day, what, then));
  };
  // Asked of the few only that say such a day: the figures look at all instruments.
  const bool begins = !instrument.provisional_from.empty() || !instrument.applied_from.empty();
  const bool covers = !begins || legal::Sure(ToLegal(instrument), legal::Field::kScope);
  const absl::string_view rely =
      covers ? "Transfers may rest on it from then as far as its kind allows."
             : "Transfers may rest on it from then, once a second person confirmed what it covers.";
  constexpr char kConfirm[] = "The registry operator confirms the day when it has come.";
  on(Kind::kInstrumentBegins, "provisional_from", instrument.provisional_from,
     "applies provisionally from", rely);
  on(Kind::kInstrumentBegins, "in_force", instrument.in_force, "enters into force on", kConfirm);
  on(Kind::kInstrumentBegins, "applied_from", instrument.applied_from, "applies from", rely);
  on(Kind::kSuspensionBegins, "suspended_from", instrument.suspended_from, "is suspended from",
     "No new transfers rest on what is suspended; the agency tells whoever relies on it.");
  on(Kind::kInstrumentEnds, "ended", instrument.ended, "has effect for the last time on",
     WhoExtends(instrument));
  if (const PartialDate notified = DayRecorded(instrument.notified_end);
      instrument.ended.empty() && notified.known() && notified.earliest() <= query_.from) {
    Due(notified.earliest(),
        event(Kind::kInstrumentEnds, "notified_end", instrument.notified_end,
              "was given notice of on",
              "The registry operator records its last day; until then its effect is unknown."));
  }
  const PartialDate ended = DayRecorded(instrument.ended);
  const bool over = ended.known() && ended.latest() < query_.from;
  if (const PartialDate review = DayRecorded(instrument.review_by); review.known() && !over) {
    Due(review.earliest(), event(Kind::kReviewDue, "review_by", instrument.review_by,
                                 "has to be reviewed by", WhoReviews(instrument)));
  }
  Evaluation(instrument);
}

// Every year from the last evaluation, and before the first one from the day of effect, whatever is
// sure of what it covers: it is evaluated as a whole.
void Collector::Evaluation(const Instrument& instrument) {
  if (instrument.kind != InstrumentKind::kCooperationAgreementPre2019 &&
      instrument.kind != InstrumentKind::kInternationalAgreement) {
    return;
  }
  const legal::Dossier* const dossier =
      registry_.facts().Find(absl::StrCat("partners/", instrument.partner));
  if (dossier == nullptr) return;
  const auto known =
      std::find_if(dossier->instruments.begin(), dossier->instruments.end(),
                   [&](const legal::Instrument& each) { return each.name == NameOf(instrument); });
  const legal::Lens lens{.day = query_.from, .explore = true, .public_on = query_.public_on};
  if (known == dossier->instruments.end() ||
      legal::EffectOf(*known, *dossier, lens).holds != legal::Tri::kYes) {
    return;
  }
  const bool evaluated = !instrument.last_evaluated.empty();
  const EffectDay since =
      evaluated ? EffectDay{instrument.last_evaluated} : EffectSince(instrument);
  const PartialDate day = DayRecorded(since.day);
  if (!day.known()) return;
  Due(YearAfter(day.earliest()),
      {.kind = Kind::kEvaluationDue,
       .resource = NameOf(instrument),
       .field = "last_evaluated",
       .partner = instrument.partner,
       .sentence =
           absl::StrCat(instrument.title,
                        evaluated  ? " was last evaluated on "
                        : since.by ? " was never evaluated since it took effect, no later than "
                                   : " was never evaluated since it took effect on ",
                        since.day, ". The agency evaluates it with the partner every year."),
       .evidence = Evidence(instrument),
       .certainty = evaluated ? CertaintyOf(instrument, "last_evaluated") : Certainty::kUnknown});
}

void Collector::Instruments(const partner_registry::Partner& partner) {
  const std::vector<const Instrument*> instruments = registry_.InstrumentsOf(partner.id);
  const absl::CivilDay known_on = query_.public_on.value_or(query_.from);
  const auto known = [known_on](const Instrument& instrument) {
    return PublicAsRecorded(instrument, known_on);
  };
  std::set<std::string> replaced;
  for (const Instrument* instrument : instruments) {
    if (!instrument->supersedes.empty() && known(*instrument)) {
      replaced.insert(instrument->supersedes);
    }
  }
  for (const Instrument* instrument : instruments) {
    if (replaced.count(instrument->id) != 0) continue;
    if (!query_.public_on.has_value() || known(*instrument)) InstrumentDates(*instrument);
  }
}

void Collector::Verification(const std::string& partner, const std::string& name,
                             const std::string& what, const std::string& verified,
                             const Recorded& recorded) {
  const PartialDate last = DayRecorded(verified);
  ComingEvent event{.kind = Kind::kVerificationDue,
                    .resource = name,
                    .field = "last_verified",
                    .partner = partner};
  if (last.known()) {
    event.certainty = Certainty::kFound;
    event.evidence = absl::StrCat("last verified on ", verified);
    event.sentence = absl::StrCat(what, " was last verified on ", verified,
                                  ". The registry operator verifies it within a year.");
    Due(YearAfter(last.earliest()), std::move(event));
  } else {
    event.certainty = Certainty::kUnknown;
    event.sentence = absl::StrCat(what,
                                  " was never verified since it was recorded. The registry "
                                  "operator verifies it.");
    const absl::CivilDay day = DayInBrussels(recorded.time);
    if (day <= query_.from) Due(day, std::move(event));
  }
}

void Collector::Partner(const partner_registry::Partner& partner) {
  Instruments(partner);
  for (const LegalClassPeriod& period : partner.legal_classes) {
    On(legal::Widen(DayRecorded(period.to), period.certainty),
       {.kind = Kind::kLegalClassEnds,
        .resource = NameOf(partner),
        .field = absl::StrCat("legal_classes.", Word(period.legal_class)),
        .partner = partner.id,
        .sentence = absl::StrCat(partner.display_name, " is ", Text(period.legal_class),
                                 " for the last time on ", period.to,
                                 ". The agency looks at everything that rests on its class."),
        .evidence = period.note,
        .certainty = period.certainty});
  }
  for (const Authority* authority : registry_.AuthoritiesOf(partner.id)) {
    Verification(partner.id, NameOf(*authority), authority->display_name, authority->last_verified,
                 authority->recorded);
  }
  for (const Contact* contact : registry_.ContactsOf(partner.id)) OfContact(*contact);
  for (const Secondment* secondment : registry_.relations().Of<Secondment>(partner.id)) {
    Secondments(*secondment);
  }
  for (const Consultation* consultation : registry_.relations().Of<Consultation>(partner.id)) {
    Consultations(*consultation);
  }
}

void Collector::OfContact(const Contact& contact) {
  if (contact.state != ContactState::kActive) return;
  const std::string what = absl::StrCat("A contact (", contact.function, ")");
  // Who has ceased to count need not be verified.
  if (const PartialDate last = DayRecorded(contact.valid_to);
      last.known() && last.latest() < query_.from) {
    return;
  }
  Verification(contact.partner, NameOf(contact), what, contact.last_verified, contact.recorded);
  On(DayRecorded(contact.valid_to),
     {.kind = Kind::kContactEnds,
      .resource = NameOf(contact),
      .field = "valid_to",
      .partner = contact.partner,
      .sentence = absl::StrCat(what, " counts for the last time on ", contact.valid_to,
                               ". The registry operator extends it, or enters who follows."),
      .evidence = absl::StrCat("recorded at revision ", contact.recorded.revision),
      .certainty = Certainty::kFound});
}

void Collector::Secondments(const Secondment& secondment) {
  if (secondment.ended) return;
  const bool prosecutor = secondment.kind == SecondmentKind::kLiaisonProsecutor;
  On(DayRecorded(secondment.to),
     {.kind = Kind::kSecondmentEnds,
      .resource = Name(secondment),
      .field = "to",
      .partner = secondment.partner,
      .sentence = absl::StrCat(
          prosecutor ? "The secondment of a liaison prosecutor"
                     : "The posting of a liaison "
                       "magistrate",
          " lasts for the last day on ", secondment.to,
          prosecutor
              ? ", and access to cases ends with it (EJR 54a). The partner names who follows."
              : " (EJR 53). The agency decides who follows."),
      .evidence = secondment.evidence,
      .certainty = Certainty::kFound});
}

void Collector::Consultations(const Consultation& consultation) {
  if (consultation.state != ConsultationState::kOpen) return;
  const absl::CivilDay deadline = ParseDay(consultation.deadline).value_or(query_.from);
  const auto event = [&](const char* field, absl::string_view then) {
    return ComingEvent{
        .kind = Kind::kConsultationDue,
        .resource = Name(consultation),
        .field = field,
        .partner = consultation.partner,
        .sentence = absl::StrCat("Member States reply to a consultation until ",
                                 consultation.deadline, ": ", consultation.replies.size(), " of ",
                                 consultation.member_states.size(), " have. ", then),
        .evidence = consultation.evidence,
        .certainty = Certainty::kFound};
  };
  Due(deadline, event("deadline", "The desk closes it."));
  const bool silent = consultation.replies.size() < consultation.member_states.size();
  if (silent && query_.from <= deadline) {
    Due(deadline - kReminderDays, event("reminder", "The desk reminds the others."));
  }
}

void Collector::Decisions() {
  for (const auto& [id, decision] : registry_.decisions()) {
    if (decision->withdraw_time.has_value() || decision->valid_to.empty()) continue;
    std::string partner = decision->partner;
    if (partner.empty() && decision->counterparts.size() == 1) {
      partner = decision->counterparts.front();
    }
    if (!query_.partner.empty() && partner != query_.partner) continue;
    On(DayRecorded(decision->valid_to),
       {.kind = Kind::kDecisionEnds,
        .resource = NameOf(*decision),
        .field = "valid_to",
        .partner = partner,
        .sentence = absl::StrCat("A decision (", StepText(Word(decision->kind)),
                                 ") is valid for the last time on ", decision->valid_to,
                                 ". Whoever took it decides anew."),
        .evidence = decision->evidence,
        .certainty = Certainty::kFound});
  }
}

void Collector::Keys() {
  for (const auto& [holder, id] : registry_.key_holders()) {
    const KeyStatement* const statement = registry_.FindKeyStatement(id);
    if (statement == nullptr) continue;
    const auto principal = identity::Principal::Parse(holder);
    const std::string partner = principal.ok() ? principal->partner : "";
    if (!query_.partner.empty() && partner != query_.partner) continue;
    const Contact* const contact = registry_.FindContactBySpiffeId(holder);
    if (contact != nullptr && contact->state != ContactState::kActive) continue;
    // Of an erased contact its keys are left, as evidence.
    if (contact == nullptr && principal.ok() &&
        principal->kind == identity::PrincipalKind::kPartner) {
      continue;
    }
    // Its last moment is just before `not_after`.
    const absl::CivilDay last = DayInBrussels(statement->not_after - absl::Nanoseconds(1));
    Due(last, {.kind = Kind::kSealingKeyEnds,
               .resource = NameOf(*statement),
               .field = "not_after",
               .partner = partner,
               .sentence = absl::StrCat("A sealing key is valid for the last time on ",
                                        FormatDay(last), ". Its holder publishes the next one."),
               .evidence = absl::StrCat("key statement of serial ", statement->serial),
               .certainty = Certainty::kFound});
  }
}

}  // namespace

std::string ComingEvent::Position() const {
  return absl::StrCat(FormatDay(day), " ", static_cast<int>(kind), " ", resource, " ", field);
}

std::vector<ComingEvent> ComingEvents(const Registry& registry, const ComingQuery& query) {
  Collector collector(registry, query);
  if (query.partner.empty()) {
    for (const auto& [id, partner] : registry.partners()) {
      if (!partner->deleted()) collector.Partner(*partner);
    }
  } else if (const Partner* partner = registry.FindPartner(query.partner)) {
    collector.Partner(*partner);
  }
  collector.Decisions();
  collector.Keys();
  return collector.Take();
}

}  // namespace comity::partner_registry
