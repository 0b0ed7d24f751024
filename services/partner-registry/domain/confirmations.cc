#include "services/partner-registry/domain/confirmations.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr int kLongestEvidence = 500;

template <typename Visit>
void ForEachDecisive(Visit visit) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(legal::Field::kCount); ++i) {
    visit(static_cast<legal::Field>(i), std::string(legal::Name(static_cast<legal::Field>(i))));
  }
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
  if (IsText(evidence, 1, kLongestEvidence)) return absl::OkStatus();
  return InvalidField("CONFIRMATION_INVALID", "confirmation.evidence",
                      "name the document that shows it, in 1 to 500 characters");
}

// Not sure, or empty in the place of a value that was not: only a second person makes it sure.
bool IsBound(const Instrument& instrument, legal::Field field, const std::string& name) {
  if (ValueOf(instrument, name).empty()) return instrument.value_recorded_by.contains(name);
  Instrument unconfirmed = instrument;
  unconfirmed.confirmations.clear();
  return !legal::Sure(ToLegal(unconfirmed), field);
}

// What a release needs: without it there is none, so that nothing is won by emptying it.
bool IsNeeded(const std::string& field) {
  return field == "signed" || field == "provisional_from" || field == "in_force" ||
         field == "in_force_by" || field == "public_since" || field == "allows_secondment";
}

// Of other fields, such as an end, an empty one says that there is none, unless it says that nobody
// knows.
bool SaysThereIsNone(const Instrument& made, const std::string& name) {
  const auto said = made.certainty.find(name);
  return !IsNeeded(name) && ValueOf(made, name).empty() &&
         (said == made.certainty.end() || said->second != Certainty::kUnknown);
}

bool SaysNobodyKnows(const Instrument& old, const std::string& name) {
  return !IsNeeded(name) && ValueOf(old, name).empty() && !SaysThereIsNone(old, name);
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
bool StandsIn(const Instrument& old, const Instrument& made, legal::Field field) {
  return field == legal::Field::kInForceBy && made.in_force.empty() &&
         IsBound(old, legal::Field::kInForce, "in_force");
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

// The part of RecordBy that authorities and periods share; `old` is what had their place.
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

// The part of Confirm that authorities and periods share.
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

bool IsDecisive(absl::string_view field) {
  bool decisive = false;
  ForEachDecisive([&](legal::Field, const std::string& name) { decisive |= name == field; });
  return decisive;
}

std::string ValueOf(const Instrument& instrument, absl::string_view field) {
  if (field == "allows_secondment") return instrument.allows_secondment ? "yes" : "";
  if (field == "scope" && instrument.scope == legal::Scope()) return "no limit";
  for (auto& [name, value] : FieldsOf(instrument)) {
    if (name == field) return std::move(value);
  }
  return "";
}

void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made) {
  made.recorded_by = std::string(caller);
  made.value_recorded_by.clear();
  made.confirmations.clear();
  if (old == nullptr) return;
  Instrument before = *old;
  before.confirmations.clear();
  const legal::Instrument was = ToLegal(before);
  const legal::Instrument is = ToLegal(made);
  ForEachDecisive([&](legal::Field field, const std::string& name) {
    // The value that was unconfirmed is gone, and what comes in its place is bound by that.
    if (ValueOf(made, name).empty() && IsBound(before, field, name)) {
      made.value_recorded_by[name] =
          ValueOf(before, name).empty() ? old->value_recorded_by.at(name) : std::string(caller);
      return;
    }
    if (ValueOf(before, name) != ValueOf(made, name) ||
        was.CertaintyOf(field) != is.CertaintyOf(field)) {
      return;
    }
    if (const absl::string_view recorder = RecorderOf(*old, name);
        recorder != caller && !ValueOf(made, name).empty()) {
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
  Instrument unconfirmed = made;
  unconfirmed.confirmations.clear();
  const legal::Instrument is = ToLegal(unconfirmed);
  if (legal::Widens(old.scope, made.scope) && legal::Sure(is, legal::Field::kScope)) {
    return HasToBeConfirmed("certainty", "What is added to `scope`",
                            absl::StrCat("say scope:unconfirmed with it, then ConfirmField; comity "
                                         "instruments confirm ",
                                         old.partner, "/", old.id, " scope"));
  }
  ForEachDecisive([&](legal::Field field, const std::string& name) {
    if (surer.has_value()) return;
    const bool bound = IsBound(old, field, name) || StandsIn(old, made, field);
    if (SaysThereIsNone(made, name) && (bound || SaysNobodyKnows(old, name))) {
      surer = Problem{"certainty",
                      absl::StrCat("`", name,
                                   "` is not confirmed, and empty it says for sure that there is "
                                   "none: leave its certainty UNKNOWN")};
      return;
    }
    if (ValueOf(made, name).empty() || !legal::Sure(is, field) || !bound) return;
    surer = HasToBeConfirmed("certainty", absl::StrCat("`", name, "`"),
                             absl::StrCat("ConfirmField; comity instruments confirm ", old.partner,
                                          "/", old.id, " ", name));
  });
  return surer;
}

std::optional<Problem> MadeSurer(const Authority& old, const Authority& made) {
  if (legal::Confirmed(old.certainty) || !legal::Confirmed(made.certainty)) return std::nullopt;
  return HasToBeConfirmed(
      "certainty", "The authority",
      absl::StrCat("ConfirmAuthority; comity authorities confirm ", old.partner, "/", old.id));
}

std::optional<Problem> MadeSurer(const Partner& old, const Partner& made) {
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

absl::Status CheckNotSurer(const std::optional<Problem>& surer) {
  if (!surer.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(surer->what, "."),
                   {.reason = kConfirmationNeeded, .metadata = {{"field", surer->field}}});
}

absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Authority& authority) {
  return ConfirmWhole(caller, "certainty", std::move(evidence), now, authority);
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
  const std::string value = ValueOf(instrument, field);
  bool decisive = false;
  bool sure = false;
  std::vector<std::string> names;
  const legal::Instrument known = ToLegal(instrument);
  ForEachDecisive([&](legal::Field each, const std::string& name) {
    names.push_back(name);
    if (name != field) return;
    decisive = true;
    sure = legal::Sure(known, each);
  });
  if (!decisive) {
    return InvalidField(
        "CONFIRMATION_INVALID", "confirmation.field",
        absl::StrCat("name a field whose certainty can decide: ", absl::StrJoin(names, ", ")));
  }
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
                                      .value = value,
                                      .evidence = std::move(evidence),
                                      .confirmed_by = std::string(caller),
                                      .confirm_time = now});
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
