#include "tests/contract/partner_registry/random_edits.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

const std::vector<std::string>& PartnerIds() {
  static const auto& ids =
      *new std::vector<std::string>{"aland", "borduria", "calidor", "drakland"};
  return ids;
}

bool Stands(const Partner& partner) { return !partner.deleted(); }
bool Stands(const Instrument& instrument) { return !instrument.retraction.has_value(); }
bool Stands(const Authority& authority) { return !authority.retraction.has_value(); }
bool Stands(const Contact& contact) { return contact.state != ContactState::kErased; }
bool Stands(const Milestone& milestone) { return !milestone.withdrawn(); }

}  // namespace

const std::vector<std::string>& RandomEdits::Kinds() {
  static const auto& kinds = *new std::vector<std::string>{
      "create partner",     "rename partner",
      "change classes",     "confirm class",
      "delete partner",     "undelete partner",
      "merge partners",     "purge partner",
      "suspend exchanges",  "resume exchanges",
      "create instrument",  "update instrument",
      "confirm field",      "retract instrument",
      "create authority",   "update authority",
      "confirm authority",  "retract authority",
      "create contact",     "update contact",
      "suspend contact",    "reinstate contact",
      "erase contact",      "record milestone",
      "withdraw milestone", "import",
  };
  return kinds;
}

Edit RandomEdits::Next(const NaiveRegistry& naive, absl::Time now) {
  Edit edit;
  while (edit.planner == nullptr) edit = Draw(naive, now);
  return edit;
}

Edit RandomEdits::Draw(const NaiveRegistry& naive, absl::Time now) {
  static const auto& rare = *new std::vector<std::string>{
      "merge partners", "purge partner", "create instrument", "confirm field", "record milestone"};
  const std::string& kind = OneIn(5) ? rare[Below(rare.size())] : Kinds()[Below(Kinds().size())];
  const std::string who = Who();
  on_register_.clear();
  for (const std::string& id : PartnerIds()) {
    const auto* partner = naive.Find<Partner>("partners/" + id);
    if (partner != nullptr && Stands(*partner)) on_register_.push_back(id);
  }
  if (kind == "import") return Import(naive, who, now);
  if (kind.ends_with("milestone")) return OfMilestone(naive, kind);
  if (kind.ends_with("contact")) return OfContact(naive, kind, now);
  if (kind.ends_with("authority")) return OfAuthority(naive, kind, who, now);
  if (kind.ends_with("instrument") || kind == "confirm field") {
    return OfInstrument(naive, kind, who);
  }
  if (kind == "create partner" || kind == "rename partner" || kind.ends_with("class") ||
      kind.ends_with("classes")) {
    return OfPartner(naive, kind, who);
  }
  return OfStanding(naive, kind);
}

std::string RandomEdits::ExactDay() {
  return absl::FormatCivilTime(absl::CivilDay(2012, 1, 1) + static_cast<int>(Below(17 * 365)));
}

std::string RandomEdits::Who() {
  return absl::StrCat("spiffe://agency.example/agency/registry-operator/-/", Id());
}

std::string RandomEdits::Day() { return ExactDay().substr(0, OneIn(5) ? 7 : OneIn(6) ? 4 : 10); }

std::string RandomEdits::DayAfter(const std::string& day) {
  absl::CivilDay exact;
  if (!absl::ParseCivilTime(day, &exact)) return Day();
  return absl::FormatCivilTime(exact + 1 + static_cast<int>(Below(900)));
}

template <typename T>
std::string RandomEdits::Any(const NaiveRegistry& naive) {
  std::vector<std::string> names;
  std::vector<std::string> better;
  for (const auto& [name, fact] : naive.now()) {
    const T* const one = std::get_if<T>(&fact);
    if (one == nullptr) continue;
    names.push_back(name);
    const std::string of = name.substr(0, name.find('/', name.find('/') + 1));
    if (Stands(*one) && Stands(*naive.Find<Partner>(of))) better.push_back(name);
  }
  const std::vector<std::string>& among = better.empty() || OneIn(10) ? names : better;
  return among.empty() ? "" : among[Below(among.size())];
}

template std::string RandomEdits::Any<Instrument>(const NaiveRegistry&);
template std::string RandomEdits::Any<Authority>(const NaiveRegistry&);
template std::string RandomEdits::Any<Contact>(const NaiveRegistry&);
template std::string RandomEdits::Any<Milestone>(const NaiveRegistry&);

const Partner* RandomEdits::AnyPartner(const NaiveRegistry& naive, bool deleted, bool bare) {
  std::vector<const Partner*> liked;
  for (const auto& [name, fact] : naive.now()) {
    const auto* const one = std::get_if<Partner>(&fact);
    if (one == nullptr || one->deleted() != deleted) continue;
    const auto next = naive.now().upper_bound(name);
    const bool has_facts = (next != naive.now().end() && next->first.starts_with(name + "/")) ||
                           (deleted && !one->legal_classes.empty());
    if (!bare || !has_facts) liked.push_back(one);
  }
  if (liked.empty() || OneIn(10)) return naive.Find<Partner>(Any<Partner>(naive));
  return liked[Below(liked.size())];
}

std::string RandomEdits::PartnerId() {
  const std::vector<std::string>& among =
      on_register_.empty() || OneIn(12) ? PartnerIds() : on_register_;
  return among[Below(among.size())];
}

std::vector<LegalClassPeriod> RandomEdits::Classes(Certainty certainty) {
  std::vector<LegalClassPeriod> classes;
  std::string from = OneIn(2) ? "" : absl::StrCat(2010 + Below(5), "-03-01");
  for (std::size_t left = 1 + Below(3); left > 0; --left) {
    LegalClassPeriod& period = classes.emplace_back();
    period.legal_class = OneIn(3) ? LegalClass::kMemberState : LegalClass::kThirdCountry;
    period.from = from;
    period.certainty = certainty;
    if (left == 1) break;
    period.to = absl::FormatCivilTime(absl::CivilDay(2022 - static_cast<int>(2 * left), 12, 31));
    from = OneIn(2) ? absl::StrCat(2023 - 2 * left) : absl::StrCat(2023 - 2 * left, "-04");
  }
  if (OneIn(3)) classes.back().to = "2026";
  return classes;
}

Instrument RandomEdits::NewInstrument(Certainty certainty) {
  static constexpr InstrumentKind kKinds[] = {
      InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kBindingInstrument,
      InstrumentKind::kInternationalAgreement, InstrumentKind::kWorkingArrangement};
  Instrument made{.partner = PartnerId(), .id = Id(), .kind = kKinds[Below(std::size(kKinds))]};
  made.title = absl::StrCat("Agreement ", Below(9));
  made.reference = "OJ L 1";
  const bool treaty = made.kind != InstrumentKind::kWorkingArrangement;
  if (!OneIn(8)) made.signed_on = absl::StrCat(2012 + Below(7), "-05-0", 1 + Below(9));
  const std::string in_force = DayAfter(made.signed_on);
  if (treaty && OneIn(4)) {
    made.in_force_by = in_force;
  } else if (!OneIn(3)) {
    made.in_force = in_force.substr(0, OneIn(4) ? 7 : 10);
  }
  if (treaty && OneIn(3)) made.applied_from = DayAfter(in_force);
  if (treaty && OneIn(5)) made.provisional_from = DayAfter(made.signed_on);
  if (treaty && OneIn(5)) made.notified_end = DayAfter(in_force);
  if (treaty && OneIn(6)) {
    made.suspended_from = DayAfter(in_force);
    made.parts_suspended = "*";
  }
  if (OneIn(4)) made.ended = DayAfter(made.notified_end.empty() ? in_force : made.notified_end);
  if (OneIn(3)) made.public_since = DayAfter(made.signed_on).substr(0, OneIn(3) ? 4 : 10);
  for (const char* field : kDays) {
    if (!DayOf(made, field).empty()) made.certainty[field] = certainty;
  }
  if (OneIn(2) && (made.kind == InstrumentKind::kCooperationAgreementPre2019 ||
                   made.kind == InstrumentKind::kInternationalAgreement)) {
    made.allows_secondment = true;
    made.certainty["allows_secondment"] = certainty;
  }
  return made;
}

Authority RandomEdits::NewAuthority(Certainty certainty) {
  return {.partner = PartnerId(),
          .id = Id(),
          .display_name = absl::StrCat("Authority ", Below(9)),
          .competent_in_criminal_matters = OneIn(2),
          .certainty = certainty};
}

Contact RandomEdits::NewContact(const NaiveRegistry& naive, absl::Time now) {
  const auto* authority = naive.Find<Authority>(Any<Authority>(naive));
  Contact made{.partner = authority == nullptr ? PartnerId() : authority->partner, .id = Id()};
  made.authority = authority == nullptr ? Id() : authority->id;
  made.spiffe_id =
      absl::StrCat("spiffe://agency.example/partner/", made.partner, "/contact/", made.id);
  made.function = absl::StrCat("Function ", Below(9));
  made.opener = OneIn(2);
  if (OneIn(3)) made.valid_from = ExactDay();
  if (OneIn(3)) made.valid_to = DayAfter(made.valid_from.empty() ? ExactDay() : made.valid_from);
  if (!OneIn(3)) {
    made.last_verified =
        absl::FormatTime("%Y-%m-%d", now - absl::Hours(24) * static_cast<double>(1 + Below(2000)),
                         absl::UTCTimeZone());
  }
  return made;
}

Milestone RandomEdits::NewMilestone(Certainty certainty) {
  Milestone made{.partner = PartnerId(), .id = Id(), .evidence = kEvidence};
  made.axis = static_cast<Axis>(1 + Below(4));
  const std::vector<Step>& steps = StepsOf(made.axis);
  made.step = std::string(steps[Below(steps.size())].word);
  made.day = absl::StrCat(2012 + Below(6), "-0", 1 + Below(9), OneIn(4) ? "" : "-15");
  made.certainty = certainty;
  if (made.axis == Axis::kTreaty && OneIn(2))
    made.step = OneIn(2) ? "RECOMMENDED" : "COUNCIL_MANDATE";
  return made;
}

Edit RandomEdits::OfPartner(const NaiveRegistry& naive, const std::string& kind,
                            const std::string& who) {
  if (kind == "create partner") {
    Partner made{.id = PartnerIds()[Below(PartnerIds().size())], .kind = PartnerKind::kState};
    made.display_name = absl::StrCat("State of ", made.id);
    if (OneIn(2)) made.legal_classes = Classes(Certainty::kUnconfirmed);
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time) {
      return PlanCreatePartner(latest, who, made, /*allow_alike=*/false);
    });
  }
  const auto* known = naive.Find<Partner>(Any<Partner>(naive));
  if (known == nullptr) return Nothing(kind);
  Partner made = *known;
  if (kind == "confirm class") {
    if (made.legal_classes.empty()) return Nothing(kind);
    const std::size_t at = Below(made.legal_classes.size());
    const std::string from = made.legal_classes[at].from;
    return {kind,
            [=, id = made.id, etag = Etag(*known)](const Registry& latest, absl::Time now) {
              return PlanConfirmLegalClass(latest, who, id, from, kEvidence, etag, now);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) mutable {
              made.legal_classes[at].confirmation = ConfirmedBy("legal_class", who);
              made.legal_classes[at].confirmation->confirm_time = TimeOf(written);
              return n.Commit({made}, TimeOf(written));
            }};
  }
  if (kind == "rename partner") {
    made.display_name = absl::StrCat(OneIn(2) ? "Republic" : "Kingdom", " of ", made.id);
    const bool another = made.display_name != known->display_name;
    Partner kept = made;
    KeepConfirmations(known, kept);
    return {kind,
            [=, etag = Etag(*known)](const Registry& latest, absl::Time now) {
              return PlanUpdatePartner(latest, who, made, etag, now);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) {
              if (!another) return n.Commit({kept}, TimeOf(written));
              std::vector<Fact> facts = UnderAnotherName(n.now(), kept.id);
              facts.emplace_back(kept);
              return n.Commit(facts, TimeOf(written), /*anew=*/true);
            }};
  } else {
    made.legal_classes = Classes(OneIn(9) ? Certainty::kFound : Certainty::kUnconfirmed);
  }
  Partner kept = made;
  KeepConfirmations(known, kept);
  return Meaning(kind, {kept}, [=, etag = Etag(*known)](const Registry& latest, absl::Time now) {
    return PlanUpdatePartner(latest, who, made, etag, now);
  });
}

Edit RandomEdits::OfStanding(const NaiveRegistry& naive, const std::string& kind) {
  const bool deleted = kind == "undelete partner" || kind == "purge partner";
  const bool bare = kind == "merge partners" || kind == "purge partner" || OneIn(2);
  const Partner* const known = AnyPartner(naive, deleted, bare);
  const Partner* const other = AnyPartner(naive, /*deleted=*/false, /*bare=*/false);
  if (known == nullptr || (kind == "delete partner" && OneIn(2))) return Nothing(kind);
  Partner made = *known;
  if (kind.ends_with("exchanges")) {
    const bool suspended = kind == "suspend exchanges";
    made.exchanges_suspended = suspended;
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time) {
      return PlanExchanges(latest, made.id, suspended);
    });
  }
  if (kind == "delete partner") {
    return {kind,
            [=](const Registry& latest, absl::Time now) {
              return PlanDeletePartner(latest, made.id, Etag(made), now);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) mutable {
              if (!made.delete_time.has_value()) made.delete_time = TimeOf(written);
              return n.Commit({made}, TimeOf(written));
            }};
  }
  if (kind == "undelete partner") {
    const std::string etag = Etag(made);
    made.delete_time.reset();
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time) {
      return PlanUndeletePartner(latest, made.id, etag);
    });
  }
  if (kind == "purge partner") {
    return {kind,
            [=](const Registry& latest, absl::Time) {
              return PlanPurgePartner(latest, made.id, Etag(made));
            },
            [name = NameOf(made)](NaiveRegistry& n, const RegistryStore::Written&) {
              n.CommitPurge(name);
              return true;
            }};
  }
  return {kind,
          [=, into = other->id](const Registry& latest, absl::Time now) {
            return PlanMergePartners(latest, made.id, into, now);
          },
          [=, into = *other](NaiveRegistry& n, const RegistryStore::Written& written) mutable {
            if (made.merged_into == into.id) return false;
            made.delete_time = TimeOf(written);
            made.merged_into = into.id;
            std::vector<std::string> names = made.aliases;
            names.insert(names.begin(), made.display_name);
            for (const std::string& name : names) {
              std::vector<std::string>& has = into.aliases;
              if (name != into.display_name && std::find(has.begin(), has.end(), name) == has.end())
                has.push_back(name);
            }
            std::vector<Fact> facts = {made, into};
            for (const std::string& id : PartnerIds()) {
              const auto* third = n.Find<Partner>("partners/" + id);
              if (third == nullptr || third->merged_into != made.id) continue;
              Partner moved = *third;
              moved.merged_into = into.id;
              facts.emplace_back(moved);
            }
            return n.Commit(facts, TimeOf(written));
          }};
}

Edit RandomEdits::InitialLoad() {
  std::vector<ImportRow> rows;
  std::vector<Fact> facts;
  const auto add = [&](auto fact) {
    const auto same = [&](const Fact& other) { return NameOf(other) == NameOf(fact); };
    if (std::any_of(facts.begin(), facts.end(), same)) return;
    facts.emplace_back(fact);
    rows.push_back({.source = {"facts.csv", 2}, .fact = fact});
  };
  for (const std::string& id : PartnerIds()) {
    Partner made{
        .id = id, .kind = PartnerKind::kState, .display_name = absl::StrCat("State of ", id)};
    if (OneIn(2))
      made.legal_classes = Classes(OneIn(3) ? Certainty::kUnconfirmed : Certainty::kFound);
    add(made);
    for (const LegalClassPeriod& period : made.legal_classes) {
      rows.push_back({.source = {"classes.csv", 2}, .fact = LegalClassRow{id, period}});
    }
    if (OneIn(4)) break;
  }
  const auto there = [&](const auto& fact) {
    return std::any_of(facts.begin(), facts.end(), [&](const Fact& other) {
      return NameOf(other) == absl::StrCat("partners/", fact.partner);
    });
  };
  for (std::size_t left = 4 + Below(12); left > 0; --left) {
    const Instrument instrument =
        NewInstrument(OneIn(3) ? Certainty::kUnconfirmed : Certainty::kFound);
    const Authority authority =
        NewAuthority(OneIn(3) ? Certainty::kUnconfirmed : Certainty::kFound);
    Milestone milestone = NewMilestone(Certainty::kFound);
    if (OneIn(4)) {
      milestone.day.clear();
      milestone.certainty = Certainty::kUnknown;
    }
    if (there(instrument)) add(instrument);
    if (there(authority)) add(authority);
    if (there(milestone) && milestone.axis != Axis::kTreaty) add(milestone);
  }
  return Meaning("import", facts,
                 [=, who = Who()](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
                   COMITY_ASSIGN_OR_RETURN(ImportPlan plan, PlanImport(latest, rows, who, now));
                   return Plan{.facts = std::move(plan.facts), .barrier = true};
                 });
}

Edit RandomEdits::Import(const NaiveRegistry& naive, const std::string& who, absl::Time now) {
  if (naive.now().empty()) return InitialLoad();
  std::vector<ImportRow> rows;
  std::vector<Fact> facts;
  const auto add = [&](auto fact, auto meant) {
    const auto same = [&](const Fact& other) { return NameOf(other) == NameOf(fact); };
    if (std::any_of(facts.begin(), facts.end(), same)) return;
    rows.push_back({.source = {"facts.csv", 2}, .fact = std::move(fact)});
    facts.emplace_back(std::move(meant));
  };
  if (const auto* known = naive.Find<Partner>(Any<Partner>(naive)); OneIn(2) && known != nullptr) {
    Partner row{.id = known->id, .kind = known->kind, .display_name = known->display_name};
    row.exchanges_suspended = OneIn(6);
    row.region = OneIn(2) ? "WESTERN_BALKANS" : "";
    Partner meant = *known;  // Without rows of classes they stay, and a suspension does.
    meant.region = row.region;
    meant.exchanges_suspended |= row.exchanges_suspended;
    add(row, meant);
    if (OneIn(2)) {
      meant.legal_classes = Classes(Certainty::kUnconfirmed);
      for (const LegalClassPeriod& period : meant.legal_classes) {
        rows.push_back({.source = {"classes.csv", 2}, .fact = LegalClassRow{known->id, period}});
      }
      KeepConfirmations(known, meant);
      facts.back() = meant;
    }
  }
  if (OneIn(2)) {
    Instrument made = NewInstrument(Certainty::kUnconfirmed);
    const auto* known = naive.Find<Instrument>(NameOf(made));
    if (known != nullptr) made.kind = known->kind;
    if (made.kind == InstrumentKind::kWorkingArrangement) {  // As above.
      for (const char* field : {"provisional_from", "in_force_by", "applied_from"}) {
        DayOf(made, field).clear();
        made.certainty.erase(field);
      }
    }
    Instrument meant = made;
    KeepConfirmations(known, meant);
    add(made, meant);
  }
  if (OneIn(2)) {
    const Authority made = NewAuthority(Certainty::kUnconfirmed);
    Authority meant = made;
    KeepConfirmations(naive.Find<Authority>(NameOf(made)), meant);
    add(made, meant);
  }
  if (OneIn(2)) {
    Contact made = NewContact(naive, now);
    if (OneIn(5)) made.state = ContactState::kSuspended;
    const auto* known = naive.Find<Contact>(NameOf(made));
    Contact meant = made;
    if (known != nullptr) {  // A row lifts neither a limit of days nor a suspension.
      if (meant.valid_from.empty()) meant.valid_from = known->valid_from;
      if (meant.valid_to.empty()) meant.valid_to = known->valid_to;
      if (known->state == ContactState::kSuspended) meant.state = known->state;
    }
    add(made, meant);
  }
  if (rows.empty()) return Nothing("import");
  return Meaning("import", facts,
                 [=](const Registry& latest, absl::Time then) -> absl::StatusOr<Plan> {
                   COMITY_ASSIGN_OR_RETURN(ImportPlan plan, PlanImport(latest, rows, who, then));
                   return Plan{.facts = std::move(plan.facts), .barrier = true};
                 });
}

}  // namespace comity::partner_registry
