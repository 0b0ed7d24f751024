// A process is killed at every point where it writes while the registry records a contact, changes
// and suspends it, and erases it with its key: nothing acknowledged is lost, and no erased contact
// can be read.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/ids/uuid.h"
#include "common/journal/journal.h"
#include "common/journal/subject_keys.h"
#include "common/storage/files.h"
#include "common/time/clock.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "tests/e2e/write_points/walk.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::partner_registry {
namespace {

namespace faults = testing::faults;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// The revision that each step makes; from the suspension on they are barriers.
enum Step : std::int64_t { kNone = 0, kRecorded, kChanged, kSuspended, kErased };

std::int64_t Stride() { return faults::StrideOr(16); }

Contact Tbilisi(std::int64_t step) {
  Contact contact = {.partner = "georgia", .id = "tbilisi-1"};
  if (step == kErased) {
    contact.erase_time = kNow;
    contact.state = ContactState::kErased;
    return contact;
  }
  contact.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
  contact.function = step == kRecorded ? "prosecutor" : "deputy prosecutor";
  contact.authority = "prosecution-service";
  if (step == kSuspended) contact.state = ContactState::kSuspended;
  return contact;
}

// The store, open while it lives.
struct Opened {
  explicit Opened(const journal::Options& options) {
    auto journal_opened = journal::Journal::Open(options);
    EXPECT_TRUE(journal_opened.ok()) << journal_opened.status();
    if (!journal_opened.ok()) return;
    journal = *std::move(journal_opened);
    auto store_opened = JournalRegistryStore::Open(journal.get(), options.expiry_key_directory);
    EXPECT_TRUE(store_opened.ok()) << store_opened.status();
    if (store_opened.ok()) store = *std::move(store_opened);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  // The journal's threads use the store.
  ~Opened() {
    if (journal != nullptr) journal->Close();
    journal.reset();
  }

  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<JournalRegistryStore> store;  // Null: it could not be opened.
};

class RegistryWalkTest : public ::testing::TestWithParam<faults::Death> {
 protected:
  RegistryWalkTest() {
    for (std::int64_t step = kNone; step <= kErased; ++step) ids_.push_back(NewUuid(kNow));
  }

  std::string store() const { return root_ / "store"; }
  // Not in the store: the last step that was answered, as its caller knows it.
  std::string answered() const { return root_ / "answered"; }

  journal::Options Options() const {
    journal::Options options = testing::TestJournalOptions(store());
    options.clock = &clock_;
    options.checkpoint_interval = absl::Milliseconds(2);
    return options;
  }

  std::string KeyFile() const {
    return absl::StrCat(Options().expiry_key_directory, "/",
                        journal::SubjectKeys::FileOf(NameOf(Tbilisi(kRecorded))));
  }

  void StartAnew() const {
    std::filesystem::remove_all(store());
    std::filesystem::create_directories(store());
    std::filesystem::remove(answered());
    testing::ForgetTestStore(store());
  }

  // All steps, each with the same request id whenever it is repeated.
  void Work() const {
    const Opened opened(Options());
    ASSERT_TRUE(opened.store != nullptr);
    for (std::int64_t step = kRecorded; step <= kErased; ++step) {
      const auto written = opened.store->Write(
          {.caller = "operator",
           .method = "test/Write",
           .request_id = ids_[static_cast<std::size_t>(step)],
           .request_digest = crypto::Sha256(absl::StrCat(step))},
          "", [step](const Registry&, absl::Time) -> absl::StatusOr<Plan> {
            Plan plan = {.resource = NameOf(Tbilisi(step)), .barrier = step >= kSuspended};
            if (step == kRecorded) {
              plan.facts.emplace_back(
                  Partner{.id = "georgia", .kind = PartnerKind::kState, .display_name = "Georgia"});
            }
            plan.facts.emplace_back(Tbilisi(step));
            return plan;
          });
      ASSERT_TRUE(written.ok()) << "step " << step << ": " << written.status();
      ASSERT_EQ(written->committed.revision, step) << "it was done twice, or not where it was";
      if (step <= Answered()) continue;
      ASSERT_TRUE(storage::WriteFileAtomically(answered(), absl::StrCat(step)).ok());
    }
  }

  std::int64_t Answered() const {
    std::int64_t step = kNone;
    const auto said = storage::ReadFile(answered());
    EXPECT_TRUE(!said.ok() || absl::SimpleAtoi(*said, &step));
    return step;
  }

  // The state is that of the last step that was answered, or of the one that was cut short.
  void ExpectTruth() const {
    const Opened opened(Options());
    ASSERT_TRUE(opened.store != nullptr);
    const std::int64_t last = opened.store->View().revision();
    EXPECT_GE(last, Answered()) << "what was answered is lost";
    EXPECT_LE(last, Answered() + 1);
    for (std::int64_t revision = kRecorded; revision <= last; ++revision) {
      const auto then = opened.store->At(revision);
      ASSERT_TRUE(then.ok()) << then.status();
      EXPECT_NE((*then)->FindPartner("georgia"), nullptr);
      const Contact* const contact = (*then)->FindContact(NameOf(Tbilisi(revision)));
      ASSERT_NE(contact, nullptr);
      // Once it is erased there is nothing of it at any revision.
      const Contact expected = Tbilisi(last == kErased ? kErased : revision);
      EXPECT_EQ(contact->state, expected.state) << revision;
      EXPECT_EQ(contact->function, expected.function) << revision;
      EXPECT_EQ(contact->spiffe_id, expected.spiffe_id) << revision;
      EXPECT_EQ(contact->authority, expected.authority) << revision;
    }
    const auto changes = opened.store->ChangesAfter(kNone, 100);
    ASSERT_TRUE(changes.ok()) << changes.status();
    ASSERT_EQ(static_cast<std::int64_t>(changes->size()), last);
    for (const CommittedChange& change : *changes) {
      EXPECT_EQ(change.barrier, change.change.revision >= kSuspended);
    }
    if (last == kErased) {
      EXPECT_EQ(storage::ReadFile(KeyFile()).value_or("none"), "") << "its key is there";
      EXPECT_FALSE(std::filesystem::exists(KeyFile() + ".destroyed"));
    }
  }

  void ExpectDone() const {
    ASSERT_EQ(Answered(), kErased);
    ExpectTruth();
  }

  const testing::TempDirectory root_;
  const ManualClock clock_{kNow};
  std::vector<std::string> ids_;
};

TEST_P(RegistryWalkTest, NothingAnsweredIsLostAndNothingErasedIsLeft) {
  std::int64_t kills = 0;
  faults::Walk({.death = GetParam(),
                .stride = Stride(),
                .store = store(),
                .prepare = [&] { StartAnew(); },
                .work = [&] { Work(); },
                .after = {[&] { ExpectTruth(); }, [&] { Work(); }, [&] { ExpectDone(); }}},
               kills);
  EXPECT_GE(kills * Stride(), 50) << "four changes and their publication are more than that";
}

INSTANTIATE_TEST_SUITE_P(Walks, RegistryWalkTest, faults::EveryDeath(), faults::NameOf);

}  // namespace
}  // namespace comity::partner_registry
