#include "tests/unit/legal/naive_model.h"

namespace comity::legal::naive {
namespace {

// Saying nothing, or only without confirmation that it is not allowed, is not saying no.
Answer AllowsSecondment(const Instrument& instrument, const View& view) {
  const Certainty certainty = instrument.CertaintyOf(Field::kAllowsSecondment);
  if (Usable(certainty, view) != Answer::kYes) return Answer::kUnknown;
  if (instrument.allows_secondment) return Answer::kYes;
  const View operate = {.day = view.day};
  return Usable(certainty, operate) == Answer::kYes ? Answer::kNo : Answer::kUnknown;
}

bool IsPermitted(const Secondment& secondment, const World& world, const View& view) {
  const bool prosecutor = secondment.kind == SecondmentKind::kLiaisonProsecutor;
  for (const Instrument& instrument : world.instruments) {
    if (instrument.name != secondment.instrument) continue;
    if (HasEffect(instrument, world, view) != Answer::kYes) return false;
    if (!prosecutor) return instrument.kind == InstrumentKind::kWorkingArrangement;
    bool of_a_third_country = false;
    for (const Partner& partner : world.partners) {
      if (partner.name != PartnerIn(instrument.name)) continue;
      of_a_third_country = ClassOn(partner, view) == LegalClass::kThirdCountry;
    }
    return of_a_third_country && AllowsSecondment(instrument, view) == Answer::kYes &&
           (instrument.kind == InstrumentKind::kInternationalAgreement ||
            instrument.kind == InstrumentKind::kCooperationAgreementPre2019);
  }
  return false;
}

bool IsGone(const Secondment& secondment, absl::CivilDay day) {
  if (!secondment.to.known()) return false;
  const absl::CivilDay last = secondment.to.latest();
  return secondment.ended ? day >= last : day > last;
}

bool Runs(const Secondment& secondment, absl::CivilDay day) {
  if (!secondment.from.known() || day < secondment.from.earliest()) return false;
  return !IsGone(secondment, day);
}

// Whoever was still there on the day of the key, and is gone by `day`, may have published it.
bool MayBeAnothers(const Opener& opener, absl::CivilDay day) {
  for (const Secondment& secondment : opener.secondments) {
    if (IsGone(secondment, day) && opener.key_since <= secondment.to.latest()) return true;
  }
  return false;
}

}  // namespace

bool CountsOn(const Opener& opener, const World& world, absl::CivilDay day) {
  if (opener.validity.from.has_value() && day < *opener.validity.from) return false;
  if (opener.validity.to.has_value() && day > *opener.validity.to) return false;
  if (opener.secondments.empty()) return true;
  if (MayBeAnothers(opener, day)) return false;
  for (const Secondment& secondment : opener.secondments) {
    if (!Runs(secondment, day) || !IsPermitted(secondment, world, {.day = day})) continue;
    if (opener.key_since >= secondment.from.earliest()) return true;
  }
  return false;
}

// B or C *allowing secondment* only; adequacy, 58, 59 never entitle.
Conclusion Conclude(const World& world, const SecondmentQuestion& question) {
  const View view =
      ViewOf({.instant = question.instant, .mode = question.mode, .counterpart = question.partner});
  LegalClass on_day = LegalClass::kUnspecified;
  bool off_the_register = false;
  for (const Partner& partner : world.partners) {
    if (partner.name != question.partner) continue;
    on_day = ClassOn(partner, view);
    off_the_register = partner.deleted;
  }
  std::vector<Answer> by_c;
  std::vector<Answer> by_b;
  for (const Instrument& instrument : world.instruments) {
    if (PartnerIn(instrument.name) != question.partner) continue;
    const Answer entitles =
        All({HasEffect(instrument, world, view), AllowsSecondment(instrument, view)});
    if (instrument.kind == InstrumentKind::kInternationalAgreement) by_c.push_back(entitles);
    if (instrument.kind == InstrumentKind::kCooperationAgreementPre2019) by_b.push_back(entitles);
  }
  const Answer c = Any(by_c);
  const Answer b = Any(by_b);

  Conclusion out;
  if (off_the_register) {
    out.outcome = Outcome::kRefused;
  } else if (on_day == LegalClass::kUnspecified) {
    out.outcome = Outcome::kUndetermined;
  } else if (on_day != LegalClass::kThirdCountry) {
    out.outcome = Outcome::kRefused;
  } else if (c == Answer::kYes || b == Answer::kYes) {
    out.outcome = Outcome::kPermitted;
    if (c == Answer::kYes) out.bases.push_back(Basis::kInternationalAgreement);
    if (b == Answer::kYes) out.bases.push_back(Basis::kCooperationAgreement);
  } else {
    const bool unknown = Any({c, b}) == Answer::kUnknown;
    out.outcome = unknown ? Outcome::kUndetermined : Outcome::kRefused;
  }
  out.before_use = out.outcome;
  out.rows = {{"54a.1", out.outcome}};
  return out;
}

}  // namespace comity::legal::naive
