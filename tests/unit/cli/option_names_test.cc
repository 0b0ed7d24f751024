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

TEST(OptionNamesTest, AFieldThatOnlyTheMetadataNameIsPutBeforeTheSentence) {
  const auto named = [](const char* field, std::vector<PreconditionViolation> obstacles = {}) {
    return InOptions(MakeError(absl::StatusCode::kNotFound, "There is no partner.",
                               {.reason = "PARTNER_NOT_FOUND",
                                .metadata = {{"field", field}},
                                .preconditions = std::move(obstacles)}),
                     kOptions);
  };
  EXPECT_EQ(named("participants[1].partner").message(), "--with (number 2): There is no partner.");
  EXPECT_EQ(DetailsOf(named("participants[1]")).metadata.at("field"), "--with (number 2)");
  EXPECT_EQ(named("other").message(), "There is no partner.");
  EXPECT_EQ(named("participants", {{"CONTACT", "participants", "is away."}}).message(),
            "There is no partner.");
}

TEST(OptionNamesTest, WhatWasLookedUpForAWordIsNamedByIt) {
  const absl::Status missing = MakeError(absl::StatusCode::kNotFound, "There is no partner.",
                                         {.reason = "PARTNER_NOT_FOUND"});

  const absl::Status status = OfWord(missing, "--origin", "nosuch");

  EXPECT_EQ(status.message(), "--origin: \"nosuch\": There is no partner.");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "PARTNER_NOT_FOUND");
  EXPECT_EQ(DetailsOf(status).fields[0].field, "--origin");
  // A command that knows the field by another option renames it.
  EXPECT_EQ(InOptions(OfWord(missing, "participants", "nosuch"), kOptions).message(),
            "--with: \"nosuch\": There is no partner.");
  EXPECT_EQ(OfWord(absl::UnavailableError("down"), "--origin", "x").message(), "down");
  EXPECT_TRUE(OfWord(absl::OkStatus(), "--origin", "x").ok());
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
