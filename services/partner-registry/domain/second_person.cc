#include "services/partner-registry/domain/second_person.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/legal/scope.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/legal_facts.h"

namespace comity::partner_registry {
namespace {

// Whether data, administrative ones included, can be released on it, or a prosecutor be seconded.
bool CanCarry(InstrumentKind kind) {
  switch (kind) {  // Without a default: a new kind is not forgotten.
    case InstrumentKind::kCooperationAgreementPre2019:
    case InstrumentKind::kInternationalAgreement:
    case InstrumentKind::kAdequacyDecisionLed:
    case InstrumentKind::kAdequacyDecisionGdpr:
    case InstrumentKind::kDeemedNotATransfer:
    case InstrumentKind::kDenmarkAgreement:
    case InstrumentKind::kBindingInstrument:
      return true;
    case InstrumentKind::kUnspecified:
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
    case InstrumentKind::kAgreementBetweenUnionBodies:
    case InstrumentKind::kOtherAgreement:
      break;
  }
  return false;
}

// Whether a day from which it may have effect, or that it allows secondment, is sure.
bool MayCarry(const Instrument& instrument, const legal::Instrument& view, legal::Field field) {
  return WhatItTells(field) == Tells::kMayCarry && !ValueOf(instrument, field).empty() &&
         legal::Sure(view, field);
}

std::string HowToConfirm(const Instrument& instrument, absl::string_view field) {
  return absl::StrCat("ConfirmField; comity instruments confirm ", instrument.partner, "/",
                      instrument.id, " ", field);
}

Problem HasToBeConfirmed(absl::string_view column, absl::string_view what, absl::string_view how) {
  return {
      std::string(column),
      absl::StrCat(what,
                   " is not confirmed, and becomes surer only by a second person: leave it "
                   "unconfirmed, correct it if it is wrong, and have somebody else confirm it (",
                   how, "; with --evidence, and the --etag that the show command prints)")};
}

// Days from the first to the last; none if that lies before.
struct Days {
  absl::CivilDay first;
  absl::CivilDay last;
};

constexpr Days kNoDays{absl::CivilDay::max(), absl::CivilDay::min()};

// On which the class may hold.
Days PossibleDays(const LegalClassPeriod& period) {
  const auto to = PartialDate::Parse(period.to);
  return {FirstDay(period), to.ok() && to->known() ? to->latest() : absl::CivilDay::max()};
}

// On which it holds however its days are read.
Days SureDays(const legal::LegalClassPeriod& period) {
  const PartialDate from = legal::Widen(period.from, period.certainty);
  const PartialDate to = legal::Widen(period.to, period.certainty);
  return {from.known() ? from.latest() : absl::CivilDay::min(),
          to.known() ? to.earliest() : absl::CivilDay::max()};
}

legal::LegalClassPeriod AsRecorded(const LegalClassPeriod& period) {
  const auto day = [](const std::string& text) {
    return PartialDate::Parse(text).value_or(PartialDate());
  };
  return {.legal_class = period.legal_class,
          .from = day(period.from),
          .to = day(period.to),
          .certainty = period.certainty};
}

// Whether each of `days` is one of those that `days_of` makes of `periods`, which are in order.
template <typename Period, typename DaysOf>
bool LiesIn(const Days& days, const std::vector<Period>& periods, DaysOf days_of) {
  absl::CivilDay next = days.first;
  for (const Period& period : periods) {
    if (next > days.last) break;
    const Days held = days_of(period);
    if (held.first > next || held.last < next) continue;
    if (held.last >= days.last) return true;
    next = held.last + 1;
  }
  return next > days.last;
}

// The earlier version governs again once nothing says that it was replaced.
std::optional<Problem> GovernsAgain(const Registry& registry, const Instrument& old,
                                    const Instrument& made) {
  if (old.supersedes.empty() || old.supersedes == made.supersedes) return std::nullopt;
  const std::string name = absl::StrCat("partners/", old.partner, "/instruments/", old.supersedes);
  const Instrument* earlier = registry.FindInstrument(name);
  if (earlier == nullptr) return std::nullopt;
  std::optional<Problem> again;
  ForEachDecisive([&](legal::Field field) {
    if (again.has_value() || !MayCarry(*earlier, ToLegal(*earlier), field)) return;
    again = Problem{"supersedes",
                    absl::StrCat(name,
                                 " would govern again on one person's word: say first that "
                                 "its `",
                                 legal::Name(field),
                                 "` is UNCONFIRMED, and have somebody else confirm it afterwards (",
                                 HowToConfirm(*earlier, legal::Name(field)), ")")};
  });
  return again;
}

}  // namespace

std::optional<Problem> MadeSurer(const Registry& registry, const Instrument* old,
                                 const Instrument& made) {
  static const Instrument none;
  const Instrument& before = old == nullptr ? none : *old;
  const legal::Instrument was = AsRecorded(before);
  const legal::Instrument held = ToLegal(before);
  const legal::Instrument is = AsRecorded(made);
  std::optional<Problem> surer = GovernsAgain(registry, before, made);
  if (surer.has_value()) return surer;
  if (old != nullptr && legal::Widens(old->scope, made.scope) &&
      legal::Sure(is, legal::Field::kScope)) {
    return HasToBeConfirmed(
        "certainty", "What is added to `scope`",
        absl::StrCat("say scope:unconfirmed with it, then ", HowToConfirm(made, "scope")));
  }
  ForEachDecisive([&](legal::Field field) {
    if (surer.has_value()) return;
    const bool bound = IsBound(before, was, field);
    if (SaysThereIsNone(made, field) && (bound || SaysNobodyKnows(before, field))) {
      surer = Problem{"certainty",
                      absl::StrCat("`", legal::Name(field),
                                   "` is not confirmed, and empty it says for sure that there is "
                                   "none: leave its certainty UNKNOWN")};
      return;
    }
    if (LeavesEffectUntil(before, held, field) < LeavesEffectUntil(made, is, field)) {
      surer = HasToBeConfirmed(
          "certainty",
          absl::StrCat("That `", legal::Name(field), "` leaves it an effect for longer"),
          absl::StrCat("record it as UNCONFIRMED, or empty as UNKNOWN, then ",
                       HowToConfirm(made, legal::Name(field))));
      return;
    }
    const bool stays = old != nullptr && ValueOf(made, field) == ValueOf(before, field) &&
                       was.CertaintyOf(field) == is.CertaintyOf(field);
    const bool carries = CanCarry(made.kind) && !stays && MayCarry(made, is, field);
    const bool surer_than_before = bound && !ValueOf(made, field).empty() && legal::Sure(is, field);
    if (!carries && !surer_than_before) return;
    surer = HasToBeConfirmed(
        "certainty", absl::StrCat("`", legal::Name(field), "`"),
        absl::StrCat("record it as UNCONFIRMED, then ", HowToConfirm(made, legal::Name(field))));
  });
  return surer;
}

std::optional<Problem> WithoutEvidence(const Instrument* old, const Instrument& made) {
  if (!made.reference.empty()) return std::nullopt;
  static const Instrument none;
  const Instrument& before = old == nullptr ? none : *old;
  const legal::Instrument was = AsRecorded(before);
  const legal::Instrument is = AsRecorded(made);
  std::optional<Problem> without;
  ForEachDecisive([&](legal::Field field) {
    if (without.has_value()) return;
    const std::string value = ValueOf(made, field);
    // What holds already without a reference stays; what rests on one does not without it.
    const bool stays = before.reference.empty() && value == ValueOf(before, field) &&
                       was.CertaintyOf(field) == is.CertaintyOf(field);
    if (stays || !MayCarry(made, is, field)) return;
    without =
        Problem{"reference",
                absl::StrCat("name the document that shows `", legal::Name(field),
                             "`, such as OJ L 149, 30.4.2021, or say in `certainty` that it is "
                             "unconfirmed, so that a second person confirms it with evidence")};
  });
  return without;
}

std::optional<Problem> MadeSurer(const Authority* old, const Authority& made) {
  if (!legal::Confirmed(made.certainty)) return std::nullopt;
  const std::string how =
      absl::StrCat("ConfirmAuthority; comity authorities confirm ", made.partner, "/", made.id);
  if (old != nullptr && !legal::Confirmed(old->certainty)) {
    return HasToBeConfirmed("certainty", "The authority", how);
  }
  // Under another name it is another authority, for all that anybody can tell.
  const bool another = old == nullptr || old->display_name != made.display_name;
  if (!another && !legal::Widens(ToLegal(*old), ToLegal(made))) return std::nullopt;
  return HasToBeConfirmed("certainty",
                          another
                              ? "What an authority of this name is competent and covered for"
                              : "What the authority is competent or covered for more than before",
                          absl::StrCat("record it with certainty UNCONFIRMED, then ", how));
}

std::optional<Problem> MadeSurer(const Partner* old, const Partner& made) {
  static const Partner none;
  const Partner& before = old == nullptr ? none : *old;
  const auto sure = [](const Competence& competence) {
    return competence.criminal_matters && legal::Confirmed(competence.certainty);
  };
  if (sure(made.competence) && !sure(before.competence)) {
    return HasToBeConfirmed(
        "competence_certainty", "That the partner is competent in criminal matters",
        absl::StrCat("record it with competence_certainty UNCONFIRMED, then ConfirmCompetence; "
                     "comity partners confirm-competence ",
                     made.id));
  }
  const auto not_sure = [&](absl::string_view what, const LegalClassPeriod& period) {
    return HasToBeConfirmed(
        "legal_classes", what,
        absl::StrCat("record it with certainty UNCONFIRMED, then ConfirmLegalClass; comity "
                     "partners confirm-class ",
                     made.id, period.from.empty() ? "" : " --from ", period.from));
  };
  const std::vector<legal::LegalClassPeriod> known = ToLegal(before).classes;
  for (const LegalClassPeriod& period : made.legal_classes) {
    if (!legal::Confirmed(period.certainty)) continue;
    const bool was_sure = LiesIn(SureDays(AsRecorded(period)), known, [&](const auto& earlier) {
      const bool same = earlier.legal_class == period.legal_class;
      return same && legal::Confirmed(earlier.certainty) ? SureDays(earlier) : kNoDays;
    });
    if (was_sure) continue;
    return not_sure(absl::StrCat("That the partner is ", Word(period.legal_class), " from ",
                                 period.from.empty() ? "ever" : period.from, " to ",
                                 period.to.empty() ? "further notice" : period.to),
                    period);
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (legal::Confirmed(known[i].certainty)) continue;
    const LegalClassPeriod& period = before.legal_classes[i];
    const bool stays =
        LiesIn(PossibleDays(period), made.legal_classes, [](const LegalClassPeriod& later) {
          return legal::Confirmed(later.certainty) ? kNoDays : PossibleDays(later);
        });
    if (stays) continue;
    return Problem{
        "legal_classes",
        absl::StrCat(
            "Of the days on which the legal class was not confirmed (",
            period.from.empty() ? "ever" : period.from, " to ",
            period.to.empty() ? "further notice" : period.to,
            ") none may be left out or become sure: enter for each of them a period of the "
            "class that is right with certainty UNCONFIRMED, and have somebody else "
            "confirm that (ConfirmLegalClass; comity partners confirm-class ",
            made.id, ")")};
  }
  return std::nullopt;
}

absl::Status CheckNotSurer(const std::optional<Problem>& surer, absl::string_view path) {
  if (!surer.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(surer->what, "."),
                   {.reason = kConfirmationNeeded,
                    .metadata = {{"field", absl::StrCat(path, ".", surer->field)}}});
}

}  // namespace comity::partner_registry
