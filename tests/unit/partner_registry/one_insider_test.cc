// What one insider gains who enters, edits and confirms after the initial load: nothing but what
// that load stated, by confirming it; nor what somebody else states of what he entered, or truly
// confirms of what the load stated.
#include <gmock/gmock.h>

#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/legal/question.h"
#include "common/legal/scope.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/retractions.h"
#include "tests/unit/partner_registry/loaded_registry.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

constexpr char kInsider[] = "spiffe://agency.example/agency/registry-operator/-/insider";
constexpr char kInsiderAtADesk[] = "spiffe://agency.example/agency/desk-officer/-/insider";
constexpr char kPartner[] = "atlantis";
constexpr char kHonest[] = "spiffe://agency.example/agency/registry-operator/-/honest";
constexpr char kHonestToo[] = "spiffe://agency.example/agency/desk-officer/-/true";
constexpr const char* kVersions[] = {"v1", "v2", "v3"};
constexpr char kEntered[] = "entered";  // By the insider.
constexpr const char* kInstruments[] = {"v1", "v2", "v3", kEntered};
constexpr char kAuthority[] = "court";
constexpr const char* kReferences[] = {"OJ L 1", "OJ L 2"};    // The first is loaded.
constexpr const char* kTitles[] = {"A text", "Another text"};  // Likewise.
constexpr const char* kNames[] = {"Atlantis", "ATLANTIS", "Mu"};

struct Date {
  const char* field;
  std::string Instrument::*value;
};
constexpr Date kDates[] = {{"signed", &Instrument::signed_on},
                           {"provisional_from", &Instrument::provisional_from},
                           {"in_force", &Instrument::in_force},
                           {"in_force_by", &Instrument::in_force_by},
                           {"applied_from", &Instrument::applied_from},
                           {"not_before", &Instrument::not_before},
                           {"notified_end", &Instrument::notified_end},
                           {"ended", &Instrument::ended},
                           {"suspended_from", &Instrument::suspended_from},
                           {"public_since", &Instrument::public_since}};
constexpr const char* kDays[] = {"2018-03-01", "2019-06-30", "2019-12-11",
                                 "2024-05-01", "2026-06-30", "2999-01-01"};
constexpr Certainty kCertainties[] = {Certainty::kUnspecified, Certainty::kFound,
                                      Certainty::kYear,        Certainty::kUnconfirmed,
                                      Certainty::kUnconfirmed, Certainty::kUnknown};
constexpr InstrumentKind kKinds[] = {
    InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kAdequacyDecisionLed,
    InstrumentKind::kAdequacyDecisionLed,         InstrumentKind::kDenmarkAgreement,
    InstrumentKind::kBindingInstrument,           InstrumentKind::kWorkingArrangement};
constexpr LegalClass kClasses[] = {LegalClass::kThirdCountry, LegalClass::kMemberState,
                                   LegalClass::kMemberStateNotBound};

// Whether something is so, for sure, in each of the same many ways.
using Gains = std::vector<bool>;

Gains GainsOf(const Registry& registry) {
  Gains gains;
  const legal::Dossier& dossier = *registry.facts().Find(absl::StrCat("partners/", kPartner));
  std::vector<absl::CivilDay> days;
  for (const char* day : kDays) {
    const absl::CivilDay named = PartialDate::Parse(day)->earliest();
    days.insert(days.end(), {named - 1, named + 1});
  }
  legal::Question terrorism;
  terrorism.purpose.offence = "terrorism";
  legal::Question fraud;
  fraud.purpose.offence = "fraud";
  const auto name = [](const std::string& id) {
    return absl::StrCat("partners/", kPartner, "/instruments/", id);
  };
  const bool mu = registry.FindPartner(kPartner)->display_name == "Mu";
  // Under either name.
  const auto add = [&](bool gain) { gains.insert(gains.end(), {gain && !mu, gain && mu}); };
  for (const legal::Authority& authority : dossier.authorities) {
    add(legal::Confirmed(authority.certainty));
  }
  for (const char* version : kInstruments) {
    const Instrument* const recorded = registry.FindInstrument(name(version));
    const legal::Instrument* instrument = nullptr;
    for (const legal::Instrument& each : dossier.instruments) {
      if (each.name == name(version)) instrument = &each;
    }
    for (const absl::CivilDay day : days) {
      const bool carries =
          instrument != nullptr &&
          legal::EffectWithScope(*instrument, dossier, {.day = day}).holds == legal::Tri::kYes;
      for (const legal::Question* question : {&terrorism, &fraud}) {
        add(carries &&
            (instrument->scope == nullptr || legal::Beyond(*instrument->scope, *question).empty()));
      }
      add(carries && instrument->scope != nullptr &&
          instrument->scope->Names(legal::HeldScope::Limit::kTerritories, "North"));
      add(carries && instrument->allows_secondment &&
          legal::Sure(*instrument, legal::Field::kAllowsSecondment));
      add(carries && recorded->reference == kReferences[1]);
      add(carries && recorded->title == kTitles[1]);
      gains.push_back(recorded != nullptr && SurelyPublic(*recorded, day));
    }
  }
  for (const absl::CivilDay day : days) {
    const legal::ClassOnDay is = legal::ClassOf(*dossier.partner, {.day = day});
    for (const LegalClass each : kClasses) {
      add(is.known == legal::Tri::kYes && is.legal_class == each);
    }
  }
  return gains;
}

// All that `registry` states and leaves unsure is taken as found.
Registry Trusting(const Registry& registry) {
  std::vector<Fact> facts;
  for (const Instrument* instrument : registry.InstrumentsOf(kPartner)) {
    Instrument trusted = *instrument;
    ForEachDecisive([&](legal::Field field) {
      const std::string name(legal::Name(field));
      const bool none =
          CanBeNone(trusted.kind, field) && trusted.certainty[name] == Certainty::kUnconfirmed;
      const bool sure = legal::Sure(AsRecorded(trusted), field);
      if (!sure && (none || !ValueOf(trusted, field).empty())) {
        trusted.certainty[name] = Certainty::kFound;
      }
    });
    facts.emplace_back(std::move(trusted));
  }
  for (const Authority* authority : registry.AuthoritiesOf(kPartner)) {
    Authority trusted = *authority;
    trusted.certainty = Certainty::kFound;
    facts.emplace_back(std::move(trusted));
  }
  Partner trusted = *registry.FindPartner(kPartner);
  for (LegalClassPeriod& period : trusted.legal_classes) {
    if (!legal::Confirmed(period.certainty)) period.certainty = Certainty::kFound;
  }
  facts.emplace_back(std::move(trusted));
  return After(registry, std::move(facts));
}

class OneInsiderTest : public ::testing::Test {
 protected:
  template <typename T>
  const auto& OneOf(const T& among) {
    return among[dice_() % std::size(among)];
  }
  bool Once(unsigned int in) { return dice_() % in == 0; }

  legal::Scope AScope() {
    const legal::Scope scopes[] = {
        {},
        {.offences = {"terrorism"}},
        {.territories = {"North"}, .offences = {"terrorism"}},
        {.territories = {"North, offences: terrorism"}},
        {.territories = {"North, offences: terrorism, excludes_special_categories: yes"}},
        {.territories = {"North"}}};
    return OneOf(scopes);
  }

  void Change(Instrument& instrument) {
    const Date& date = OneOf(kDates);
    switch (dice_() % 10) {
      case 0:
      case 1:
        instrument.*date.value = Once(2) ? "" : OneOf(kDays);
        break;
      case 2:
      case 3:
        instrument.certainty[date.field] = OneOf(kCertainties);
        break;
      case 4:
        instrument.supersedes = Once(2) ? "" : OneOf(kVersions);
        break;
      case 5:
        instrument.scope = AScope();
        if (Once(2)) instrument.certainty["scope"] = Certainty::kUnconfirmed;
        break;
      case 6: {  // Doubts all of it, as a refusal may tell him to.
        const Certainty doubt = Once(2) ? Certainty::kUnconfirmed : Certainty::kUnknown;
        for (auto& [field, certainty] : instrument.certainty) certainty = doubt;
        break;
      }
      case 7:
        instrument.reference = OneOf(kReferences);
        if (Once(2)) instrument.title = OneOf(kTitles);
        break;
      case 8:  // Leaves one out behind a doubt on another, which is true.
        (instrument.*date.value).clear();
        instrument.certainty.erase(date.field);
        instrument.certainty[OneOf(kDates).field] = Certainty::kUnconfirmed;
        break;
      default:
        instrument.parts_suspended = Once(2) ? "" : "*";
        if (Once(2)) instrument.certainty["parts_suspended"] = OneOf(kCertainties);
        if (Once(2)) instrument.certainty["allows_secondment"] = OneOf(kCertainties);
    }
  }

  std::vector<LegalClassPeriod> Periods() {
    std::vector<LegalClassPeriod> periods = {
        {.legal_class = OneOf(kClasses), .certainty = OneOf(kCertainties)}};
    if (Once(2)) {
      periods[0].to = OneOf({"2019-12-31", "2023-12-31"});
      periods.push_back({.legal_class = OneOf(kClasses),
                         .from = OneOf({"2024-01-01", "2025-01-01"}),
                         .certainty = OneOf(kCertainties)});
    }
    return periods;
  }

  const char* OneOf(std::initializer_list<const char*> among) {
    return *(among.begin() + dice_() % among.size());
  }

  // What most sources have, and a little of anything.
  Instrument AnInstrument(const std::string& id) {
    Instrument made;
    made.partner = kPartner;
    made.id = id;
    made.title = kTitles[0];
    made.reference = kReferences[0];
    made.kind = OneOf(kKinds);
    made.allows_secondment = made.kind == InstrumentKind::kCooperationAgreementPre2019 && Once(2);
    made.certainty["allows_secondment"] = OneOf(kCertainties);
    made.signed_on = "2018-03-01";
    made.in_force = "2019-06-30";
    if (Once(3)) made.applied_from = OneOf(kDays);
    if (Once(4)) made.ended = OneOf({"2026-06-30", "2999-01-01"});
    if (Once(2)) made.scope = AScope();
    for (const Date& date : kDates) {
      if (!Once(4)) made.certainty[date.field] = Once(3) ? OneOf(kCertainties) : Certainty::kFound;
    }
    if (id != "v1" && Once(2)) made.supersedes = id == "v3" && Once(2) ? "v2" : "v1";
    while (Once(2)) Change(made);
    return made;
  }

  // A registry as somebody else loads it; nullopt if its dates do not fit.
  std::optional<Registry> Load() {
    std::vector<ImportRow> rows;
    Partner partner;
    partner.id = kPartner;
    partner.kind = PartnerKind::kState;
    partner.display_name = kNames[0];
    rows.push_back({.fact = partner});
    for (const LegalClassPeriod& period : Periods()) {
      rows.push_back({.fact = LegalClassRow{.partner = kPartner, .period = period}});
    }
    for (const char* version : kVersions) rows.push_back({.fact = AnInstrument(version)});
    rows.push_back(
        {.fact = Authority{.partner = kPartner,
                           .id = kAuthority,
                           .display_name = "Court",
                           .competent_in_criminal_matters = true,
                           .certainty = Once(2) ? Certainty::kFound : Certainty::kUnconfirmed}});
    Registry empty(std::string(32, 'a'));
    absl::StatusOr<ImportPlan> plan = PlanImport(empty, rows, kImporter, kNow);
    if (!plan.ok()) return std::nullopt;
    return After(std::move(empty), std::move(plan->facts));
  }

  static absl::StatusOr<Plan> Imported(const Registry& registry, const std::vector<ImportRow>& rows,
                                       const char* as) {
    COMITY_ASSIGN_OR_RETURN(ImportPlan plan, PlanImport(registry, rows, as, kNow));
    return Plan{.facts = std::move(plan.facts)};
  }

  // Without a day: those are for others to state.
  absl::StatusOr<Plan> Enter(const Registry& registry, const char* as) {
    Instrument made{.partner = kPartner, .id = kEntered, .kind = OneOf(kKinds), .title = "A text"};
    made.reference = kReferences[0];
    if (Once(2)) made.scope = AScope();
    if (Once(3)) made.supersedes = OneOf(kVersions);
    return Once(2) ? PlanCreateInstrument(registry, as, made)
                   : Imported(registry, {{.fact = made}}, as);
  }

  // The only one whom the insider finds to help him, unknowing.
  static absl::StatusOr<Plan> StateDays(const Registry& registry) {
    const Instrument* const entered =
        registry.FindInstrument(absl::StrCat("partners/", kPartner, "/instruments/", kEntered));
    if (entered == nullptr) return absl::NotFoundError("not entered yet");
    Instrument stated = *entered;
    stated.signed_on = "2018-03-01";
    stated.in_force = "2019-06-30";
    for (const char* field : {"signed", "in_force"}) {
      stated.certainty[field] = Certainty::kUnconfirmed;
    }
    return PlanUpdateInstrument(registry, kHonest, stated, "", kNow);
  }

  // So does this one: of an instrument that is all the load said but for its days and how sure they
  // are, she confirms what the load said, with its text in hand.
  absl::StatusOr<Plan> ConfirmTruly(const Registry& registry, const Registry& loaded) {
    if (registry.FindPartner(kPartner)->display_name == "Mu") return absl::NotFoundError("not it");
    for (const Instrument* const stated : loaded.InstrumentsOf(kPartner)) {
      const Instrument* const is = registry.FindInstrument(NameOf(*stated));
      if (is == nullptr || is->supersedes != stated->supersedes) {
        return absl::NotFoundError("another order of versions");
      }
    }
    const Instrument& stated = *OneOf(loaded.InstrumentsOf(kPartner));
    const Instrument& is = *registry.FindInstrument(NameOf(stated));
    const auto field =
        static_cast<legal::Field>(dice_() % static_cast<std::size_t>(legal::Field::kCount));
    // Of a day of which the load told the year alone the text says more.
    if (is.reference != stated.reference || is.title != stated.title ||
        ValueOf(stated, field).empty() || !SameValue(is, stated, field) ||
        AsRecorded(stated).CertaintyOf(field) == Certainty::kYear) {
      return absl::NotFoundError("not what the text says");
    }
    return PlanConfirmField(registry, kHonestToo, NameOf(is), legal::Name(field), "OJ L 1",
                            EtagOf(is.recorded), kNow);
  }

  // Another name, with all of it unsure that has to be.
  absl::StatusOr<Plan> Rename(const Registry& registry, const char* as) {
    Partner named = *registry.FindPartner(kPartner);
    named.display_name = OneOf(kNames);
    std::vector<ImportRow> rows = {{.fact = named}};
    for (LegalClassPeriod period : named.legal_classes) {
      if (legal::Confirmed(period.certainty)) period.certainty = Certainty::kUnconfirmed;
      rows.push_back({.fact = LegalClassRow{.partner = kPartner, .period = period}});
    }
    for (const Instrument* instrument : registry.InstrumentsOf(kPartner)) {
      rows.push_back({.fact = Unsure(*instrument)});
    }
    for (const Authority* authority : registry.AuthoritiesOf(kPartner)) {
      rows.push_back({.fact = Unsure(*authority)});
    }
    return Imported(registry, rows, as);
  }

  // What the insider tries.
  absl::StatusOr<Plan> Try(const Registry& registry, const Registry& loaded) {
    const char* const as = Once(2) ? kInsider : kInsiderAtADesk;
    const Partner& partner = *registry.FindPartner(kPartner);
    const std::string etag = EtagOf(partner.recorded);
    if (Once(20)) return Enter(registry, as);
    if (Once(20)) return StateDays(registry);
    if (Once(4)) return ConfirmTruly(registry, loaded);
    if (Once(60)) return Rename(registry, as);
    if (Once(20)) {
      const Authority& court = *registry.AuthoritiesOf(kPartner).front();
      return PlanConfirmAuthority(registry, as, NameOf(court), "OJ", EtagOf(court.recorded), kNow);
    }
    const int what = static_cast<int>(dice_() % 12);
    if (what == 0) {
      Partner changed = partner;
      if (Once(2)) changed.display_name = OneOf(kNames);
      if (Once(2)) changed.legal_classes = Periods();
      if (Once(2)) {
        for (LegalClassPeriod& period : changed.legal_classes) {
          period.certainty = UnsureInPlaceOf(period.certainty);
        }
      }
      return PlanUpdatePartner(registry, as, changed, "", kNow);
    }
    if (what == 1 && !partner.legal_classes.empty()) {
      const std::string from = OneOf(partner.legal_classes).from;
      return PlanConfirmLegalClass(registry, as, kPartner, from, "OJ", etag, kNow);
    }
    const std::string name =
        absl::StrCat("partners/", kPartner, "/instruments/", OneOf(kInstruments));
    const Instrument* const known = registry.FindInstrument(name);
    if (known == nullptr) return absl::NotFoundError("retracted");
    if (what < 6) {
      const auto field =
          static_cast<legal::Field>(dice_() % static_cast<std::size_t>(legal::Field::kCount));
      return PlanConfirmField(registry, as, name, legal::Name(field), "OJ", EtagOf(known->recorded),
                              kNow);
    }
    if (Once(40)) return PlanRetractInstrument(registry, as, name, "a mistake", "", kNow);
    Instrument changed = *known;
    do {
      Change(changed);
    } while (Once(2));
    if (!Once(4)) return PlanUpdateInstrument(registry, as, changed, "", kNow);
    return Imported(registry, {{.fact = changed}}, as);
  }

  std::minstd_rand dice_{11};
};

TEST_F(OneInsiderTest, NothingIsGainedButWhatTheLoadStated) {
  int worlds = 0;
  int accepted = 0;
  int refused = 0;
  int confirmed = 0;  // By which something was gained.
  while (worlds < 300) {
    const std::optional<Registry> loaded = Load();
    if (!loaded.has_value()) continue;
    ++worlds;
    const Gains stated = GainsOf(Trusting(*loaded));
    Gains has = GainsOf(*loaded);
    const Gains had = has;
    Registry registry = *loaded;
    for (int act = 0; act < 60; ++act) {
      const absl::StatusOr<Plan> plan = Try(registry, *loaded);
      if (!plan.ok()) {
        ++refused;
        continue;
      }
      if (plan->facts.empty()) continue;
      ++accepted;
      registry = After(std::move(registry), plan->facts);
      const Gains now = GainsOf(registry);
      for (std::size_t i = 0; i < now.size(); ++i) {
        ASSERT_FALSE(now[i] && !stated[i] && !had[i])
            << "world " << worlds << ", act " << act << ", gain " << i;
        if (now[i] && !has[i]) ++confirmed;
      }
      has = now;
    }
  }
  EXPECT_GT(accepted, 2000);
  EXPECT_GT(refused, 2000);
  EXPECT_GT(confirmed, 200);
}

}  // namespace
}  // namespace comity::partner_registry
