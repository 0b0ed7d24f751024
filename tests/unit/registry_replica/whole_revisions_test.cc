#include "common/registry_replica/whole_revisions.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "comity/partner_registry/v1/partner_registry.pb.h"

namespace comity::registry_replica {
namespace {

using Response = partner_registry::v1::ReplicateResponse;

Response Parse(const std::string& text) {
  Response response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &response)) << text;
  return response;
}

TEST(WholeRevisionsTest, WhatIsWholePassesAsItIs) {
  WholeRevisions<Response> revisions;
  for (const char* const whole :
       {R"pb(changes {
               revision { number: 1 }
               removed: "a"
             }
             changes {
               revision { number: 2 }
               removed: "b"
               barrier: true
             }
             bookmark { number: 2 })pb",
        R"pb(bookmark { number: 3 })pb", R"pb(renewed: 7 lease_ms: 10)pb"}) {
    const auto passed = revisions.Add(Parse(whole));
    ASSERT_TRUE(passed.has_value()) << whole;
    EXPECT_EQ(passed->DebugString(), Parse(whole).DebugString());
  }
}

TEST(WholeRevisionsTest, PartsAreOneChangeWithAllThatCameWithThem) {
  WholeRevisions<Response> revisions;
  EXPECT_FALSE(revisions.Add(Parse(R"pb(changes {
                                          revision { number: 1 }
                                          removed: "a"
                                        }
                                        changes {
                                          revision { number: 2 }
                                          removed: "b"
                                          barrier: true
                                        })pb")));
  EXPECT_FALSE(revisions.Add(Parse(R"pb(renewed: 7 lease_ms: 10)pb")))
      << "no lease before what came with it is whole";
  EXPECT_FALSE(revisions.Add(Parse(R"pb(changes {
                                          revision { number: 2 }
                                          removed: "c"
                                        })pb")));

  const auto whole = revisions.Add(Parse(R"pb(changes {
                                                revision { number: 2 }
                                                removed: "d"
                                              }
                                              bookmark { number: 2 })pb"));

  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->DebugString(), Parse(R"pb(changes {
                                               revision { number: 1 }
                                               removed: "a"
                                             }
                                             changes {
                                               revision { number: 2 }
                                               removed: "b"
                                               removed: "c"
                                               removed: "d"
                                               barrier: true
                                             }
                                             bookmark { number: 2 }
                                             renewed: 7
                                             lease_ms: 10)pb")
                                      .DebugString());
}

TEST(WholeRevisionsTest, APartIsForgottenWithItsStream) {
  WholeRevisions<Response> revisions;
  EXPECT_FALSE(revisions.Add(Parse(R"pb(changes {
                                          revision { number: 2 }
                                          removed: "b"
                                        })pb")));
  revisions.Forget();
  const auto next = revisions.Add(Parse(R"pb(renewed: 7)pb"));
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->changes_size(), 0);
}

}  // namespace
}  // namespace comity::registry_replica
