#include "services/partner-registry/domain/edit_rules.h"

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/search.h"

namespace comity::partner_registry {
namespace {

absl::Status Retracted(absl::string_view name) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(name,
                                " was recorded by mistake and retracted: enter what is right "
                                "under another id."),
                   {.reason = "ENTRY_RETRACTED"});
}

// Whether it has no effect while its signature is not sure (legal::EffectOf).
bool RestsOnSignature(const Instrument& instrument) {
  if (instrument.kind == InstrumentKind::kCooperationAgreementPre2019) return true;
  return legal::StandsFromSignature(instrument.kind) && instrument.in_force.empty() &&
         instrument.applied_from.empty();
}

// Whether, apart from its versions, it has effect on `today` or comes to have it on a day that its
// dates name.
bool HasEffectFrom(const Instrument& instrument, absl::CivilDay today) {
  const legal::Instrument view = ToLegal(instrument);
  const legal::Dossier alone;
  bool has = false;
  const auto look = [&](absl::CivilDay day) {
    has = has ||
          (day >= today && legal::EffectOf(view, alone, {.day = day}).holds == legal::Tri::kYes);
  };
  look(today);
  ForEachDecisive([&](legal::Field field) {
    const PartialDate date =
        legal::Widen(DayRecorded(ValueOf(instrument, field)), view.CertaintyOf(field));
    if (!date.known()) return;
    look(date.latest());
    look(date.latest() + 1);
  });
  return has;
}

}  // namespace

absl::StatusOr<const Partner*> FindOnRegister(const Registry& registry, absl::string_view id) {
  const Partner* partner = registry.FindPartner(id);
  if (partner == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  if (partner->deleted()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(NameOf(*partner), " is off the register",
                     partner->merged_into.empty()
                         ? ": put it back first (UndeletePartner)."
                         : absl::StrCat(": it is partners/", partner->merged_into, ".")),
        {.reason = "PARTNER_DELETED"});
  }
  return partner;
}

absl::StatusOr<const Instrument*> InstrumentToChange(const Registry& registry,
                                                     absl::string_view name) {
  const Instrument* known = registry.FindInstrument(name);
  if (known != nullptr) return known;
  if (registry.FindRetracted<Instrument>(name) != nullptr) return Retracted(name);
  return NoSuch("instrument", "INSTRUMENT_NOT_FOUND");
}

absl::StatusOr<const Authority*> AuthorityToChange(const Registry& registry,
                                                   absl::string_view name) {
  const Authority* known = registry.FindAuthority(name);
  if (known != nullptr) return known;
  if (registry.FindRetracted<Authority>(name) != nullptr) return Retracted(name);
  return NoSuch("authority", "AUTHORITY_NOT_FOUND");
}

std::optional<Problem> CheckNotRetracted(const Registry& registry, const std::string& name) {
  if (registry.FindRetracted<Instrument>(name) == nullptr &&
      registry.FindRetracted<Authority>(name) == nullptr) {
    return std::nullopt;
  }
  return Problem{"id", absl::StrCat(name,
                                    " was recorded by mistake and retracted: leave it out, or "
                                    "enter what is right under another id")};
}

absl::Status CheckEtag(absl::string_view etag, const Recorded& recorded) {
  if (etag.empty() || etag == EtagOf(recorded)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAborted,
      "It was changed since it was read: read it again, and decide on what it says now.",
      {.reason = "ETAG_MISMATCH", .metadata = {{"etag", EtagOf(recorded)}}});
}

absl::Status CheckSeen(absl::string_view etag, absl::string_view what, const Recorded& recorded) {
  if (!etag.empty()) return CheckEtag(etag, recorded);
  return InvalidField(
      "FIELD_REQUIRED", "etag",
      absl::StrCat("send that of ", what, " as you read it: you confirm what you saw"));
}

absl::Status CheckNotErased(const Contact& contact) {
  if (contact.state != ContactState::kErased) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The data of ", NameOf(contact),
                                " were erased for good: enter another contact with an id of its "
                                "own."),
                   {.reason = "CONTACT_ERASED"});
}

std::optional<Problem> CheckKindStays(const Instrument& known, const Instrument& changed) {
  if (changed.kind == known.kind) return std::nullopt;
  return Problem{"kind", absl::StrCat("it stays ", Word(known.kind),
                                      ": enter another instrument if it is one (EJR 47(3))")};
}

std::optional<Problem> CheckStays(const Partner& known, const Partner& changed) {
  if (known.legal_classes.empty()) return std::nullopt;
  if (changed.kind != known.kind) {
    return Problem{"kind",
                   absl::StrCat("it stays ", Word(known.kind),
                                ", since a legal class is recorded: enter another partner")};
  }
  const auto stays = [](const char* field, const std::string& code) {
    return Problem{field, absl::StrCat("it stays ", code,
                                       ", since a legal class is recorded and units of the agency "
                                       "decide for a State by its code: leave it as it is, or "
                                       "enter another partner")};
  };
  if (!known.iso_alpha2.empty() && changed.iso_alpha2 != known.iso_alpha2) {
    return stays("iso_alpha2", known.iso_alpha2);
  }
  if (!known.iso_alpha3.empty() && changed.iso_alpha3 != known.iso_alpha3) {
    return stays("iso_alpha3", known.iso_alpha3);
  }
  return std::nullopt;
}

const Partner* FindNewNamesake(const Registry& registry, const Partner* known,
                               const Partner& changed) {
  std::set<std::string> had;
  if (known != nullptr) {
    had.insert(Fold(known->display_name));
    for (const std::string& alias : known->aliases) had.insert(Fold(alias));
  }
  Partner added{.id = changed.id};
  if (!had.contains(Fold(changed.display_name))) added.aliases.push_back(changed.display_name);
  for (const std::string& alias : changed.aliases) {
    if (!had.contains(Fold(alias))) added.aliases.push_back(alias);
  }
  if (added.aliases.empty()) return nullptr;
  added.display_name = added.aliases.front();
  return registry.index().FindNamesake(added);
}

std::string WhyNotInitialLoad(const Registry& registry) {
  const std::size_t partners = registry.partners().size();
  return absl::StrCat("the initial load is over since ", partners,
                      partners == 1 ? " partner is" : " partners are",
                      " registered (the first: ", registry.partners().begin()->first, ")");
}

std::optional<Problem> CheckStaysPublic(const Instrument& known, const Instrument& changed,
                                        absl::CivilDay today) {
  Instrument made = changed;
  RecordBy("", &known, made);  // What stays confirmed.
  // As recorded it stays public. Only a signature without which there is no effect may be doubted
  // altogether: what rests on it stops with it.
  const legal::Lens as_recorded{.day = today, .explore = true, .public_on = today};
  const legal::Instrument was = ToLegal(known);
  legal::Instrument is = ToLegal(made);
  if (made.signed_on == known.signed_on && RestsOnSignature(made)) {
    is.SetCertainty(legal::Field::kSigned, was.CertaintyOf(legal::Field::kSigned));
  }
  const bool put_off = legal::PublicUnder(was, as_recorded) == legal::Tri::kYes &&
                       legal::PublicUnder(is, as_recorded) != legal::Tri::kYes;
  // And it surely stays so, as the public list asks, unless the check stops as well.
  const bool unseen =
      SurelyPublic(known, today) && !SurelyPublic(made, today) && HasEffectFrom(made, today);
  if (!put_off && !unseen) return std::nullopt;
  return Problem{
      "public_since",
      absl::StrCat("it was public on ", FormatDay(today),
                   " and stays on the public list: say since when for sure with ",
                   HowToUpdate(known, {"public_since=DAY", "certainty.public_since=found"}),
                   ", a day that has come and is no earlier than before, and doubt the "
                   "rest then; or retract the instrument if it was recorded by mistake")};
}

absl::Status CheckProblem(const std::optional<Problem>& problem, absl::string_view reason,
                          absl::string_view path) {
  if (!problem.has_value()) return absl::OkStatus();
  return InvalidField(reason, absl::StrCat(path, ".", problem->field), problem->what);
}

absl::Status CheckNewId(absl::string_view reason, absl::string_view field, absl::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  return InvalidField(reason, field,
                      "write at most 63 lower-case letters, digits and hyphens, beginning with a "
                      "letter");
}

absl::Status Taken(absl::string_view what, absl::string_view reason) {
  return MakeError(absl::StatusCode::kAlreadyExists,
                   absl::StrCat("There is ", what,
                                " with this name already: choose another, or change that one."),
                   {.reason = std::string(reason)});
}

Plan Replace(const Fact& known, Fact changed, bool barrier) {
  Plan plan{.resource = NameOf(known), .barrier = barrier};
  if (FieldsOf(known) != FieldsOf(changed)) plan.facts.push_back(std::move(changed));
  return plan;
}

}  // namespace comity::partner_registry
