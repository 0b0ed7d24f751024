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
  SealedLetter ReceiveFromTbilisi(const std::string& annex_ii = "WITHIN") {
    return Receive(kTbilisi, {.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}, annex_ii);
  }

  // From within the Union.
  SealedLetter ReceiveFromParis(const std::string& annex_ii) {
    return Receive(kParis, {.kind = "MEMBER_STATE", .partner = "partners/france"}, annex_ii);
  }

  SealedLetter Receive(const std::string& sender, const sealing::Originator& originator,
                       const std::string& annex_ii) {
    SealedLetter letter = world_.Seal({.sender = sender,
                                       .recipients = {sender, kDesk},
                                       .direction = "RECEIVE",
                                       .originators = {originator},
                                       .annex_ii = annex_ii});
    EXPECT_THAT(world_.Send(sender, letter), ::comity::testing::IsOk());
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
