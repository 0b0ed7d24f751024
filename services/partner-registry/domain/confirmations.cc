#include "services/partner-registry/domain/confirmations.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/legal/scope.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

template <typename Visit>
void ForEachDecisive(Visit visit) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(legal::Field::kCount); ++i) {
    visit(static_cast<legal::Field>(i));
  }
}

// What the field says, as text; empty if it says nothing.
std::string ValueOf(const Instrument& instrument, legal::Field field) {
  using legal::Field;
  switch (field) {
    case Field::kSigned:
      return instrument.signed_on;
    case Field::kProvisionalFrom:
      return instrument.provisional_from;
    case Field::kInForce:
      return instrument.in_force;
    case Field::kInForceBy:
      return instrument.in_force_by;
    case Field::kAppliedFrom:
      return instrument.applied_from;
    case Field::kNotBefore:
      return instrument.not_before;
    case Field::kNotifiedEnd:
      return instrument.notified_end;
    case Field::kEnded:
      return instrument.ended;
    case Field::kSuspendedFrom:
      return instrument.suspended_from;
    case Field::kPartsSuspended:
      return instrument.parts_suspended;
    case Field::kPublicSince:
      return instrument.public_since;
    case Field::kAllowsSecondment:
      return instrument.allows_secondment ? "yes" : "";
    case Field::kScope:
      return instrument.scope == legal::Scope() ? "no limit" : TextOf(instrument.scope);
    case Field::kCount:
      break;
  }
  return "";
}

// How sure each field is as it was recorded: nobody confirmed anything.
legal::Instrument AsRecorded(const Instrument& instrument) {
  legal::Instrument recorded;
  for (const auto& [field, certainty] : instrument.certainty) {
    legal::SetCertainty(recorded, field, certainty);
  }
  return recorded;
}

absl::Status NothingToConfirm(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("There is nothing to confirm: `", field, "` ", why, "."),
                   {.reason = "NOTHING_TO_CONFIRM", .metadata = {{"field", std::string(field)}}});
}

absl::Status SecondPersonNeeded(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("A second person has to confirm `", field, "`: ", why, "."),
                   {.reason = "SECOND_PERSON_NEEDED", .metadata = {{"field", std::string(field)}}});
}

absl::Status CheckEvidence(const std::string& evidence) {
  const std::string fault = text::FaultOf(
      evidence, kEvidenceForm, "name the document that shows it, in 1 to 500 characters");
  if (fault.empty()) return absl::OkStatus();
  return InvalidField("CONFIRMATION_INVALID", "confirmation.evidence", fault);
}

// Not sure, or empty in the place of a value that was not: only a second person makes it sure.
// `recorded` is AsRecorded(instrument).
bool IsBound(const Instrument& instrument, const legal::Instrument& recorded, legal::Field field) {
  if (ValueOf(instrument, field).empty()) {
    return instrument.value_recorded_by.contains(std::string(legal::Name(field)));
  }
  return !legal::Sure(recorded, field);
}

// Of fields that no release needs, an empty one says that there is none, unless it says that nobody
// knows.
bool SaysThereIsNone(const Instrument& made, legal::Field field) {
  if (legal::IsNeeded(field) || !ValueOf(made, field).empty()) return false;
  const auto said = made.certainty.find(std::string(legal::Name(field)));
  return said == made.certainty.end() || said->second != Certainty::kUnknown;
}

bool SaysNobodyKnows(const Instrument& old, legal::Field field) {
  return !legal::IsNeeded(field) && ValueOf(old, field).empty() && !SaysThereIsNone(old, field);
}

// What a value of the field tells, if it is sure.
enum class Tells { kMayCarry, kMayStop, kNeither };

Tells WhatItTells(legal::Field field) {
  using legal::Field;
  switch (field) {  // Without a default: a new field is not forgotten.
    case Field::kSigned:
    case Field::kProvisionalFrom:
    case Field::kInForce:
    case Field::kInForceBy:
    case Field::kAppliedFrom:
    case Field::kAllowsSecondment:
      return Tells::kMayCarry;
    case Field::kNotifiedEnd:
    case Field::kEnded:
    case Field::kSuspendedFrom:
    case Field::kPartsSuspended:
      return Tells::kMayStop;
    case Field::kNotBefore:
    case Field::kPublicSince:
    case Field::kScope:  // What is added to it is for a second person.
    case Field::kCount:
      break;
  }
  return Tells::kNeither;
}

// The day up to which the field surely leaves an effect: the last of all if it says that nothing
// ends or is suspended.
absl::CivilDay LeavesEffectUntil(const Instrument& instrument, const legal::Instrument& recorded,
                                 legal::Field field) {
  if (WhatItTells(field) != Tells::kMayStop || SaysThereIsNone(instrument, field)) {
    return absl::CivilDay::max();
  }
  const PartialDate day = PartialDate::Parse(ValueOf(instrument, field)).value_or(PartialDate());
  if (!day.known() || !legal::Sure(recorded, field)) return absl::CivilDay::min();
  return legal::Widen(day, recorded.CertaintyOf(field)).earliest();
}

// With whatever certificate of his: the same person has several roles.
bool IsSamePerson(absl::string_view one, absl::string_view other) {
  const auto person = [](absl::string_view id) { return id.substr(id.rfind('/') + 1); };
  const auto domain = [](absl::string_view id) {
    const absl::string_view rest = absl::StripPrefix(id, "spiffe://");
    return rest.substr(0, rest.find('/'));
  };
  return person(one) == person(other) && domain(one) == domain(other);
}

// Whether a source that shows it in force would stand in for a day that was unconfirmed and is
// emptied: what waits for a second person is not got around by the first.
bool StandsIn(const Instrument& old, const legal::Instrument& was, const Instrument& made,
              legal::Field field) {
  return field == legal::Field::kInForceBy && made.in_force.empty() &&
         IsBound(old, was, legal::Field::kInForce);
}

Problem HasToBeConfirmed(absl::string_view column, absl::string_view what, absl::string_view how) {
  return {
      std::string(column),
      absl::StrCat(what,
                   " is not confirmed, and becomes surer only by a second person: leave it "
                   "unconfirmed, correct it if it is wrong, and have somebody else confirm it (",
                   how, ")")};
}

// What an authority says in law, and for which its certainty stands.
std::string InLaw(const Authority& authority) {
  return absl::StrCat(
      "competent in criminal matters: ", authority.competent_in_criminal_matters ? "yes" : "no",
      "; territory: ", authority.territory, "; sectors: ", absl::StrJoin(authority.sectors, ", "),
      "; listed in: ", absl::StrJoin(authority.listed_in, ", "));
}

std::string InLaw(const LegalClassPeriod& period) {
  return absl::StrCat(Word(period.legal_class), " from ",
                      period.from.empty() ? "ever" : period.from, " to ",
                      period.to.empty() ? "further notice" : period.to);
}

std::string InLaw(const Competence& competence) {
  return absl::StrCat("competent in criminal matters: ",
                      competence.criminal_matters ? "yes" : "no");
}

// The part of RecordBy that what is confirmed as a whole shares; `old` is what had their place.
template <typename T>
void RecordAsAWhole(absl::string_view caller, const T& old, T& made) {
  if (InLaw(old) == InLaw(made) && old.certainty == made.certainty) {
    made.recorded_by = old.recorded_by;
    made.confirmation = old.confirmation;
    return;
  }
  made.confirmation.reset();
  made.recorded_by = old.recorded_by;
  // Nobody knows who recorded the rest of it, unless it is vouched for anew.
  if (made.recorded_by.empty() && old.certainty == made.certainty) return;
  const auto at = std::lower_bound(made.recorded_by.begin(), made.recorded_by.end(), caller);
  if (at == made.recorded_by.end() || *at != caller) made.recorded_by.emplace(at, caller);
}

template <typename T>
void RecordAsNew(absl::string_view caller, T& made) {
  made.confirmation.reset();
  made.recorded_by = {std::string(caller)};
}

// The part of Confirm that what is confirmed as a whole shares.
template <typename T>
absl::Status ConfirmWhole(absl::string_view caller, absl::string_view field, std::string evidence,
                          absl::Time now, T& made) {
  COMITY_RETURN_IF_ERROR(CheckEvidence(evidence));
  if (legal::Confirmed(made.certainty) || made.confirmation.has_value()) {
    return NothingToConfirm(field, "is sure already");
  }
  if (made.recorded_by.empty()) {
    return SecondPersonNeeded(
        field, "who recorded it is not known, so record it anew first, its certainty UNKNOWN");
  }
  if (std::any_of(made.recorded_by.begin(), made.recorded_by.end(),
                  [&](const std::string& recorder) { return IsSamePerson(recorder, caller); })) {
    return SecondPersonNeeded(field, "you recorded it, or a part of it, yourself");
  }
  made.confirmation = Confirmation{.field = std::string(field),
                                   .value = InLaw(made),
                                   .evidence = std::move(evidence),
                                   .confirmed_by = std::string(caller),
                                   .confirm_time = now};
  return absl::OkStatus();
}

absl::CivilDay LastDay(const LegalClassPeriod& period) {
  const auto to = PartialDate::Parse(period.to);
  return to.ok() && to->known() ? to->latest() : absl::CivilDay(9999, 12, 31);
}

}  // namespace

void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made) {
  made.recorded_by = std::string(caller);
  made.value_recorded_by.clear();
  made.confirmations.clear();
  if (old == nullptr) return;
  const legal::Instrument was = AsRecorded(*old);
  const legal::Instrument is = AsRecorded(made);
  ForEachDecisive([&](legal::Field field) {
    const std::string name(legal::Name(field));
    const std::string before = ValueOf(*old, field);
    const std::string now = ValueOf(made, field);
    // The value that was unconfirmed is gone, and what comes in its place is bound by that.
    if (now.empty() && IsBound(*old, was, field)) {
      made.value_recorded_by[name] =
          before.empty() ? old->value_recorded_by.at(name) : std::string(caller);
      return;
    }
    if (before != now || was.CertaintyOf(field) != is.CertaintyOf(field)) return;
    if (const absl::string_view recorder = RecorderOf(*old, name);
        recorder != caller && !now.empty()) {
      made.value_recorded_by[name] = std::string(recorder);
    }
    for (const Confirmation& confirmation : old->confirmations) {
      if (confirmation.field == name) made.confirmations.push_back(confirmation);
    }
  });
}

void RecordBy(absl::string_view caller, const Authority* old, Authority& made) {
  if (old == nullptr) return RecordAsNew(caller, made);
  RecordAsAWhole(caller, *old, made);
}

void RecordBy(absl::string_view caller, const Partner* old, Partner& made) {
  // Whoever says that it is not competent vouches for nothing.
  if (old == nullptr || !old->competence.criminal_matters) {
    RecordAsNew(caller, made.competence);
  } else {
    RecordAsAWhole(caller, old->competence, made.competence);
  }
  for (LegalClassPeriod& period : made.legal_classes) {
    const LegalClassPeriod* before = nullptr;
    for (std::size_t i = 0; old != nullptr && i < old->legal_classes.size(); ++i) {
      if (old->legal_classes[i].from == period.from) before = &old->legal_classes[i];
    }
    if (before == nullptr) {
      RecordAsNew(caller, period);
    } else {
      RecordAsAWhole(caller, *before, period);
    }
  }
}

absl::string_view RecorderOf(const Instrument& instrument, absl::string_view field) {
  const auto other = instrument.value_recorded_by.find(std::string(field));
  return other == instrument.value_recorded_by.end() ? instrument.recorded_by : other->second;
}

std::optional<Problem> MadeSurer(const Instrument& old, const Instrument& made) {
  std::optional<Problem> surer;
  const legal::Instrument was = AsRecorded(old);
  const legal::Instrument is = AsRecorded(made);
  if (legal::Widens(old.scope, made.scope) && legal::Sure(is, legal::Field::kScope)) {
    return HasToBeConfirmed("certainty", "What is added to `scope`",
                            absl::StrCat("say scope:unconfirmed with it, then ConfirmField; comity "
                                         "instruments confirm ",
                                         old.partner, "/", old.id, " scope"));
  }
  ForEachDecisive([&](legal::Field field) {
    if (surer.has_value()) return;
    const bool bound = IsBound(old, was, field) || StandsIn(old, was, made, field);
    if (SaysThereIsNone(made, field) && (bound || SaysNobodyKnows(old, field))) {
      surer = Problem{"certainty",
                      absl::StrCat("`", legal::Name(field),
                                   "` is not confirmed, and empty it says for sure that there is "
                                   "none: leave its certainty UNKNOWN")};
      return;
    }
    if (!bound || ValueOf(made, field).empty() || !legal::Sure(is, field)) return;
    surer = HasToBeConfirmed("certainty", absl::StrCat("`", legal::Name(field), "`"),
                             absl::StrCat("ConfirmField; comity instruments confirm ", old.partner,
                                          "/", old.id, " ", legal::Name(field)));
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
    const bool carries =
        WhatItTells(field) == Tells::kMayCarry && !value.empty() && legal::Sure(is, field);
    const bool longer = LeavesEffectUntil(before, was, field) < LeavesEffectUntil(made, is, field);
    if ((stays || !carries) && !longer) return;
    without =
        Problem{"reference",
                absl::StrCat("name the document that shows `", legal::Name(field),
                             "`, such as OJ L 149, 30.4.2021, or say in `certainty` that it is "
                             "unconfirmed, so that a second person confirms it with evidence")};
  });
  return without;
}

std::optional<Problem> MadeSurer(const Authority& old, const Authority& made) {
  if (!legal::Confirmed(made.certainty)) return std::nullopt;
  const std::string how =
      absl::StrCat("ConfirmAuthority; comity authorities confirm ", old.partner, "/", old.id);
  if (!legal::Confirmed(old.certainty)) return HasToBeConfirmed("certainty", "The authority", how);
  if (!legal::Widens(ToLegal(old), ToLegal(made))) return std::nullopt;
  return HasToBeConfirmed("certainty",
                          "What the authority is competent or covered for more than before",
                          absl::StrCat("record it with certainty UNCONFIRMED, then ", how));
}

std::optional<Problem> MadeSurer(const Partner& old, const Partner& made) {
  const auto sure = [](const Competence& competence) {
    return competence.criminal_matters && legal::Confirmed(competence.certainty);
  };
  if (sure(made.competence) && !sure(old.competence)) {
    return HasToBeConfirmed(
        "competence_certainty", "That the partner is competent in criminal matters",
        absl::StrCat("record it with competence_certainty UNCONFIRMED, then ConfirmCompetence; "
                     "comity partners confirm-competence ",
                     old.id));
  }
  for (const LegalClassPeriod& before : old.legal_classes) {
    if (legal::Confirmed(before.certainty)) continue;
    absl::CivilDay next = FirstDay(before);
    for (const LegalClassPeriod& after : made.legal_classes) {
      if (!legal::Confirmed(after.certainty) && FirstDay(after) <= next && LastDay(after) >= next) {
        next = LastDay(after) + 1;
      }
    }
    if (next > LastDay(before)) continue;
    return HasToBeConfirmed(
        "legal_classes", absl::StrCat("The legal class on ", FormatDay(next)),
        absl::StrCat("ConfirmLegalClass; comity partners confirm-class ", old.id,
                     before.from.empty() ? "" : " --from ", before.from));
  }
  return std::nullopt;
}

absl::Status CheckNotSurer(const std::optional<Problem>& surer, absl::string_view path) {
  if (!surer.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(surer->what, "."),
                   {.reason = kConfirmationNeeded,
                    .metadata = {{"field", absl::StrCat(path, ".", surer->field)}}});
}

absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Authority& authority) {
  return ConfirmWhole(caller, "certainty", std::move(evidence), now, authority);
}

absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Competence& competence) {
  constexpr char kField[] = "competent_in_criminal_matters";
  if (!competence.criminal_matters) {
    return NothingToConfirm(kField, "is not set: record first that the partner is competent");
  }
  return ConfirmWhole(caller, kField, std::move(evidence), now, competence);
}

absl::Status Confirm(absl::string_view caller, absl::string_view from, std::string evidence,
                     absl::Time now, Partner& partner) {
  for (LegalClassPeriod& period : partner.legal_classes) {
    if (period.from == from) {
      return ConfirmWhole(caller, "legal_class", std::move(evidence), now, period);
    }
  }
  return InvalidField("CONFIRMATION_INVALID", "from",
                      "name the first day of a period of the partner's legal class as it is "
                      "recorded, or none if it has none");
}

absl::Status Confirm(absl::string_view caller, absl::string_view field, std::string evidence,
                     absl::Time now, Instrument& instrument) {
  std::optional<legal::Field> decisive;
  std::vector<absl::string_view> names;
  ForEachDecisive([&](legal::Field each) {
    names.push_back(legal::Name(each));
    if (names.back() == field) decisive = each;
  });
  if (!decisive.has_value()) {
    return InvalidField(
        "CONFIRMATION_INVALID", "confirmation.field",
        absl::StrCat("name a field whose certainty can decide: ", absl::StrJoin(names, ", ")));
  }
  std::string value = ValueOf(instrument, *decisive);
  const bool sure = legal::Sure(ToLegal(instrument), *decisive);
  COMITY_RETURN_IF_ERROR(CheckEvidence(evidence));
  if (value.empty()) return NothingToConfirm(field, "is empty: record its value first");
  if (sure) return NothingToConfirm(field, "is sure already");
  const absl::string_view recorder = RecorderOf(instrument, field);
  if (IsSamePerson(recorder, caller))
    return SecondPersonNeeded(field, "you recorded its value yourself");
  if (recorder.empty()) {
    return SecondPersonNeeded(
        field, "who recorded its value is not known, so empty it and record it anew first");
  }
  std::erase_if(instrument.confirmations,
                [&](const Confirmation& earlier) { return earlier.field == field; });
  instrument.confirmations.push_back({.field = std::string(field),
                                      .value = std::move(value),
                                      .evidence = std::move(evidence),
                                      .confirmed_by = std::string(caller),
                                      .confirm_time = now});
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
