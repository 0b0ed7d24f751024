#include "services/cli/set_fields.h"

#include <gmock/gmock.h>

#include "comity/partner_registry/v1/partner.pb.h"
#include "services/cli/shown_fields.h"
#include "tests/testing/status_matchers.h"

namespace comity::cli {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using partner_registry::v1::Instrument;
using partner_registry::v1::Partner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(SetFieldsTest, EveryKindOfFieldIsReadAndNamed) {
  Partner partner;
  google::protobuf::FieldMask mask;

  ASSERT_THAT(SetFields({"kind=union-body", "display_name=a = b", "aliases=x", "aliases=y",
                         "competent_in_criminal_matters=yes", "region=",
                         "legal_classes=[{\"legal_class\": \"LEGAL_CLASS_UNION_BODY\"}]"},
                        partner, mask),
              IsOk());

  EXPECT_EQ(partner.kind(), partner_registry::v1::PARTNER_KIND_UNION_BODY);
  EXPECT_EQ(partner.display_name(), "a = b");
  EXPECT_THAT(partner.aliases(), ElementsAre("x", "y"));
  EXPECT_TRUE(partner.competent_in_criminal_matters());
  EXPECT_EQ(partner.legal_classes(0).legal_class(), partner_registry::v1::LEGAL_CLASS_UNION_BODY);
  EXPECT_THAT(mask.paths(),
              ElementsAre("kind", "display_name", "aliases", "competent_in_criminal_matters",
                          "region", "legal_classes"));
  EXPECT_THAT(SetFields({"aliases=[\"a\", \"b\"]"}, partner, mask), IsOk());
  EXPECT_THAT(partner.aliases(), ElementsAre("a", "b"));
  Instrument instrument;
  EXPECT_THAT(SetFields({"certainty={\"in_force\": \"CERTAINTY_FOUND\"}"}, instrument, mask),
              IsOk());
  EXPECT_EQ(instrument.certainty().at("in_force"), partner_registry::v1::CERTAINTY_FOUND);
}

TEST(SetFieldsTest, AnEntryOfAMapIsSetOrRemovedByItsKey) {
  Instrument instrument;
  google::protobuf::FieldMask mask;

  ASSERT_THAT(SetFields({"certainty.ended=found", "certainty.in_force="}, instrument, mask),
              IsOk());

  EXPECT_THAT(instrument.certainty(),
              UnorderedElementsAre(Pair("ended", partner_registry::v1::CERTAINTY_FOUND)));
  EXPECT_THAT(mask.paths(), ElementsAre("certainty.ended", "certainty.in_force"));
  EXPECT_THAT(EntriesHelp(*Instrument::descriptor()), HasSubstr("certainty.ended=found"));
  EXPECT_EQ(EntriesHelp(*Partner::descriptor()), "");
}

TEST(SetFieldsTest, AMapIsReplacedOrSetByItsKeysNotBoth) {
  const auto set = [](std::vector<std::string> assignments) {
    Instrument instrument;
    google::protobuf::FieldMask mask;
    return SetFields(assignments, instrument, mask);
  };
  const std::string all = "certainty={\"in_force\": \"CERTAINTY_FOUND\"}";
  for (const std::vector<std::string>& given :
       {std::vector<std::string>{all, "certainty.ended=found"},
        {"certainty.ended=found", all},
        {all, all},
        {"certainty.ended=found", "certainty.ended="},
        {"certainty.ended=perhaps"}}) {
    EXPECT_THAT(set(given), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"))
        << given.back();
  }
  EXPECT_THAT(std::string(set({"certainty.ended=perhaps"}).message()),
              HasSubstr("certainty.ended is one of"));
  for (const char* unknown : {"scope.offences=x", "title.x=y", "value_recorded_by.ended=me"}) {
    EXPECT_THAT(set({unknown}), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_UNKNOWN"))
        << unknown;
  }
}

TEST(SetFieldsTest, WhatIsNoFieldOrNoValueOfItIsRefused) {
  const auto set = [](std::vector<std::string> assignments) {
    Partner partner;
    google::protobuf::FieldMask mask;
    return SetFields(assignments, partner, mask);
  };
  for (const char* unknown : {"colour=red", "etag=x", "name=partners/x", "region", "=x"}) {
    EXPECT_THAT(set({unknown}), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_UNKNOWN"))
        << unknown;
  }
  for (const char* invalid :
       {"kind=empire", "competent_in_criminal_matters=maybe", "legal_classes=x", "aliases=[x"}) {
    EXPECT_THAT(set({invalid}), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"))
        << invalid;
  }
  EXPECT_THAT(set({"region=A", "region=B"}),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
}

TEST(SetFieldsTest, WhatAnInstrumentCoversIsOneFieldWithParts) {
  partner_registry::v1::Instrument instrument;
  google::protobuf::FieldMask mask;
  ASSERT_THAT(SetFields({R"(scope={"offences": ["terrorism", "fraud"],
                               "subjects": ["SUBJECT_KIND_VICTIM", "SUBJECT_KIND_WITNESS"],
                               "excludesSpecialCategories": true})"},
                        instrument, mask),
              IsOk());
  EXPECT_THAT(mask.paths(), ElementsAre("scope"));
  EXPECT_THAT(ShownFields(instrument.scope()),
              ElementsAre(ElementsAre("offences", "terrorism; fraud"),
                          ElementsAre("subjects", "victim; witness"),
                          ElementsAre("excludes_special_categories", "yes")));
}

TEST(SetFieldsTest, NamesOfFieldsAreTakenOnceAndOthersRefused) {
  std::vector<std::string> names;
  EXPECT_EQ(TakeFieldNames(*Partner::descriptor(), "region,display_name", names), "");
  EXPECT_EQ(TakeFieldNames(*Partner::descriptor(), "region", names), "");
  EXPECT_THAT(names, ElementsAre("region", "display_name"));
  for (const char* wrong : {"colour", "region,colour", "", "*", "region,"}) {
    EXPECT_THAT(TakeFieldNames(*Partner::descriptor(), wrong, names),
                HasSubstr("is not one of name, kind, display_name"))
        << wrong;
  }
}

}  // namespace
}  // namespace comity::cli
