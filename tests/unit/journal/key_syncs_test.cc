// How often keys wait for the medium: fsync is counted on its way.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/subject_keys.h"
#include "common/time/steady_cond_var.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace {

std::atomic<int> folder_syncs = 0;
std::atomic<int> file_syncs = 0;
// Files of which the first that is synced waits, at most for a while, until others are, too.
absl::Mutex mutex(absl::kConstInit);
comity::SteadyCondVar more;
int wanted_at_once ABSL_GUARDED_BY(mutex) = 1;
int syncing ABSL_GUARDED_BY(mutex) = 0;
int most_at_once ABSL_GUARDED_BY(mutex) = 0;

void SyncWithOthers() {
  const absl::MutexLock lock(&mutex);
  most_at_once = std::max(most_at_once, ++syncing);
  more.SignalAll();
  more.AwaitFor(&mutex, absl::Seconds(10), [] {
    mutex.AssertHeld();
    return most_at_once >= wanted_at_once;
  });
}

// Of those to come; the most of those before it.
int WantAtOnce(int count) {
  const absl::MutexLock lock(&mutex);
  wanted_at_once = count;
  return most_at_once;
}

}  // namespace

extern "C" int fsync(int descriptor) {
  struct stat found {};
  const bool folder = fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode);
  ++(folder ? folder_syncs : file_syncs);
  if (!folder) SyncWithOthers();
  const int done = static_cast<int>(syscall(SYS_fsync, descriptor));
  if (!folder) {
    const absl::MutexLock lock(&mutex);
    --syncing;
  }
  return done;
}

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

TEST(KeySyncsTest, KeysOfManyAreOnTheMediumAfterOneSyncOfTheirFolder) {
  const testing::TempDirectory root;
  const auto keys = *SubjectKeys::Open(root / "keys");
  std::vector<std::string> subjects;
  for (int i = 0; i < 50; ++i) subjects.push_back(absl::StrCat("partners/georgia/contacts/c-", i));
  ASSERT_THAT(keys->Seal(subjects[7], "words"), IsOk());
  folder_syncs = file_syncs = 0;

  ASSERT_THAT(keys->Prepare(subjects), IsOk());

  EXPECT_EQ(folder_syncs, 1);
  EXPECT_EQ(file_syncs, 49) << "one has its key";
  for (const std::string& subject : subjects) ASSERT_THAT(keys->Seal(subject, "words"), IsOk());
  EXPECT_EQ(folder_syncs, 1) << "what is sealed afterwards waits for nothing";
  EXPECT_EQ(file_syncs, 49);
}

TEST(KeySyncsTest, KeysOfManyAreSyncedAtTheSameTime) {
  const testing::TempDirectory root;
  const auto keys = *SubjectKeys::Open(root / "keys");
  std::vector<std::string> subjects;
  for (int i = 0; i < 100; ++i) subjects.push_back(absl::StrCat("partners/georgia/contacts/c-", i));
  subjects.push_back(subjects.front());
  WantAtOnce(8);

  ASSERT_THAT(keys->Prepare(subjects), IsOk());

  EXPECT_GE(WantAtOnce(1), 8);
  for (const std::string& subject : subjects) ASSERT_THAT(keys->Seal(subject, "words"), IsOk());
}

TEST(KeySyncsTest, AKeyThatAnotherProcessMadeIsSyncedBeforeItIsUsed) {
  const testing::TempDirectory root;
  ASSERT_THAT(SubjectKeys::Open(root / "keys").value()->Seal("somebody", "words"), IsOk());
  const auto another = *SubjectKeys::Open(root / "keys");
  folder_syncs = file_syncs = 0;

  ASSERT_THAT(another->Seal("somebody", "words"), IsOk());

  EXPECT_EQ(folder_syncs, 1);
  EXPECT_EQ(file_syncs, 0);
}

TEST(KeySyncsTest, WhoWasErasedGetsNoKeyByPreparing) {
  const testing::TempDirectory root;
  const auto keys = *SubjectKeys::Open(root / "keys");
  ASSERT_THAT(keys->Seal("somebody", "words"), IsOk());
  ASSERT_TRUE(keys->Destroy("somebody").value());

  ASSERT_THAT(SubjectKeys::Open(root / "keys").value()->Prepare({"somebody", "other"}), IsOk());

  EXPECT_THAT(keys->Seal("somebody", "words"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SUBJECT_ERASED"));
}

}  // namespace
}  // namespace comity::journal
