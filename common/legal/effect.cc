#include "common/legal/effect.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace comity::legal {
namespace {

const PartialDate& DateOf(const Instrument& instrument, Field field) {
  static const PartialDate unknown;
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
    case Field::kPublicSince:
      return instrument.public_since;
    case Field::kPartsSuspended:
    case Field::kAllowsSecondment:
    case Field::kScope:
    case Field::kCount:
      break;
  }
  return unknown;
}

// Reads the fields of one instrument through a lens and remembers what the answer rests on.
class Reader {
 public:
  Reader(const Instrument& instrument, const Lens& lens) : instrument_(instrument), lens_(lens) {}

  // The date as this question may use it: unknown if it may not.
  PartialDate Read(Field field) {
    const PartialDate& date = DateOf(instrument_, field);
    const Certainty certainty = instrument_.CertaintyOf(field);
    if (!date.known()) return PartialDate();
    // The day on which a source shows it in force is also the day of that source.
    if (field == Field::kInForceBy && lens_.public_on && *lens_.public_on < date.latest()) {
      return PartialDate();
    }
    return MayUse(field) ? Widen(date, certainty) : PartialDate();
  }

  // Whether the field counts. What it rests on unconfirmed is remembered.
  bool MayUse(Field field) {
    const Certainty certainty = instrument_.CertaintyOf(field);
    if (!Usable(certainty, lens_)) return false;
    if (!Confirmed(certainty)) Add(effect_.unconfirmed, field);
    return true;
  }

  Tri Reached(Field field) { return OnOrAfter(lens_.day, Read(field)); }

  // There is a value, whether or not it may be used, or it is not sure that there is none.
  bool Stated(Field field) const {
    return DateOf(instrument_, field).known() || LeavesOpen(instrument_.CertaintyOf(field));
  }

  Tri Unsure(Field field) {
    Add(effect_.unsure, field);
    return Tri::kUnknown;
  }

  Tri Named(Field field, Tri value) { return value == Tri::kUnknown ? Unsure(field) : value; }

  // There is a value, and nobody confirmed it.
  bool StatedUnconfirmed(Field field) const {
    return DateOf(instrument_, field).known() && !Confirmed(instrument_.CertaintyOf(field));
  }

  // Whether it has begun, where `field` alone says when. A field that is stated and may not be used
  // leaves that open: no other takes its place.
  Tri Begun(Field field) {
    const Tri reached = Reached(field);
    if (reached == Tri::kUnknown && SurelyNotYet()) return Tri::kNo;
    return Named(field, reached);
  }

  // Neither a signature nor an earlier step leaves room for an effect on this day.
  bool SurelyNotYet() {
    const PartialDate not_before = Read(Field::kNotBefore);
    if (not_before.known() && lens_.day < not_before.earliest()) return true;
    const PartialDate signed_on = Read(Field::kSigned);
    return signed_on.known() && lens_.day <= signed_on.earliest();
  }

  Tri UnsureOfLater(const Instrument& version, Field field) {
    effect_.later.push_back({&version, field});
    return Tri::kUnknown;
  }

  Effect Take(Tri holds) {
    effect_.holds = holds;
    if (holds != Tri::kUnknown) {
      effect_.unsure.clear();
      effect_.later.clear();
    }
    return std::move(effect_);
  }

 private:
  static void Add(std::vector<Field>& fields, Field field) {
    for (const Field known : fields) {
      if (known == field) return;
    }
    fields.push_back(field);
  }

  const Instrument& instrument_;
  const Lens& lens_;
  Effect effect_;
};

// Being in force is not enough: it must apply, if only provisionally.
Tri AppliedFrom(Reader& reader) {
  const Tri applied = reader.Reached(Field::kAppliedFrom);
  const Tri provisional = reader.Reached(Field::kProvisionalFrom);
  if (applied == Tri::kYes || provisional == Tri::kYes) return Tri::kYes;
  if (reader.SurelyNotYet()) return Tri::kNo;
  if (provisional == Tri::kUnknown && reader.Stated(Field::kProvisionalFrom)) {
    return reader.Unsure(Field::kProvisionalFrom);
  }
  // Neither begins before the one that is stated.
  const bool open = reader.Stated(Field::kAppliedFrom) || !reader.Stated(Field::kProvisionalFrom);
  return applied == Tri::kUnknown && open ? reader.Unsure(Field::kAppliedFrom) : Tri::kNo;
}

// Between the signature and the first source that shows it in force nothing is known. Such a source
// stands in for a day that nobody stated or that leaves room; not for one that waits for a second
// person.
Tri InForceFrom(Reader& reader) {
  const Tri reached = reader.Reached(Field::kInForce);
  if (reached != Tri::kUnknown) return reached;
  if (!reader.StatedUnconfirmed(Field::kInForce) &&
      reader.Reached(Field::kInForceBy) == Tri::kYes) {
    return Tri::kYes;
  }
  return reader.Begun(Field::kInForce);
}

// EJR 56(2)(b), 80(5): concluded before 12 December 2019, which is when it was signed. What is not
// known of that is not favourable.
Tri ConcludedInTime(Reader& reader) {
  constexpr absl::CivilDay kTooLate(2019, 12, 12);
  const PartialDate signed_on = reader.Read(Field::kSigned);
  if (signed_on.known() && signed_on.latest() < kTooLate) return Tri::kYes;
  if (signed_on.known() && signed_on.earliest() >= kTooLate) return Tri::kNo;
  return reader.Unsure(Field::kSigned);
}

Tri CooperationFrom(Reader& reader) {
  const Tri in_force = InForceFrom(reader);
  return in_force == Tri::kNo ? Tri::kNo : And(in_force, ConcludedInTime(reader));
}

// A decision has effect from its application or, if that is not said, from its entry into force.
Tri DecisionFrom(Reader& reader) {
  return reader.Stated(Field::kAppliedFrom) ? reader.Begun(Field::kAppliedFrom)
                                            : InForceFrom(reader);
}

// Arrangements between the agency and its counterpart stand from their signature, unless they say
// from when; then every day they state must have come.
Tri ArrangementFrom(Reader& reader) {
  const bool applied = reader.Stated(Field::kAppliedFrom);
  const bool in_force = reader.Stated(Field::kInForce);
  if (!applied && !in_force) return reader.Named(Field::kSigned, reader.Reached(Field::kSigned));
  return And(applied ? reader.Begun(Field::kAppliedFrom) : Tri::kYes,
             in_force ? reader.Begun(Field::kInForce) : Tri::kYes);
}

Tri From(const Instrument& instrument, Reader& reader) {
  switch (instrument.kind) {
    case InstrumentKind::kInternationalAgreement:
      return AppliedFrom(reader);
    case InstrumentKind::kCooperationAgreementPre2019:
      return CooperationFrom(reader);
    case InstrumentKind::kDenmarkAgreement:
    case InstrumentKind::kBindingInstrument:
    case InstrumentKind::kAgreementBetweenUnionBodies:
    case InstrumentKind::kOtherAgreement:
      return InForceFrom(reader);
    case InstrumentKind::kAdequacyDecisionLed:
    case InstrumentKind::kAdequacyDecisionGdpr:
    case InstrumentKind::kDeemedNotATransfer:
      return DecisionFrom(reader);
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
    case InstrumentKind::kUnspecified:
      return ArrangementFrom(reader);
  }
  return Tri::kUnknown;
}

// Yes while it has not ended. Notice is not the end, but without a day for the end nothing is sure
// after the notice.
Tri NotEnded(Reader& reader, const Lens& lens) {
  const PartialDate ended = reader.Read(Field::kEnded);
  if (ended.known()) {
    if (ended.SurelyOver(lens.day)) return Tri::kNo;
    return lens.day > ended.earliest() ? reader.Unsure(Field::kEnded) : Tri::kYes;
  }
  if (reader.Stated(Field::kEnded)) return reader.Unsure(Field::kEnded);
  if (!reader.Stated(Field::kNotifiedEnd)) return Tri::kYes;
  switch (reader.Reached(Field::kNotifiedEnd)) {
    case Tri::kNo:
      return Tri::kYes;
    case Tri::kYes:
      return reader.Unsure(Field::kEnded);
    case Tri::kUnknown:  // Whether notice was given by this day.
      break;
  }
  return reader.Unsure(Field::kNotifiedEnd);
}

// Yes while nothing of it is suspended. A part in words may or may not be the part in question.
Tri NotSuspended(const Instrument& instrument, Reader& reader) {
  if (instrument.parts_suspended.empty() && !reader.Stated(Field::kSuspendedFrom)) {
    const bool open = LeavesOpen(instrument.CertaintyOf(Field::kPartsSuspended));
    return open ? reader.Unsure(Field::kPartsSuspended) : Tri::kYes;
  }
  const Tri reached = reader.Reached(Field::kSuspendedFrom);
  if (reached == Tri::kNo) return Tri::kYes;
  if (reached == Tri::kUnknown) return reader.Unsure(Field::kSuspendedFrom);
  if (instrument.parts_suspended == "*" && reader.MayUse(Field::kPartsSuspended)) return Tri::kNo;
  return reader.Unsure(Field::kPartsSuspended);
}

Tri Public(Reader& reader, const Lens& lens) {
  if (!lens.public_on) return Tri::kYes;
  if (reader.Stated(Field::kPublicSince)) {
    return reader.Named(Field::kPublicSince,
                        OnOrAfter(*lens.public_on, reader.Read(Field::kPublicSince)));
  }
  return reader.Named(Field::kPublicSince, OnOrAfter(*lens.public_on, reader.Read(Field::kSigned)));
}

// The instruments of a dossier by what they replace. Asked of each of them in turn, long chains of
// versions must not be gone through for every link.
class Versions {
 public:
  explicit Versions(const Dossier& dossier) : instruments_(dossier.instruments) {
    next_.assign(instruments_.size(), kNone);
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
      const std::string& earlier = instruments_[i].supersedes;
      if (earlier.empty()) continue;
      const auto [first, is_new] = first_.try_emplace(earlier, i);
      if (is_new) continue;
      next_[i] = first->second;
      first->second = i;
    }
  }

  // Adds what replaces `earlier`, each once: nothing replaces two.
  void AddThoseThatReplace(absl::string_view earlier, std::vector<const Instrument*>& versions) {
    const auto first = first_.find(earlier);
    if (first == first_.end()) return;
    for (std::size_t i = first->second; i != kNone; i = next_[i]) {
      versions.push_back(&instruments_[i]);
    }
    first_.erase(first);  // In a circle it comes again.
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const std::vector<Instrument>& instruments_;
  absl::flat_hash_map<absl::string_view, std::size_t> first_;
  std::vector<std::size_t> next_;
};

bool IsReplaced(const Instrument& instrument, const Dossier& dossier) {
  return dossier.versions &&
         std::any_of(dossier.instruments.begin(), dossier.instruments.end(),
                     [&](const Instrument& later) { return later.supersedes == instrument.name; });
}

// Of a version that surely has a day from which it may have effect nothing is open here; of any
// other the field that would say so.
std::optional<Field> OpenBeginning(const Instrument& version, const Lens& lens) {
  const Field otherwise = StandsFromSignature(version.kind) ? Field::kSigned
                          : version.kind == InstrumentKind::kInternationalAgreement
                              ? Field::kAppliedFrom
                              : Field::kInForce;
  std::optional<Field> stated;
  for (const Field field : {Field::kAppliedFrom, Field::kInForce, Field::kInForceBy,
                            Field::kProvisionalFrom, Field::kSigned}) {
    if (!DateOf(version, field).known()) continue;
    if (Usable(version.CertaintyOf(field), lens)) return std::nullopt;
    if (!stated) stated = field;
  }
  return stated.value_or(otherwise);
}

// Yes while no later version, public on the day of knowledge, governs in its place: none that
// replaces it, none that replaces that, and so on. One that nobody surely gave a day replaces it
// only perhaps.
Tri Governs(const Instrument& instrument, const Dossier& dossier, const Lens& lens,
            Reader& reader) {
  Tri governs = Tri::kYes;
  if (!IsReplaced(instrument, dossier)) return governs;  // Most.
  Versions by_earlier(dossier);
  std::vector<const Instrument*> later;
  by_earlier.AddThoseThatReplace(instrument.name, later);
  for (std::size_t i = 0; i < later.size(); ++i) {
    const Tri is_public = PublicUnder(*later[i], lens);
    const std::optional<Field> open = OpenBeginning(*later[i], lens);
    if (is_public == Tri::kYes && !open) return Tri::kNo;
    if (is_public == Tri::kUnknown) governs = reader.Unsure(Field::kPublicSince);
    if (is_public == Tri::kYes) governs = reader.UnsureOfLater(*later[i], *open);
    by_earlier.AddThoseThatReplace(later[i]->name, later);
  }
  return governs;
}

}  // namespace

Tri And(Tri a, Tri b) {
  if (a == Tri::kNo || b == Tri::kNo) return Tri::kNo;
  return a == Tri::kYes && b == Tri::kYes ? Tri::kYes : Tri::kUnknown;
}

bool Confirmed(Certainty certainty) {
  return certainty == Certainty::kFound || certainty == Certainty::kMonth ||
         certainty == Certainty::kYear;
}

bool Usable(Certainty certainty, const Lens& lens) {
  return certainty != Certainty::kUnknown && (lens.explore || Confirmed(certainty));
}

bool LeavesOpen(Certainty certainty) {
  return certainty == Certainty::kUnknown || certainty == Certainty::kUnconfirmed;
}

bool Sure(const Instrument& instrument, Field field) {
  const Certainty certainty = instrument.CertaintyOf(field);
  return Confirmed(certainty) || (field == Field::kScope && certainty == Certainty::kUnspecified);
}

PartialDate Widen(const PartialDate& date, Certainty certainty) {
  if (!date.known()) return date;
  if (certainty == Certainty::kYear) return date.WholeYear();
  return certainty == Certainty::kMonth && date.exact() ? date.WholeMonth() : date;
}

Tri OnOrAfter(absl::CivilDay day, const PartialDate& date) {
  if (!date.known()) return Tri::kUnknown;
  if (date.SurelyReached(day)) return Tri::kYes;
  return date.SurelyAhead(day) ? Tri::kNo : Tri::kUnknown;
}

Effect EffectOf(const Instrument& instrument, const Dossier& dossier, const Lens& lens) {
  if (instrument.Over(lens.day)) return {.holds = Tri::kNo};
  Reader reader(instrument, lens);
  Tri holds = Public(reader, lens);
  if (holds != Tri::kNo) holds = And(holds, Governs(instrument, dossier, lens, reader));
  if (holds != Tri::kNo) holds = And(holds, From(instrument, reader));
  if (holds != Tri::kNo) holds = And(holds, NotEnded(reader, lens));
  if (holds != Tri::kNo) holds = And(holds, NotSuspended(instrument, reader));
  return reader.Take(holds);
}

Effect EffectWithScope(const Instrument& instrument, const Dossier& dossier, const Lens& lens) {
  Effect effect = EffectOf(instrument, dossier, lens);
  if (effect.holds == Tri::kNo || Sure(instrument, Field::kScope)) return effect;
  const bool usable = Usable(instrument.CertaintyOf(Field::kScope), lens);
  (usable ? effect.unconfirmed : effect.unsure).push_back(Field::kScope);
  if (!usable) effect.holds = Tri::kUnknown;
  return effect;
}

Tri PublicUnder(const Instrument& instrument, const Lens& lens) {
  Reader reader(instrument, lens);
  return Public(reader, lens);
}

bool EndedBy(const Instrument& instrument, const Lens& lens) {
  if (instrument.Over(lens.day)) return true;
  Reader reader(instrument, lens);
  return NotEnded(reader, lens) == Tri::kNo;
}

Tri SignedBy(const Instrument& instrument, const Lens& lens) {
  Lens lenient = lens;
  lenient.explore = true;  // Said for explanation, never decided on.
  return Reader(instrument, lenient).Reached(Field::kSigned);
}

ClassOnDay ClassOf(const Partner& partner, const Lens& lens) {
  ClassOnDay found;
  for (const LegalClassPeriod& period : partner.classes) {
    const bool confirmed = Confirmed(period.certainty);
    // A period that may not be used may lie anywhere.
    if (!Usable(period.certainty, lens)) {
      return ClassOnDay{.known = Tri::kUnknown, .unconfirmed = !confirmed};
    }
    const PartialDate from = Widen(period.from, period.certainty);
    const PartialDate to = Widen(period.to, period.certainty);
    Tri holds = from.known() ? OnOrAfter(lens.day, from) : Tri::kYes;
    if (to.known()) {
      const Tri over = to.SurelyOver(lens.day)     ? Tri::kNo
                       : lens.day <= to.earliest() ? Tri::kYes
                                                   : Tri::kUnknown;
      holds = And(holds, over);
    }
    if (holds == Tri::kNo) continue;
    if (found.known != Tri::kNo || holds == Tri::kUnknown ||
        period.legal_class == LegalClass::kUnspecified) {
      return ClassOnDay{.known = Tri::kUnknown, .unconfirmed = !confirmed};
    }
    found = {.known = Tri::kYes, .legal_class = period.legal_class, .unconfirmed = !confirmed};
  }
  return found;
}

std::vector<std::string> WhatIsOpen(const Effect& effect) {
  std::vector<std::string> open;
  for (const Field field : effect.unsure) open.emplace_back(Name(field));
  for (const OpenField& of : effect.later) open.push_back(FieldPath(*of.instrument, of.field));
  return open;
}

std::string FieldPath(const Instrument& instrument, Field field) {
  return absl::StrCat(instrument.name, ".", Name(field));
}

}  // namespace comity::legal
