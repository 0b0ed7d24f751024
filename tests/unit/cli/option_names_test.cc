#include "services/cli/option_names.h"

#include <gmock/gmock.h>

#include "common/status/error.h"

namespace comity::cli {
namespace {

constexpr FieldOption kOptions[] = {{"engagement.participants", "--with"},
                                    {"participants", "--with"},
                                    {"engagement.interval.end_time", "--duration"}};

TEST(OptionNamesTest, AFieldIsNamedByTheOptionItWasMadeFrom) {
  const absl::Status status = InOptions(
      InvalidField("INTERVAL_INVALID", "engagement.interval.end_time", "must be later"), kOptions);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "--duration: must be later");
  EXPECT_EQ(ReasonOf(status), "INTERVAL_INVALID");
  EXPECT_EQ(DetailsOf(status).fields[0].field, "--duration");
  EXPECT_EQ(DetailsOf(status).metadata.at("field"), "--duration");
}

TEST(OptionNamesTest, OfSeveralValuesItSaysWhich) {
  const absl::Status field = InOptions(
      InvalidField("PARTICIPANTS_INVALID", "engagement.participants[1]", "is named twice"),
      kOptions);
  EXPECT_EQ(field.message(), "--with (number 2): is named twice");

  const absl::Status obstacle =
      InOptions(MakeError(absl::StatusCode::kFailedPrecondition, "participants[0] is away.",
                          {.reason = "CONTACT_NOT_ACTIVE",
                           .preconditions = {{"CONTACT", "participants[0]", "is away."},
                                             {"CONTACT", "participants[12]", "is away."}}}),
                kOptions);
  EXPECT_EQ(obstacle.message(), "--with (number 1) is away.");
  EXPECT_EQ(DetailsOf(obstacle).preconditions[1].subject, "--with (number 13)");
}

TEST(OptionNamesTest, WhatNoOptionWasGivenForStaysAsItIs) {
  for (const char* const field : {"engagement.participants_more", "engagement", "other"}) {
    const absl::Status status = InOptions(InvalidField("X_INVALID", field, "is wrong"), kOptions);
    EXPECT_EQ(DetailsOf(status).fields[0].field, field);
    EXPECT_EQ(status.message(), InvalidField("X_INVALID", field, "is wrong").message());
  }
  EXPECT_TRUE(InOptions(absl::OkStatus(), kOptions).ok());
  EXPECT_EQ(InOptions(absl::CancelledError("gone"), kOptions).message(), "gone");
}

}  // namespace
}  // namespace comity::cli
