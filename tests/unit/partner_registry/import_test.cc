#include "services/partner-registry/domain/import.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const char kContacts[] = "partner,id,spiffe_id,function,authority,time_zone,days,start,end\n";

class ImportTest : public ::testing::Test {
 protected:
  absl::StatusOr<ImportPlan> Plan(absl::string_view file, absl::string_view text) const {
    return PlanImport(loaded_, Rows(file, text), kImporter, kNow);
  }

  // With a contact that is limited, by its days and by whom it is away for, and an instrument that
  // is reviewed.
  Registry Limited() const;

  const Registry loaded_ = LoadedRegistry();
};

TEST_F(ImportTest, TheProjectsDataAreLoadedWhole) {
  EXPECT_EQ(loaded_.partners().size(), 92U);
  EXPECT_EQ(loaded_.InstrumentsOf("united-kingdom").size(), 5U);
  EXPECT_EQ(loaded_.facts().partners(), 92U);
  EXPECT_EQ(loaded_.facts().revision().number, 1);
  EXPECT_EQ(loaded_.FindPartner("denmark")->legal_classes.size(), 2U);
}

TEST_F(ImportTest, TheSameRowsAgainChangeNothing) {
  const auto plan = PlanImport(loaded_, DataRows(), kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, SizeIs(0));
  EXPECT_EQ(plan->added, 0);
  EXPECT_EQ(plan->changed, 0);
  EXPECT_EQ(plan->unchanged, 92 + 37 + 86 + 78 + 5);
  EXPECT_EQ(plan->rows_by_kind.at("legal_classes"), 95);
}

TEST_F(ImportTest, ACorrectionTellsOldAndNewValueAndItsRow) {
  const auto plan = Plan("partners.csv",
                         "id,kind,display_name,iso_alpha2,iso_alpha3,region,"
                         "competent_in_criminal_matters\n"
                         "georgia,STATE,GEORGIA,GE,GEO,SOUTH_CAUCASUS,yes\n");

  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->differences, SizeIs(1));
  const Difference& difference = plan->differences[0];
  EXPECT_EQ(difference.name, "partners/georgia");
  EXPECT_EQ(difference.kind, Difference::Kind::kChanged);
  EXPECT_EQ(difference.field, "display_name");
  EXPECT_EQ(difference.old_value, "Georgia");
  EXPECT_EQ(difference.new_value, "GEORGIA");
  EXPECT_EQ(difference.source.line, 2);
  EXPECT_THAT(std::get<Partner>(plan->facts.at(0)).legal_classes, SizeIs(1))
      << "a partner's row leaves its legal classes as they are";
}

TEST_F(ImportTest, AContactThatWasSuspendedStaysSo) {
  Contact contact = *loaded_.FindContact("partners/georgia/contacts/tbilisi-1");
  contact.state = ContactState::kSuspended;
  const Registry suspended = After(loaded_, {contact});

  const auto plan = PlanImport(suspended, DataRows(), kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, SizeIs(0));
}

Registry ImportTest::Limited() const {
  Contact limited = *loaded_.FindContact("partners/georgia/contacts/tbilisi-1");
  Contact second = limited;
  second.id = "tbilisi-2";
  second.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  limited.deputies = {"tbilisi-2"};
  limited.absences = {{"2026-12-24", "2027-01-02"}};
  limited.valid_from = "2026-01-01";
  limited.valid_to = "2026-12-31";
  Instrument reviewed =
      *loaded_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  reviewed.last_evaluated = "2025-06-01";
  reviewed.review_by = "2029-06-01";
  reviewed.scope = {.territories = {"Adjara"},
                    .sectors = {"customs"},
                    .offences = {"terrorism"},
                    .stages = {"trial"},
                    .subjects = {legal::SubjectKind::kVictim},
                    .excludes_special_categories = true};
  Authority customs = *loaded_.FindAuthority("partners/georgia/authorities/prosecution-service");
  customs.sectors = {"customs"};
  return After(loaded_, {second, limited, reviewed, customs});
}

TEST_F(ImportTest, AFileWithoutTheLaterColumnsKeepsWhatTheySay) {
  const Registry registry = Limited();

  const auto plan = PlanImport(registry, DataRows(), kImporter, kNow);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->changed, 0);
  EXPECT_EQ(plan->unchanged, static_cast<int>(registry.SharedFacts().size()) - 1);
}

TEST_F(ImportTest, AnEmptyCellOfTheLaterColumnsEmptiesThem) {
  std::vector<ImportRow> rows =
      Rows("contacts.csv",
           "partner,id,spiffe_id,function,authority,opener,languages,time_zone,days,start,end,"
           "last_verified,valid_from,valid_to,absences,deputies\n"
           "georgia,tbilisi-1,spiffe://georgia.example/partner/georgia/contact/tbilisi-1,"
           "contact point,prosecution-service,yes,ka;en,Asia/Tbilisi,1;2;3;4;5,09:00,18:00,"
           "2026-11-23,,2026-12-31,,\n");
  for (ImportRow& row : Rows("instruments.csv",
                             "partner,id,kind,title,legal_base,signed,in_force_by,reference,"
                             "allows_secondment,certainty,last_evaluated\n"
                             "georgia,cooperation-agreement,COOPERATION_AGREEMENT_PRE_2019,"
                             "Cooperation agreement,2002/187 art. 26a,2019-03-29,2020-11-19,"
                             "in place according to COM(2020)743,yes,signed:found;"
                             "in_force:unknown;in_force_by:found;allows_secondment:found,\n")) {
    rows.push_back(std::move(row));
  }

  for (ImportRow& row : Rows("authorities.csv",
                             "partner,id,display_name,competent_in_criminal_matters,territory,"
                             "sectors,last_verified,certainty\n"
                             "georgia,prosecution-service,Prosecution Service of Georgia,yes,,,"
                             "2026-11-23,found\n")) {
    rows.push_back(std::move(row));
  }

  const auto plan = PlanImport(Limited(), rows, kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  std::vector<std::string> emptied;
  for (const Difference& difference : plan->differences) {
    EXPECT_NE(difference.old_value, "");
    EXPECT_EQ(difference.new_value, "");
    emptied.push_back(difference.field);
  }
  EXPECT_THAT(emptied, UnorderedElementsAre("last_evaluated", "valid_from", "absences", "deputies",
                                            "sectors"))
      << "valid_to is filled, review_by is no column";
  const auto& instrument = std::get<Instrument>(plan->facts.at(0));
  EXPECT_EQ(instrument.review_by, "2029-06-01");
}

TEST_F(ImportTest, ARowEmptiesOnlyWhatItLeavesEmptyAndWouldElseBeKept) {
  const Contact limited = *Limited().FindContact("partners/georgia/contacts/tbilisi-1");
  const auto plan = [&](auto fact, const char* field) {
    return PlanImport(Limited(), {ImportRow{.fact = std::move(fact), .emptied = {field}}},
                      kImporter, kNow);
  };
  const auto refused = FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID");
  EXPECT_THAT(plan(limited, "valid_to"), refused) << "which it fills";
  EXPECT_THAT(plan(limited, "function"), refused);
  EXPECT_THAT(plan(*loaded_.FindPartner("georgia"), "region"), refused);
}

TEST_F(ImportTest, ARowThatSaysOtherDaysOfValidityChangesThem) {
  Contact limited = *loaded_.FindContact("partners/georgia/contacts/tbilisi-1");
  limited.valid_to = "2026-12-31";
  const Registry registry = After(loaded_, {limited});
  limited.valid_to = "2027-12-31";

  const auto plan = PlanImport(registry, {ImportRow{.fact = limited}}, kImporter, kNow);
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->differences.size(), 1U);
  EXPECT_EQ(plan->differences[0].field, "valid_to");
  EXPECT_EQ(plan->differences[0].old_value, "2026-12-31");
  EXPECT_EQ(plan->differences[0].new_value, "2027-12-31");
}

TEST_F(ImportTest, ARowChangesTheLimitsItSaysOrEmptiesAndKeepsTheOthers) {
  Instrument limited =
      *loaded_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  limited.scope = {
      .offences = {"terrorism"}, .stages = {"trial"}, .excludes_special_categories = true};
  limited.certainty["scope"] = Certainty::kUnconfirmed;  // It is widened.
  const Registry registry = After(loaded_, {limited});
  limited.scope = {.offences = {"terrorism", "fraud"}};

  const auto scope_after = [&](std::vector<std::string> emptied) {
    const auto plan = PlanImport(
        registry, {ImportRow{.fact = limited, .emptied = std::move(emptied)}}, kImporter, kNow);
    EXPECT_THAT(plan, IsOk());
    EXPECT_EQ(plan->differences.at(0).field, "scope");
    EXPECT_EQ(plan->differences.at(0).old_value,
              "offences: terrorism; stages: trial; excludes_special_categories: yes");
    return plan->differences.at(0).new_value;
  };
  EXPECT_EQ(scope_after({}),
            "offences: terrorism;fraud; stages: trial; excludes_special_categories: yes");
  EXPECT_EQ(scope_after({"scope.stages", "scope.excludes_special_categories"}),
            "offences: terrorism;fraud");
}

TEST_F(ImportTest, ExchangesThatWereSuspendedStaySoWhateverARowChanges) {
  Partner georgia = *loaded_.FindPartner("georgia");
  georgia.exchanges_suspended = true;
  const Registry suspended = After(loaded_, {georgia});

  const auto plan = PlanImport(suspended,
                               Rows("partners.csv",
                                    "id,kind,display_name,iso_alpha2,iso_alpha3\n"
                                    "georgia,STATE,GEORGIA,GE,GEO\n"),
                               kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->facts, SizeIs(1));
  EXPECT_TRUE(std::get<Partner>(plan->facts[0]).exchanges_suspended);
}

TEST_F(ImportTest, ARowMakesStricterAndNeverLooser) {
  const auto rows = [](absl::string_view yes) {
    std::vector<ImportRow> made = Rows(
        "partners.csv",
        absl::StrCat("id,kind,display_name,exchanges_suspended,deleted,merged_into\n"
                     "dup,STATE,Dup,no,",
                     yes, ",", yes == "yes" ? "chile" : "", "\nother,STATE,Other,", yes, ",no,\n"));
    const std::vector<ImportRow> more = Rows(
        "contacts.csv", absl::StrCat("partner,id,spiffe_id,function,authority,suspended\n"
                                     "chile,a,spiffe://agency.example/partner/chile/contact/a,f,"
                                     "prosecution-service,",
                                     yes, "\n"));
    made.insert(made.end(), more.begin(), more.end());
    return made;
  };
  const auto expect_strict = [](const Registry& registry) {
    EXPECT_EQ(registry.FindPartner("dup")->delete_time, kNow);
    EXPECT_EQ(registry.FindPartner("dup")->merged_into, "chile");
    EXPECT_TRUE(registry.FindPartner("other")->exchanges_suspended);
    EXPECT_EQ(registry.FindContact("partners/chile/contacts/a")->state, ContactState::kSuspended);
  };
  const auto added = PlanImport(loaded_, rows("yes"), kImporter, kNow);
  ASSERT_THAT(added, IsOk());
  expect_strict(After(loaded_, added->facts));

  const auto lax = PlanImport(loaded_, rows("no"), kImporter, kNow);
  ASSERT_THAT(lax, IsOk());
  const auto stricter = PlanImport(After(loaded_, lax->facts), rows("yes"), kImporter, kNow);
  ASSERT_THAT(stricter, IsOk());
  EXPECT_EQ(stricter->changed, 3);
  const Registry strict = After(After(loaded_, lax->facts), stricter->facts);
  expect_strict(strict);

  const auto again = PlanImport(strict, rows("no"), kImporter, kNow);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->facts, SizeIs(0)) << "no row lets anybody back in";
}

TEST_F(ImportTest, AliasesOfARowAreTaken) {
  const auto plan =
      Plan("partners.csv", "id,kind,display_name,aliases\nx,STATE,X,Xland;Republic of X\n");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(std::get<Partner>(plan->facts.at(0)).aliases,
              ::testing::ElementsAre("Xland", "Republic of X"));
}

TEST_F(ImportTest, RowsMayReferToRowsOfOtherFilesInTheSameImport) {
  std::vector<ImportRow> rows =
      Rows("authorities.csv", "partner,id,display_name\nandorra,court,Court of Andorra\n");
  const std::vector<ImportRow> partner = Rows(
      "partners.csv", "id,kind,display_name,iso_alpha2,iso_alpha3\nandorra,STATE,Andorra,AD,AND\n");
  rows.insert(rows.end(), partner.begin(), partner.end());

  const auto plan = PlanImport(loaded_, rows, kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->added, 2);
  EXPECT_EQ(NameOf(plan->facts[0]), "partners/andorra") << "referred facts come first";
}

// The reason, and a part of the sentence.
struct Held {
  std::string reason;
  std::string place;
};

class ImportedStepsTest : public ImportTest {
 protected:
  static constexpr char kMilestones[] = "partner,id,axis,step,day,evidence,certainty\n";
  static constexpr char kInstruments[] = "partner,id,kind,title,signed\n";

  void Refused(const Registry& registry, std::vector<ImportRow> rows, const Held& held) const {
    const auto plan = PlanImport(registry, rows, kImporter, kNow);
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, held.reason));
    EXPECT_THAT(std::string(plan.status().message()), HasSubstr(held.place));
  }

  static std::vector<ImportRow> Steps(absl::string_view rows) {
    return Rows("milestones.csv", absl::StrCat(kMilestones, rows));
  }
};

TEST_F(ImportedStepsTest, WhatComesFirstIsThereOrComesWithIt) {
  const char* const first = "algeria,a,WORKING_ARRANGEMENT,DRAFTING,2026-01-01,draft,found\n";
  const char* const rest =
      "algeria,b,WORKING_ARRANGEMENT,COLLEGE_ADOPTED,2026-02-01,decision,found\n"
      "algeria,c,WORKING_ARRANGEMENT,SIGNED,2026-03-01,signatures,found\n"
      "algeria,d,WORKING_ARRANGEMENT,ENDED,2026-04-01,letter,found\n";
  EXPECT_THAT(PlanImport(loaded_, Steps(absl::StrCat(rest, first)), kImporter, kNow), IsOk());
  Refused(loaded_, Steps(rest), {"STEP_NOT_POSSIBLE", "line 2, column step: COLLEGE_ADOPTED"});

  Refused(loaded_, Steps("chile,a,TREATY,PROPOSED,2026-01-01,letter,found\n"),
          {"STEP_NOT_POSSIBLE", "CONSULTED (by the agency"});
  Refused(loaded_, Steps("chile,a,TREATY,CONSULTED,2026-01-01,letter,found\n"),
          {"STEP_NOT_POSSIBLE", "consultation"});
  Refused(loaded_,
          Rows("instruments.csv",
               absl::StrCat(kInstruments, "chile,a,INTERNATIONAL_AGREEMENT,t,2026-01-01\n")),
          {"STEP_NOT_POSSIBLE", "SIGNING_DECISION (by the Council)"});
}

TEST_F(ImportedStepsTest, AStepHasItsDayAndEvidence) {
  Refused(loaded_, Steps("chile,a,CONTACT_POINT,REQUESTED,2026-01-01,,found\n"),
          {"EVIDENCE_MISSING", "line 2, column evidence"});
  Refused(loaded_, Steps("chile,a,CONTACT_POINT,REQUESTED,,letter,unknown\n"),
          {"EVIDENCE_MISSING", "line 2, column day"});
  Refused(loaded_, Steps("chile,a,CONTACT_POINT,REQUESTED,2026-11-29,letter,found\n"),
          {"IMPORT_ROW_INVALID", "line 2, column day"});
  Milestone known = **loaded_.MilestonesOf("chile").begin();
  ASSERT_EQ(known.day, "");
  known.note = "the list of 2026";
  EXPECT_THAT(PlanImport(loaded_, {ImportRow{.fact = known}}, kImporter, kNow), IsOk())
      << "what it says is as it was";
}

// A row over the id of a step that could not be withdrawn made another one of it.
TEST_F(ImportedStepsTest, ARecordedStepStaysTheStepItIs) {
  Milestone known = StepTaken("algeria", Axis::kContactPoint, "REQUESTED", "2026-01-01");
  known.id = "a";
  const Registry registry = After(loaded_, {known});
  Refused(registry, Steps("algeria,a,WORKING_ARRANGEMENT,DRAFTING,2026-01-01,letter,found\n"),
          {"IMPORT_ROW_INVALID",
           "line 2, column axis: partners/algeria/milestones/a is CONTACT_POINT REQUESTED, on "
           "which other facts may rest: withdraw it with `comity milestones withdraw algeria/a "
           "--evidence DOCUMENT`"});
  Refused(registry, Steps("algeria,a,CONTACT_POINT,DESIGNATED,2026-01-01,letter,found\n"),
          {"IMPORT_ROW_INVALID", "line 2, column step: "});
  EXPECT_THAT(
      PlanImport(registry, Steps("algeria,a,CONTACT_POINT,REQUESTED,2026-01-02,letter,found\n"),
                 kImporter, kNow),
      IsOk());
}

TEST_F(ImportedStepsTest, TheInitialLoadIsTakenAsItsSourceSays) {
  const Registry empty(std::string(32, 'a'));
  const auto with_chile = [](const std::vector<ImportRow>& rows) {
    std::vector<ImportRow> all = Rows("partners.csv", "id,kind,display_name\nchile,STATE,Chile\n");
    all.insert(all.end(), rows.begin(), rows.end());
    return all;
  };
  for (const auto& rows :
       {Steps("chile,a,TREATY,PROPOSED,,letter,unknown\n"),
        Rows("instruments.csv",
             absl::StrCat(kInstruments, "chile,a,INTERNATIONAL_AGREEMENT,t,2026-01-01\n"))}) {
    EXPECT_THAT(PlanImport(empty, with_chile(rows), kImporter, kNow), IsOk());
    EXPECT_THAT(PlanImport(loaded_, rows, kImporter, kNow), Not(IsOk()));
  }
  Refused(empty, with_chile(Steps("chile,a,TREATY,PROPOSED,2026-01-01,,found\n")),
          {"EVIDENCE_MISSING", "milestones.csv, line 2, column evidence"});
  Refused(empty, with_chile(Steps("chile,a,TREATY,PROPOSED,,letter,unconfirmed\n")),
          {"EVIDENCE_MISSING", "column day"});
}

struct Bad {
  std::string name;
  std::string file;
  std::string text;
  std::string place;
};

void PrintTo(const Bad& bad, std::ostream* os) { *os << bad.name; }

class BadRowTest : public ImportTest, public ::testing::WithParamInterface<Bad> {};

TEST_P(BadRowTest, RefusesTheWholeAndNamesThePlace) {
  const auto plan = Plan(GetParam().file, GetParam().text);

  EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr(GetParam().place));
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr("Nothing was loaded"));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadRowTest,
    ::testing::Values(
        Bad{"CodesOfTwoStates", "partners.csv",
            "id,kind,display_name,iso_alpha2,iso_alpha3\nx,STATE,X,GE,DEU\n",
            "line 2, column iso_alpha2"},
        Bad{"CodeTaken", "partners.csv",
            "id,kind,display_name,iso_alpha2,iso_alpha3\nx,STATE,X,GE,GEO\n",
            "partners/georgia has this code"},
        Bad{"HalfACode", "partners.csv",
            "id,kind,display_name,iso_alpha2,iso_alpha3\nx,STATE,X,AD,\n", "column iso_alpha3"},
        Bad{"PartnerTwice", "partners.csv",
            "id,kind,display_name\nx,PROJECT_OR_CENTRE,X\nx,PROJECT_OR_CENTRE,Y\n",
            "line 3, column id"},
        Bad{"TwoClassesOnADay", "legal_classes.csv",
            "partner,legal_class,from,to\ncroatia,THIRD_COUNTRY,,2013-07-01\n"
            "croatia,MEMBER_STATE,2013-07-01,\n",
            "line 3, column from"},
        Bad{"OpenEndBeforeAnother", "legal_classes.csv",
            "partner,legal_class,from,to\ncroatia,THIRD_COUNTRY,,\n"
            "croatia,MEMBER_STATE,2013-07-01,\n",
            "exactly one class"},
        Bad{"ClassOfNobody", "legal_classes.csv",
            "partner,legal_class,from,to\natlantis,THIRD_COUNTRY,,\n", "line 2, column partner"},
        Bad{"InstrumentOfNobody", "instruments.csv",
            "partner,id,kind,title\natlantis,a,OTHER_AGREEMENT,t\n", "column partner"},
        Bad{"InForceBeforeSigned", "instruments.csv",
            "partner,id,kind,title,signed,in_force\n"
            "georgia,a,INTERNATIONAL_AGREEMENT,t,2024-05-01,2024-04-30\n",
            "column in_force: it lies before `signed`"},
        Bad{"ArrangementMadeABasis", "instruments.csv",
            "partner,id,kind,title,in_force,certainty\n"
            "bolivia,working-arrangement,BINDING_INSTRUMENT,t,2020-01-01,in_force:found\n",
            "column kind: it stays WORKING_ARRANGEMENT"},
        Bad{"MergedIntoNobody", "partners.csv",
            "id,kind,display_name,deleted,merged_into\nx,STATE,X,yes,atlantis\n",
            "column merged_into"},
        Bad{"MergedAndNotDeleted", "partners.csv",
            "id,kind,display_name,merged_into\nx,STATE,X,chile\n", "column merged_into"},
        Bad{"VerifiedTomorrow", "authorities.csv",
            "partner,id,display_name,last_verified\nchile,a,A,2026-11-29\n",
            "column last_verified: it lies ahead"},
        Bad{"OldKindTooLate", "instruments.csv",
            "partner,id,kind,title,signed\n"
            "georgia,a,COOPERATION_AGREEMENT_PRE_2019,t,2019-12-12\n",
            "56(2)(b)"},
        Bad{"SecondmentUnderAnArrangement", "instruments.csv",
            "partner,id,kind,title,allows_secondment\npanama,a,WORKING_ARRANGEMENT,t,yes\n",
            "54a(1)"},
        Bad{"SupersedesNothing", "instruments.csv",
            "partner,id,kind,title,supersedes\npanama,a,OTHER_AGREEMENT,t,b\n",
            "column supersedes"},
        Bad{"SupersedesInACircle", "instruments.csv",
            "partner,id,kind,title,supersedes\npanama,a,OTHER_AGREEMENT,t,b\n"
            "panama,b,OTHER_AGREEMENT,t,a\n",
            "supersedes itself"},
        Bad{"StepOfAnotherAxis", "milestones.csv",
            "partner,id,axis,step,day\nchile,a,CONTACT_POINT,SIGNED,2024\n", "column step"},
        Bad{"NegotiationWithoutMandate", "milestones.csv",
            "partner,id,axis,step,day\nchile,a,TREATY,NEGOTIATING,2024\n", "TFEU 218(2)"},
        Bad{"NegotiationBeforeMandate", "milestones.csv",
            "partner,id,axis,step,day\nmorocco,a,TREATY,NEGOTIATING,2020\n", "column day"},
        Bad{"MemberOfNoProject", "milestones.csv",
            "partner,id,axis,step,day,project\nchile,a,PROJECT_MEMBERSHIP,JOINED,2024,georgia\n",
            "column project"},
        Bad{"ListedInNothing", "authorities.csv",
            "partner,id,display_name,listed_in\nchile,a,A,b\n", "column listed_in"},
        Bad{"SpiffeIdOfAnother", "contacts.csv",
            absl::StrCat(kContacts,
                         "chile,a,spiffe://agency.example/partner/peru/contact/"
                         "a,f,prosecution-service,,,,\n"),
            "column spiffe_id"},
        Bad{"NoSuchAuthority", "contacts.csv",
            absl::StrCat(kContacts,
                         "chile,a,spiffe://agency.example/partner/chile/contact/a,f,court,,,,\n"),
            "column authority"},
        Bad{"ContactVerifiedNextMonth", "contacts.csv",
            "partner,id,spiffe_id,function,authority,last_verified\n"
            "chile,a,spiffe://agency.example/partner/chile/contact/"
            "a,f,prosecution-service,2026-12\n",
            "column last_verified"},
        Bad{"NoSuchZone", "contacts.csv",
            absl::StrCat(kContacts,
                         "chile,a,spiffe://agency.example/partner/chile/contact/"
                         "a,f,prosecution-service,Mars/Olympus,1,09:00,17:00\n"),
            "column time_zone"},
        Bad{"EndBeforeStart", "contacts.csv",
            absl::StrCat(kContacts,
                         "chile,a,spiffe://agency.example/partner/chile/contact/"
                         "a,f,prosecution-service,America/Santiago,1,18:00,09:00\n"),
            "column end"}),
    [](const auto& param_info) { return param_info.param.name; });

}  // namespace
}  // namespace comity::partner_registry
