#include "common/service/page_room.h"

#include <gtest/gtest.h>

#include <string>

#include "comity/partner_registry/v1/partner.pb.h"

namespace comity::service {
namespace {

partner_registry::v1::Partner OfBytes(std::size_t bytes) {
  partner_registry::v1::Partner partner;
  partner.set_display_name(std::string(bytes, 'x'));
  return partner;
}

TEST(PageRoomTest, APageHasAsManyItemsAsWereAskedFor) {
  PageRoom room(2);
  EXPECT_TRUE(room.Take(OfBytes(1)));
  EXPECT_TRUE(room.Take(OfBytes(1)));
  EXPECT_FALSE(room.Take(OfBytes(1)));
}

TEST(PageRoomTest, AndNoMoreThanGoesIntoAMessage) {
  PageRoom room(500);
  EXPECT_TRUE(room.Take(OfBytes(PageRoom::kMostBytes - 100)));
  EXPECT_FALSE(room.Take(OfBytes(100)));
  EXPECT_TRUE(room.Take(OfBytes(10))) << "what is smaller has room still";
}

TEST(PageRoomTest, OneItemAlwaysHasRoom) {
  PageRoom room(500);
  EXPECT_TRUE(room.Take(OfBytes(PageRoom::kMostBytes + 1)));
  EXPECT_FALSE(room.Take(OfBytes(1)));
}

}  // namespace
}  // namespace comity::service
