#include "tests/unit/legal/random_world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/day.h"

namespace comity::legal::naive {
namespace {

// Who there is, and what each usually is. The counterpart's history is made up.
const std::vector<std::pair<std::string, LegalClass>> kCast = {
    {"partners/norland", LegalClass::kThirdCountry},
    {"partners/helvetia", LegalClass::kThirdCountry},
    {"partners/interpol", LegalClass::kInternationalOrganisation},
    {"partners/france", LegalClass::kMemberState},
    {"partners/spain", LegalClass::kMemberState},
    {"partners/denmark", LegalClass::kMemberStateNotBound},
    {"partners/eppo", LegalClass::kUnionBody},
    {"partners/ejn", LegalClass::kUnionNetwork},
    {"partners/iberred", LegalClass::kExternalNetwork},
    {"partners/wbcj", LegalClass::kProject},
    {"partners/company", LegalClass::kPrivate},
};

// Around them everything happens: changes of law, ends of months and years, a leap day, and the
// days on which Brussels changes its clocks.
const std::vector<absl::CivilDay> kDays = {
    absl::CivilDay(2019, 12, 12), absl::CivilDay(2021, 1, 1),  absl::CivilDay(2021, 6, 28),
    absl::CivilDay(2024, 2, 29),  absl::CivilDay(2024, 3, 31), absl::CivilDay(2025, 12, 27),
    absl::CivilDay(2026, 10, 25), absl::CivilDay(2026, 11, 23)};

const std::vector<InstrumentKind> kBases = {
    InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kInternationalAgreement,
    InstrumentKind::kAdequacyDecisionLed, InstrumentKind::kDeemedNotATransfer,
    InstrumentKind::kBindingInstrument};

PartialDate Parsed(const std::string& text) { return PartialDate::Parse(text).value(); }

}  // namespace

Facts ToFacts(const World& world) {
  FactsBuilder builder;
  for (const Partner& partner : world.partners) builder.Put(partner);
  for (const Instrument& instrument : world.instruments) builder.Put(instrument);
  for (const Authority& authority : world.authorities) builder.Put(authority);
  for (const Decision& decision : world.decisions) builder.Put(decision);
  return builder.Build({.store_id = "00000000000000000000000000000001", .number = 1});
}

PartialDate RandomWorlds::Partial(absl::CivilDay day) {
  const std::size_t form = Below(12);
  if (form == 0) return Parsed(absl::StrFormat("%04d", day.year()));
  if (form == 1) return Parsed(absl::StrFormat("%04d-%02d", day.year(), day.month()));
  return PartialDate(day);
}

PartialDate RandomWorlds::Past() {
  return Partial(today_ - static_cast<absl::civil_diff_t>(20 + Below(800)));
}

PartialDate RandomWorlds::Future() {
  return Partial(today_ + static_cast<absl::civil_diff_t>(20 + Below(800)));
}

absl::Time RandomWorlds::Moment() {
  const absl::Time midnight = absl::FromCivil(NearbyDay(), Brussels());
  const std::vector<absl::Duration> later = {absl::ZeroDuration(), absl::Minutes(30),
                                             absl::Hours(12), absl::Hours(22) + absl::Minutes(59)};
  return midnight + Of(later);
}

Certainty RandomWorlds::Sure() {
  return Percent(80) ? Certainty::kFound : static_cast<Certainty>(Below(6));
}

Partner RandomWorlds::MakePartner(const std::string& name, LegalClass legal_class) {
  Partner partner{.name = name, .display_name = name};
  partner.classes = {{.legal_class = legal_class, .certainty = Certainty::kFound}};
  partner.competent_in_criminal_matters = Percent(85);
  partner.competence_certainty = Sure();
  partner.exchanges_suspended = Percent(4);
  partner.deleted = Percent(2);
  if (partner.deleted && Percent(50)) partner.merged_into = Of(kCast).first;
  return partner;
}

// Usually of one class; sometimes it changed about today, or the periods overlap or leave a gap.
Partner RandomWorlds::MakeCounterpart(const std::string& name, LegalClass usual) {
  Partner partner = MakePartner(name, usual);
  if (Percent(80)) return partner;
  partner.classes[0].certainty = Sure();
  if (Percent(50)) partner.classes[0].to = Near();
  if (Percent(30)) partner.classes[0].from = Start();
  if (Percent(70)) {
    partner.classes.push_back(
        {.legal_class = static_cast<LegalClass>(Below(10)), .from = Near(), .certainty = Sure()});
  }
  if (Percent(10)) partner.classes.clear();
  return partner;
}

Instrument RandomWorlds::MakeInstrument(const std::string& partner, std::size_t number) {
  constexpr auto kKinds = static_cast<std::size_t>(InstrumentKind::kOtherAgreement);
  Instrument instrument;
  instrument.name = absl::StrCat(partner, "/instruments/i", number);
  instrument.title = absl::StrCat("Instrument ", number);
  instrument.kind = Percent(50) ? Of(kBases) : static_cast<InstrumentKind>(1 + Below(kKinds));
  if (partner == "partners/denmark" && Percent(60)) {
    instrument.kind = InstrumentKind::kDenmarkAgreement;
  }
  if (Percent(60)) instrument.signed_on = Start();
  if (Percent(55)) instrument.in_force = Start();
  if (Percent(25)) instrument.in_force_by = Start();
  if (Percent(50)) instrument.applied_from = Start();
  if (Percent(25)) instrument.provisional_from = Start();
  if (Percent(15)) instrument.not_before = Start();
  if (Percent(10)) instrument.notified_end = Start();
  if (Percent(25)) instrument.ended = End();
  if (Percent(8)) instrument.suspended_from = Near();
  if (Percent(8)) instrument.parts_suspended = Percent(60) ? "*" : "Article 7";
  if (Percent(50)) instrument.public_since = Start();
  instrument.allows_secondment = Percent(50);
  if (Percent(25)) instrument.scope = MakeScope();
  const bool sure = Percent(50);
  for (Certainty& certainty : instrument.certainty) {
    certainty = sure ? Certainty::kFound : Sure();
  }
  return instrument;
}

// One that names what is asked about, in other letters, or something else.
std::shared_ptr<const HeldScope> RandomWorlds::MakeScope() {
  const std::vector<std::vector<std::string>> offences = {
      {"organised crime"}, {"terrorism", " Organised CRIME"}, {"terrorism"}};
  const std::vector<std::vector<std::string>> stages = {
      {"investigation"}, {"trial", "INVESTIGATION "}, {"trial"}};
  const std::vector<std::vector<SubjectKind>> subjects = {
      {SubjectKind::kSuspect},
      {SubjectKind::kSuspect, SubjectKind::kVictim},
      {SubjectKind::kWitness, SubjectKind::kOther}};
  const std::vector<std::vector<std::string>> sectors = {
      {" CUSTOMS"}, {"customs", "asylum "}, {"asylum"}};
  Scope scope;
  if (Percent(50)) scope.territories = {Percent(75) ? "gibraltar" : "Jersey"};
  if (Percent(25)) scope.sectors = Of(sectors);
  if (Percent(30)) scope.offences = Of(offences);
  if (Percent(30)) scope.stages = Of(stages);
  if (Percent(30)) scope.subjects = Of(subjects);
  scope.excludes_special_categories = Percent(30);
  return Limits(std::move(scope));
}

// Some are versions of others, now and then in a circle.
void RandomWorlds::LinkVersions(std::vector<Instrument>& instruments) {
  for (Instrument& instrument : instruments) {
    if (!Percent(12)) continue;
    const Instrument& earlier = Of(instruments);
    if (earlier.name != instrument.name || Percent(5)) instrument.supersedes = earlier.name;
  }
}

Authority RandomWorlds::MakeAuthority(const std::string& name,
                                      const std::vector<Instrument>& instruments) {
  Authority authority{.name = name};
  authority.competent_in_criminal_matters = Percent(90);
  if (Percent(8)) authority.territory = "Gibraltar";
  const std::vector<std::vector<std::string>> sectors = {
      {"customs"}, {"Customs", "asylum"}, {"banks"}};
  if (Percent(40)) authority.sectors = Of(sectors);
  if (Percent(20)) {
    authority.listed_in.push_back(instruments.empty() ? "partners/norland/instruments/none"
                                                      : Of(instruments).name);
  }
  authority.certainty = Percent(90) ? Certainty::kFound : static_cast<Certainty>(Below(6));
  if (Percent(95)) authority.last_verified = Percent(85) ? Near() : Past();
  if (Percent(10)) {
    // Twelve months ago, to the day or nearly.
    const absl::CivilDay now = NearbyDay();
    authority.last_verified = PartialDate(absl::CivilDay(now.year() - 1, now.month(), now.day()));
  }
  if (Percent(95)) authority.openers.push_back(MakeOpener(instruments));
  if (Percent(10)) authority.openers.push_back(MakeOpener(instruments));
  return authority;
}

Opener RandomWorlds::MakeOpener(const std::vector<Instrument>& instruments) {
  Opener opener;
  opener.key_until = Moment() + absl::Hours(Percent(90) ? 24 * (Below(100) + 3) : 0);
  if (Percent(95)) opener.key_since = NearbyDay();
  if (Percent(8)) opener.validity.from = NearbyDay();
  if (Percent(8)) opener.validity.to = NearbyDay();
  while (Percent(15)) {
    Secondment& secondment = opener.secondments.emplace_back();
    secondment.kind = static_cast<SecondmentKind>(Percent(95) ? 1 + Below(2) : 0);
    secondment.instrument =
        instruments.empty() ? "partners/norland/instruments/none" : Of(instruments).name;
    if (Percent(95)) secondment.from = PartialDate(NearbyDay());
    if (Percent(30)) secondment.to = PartialDate(NearbyDay());
    secondment.ended = Percent(10);
  }
  return opener;
}

Origin RandomWorlds::MakeOrigin() {
  Origin origin;
  switch (Below(12)) {
    case 0:
      origin = {.kind = OriginKind::kThirdCountry, .partner = "partners/helvetia"};
      break;
    case 1:
      origin = {.kind = OriginKind::kInternationalOrganisation, .partner = "partners/interpol"};
      break;
    case 2:
      origin = {.kind = OriginKind::kUnionBody, .partner = "partners/eppo"};
      break;
    case 3:
      origin = {.kind = OriginKind::kEurojust};
      break;
    case 4:
      origin = {.kind = OriginKind::kPublicSource};
      break;
    case 5:
      // Anything: also a kind that is not said, nobody's data, or the counterpart's own.
      origin = {.kind = static_cast<OriginKind>(Below(7)),
                .partner = Of<std::string>({"", counterpart_, "partners/nowhere"})};
      break;
    default:
      origin = {
          .kind = OriginKind::kMemberState,
          .partner = Of<std::string>({"partners/france", "partners/spain", "partners/denmark"})};
  }
  if (Percent(15)) {
    Restriction restriction{.use = static_cast<UseRestriction>(Below(6))};
    if (Percent(50)) restriction.partners.push_back(Of(kCast).first);
    if (Percent(10)) restriction.partners.emplace_back("partners/nowhere");
    if (Percent(50)) restriction.partners.push_back(counterpart_);
    origin.restrictions.push_back(std::move(restriction));
  }
  return origin;
}

Purpose RandomWorlds::MakePurpose() {
  Purpose purpose{.task = "coordination of investigations",
                  .offence = "organised crime",
                  .offence_outside_annex_i = Percent(8),
                  .requested_by_member_state = Percent(40),
                  .stage = "investigation",
                  .case_reference = "2026/17",
                  .necessity = "to coordinate searches",
                  .incompatible_with_collection = Percent(5),
                  .eppo_exercises_competence = Percent(8),
                  .eppo_exception = Percent(40)};
  if (Percent(10)) {
    Of<std::string*>({&purpose.task, &purpose.offence, &purpose.stage, &purpose.case_reference,
                      &purpose.necessity})
        ->clear();
  }
  return purpose;
}

// One that holds, or in four of ten cases perhaps not, by one detail.
Decision RandomWorlds::MakeDecision(DecisionKind kind, const std::string& whose) {
  Decision decision{.kind = kind, .partner = whose};
  if (Percent(85)) decision.counterparts = {counterpart_};
  if (Percent(10)) decision.counterparts.push_back(Of(kCast).first);
  decision.case_reference = Percent(85) ? "2026/17" : "";
  decision.valid_from = PartialDate(today_ - 30);
  decision.grounds = "as recorded in the file";
  switch (Below(25)) {
    case 0:
      decision.counterparts = {"partners/nowhere"};
      break;
    case 1:
      decision.case_reference = "2026/18";
      break;
    case 2:
      decision.valid_from = Percent(30) ? PartialDate() : Near();
      break;
    case 3:
      decision.valid_to = Near();
      break;
    case 4:
      decision.grounds.clear();
      break;
    case 5:
    case 6:
      decision.withdrawn = Moment();
      break;
    case 7:
      decision.partner = Of<std::string>({"", "partners/france", "partners/nowhere"});
      break;
    default:
      break;
  }
  return decision;
}

// For each of `origins` what clears it, with this chance in percent; and some of the agency's.
std::vector<Decision> RandomWorlds::MakeDecisions(const std::vector<Origin>& origins,
                                                  std::size_t chance) {
  std::vector<Decision> decisions;
  for (const Origin& origin : origins) {
    const DecisionKind clearing = origin.kind == OriginKind::kMemberState
                                      ? DecisionKind::kAuthorisation
                                      : DecisionKind::kOriginatorPermission;
    if (Percent(chance)) decisions.push_back(MakeDecision(clearing, origin.partner));
    if (Percent(chance / 4)) {
      decisions.push_back(MakeDecision(DecisionKind::kRestrictionLifted, origin.partner));
    }
  }
  for (std::size_t more = Below(3); more > 0; --more) {
    decisions.push_back(
        MakeDecision(static_cast<DecisionKind>(1 + Below(15)), Percent(80) ? "" : Of(kCast).first));
  }
  return decisions;
}

World RandomWorlds::NextWorld() {
  World world;
  today_ = Of(kDays);
  // Those that may receive more often than the rest.
  const auto& counterpart = kCast[Percent(45) ? 0 : Below(Percent(60) ? 7 : kCast.size())];
  counterpart_ = counterpart.first;

  for (const auto& [name, legal_class] : kCast) {
    if (name == counterpart_) {
      if (Percent(98)) world.partners.push_back(MakeCounterpart(name, legal_class));
    } else if (Percent(90)) {
      world.partners.push_back(MakePartner(name, legal_class));
    }
  }
  for (std::size_t i = Below(5); i > 0; --i) {
    world.instruments.push_back(MakeInstrument(counterpart_, i));
  }
  LinkVersions(world.instruments);
  const std::string authority = counterpart_ + "/authorities/prosecution";
  if (Percent(96)) world.authorities.push_back(MakeAuthority(authority, world.instruments));
  // Noise: what is filed under others never counts, unless they are third countries in the case.
  world.instruments.push_back(MakeInstrument(counterpart_ + "-east", 9));
  world.instruments.push_back(MakeInstrument("partners/helvetia", 8));
  world.authorities.push_back(MakeAuthority(authority + "-east", world.instruments));

  world.decisions = MakeDecisions({MakeOrigin(), MakeOrigin(), MakeOrigin()}, 60);
  for (std::size_t i = 0; i < world.decisions.size(); ++i) {
    world.decisions[i].name = absl::StrCat("decisions/d", i);
  }
  return world;
}

Question RandomWorlds::NextQuestion() {
  Question question;
  question.instant = Moment();
  question.mode = Percent(60) ? Mode::kOperate : Mode::kExplore;
  if (Percent(15)) question.public_on = NearbyDay() - static_cast<absl::civil_diff_t>(Below(3));
  // Not said is SEND.
  question.direction = static_cast<Direction>(Percent(70) ? Below(2) : 2 + Below(2));
  question.onward_by = Percent(95) ? Of(kCast).first : "";
  question.capacity = Percent(92) ? static_cast<Capacity>(Below(2)) : Capacity::kNational;
  question.counterpart = counterpart_ + (Percent(60) ? "/authorities/prosecution" : "");
  question.to_prosecutor = Percent(20);
  question.data_kind = Percent(85) ? DataKind::kOperational : static_cast<DataKind>(Below(4));
  question.subjects = {Percent(90) ? SubjectKind::kSuspect : static_cast<SubjectKind>(Below(5))};
  if (Percent(10)) question.subjects.push_back(static_cast<SubjectKind>(Below(5)));
  if (Percent(3)) question.subjects.clear();
  question.annex_ii = Percent(88) ? AnnexCoverage::kWithin : static_cast<AnnexCoverage>(Below(4));
  question.special_categories = Percent(10);
  question.purpose = MakePurpose();
  question.geometry =
      Percent(85) ? Geometry::kTwoOrMoreMemberStates : static_cast<Geometry>(Below(3));
  const std::size_t origins = Percent(3) ? 0 : 1 + Below(2);
  for (std::size_t i = 0; i < origins; ++i) question.origins.push_back(MakeOrigin());
  question.volume = Percent(20) ? Volume::kBulk : static_cast<Volume>(Below(2));
  if (Percent(5)) question.proposed_frame = "joint investigation team";
  question.decisions = MakeDecisions(question.origins, 60);
  if (question.direction == Direction::kOnward && Percent(60)) {
    question.decisions.push_back(MakeDecision(DecisionKind::kOnwardConsent, ""));
  }
  return question;
}

World RandomWorlds::WithAnUnknown(const World& known_world, const Question& question) {
  World world = known_world;
  const std::string partner = PartnerIn(question.counterpart);
  std::vector<Certainty*> certainties;
  for (Partner& known : world.partners) {
    if (known.name != partner) continue;
    for (LegalClassPeriod& period : known.classes) certainties.push_back(&period.certainty);
  }
  for (Authority& authority : world.authorities) {
    if (authority.name == question.counterpart) certainties.push_back(&authority.certainty);
  }
  for (Instrument& instrument : world.instruments) {
    if (PartnerIn(instrument.name) != partner) continue;
    for (Certainty& certainty : instrument.certainty) certainties.push_back(&certainty);
  }
  if (!certainties.empty()) *Of(certainties) = Certainty::kUnknown;
  return world;
}

Question RandomWorlds::WithAnUnknown(Question question) {
  switch (Below(10)) {
    case 0:
      question.geometry = Geometry::kUnspecified;
      break;
    case 1:
      question.annex_ii = AnnexCoverage::kUnspecified;
      break;
    case 2:
      if (!question.subjects.empty()) question.subjects[0] = SubjectKind::kUnspecified;
      break;
    case 3:
      if (!question.origins.empty()) question.origins[0].kind = OriginKind::kUnspecified;
      break;
    case 4:
      if (!question.origins.empty()) question.origins[0].partner.clear();
      break;
    case 5:
      question.data_kind = DataKind::kUnspecified;
      break;
    case 6:
      question.purpose.offence.clear();
      break;
    case 7:
      question.purpose.stage.clear();
      break;
    case 8:
      question.subjects.clear();
      break;
    default:
      question.purpose.necessity.clear();
  }
  return question;
}

Case RandomWorlds::WithAWithdrawal(Case made) {
  std::vector<Decision*> decisions;
  for (Decision& decision : made.world.decisions) decisions.push_back(&decision);
  for (Decision& decision : made.question.decisions) decisions.push_back(&decision);
  if (!decisions.empty()) Of(decisions)->withdrawn = absl::InfinitePast();
  return made;
}

World RandomWorlds::WithALimit(const World& whole_world, const Question& question,
                               std::string& limit) {
  World world = whole_world;
  std::vector<Instrument*> instruments;
  for (Instrument& instrument : world.instruments) {
    if (PartnerIn(instrument.name) == PartnerIn(question.counterpart)) {
      instruments.push_back(&instrument);
    }
  }
  if (instruments.empty()) return world;
  std::shared_ptr<const HeldScope>& scope = Of(instruments)->scope;
  Scope narrower = scope == nullptr ? Scope() : scope->all();
  switch (Below(6)) {
    case 0:
      limit = "territories";
      narrower.territories = {"Jersey"};
      break;
    case 1:
      limit = "offences";
      narrower.offences = {"terrorism"};
      break;
    case 2:
      limit = "stages";
      narrower.stages = {"trial"};
      break;
    case 3:
      limit = "subjects";
      narrower.subjects = {SubjectKind::kWitness};
      break;
    case 4:
      limit = "sectors";
      narrower.sectors = {"banks"};
      break;
    default:
      limit = "excludes_special_categories";
      narrower.excludes_special_categories = true;
  }
  scope = Limits(std::move(narrower));
  return world;
}

World RandomWorlds::WithAnEnd(const World& whole_world, const Question& question) {
  World world = whole_world;
  std::vector<Instrument*> instruments;
  for (Instrument& instrument : world.instruments) {
    if (PartnerIn(instrument.name) == PartnerIn(question.counterpart)) {
      instruments.push_back(&instrument);
    }
  }
  if (instruments.empty()) return world;
  Instrument& ended = *Of(instruments);
  ended.ended = PartialDate(absl::CivilDay(2010, 1, 1));
  ended.SetCertainty(Field::kEnded, Certainty::kFound);
  return world;
}

}  // namespace comity::legal::naive
