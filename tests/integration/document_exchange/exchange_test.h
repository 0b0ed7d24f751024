#pragma once

#include <gmock/gmock.h>

#include <vector>

#include "tests/integration/document_exchange/world.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {

// The rules, on a real journal and a real folder, without gRPC.
class ExchangeTest : public ::testing::Test {
 protected:
  // A document that Tbilisi may retrieve.
  SealedLetter SendAuthorised() {
    decision_ = world_.Authorise();
    EXPECT_THAT(decision_, ::comity::testing::IsOk());
    SealedLetter letter = world_.Seal({});
    EXPECT_THAT(world_.Send(kDesk, letter), ::comity::testing::IsOk());
    return letter;
  }

  // From Tbilisi; it waits in quarantine.
  SealedLetter ReceiveFromTbilisi() {
    SealedLetter letter =
        world_.Seal({.sender = kTbilisi,
                     .recipients = {kTbilisi, kDesk},
                     .direction = "RECEIVE",
                     .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}}});
    EXPECT_THAT(world_.Send(kTbilisi, letter), ::comity::testing::IsOk());
    return letter;
  }

  std::vector<TransferRecord> Records(bool refused_only) {
    const auto rows = world_.tables->Read();
    return *(*rows)->ScanTransferRecords(0, 0, absl::InfinitePast(), absl::InfiniteFuture(),
                                         refused_only, 100);
  }

  World world_;
  absl::StatusOr<RecordedDecision> decision_;
};

}  // namespace comity::document_exchange
