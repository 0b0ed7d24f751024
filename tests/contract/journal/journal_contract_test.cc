#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/journal/twin_state.h"
#include "common/status/error.h"
#include "common/storage/connection.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

absl::Status No() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "No.", {.reason = "NO"});
}

class JournalContractTest : public JournalContract {
 protected:
  void SetUp() override { Open(); }

  // Holds the writer thread until Release, so that what is submitted meanwhile is one batch.
  class Gate {
   public:
    explicit Gate(Journal& journal) {
      journal.Submit(
          Try(),
          [this](Turn& turn) {
            entered_.Notify();
            open_.WaitForNotification();
            turn.ChangeNothing();
            return absl::OkStatus();
          },
          [](const absl::StatusOr<Committed>&) {});
      entered_.WaitForNotification();
    }
    void Release() { open_.Notify(); }

   private:
    absl::Notification entered_;
    absl::Notification open_;
  };

  struct Waiting {
    absl::Notification done;
    absl::StatusOr<Committed> verdict;
  };

  std::unique_ptr<Waiting> Queue(Attempt attempt, Journal::Body body) {
    auto waiting = std::make_unique<Waiting>();
    journal_->Submit(std::move(attempt), std::move(body),
                     [at = waiting.get()](absl::StatusOr<Committed> verdict) {
                       at->verdict = std::move(verdict);
                       at->done.Notify();
                     });
    return waiting;
  }

  std::int64_t Rows(const std::string& table) {
    auto snapshot = journal_->Read();
    auto count = snapshot->sql().Prepare("SELECT COUNT(*) FROM " + table);
    EXPECT_TRUE((*count)->Step().value());
    return (*count)->Int64(0);
  }

  static const absl::StatusOr<Committed>& Await(const std::unique_ptr<Waiting>& waiting) {
    waiting->done.WaitForNotification();
    return waiting->verdict;
  }
};

TEST_P(JournalContractTest, ANewStoreIsEmptyAndHasAnIdOfItsOwn) {
  const Head head = journal_->head();

  EXPECT_THAT(head.store_id, ::testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(head.revision, 0);
  EXPECT_EQ(head.leaf_count, 0);
  EXPECT_THAT(journal_->Writable(), IsOk());
}

TEST_P(JournalContractTest, AMutationTakesTheNextRevisionAndTheTimeOfItsCommit) {
  const auto first = journal_->Mutate(Try(), Put("a", "1"));
  clock_.Advance(absl::Seconds(3));
  const auto second = journal_->Mutate(Try(), Put("b", "2"));

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->revision, 1);
  EXPECT_EQ(second->revision, 2);
  EXPECT_EQ(second->resource, "notes/b");
  EXPECT_FALSE(second->replayed);
  EXPECT_EQ(second->commit_time - first->commit_time, absl::Seconds(3));
  EXPECT_EQ(journal_->head().revision, 2);
  EXPECT_EQ(journal_->ReadMutations(1, 10)->front().commit_time, second->commit_time);
  EXPECT_THAT(journal_->ReadMutations(2, 10).value(), IsEmpty());
}

TEST_P(JournalContractTest, TheCommitTimeNeverGoesBackWithTheClock) {
  const auto first = journal_->Mutate(Try(), Put("a", "1"));
  clock_.Advance(-absl::Hours(1));
  const auto second = journal_->Mutate(Try(), Put("b", "2"));

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->commit_time, first->commit_time);
  EXPECT_EQ(journal_->stats().clock_behind, absl::Hours(1));
}

TEST_P(JournalContractTest, EverythingIsThereAfterReopening) {
  const std::string store_id = journal_->head().store_id;
  ASSERT_THAT(journal_->Mutate(Try("r1", "x"), Put("a", "1")), IsOk());
  const auto leaf = journal_->ReadEntry(0);

  Open();

  EXPECT_EQ(journal_->head().store_id, store_id);
  EXPECT_EQ(journal_->head().revision, 1);
  EXPECT_EQ(journal_->head().leaf_count, 1);
  EXPECT_EQ(journal_->VersionAt("note", "a", 1).value()->body, "1");
  EXPECT_EQ(journal_->ReadEntry(0)->salt, leaf->salt);
  EXPECT_TRUE(journal_->Mutate(Try("r1", "x"), Put("a", "1"))->replayed);
  EXPECT_EQ(journal_->Mutate(Try(), Put("b", "2"))->revision, 2);
}

TEST_P(JournalContractTest, ARefusedMutationLeavesNothingAndUsesNoNumber) {
  const auto refused = journal_->Mutate(Try("r1", "x"), [](Turn& turn) {
    EXPECT_THAT(turn.Put("note", "a", "1"), IsOk());
    EXPECT_THAT(turn.sql().Execute("INSERT INTO notes VALUES ('a', 'words')"), IsOk());
    EXPECT_THAT(turn.AddLeaf({}), IsOk());
    return No();
  });

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));
  EXPECT_EQ(journal_->head().revision, 0);
  EXPECT_EQ(journal_->head().leaf_count, 0);
  EXPECT_THAT(journal_->ReadFeed(0, 10).value(), IsEmpty());
  // Only committed outcomes are remembered.
  EXPECT_EQ(journal_->Mutate(Try("r1", "x"), Put("a", "2"))->revision, 1);
}

TEST_P(JournalContractTest, AFailureThatTheBodyOverlooksIsStillAFailure) {
  const auto refused = journal_->Mutate(Try(), [](Turn& turn) {
    (void)turn.AddLeaf({.resource = std::string(2'000'000, 'x')});
    return absl::OkStatus();
  });

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "LEAF_TOO_LARGE"));
  EXPECT_EQ(journal_->head().revision, 0);
}

TEST_P(JournalContractTest, AFailedStatementCostsOnlyItsOwnMutation) {
  Gate gate(*journal_);
  const auto insert = [](Turn& turn) {
    return turn.sql().Execute("INSERT INTO notes VALUES ('a', 'words')");
  };
  const auto first = Queue(Try(), insert);
  const auto second = Queue(Try(), insert);
  const auto third = Queue(Try(), Put("b", "2"));
  gate.Release();

  EXPECT_EQ(Await(first)->revision, 1);
  EXPECT_THAT(Await(second), FailsWith(absl::StatusCode::kAlreadyExists, "CONSTRAINT_VIOLATED"));
  EXPECT_EQ(Await(third)->revision, 2);
}

TEST_P(JournalContractTest, WhatIsRefusedAmidABatchLeavesNothingOfIt) {
  const auto write = [](const std::string& id, bool own_table, const absl::Status& outcome) {
    return [=](Turn& turn) {
      EXPECT_THAT(turn.Put("note", id, id), IsOk());
      if (own_table) {
        EXPECT_THAT(turn.sql().Execute("INSERT INTO notes VALUES ('" + id + "', 'words')"), IsOk());
      }
      EXPECT_THAT(turn.AddLeaf({.kind = kMutationEntry, .resource = id}), IsOk());
      return outcome;
    };
  };
  Gate gate(*journal_);
  std::vector<std::unique_ptr<Waiting>> waiting;
  waiting.push_back(Queue(Try(), write("a", false, absl::OkStatus())));
  waiting.push_back(Queue(Try(), write("b", false, No())));
  waiting.push_back(Queue(Try(), write("c", true, No())));
  waiting.push_back(Queue(Try(), write("d", true, absl::OkStatus())));
  gate.Release();
  EXPECT_EQ(Await(waiting[0])->revision, 1);
  EXPECT_EQ(Await(waiting[1]).status(), No());
  EXPECT_EQ(Await(waiting[2]).status(), No());
  EXPECT_EQ(Await(waiting[3])->revision, 2);

  const auto feed = journal_->ReadFeed(0, 10).value();
  ASSERT_THAT(feed, SizeIs(2));
  EXPECT_EQ(feed[0].id, "a");
  EXPECT_EQ(feed[1].id, "d");
  EXPECT_EQ(Rows("notes"), 1);
  ASSERT_EQ(journal_->head().leaf_count, 2);
  EXPECT_THAT(*journal_->ReadEntry(1)->body, HasSubstr("\"resource\":\"d\""));
  EXPECT_EQ(journal_->ReadEntry(1)->revision, 2);
}

TEST_P(JournalContractTest, AMutationMayChangeMoreThanAStatementTakes) {
  constexpr int kMany = 131;
  const auto done = journal_->Mutate(Try("r1", "x"), [](Turn& turn) {
    for (int i = 0; i < kMany; ++i) {
      if (auto put = turn.Put("note", std::to_string(i), std::to_string(i)); !put.ok()) return put;
      if (auto leaf = turn.AddLeaf({}); !leaf.ok()) return leaf.status();
    }
    return turn.Erase("note", "7");
  });

  ASSERT_THAT(done, IsOk());
  const auto feed = journal_->ReadFeed(0, 1).value();
  ASSERT_THAT(feed, SizeIs(kMany + 1));
  for (int i = 0; i < kMany; ++i) {
    const Version& version = feed[static_cast<std::size_t>(i)];
    EXPECT_EQ(version.ordinal, i);
    EXPECT_EQ(version.body, version.id);
  }
  EXPECT_EQ(feed.back().body, std::nullopt);
  EXPECT_THAT(journal_->ReadEntries(0, 200).value(), SizeIs(kMany));
}

TEST_P(JournalContractTest, ANameThatIsNoTextCostsOnlyItsOwnMutation) {
  Gate gate(*journal_);
  std::vector<std::unique_ptr<Waiting>> refused;
  for (const std::string& name :
       {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3")}) {
    refused.push_back(Queue(Try(), [=](Turn& turn) { return turn.Put("note", name, "1"); }));
    refused.push_back(Queue(Try(), [=](Turn& turn) {
      turn.SetResource(name);
      return absl::OkStatus();
    }));
  }
  const auto kept = Queue(Try(), Put("ē", "1"));
  gate.Release();

  for (const auto& one : refused) {
    EXPECT_THAT(Await(one),
                FailsWith(absl::StatusCode::kInvalidArgument, "RESOURCE_NAME_NOT_TEXT"));
  }
  EXPECT_EQ(Await(kept)->revision, 1);
}

TEST_P(JournalContractTest, ARefusalIsEvidencedBeforeTheCallerHearsOfIt) {
  Attempt attempt = Try();
  attempt.on_refusal = [](const absl::Status& refusal, absl::Time) -> std::optional<std::string> {
    return "{\"reason\":\"" + ReasonOf(refusal) + "\"}";
  };

  EXPECT_THAT(journal_->Mutate(attempt, [](Turn&) { return No(); }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));

  EXPECT_EQ(journal_->head().revision, 0);
  EXPECT_EQ(journal_->head().leaf_count, 1);
  EXPECT_EQ(journal_->ReadEntry(0)->body, "{\"reason\":\"NO\"}");
  EXPECT_EQ(journal_->ReadEntry(0)->revision, 0);
}

TEST_P(JournalContractTest, AFailingMachineIsNoRefusal) {
  Attempt attempt = Try();
  attempt.on_refusal = [](const absl::Status&, absl::Time) { return std::string("{}"); };

  (void)journal_->Mutate(attempt, [](Turn&) { return absl::UnavailableError("away"); });

  EXPECT_EQ(journal_->head().leaf_count, 0);
}

TEST_P(JournalContractTest, ARepetitionGetsTheFirstAnswerAndDoesNothing) {
  const auto first = journal_->Mutate(Try("r1", "x"), Put("a", "1"));
  ASSERT_THAT(journal_->Mutate(Try("r2", "y"), Put("a", "2")), IsOk());
  clock_.Advance(absl::Hours(1));

  const auto again = journal_->Mutate(Try("r1", "x"), Put("a", "3"));

  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, first->revision);
  EXPECT_EQ(again->commit_time, first->commit_time);
  EXPECT_EQ(again->resource, "notes/a");
  EXPECT_EQ(journal_->VersionAt("note", "a", again->revision).value()->body, "1");
  EXPECT_EQ(journal_->head().revision, 2);
}

TEST_P(JournalContractTest, ARequestIdIsTheCallersAndTheMethodsOwn) {
  ASSERT_THAT(journal_->Mutate(Try("r1", "x", "alice"), Put("a", "1")), IsOk());
  Attempt other_method = Try("r1", "x", "alice");
  other_method.method = "test/Other";

  EXPECT_FALSE(journal_->Mutate(Try("r1", "y", "bob"), Put("b", "2"))->replayed);
  EXPECT_FALSE(journal_->Mutate(other_method, Put("c", "3"))->replayed);
  EXPECT_THAT(journal_->Mutate(Try("r1", "y", "alice"), Put("d", "4")),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_P(JournalContractTest, ARequestIdIsForgottenAfterADay) {
  ASSERT_THAT(journal_->Mutate(Try("r1", "x"), Put("a", "1")), IsOk());
  clock_.Advance(absl::Hours(24));

  EXPECT_FALSE(journal_->Mutate(Try("r1", "y"), Put("a", "2"))->replayed);
  EXPECT_TRUE(journal_->Mutate(Try("r1", "y"), Put("a", "2"))->replayed);
}

TEST_P(JournalContractTest, WhatARepetitionWouldBeAnsweredIsFoundWithoutAsking) {
  const auto first = journal_->Mutate(Try("r1", "x"), Put("a", "1"));
  ASSERT_THAT(first, IsOk());
  const Head before = journal_->head();

  const auto again = journal_->FindAnswer(Try("r1", "x"));
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->has_value());
  EXPECT_TRUE((*again)->replayed);
  EXPECT_EQ((*again)->revision, first->revision);
  EXPECT_EQ((*again)->commit_time, first->commit_time);
  EXPECT_EQ((*again)->resource, first->resource);
  EXPECT_THAT(journal_->FindAnswer(Try("r1", "y")),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  for (const Attempt& fresh : {Try("r1", "x", "bob"), Try("r2", "x"), Try()}) {
    const auto none = journal_->FindAnswer(fresh);
    ASSERT_THAT(none, IsOk());
    EXPECT_FALSE(none->has_value());
  }
  clock_.Advance(absl::Hours(24));
  const auto forgotten = journal_->FindAnswer(Try("r1", "y"));
  ASSERT_THAT(forgotten, IsOk());
  EXPECT_FALSE(forgotten->has_value());
  EXPECT_EQ(journal_->head().leaf_count, before.leaf_count);
}

TEST_P(JournalContractTest, ForgottenRequestIdsDoNotPileUp) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(journal_->Mutate(Try("old-" + std::to_string(i), "x"), Put("a", "1")), IsOk());
  }
  clock_.Advance(absl::Hours(24));
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(journal_->Mutate(Try("new-" + std::to_string(i), "x"), Put("a", "2")), IsOk());
  }

  EXPECT_EQ(Rows("journal_requests"), 10);
  EXPECT_TRUE(journal_->Mutate(Try("new-0", "x"), Put("a", "3"))->replayed);
}

TEST_P(JournalContractTest, RepetitionsInABatchGetTheAnswersOfTheirOwn) {
  for (const char* const id : {"r1", "r2", "r3"}) {
    ASSERT_THAT(journal_->Mutate(Try(id, "x"), Put(id, "1")), IsOk());
  }
  Gate gate(*journal_);
  const auto third = Queue(Try("r3", "x"), Put("a", "2"));
  const auto fresh = Queue(Try("r4", "x"), Put("a", "2"));
  const auto reused = Queue(Try("r2", "y"), Put("a", "2"));
  const auto others = Queue(Try("r1", "x", "bob"), Put("a", "2"));
  const auto first = Queue(Try("r1", "x"), Put("a", "2"));
  gate.Release();

  EXPECT_EQ(Await(third)->revision, 3);
  EXPECT_TRUE(Await(third)->replayed);
  EXPECT_EQ(Await(fresh)->revision, 4);
  EXPECT_THAT(Await(reused), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_EQ(Await(others)->revision, 5);
  EXPECT_EQ(Await(first)->revision, 1);
  EXPECT_EQ(Await(first)->resource, "notes/r1");
}

TEST_P(JournalContractTest, DuplicatesInABatchShareTheVerdict) {
  Gate gate(*journal_);
  const auto first = Queue(Try("r1", "x"), Put("a", "1"));
  const auto same = Queue(Try("r1", "x"), Put("a", "2"));
  const auto other = Queue(Try("r1", "y"), Put("a", "3"));
  const auto refused = Queue(Try("r2", "x"), [](Turn&) { return No(); });
  const auto refused_too = Queue(Try("r2", "x"), Put("b", "1"));
  gate.Release();

  EXPECT_FALSE(Await(first)->replayed);
  EXPECT_TRUE(Await(same)->replayed);
  EXPECT_EQ(Await(same)->revision, Await(first)->revision);
  EXPECT_THAT(Await(other), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(Await(refused_too), FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));
  EXPECT_EQ(journal_->head().revision, 1);
}

TEST_P(JournalContractTest, ChangingNothingUsesNoNumberAndIsNotRemembered) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());

  const auto nothing = journal_->Mutate(Try("r1", "x"), [](Turn& turn) {
    EXPECT_THAT(turn.Put("note", "a", "2"), IsOk());
    turn.SetResource("notes/a");
    turn.ChangeNothing();
    return absl::OkStatus();
  });

  ASSERT_THAT(nothing, IsOk());
  EXPECT_TRUE(nothing->unchanged);
  EXPECT_EQ(nothing->revision, 1);
  EXPECT_EQ(nothing->resource, "notes/a");
  EXPECT_EQ(journal_->head().revision, 1);
  EXPECT_EQ(journal_->VersionAt("note", "a", 9).value()->body, "1");
}

TEST_P(JournalContractTest, NothingBeginsAfterItsDeadline) {
  Attempt attempt = Try();
  attempt.deadline = clock_.Now() - absl::Milliseconds(1);

  EXPECT_THAT(journal_->Mutate(attempt, Put("a", "1")),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "DEADLINE_BEFORE_TURN"));
  EXPECT_EQ(journal_->head().revision, 0);
}

TEST_P(JournalContractTest, AClockThatWasSetBackCutsNoDeadlineShort) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());
  clock_.Advance(-absl::Hours(1));
  Attempt attempt = Try();
  attempt.deadline = clock_.Now() + absl::Seconds(10);

  EXPECT_THAT(journal_->Mutate(attempt, Put("a", "2")), IsOk());
}

TEST_P(JournalContractTest, AFullQueueRefusesAtOnceAndSaysWhenToComeBack) {
  journal_.reset();
  options_.queue_limit = 2;
  Open();
  Gate gate(*journal_);
  const auto first = Queue(Try(), Put("a", "1"));
  const auto second = Queue(Try(), Put("b", "1"));

  const auto third = Queue(Try(), Put("c", "1"));

  ASSERT_TRUE(third->done.HasBeenNotified());
  EXPECT_THAT(third->verdict, FailsWith(absl::StatusCode::kResourceExhausted, "WRITE_QUEUE_FULL"));
  EXPECT_TRUE(DetailsOf(third->verdict.status()).retry_after.has_value());
  gate.Release();
  EXPECT_THAT(Await(first), IsOk());
  EXPECT_THAT(Await(second), IsOk());
}

TEST_P(JournalContractTest, ManyWaitingMutationsShareATransaction) {
  Gate gate(*journal_);
  std::vector<std::unique_ptr<Waiting>> waiting;
  for (int i = 0; i < 64; ++i) waiting.push_back(Queue(Try(), Put(std::to_string(i), "1")));
  gate.Release();
  for (const auto& one : waiting) EXPECT_THAT(Await(one), IsOk());

  EXPECT_EQ(journal_->stats().batches, 1);
  EXPECT_EQ(journal_->stats().mutations, 64);
}

TEST_P(JournalContractTest, NumbersOfConcurrentCallersAreDense) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::vector<std::int64_t> revisions(kThreads * kEach);
  std::vector<std::thread> callers;
  for (int thread = 0; thread < kThreads; ++thread) {
    callers.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const int slot = thread * kEach + i;
        const auto done = journal_->Mutate(Try(), Put(std::to_string(slot), "1"));
        revisions[static_cast<std::size_t>(slot)] = done.ok() ? done->revision : -1;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();

  const std::set<std::int64_t> distinct(revisions.begin(), revisions.end());
  EXPECT_THAT(distinct, SizeIs(kThreads * kEach));
  EXPECT_EQ(*distinct.begin(), 1);
  EXPECT_EQ(*distinct.rbegin(), kThreads * kEach);
  EXPECT_EQ(journal_->head().leaf_count, kThreads * kEach);
}

TEST_P(JournalContractTest, VersionsAnswerForEveryRevision) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("b", "1")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "2")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), [](Turn& turn) { return turn.Erase("note", "b"); }), IsOk());

  EXPECT_EQ(journal_->VersionAt("note", "a", 0).value(), std::nullopt);
  EXPECT_EQ(journal_->VersionAt("note", "a", 2).value()->body, "1");
  EXPECT_EQ(journal_->VersionAt("note", "a", 2).value()->revision, 1);
  EXPECT_EQ(journal_->VersionAt("note", "a", INT64_MAX).value()->body, "2");
  EXPECT_EQ(journal_->VersionAt("note", "b", 4).value(), std::nullopt);
  EXPECT_THAT(journal_->LatestVersions("note").value(), SizeIs(1));
  EXPECT_THAT(journal_->LatestVersions("other").value(), IsEmpty());
  EXPECT_THAT(journal_->StateAt(2)->Next().value(), SizeIs(2));
  EXPECT_THAT(journal_->StateAt(4)->Next().value(), SizeIs(1));
  EXPECT_THAT(journal_->StateAt(0)->Next().value(), IsEmpty());
}

TEST_P(JournalContractTest, TheStateOfARevisionComesInPartsInOrderAndWithItsTimes) {
  constexpr std::size_t kMany = 2 * StateReader::kPart + 100;
  const auto all = [](std::size_t from, bool put) {
    return [from, put](Turn& turn) {
      for (std::size_t i = from; i < kMany; ++i) {
        const std::string id = absl::StrCat(absl::Dec(i, absl::kZeroPad6));
        if (auto done = put ? turn.Put("note", id, id) : turn.Erase("note", id); !done.ok()) {
          return done;
        }
      }
      return turn.Put("barrier", "-", "");
    };
  };
  const auto read = [this](std::int64_t revision) {
    std::vector<CommittedVersion> state;
    StateReader reader = journal_->StateAt(revision).value();
    while (true) {
      const std::vector<CommittedVersion> part = reader.Next().value();
      EXPECT_LE(part.size(), StateReader::kPart);
      if (part.empty()) return state;
      state.insert(state.end(), part.begin(), part.end());
      // What is committed meanwhile is of another state.
      EXPECT_THAT(journal_->Mutate(Try(), Put("000000", "later")), IsOk());
    }
  };
  const auto first = journal_->Mutate(Try(), all(0, true));
  clock_.Advance(absl::Hours(1));
  // A whole part has nothing but what was erased.
  const auto second = journal_->Mutate(Try(), all(10, false));
  ASSERT_THAT(second, IsOk());

  const std::vector<CommittedVersion> before = read(1);
  const std::vector<CommittedVersion> after = read(2);

  ASSERT_THAT(before, SizeIs(kMany + 1));
  EXPECT_EQ(before.front().version.kind, "barrier");
  for (std::size_t i = 0; i < kMany; ++i) {
    const Version& version = before[i + 1].version;
    ASSERT_EQ(version.id, absl::StrCat(absl::Dec(i, absl::kZeroPad6)));
    ASSERT_EQ(version.body, version.id);
    ASSERT_EQ(version.ordinal, static_cast<int>(i));
    ASSERT_EQ(before[i + 1].commit_time, first->commit_time);
  }
  ASSERT_THAT(after, SizeIs(11));
  EXPECT_EQ(after.front().commit_time, second->commit_time);
  EXPECT_EQ(after.back().version.id, "000009");
  EXPECT_EQ(after.back().commit_time, first->commit_time);
}

TEST_P(JournalContractTest, AChangeWhoseTimeIsGoneIsDamageAndNotLeftOut) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("b", "2")), IsOk());
  const auto writer = journal_->database().OpenWriter(absl::Seconds(10));
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Execute("DELETE FROM journal_mutations WHERE revision = 1"), IsOk());

  EXPECT_THAT(journal_->StateAt(2)->Next(),
              FailsWith(absl::StatusCode::kDataLoss, "DATABASE_CORRUPT"));
  EXPECT_THAT(journal_->ReadMutations(0, 10),
              FailsWith(absl::StatusCode::kDataLoss, "DATABASE_CORRUPT"));
}

TEST_P(JournalContractTest, TheFeedIsInOrderAndNeverCutsARevision) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(),
                               [](Turn& turn) {
                                 for (const char* id : {"x", "y", "z"}) {
                                   if (auto put = turn.Put("note", id, id); !put.ok()) return put;
                                 }
                                 return turn.Erase("note", "a");
                               }),
              IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("b", "1")), IsOk());

  const auto after_first = journal_->ReadFeed(1, 2).value();

  ASSERT_THAT(after_first, SizeIs(4));
  EXPECT_EQ(after_first[0].id, "x");
  EXPECT_EQ(after_first[3].id, "a");
  EXPECT_EQ(after_first[3].body, std::nullopt);
  EXPECT_EQ(after_first[3].ordinal, 3);
  EXPECT_THAT(journal_->ReadFeed(2, 10).value(), SizeIs(1));
  EXPECT_THAT(journal_->ReadFeed(3, 10).value(), IsEmpty());
}

TEST_P(JournalContractTest, SubscribersHearOfEveryCommitUntilTheirHandleIsGone) {
  std::vector<std::int64_t> heard;
  auto handle =
      journal_->Subscribe([&](const CommitRange& range) { heard.push_back(range.last_revision); });
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "2")), IsOk());

  handle.reset();
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "3")), IsOk());

  EXPECT_THAT(heard, ElementsAre(1, 2));
}

TEST_P(JournalContractTest, TheWriterGoesOnWhileACallerIsAnsweredAndClosingWaitsForHim) {
  absl::Notification second;
  absl::Notification go_on;
  absl::Notification answered;
  const auto handle = journal_->Subscribe([&](const CommitRange& range) {
    if (range.last_revision == 2) second.Notify();
  });
  journal_->Submit(Try(), Put("a", "1"), [&](const absl::StatusOr<Committed>&) {
    journal_->Submit(Try(), Put("a", "2"), [](const absl::StatusOr<Committed>&) {});
    EXPECT_TRUE(second.WaitForNotificationWithTimeout(absl::Seconds(20)));
    go_on.WaitForNotification();
    answered.Notify();
  });
  second.WaitForNotification();

  std::thread closing([&] {
    journal_->Close();
    EXPECT_TRUE(answered.HasBeenNotified());
  });
  go_on.Notify();
  closing.join();

  EXPECT_EQ(journal_->head().revision, 2);
}

struct Sum {
  int value = 0;
  void Apply(const int& change) { value += change; }
};

TEST_P(JournalContractTest, BodiesSeeEarlierMutationsOfTheBatchAndReadersOnlyCommittedOnes) {
  TwinState<Sum, int> sum(Sum{}, journal_->head());
  journal_->Attach(&sum);
  std::vector<int> seen_by_bodies;
  std::vector<int> seen_by_readers;
  const auto add = [&](Turn&) {
    seen_by_bodies.push_back(sum.working().value);
    seen_by_readers.push_back(sum.View()->value);
    sum.Stage(1);
    return absl::OkStatus();
  };

  Gate gate(*journal_);
  const auto first = Queue(Try(), add);
  const auto refused =
      Queue(Try(), [&](Turn& turn) { return add(turn).ok() ? No() : absl::OkStatus(); });
  const auto third = Queue(Try(), add);
  gate.Release();
  EXPECT_THAT(Await(first), IsOk());
  EXPECT_THAT(Await(refused), FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));
  EXPECT_THAT(Await(third), IsOk());

  EXPECT_THAT(seen_by_bodies, ElementsAre(0, 1, 1));
  EXPECT_THAT(seen_by_readers, ElementsAre(0, 0, 0));
  EXPECT_EQ(sum.View()->value, 2);
  EXPECT_EQ(sum.View().revision(), 2);
  ASSERT_THAT(journal_->Mutate(Try(), add), IsOk());
  EXPECT_EQ(sum.View()->value, 3);
  journal_->Close();
}

TEST_P(JournalContractTest, AClosedJournalRefusesWritesAndStillReads) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());

  journal_->Close();

  EXPECT_THAT(journal_->Mutate(Try(), Put("a", "2")),
              FailsWith(absl::StatusCode::kUnavailable, "JOURNAL_CLOSED"));
  EXPECT_THAT(journal_->RecordLeaf([](absl::Time) { return "{}"; }),
              FailsWith(absl::StatusCode::kUnavailable, "JOURNAL_CLOSED"));
  EXPECT_EQ(journal_->VersionAt("note", "a", 1).value()->body, "1");
}

TEST_P(JournalContractTest, TheServicesTablesAreReadInCommittedStates) {
  ASSERT_THAT(journal_->Mutate(Try(),
                               [](Turn& turn) {
                                 return turn.sql().Execute("INSERT INTO notes VALUES ('a', 'w')");
                               }),
              IsOk());

  auto snapshot = journal_->Read();

  ASSERT_THAT(snapshot, IsOk());
  auto select = snapshot->sql().Prepare("SELECT words FROM notes WHERE id = ?1");
  ASSERT_THAT(select, IsOk());
  EXPECT_TRUE((*select)->BindText(1, "a").Step().value());
  EXPECT_EQ((*select)->Text(0), "w");
}

INSTANTIATE_TEST_SUITE_P(Engines, JournalContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
