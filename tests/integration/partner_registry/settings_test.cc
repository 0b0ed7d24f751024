// What the registry's configuration may say, and what holds where it says nothing.

#include "services/partner-registry/server/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/status/macros.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOkAndHolds;

// The lease of a configuration with `replication` in its section.
absl::StatusOr<absl::Duration> LeaseOf(const std::string& replication) {
  COMITY_ASSIGN_OR_RETURN(
      const config::Config config,
      config::Config::Parse(
          absl::StrCat(
              "[storage]\ndirectory = \"d\"\nexpiry_keys = \"e\"\npage_token_key = \"p\"\n",
              "[ledger]\norigin = \"log/1\"\npublication = \"c\"\nkey = \"k\"\n", "[replication]\n",
              replication),
          "config.toml", [](const std::string&) { return std::optional<std::string>(); }));
  Settings settings;
  COMITY_RETURN_IF_ERROR(ReadSettings(config, settings));
  return settings.lease;
}

TEST(SettingsTest, ALeaseIsOfTenSecondsUnlessTheConfigurationSaysAnotherOfThreeToSixty) {
  EXPECT_THAT(LeaseOf(""), IsOkAndHolds(absl::Seconds(10)));
  EXPECT_THAT(LeaseOf("lease = \"3s\"\n"), IsOkAndHolds(absl::Seconds(3)));
  EXPECT_THAT(LeaseOf("lease = \"60s\"\n"), IsOkAndHolds(absl::Seconds(60)));
}

TEST(SettingsTest, AnotherLeaseIsRefusedByItsName) {
  for (const char* const lease : {"2s", "2999ms", "61s", "-10s", "10"}) {
    const auto read = LeaseOf(absl::StrCat("lease = \"", lease, "\"\n"));

    EXPECT_THAT(read, FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID")) << lease;
    EXPECT_THAT(read.status().message(), ::testing::AllOf(::testing::HasSubstr("replication.lease"),
                                                          ::testing::HasSubstr("from 3s to 1m")));
  }
}

}  // namespace
}  // namespace comity::partner_registry
