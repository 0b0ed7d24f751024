#include "services/partner-registry/domain/volumes.h"

#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kExchange[] = "document-exchange";
constexpr char kScheduling[] = "engagement-scheduling";

Volume Stated(const std::string& partner, std::int64_t cases) {
  return {.partner = partner,
          .counts = {{"cases", cases}, {"engagements", 99}},
          .source = "annual report"};
}

ReportedVolume Documents(const std::string& partner, std::int64_t cases, std::int64_t documents) {
  return {.partner = partner, .counts = {{"cases", cases}, {"documents", documents}}};
}

VolumeReport Report(std::vector<ReportedVolume> volumes, std::int64_t revision = 7) {
  return {.service = kExchange,
          .year = 2025,
          .volumes = std::move(volumes),
          .store_id = "store",
          .revision = revision};
}

class VolumesTest : public ::testing::Test {
 protected:
  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  absl::StatusOr<Plan> Record(int year, const Volume& volume) {
    return PlanRecordVolume(registry_, year, volume, kNow);
  }

  absl::StatusOr<Plan> Tell(const VolumeReport& report) {
    return PlanReportVolumes(registry_, report, kNow);
  }

  const Volume* Of(const std::string& partner, int year = 2025) {
    return registry_.relations().Find<Volume>(
        absl::StrCat("partners/", partner, "/volumes/", year));
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(VolumesTest, AVolumeOfTheSameYearIsACorrection) {
  Take(Record(2025, Stated("georgia", 30)));
  EXPECT_THAT(Record(2025, Stated("georgia", 30))->facts, IsEmpty());
  Take(Record(2025, Stated("georgia", 31)));
  EXPECT_EQ(Of("georgia")->counts.at("cases"), 31);
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "VOLUME_INVALID");
  EXPECT_THAT(Record(2027, Stated("georgia", 1)), invalid) << "it has not begun";
  EXPECT_THAT(Record(1989, Stated("georgia", 1)), invalid);
  EXPECT_THAT(Record(2025, Stated("georgia", -1)), invalid);
  EXPECT_THAT(Record(2025, Stated("georgia", std::int64_t{1} << 62)), invalid);
  EXPECT_THAT(Record(2025, {.partner = "georgia", .source = "x"}), invalid);
  EXPECT_THAT(Record(2025, {.partner = "georgia", .counts = {{"Cases", 1}}, .source = "x"}),
              invalid);
  EXPECT_THAT(Record(2024, {.partner = "georgia", .counts = {{"foo", 60}}, .source = "x"}), invalid)
      << "of which no volume is made";
  EXPECT_THAT(Record(2025, {.partner = "georgia", .counts = {{"documents", 2}}, .source = "x"}),
              invalid)
      << "would take away the cases";
  EXPECT_THAT(
      Record(2025,
             {.partner = "georgia", .counts = {{"cases", 0}, {"documents", 2}}, .source = "x"}),
      IsOk());
}

TEST_F(VolumesTest, AReportStandsBesideWhatIsStatedAndNeitherTouchesTheOther) {
  Take(Record(2025, Stated("georgia", 30)));
  Take(Tell(Report({Documents("georgia", 1, 2), Documents("algeria", 3, 4)})));
  VolumeReport engagements{.service = kScheduling,
                           .year = 2025,
                           .volumes = {{.partner = "georgia", .counts = {{"engagements", 5}}}},
                           .store_id = "other"};
  Take(Tell(engagements));

  EXPECT_THAT(Of("georgia")->counts, ElementsAre(Pair("cases", 30), Pair("engagements", 99)));
  EXPECT_EQ(Of("georgia")->source, "annual report");
  ASSERT_THAT(Of("georgia")->measured, SizeIs(2));
  EXPECT_EQ(Of("georgia")->measured[0], (MeasuredVolume{.service = kExchange,
                                                        .counts = {{"cases", 1}, {"documents", 2}},
                                                        .store_id = "store",
                                                        .revision = 7}));
  EXPECT_EQ(Of("georgia")->measured[1].service, kScheduling);
  EXPECT_THAT(Of("algeria")->counts, IsEmpty()) << "nobody stated any";
  EXPECT_EQ(MeasuredOf(*Of("algeria"), "documents")->counts.at("documents"), 4);
  EXPECT_EQ(MeasuredOf(*Of("algeria"), "engagements"), nullptr);

  // Whatever who states a volume says of what was measured.
  Volume stated = Stated("georgia", 31);
  stated.measured = {{.service = kExchange, .counts = {{"cases", 900}, {"documents", 900}}}};
  Take(Record(2025, stated));
  EXPECT_EQ(Of("georgia")->counts.at("cases"), 31);
  EXPECT_EQ(MeasuredOf(*Of("georgia"), "cases")->counts.at("cases"), 1);
  stated.partner = "panama";
  Take(Record(2025, stated));
  EXPECT_THAT(Of("panama")->measured, IsEmpty());
}

TEST_F(VolumesTest, WhatWasCountedBeforeDoesNotReplaceWhatWasCountedLater) {
  Take(Tell(Report({Documents("georgia", 1, 2), Documents("algeria", 3, 4)}, 9)));
  EXPECT_THAT(Tell(Report({Documents("georgia", 1, 1)}, 8))->facts, IsEmpty())
      << "the earlier report came later";
  VolumeReport of_another = Report({Documents("georgia", 5, 5)}, 1);
  of_another.store_id = "restored";
  EXPECT_THAT(Tell(of_another)->facts, SizeIs(2)) << "of another store revisions say nothing";
}

TEST_F(VolumesTest, WhatWasCountedAnewIsOfTheLaterRevisionAlsoIfItIsTheSame) {
  Take(Tell(Report({Documents("georgia", 1, 2)}, 10)));
  Take(Tell(Report({Documents("georgia", 1, 2)}, 20)));
  EXPECT_EQ(MeasuredOf(*Of("georgia"), "documents")->revision, 20);

  EXPECT_THAT(Tell(Report({Documents("georgia", 1, 1)}, 15))->facts, IsEmpty())
      << "the report from between came last";
}

TEST_F(VolumesTest, AReportReplacesTheWholeOfTheEarlierOneOfItsServiceAndYear) {
  Take(Record(2025, Stated("georgia", 30)));
  Take(Tell(Report({Documents("georgia", 1, 2), Documents("algeria", 3, 4)})));
  VolumeReport engagements{.service = kScheduling,
                           .year = 2025,
                           .volumes = {{.partner = "georgia", .counts = {{"engagements", 5}}}},
                           .store_id = "other"};
  Take(Tell(engagements));
  VolumeReport of_2024 = Report({Documents("georgia", 8, 8)});
  of_2024.year = 2024;
  Take(Tell(of_2024));

  const auto again = Tell(Report({Documents("algeria", 3, 5), Documents("panama", 1, 1)}, 8));
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->facts, SizeIs(3));
  Take(again);
  EXPECT_EQ(MeasuredOf(*Of("algeria"), "documents")->counts.at("documents"), 5);
  EXPECT_EQ(MeasuredOf(*Of("algeria"), "documents")->revision, 8);
  EXPECT_EQ(MeasuredOf(*Of("panama"), "documents")->counts.at("documents"), 1);
  EXPECT_EQ(MeasuredOf(*Of("georgia"), "documents"), nullptr) << "not named any more";
  EXPECT_NE(MeasuredOf(*Of("georgia"), "engagements"), nullptr) << "another service's";
  EXPECT_EQ(Of("georgia")->counts.at("cases"), 30);
  EXPECT_NE(MeasuredOf(*Of("georgia", 2024), "documents"), nullptr) << "another year's";

  Take(Tell(Report({}, 9)));
  ASSERT_NE(Of("panama"), nullptr) << "the row is kept";
  EXPECT_THAT(Of("panama")->measured, IsEmpty());
  EXPECT_THAT(Of("panama")->counts, IsEmpty());
}

TEST_F(VolumesTest, OnlyRowsThatChangeAreWritten) {
  Take(Tell(Report({Documents("georgia", 1, 2), Documents("algeria", 3, 4)})));
  EXPECT_THAT(Tell(Report({Documents("algeria", 3, 4), Documents("georgia", 1, 2)}))->facts,
              IsEmpty())
      << "it counted the same at the same revision";

  const auto changed = Tell(Report({Documents("georgia", 1, 3), Documents("algeria", 3, 4)}));
  ASSERT_THAT(changed->facts, SizeIs(1));
  EXPECT_EQ(NameOf(changed->facts[0]), "partners/georgia/volumes/2025");
  EXPECT_EQ(changed->resource, "partners/-/volumes/2025");

  VolumeReport restored = Report({Documents("georgia", 1, 2), Documents("algeria", 3, 4)}, 3);
  restored.store_id = "restored";
  EXPECT_THAT(Tell(restored)->facts, SizeIs(2)) << "revisions are of another store";
}

TEST_F(VolumesTest, OfEachServiceAreItsOwnWordsAllOfThemAndNoOthers) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "VOLUME_INVALID");
  const auto refused = [&](auto change) {
    VolumeReport report = Report({Documents("georgia", 1, 2), Documents("algeria", 1, 1)});
    change(report);
    return Tell(report).status();
  };
  const auto field = [&](auto change) {
    const auto fields = DetailsOf(refused(change)).fields;
    return fields.empty() ? "" : fields[0].field;
  };
  EXPECT_THAT(refused([](VolumeReport&) {}), IsOk());
  const auto engagements = [](VolumeReport& r) { r.volumes[1].counts["engagements"] = 1; };
  EXPECT_THAT(refused(engagements), invalid);
  EXPECT_EQ(field(engagements), "volumes[1].counts");
  EXPECT_THAT(refused([](VolumeReport& r) { r.volumes[0].counts.erase("cases"); }), invalid);
  EXPECT_THAT(refused([](VolumeReport& r) { r.service = kScheduling; }), invalid);
  EXPECT_THAT(refused([](VolumeReport& r) { r.volumes[0].counts["cases"] = -1; }), invalid);
  EXPECT_THAT(
      refused([](VolumeReport& r) { r.volumes[0].counts["cases"] = std::int64_t{1} << 62; }),
      invalid);
  EXPECT_EQ(field([](VolumeReport& r) { r.volumes[1].partner = "georgia"; }), "volumes[1].partner");
  EXPECT_EQ(field([](VolumeReport& r) { r.year = 1999; }), "year");
  EXPECT_EQ(field([](VolumeReport& r) { r.year = 2027; }), "year");
  EXPECT_EQ(field([](VolumeReport& r) { r.store_id = ""; }), "counted_at.store_id");
  EXPECT_EQ(field([](VolumeReport& r) { r.revision = -1; }), "counted_at.number");
  EXPECT_EQ(field([](VolumeReport& r) { r.volumes.resize(10'001); }), "volumes");
  for (const char* const nobody : {"", "partner-registry", "case-portal"}) {
    EXPECT_THAT(refused([&](VolumeReport& r) { r.service = nobody; }),
                FailsWith(absl::StatusCode::kPermissionDenied, "NOT_A_SERVICE"))
        << nobody;
  }
}

TEST_F(VolumesTest, WhoWasPurgedKeepsNobodyElseFromBeingCounted) {
  const auto plan = Tell(Report({Documents("atlantis", 1, 2), Documents("algeria", 3, 4)}));
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->facts, SizeIs(1));
  EXPECT_EQ(NameOf(plan->facts[0]), "partners/algeria/volumes/2025");
}

TEST_F(VolumesTest, WhoIsOffTheRegisterKeepsItsVolumeAndWhoWasMergedIsWhoItTurnedOutToBe) {
  Take(PlanDeletePartner(registry_, "algeria", "", kNow));
  Partner twice{.id = "sakartvelo", .kind = PartnerKind::kState, .display_name = "Sakartvelo"};
  registry_ = After(std::move(registry_), {twice});
  Take(PlanMergePartners(registry_, "sakartvelo", "georgia", kNow));

  Take(Tell(Report(
      {Documents("algeria", 1, 1), Documents("georgia", 1, 2), Documents("sakartvelo", 1, 3)})));

  EXPECT_NE(MeasuredOf(*Of("algeria"), "documents"), nullptr);
  EXPECT_THAT(MeasuredOf(*Of("georgia"), "documents")->counts,
              ElementsAre(Pair("cases", 2), Pair("documents", 5)));
  EXPECT_EQ(Of("sakartvelo"), nullptr);
}

}  // namespace
}  // namespace comity::partner_registry
