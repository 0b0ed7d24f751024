#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/journal/journal.h"
#include "common/journal/twin_state.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "tests/testing/status_matchers.h"

namespace comity::journal {

// The last number of every counter.
struct Counters {
  std::map<std::string, std::int64_t> values;
  void Apply(const std::pair<std::string, std::int64_t>& change) {
    values[change.first] = change.second;
  }
};
using State = TwinState<Counters, std::pair<std::string, std::int64_t>>;

// A service that counts: every mutation reads what its memory says and writes one more.
class Replica {
 public:
  explicit Replica(const Options& options) {
    auto opened = Journal::Open(options);
    EXPECT_THAT(opened, testing::IsOk());
    journal_ = *std::move(opened);
    const Head head = journal_->head();
    Counters loaded;
    const std::vector<CommittedVersion> versions =
        journal_->StateAt(head.revision)->Next().value();  // A few.
    for (const auto& [version, time] : versions) {
      loaded.values[version.id] = NumberOf(*version.body);
    }
    state_ = std::make_unique<State>(std::move(loaded), head, Read);
    journal_->Attach(state_.get());
  }
  ~Replica() { journal_->Close(); }

  absl::StatusOr<Committed> Count(const std::string& counter, const std::string& request_id = "") {
    const Attempt attempt{.caller = "counter",
                          .method = "test/Count",
                          .request_id = request_id,
                          .request_digest = crypto::Sha256(counter)};
    return journal_->Mutate(attempt, [this, counter](Turn& turn) {
      const auto& values = state_->working().values;
      const auto found = values.find(counter);
      const std::int64_t next = found == values.end() ? 1 : found->second + 1;
      turn.SetResource(counter);
      if (auto put = turn.Put("counter", counter, absl::StrCat(next)); !put.ok()) return put;
      state_->Stage({counter, next});
      return turn.AddLeaf({.kind = kMutationEntry, .resource = counter, .count = next}).status();
    });
  }

  // As a client does: the same request id until there is an answer.
  Committed CountUntilAnswered(const std::string& counter, const std::string& request_id) {
    while (true) {
      const auto done = Count(counter, request_id);
      if (done.ok()) return *done;
      if (absl::IsUnavailable(done.status())) continue;
      ADD_FAILURE() << done.status();
      return {};
    }
  }

  std::int64_t Value(const std::string& counter) const {
    const auto view = state_->View();
    const auto found = view->values.find(counter);
    return found == view->values.end() ? 0 : found->second;
  }

  void AwaitRevision(std::int64_t revision) const {
    const absl::Time patience = absl::Now() + absl::Seconds(60);
    while (journal_->head().revision < revision && absl::Now() < patience) {
      std::this_thread::yield();
    }
    ASSERT_GE(journal_->head().revision, revision);
  }

  Journal& journal() { return *journal_; }

 private:
  static std::int64_t NumberOf(const std::string& text) {
    std::int64_t number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(text, &number));
    return number;
  }

  static absl::StatusOr<std::vector<std::pair<std::string, std::int64_t>>> Read(
      const CommittedMutation& mutation) {
    std::vector<std::pair<std::string, std::int64_t>> changes;
    for (const Version& version : mutation.versions) {
      changes.emplace_back(version.id, NumberOf(*version.body));
    }
    return changes;
  }

  std::unique_ptr<Journal> journal_;
  std::unique_ptr<State> state_;
};

// Dense numbers, a ledger that is what its tiles and checkpoints say.
inline void ExpectWhole(Journal& journal, std::int64_t revisions) {
  ASSERT_EQ(journal.head().revision, revisions);
  const auto feed = journal.ReadFeed(0, SIZE_MAX);
  ASSERT_THAT(feed, testing::IsOk());
  ASSERT_EQ(static_cast<std::int64_t>(feed->size()), revisions);
  for (std::size_t i = 0; i < feed->size(); ++i) {
    ASSERT_EQ((*feed)[i].revision, static_cast<std::int64_t>(i) + 1);
  }
  const auto entries = journal.ReadEntries(0, SIZE_MAX >> 1);
  ASSERT_THAT(entries, testing::IsOk());
  ASSERT_EQ(static_cast<std::int64_t>(entries->size()), journal.head().leaf_count);
  ledger::Tree tree;
  std::map<std::int64_t, ledger::Hash> roots;
  for (const Entry& entry : *entries) {
    ASSERT_EQ(entry.leaf_index, tree.size());
    ASSERT_EQ(entry.commitment, ledger::Commitment(*entry.salt, *entry.body));
    tree.Append(entry.commitment);
    roots[tree.size()] = tree.root();
  }
  ASSERT_EQ(ledger::RootAt(*journal.Tiles(), tree.size()).value(), tree.root());
  const auto snapshot = journal.Read();
  auto select = snapshot->sql().Prepare("SELECT size, root FROM journal_checkpoints");
  while ((*select)->Step().value()) {
    ASSERT_EQ(crypto::ToDigest((*select)->Blob(1)), roots[(*select)->Int64(0)]);
  }
}

}  // namespace comity::journal
