#include "common/status/error.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace comity {
namespace {

TEST(ErrorTest, CarriesEverythingToTheReader) {
  const absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "Too many calls.",
                                        {.reason = "RATE_LIMITED",
                                         .metadata = {{"limit", "10"}},
                                         .fields = {{"a.b", "wrong"}},
                                         .preconditions = {{"T", "EJR 47(5)", "missing"}},
                                         .retry_after = absl::Milliseconds(1500)});

  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "RATE_LIMITED");
  EXPECT_EQ(details.metadata.at("limit"), "10");
  EXPECT_EQ(details.fields.at(0).field, "a.b");
  EXPECT_EQ(details.preconditions.at(0).subject, "EJR 47(5)");
  EXPECT_EQ(details.retry_after, absl::Milliseconds(1500));
}

TEST(ErrorTest, AStatusOfOthersHasNoReason) { EXPECT_EQ(ReasonOf(absl::InternalError("x")), ""); }

}  // namespace
}  // namespace comity
