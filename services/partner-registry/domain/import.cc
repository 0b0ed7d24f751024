#include "services/partner-registry/domain/import.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/documents.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_limits.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/later_fields.h"
#include "services/partner-registry/domain/mergers.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/renaming.h"
#include "services/partner-registry/domain/second_person.h"
#include "services/partner-registry/domain/transitions.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostPeriods = 100;

// The column of a field.
absl::string_view ColumnOf(absl::string_view field) {
  return absl::StripSuffix(field.substr(field.rfind('.') + 1), "_minute");
}

absl::Status RowError(const RowSource& source, const Problem& problem,
                      absl::string_view reason = "IMPORT_ROW_INVALID") {
  const absl::string_view column = ColumnOf(problem.field);
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(source.file, ", line ", source.line, ", column ", column, ": ",
                                problem.what, ". Nothing was loaded."),
                   {.reason = std::string(reason),
                    .metadata = {{"file", source.file},
                                 {"line", absl::StrCat(source.line)},
                                 {"column", std::string(column)}},
                    .fields = {{"rows", absl::StrCat(source.file, ":", source.line, " ", column,
                                                     ": ", problem.what)}}});
}

// What an edit is refused for, of a row that stands for the same.
absl::Status AsRowError(const RowSource& source, const char* column, const absl::Status& refused) {
  if (refused.ok()) return refused;
  const ErrorDetails details = DetailsOf(refused);
  return RowError(
      source,
      {column, details.fields.empty() ? std::string(absl::StripSuffix(refused.message(), "."))
                                      : details.fields[0].description},
      details.reason);
}

const char* KindOfRow(const ImportRow& row) {
  static constexpr const char* kKinds[] = {"partners",   "legal_classes", "instruments",
                                           "milestones", "authorities",   "contacts"};
  return kKinds[row.fact.index()];
}

// A resource as the import will have it, and the row that said so.
struct Candidate {
  Fact fact;
  RowSource source;
};

absl::Status CannotBeEmptied(const ImportRow& row, const std::string& field) {
  return RowError(row.source, {field,
                               "a row says of no field but those that it leaves empty, and that "
                               "are else kept, that it empties them: leave it out"});
}

// The row's fact, with what it says nothing of as `old` has it; null if it is new.
template <typename T>
absl::StatusOr<T> WithWhatIsNotSaid(const ImportRow& row, const T* old) {
  static const T nothing{};
  T made = std::get<T>(row.fact);
  std::set<std::string> emptied(row.emptied.begin(), row.emptied.end());
  EachLaterField(old == nullptr ? nothing : *old, made,
                 [&emptied](const char* field, const auto& recorded, auto& said) {
                   if (IsSaid(said)) return;
                   if (emptied.erase(field) == 0) said = recorded;
                 });
  if (emptied.empty()) return made;
  return CannotBeEmptied(row, *emptied.begin());
}

// Every field that a row can set, and what it can make stricter and never looser.
std::vector<std::pair<std::string, std::string>> FieldsAndLimits(const Fact& fact) {
  auto fields = FieldsOf(fact);
  const auto limit = [&](const char* name, bool on) {
    fields.emplace_back(name, on ? "yes" : "no");
  };
  if (const auto* partner = std::get_if<Partner>(&fact)) {
    limit("exchanges_suspended", partner->exchanges_suspended);
    limit("deleted", partner->deleted());
    fields.emplace_back("merged_into", partner->merged_into);
  }
  const auto* contact = std::get_if<Contact>(&fact);
  if (contact != nullptr) limit("suspended", contact->state == ContactState::kSuspended);
  return fields;
}

// Works out what each named resource will be.
class Planner {
 public:
  Planner(const Registry& registry, absl::string_view caller, absl::Time now)
      : registry_(registry),
        caller_(caller),
        now_(now),
        initial_load_(registry.partners().empty()) {}

  absl::Status Take(const ImportRow& row) {
    COMITY_RETURN_IF_ERROR(CheckRetracted<Instrument>(row));
    COMITY_RETURN_IF_ERROR(CheckRetracted<Authority>(row));
    if (!row.emptied.empty() && !std::holds_alternative<Contact>(row.fact) &&
        !std::holds_alternative<Instrument>(row.fact) &&
        !std::holds_alternative<Authority>(row.fact)) {
      return CannotBeEmptied(row, row.emptied.front());
    }
    if (const auto* legal_class = std::get_if<LegalClassRow>(&row.fact)) {
      classes_[legal_class->partner].push_back({*legal_class, row.source});
      return absl::OkStatus();
    }
    if (const auto* partner = std::get_if<Partner>(&row.fact)) {
      Partner made = *partner;
      made.legal_classes.clear();
      if (made.deleted()) made.delete_time = now_;
      if (const Partner* old = registry_.FindPartner(made.id); old != nullptr) {
        made.legal_classes = old->legal_classes;
        made.exchanges_suspended |= old->exchanges_suspended;
        if (made.aliases.empty()) made.aliases = old->aliases;
        if (old->deleted()) {
          made.delete_time = old->delete_time;
          made.merged_into = old->merged_into;
        }
      }
      return Add(std::move(made), row.source);
    }
    if (const auto* contact = std::get_if<Contact>(&row.fact)) {
      const Contact* old = registry_.FindContact(NameOf(*contact));
      if (old != nullptr && old->state == ContactState::kErased) {
        return RowError(row.source, {"id",
                                     "the data of this contact were erased for good: enter "
                                     "another one with an id of its own"});
      }
      COMITY_ASSIGN_OR_RETURN(Contact made, WithWhatIsNotSaid(row, old));
      if (old != nullptr && old->state == ContactState::kSuspended) made.state = old->state;
      return Add(std::move(made), row.source);
    }
    if (const auto* instrument = std::get_if<Instrument>(&row.fact)) {
      const Instrument* old = registry_.FindInstrument(NameOf(*instrument));
      COMITY_ASSIGN_OR_RETURN(Instrument made, WithWhatIsNotSaid(row, old));
      return Add(std::move(made), row.source);
    }
    if (const auto* milestone = std::get_if<Milestone>(&row.fact)) {
      Milestone made = *milestone;
      const std::optional<Fact> old = registry_.Find(NameOf(made));
      if (old.has_value()) {
        made.withdrawal_evidence = std::get<Milestone>(*old).withdrawal_evidence;
      }
      return Add(std::move(made), row.source);
    }
    const Authority* old = registry_.FindAuthority(NameOf(std::get<Authority>(row.fact)));
    COMITY_ASSIGN_OR_RETURN(Authority made, WithWhatIsNotSaid(row, old));
    return Add(std::move(made), row.source);
  }

  // Legal classes go to the partner they belong to, in the order of their days.
  absl::Status JoinClasses() {
    for (auto& [id, rows] : classes_) {
      const std::string name = absl::StrCat("partners/", id);
      auto at = index_.find(name);
      if (at == index_.end()) {
        const Partner* old = registry_.FindPartner(id);
        if (old == nullptr) {
          return RowError(rows.front().source,
                          {"partner", "there is no such partner: add it to partners.csv"});
        }
        at = index_.emplace(name, candidates_.size()).first;
        candidates_.push_back({*old, rows.front().source});
      }
      if (rows.size() > kMostPeriods) {
        return RowError(rows[kMostPeriods].source,
                        {"partner", "a partner can have at most 100 legal classes"});
      }
      std::stable_sort(rows.begin(), rows.end(), [](const ClassRow& a, const ClassRow& b) {
        return FirstDay(a.row.period) < FirstDay(b.row.period);
      });
      Partner& partner = std::get<Partner>(candidates_[at->second].fact);
      partner.legal_classes.clear();
      for (const ClassRow& row : rows) {
        partner.legal_classes.push_back(row.row.period);
        // Checked one after the other, so that the error names the row that does not fit.
        Partner alone;
        alone.id = partner.id;
        alone.kind = partner.kind;
        alone.display_name = partner.id;
        alone.legal_classes = partner.legal_classes;
        if (const auto problem = Check(alone, registry_)) return RowError(row.source, *problem);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ImportPlan> Finish() {
    // Each kind is checked against everything the import brings.
    std::stable_sort(
        candidates_.begin(), candidates_.end(),
        [](const Candidate& a, const Candidate& b) { return a.fact.index() < b.fact.index(); });
    Registry after = registry_;
    Change change{.revision = registry_.revision()};
    for (const Candidate& candidate : candidates_) {
      Fact fact = candidate.fact;
      SetRecorded(fact, {.revision = registry_.revision() + 1, .time = now_});
      change.facts.emplace_back(std::move(fact));
    }
    after.Apply(change);

    ImportPlan plan;
    ImportLimits limits(after);
    Histories histories(after);
    std::set<std::string> free;
    for (Candidate& candidate : candidates_) {
      const std::string name = NameOf(candidate.fact);
      const std::optional<Fact> old = registry_.Find(name);
      std::optional<Problem> problem = CheckFact(candidate.fact, after);
      if (!problem.has_value()) problem = CheckEdit(candidate.fact, name, old);
      if (!problem.has_value()) problem = CheckNames(candidate.fact, old, after);
      // What an export brings to an empty registry was judged where it comes from.
      if (!problem.has_value() && !initial_load_) problem = limits.Check(old, candidate.fact);
      if (problem.has_value()) return RowError(candidate.source, *problem);
      COMITY_RETURN_IF_ERROR(CheckSteps(candidate, old, histories));
      if (const auto* made = std::get_if<Partner>(&candidate.fact);
          made != nullptr && old.has_value()) {
        // Judged by what the import leaves: the same files may make unsure what hangs on it.
        problem = RestsOnTheOldName(after, std::get<Partner>(*old), *made);
        if (problem.has_value()) return RowError(candidate.source, *problem, kConfirmationNeeded);
      }
      COMITY_RETURN_IF_ERROR(Vouch<Partner>(candidate, old));
      COMITY_RETURN_IF_ERROR(Vouch<Instrument>(candidate, old));
      COMITY_RETURN_IF_ERROR(Vouch<Authority>(candidate, old));
      if (const auto* made = std::get_if<Instrument>(&candidate.fact);
          made != nullptr && old.has_value()) {
        const auto* earlier = NoMoreReplaced(registry_, std::get<Instrument>(*old), *made);
        if (earlier != nullptr) free.insert(NameOf(*earlier));
      }
      Compare(candidate, name, old, plan);
    }
    AnswerForFree(std::move(free), plan);
    RecordRenamed(registry_, caller_, now_, plan.facts);
    return plan;
  }

 private:
  struct ClassRow {
    LegalClassRow row;
    RowSource source;
  };

  template <typename T>
  absl::Status CheckRetracted(const ImportRow& row) const {
    const T* const named = std::get_if<T>(&row.fact);
    if (named == nullptr) return absl::OkStatus();
    const std::optional<Problem> retracted = CheckNotRetracted(registry_, NameOf(*named));
    return retracted.has_value() ? RowError(row.source, *retracted) : absl::OkStatus();
  }

  absl::Status Add(Fact fact, const RowSource& source) {
    std::string name = NameOf(fact);
    if (index_.contains(name)) {
      return RowError(source, {"id", absl::StrCat("another row of this import is ", name, " too")});
    }
    if (const auto* contact = std::get_if<Contact>(&fact)) {
      if (!spiffe_ids_.insert(contact->spiffe_id).second) {
        return RowError(source, {"spiffe_id", "another row has this SPIFFE id"});
      }
    }
    if (const auto* partner = std::get_if<Partner>(&fact);
        partner != nullptr && !partner->iso_alpha2.empty() && !partner->deleted()) {
      if (!iso_codes_.insert(partner->iso_alpha2).second) {
        return RowError(source, {"iso_alpha2", "another row has this code"});
      }
    }
    index_.emplace(std::move(name), candidates_.size());
    candidates_.push_back({std::move(fact), source});
    return absl::OkStatus();
  }

  std::optional<Problem> CheckFact(const Fact& fact, const Registry& after) const {
    if (const auto* partner = std::get_if<Partner>(&fact)) {
      if (auto bad = CheckMergedInto(*partner, registry_, after)) return bad;
      return Check(*partner, after);
    }
    if (const auto* instrument = std::get_if<Instrument>(&fact)) return Check(*instrument, after);
    if (const auto* milestone = std::get_if<Milestone>(&fact)) return Check(*milestone, after);
    if (const auto* authority = std::get_if<Authority>(&fact)) {
      if (auto retracted = CheckListing(*authority, registry_)) return retracted;
      const std::optional<Problem> problem = Check(*authority, after);
      return problem.has_value() ? problem : CheckVerified(authority->last_verified, now_);
    }
    const Contact& contact = std::get<Contact>(fact);
    if (auto taken = CheckIdentity(contact, registry_)) return taken;
    const std::optional<Problem> problem = Check(contact, after);
    return problem.has_value() ? problem : CheckVerified(contact.last_verified, now_);
  }

  // What an edit of the same fact is refused for. `old` is what is recorded under `name`.
  std::optional<Problem> CheckEdit(const Fact& fact, absl::string_view name,
                                   const std::optional<Fact>& old) const {
    const std::vector<absl::string_view> segments = absl::StrSplit(name, '/');
    const Partner* partner = registry_.FindPartner(segments[1]);
    if (partner != nullptr && partner->deleted() &&
        (!old.has_value() || FieldsOf(*old) != FieldsOf(fact))) {
      const absl::Status off = FindOnRegister(registry_, partner->id).status();
      return Problem{"partner", std::string(absl::StripSuffix(off.message(), "."))};
    }
    if (!old.has_value()) return std::nullopt;
    if (const auto* instrument = std::get_if<Instrument>(&fact)) {
      const Instrument& known = std::get<Instrument>(*old);
      const std::optional<Problem> kind = CheckKindStays(known, *instrument);
      return kind.has_value() ? kind : CheckStaysPublic(known, *instrument, DayInBrussels(now_));
    }
    if (const auto* step = std::get_if<Milestone>(&fact)) {
      return CheckStepStays(registry_, std::get<Milestone>(*old), *step);
    }
    if (const auto* changed = std::get_if<Partner>(&fact)) {
      return CheckStays(std::get<Partner>(*old), *changed);
    }
    return std::nullopt;
  }

  // Judged by what the import leaves, so that two may exchange their names.
  std::optional<Problem> CheckNames(const Fact& fact, const std::optional<Fact>& old,
                                    const Registry& after) const {
    const auto* made = std::get_if<Partner>(&fact);
    if (made == nullptr || made->deleted() || initial_load_) return std::nullopt;
    const Partner* other =
        FindNewNamesake(after, old.has_value() ? &std::get<Partner>(*old) : nullptr, *made);
    if (other == nullptr) return std::nullopt;
    return Problem{"display_name",
                   absl::StrCat(NameOf(*other), " has the same name or alias: ", kAnotherName)};
  }

  // That a step, or a day of an agreement, has what comes first, given all that the import brings.
  // What stays as it is was judged when it came in; what the initial load brings is its source's,
  // and sources are incomplete.
  absl::Status CheckSteps(const Candidate& candidate, const std::optional<Fact>& old,
                          Histories& histories) const {
    const RowSource& source = candidate.source;
    if (const auto* instrument = std::get_if<Instrument>(&candidate.fact)) {
      if (initial_load_) return absl::OkStatus();
      const Instrument* known = old.has_value() ? &std::get<Instrument>(*old) : nullptr;
      return AsRowError(source, "kind", CheckEffect(histories, known, *instrument));
    }
    const auto* step = std::get_if<Milestone>(&candidate.fact);
    if (step == nullptr) return absl::OkStatus();
    if (old.has_value()) {
      Milestone same = std::get<Milestone>(*old);
      same.note = step->note;
      if (FieldsOf(same) == FieldsOf(*step)) return absl::OkStatus();
    }
    if (step->evidence.empty()) {
      return RowError(source, {"evidence", "name the document that shows the step"},
                      kEvidenceMissing);
    }
    if (step->day.empty() && !(initial_load_ && step->certainty == Certainty::kUnknown)) {
      return RowError(
          source,
          {"day", initial_load_ ? "say on which day the step was taken, or by certainty unknown "
                                  "that nobody knows"
                                : "say on which day the step was taken"},
          kEvidenceMissing);
    }
    if (initial_load_) return absl::OkStatus();
    COMITY_RETURN_IF_ERROR(AsRowError(source, "day",
                                      Fields("IMPORT_ROW_INVALID", "milestone")
                                          .MayBePast("day", step->day, DayInBrussels(now_))));
    const Partner& partner = *histories.registry().FindPartner(step->partner);
    return AsRowError(source, "step", CheckTransition(histories, partner, *step));
  }

  std::optional<Problem> Surer(const Instrument* old, const Instrument& made) const {
    return MadeSurer(registry_, old, made);
  }
  template <typename T>
  std::optional<Problem> Surer(const T* old, const T& made) const {
    return MadeSurer(old, made);
  }

  // Says who records what a candidate of type T says, unless that takes a document or a second
  // person.
  template <typename T>
  absl::Status Vouch(Candidate& candidate, const std::optional<Fact>& known) const {
    T* const made = std::get_if<T>(&candidate.fact);
    if (made == nullptr) return absl::OkStatus();
    const T* const old = known.has_value() ? &std::get<T>(*known) : nullptr;
    // Whoever sets up a registry answers for it as a whole.
    if (!initial_load_) {
      if (std::optional<Problem> surer = Surer(old, *made)) {
        // As the column of the rows is called that make them.
        if (surer->field == "legal_classes") surer->field = "certainty";
        absl::StrAppend(&surer->what, "; ", WhyNotInitialLoad(registry_));
        return RowError(candidate.source, *surer, kConfirmationNeeded);
      }
    }
    if constexpr (std::is_same_v<T, Instrument>) {
      if (const std::optional<Problem> without = WithoutEvidence(old, *made)) {
        return RowError(candidate.source, *without, kEvidenceMissing);
      }
    }
    RecordBy(caller_, old, *made);
    if constexpr (std::is_same_v<T, Instrument>) {
      if (!initial_load_ && old == nullptr) AnswerFor(caller_, *made);
    }
    return absl::OkStatus();
  }

  // Of earlier versions, by name, that are replaced no more, whether a row changes them, too, or
  // not.
  void AnswerForFree(std::set<std::string> names, ImportPlan& plan) const {
    for (Fact& fact : plan.facts) {
      auto* const changed = std::get_if<Instrument>(&fact);
      if (changed != nullptr && names.erase(NameOf(*changed)) > 0) AnswerFor(caller_, *changed);
    }
    for (const std::string& name : names) {
      Instrument earlier = *registry_.FindInstrument(name);
      AnswerFor(caller_, earlier);
      plan.facts.emplace_back(std::move(earlier));
    }
  }

  void Compare(Candidate& candidate, const std::string& name, const std::optional<Fact>& old,
               ImportPlan& plan) const {
    const auto note = [&](Difference difference) {
      if (plan.differences.size() < kMostDifferences) {
        plan.differences.push_back(std::move(difference));
      }
    };
    if (!old.has_value()) {
      ++plan.added;
      note({.name = name, .kind = Difference::Kind::kAdded, .source = candidate.source});
      plan.facts.push_back(std::move(candidate.fact));
      return;
    }
    const auto before = FieldsAndLimits(*old);
    const auto after = FieldsAndLimits(candidate.fact);
    bool changed = false;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (before[i].second == after[i].second) continue;
      changed = true;
      note({.name = name,
            .kind = Difference::Kind::kChanged,
            .field = after[i].first,
            .old_value = before[i].second,
            .new_value = after[i].second,
            .source = candidate.source});
    }
    if (!changed) {
      ++plan.unchanged;
      return;
    }
    ++plan.changed;
    plan.facts.push_back(std::move(candidate.fact));
  }

  const Registry& registry_;
  const absl::string_view caller_;
  const absl::Time now_;
  const bool initial_load_;
  std::vector<Candidate> candidates_;
  std::map<std::string, std::size_t> index_;  // Of candidates_, by name.
  std::map<std::string, std::vector<ClassRow>> classes_;
  std::set<std::string> spiffe_ids_;
  std::set<std::string> iso_codes_;
};

}  // namespace

absl::StatusOr<ImportPlan> PlanImport(const Registry& registry, const std::vector<ImportRow>& rows,
                                      absl::string_view caller, absl::Time now) {
  Planner planner(registry, caller, now);
  std::map<std::string, int> rows_by_kind;
  for (const ImportRow& row : rows) {
    ++rows_by_kind[KindOfRow(row)];
    COMITY_RETURN_IF_ERROR(planner.Take(row));
  }
  COMITY_RETURN_IF_ERROR(planner.JoinClasses());
  COMITY_ASSIGN_OR_RETURN(ImportPlan plan, planner.Finish());
  plan.rows_by_kind = std::move(rows_by_kind);
  return plan;
}

}  // namespace comity::partner_registry
