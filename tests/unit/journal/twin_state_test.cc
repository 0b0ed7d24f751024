#include "common/journal/twin_state.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace comity::journal {
namespace {

// Two numbers that every change keeps equal.
struct Pair {
  std::int64_t left = 0;
  std::int64_t right = 0;
  void Apply(const std::int64_t& change) {
    left += change;
    right += change;
  }
};

using Twin = TwinState<Pair, std::int64_t>;

CommitRange RangeOf(std::int64_t revision) {
  return {.first_revision = revision,
          .last_revision = revision,
          .commit_time = absl::FromUnixSeconds(revision)};
}

TEST(TwinStateTest, WhatIsStagedIsSeenByTheNextBodyAndByReadersAfterTheCommit) {
  Twin twin(Pair{}, Head{});

  twin.Stage(5);
  EXPECT_EQ(twin.working().left, 0);
  twin.Accept();
  EXPECT_EQ(twin.working().left, 5);
  EXPECT_EQ(twin.View()->left, 0);
  twin.Publish(RangeOf(1));

  EXPECT_EQ(twin.View()->left, 5);
  EXPECT_EQ(twin.View().revision(), 1);
  EXPECT_EQ(twin.View().commit_time(), absl::FromUnixSeconds(1));
}

TEST(TwinStateTest, BothCopiesStayEqualOverManyCommits) {
  Twin twin(Pair{}, Head{});

  for (std::int64_t revision = 1; revision <= 10; ++revision) {
    twin.Stage(revision);
    twin.Stage(1);
    twin.Accept();
    twin.Publish(RangeOf(revision));
    twin.Settle();
    EXPECT_EQ(twin.working().left, twin.View()->left);
  }

  EXPECT_EQ(twin.View()->left, 65);
}

TEST(TwinStateTest, WhatIsRefusedIsForgotten) {
  Twin twin(Pair{}, Head{});

  twin.Stage(5);
  twin.Refuse();
  twin.Accept();
  twin.Publish(RangeOf(1));
  twin.Settle();

  EXPECT_EQ(twin.View()->left, 0);
}

TEST(TwinStateTest, ALostBatchLeavesTheCommittedState) {
  Twin twin(Pair{}, Head{});
  twin.Stage(1);
  twin.Accept();
  twin.Publish(RangeOf(1));
  twin.Settle();

  twin.Stage(5);
  twin.Accept();
  twin.Stage(6);
  twin.Discard();

  EXPECT_EQ(twin.working().left, 1);
  EXPECT_EQ(twin.View()->left, 1);
  twin.Stage(2);
  twin.Accept();
  twin.Publish(RangeOf(2));
  twin.Settle();
  EXPECT_EQ(twin.View()->left, 3);
  EXPECT_EQ(twin.working().left, 3);
}

TEST(TwinStateTest, AViewThatIsHeldNeverChangesAndHoldsNothingUp) {
  Twin twin(Pair{}, Head{});
  std::vector<Twin::Guard> held;

  for (std::int64_t revision = 1; revision <= 5; ++revision) {
    held.push_back(twin.View());
    twin.Stage(1);
    twin.Accept();
    twin.Publish(RangeOf(revision));
    twin.Settle();
  }

  for (std::size_t i = 0; i < held.size(); ++i) {
    EXPECT_EQ(held[i]->left, static_cast<std::int64_t>(i));
    EXPECT_EQ(held[i].revision(), static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(twin.View()->left, 5);
  EXPECT_EQ(twin.working().left, 5);
}

TEST(TwinStateTest, ConcurrentReadersSeeWholeStatesThatOnlyGoForward) {
  constexpr std::int64_t kReads = 400'000;
  Twin twin(Pair{}, Head{});
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> reads = 0;
  std::atomic<int> torn = 0;
  std::atomic<int> backwards = 0;
  std::vector<std::thread> readers;
  readers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, keeps = i == 0] {
      std::int64_t last = 0;
      std::optional<Twin::Guard> kept;
      while (!stop) {
        const Twin::Guard view = twin.View();
        if (view->left != view->right || view->left != view.revision()) ++torn;
        if (view.revision() < last) ++backwards;
        last = view.revision();
        ++reads;
        // One of them is slow to let go.
        if (keeps && last % 64 == 0) kept = view;
      }
    });
  }

  std::int64_t commits = 0;
  while (reads < kReads) {
    twin.Stage(1);
    twin.Accept();
    twin.Publish(RangeOf(++commits));
    twin.Settle();
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();

  EXPECT_EQ(torn, 0);
  EXPECT_EQ(backwards, 0);
  EXPECT_EQ(twin.View()->left, commits);
}

}  // namespace
}  // namespace comity::journal
