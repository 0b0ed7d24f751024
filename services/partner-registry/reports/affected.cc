#include "services/partner-registry/reports/affected.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/legal/explain.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/step_order.h"
#include "services/partner-registry/reports/questions.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

constexpr char kAccessEnds[] =
    "The secondment ends, and with it access to cases: the agency tells the partner and the "
    "national members concerned (EJR 24, 54a).";

// What legal::Suppose changes, in the registry's own words.
absl::StatusOr<Instrument> Suppose(Instrument instrument, Supposition supposition,
                                   absl::CivilDay day) {
  using legal::Field;
  COMITY_ASSIGN_OR_RETURN(const legal::Instrument supposed,
                          legal::Suppose(ToLegal(instrument), supposition, day));
  instrument.ended = supposed.ended.ToString();
  instrument.notified_end = supposed.notified_end.ToString();
  instrument.suspended_from = supposed.suspended_from.ToString();
  instrument.parts_suspended = supposed.parts_suspended;
  for (const Field field : {Field::kEnded, Field::kSuspendedFrom, Field::kPartsSuspended}) {
    instrument.certainty[std::string(legal::Name(field))] = supposed.CertaintyOf(field);
  }
  return instrument;
}

// "PERMITTED (56(2)(b))": the outcome, and the articles of the basis or of what stands in the way.
std::string Summary(const legal::Verdict& verdict) {
  const std::string basis = absl::StrCat("BASIS_", Letter(verdict.basis()));
  const legal::Reason* cited = nullptr;
  for (const legal::Reason& reason : verdict.reasons) {
    if (reason.code == basis || (cited == nullptr && reason.outcome == verdict.outcome)) {
      cited = &reason;
    }
  }
  return cited == nullptr ? std::string(legal::Name(verdict.outcome))
                          : absl::StrCat(legal::Name(verdict.outcome), " (", cited->article, ")");
}

bool Open(legal::Outcome outcome) {
  return outcome == legal::Outcome::kPermitted || outcome == legal::Outcome::kPermittedSubjectTo;
}

std::string Summary(const AxisStanding& axis) {
  return axis.day.empty() ? StepText(axis.step)
                          : absl::StrCat(StepText(axis.step),
                                         axis.certainty == Certainty::kUnknown ? " " : " since ",
                                         SinceText(axis.day, axis.certainty));
}

// The registry before and after, looked at on one day.
class Comparison {
 public:
  Comparison(const Registry& before, const Registry& after, const Instrument& instrument,
             absl::CivilDay day)
      : before_(before),
        after_(after),
        instrument_(instrument),
        partner_(*before.FindPartner(instrument.partner)),
        footnote_(partner_.status_footnote.empty() ? ""
                                                   : absl::StrCat(" ", partner_.status_footnote)),
        day_(day),
        // Noon, so that the day is the same wherever the question is read.
        time_{.instant = absl::FromCivil(absl::CivilHour(day) + 12, Brussels()),
              .mode = legal::Mode::kExplore} {}

  std::vector<Affected> Compare() {
    Transfers();
    Entitlement();
    Secondments();
    Contacts();
    Axes();
    return std::move(affected_);
  }

 private:
  void Transfers();
  void Entitlement();
  void Secondments();
  void Contacts();
  void Axes();

  const Registry& before_;
  const Registry& after_;
  const Instrument& instrument_;
  const Partner& partner_;
  const std::string footnote_;  // Goes at the end of a sentence that names the partner.
  const absl::CivilDay day_;
  const QuestionTime time_;
  std::set<std::string> closed_;  // Authorities to which nothing could be sent any more.
  std::set<std::string> opened_;  // ... to which something could be sent now.
  std::vector<Affected> affected_;
};

void Comparison::Transfers() {
  for (const std::string& counterpart : CounterpartsOf(before_, partner_)) {
    const legal::Question question = StandardQuestion(counterpart, legal::DataKind::kOperational,
                                                      legal::Direction::kSend, time_);
    const legal::Verdict was = legal::Evaluate(before_.facts(), question);
    const legal::Verdict would = legal::Evaluate(after_.facts(), question);
    if (was.outcome == would.outcome && was.bases == would.bases) continue;
    if (Open(was.outcome) && !Open(would.outcome)) closed_.insert(counterpart);
    if (!Open(was.outcome) && Open(would.outcome)) opened_.insert(counterpart);
    const Authority* const authority = before_.FindAuthority(counterpart);
    const std::string todo = legal::ToDo(would);
    affected_.push_back({.kind = Affected::Kind::kTransfer,
                         .resource = counterpart,
                         .before = Summary(was),
                         .after = Summary(would),
                         .sentence = absl::StrCat(
                             "Operational personal data to ",
                             authority == nullptr ? partner_.display_name : authority->display_name,
                             " on ", FormatDay(day_), ": ",
                             was.outcome == would.outcome ? "another basis would be cited."
                                                          : absl::StrCat(Text(would.outcome), "."),
                             todo.empty() ? "" : " ", todo, footnote_),
                         .outcome_before = was.outcome,
                         .outcome_after = would.outcome});
  }
}

void Comparison::Entitlement() {
  const legal::SecondmentQuestion question{
      .instant = time_.instant, .mode = time_.mode, .partner = NameOf(partner_)};
  const legal::Verdict was = legal::EvaluateSecondment(before_.facts(), question);
  const legal::Verdict would = legal::EvaluateSecondment(after_.facts(), question);
  if (was.outcome == would.outcome && was.bases == would.bases) return;
  const Standing standing = StandingOn(before_, partner_, day_);
  const AxisStanding& axis = standing.axes[static_cast<std::size_t>(Axis::kLiaisonProsecutor) - 1];
  // A secondment of which nothing but the step was recorded; otherwise what the partner is entitled
  // to.
  const bool ends =
      was.outcome == legal::Outcome::kPermitted && would.outcome != legal::Outcome::kPermitted;
  std::string resource = NameOf(partner_);
  std::string sentence = would.reasons.front().sentence;
  for (const Milestone& step : axis.history) {
    if (step.step != axis.step || step.step != "SECONDED" || IsDerived(step)) continue;
    resource = NameOf(step);
    if (ends) sentence = absl::StrCat(would.reasons.front().sentence, " ", kAccessEnds);
  }
  affected_.push_back({.kind = Affected::Kind::kSecondment,
                       .resource = std::move(resource),
                       .before = Summary(was),
                       .after = Summary(would),
                       .sentence = absl::StrCat(sentence, footnote_)});
}

void Comparison::Secondments() {
  const auto words = [](const std::string& why) {
    return why.empty() ? std::string("in effect") : absl::StrCat("not in effect: ", why);
  };
  for (const Secondment* secondment : before_.relations().Of<Secondment>(partner_.id)) {
    const std::string was = WhyNotInEffect(before_, *secondment, day_);
    const std::string would = WhyNotInEffect(after_, *secondment, day_);
    if (was.empty() == would.empty()) continue;
    const bool prosecutor = secondment->kind == SecondmentKind::kLiaisonProsecutor;
    const char* const sentence =
        !was.empty() ? "The secondment has effect on that day."
        : prosecutor ? kAccessEnds
                     : "The posting of the liaison magistrate ends: the agency calls him back, or "
                       "enters another under an arrangement that has effect (EJR 53).";
    affected_.push_back({.kind = Affected::Kind::kSecondment,
                         .resource = Name(*secondment),
                         .before = words(was),
                         .after = words(would),
                         .sentence = absl::StrCat(sentence, footnote_)});
  }
}

void Comparison::Contacts() {
  for (const Contact* contact : before_.ContactsOf(partner_.id)) {
    const bool counts = before_.Counts(*contact, day_);
    if (counts != after_.Counts(*contact, day_)) {
      affected_.push_back(
          {.kind = Affected::Kind::kContact,
           .resource = NameOf(*contact),
           .before = counts ? "counts" : "does not count",
           .after = counts ? "does not count" : "counts",
           .sentence = counts
                           ? "It could neither call nor be sealed to any more, here and in every "
                             "service: tell it before the day, and who takes its place."
                           : "It could call, here and in every service."});
      continue;
    }
    if (!contact->opener) continue;
    const std::string authority =
        absl::StrCat(NameOf(partner_), "/authorities/", contact->authority);
    const bool closes = closed_.count(authority) != 0;
    if (!closes && opened_.count(authority) == 0) continue;
    // One that is not valid or not seconded opens nothing anyhow.
    if (!counts) continue;
    const char* const can = "opens documents sent to the authority";
    const char* const cannot = "none can be sent to the authority";
    affected_.push_back(
        {.kind = Affected::Kind::kContact,
         .resource = NameOf(*contact),
         .before = closes ? can : cannot,
         .after = closes ? cannot : can,
         .sentence = closes
                         ? "Nothing operational could be sealed to this contact any more: tell it "
                           "before the day, and name another basis or another way."
                         : "Operational personal data could be sealed to this contact."});
  }
}

void Comparison::Axes() {
  const Standing was = StandingOn(before_, partner_, day_);
  const Standing would = StandingOn(after_, *after_.FindPartner(partner_.id), day_);
  for (std::size_t i = 0; i < was.axes.size(); ++i) {
    if (was.axes[i].step == would.axes[i].step && was.axes[i].day == would.axes[i].day) continue;
    affected_.push_back({.kind = Affected::Kind::kAxis,
                         .resource = NameOf(partner_),
                         .before = Summary(was.axes[i]),
                         .after = Summary(would.axes[i]),
                         .sentence = absl::StrCat("On the axis ", Text(was.axes[i].axis),
                                                  ". Next: ", would.axes[i].next_step, ".")});
  }
}

}  // namespace

absl::StatusOr<std::vector<Affected>> AffectedBy(const Registry& registry,
                                                 const Instrument& instrument,
                                                 Supposition supposition, absl::CivilDay day) {
  COMITY_ASSIGN_OR_RETURN(Instrument supposed, Suppose(instrument, supposition, day));
  // Of the same revision: nothing was recorded.
  Registry after = registry;
  after.Apply({.revision = registry.revision(), .facts = {std::move(supposed)}});
  return Comparison(registry, after, instrument, day).Compare();
}

}  // namespace comity::partner_registry
