#include "tests/unit/legal/small_case.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/time/day.h"

namespace comity::legal::naive {
namespace {

constexpr auto kFields = static_cast<std::size_t>(Field::kCount);
constexpr std::array<PartialDate Instrument::*, 9> kDates = {
    &Instrument::signed_on,     &Instrument::provisional_from,
    &Instrument::in_force,      &Instrument::in_force_by,
    &Instrument::applied_from,  &Instrument::not_before,
    &Instrument::notified_end,  &Instrument::ended,
    &Instrument::suspended_from};

using Still = std::function<bool(const Case&)>;

// Keeps `change` if what is looked for is still there.
template <typename Change>
bool Try(Case& found, const Still& still, Change change) {
  Case smaller = found;
  change(smaller);
  if (!still(smaller)) return false;
  found = std::move(smaller);
  return true;
}

// Leaves out each element of a list that is not needed.
template <typename List>
void LeaveOut(Case& found, const Still& still, List list) {
  for (std::size_t i = list(found).size(); i > 0; --i) {
    Try(found, still, [&](Case& smaller) {
      list(smaller).erase(list(smaller).begin() + static_cast<std::ptrdiff_t>(i - 1));
    });
  }
}

// Gives a value back its default, if it is not needed.
template <typename Value>
void Reset(Case& found, const Still& still, Value value) {
  Try(found, still, [&](Case& smaller) {
    auto& reset = value(smaller);
    reset = std::decay_t<decltype(reset)>();
  });
}

void ShrinkInstrument(Case& found, const Still& still, std::size_t i) {
  const auto at = [i](Case& it) -> Instrument& { return it.world.instruments[i]; };
  for (const auto date : kDates) {
    Reset(
        found, still, [&](Case & it) -> auto& { return at(it).*date; });
  }
  Reset(
      found, still, [&](Case & it) -> auto& { return at(it).public_since; });
  Reset(
      found, still, [&](Case & it) -> auto& { return at(it).parts_suspended; });
  Reset(
      found, still, [&](Case & it) -> auto& { return at(it).supersedes; });
  Reset(
      found, still, [&](Case & it) -> auto& { return at(it).scope; });
  for (std::size_t field = 0; field < kFields; ++field) {
    Try(found, still, [&](Case& it) { at(it).certainty[field] = Certainty::kFound; });
  }
}

void ShrinkDecision(Case& found, const Still& still,
                    const std::function<std::vector<Decision>&(Case&)>& list, std::size_t i) {
  Reset(
      found, still, [&](Case & it) -> auto& { return list(it)[i].withdrawn; });
  Reset(
      found, still, [&](Case & it) -> auto& { return list(it)[i].valid_to; });
}

std::string Dated(absl::string_view name, const PartialDate& date) {
  return date.known() ? absl::StrCat(" ", name, "=", date.ToString()) : "";
}

std::string Numbers(const std::vector<SubjectKind>& subjects) {
  return absl::StrJoin(subjects, " ", [](std::string* text, SubjectKind subject) {
    absl::StrAppend(text, static_cast<int>(subject));
  });
}

std::string Describe(const Partner& partner) {
  std::string text =
      absl::StrCat(partner.name, " competent=", partner.competent_in_criminal_matters,
                   " competence=", static_cast<int>(partner.competence_certainty),
                   " suspended=", partner.exchanges_suspended, " deleted=", partner.deleted);
  for (const LegalClassPeriod& period : partner.classes) {
    absl::StrAppend(&text, "; ", Name(period.legal_class), Dated("from", period.from),
                    Dated("to", period.to), " certainty=", static_cast<int>(period.certainty));
  }
  return text;
}

std::string Describe(const Instrument& instrument) {
  const auto sure = [&instrument](Field field) {
    return absl::StrCat("/", static_cast<int>(instrument.CertaintyOf(field)));
  };
  std::string text = absl::StrCat(instrument.name, " kind=", static_cast<int>(instrument.kind));
  constexpr std::array<Field, 9> kOf = {
      Field::kSigned,      Field::kProvisionalFrom, Field::kInForce,
      Field::kInForceBy,   Field::kAppliedFrom,     Field::kNotBefore,
      Field::kNotifiedEnd, Field::kEnded,           Field::kSuspendedFrom};
  for (std::size_t i = 0; i < kDates.size(); ++i) {
    const PartialDate& date = instrument.*kDates[i];
    if (date.known()) absl::StrAppend(&text, Dated(Name(kOf[i]), date), sure(kOf[i]));
  }
  if (!instrument.parts_suspended.empty()) {
    absl::StrAppend(&text, " parts_suspended=", instrument.parts_suspended,
                    sure(Field::kPartsSuspended));
  }
  if (instrument.public_since.known()) {
    absl::StrAppend(&text, Dated("public_since", instrument.public_since),
                    sure(Field::kPublicSince));
  }
  if (!instrument.supersedes.empty()) {
    absl::StrAppend(&text, " supersedes=", instrument.supersedes);
  }
  if (instrument.scope != nullptr) {
    const Scope& scope = instrument.scope->all();
    absl::StrAppend(&text, " scope territories=[", absl::StrJoin(scope.territories, "|"),
                    "] sectors=[", absl::StrJoin(scope.sectors, "|"), "] offences=[",
                    absl::StrJoin(scope.offences, "|"), "] stages=[",
                    absl::StrJoin(scope.stages, "|"), "] subjects=[", Numbers(scope.subjects),
                    "] no_special=", scope.excludes_special_categories);
  }
  return text;
}

std::string Describe(const Opener& opener) {
  std::string text = absl::StrCat("key_until=", absl::FormatTime(opener.key_until, Brussels()),
                                  " key_since=", FormatDay(opener.key_since));
  if (opener.validity.from) absl::StrAppend(&text, " from=", FormatDay(*opener.validity.from));
  if (opener.validity.to) absl::StrAppend(&text, " to=", FormatDay(*opener.validity.to));
  for (const Secondment& secondment : opener.secondments) {
    absl::StrAppend(&text, " seconded=", static_cast<int>(secondment.kind), "/",
                    secondment.instrument, Dated("from", secondment.from),
                    Dated("to", secondment.to), secondment.ended ? " ended" : "");
  }
  return text;
}

std::string Describe(const Authority& authority) {
  return absl::StrCat(
      authority.name, " competent=", authority.competent_in_criminal_matters,
      " certainty=", static_cast<int>(authority.certainty), " territory=", authority.territory,
      " sectors=[", absl::StrJoin(authority.sectors, "|"), "] listed_in=[",
      absl::StrJoin(authority.listed_in, " "), "]", Dated("verified", authority.last_verified),
      " openers=[",
      absl::StrJoin(
          authority.openers, "; ",
          [](std::string* text, const Opener& opener) { absl::StrAppend(text, Describe(opener)); }),
      "]");
}

std::string Describe(const Decision& decision) {
  return absl::StrCat(
      "decision ", decision.name, " kind=", static_cast<int>(decision.kind),
      " of=", decision.partner, " for=[", absl::StrJoin(decision.counterparts, " "),
      "] case=", decision.case_reference, " grounds=", decision.grounds,
      Dated("from", decision.valid_from), Dated("to", decision.valid_to),
      decision.withdrawn.has_value()
          ? absl::StrCat(" withdrawn=", absl::FormatTime(*decision.withdrawn, Brussels()))
          : "");
}

std::string Describe(const Origin& origin) {
  std::string text =
      absl::StrCat("origin kind=", static_cast<int>(origin.kind), " ", origin.partner);
  for (const Restriction& restriction : origin.restrictions) {
    absl::StrAppend(&text, " restricted ", static_cast<int>(restriction.use), " [",
                    absl::StrJoin(restriction.partners, " "), "]");
  }
  return text;
}

std::string Describe(const Question& question) {
  const Purpose& purpose = question.purpose;
  return absl::StrCat(
      "at ", absl::FormatTime(question.instant, Brussels()),
      question.mode == Mode::kOperate ? " OPERATE" : " EXPLORE",
      question.public_on.has_value() ? " public_on=" + FormatDay(*question.public_on) : "",
      " direction=", static_cast<int>(question.direction), " onward_by=", question.onward_by,
      " capacity=", static_cast<int>(question.capacity), " counterpart=", question.counterpart,
      question.to_prosecutor ? " to_prosecutor" : "",
      "\n  data=", static_cast<int>(question.data_kind), " subjects=[", Numbers(question.subjects),
      "] annex_ii=", static_cast<int>(question.annex_ii), " special=", question.special_categories,
      " geometry=", static_cast<int>(question.geometry),
      " volume=", static_cast<int>(question.volume), " frame=", question.proposed_frame,
      "\n  purpose task=", purpose.task, " offence=", purpose.offence, " stage=", purpose.stage,
      " case=", purpose.case_reference, " necessity=", purpose.necessity,
      " outside_annex_i=", purpose.offence_outside_annex_i,
      " requested=", purpose.requested_by_member_state,
      " incompatible=", purpose.incompatible_with_collection,
      " eppo=", purpose.eppo_exercises_competence, " exception=", purpose.eppo_exception);
}

}  // namespace

Case Shrink(Case found, const Still& still) {
  const auto in_registry = [](Case& it) -> std::vector<Decision>& { return it.world.decisions; };
  const auto asked = [](Case& it) -> std::vector<Decision>& { return it.question.decisions; };
  LeaveOut(
      found, still, [](Case & it) -> auto& { return it.world.partners; });
  LeaveOut(
      found, still, [](Case & it) -> auto& { return it.world.instruments; });
  LeaveOut(
      found, still, [](Case & it) -> auto& { return it.world.authorities; });
  LeaveOut(found, still, in_registry);
  LeaveOut(found, still, asked);
  LeaveOut(
      found, still, [](Case & it) -> auto& { return it.question.origins; });
  for (std::size_t i = 0; i < found.question.origins.size(); ++i) {
    LeaveOut(
        found, still, [i](Case & it) -> auto& { return it.question.origins[i].restrictions; });
  }
  for (std::size_t i = 0; i < found.world.partners.size(); ++i) {
    LeaveOut(
        found, still, [i](Case & it) -> auto& { return it.world.partners[i].classes; });
  }
  for (std::size_t i = 0; i < found.world.instruments.size(); ++i) {
    ShrinkInstrument(found, still, i);
  }
  for (std::size_t i = 0; i < found.world.decisions.size(); ++i) {
    ShrinkDecision(found, still, in_registry, i);
  }
  for (std::size_t i = 0; i < found.question.decisions.size(); ++i) {
    ShrinkDecision(found, still, asked, i);
  }
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.public_on; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.onward_by; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.capacity; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.to_prosecutor; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.volume; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.special_categories; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.proposed_frame; });
  Reset(
      found, still, [](Case & it) -> auto& { return it.question.purpose.offence_outside_annex_i; });
  Reset(
      found, still,
      [](Case & it) -> auto& { return it.question.purpose.eppo_exercises_competence; });
  return found;
}

std::string Describe(const Case& made) {
  std::string text = Describe(made.question);
  const auto add = [&text](const auto& list, absl::string_view indent) {
    for (const auto& item : list) absl::StrAppend(&text, "\n", indent, Describe(item));
  };
  add(made.question.origins, "  ");
  add(made.question.decisions, "  its ");
  add(made.world.partners, "  ");
  add(made.world.instruments, "  ");
  add(made.world.authorities, "  ");
  add(made.world.decisions, "  registry's ");
  return text;
}

std::string Describe(const Conclusion& said) {
  std::string text =
      absl::StrCat(Name(said.outcome), " before use ", Name(said.before_use), " bases");
  for (const Basis basis : said.bases) absl::StrAppend(&text, " ", Letter(basis));
  for (const auto& [row, outcome] : said.rows) {
    absl::StrAppend(&text, "\n    ", row, " ", Name(outcome));
  }
  absl::StrAppend(&text, "\n    routes");
  for (const DecisionKind kind : said.routes) absl::StrAppend(&text, " ", static_cast<int>(kind));
  return text;
}

}  // namespace comity::legal::naive
