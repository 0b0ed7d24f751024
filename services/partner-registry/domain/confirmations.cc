#include "services/partner-registry/domain/confirmations.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/documents.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/search.h"

namespace comity::partner_registry {
namespace {

absl::Status NothingToConfirm(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("There is nothing to confirm: `", field, "` ", why, "."),
                   {.reason = "NOTHING_TO_CONFIRM", .metadata = {{"field", std::string(field)}}});
}

// Somebody says that there is none, and a second person has yet to confirm it.
bool MayBeConfirmedEmpty(const Instrument& instrument, legal::Field field) {
  return CanBeNone(instrument.kind, field) && ValueOf(instrument, field).empty() &&
         AsRecorded(instrument).CertaintyOf(field) == Certainty::kUnconfirmed;
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

// With whatever certificate of his: the same person has several roles.
bool IsSamePerson(absl::string_view one, absl::string_view other) {
  const auto person = [](absl::string_view id) { return id.substr(id.rfind('/') + 1); };
  const auto domain = [](absl::string_view id) {
    const absl::string_view rest = absl::StripPrefix(id, "spiffe://");
    return rest.substr(0, rest.find('/'));
  };
  return person(one) == person(other) && domain(one) == domain(other);
}

template <typename Ids>
bool IsAmong(const Ids& people, absl::string_view caller) {
  return std::any_of(people.begin(), people.end(),
                     [&](const std::string& id) { return IsSamePerson(id, caller); });
}

// SPIFFE ids.
using People = std::set<std::string>;

// In value_recorded_by besides the fields: whoever entered the instrument, or changed what it
// decides.
constexpr char kWhatItDecides[] = "*";

constexpr char kAskAnother[] = "ask somebody else, such as a desk officer";

People PeopleIn(absl::string_view ids) { return absl::StrSplit(ids, ' ', absl::SkipEmpty()); }

People ChangersOf(const Instrument& instrument) {
  const auto named = instrument.value_recorded_by.find(kWhatItDecides);
  return named == instrument.value_recorded_by.end() ? People() : PeopleIn(named->second);
}

// It has a value, or somebody says that there is none.
bool Says(const Instrument& instrument, legal::Field field) {
  return !ValueOf(instrument, field).empty() || MayBeConfirmedEmpty(instrument, field);
}

// What an authority says in law, and for which its certainty stands.
std::string InLaw(const Authority& authority) {
  return absl::StrCat(
      authority.display_name,
      "; competent in criminal matters: ", authority.competent_in_criminal_matters ? "yes" : "no",
      "; territory: ", authority.territory, "; sectors: ", absl::StrJoin(authority.sectors, ", "),
      "; listed in: ", absl::StrJoin(authority.listed_in, ", "));
}

// "Albania (partners/albania, AL): ", since under another name it would be another partner.
std::string Of(const Partner& partner) {
  return absl::StrCat(partner.display_name, " (", NameOf(partner),
                      partner.iso_alpha2.empty() ? "" : absl::StrCat(", ", partner.iso_alpha2),
                      "): ");
}

std::string InLaw(const Partner& partner, const LegalClassPeriod& period) {
  return absl::StrCat(Of(partner), Word(period.legal_class), " from ",
                      period.from.empty() ? "ever" : period.from, " to ",
                      period.to.empty() ? "further notice" : period.to);
}

std::string InLaw(const Partner& partner, const Competence& competence) {
  return absl::StrCat(
      Of(partner), "competent in criminal matters: ", competence.criminal_matters ? "yes" : "no");
}

// Whether they say the same in law, member by member: texts put together could hide a border.
bool SameInLaw(const Authority& a, const Authority& b) {
  return a.display_name == b.display_name &&
         a.competent_in_criminal_matters == b.competent_in_criminal_matters &&
         a.territory == b.territory && a.sectors == b.sectors && a.listed_in == b.listed_in;
}

bool SameInLaw(const LegalClassPeriod& a, const LegalClassPeriod& b) {
  return a.legal_class == b.legal_class && a.from == b.from && a.to == b.to;
}

bool SameInLaw(const Competence& a, const Competence& b) {
  return a.criminal_matters == b.criminal_matters;
}

// The part of RecordBy that what is confirmed as a whole shares; `old` is what had their place.
// `another`: what it is said of has another name.
template <typename T>
void RecordAsAWhole(absl::string_view caller, const std::vector<const T*>& old, T& made,
                    bool another = false) {
  made.confirmation.reset();
  made.recorded_by.clear();
  bool known = true;
  bool as_sure = true;
  std::set<std::string> recorders;
  for (const T* const earlier : old) {
    if (!another && SameInLaw(*earlier, made) && earlier->certainty == made.certainty) {
      made.recorded_by = earlier->recorded_by;
      made.confirmation = earlier->confirmation;
      return;
    }
    known = known && !earlier->recorded_by.empty();
    as_sure = as_sure && earlier->certainty == made.certainty;
    recorders.insert(earlier->recorded_by.begin(), earlier->recorded_by.end());
  }
  // Nobody knows who recorded the rest of it, unless it is vouched for anew.
  if (!known && as_sure) return;
  recorders.emplace(caller);
  made.recorded_by.assign(recorders.begin(), recorders.end());
}

// Of the same class, with days in common: what becomes of it is still their word.
bool Continues(const LegalClassPeriod& earlier, const LegalClassPeriod& later) {
  if (earlier.from == later.from) return true;
  const auto first = [](const LegalClassPeriod& period) {
    const PartialDate day = DayRecorded(period.from);
    return day.known() ? legal::Widen(day, period.certainty).earliest() : absl::CivilDay::min();
  };
  const auto last = [](const LegalClassPeriod& period) {
    const PartialDate day = DayRecorded(period.to);
    return day.known() ? legal::Widen(day, period.certainty).latest() : absl::CivilDay::max();
  };
  return earlier.legal_class == later.legal_class && first(earlier) <= last(later) &&
         first(later) <= last(earlier);
}

// The part of Confirm that what is confirmed as a whole shares. `record_anew(certainty)` is the
// edit by which somebody vouches for it, `in_law` what it says.
template <typename T, typename RecordAnew>
absl::Status ConfirmWhole(absl::string_view caller, absl::string_view field, std::string in_law,
                          std::string evidence, absl::Time now, RecordAnew record_anew, T& made) {
  COMITY_RETURN_IF_ERROR(CheckEvidence(evidence));
  if (legal::Confirmed(made.certainty) || made.confirmation.has_value()) {
    return NothingToConfirm(field, "is sure already");
  }
  if (made.recorded_by.empty()) {
    return SecondPersonNeeded(
        field, absl::StrCat("who recorded it is not known, so record it anew first, with ",
                            record_anew(UnsureInPlaceOf(made.certainty))));
  }
  if (IsAmong(made.recorded_by, caller)) {
    return SecondPersonNeeded(
        field, absl::StrCat("you recorded it, or a part of it, yourself: ", kAskAnother));
  }
  made.confirmation = Confirmation{.field = std::string(field),
                                   .value = std::move(in_law),
                                   .evidence = std::move(evidence),
                                   .confirmed_by = std::string(caller),
                                   .confirm_time = now};
  return absl::OkStatus();
}

}  // namespace

void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made) {
  made.recorded_by = std::string(caller);
  made.value_recorded_by.clear();
  made.confirmations.clear();
  if (old == nullptr) return;
  const legal::Instrument was = AsRecorded(*old);
  const legal::Instrument is = AsRecorded(made);
  const auto stays = [&](legal::Field field) {
    return SameValue(*old, made, field) && was.CertaintyOf(field) == is.CertaintyOf(field);
  };
  const bool another_document = IsAnotherDocument(*old, made);
  bool decides = old->kind != made.kind || old->supersedes != made.supersedes || another_document;
  ForEachDecisive([&](legal::Field field) {
    const std::string name(legal::Name(field));
    decides = decides || !stays(field);
    const bool keeps = stays(field) && !(another_document && SaysWhatCarries(made, field));
    for (const Confirmation& confirmation : old->confirmations) {
      if (keeps && confirmation.field == name) made.confirmations.push_back(confirmation);
    }
    // The value that was unconfirmed is gone, and what comes in its place is bound by that.
    const bool bound = ValueOf(made, field).empty() && IsBound(*old, was, field);
    if (!Says(made, field) && !bound) return;
    People people = WhoseWord(*old, field);
    if (!stays(field)) people.emplace(caller);
    if (!bound && people == People{made.recorded_by}) return;
    made.value_recorded_by[name] = absl::StrJoin(people, " ");
  });
  if (const auto changers = old->value_recorded_by.find(kWhatItDecides);
      changers != old->value_recorded_by.end()) {
    made.value_recorded_by.insert(*changers);
  }
  if (decides) AnswerFor(caller, made);
}

void AnswerFor(absl::string_view caller, Instrument& instrument) {
  People changers = ChangersOf(instrument);
  changers.emplace(caller);
  instrument.value_recorded_by[kWhatItDecides] = absl::StrJoin(changers, " ");
}

void RecordUnderAnotherName(absl::string_view caller, Instrument& instrument) {
  AnswerFor(caller, instrument);
  ForEachDecisive([&](legal::Field field) {
    if (!SaysWhatCarries(instrument, field)) return;
    std::erase_if(instrument.confirmations, [&](const Confirmation& confirmation) {
      return confirmation.field == legal::Name(field);
    });
  });
}

void RecordUnderAnotherName(absl::string_view caller, Authority& authority) {
  authority.confirmation.reset();
  if (authority.recorded_by.empty()) return;  // Of the rest nobody knows.
  People recorders(authority.recorded_by.begin(), authority.recorded_by.end());
  recorders.emplace(caller);
  authority.recorded_by.assign(recorders.begin(), recorders.end());
}

void RecordBy(absl::string_view caller, const Authority* old, Authority& made) {
  RecordAsAWhole(caller, old == nullptr ? std::vector<const Authority*>() : std::vector{old}, made);
}

void RecordBy(absl::string_view caller, const Partner* old, Partner& made) {
  // Whoever says that it is not competent vouches for nothing.
  std::vector<const Competence*> vouched;
  if (old != nullptr && old->competence.criminal_matters) vouched.push_back(&old->competence);
  const bool another = old != nullptr && HasAnotherName(*old, made);
  RecordAsAWhole(caller, vouched, made.competence, another);
  for (LegalClassPeriod& period : made.legal_classes) {
    std::vector<const LegalClassPeriod*> before;
    for (std::size_t i = 0; old != nullptr && i < old->legal_classes.size(); ++i) {
      if (Continues(old->legal_classes[i], period)) before.push_back(&old->legal_classes[i]);
    }
    RecordAsAWhole(caller, before, period, another);
  }
}

std::set<std::string> WhoseWord(const Instrument& instrument, legal::Field field) {
  const auto named = instrument.value_recorded_by.find(std::string(legal::Name(field)));
  if (named != instrument.value_recorded_by.end()) return PeopleIn(named->second);
  return Says(instrument, field) ? PeopleIn(instrument.recorded_by) : People();
}

bool HasAnotherName(const Partner& old, const Partner& made) {
  return HaveOtherWords(old.display_name, made.display_name);
}

absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Authority& authority) {
  const auto record_anew = [&](Certainty certainty) {
    return HowToUpdate(authority, {SetCertainty("certainty", certainty)});
  };
  return ConfirmWhole(caller, "certainty", InLaw(authority), std::move(evidence), now, record_anew,
                      authority);
}

absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Partner& partner) {
  constexpr char kField[] = "competent_in_criminal_matters";
  if (!partner.competence.criminal_matters) {
    return NothingToConfirm(
        kField, absl::StrCat("is not set: record first that the partner is competent, with ",
                             HowToUpdate(partner, {absl::StrCat(kField, "=yes"),
                                                   "competence_certainty=unconfirmed"})));
  }
  const auto record_anew = [&](Certainty certainty) {
    return HowToUpdate(partner, {SetCertainty("competence_certainty", certainty)});
  };
  return ConfirmWhole(caller, kField, InLaw(partner, partner.competence), std::move(evidence), now,
                      record_anew, partner.competence);
}

absl::Status Confirm(absl::string_view caller, absl::string_view from, std::string evidence,
                     absl::Time now, Partner& partner) {
  for (LegalClassPeriod& period : partner.legal_classes) {
    if (period.from != from) continue;
    const auto record_anew = [&](Certainty certainty) {
      LegalClassPeriod anew = period;
      anew.certainty = certainty;
      return HowToUpdate(partner, {LegalClasses({anew}, partner.legal_classes.size() > 1)});
    };
    return ConfirmWhole(caller, "legal_class", InLaw(partner, period), std::move(evidence), now,
                        record_anew, period);
  }
  return InvalidField(
      "CONFIRMATION_INVALID", "from",
      absl::StrCat("name the first day of a period of the partner's legal class as it is recorded, "
                   "or none if it has none (`comity partners show ",
                   partner.id, "` lists them)"));
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
  const bool is_empty = value.empty();
  const bool sure = legal::Sure(ToLegal(instrument), *decisive);
  COMITY_RETURN_IF_ERROR(CheckEvidence(evidence));
  if (is_empty) {
    if (!MayBeConfirmedEmpty(instrument, *decisive)) {
      const std::string unconfirmed = CertaintyOfField(field, Certainty::kUnconfirmed);
      std::string first =
          absl::StrCat("record its value first, with ",
                       HowToUpdate(instrument, {absl::StrCat(field, "=VALUE"), unconfirmed}));
      if (CanBeNone(instrument.kind, *decisive)) {
        absl::StrAppend(&first, ", or that there is none, with ",
                        HowToUpdate(instrument, {unconfirmed}));
      }
      return NothingToConfirm(field, absl::StrCat("is empty: ", first));
    }
    value = "none";
  }
  if (sure) return NothingToConfirm(field, "is sure already");
  const People people = WhoseWord(instrument, *decisive);
  if (IsAmong(people, caller)) {
    return SecondPersonNeeded(field, absl::StrCat("you stated it yourself: ", kAskAnother));
  }
  if (IsAmong(ChangersOf(instrument), caller)) {
    return SecondPersonNeeded(
        field, absl::StrCat("you entered the instrument, or changed what it decides: ", kAskAnother,
                            " who did neither"));
  }
  if (people.empty()) {
    const auto unsure = [&](Certainty certainty) { return CertaintyOfField(field, certainty); };
    const std::string anew =
        is_empty
            ? absl::StrCat(HowToUpdate(instrument, {unsure(Certainty::kUnknown)}), " and ",
                           HowToUpdate(instrument, {unsure(Certainty::kUnconfirmed)}))
            : HowToUpdate(instrument,
                          {unsure(UnsureInPlaceOf(AsRecorded(instrument).CertaintyOf(*decisive)))});
    return SecondPersonNeeded(
        field,
        absl::StrCat("who recorded its value is not known, so record it anew first, with ", anew));
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
