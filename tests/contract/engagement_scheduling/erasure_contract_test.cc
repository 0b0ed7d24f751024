// What the schedule keeps is sealed, and gone with the keys of its months, from backups too.

#include <filesystem>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/journal/pruning.h"
#include "tests/contract/engagement_scheduling/schedule_store_contract.h"
#include "tests/testing/raw_scan.h"

namespace comity::engagement_scheduling {
namespace {

using comity::testing::ExpiryKeysOf;
using comity::testing::FoldersOf;
using comity::testing::HoldsBytes;
using comity::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTitle[] = "a-title-that-nobody-keeps";
constexpr char kNecessity[] = "a necessity that nobody keeps";
constexpr char kAttendee[] = "spiffe://agency.example/agency/desk-officer/-/nobody-keeps-him";
constexpr char kOwner[] = "spiffe://agency.example/agency/desk-officer/-/nobody-keeps-her";
constexpr char kZone[] = "Pacific/Chatham";

// What is kept expires a month after the one in which it was written.
class ScheduleErasureTest : public ScheduleStoreContractTest {
 protected:
  ScheduleErasureTest() {
    options_.expiry_months = 1;
    Reopen();
  }

  // A hold and the hours of a person.
  void Fill() {
    Engagement wanted = Coordination(kHour);
    wanted.title = kTitle;
    wanted.question->purpose.necessity = kNecessity;
    wanted.participants.emplace_back(kAttendee);
    const auto held = Hold(wanted);
    ASSERT_THAT(held, IsOk());
    name_ = std::get<Engagement>(*held->made).name;
    ASSERT_THAT(Set({.owner = kOwner, .hours = Hours(kZone, 8, 16)}), IsOk());
  }

  // The intent once the month is over, and a day later the deed.
  void Prune() {
    const auto pruner = journal::Pruner::Open(journal_.get(), options_.expiry_key_directory);
    ASSERT_THAT(pruner, IsOk());
    clock_.Advance(At("2027-01-01T01:00:00Z") - clock_.Now());
    ASSERT_THAT((*pruner)->Prune(clock_.Now()), IsOk());
    clock_.Advance(journal::kErasureDelay);
    const auto pruned = (*pruner)->Prune(clock_.Now());
    ASSERT_THAT(pruned, IsOk());
    ASSERT_EQ(pruned->entries, 2);
  }

  void ExpectNothingInClear() {
    for (const std::filesystem::path& folder : FoldersOf(options_, folder_.path())) {
      for (const char* const text : {kTitle, kNecessity, kAttendee, kOwner, kZone, kTbilisi}) {
        EXPECT_FALSE(HoldsBytes(folder, text)) << text << " in " << folder;
      }
    }
  }

  std::string name_;
};

TEST_P(ScheduleErasureTest, WhatIsFreeTextOrConcernsPersonsIsNowhereInClear) {
  Fill();
  ASSERT_TRUE(HoldsBytes(FoldersOf(options_, folder_.path()).back(), name_)) << "it is there";

  ExpectNothingInClear();
}

TEST_P(ScheduleErasureTest, NeitherDatabaseNorLogsNorABackupHoldWhatWasPruned) {
  Fill();
  const journal::Entry entry = *journal_->ReadEntry(0);
  ASSERT_TRUE(entry.salt.has_value());
  const std::vector<std::string> keys = ExpiryKeysOf(options_);
  ASSERT_THAT(keys, SizeIs(1));
  ASSERT_TRUE(HoldsBytes(folder_.path(), keys.front()));
  // The salt is in clear nowhere, ever; what stands beside it in its row is.
  ASSERT_TRUE(
      HoldsBytes(FoldersOf(options_, folder_.path()).back(), crypto::View(entry.commitment)));
  Close();
  journal::BackUpStore(GetParam(), options_, folder_.path());
  Open();

  Prune();

  ExpectNothingInClear();
  for (const std::filesystem::path& folder : FoldersOf(options_, folder_.path())) {
    EXPECT_FALSE(HoldsBytes(folder, *entry.salt)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, keys.front())) << folder;
  }
  Reopen();
  EXPECT_THAT(store_->View()->engagements(), IsEmpty());
  EXPECT_EQ(store_->View()->FindCalendar(kOwner), nullptr);
  Close();
  journal::RestoreStore(GetParam(), options_, folder_.path());
  Open();
  EXPECT_THAT(store_->View()->engagements(), IsEmpty()) << "the backup does not bring it back";
  EXPECT_EQ(store_->View()->FindCalendar(kOwner), nullptr);
  EXPECT_EQ(journal_->ReadEntry(0)->body, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Engines, ScheduleErasureTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::engagement_scheduling
