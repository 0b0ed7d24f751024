#include "services/partner-registry/domain/second_person.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/legal/scope.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/documents.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/remedies.h"

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
    // No basis, but cooperation with a single Member State rests on it (EJR 3(5)), and magistrates
    // are posted under it.
    case InstrumentKind::kWorkingArrangement:
      return true;
    case InstrumentKind::kUnspecified:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
    case InstrumentKind::kAgreementBetweenUnionBodies:
    case InstrumentKind::kOtherAgreement:
      break;
  }
  return false;
}

// What would be sure: `set`, in a file `in_file`, says that it is not, and `confirm` how it gets
// so.
Problem HasToBeConfirmed(absl::string_view column, absl::string_view what, absl::string_view set,
                         absl::string_view in_file, absl::string_view confirm) {
  return {std::string(column),
          absl::StrCat(what,
                       " is not confirmed, and becomes surer only by a second person: say so with "
                       "`--set ",
                       set, "` (in a file: ", in_file,
                       "), correct it if it is wrong, and have somebody else confirm it with ",
                       confirm)};
}

// What a second person confirmed as it is: `set` is what is recorded.
Problem IsSureAlready(absl::string_view column, absl::string_view what, absl::string_view set) {
  return {std::string(column),
          absl::StrCat(what,
                       " is sure already, since a second person confirmed it: leave its certainty "
                       "as it is recorded with `--set ",
                       set, "`, in a file likewise")};
}

// Of a field of an instrument, which is recorded as unconfirmed for now.
Problem FieldHasToBeConfirmed(const Instrument& made, absl::string_view field,
                              absl::string_view what) {
  return HasToBeConfirmed("certainty", what, CertaintyOfField(field, Certainty::kUnconfirmed),
                          absl::StrCat(field, ":unconfirmed"), HowToConfirm(made, field));
}

// Of a field of which nobody ever confirms that there is none.
Problem NobodyKnows(absl::string_view field) {
  return {"certainty",
          absl::StrCat("`", field, "` is not confirmed, and empty it says for sure that there is ",
                       "none: say that nobody knows with `--set ",
                       CertaintyOfField(field, Certainty::kUnknown), "` (in a file: ", field,
                       ":unknown)")};
}

// The edges of what `date` may mean, and the days beside them: on others nothing changes.
void AddDays(const PartialDate& date, Certainty certainty, std::set<absl::CivilDay>& days) {
  const PartialDate widened = legal::Widen(date, certainty);
  if (!widened.known()) return;
  for (const absl::CivilDay edge : {widened.earliest(), widened.latest()}) {
    days.insert({edge - 1, edge, edge + 1});
  }
}

std::set<absl::CivilDay> DaysOf(const Instrument& instrument) {
  const legal::Instrument view = AsRecorded(instrument);
  std::set<absl::CivilDay> days;
  ForEachDecisive([&](legal::Field field) {
    const PartialDate date = DayRecorded(ValueOf(instrument, field));
    AddDays(date, Certainty::kFound, days);  // As it is once it is confirmed.
    AddDays(date, view.CertaintyOf(field), days);
  });
  return days;
}

// The first day on which `made` has an effect and `before` surely has none, by the law's own
// reading of both, apart from their versions; nullopt if there is none.
std::optional<absl::CivilDay> GainsEffect(const Instrument& before, Instrument made) {
  if (!CanCarry(made.kind)) return std::nullopt;
  RecordBy("", &before, made);  // What stays confirmed.
  const legal::Instrument held = ToLegal(before);
  const legal::Instrument is = ToLegal(made);
  const legal::Dossier alone;
  std::set<absl::CivilDay> days = DaysOf(before);
  days.merge(DaysOf(made));
  for (const absl::CivilDay day : days) {
    const auto has_effect = [&](const legal::Instrument& instrument) {
      return legal::EffectOf(instrument, alone, {.day = day}).holds == legal::Tri::kYes;
    };
    if (has_effect(is) && !has_effect(held)) return day;
  }
  return std::nullopt;
}

// The first day on which `made` surely is public and `before` was not: nobody shows it to others on
// one person's word.
std::optional<Problem> PublicOnOnesWord(const Instrument& before, Instrument made) {
  std::set<absl::CivilDay> days = DaysOf(before);
  days.merge(DaysOf(made));
  // Of which a day of publication was never stated, the signature makes it public.
  const legal::Field tells =
      made.public_since.empty() ? legal::Field::kSigned : legal::Field::kPublicSince;
  RecordBy("", &before, made);  // What stays confirmed.
  for (const absl::CivilDay day : days) {
    if (!SurelyPublic(made, day) || SurelyPublic(before, day)) continue;
    return FieldHasToBeConfirmed(made, legal::Name(tells),
                                 absl::StrCat("That it was public on ", FormatDay(day)));
  }
  return std::nullopt;
}

// With `fields` unsure.
Instrument Waiting(const Instrument& made, const std::vector<legal::Field>& fields) {
  const legal::Instrument is = AsRecorded(made);
  Instrument waiting = made;
  for (const legal::Field field : fields) {
    waiting.certainty[std::string(legal::Name(field))] = UnsureInPlaceOf(is.CertaintyOf(field));
  }
  return waiting;
}

// An effect that no rule on a single field finds, such as one that comes from leaving a day out:
// what it would rest on waits.
std::optional<Problem> HasNewEffect(const Instrument& before, const Instrument& made) {
  const std::optional<absl::CivilDay> day = GainsEffect(before, made);
  if (!day.has_value()) return std::nullopt;
  std::vector<legal::Field> rests_on;
  ForEachDecisive([&](legal::Field field) {
    const bool begins =
        WhatItTells(field) == Tells::kMayCarry && field != legal::Field::kAllowsSecondment;
    if (begins && !ValueOf(made, field).empty()) rests_on.push_back(field);
  });
  // One of them is enough, if it is one without which there is no effect.
  const auto enough = std::find_if(rests_on.rbegin(), rests_on.rend(), [&](legal::Field field) {
    return !GainsEffect(before, Waiting(made, {field})).has_value();
  });
  if (enough != rests_on.rend()) rests_on = std::vector<legal::Field>{*enough};
  const legal::Instrument waiting = AsRecorded(Waiting(made, rests_on));
  std::vector<std::string> set;
  std::vector<std::string> in_file;
  std::vector<std::string> confirm;
  for (const legal::Field field : rests_on) {
    const Certainty unsure = waiting.CertaintyOf(field);
    set.push_back(absl::StrCat("--set ", CertaintyOfField(legal::Name(field), unsure)));
    in_file.push_back(absl::StrCat(legal::Name(field), ":", absl::AsciiStrToLower(Word(unsure))));
    confirm.push_back(HowToConfirm(made, legal::Name(field)));
  }
  return Problem{
      "certainty",
      absl::StrCat("It would have an effect on ", FormatDay(*day), " on one person's word: add `",
                   absl::StrJoin(set, " "), "` (in a file: ", absl::StrJoin(in_file, ", "),
                   "), and have somebody else confirm with ", absl::StrJoin(confirm, " and "))};
}

// Days from the first to the last; none if that lies before.
struct Days {
  absl::CivilDay first;
  absl::CivilDay last;
};

constexpr Days kNoDays{absl::CivilDay::max(), absl::CivilDay::min()};

// On which the class may hold.
Days PossibleDays(const LegalClassPeriod& period) {
  const PartialDate to = DayRecorded(period.to);
  return {FirstDay(period), to.known() ? to.latest() : absl::CivilDay::max()};
}

// On which it holds however its days are read.
Days SureDays(const legal::LegalClassPeriod& period) {
  const PartialDate from = legal::Widen(period.from, period.certainty);
  const PartialDate to = legal::Widen(period.to, period.certainty);
  return {from.known() ? from.latest() : absl::CivilDay::min(),
          to.known() ? to.earliest() : absl::CivilDay::max()};
}

legal::LegalClassPeriod AsRecorded(const LegalClassPeriod& period) {
  return {.legal_class = period.legal_class,
          .from = DayRecorded(period.from),
          .to = DayRecorded(period.to),
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

constexpr char kOthers[] = "; OTHERS are the other periods";

// "from 2020-01-01 to further notice".
std::string SpanOf(const LegalClassPeriod& period) {
  return absl::StrCat("from ", period.from.empty() ? "ever" : period.from, " to ",
                      period.to.empty() ? "further notice" : period.to);
}

// A day on which `made` is surely of a class and `before` is not, by the law's own reading of all
// periods together: one that left it open was shortened or left out. Of periods that Check accepts,
// which do not overlap, the rules on single ones find all of it (MadeSurer); this one stands for
// what was recorded before overlaps were refused (AClassIsNotMadeSureByTheEndOfTheOneBefore).
std::optional<Problem> IsOfANewClass(const Partner& before, Partner made) {
  RecordBy("", &before, made);  // What stays confirmed.
  const legal::Partner held = ToLegal(before);
  const legal::Partner is = ToLegal(made);
  std::set<absl::CivilDay> days;
  for (const legal::Partner* const partner : {&held, &is}) {
    for (const legal::LegalClassPeriod& period : partner->classes) {
      AddDays(period.from, period.certainty, days);
      AddDays(period.to, period.certainty, days);
    }
  }
  for (const absl::CivilDay day : days) {
    const legal::ClassOnDay now = legal::ClassOf(is, {.day = day});
    const legal::ClassOnDay earlier = legal::ClassOf(held, {.day = day});
    const bool same = earlier.known == legal::Tri::kYes && earlier.legal_class == now.legal_class;
    if (now.known != legal::Tri::kYes || same) continue;
    for (LegalClassPeriod period : made.legal_classes) {
      if (period.legal_class != now.legal_class || FirstDay(period) > day) continue;
      period.certainty = UnsureInPlaceOf(period.certainty);
      const bool others = made.legal_classes.size() > 1;
      return HasToBeConfirmed(
          "legal_classes",
          absl::StrCat("That the partner is surely ", Word(now.legal_class), " on ",
                       FormatDay(day)),
          LegalClasses({period}, others),
          absl::StrCat(absl::AsciiStrToLower(Word(period.certainty)), others ? kOthers : ""),
          HowToConfirm(made, period));
    }
  }
  return std::nullopt;
}

// The earlier version governs again once nothing says that it was replaced.
std::optional<Problem> GovernsAgain(const Registry& registry, const Instrument& old,
                                    const Instrument& made) {
  const Instrument* const earlier = NoMoreReplaced(registry, old, made);
  if (earlier == nullptr) return std::nullopt;
  const SureFields sure = SureFieldsOf(*earlier, ToLegal(*earlier));
  if (sure.empty()) return std::nullopt;
  return Problem{
      "supersedes",
      absl::StrCat(NameOf(*earlier),
                   " would govern again on one person's word: say first that what is sure of "
                   "it is not, with ",
                   HowToUpdate(*earlier, sure.unsure),
                   ", and afterwards have somebody else confirm ",
                   HowToConfirm(*earlier, sure.names))};
}

// Under another name it is another partner: what is sure of it in law was sure of the one before.
std::optional<Problem> SureUnderAnotherName(const Partner& made) {
  std::vector<LegalClassPeriod> waiting = made.legal_classes;
  std::vector<std::string> confirm;
  for (LegalClassPeriod& period : waiting) {
    if (!legal::Confirmed(period.certainty)) continue;
    period.certainty = Certainty::kUnconfirmed;
    confirm.push_back(HowToConfirm(made, period));
  }
  if (!confirm.empty()) {
    return HasToBeConfirmed("legal_classes", "What a partner of this name is in law",
                            LegalClasses(waiting, false), "unconfirmed",
                            absl::StrJoin(confirm, " and "));
  }
  if (!made.competence.criminal_matters || !legal::Confirmed(made.competence.certainty)) {
    return std::nullopt;
  }
  return HasToBeConfirmed(
      "competence_certainty", "That a partner of this name is competent in criminal matters",
      "competence_certainty=unconfirmed", "unconfirmed", HowToConfirmCompetence(made));
}

}  // namespace

const Instrument* NoMoreReplaced(const Registry& registry, const Instrument& old,
                                 const Instrument& made) {
  if (old.supersedes.empty() || old.supersedes == made.supersedes) return nullptr;
  return registry.FindInstrument(
      absl::StrCat("partners/", old.partner, "/instruments/", old.supersedes));
}

// Rules on single fields, and the comparison of effects, which sees how fields play together but
// only what this edit gains now. What gains nothing today because another field is unsure would be
// released by a confirmation of that other field alone, since PlanConfirmField compares nothing:
// against that stand the rules on single fields, and that whoever loosens is not who confirms
// (RecordBy, AnswerFor).
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
    return FieldHasToBeConfirmed(made, "scope", "What is added to `scope`");
  }
  ForEachDecisive([&](legal::Field field) {
    if (surer.has_value()) return;
    const absl::string_view name = legal::Name(field);
    const bool bound = IsBound(before, was, field);
    const bool confirmed = SameValue(made, before, field) && IsConfirmed(before, field);
    const auto sure_already = [&] {
      return IsSureAlready("certainty", absl::StrCat("`", name, "`"),
                           CertaintyOfField(name, was.CertaintyOf(field)));
    };
    // Of a day that was sure, too: it is left out behind a true word on the one that counts then.
    const bool left_out = AnotherCountsWithout(made.kind, field) && !ValueOf(before, field).empty();
    if (SaysThereIsNone(made, field) && (bound || left_out || LeavesOpen(before, field))) {
      surer = confirmed ? sure_already()
              : CanBeNone(made.kind, field)
                  ? FieldHasToBeConfirmed(made, name, absl::StrCat("That there is no `", name, "`"))
                  : NobodyKnows(name);
      return;
    }
    if (LeavesEffectUntil(before, held, field) < LeavesEffectUntil(made, is, field)) {
      surer = FieldHasToBeConfirmed(
          made, name, absl::StrCat("That `", name, "` leaves it an effect for longer"));
      return;
    }
    const bool stays = old != nullptr && SameValue(made, before, field) &&
                       was.CertaintyOf(field) == is.CertaintyOf(field);
    const bool carries = CanCarry(made.kind) && !stays && MayCarry(made, is, field);
    const bool surer_than_before = bound && !ValueOf(made, field).empty() && legal::Sure(is, field);
    if (!carries && !surer_than_before) return;
    surer = confirmed ? sure_already()
                      : FieldHasToBeConfirmed(made, name, absl::StrCat("`", name, "`"));
  });
  if (!surer.has_value() && old != nullptr) surer = SureByAnotherDocument(*old, made);
  if (!surer.has_value()) surer = PublicOnOnesWord(before, made);
  return surer.has_value() ? surer : HasNewEffect(before, made);
}

std::optional<Problem> MadeSurer(const Authority* old, const Authority& made) {
  if (!legal::Confirmed(made.certainty)) return std::nullopt;
  const auto needed = [&](absl::string_view what) {
    return HasToBeConfirmed("certainty", what, "certainty=unconfirmed", "unconfirmed",
                            HowToConfirm(made));
  };
  // Under another name it is another authority, for all that anybody can tell.
  const bool another = old == nullptr || old->display_name != made.display_name;
  const bool widens = !another && legal::Widens(ToLegal(*old), ToLegal(made));
  if (old != nullptr && !legal::Confirmed(old->certainty)) {
    if (another || widens || !old->confirmation.has_value()) return needed("The authority");
    return IsSureAlready("certainty", "The authority", SetCertainty("certainty", old->certainty));
  }
  if (!another && !widens) return std::nullopt;
  return needed(another ? "What an authority of this name is competent and covered for"
                        : "What the authority is competent or covered for more than before");
}

std::optional<Problem> MadeSurer(const Partner* old, const Partner& made) {
  static const Partner none;
  const Partner& before = old == nullptr ? none : *old;
  if (old != nullptr && HasAnotherName(*old, made)) {
    if (std::optional<Problem> sure = SureUnderAnotherName(made)) return sure;
  }
  const auto sure = [](const Competence& competence) {
    return competence.criminal_matters && legal::Confirmed(competence.certainty);
  };
  if (sure(made.competence) && !sure(before.competence)) {
    constexpr char kColumn[] = "competence_certainty";
    if (before.competence.criminal_matters && before.competence.confirmation.has_value()) {
      return IsSureAlready(kColumn, "The competence",
                           SetCertainty(kColumn, before.competence.certainty));
    }
    return HasToBeConfirmed(kColumn, "That the partner is competent in criminal matters",
                            "competence_certainty=unconfirmed", "unconfirmed",
                            HowToConfirmCompetence(made));
  }
  const std::vector<legal::LegalClassPeriod> known = ToLegal(before).classes;
  for (const LegalClassPeriod& period : made.legal_classes) {
    if (!legal::Confirmed(period.certainty)) continue;
    const bool was_sure = LiesIn(SureDays(AsRecorded(period)), known, [&](const auto& earlier) {
      const bool same = earlier.legal_class == period.legal_class;
      return same && legal::Confirmed(earlier.certainty) ? SureDays(earlier) : kNoDays;
    });
    if (was_sure) continue;
    LegalClassPeriod unsure = period;
    unsure.certainty = Certainty::kUnconfirmed;
    const bool others = made.legal_classes.size() > 1;
    return HasToBeConfirmed(
        "legal_classes",
        absl::StrCat("That the partner is ", Word(period.legal_class), " ", SpanOf(period)),
        LegalClasses({unsure}, others), absl::StrCat("unconfirmed", others ? kOthers : ""),
        HowToConfirm(made, unsure));
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (legal::Confirmed(known[i].certainty)) continue;
    const LegalClassPeriod& period = before.legal_classes[i];
    const bool stays =
        LiesIn(PossibleDays(period), made.legal_classes, [](const LegalClassPeriod& later) {
          return legal::Confirmed(later.certainty) ? kNoDays : PossibleDays(later);
        });
    if (stays) continue;
    const bool others = known.size() > 1;
    return Problem{
        "legal_classes",
        absl::StrCat("Of the days on which the legal class was not confirmed (", SpanOf(period),
                     ") none may be left out or become sure: enter for each of them the class that "
                     "is right and certainty UNCONFIRMED, or leave it as it is with `--set ",
                     LegalClasses({period}, others), "` (in a file: unconfirmed",
                     others ? kOthers : "", "), and have somebody else confirm it with ",
                     HowToConfirm(made, period))};
  }
  return IsOfANewClass(before, made);
}

absl::Status CheckNotSurer(const std::optional<Problem>& surer, absl::string_view path) {
  if (!surer.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(surer->what, "."),
                   {.reason = kConfirmationNeeded,
                    .metadata = {{"field", absl::StrCat(path, ".", surer->field)}}});
}

}  // namespace comity::partner_registry
