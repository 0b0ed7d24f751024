#include "common/time/zone.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace comity {
namespace {

TEST(ZoneTest, FindsTheZonesOfTheDatabase) {
  for (const char* name : {"Europe/Brussels", "America/Argentina/Buenos_Aires", "Etc/GMT+5",
                           "America/Port-au-Prince", "UTC"}) {
    const std::optional<absl::TimeZone> zone = ZoneNamed(name);
    ASSERT_TRUE(zone.has_value()) << name;
    EXPECT_EQ(zone->name(), name);
  }
}

TEST(ZoneTest, ANameThatIsNoFileOfTheDatabaseNeverReachesIt) {
  for (const std::string& name :
       {std::string(), std::string("Mars/Olympus"), std::string("Europe"), std::string("Europe/"),
        std::string("/usr/share/zoneinfo/UTC"), std::string("file:/usr/share/zoneinfo/UTC"),
        std::string("Europe/../UTC"), std::string("./UTC"), std::string("Europe//Brussels"),
        std::string("UTC\0", 4), std::string(" UTC"), std::string("Fixed/UTC+01:00:00"),
        std::string(65, 'A'), std::string(100'000, 'A')}) {
    EXPECT_FALSE(ZoneNamed(name).has_value()) << name.substr(0, 80);
  }
}

// The database also has files that are no zones.
TEST(ZoneTest, AFileThatIsNoZoneIsNone) { EXPECT_FALSE(ZoneNamed("leapseconds").has_value()); }

}  // namespace
}  // namespace comity
