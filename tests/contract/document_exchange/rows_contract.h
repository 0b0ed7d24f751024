#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/rows.h"
#include "services/document-exchange/storage/exchange_tables.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

// What every engine's tests of Rows share.
namespace comity::document_exchange {

inline constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
inline constexpr char kColleague[] = "spiffe://agency.example/agency/desk-officer/fr/desk-2";
inline constexpr char kTbilisi[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
inline constexpr char kPanama[] = "spiffe://agency.example/partner/panama/contact/panama-1";
inline constexpr char kFrenchUnit[] = "agency.example/unit/fr";

inline const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

using Write = std::function<absl::Status(journal::Turn& turn, WritableRows& rows)>;

class RowsContractTest : public ::testing::TestWithParam<journal::Backend> {
 protected:
  RowsContractTest() : options_(GetParam().options(folder_.path())) {
    options_.clock = &clock_;
    options_.migrations = Migrations();
    auto journal = journal::Journal::Open(options_);
    EXPECT_THAT(journal, comity::testing::IsOk());
    journal_ = *std::move(journal);
    source_ = std::make_unique<ExchangeTables>(journal_.get());
  }
  ~RowsContractTest() override { journal_->Close(); }

  // One mutation.
  absl::Status Mutate(const Write& write) {
    return journal_
        ->Mutate({.caller = kDesk, .method = "test/Write"},
                 [&](journal::Turn& turn) -> absl::Status {
                   COMITY_RETURN_IF_ERROR(write(turn, *source_->In(turn)));
                   return turn.AddLeaf({.revision = turn.revision()}).status();
                 })
        .status();
  }

  absl::Status Insert(const Upload& upload) {
    return Mutate([&](journal::Turn&, WritableRows& rows) { return rows.InsertUpload(upload); });
  }

  // With the revision and time of its turn.
  absl::Status Insert(Document document) {
    return Mutate([&](journal::Turn& turn, WritableRows& rows) {
      document.revision = turn.revision();
      document.submit_time = turn.now();
      return rows.InsertDocument(document);
    });
  }

  absl::Status Insert(RecordedDecision decision) {
    return Mutate([&](journal::Turn& turn, WritableRows& rows) {
      decision.revision = turn.revision();
      decision.record_time = turn.now();
      return rows.InsertDecision(decision);
    });
  }

  std::unique_ptr<Rows> Read() {
    auto rows = source_->Read();
    EXPECT_THAT(rows, comity::testing::IsOk());
    return *std::move(rows);
  }

  static Upload UploadOf(const std::string& id, absl::Time expire_time) {
    return {.id = id,
            .document_id = "document of " + id,
            .owner = kDesk,
            .announced = {.content = 3000, .description = 400},
            .recipients = {kDesk, kTbilisi},
            .flags = {.requested_by_member_state = true},
            .context_digests = "direction=1f",
            .create_time = kNow,
            .expire_time = expire_time};
  }

  static Document Letter(const std::string& id, RecipientState state = RecipientState::kAvailable) {
    return {
        .id = id,
        .sender = kDesk,
        .manifest_sha256 = crypto::Sha256(id),
        .thread = "thread of " + id,
        .case_reference = "2026/17",
        .operational = true,
        .flags = {.eppo_exception = true},
        .sizes = {.content = 3000, .description = 400},
        .registry_revision = {.store_id = "store", .number = 7},
        .recipients = {{.spiffe_id = kDesk, .own = true}, {.spiffe_id = kTbilisi, .state = state}}};
  }

  static RecordedDecision Authorisation(const std::string& id) {
    RecordedDecision recorded;
    recorded.decision.name = "decisions/" + id;
    recorded.decision.kind = legal::DecisionKind::kAuthorisation;
    recorded.decision.partner = "partners/france";
    recorded.decision.counterparts = {"partners/georgia"};
    recorded.decision.case_reference = "2026/17";
    recorded.decision.valid_from = *PartialDate::Parse("2026-11-01");
    recorded.decision.grounds = "as agreed";
    recorded.evidence = "FR-1";
    recorded.recorded_by = kDesk;
    recorded.side = kFrenchUnit;
    return recorded;
  }

  template <typename T>
  static std::vector<std::string> Ids(const absl::StatusOr<std::vector<T>>& found) {
    EXPECT_THAT(found, comity::testing::IsOk());
    std::vector<std::string> ids;
    if (!found.ok()) return ids;
    for (const T& each : *found) {
      if constexpr (std::is_same_v<T, RecordedDecision>) {
        ids.push_back(each.decision.name);
      } else {
        ids.push_back(each.id);
      }
    }
    return ids;
  }

  const comity::testing::TempDirectory folder_;
  ManualClock clock_{kNow};
  journal::Options options_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<RowsSource> source_;
};

}  // namespace comity::document_exchange
