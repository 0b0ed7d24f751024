// Whatever is edited, every earlier revision answers as a naive registry does that keeps copies.
#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/contract/partner_registry/naive_registry.h"
#include "tests/contract/partner_registry/random_edits.h"
#include "tests/testing/seed.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::partner_registry {
namespace {

using comity::testing::IsOk;

// Histories to try: `usual`, or COMITY_AS_OF_CASES if that is set.
int Cases(int usual) {
  const char* const asked = std::getenv("COMITY_AS_OF_CASES");
  if (asked == nullptr) return usual;
  int cases = 0;
  EXPECT_TRUE(absl::SimpleAtoi(asked, &cases) && cases > 0)
      << "COMITY_AS_OF_CASES is '" << asked << "': write how many histories to try, such as 1000";
  return cases;
}

constexpr int kUsualCases = 5;
constexpr int kRevisions = 60;

class AsOfTest : public ::testing::TestWithParam<journal::Backend> {
 protected:
  // One registry from its first edit on.
  class History {
   public:
    explicit History(std::uint64_t seed)
        : edits_(seed), options_(GetParam().options(folder_.path())) {
      options_.clock = &clock_;
      Open();
    }
    ~History() { Close(); }

    void Run(std::map<std::string, int>& accepted) {
      if (!edits_.OneIn(4)) Do(edits_.InitialLoad(), accepted);
      for (int i = 0; naive_.revision() < kRevisions && i < 20 * kRevisions && !HasFailure(); ++i) {
        clock_.Advance(absl::Hours(24) * static_cast<double>(edits_.Below(30)) +
                       absl::Minutes(edits_.Below(1440)));
        const Edit edit = edits_.Next(naive_, clock_.Now());
        // What would be refused is tried now and then.
        if (!edit.planner(*store_->View(), clock_.Now()).ok() && !edits_.OneIn(8)) continue;
        Do(edit, accepted);
        Compare(*store_->View(), naive_.revision());
        if (edits_.OneIn(4)) CompareAt(edits_.Below(naive_.revision() + 1));
      }
      for (int times = 0; times < 2; ++times) {
        for (std::size_t r = naive_.revision() + 1; r > 0 && !HasFailure(); --r) CompareAt(r - 1);
        Close();
        Open();
      }
      Compare(*store_->View(), naive_.revision());
    }

    std::size_t revisions() const { return naive_.revision(); }
    int answers() const { return answers_; }

   private:
    void Open() {
      journal_ = *journal::Journal::Open(options_);
      store_ = *JournalRegistryStore::Open(journal_.get(), options_.expiry_key_directory);
    }
    void Close() {
      if (journal_ != nullptr) journal_->Close();
      journal_.reset();
      store_.reset();
    }

    void Do(const Edit& edit, std::map<std::string, int>& accepted) {
      const auto written =
          store_->Write({.caller = "operator", .method = "test/Write"}, "", edit.planner);
      const std::size_t before = naive_.revision();
      if (!written.ok()) {
        EXPECT_EQ(store_->View().revision(), before) << edit.kind << " was refused";
        return;
      }
      const bool changed = edit.meant(naive_, *written);
      EXPECT_EQ(!written->committed.unchanged, changed) << edit.kind;
      if (changed) {
        EXPECT_EQ(written->committed.revision, before + 1) << edit.kind;
        ++accepted[edit.kind];
      }
      last_ = edit.kind;
    }

    void CompareAt(std::size_t revision) {
      const auto then = store_->At(static_cast<std::int64_t>(revision));
      ASSERT_THAT(then, IsOk());
      Compare(**then, revision);
    }

    void Compare(const Registry& registry, std::size_t revision) {
      SCOPED_TRACE(
          absl::StrCat("revision ", revision, " of ", naive_.revision(), ", after ", last_));
      const NaiveRegistry::World& world = naive_.At(revision);
      EXPECT_EQ(registry.revision(), revision);
      EXPECT_EQ(registry.SharedFacts().size() + registry.retracted<Instrument>().size() +
                    registry.retracted<Authority>().size(),
                world.size());
      for (const auto& [name, fact] : world) {
        const std::optional<Fact> found = registry.Find(name);
        ASSERT_TRUE(found.has_value()) << name;
        EXPECT_EQ(Describe(*found), Describe(fact));
        ++answers_;
        if (std::holds_alternative<Partner>(fact)) {
          CompareAnswers(registry, std::get<Partner>(*found), world);
        }
      }
    }

    // On a day, as public on another or on none.
    void CompareAnswers(const Registry& registry, const Partner& partner,
                        const NaiveRegistry::World& world) {
      const std::string day = edits_.ExactDay();
      const std::string public_on = edits_.OneIn(2) ? "" : edits_.ExactDay();
      SCOPED_TRACE(absl::StrCat(partner.id, " on ", day, ", as public on ", public_on));
      std::optional<absl::CivilDay> on;
      if (!public_on.empty()) on = *ParseDay(public_on);
      const Standing standing = StandingOn(registry, partner, *ParseDay(day), on);
      EXPECT_EQ(standing.legal_class, NaiveClass(world, partner.id, day));
      std::set<std::string> names;
      for (const Instrument* each : standing.instruments) names.insert(NameOf(*each));
      EXPECT_EQ(names, NaiveInstruments(world, partner.id, public_on));
      names.clear();
      for (const Contact* each : registry.ContactsOf(partner.id)) {
        if (registry.Reaches(*each, *ParseDay(day))) names.insert(NameOf(*each));
      }
      EXPECT_EQ(names, NaiveContactPoints(world, partner.id, day));
      for (const AxisStanding& axis : standing.axes) {
        const std::set<Stand> stands = NaiveStanding(world, partner.id, axis.axis, day, public_on);
        const Stand stand(axis.step, axis.day, axis.certainty);
        EXPECT_TRUE(stands.empty() ? axis.step == "NONE" : stands.contains(stand))
            << "axis " << static_cast<int>(axis.axis) << ": " << axis.step << " on " << axis.day
            << (stands.empty() ? ", not NONE"
                               : absl::StrCat(", not ", std::get<0>(*stands.begin()), " on ",
                                              std::get<1>(*stands.begin())));
      }
      answers_ += 8;
    }

    const comity::testing::TempDirectory folder_;
    ManualClock clock_{absl::FromUnixSeconds(1'500'000'000)};
    RandomEdits edits_;
    NaiveRegistry naive_;
    std::string last_;
    int answers_ = 0;
    journal::Options options_;
    std::unique_ptr<RegistryStore> store_;
    std::unique_ptr<journal::Journal> journal_;
  };
};

bool EachWasAccepted(const std::map<std::string, int>& accepted) {
  return accepted.size() == RandomEdits::Kinds().size();
}

TEST_P(AsOfTest, EveryRevisionAnswersAsCopiesOfItWould) {
  const int cases = Cases(kUsualCases);
  std::map<std::string, int> accepted;
  std::size_t revisions = 0;
  std::int64_t answers = 0;
  int done = 0;
  // Rare edits may take some more.
  for (; done < cases || (cases > 1 && done < 10 * cases && !EachWasAccepted(accepted)); ++done) {
    const std::uint64_t seed = comity::testing::Seed() + static_cast<std::uint64_t>(done);
    History history(seed);
    history.Run(accepted);
    revisions += history.revisions();
    answers += history.answers();
    if (HasFailure()) {
      ADD_FAILURE() << "that was with COMITY_TEST_SEED=" << seed << " COMITY_AS_OF_CASES=1";
      return;
    }
  }
  std::cout << done << " histories, " << revisions << " revisions, " << answers
            << " answers compared\n";
  for (const std::string& kind : RandomEdits::Kinds()) {
    std::cout << "  " << kind << ": " << accepted[kind] << "\n";
    if (cases > 1) {
      EXPECT_GT(accepted[kind], 0) << kind << " was never accepted";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, AsOfTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::partner_registry
