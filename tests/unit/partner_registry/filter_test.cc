#include "services/partner-registry/domain/filter.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

const absl::CivilDay kToday(2026, 11, 28);

Partner Croatia() {
  return {.id = "croatia",
          .kind = PartnerKind::kState,
          .display_name = "Croatia",
          .iso_alpha2 = "HR",
          .iso_alpha3 = "HRV",
          .region = "EU",
          .legal_classes = {{.legal_class = LegalClass::kThirdCountry, .to = "2013-06-30"},
                            {.legal_class = LegalClass::kMemberState, .from = "2013-07-01"}},
          .competence = {.criminal_matters = true}};
}

bool Matches(absl::string_view text, absl::CivilDay today = kToday) {
  const auto filter = PartnerFilter::Parse(text);
  EXPECT_THAT(filter, IsOk()) << text;
  PartnerCodes codes;
  codes.Put(0, Croatia());
  return filter.ok() && filter->Compile(codes, today).Through(codes, 0, 1) == 1;
}

TEST(FilterTest, NothingAskedForIsEverybody) {
  EXPECT_TRUE(Matches(""));
  EXPECT_TRUE(Matches("  "));
}

TEST(FilterTest, EveryFieldCanBeAskedFor) {
  EXPECT_TRUE(Matches("kind = STATE"));
  EXPECT_TRUE(Matches("kind=PARTNER_KIND_STATE"));
  EXPECT_FALSE(Matches("kind = UNION_BODY"));
  EXPECT_TRUE(Matches("region:EU"));
  EXPECT_TRUE(Matches("region = \"EU\""));
  EXPECT_TRUE(Matches("iso_alpha2 = hr"));
  EXPECT_TRUE(Matches("iso_alpha3 != GEO"));
  EXPECT_TRUE(Matches("exchanges_suspended = false"));
  EXPECT_TRUE(Matches("competent_in_criminal_matters:*"));
  EXPECT_FALSE(Matches("exchanges_suspended:*"));
}

TEST(FilterTest, TheLegalClassIsThatOfTheDay) {
  EXPECT_TRUE(Matches("legal_class = MEMBER_STATE"));
  EXPECT_TRUE(Matches("legal_class = THIRD_COUNTRY", absl::CivilDay(2013, 6, 30)));
  EXPECT_TRUE(Matches("legal_class = THIRD_COUNTRY", absl::CivilDay(1, 1, 1)));
  EXPECT_TRUE(Matches("legal_class:* AND legal_class = MEMBER_STATE", absl::CivilDay(9999, 1, 1)));
}

TEST(FilterTest, OrBindsTighterThanAnd) {
  EXPECT_FALSE(Matches("kind = STATE OR kind = UNION_BODY AND region = ASIA"));
  EXPECT_TRUE(Matches("kind = STATE OR (kind = UNION_BODY AND region = ASIA)"));
  EXPECT_TRUE(Matches("NOT region = ASIA AND NOT (kind = UNION_BODY OR iso_alpha2 = GE)"));
  EXPECT_TRUE(Matches("NOT NOT kind = STATE"));
}

TEST(FilterTest, WhatIsWrongIsSaidWithItsPlaceAndWhatWouldDo) {
  const std::pair<const char*, const char*> wrong[] = {
      {"colour = RED", "at character 1: name a field: kind, region"},
      {"kind", "at character 5, its end: write =, != or :"},
      {"kind = ", "its end: write a value"},
      {"kind = EMPIRE", "at character 8: kind is one of UNSPECIFIED, STATE"},
      {"kind = STATE region = EU", "at character 14: write AND or OR"},
      {"kind = STATE AND", "its end: name a field"},
      {"(kind = STATE", "its end: close the parenthesis"},
      {"region = \"EU", "its end: close the quotes"},
      {"exchanges_suspended = yes", "one of true, false"},
      {"kind = STATE and region = EU", "at character 14: write AND or OR"}};
  for (const auto& [text, said] : wrong) {
    const auto filter = PartnerFilter::Parse(text);
    EXPECT_THAT(filter, FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID")) << text;
    EXPECT_THAT(std::string(filter.status().message()), HasSubstr(said)) << text;
  }
}

TEST(FilterTest, LengthAndDepthAreBounded) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(static_cast<std::size_t>(depth), '('), "region:*",
                        std::string(static_cast<std::size_t>(depth), ')'));
  };
  EXPECT_TRUE(Matches(nested(50)));
  EXPECT_THAT(PartnerFilter::Parse(nested(51)),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_THAT(PartnerFilter::Parse(std::string(1001, ' ')),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_TRUE(Matches(std::string(1000, ' ')));
}

TEST(FilterTest, ItIsWrittenInOneFormThatIsReadAsTheSame) {
  const auto filter = PartnerFilter::Parse(
      "kind:PARTNER_KIND_STATE OR region=\"a \\\"b\\\" \\\\\" AND NOT iso_alpha2:*");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->ToString(),
            "((kind = \"STATE\" OR region = \"a \\\"b\\\" \\\\\") AND NOT iso_alpha2:*)");
  EXPECT_EQ(PartnerFilter::Parse(filter->ToString())->ToString(), filter->ToString());
}

}  // namespace
}  // namespace comity::partner_registry
