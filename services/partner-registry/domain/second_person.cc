#include "services/partner-registry/domain/second_person.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/legal/scope.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/legal_facts.h"

namespace comity::partner_registry {
namespace {

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

absl::CivilDay LastDay(const LegalClassPeriod& period) {
  const auto to = PartialDate::Parse(period.to);
  return to.ok() && to->known() ? to->latest() : absl::CivilDay(9999, 12, 31);
}

}  // namespace

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

absl::Status CheckNotSurer(const std::optional<Problem>& surer) {
  if (!surer.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(surer->what, "."),
                   {.reason = kConfirmationNeeded, .metadata = {{"field", surer->field}}});
}

}  // namespace comity::partner_registry
