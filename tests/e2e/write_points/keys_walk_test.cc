// A process is killed at every point where it writes while it makes keys for many at once and seals
// with them: nothing that was sealed is there without its key, and no key is made a second time.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/subject_keys.h"
#include "common/storage/files.h"
#include "tests/e2e/write_points/walk.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

namespace faults = testing::faults;

// So many that several threads make their keys.
constexpr int kSubjects = 24;

std::int64_t Stride() { return faults::StrideOr(4); }

std::string Subject(int number) { return absl::StrCat("partners/georgia/contacts/c-", number); }

class KeysWalkTest : public ::testing::TestWithParam<faults::Death> {
 protected:
  std::string store() const { return root_ / "store"; }
  std::string Sealed(int number) const { return absl::StrCat(store(), "/sealed-", number); }

  // Of those whose content is not there yet. (Of a child.)
  void Seal() {
    const auto keys = SubjectKeys::Open(store() + "/keys");
    ASSERT_TRUE(keys.ok()) << keys.status();
    std::vector<std::string> subjects;
    for (int i = 0; i < kSubjects; ++i) subjects.push_back(Subject(i));
    const absl::Status prepared = (*keys)->Prepare(subjects);
    ASSERT_TRUE(prepared.ok()) << prepared;
    for (int i = 0; i < kSubjects; ++i) {
      if (std::filesystem::exists(Sealed(i))) continue;
      const auto sealed = (*keys)->Seal(Subject(i), Subject(i));
      ASSERT_TRUE(sealed.ok()) << sealed.status();
      const absl::Status written = storage::WriteFileAtomically(Sealed(i), *sealed);
      ASSERT_TRUE(written.ok()) << written;
    }
  }

  void ExpectOpens() {
    const auto keys = SubjectKeys::Open(store() + "/keys");
    ASSERT_TRUE(keys.ok()) << keys.status();
    for (int i = 0; i < kSubjects; ++i) {
      if (!std::filesystem::exists(Sealed(i))) continue;
      const auto opened = (*keys)->Open(Subject(i), storage::ReadFile(Sealed(i)).value());
      ASSERT_TRUE(opened.ok()) << opened.status();
      EXPECT_EQ(*opened, Subject(i));
    }
  }

  const testing::TempDirectory root_;
};

TEST_P(KeysWalkTest, NothingSealedIsThereWithoutItsKey) {
  std::int64_t kills = 0;
  faults::Walk({.death = GetParam(),
                .stride = Stride(),
                .store = store(),
                .prepare =
                    [&] {
                      std::filesystem::remove_all(store());
                      std::filesystem::create_directories(store());
                    },
                .work = [&] { Seal(); },
                .after = {[&] { ExpectOpens(); }, [&] { Seal(); }, [&] { ExpectOpens(); }}},
               kills);
  EXPECT_GE(kills * Stride(), 5 * kSubjects) << "keys and what is sealed are more than that";
}

INSTANTIATE_TEST_SUITE_P(Walks, KeysWalkTest, faults::EveryDeath(), faults::NameOf);

}  // namespace
}  // namespace comity::journal
