#include "common/sealing/registry_snapshot.h"

#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOkAndHolds;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

RegistrySnapshot ASnapshot() {
  const absl::Time made = absl::FromCivil(absl::CivilHour(2026, 11, 28, 20), absl::UTCTimeZone());
  return {.notice = "Sample data.",
          .store_id = std::string(32, 'a'),
          .revision = 7,
          .made = made,
          .expires = made + absl::Hours(24),
          .facts = 3,
          .facts_sha256 = crypto::Digest{1}};
}

TEST(RegistrySnapshotTest, IsReadAsItWasWritten) {
  RegistrySnapshot snapshot = ASnapshot();
  EXPECT_THAT(BuildRegistrySnapshot(snapshot),
              IsOkAndHolds("{\"expires\":\"2026-11-29T20:00:00Z\",\"facts\":3,\"facts_sha256\":"
                           "\"0100000000000000000000000000000000000000000000000000000000000000\","
                           "\"format\":\"comity.registry-snapshot.v1\",\"made\":"
                           "\"2026-11-28T20:00:00Z\",\"notice\":\"Sample data.\","
                           "\"registry_revision\":{\"number\":7,\"store_id\":"
                           "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}"));
  EXPECT_THAT(ParseRegistrySnapshot(*BuildRegistrySnapshot(snapshot)), IsOkAndHolds(snapshot));

  snapshot.checkpoint_sha256 = crypto::Digest{2};
  EXPECT_THAT(ParseRegistrySnapshot(*BuildRegistrySnapshot(snapshot)), IsOkAndHolds(snapshot));
}

TEST(RegistrySnapshotTest, RefusesWhatCannotBe) {
  const auto refused = [](auto change) {
    RegistrySnapshot snapshot = ASnapshot();
    change(snapshot);
    EXPECT_THAT(BuildRegistrySnapshot(snapshot), FailsWith(kInvalid, "SNAPSHOT_INVALID"));
  };
  refused([](RegistrySnapshot& s) { s.notice = ""; });
  refused([](RegistrySnapshot& s) { s.store_id = "store-1"; });
  refused([](RegistrySnapshot& s) { s.revision = -1; });
  refused([](RegistrySnapshot& s) { s.facts = -1; });
  refused([](RegistrySnapshot& s) { s.expires = s.made; });
  refused([](RegistrySnapshot& s) { s.expires = s.made + absl::Hours(721); });

  const std::string bytes = *BuildRegistrySnapshot(ASnapshot());
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"snapshot.v1", "snapshot.v2"},
           {"\"facts\":3,", ""},
           {"\"facts\":3", "\"facts\":\"3\""},
           {"\"number\":7", "\"number\":7,\"other\":1"},
           {"28T20:00:00Z", "28T20:00:00+00:00"}}) {
    EXPECT_THAT(ParseRegistrySnapshot(absl::StrReplaceAll(bytes, {{from, to}})),
                FailsWith(kInvalid, "SNAPSHOT_INVALID"))
        << from;
  }
}

}  // namespace
}  // namespace comity::sealing
