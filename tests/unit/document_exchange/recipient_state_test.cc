#include "services/document-exchange/domain/recipient_state.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using Event = RecipientEvent;
using State = RecipientState;

struct Move {
  State from;
  Event event;
  State to;
};

TEST(RecipientStateTest, EveryMoveOfTheLifeIsPossible) {
  for (const Move& move : {
           Move{State::kQuarantined, Event::kReleaseFromQuarantine, State::kAvailable},
           Move{State::kAvailable, Event::kHandOver, State::kReleased},
           Move{State::kReleased, Event::kHandOver, State::kReleased},
           Move{State::kRetrieved, Event::kHandOver, State::kRetrieved},
           Move{State::kReleased, Event::kConfirm, State::kRetrieved},
           Move{State::kAvailable, Event::kReject, State::kRejected},
           Move{State::kReleased, Event::kReject, State::kRejected},
           Move{State::kReleased, Event::kReportMismatch, State::kRejected},
           Move{State::kRetrieved, Event::kReportMismatch, State::kRejected},
           Move{State::kAvailable, Event::kWithhold, State::kWithheld},
           Move{State::kQuarantined, Event::kWithhold, State::kWithheld},
       }) {
    State state = move.from;
    EXPECT_THAT(Advance(state, move.event), IsOk()) << Name(move.from);
    EXPECT_EQ(state, move.to) << Name(move.from);
  }
}

TEST(RecipientStateTest, WhatIsNotPossibleSaysWhyAndChangesNothing) {
  const auto refuses = [](State from, Event event, const char* reason) {
    State state = from;
    EXPECT_THAT(Advance(state, event), FailsWith(StatusCode::kFailedPrecondition, reason));
    EXPECT_EQ(state, from);
  };
  refuses(State::kQuarantined, Event::kHandOver, "QUARANTINED");
  refuses(State::kWithheld, Event::kHandOver, "WITHHELD");
  refuses(State::kRejected, Event::kHandOver, "REJECTED");
  refuses(State::kAvailable, Event::kConfirm, "NOT_RELEASED");
  refuses(State::kRetrieved, Event::kConfirm, "ALREADY_RETRIEVED");
  refuses(State::kRetrieved, Event::kReject, "ALREADY_RETRIEVED");
  refuses(State::kAvailable, Event::kReportMismatch, "NOT_RELEASED");
  refuses(State::kAvailable, Event::kReleaseFromQuarantine, "NOT_QUARANTINED");
  refuses(State::kReleased, Event::kWithhold, "ALREADY_RELEASED");
}

TEST(RecipientStateTest, OnlyWhatNobodyCouldOpenCanStillBeStopped) {
  EXPECT_TRUE(NotYetAvailable(State::kQuarantined));
  EXPECT_TRUE(NotYetAvailable(State::kAvailable));
  for (const State state :
       {State::kReleased, State::kRetrieved, State::kRejected, State::kWithheld}) {
    EXPECT_FALSE(NotYetAvailable(state));
  }
}

}  // namespace
}  // namespace comity::document_exchange
