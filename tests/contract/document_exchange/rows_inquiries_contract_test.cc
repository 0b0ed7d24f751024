// What is asked of all rows: what is not retrieved, what was transferred, who exchanged what.
#include <limits>

#include "tests/contract/document_exchange/rows_contract.h"

namespace comity::document_exchange {
namespace {

using comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RowsInquiriesTest : public RowsContractTest {};

TEST_P(RowsInquiriesTest, WhatIsNotRetrievedIsFoundForItsSidesOldestFirst) {
  for (const RecipientState state :
       {RecipientState::kQuarantined, RecipientState::kAvailable, RecipientState::kReleased,
        RecipientState::kRetrieved, RecipientState::kRejected, RecipientState::kWithheld}) {
    ASSERT_THAT(Insert(Letter(std::string(Name(state)), state)), IsOk());
  }
  Document own = Letter("own");
  own.recipients.pop_back();
  ASSERT_THAT(Insert(own), IsOk());
  Document erased = Letter("erased");
  ASSERT_THAT(Insert(erased), IsOk());
  erased.erasure = Erasure::kErased;
  erased.erase_time = kNow;
  ASSERT_THAT(
      Mutate([&](journal::Turn&, WritableRows& rows) { return rows.UpdateErasure(erased); }),
      IsOk());
  const auto open = [&](const std::optional<std::string>& side, std::int64_t after = 0,
                        std::size_t limit = 10) {
    return Ids(Read()->Unretrieved(side, after, limit));
  };

  EXPECT_THAT(open(std::nullopt), ElementsAre("QUARANTINED", "AVAILABLE", "RELEASED"));
  EXPECT_THAT(open(kFrenchUnit), ElementsAre("QUARANTINED", "AVAILABLE", "RELEASED"));
  EXPECT_THAT(open(kTbilisi), SizeIs(3));
  EXPECT_THAT(open(kPanama), IsEmpty());
  EXPECT_THAT(open(kTbilisi, 1), ElementsAre("AVAILABLE", "RELEASED"));
  EXPECT_THAT(open(kTbilisi, 0, 2), ElementsAre("QUARANTINED", "AVAILABLE"));
}

TEST_P(RowsInquiriesTest, TransfersThatWereMadeAreScannedNewestFirst) {
  for (int mutation = 0; mutation < 2; ++mutation) {
    ASSERT_THAT(Mutate([](journal::Turn& turn, WritableRows& rows) -> absl::Status {
                  for (const std::int64_t ordinal : {0, 1, 2, 3}) {
                    COMITY_RETURN_IF_ERROR(
                        rows.InsertTransferRecord({.revision = turn.revision(),
                                                   .ordinal = ordinal,
                                                   .commit_time = turn.now(),
                                                   .document_id = ordinal == 2 ? "" : "d1",
                                                   .attempt = "ReleaseHeaders",
                                                   .sender = kDesk,
                                                   .recipient = kTbilisi,
                                                   .refused = ordinal == 1,
                                                   .verdict = "a verdict"}));
                  }
                  return absl::OkStatus();
                }),
                IsOk());
  }
  const auto scan = [&](std::int64_t revision, std::int64_t ordinal, std::size_t limit) {
    const auto records = Read()->ScanMadeTransfers(revision, ordinal, limit);
    EXPECT_THAT(records, IsOk());
    std::vector<std::pair<std::int64_t, std::int64_t>> keys;
    for (const TransferRecord& record : *records) {
      EXPECT_EQ(record.verdict, "a verdict");
      keys.emplace_back(record.revision, record.ordinal);
    }
    return keys;
  };
  using Key = std::pair<std::int64_t, std::int64_t>;
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

  EXPECT_THAT(scan(kLast, 0, 10), ElementsAre(Key(2, 3), Key(2, 0), Key(1, 3), Key(1, 0)));
  EXPECT_THAT(scan(kLast, 0, 1), ElementsAre(Key(2, 3)));
  EXPECT_THAT(scan(2, 0, 10), ElementsAre(Key(1, 3), Key(1, 0)));
  EXPECT_THAT(scan(1, 3, 10), ElementsAre(Key(1, 0)));
}

TEST_P(RowsInquiriesTest, PartiesAreScannedByTheTimeOfTheSubmission) {
  for (const char* const id : {"d1", "d2", "d3"}) {
    ASSERT_THAT(Insert(Letter(id)), IsOk());
    clock_.Advance(absl::Hours(1));
  }
  const auto scan = [&](absl::Duration start, absl::Duration end, const DocumentParties& after,
                        std::size_t limit) {
    const auto found =
        Read()->ScanParties(kNow + start, kNow + end, after.submit_time, after.revision, limit);
    EXPECT_THAT(found, IsOk());
    std::vector<std::int64_t> revisions;
    for (const DocumentParties& parties : *found) {
      EXPECT_EQ(parties.sender, kDesk);
      EXPECT_EQ(parties.case_reference, "2026/17");
      EXPECT_THAT(parties.recipients, ElementsAre(kDesk, kTbilisi));
      revisions.push_back(parties.revision);
    }
    return revisions;
  };
  const DocumentParties start{.submit_time = kNow};
  const DocumentParties first{.revision = 1, .submit_time = kNow};

  EXPECT_THAT(scan(absl::ZeroDuration(), absl::Hours(9), start, 10), ElementsAre(1, 2, 3));
  EXPECT_THAT(scan(absl::ZeroDuration(), absl::Hours(2), start, 10), ElementsAre(1, 2))
      << "the end is excluded";
  EXPECT_THAT(scan(absl::Hours(1), absl::Hours(9), start, 10), ElementsAre(2, 3));
  EXPECT_THAT(scan(absl::ZeroDuration(), absl::Hours(9), first, 1), ElementsAre(2));
}

INSTANTIATE_TEST_SUITE_P(Engines, RowsInquiriesTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::document_exchange
