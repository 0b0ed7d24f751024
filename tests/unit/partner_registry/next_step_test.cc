#include "services/partner-registry/domain/next_step.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "common/time/day.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Of an agreement of which all is sure.
const std::map<std::string, Certainty> kSure = {{"signed", Certainty::kFound},
                                                {"applied_from", Certainty::kFound},
                                                {"allows_secondment", Certainty::kFound}};

class NextStepTest : public ::testing::Test {
 protected:
  AxisStanding Of(const char* partner, Axis axis, const char* day = "2026-11-23") const {
    return StandingOn(registry_, *registry_.FindPartner(partner), ParseDay(day).value())
        .axes[static_cast<std::size_t>(axis) - 1];
  }

  std::string Next(const char* partner, Axis axis, const char* day = "2026-11-23") const {
    return Of(partner, axis, day).next_step;
  }

  // An agreement under TFEU 218 with Chile that applies, however sure.
  void Agree(const std::map<std::string, Certainty>& certainty) {
    registry_ = After(registry_, {Instrument{.partner = "chile",
                                             .id = "agreement",
                                             .kind = InstrumentKind::kInternationalAgreement,
                                             .title = "Agreement",
                                             .signed_on = "2025-01-01",
                                             .applied_from = "2026-01-01",
                                             .reference = "OJ L",
                                             .certainty = certainty,
                                             .allows_secondment = true}});
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(NextStepTest, WhatNobodyConfirmedIsConfirmedFirst) {
  const auto to_confirm = AllOf(HasSubstr("a second person"), Not(HasSubstr("transfers")));
  Agree(kSure);
  EXPECT_EQ(Of("chile", Axis::kTreaty).step, "APPLIES");
  EXPECT_THAT(Next("chile", Axis::kTreaty), HasSubstr("transfers may rest on it"));
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), HasSubstr("selects a liaison prosecutor"));

  std::map<std::string, Certainty> unsure = kSure;
  unsure["applied_from"] = Certainty::kUnconfirmed;
  Agree(unsure);
  EXPECT_EQ(Of("chile", Axis::kTreaty).step, "APPLIES");
  EXPECT_THAT(Next("chile", Axis::kTreaty), to_confirm);
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), to_confirm) << "whether it applies is open";
  unsure.erase("applied_from");
  Agree(unsure);
  EXPECT_THAT(Next("chile", Axis::kTreaty), to_confirm) << "nothing is said of how sure";

  unsure = kSure;
  unsure["allows_secondment"] = Certainty::kUnconfirmed;
  Agree(unsure);
  EXPECT_THAT(Next("chile", Axis::kTreaty), HasSubstr("transfers may rest on it"));
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), to_confirm);

  unsure = kSure;
  unsure["ended"] = Certainty::kUnconfirmed;
  Agree(unsure);
  EXPECT_THAT(Next("chile", Axis::kTreaty), to_confirm) << "that it has not ended";

  unsure = kSure;
  unsure["scope"] = Certainty::kUnconfirmed;
  Agree(unsure);
  EXPECT_THAT(Next("chile", Axis::kTreaty), to_confirm) << "what it covers";
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), HasSubstr("selects a liaison prosecutor"))
      << "a secondment rests on none of that";
  unsure["scope"] = Certainty::kUnknown;
  Agree(unsure);
  EXPECT_THAT(Next("chile", Axis::kTreaty),
              AllOf(HasSubstr("what is not known of it: scope"), Not(HasSubstr("transfers"))));
}

TEST_F(NextStepTest, TransfersMayRestOnlyOnWhatHasEffect) {
  const auto nothing = AllOf(HasSubstr("nothing rests on it"), Not(HasSubstr("transfers")),
                             Not(HasSubstr("selects")));
  Agree(kSure);
  Instrument agreement = *registry_.FindInstrument("partners/chile/instruments/agreement");
  const Registry before = registry_;
  const auto with = [&](auto change) {
    Instrument changed = agreement;
    change(changed);
    registry_ = After(before, {changed});
  };
  with([](Instrument& i) { i.certainty["ended"] = Certainty::kUnknown; });
  EXPECT_THAT(Next("chile", Axis::kTreaty), AllOf(nothing, HasSubstr("ended")));
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), nothing);

  with([](Instrument& i) {
    i.parts_suspended = "*";
    i.suspended_from = "2026-06-01";
    i.certainty["suspended_from"] = Certainty::kFound;
    i.certainty["parts_suspended"] = Certainty::kFound;
  });
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), nothing);
  Milestone selected = StepTaken("chile", Axis::kLiaisonProsecutor, "SELECTED", "2026-07-01");
  EXPECT_THAT(PlanRecordMilestone(registry_, selected, kNow),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE"));
  selected.day = "2026-05-01";
  EXPECT_THAT(PlanRecordMilestone(registry_, selected, kNow), IsOk());

  Instrument later = agreement;
  later.id = "later";
  later.supersedes = agreement.id;
  later.applied_from = "2026-02-01";
  registry_ = After(before, {later});
  const std::string next = Next("chile", Axis::kTreaty);
  EXPECT_THAT(next, HasSubstr("transfers may rest on it")) << "on the later one";
  later.certainty["applied_from"] = Certainty::kUnconfirmed;
  registry_ = After(before, {later});
  EXPECT_THAT(Next("chile", Axis::kTreaty), Not(HasSubstr("transfers")));
}

TEST_F(NextStepTest, AStepIsNoInstrument) {
  Milestone applies = StepTaken("chile", Axis::kTreaty, "APPLIES", "2026-01-01");
  applies.id = "applies";
  registry_ = After(registry_, {applies});
  EXPECT_EQ(Of("chile", Axis::kTreaty).step, "APPLIES");
  EXPECT_THAT(Next("chile", Axis::kTreaty), HasSubstr("enters the agreement"));
}

TEST_F(NextStepTest, WhatASecondPersonConfirmedIsSure) {
  std::map<std::string, Certainty> certainty = kSure;
  for (const char* field : {"applied_from", "allows_secondment"}) {
    certainty[field] = Certainty::kUnconfirmed;
  }
  Agree(certainty);
  Instrument agreement = *registry_.FindInstrument("partners/chile/instruments/agreement");
  agreement.confirmations = {{.field = "applied_from"}, {.field = "allows_secondment"}};
  registry_ = After(registry_, {agreement});
  EXPECT_EQ(Of("chile", Axis::kTreaty).certainty, Certainty::kFound);
  EXPECT_THAT(Next("chile", Axis::kTreaty), HasSubstr("transfers may rest on it"));
  EXPECT_THAT(Next("chile", Axis::kLiaisonProsecutor), HasSubstr("selects a liaison prosecutor"));
}

TEST_F(NextStepTest, AnAgreementShownInForceBySomethingSureIsSure) {
  EXPECT_EQ(Of("georgia", Axis::kTreaty).certainty, Certainty::kUnknown) << "since when";
  EXPECT_THAT(Next("georgia", Axis::kTreaty), HasSubstr("transfers may rest on it"));
  Instrument agreement =
      *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  agreement.certainty["in_force_by"] = Certainty::kUnconfirmed;
  registry_ = After(registry_, {agreement});
  EXPECT_THAT(Next("georgia", Axis::kTreaty), HasSubstr("a second person"));
}

TEST_F(NextStepTest, AnAgreementOfTheAgencysOwnIsNotToldByTheLawOfAnother) {
  EXPECT_THAT(Next("georgia", Axis::kTreaty, "2020-11-18"),
              AllOf(HasSubstr("notify each other"), Not(HasSubstr("Parliament"))));
  for (const char* const partner : {"georgia", "albania"}) {
    EXPECT_THAT(Next(partner, Axis::kTreaty),
                AllOf(HasSubstr("the agency evaluates it with the partner every year"),
                      Not(HasSubstr("Commission")), Not(HasSubstr("TFEU"))))
        << partner;
  }
  Instrument denmark =
      *registry_.FindInstrument("partners/denmark/instruments/agreement-on-criminal-justice");
  for (auto& [field, certainty] : denmark.certainty) certainty = Certainty::kFound;
  registry_ = After(registry_, {denmark});
  EXPECT_EQ(Next("denmark", Axis::kTreaty), "none: transfers may rest on it while it is in force");
  EXPECT_THAT(Next("bosnia-and-herzegovina", Axis::kTreaty, "2024-10-28"),
              HasSubstr("European Parliament"))
      << "that of one under TFEU 218 is";
}

}  // namespace
}  // namespace comity::partner_registry
