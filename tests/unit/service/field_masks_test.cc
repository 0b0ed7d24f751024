#include "common/service/field_masks.h"

#include <gmock/gmock.h>

#include <string>

#include "comity/partner_registry/v1/partner.pb.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::service {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using google::protobuf::FieldMask;
using partner_registry::v1::Partner;
using ::testing::HasSubstr;

FieldMask Mask(std::initializer_list<const char*> paths) {
  FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

Partner Georgia() {
  Partner partner;
  partner.set_name("partners/georgia");
  partner.set_display_name("Georgia");
  partner.set_region("CAUCASUS");
  partner.add_aliases("Sakartvelo");
  partner.set_etag("\"1\"");
  return partner;
}

Partner Asked() {
  Partner partner;
  partner.set_name("partners/other");
  partner.set_display_name("Sakartvelo");
  partner.set_iso_alpha2("GE");
  partner.set_etag("\"9\"");
  return partner;
}

TEST(FieldMasksTest, OnlyWhatIsNamedIsChangedAndWhatIsEmptyIsEmptied) {
  Partner partner = Georgia();

  EXPECT_THAT(Update(Mask({"display_name", "aliases", "display_name"}), Asked(), partner), IsOk());

  Partner wanted = Georgia();
  wanted.set_display_name("Sakartvelo");
  wanted.clear_aliases();
  EXPECT_EQ(partner.DebugString(), wanted.DebugString());
}

TEST(FieldMasksTest, AStarIsAllThatACallerCanSet) {
  Partner partner = Georgia();

  EXPECT_THAT(Update(Mask({"*"}), Asked(), partner), IsOk());

  Partner wanted = Asked();
  wanted.set_name("partners/georgia");
  wanted.set_etag("\"1\"");
  EXPECT_EQ(partner.DebugString(), wanted.DebugString());
}

TEST(FieldMasksTest, APathThatCannotBeSetIsNamedAndNothingIsChanged) {
  for (const char* path : {"colour", "revision", "etag", "name", "exchanges_suspended",
                           "legal_classes.from", "displayName", ""}) {
    Partner partner = Georgia();
    const absl::Status refused = Update(Mask({"region", path}), Asked(), partner);
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"))
        << path;
    EXPECT_THAT(DetailsOf(refused).fields.at(0).field, "update_mask");
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path));
    EXPECT_EQ(partner.DebugString(), Georgia().DebugString()) << path;
  }
  Partner partner = Georgia();
  EXPECT_THAT(Update(Mask({}), Asked(), partner),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"));
}

TEST(FieldMasksTest, AReadKeepsTheNameAndWhatIsNamed) {
  Partner partner = Georgia();
  EXPECT_THAT(CheckReadMask(Mask({"region", "etag"}), *Partner::descriptor()), IsOk());

  KeepOnly(Mask({"region"}), partner);

  Partner wanted;
  wanted.set_name("partners/georgia");
  wanted.set_region("CAUCASUS");
  EXPECT_EQ(partner.DebugString(), wanted.DebugString());
  partner = Georgia();
  KeepOnly(Mask({}), partner);
  KeepOnly(Mask({"region", "*"}), partner);
  EXPECT_EQ(partner.DebugString(), Georgia().DebugString());
  const absl::Status refused = CheckReadMask(Mask({"colour"}), *Partner::descriptor());
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"));
  EXPECT_THAT(DetailsOf(refused).fields.at(0).field, "read_mask");
}

}  // namespace
}  // namespace comity::service
