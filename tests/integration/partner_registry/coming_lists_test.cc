#include "services/partner-registry/transport/coming_lists.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

constexpr absl::CivilDay kDay(2026, 11, 28);

TEST(ComingListsTest, AListIsMadeOnceForAllWhoWatchIt) {
  const Registry& registry = LoadedRegistry();
  ComingLists lists;
  const auto first = lists.On(registry, kDay, 365);
  EXPECT_GT(first->response.events_size(), 0);
  EXPECT_EQ(first->response.registry_revision().number(), registry.revision());
  EXPECT_EQ(lists.On(registry, kDay, 365), first);

  const auto longer = lists.On(registry, kDay, 3'660);
  EXPECT_GT(longer->response.events_size(), first->response.events_size());
  EXPECT_EQ(lists.On(registry, kDay, 365), first) << "the other list took nothing from it";
}

TEST(ComingListsTest, ANewDayOrRevisionMakesItAnew) {
  Registry registry = LoadedRegistry();
  ComingLists lists;
  const auto first = lists.On(registry, kDay, 90);
  EXPECT_NE(lists.On(registry, kDay + 1, 90), first);

  const auto before = lists.On(registry, kDay, 90);
  registry.Apply({.revision = registry.revision() + 1, .facts = {}});
  const auto after = lists.On(registry, kDay, 90);
  EXPECT_NE(after, before);
  EXPECT_EQ(after->events, before->events) << "which is no news";
  EXPECT_NE(after->response.registry_revision().number(),
            before->response.registry_revision().number());
}

}  // namespace
}  // namespace comity::partner_registry
