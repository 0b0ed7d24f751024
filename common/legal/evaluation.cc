#include "common/legal/evaluation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/day.h"

namespace comity::legal {
namespace {

const Authority* FindAuthority(const Dossier* dossier, absl::string_view name) {
  if (dossier == nullptr) return nullptr;
  const auto found =
      std::find_if(dossier->authorities.begin(), dossier->authorities.end(),
                   [name](const Authority& authority) { return authority.name == name; });
  return found == dossier->authorities.end() ? nullptr : &*found;
}

absl::InlinedVector<const Instrument*, 8> NotOver(const Dossier* dossier, absl::CivilDay day) {
  absl::InlinedVector<const Instrument*, 8> instruments;
  if (dossier == nullptr) return instruments;
  for (const Instrument& instrument : dossier->instruments) {
    if (!instrument.Over(day)) instruments.push_back(&instrument);
  }
  return instruments;
}

Lens LensOf(const Question& question) {
  return {.day = DayInBrussels(question.instant),
          .explore = question.mode == Mode::kExplore || question.public_on.has_value(),
          .public_on = question.public_on};
}

void AddOnce(std::vector<std::string>& items, std::string item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
}

}  // namespace

Evaluation::Evaluation(const Facts& all_facts, const Question& asked)
    : facts(all_facts),
      question(asked),
      lens(LensOf(asked)),
      partner(PartnerOf(asked.counterpart)),
      dossier(all_facts.Find(partner)),
      authority(FindAuthority(dossier, asked.counterpart)),
      counterpart_class(dossier != nullptr && dossier->partner ? ClassOf(*dossier->partner, lens)
                                                               : ClassOnDay{}),
      instruments(NotOver(dossier, lens.day)) {
  // As many as most have: moving them to more room costs as much as finding them. Five reasons are
  // what the allocator still gives from its cache.
  constexpr std::size_t kUsualReasons = 5;
  constexpr std::size_t kUsual = 8;
  verdict.reasons.reserve(kUsualReasons);
  verdict.conditions.reserve(kUsual);
  verdict.duties.reserve(kUsual);
  verdict.day = lens.day;
  verdict.registry_revision = facts.revision();
  if (dossier != nullptr && dossier->partner) {
    verdict.counterpart_footnote = dossier->partner->footnote;
  }
}

bool Evaluation::article_56() const {
  return legal_class() == LegalClass::kThirdCountry ||
         legal_class() == LegalClass::kInternationalOrganisation;
}

bool Evaluation::about(SubjectKind subject) const {
  return std::find(question.subjects.begin(), question.subjects.end(), subject) !=
         question.subjects.end();
}

absl::string_view Evaluation::counterpart_name() const {
  if (dossier == nullptr || !dossier->partner) return question.counterpart;
  return dossier->partner->display_name;
}

void Evaluation::Explain(Reason reason) {
  explanations.push_back(verdict.reasons.size());
  Say(std::move(reason));
}

void Evaluation::Condition(std::string condition) {
  AddOnce(verdict.conditions, std::move(condition));
}

void Evaluation::Duty(std::string duty) { AddOnce(verdict.duties, std::move(duty)); }

void Evaluation::Unconfirmed(const Instrument& instrument, const std::vector<Field>& fields) {
  for (const Field field : fields) {
    AddOnce(verdict.unconfirmed_fields, FieldPath(instrument, field));
  }
}

void Evaluation::Unconfirmed(const Instrument& instrument, const Effect& effect) {
  Unconfirmed(instrument, effect.unsure);
  for (const OpenField& of : effect.later) Unconfirmed(*of.instrument, {of.field});
  Unconfirmed(instrument, effect.unconfirmed);
}

std::string DisplayName(const Facts& facts, absl::string_view partner) {
  const Dossier* const dossier = facts.Find(partner);
  if (dossier == nullptr || !dossier->partner) return std::string(partner);
  const Partner& named = *dossier->partner;
  return named.footnote.empty() ? named.display_name
                                : absl::StrCat(named.display_name, " (", named.footnote, ")");
}

std::string Day(const Evaluation& evaluation) { return FormatDay(evaluation.lens.day); }

}  // namespace comity::legal
