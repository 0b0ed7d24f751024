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
using partner_registry::v1::Instrument;
using partner_registry::v1::Partner;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

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

TEST(FieldMasksTest, AnEntryOfAMapIsSetOrRemovedAndTheOthersStay) {
  using partner_registry::v1::CERTAINTY_FOUND;
  using partner_registry::v1::CERTAINTY_UNCONFIRMED;
  Instrument instrument;
  instrument.set_title("Agreement");
  for (const char* field : {"ended", "in_force", "signed"}) {
    (*instrument.mutable_certainty())[field] = CERTAINTY_UNCONFIRMED;
  }
  Instrument asked;
  (*asked.mutable_certainty())["ended"] = CERTAINTY_FOUND;
  (*asked.mutable_certainty())["notified_end"] = CERTAINTY_FOUND;
  (*asked.mutable_certainty())["signed"] = CERTAINTY_FOUND;
  const FieldMask mask = Mask({"certainty.ended", "certainty.notified_end", "certainty.in_force",
                               "certainty.nothing", "certainty.ended"});

  EXPECT_THAT(Update(mask, asked, instrument), IsOk());

  EXPECT_THAT(instrument.certainty(), UnorderedElementsAre(Pair("ended", CERTAINTY_FOUND),
                                                           Pair("notified_end", CERTAINTY_FOUND),
                                                           Pair("signed", CERTAINTY_UNCONFIRMED)));
  EXPECT_EQ(instrument.title(), "Agreement");

  EXPECT_THAT(Update(Mask({"certainty", "certainty.ended"}), asked, instrument), IsOk());
  EXPECT_THAT(instrument.certainty(), UnorderedElementsAre(Pair("ended", CERTAINTY_FOUND),
                                                           Pair("notified_end", CERTAINTY_FOUND),
                                                           Pair("signed", CERTAINTY_FOUND)))
      << "all of it was named";
}

TEST(FieldMasksTest, WhatIsNoEntryOfAMapIsNamedAndNothingIsChanged) {
  for (const char* path : {"certainty.", "certainty.a.b", ".ended", "title.x", "scope.offences",
                           "colour.x", "value_recorded_by.ended", "confirmations.0"}) {
    Instrument instrument;
    (*instrument.mutable_certainty())["ended"] = partner_registry::v1::CERTAINTY_FOUND;
    const std::string before = instrument.DebugString();

    const absl::Status refused = Update(Mask({"certainty.ended", path}), Instrument(), instrument);

    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"))
        << path;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path));
    EXPECT_EQ(instrument.DebugString(), before) << path;
  }
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
