#include "common/journal/entry.h"

#include <gtest/gtest.h>

#include "common/json/canonical.h"
#include "tests/testing/status_matchers.h"

namespace comity::journal {
namespace {

TEST(EntryTest, AnEntryIsCanonicalAndLeavesOutWhatIsNotSet) {
  const EntryBody entry{.time = absl::FromUnixMillis(1'800'000'000'999),
                        .kind = "MUTATION",
                        .caller = "spiffe://agency.example/agency/dpo/-/1",
                        .method = "test/Write",
                        .revision = 7,
                        .outcome = "DONE"};

  EXPECT_EQ(FormatEntry(entry),
            R"({"caller":"spiffe://agency.example/agency/dpo/-/1","format":"comity.entry.v1",)"
            R"("kind":"MUTATION","method":"test/Write","outcome":"DONE","revision":7,)"
            R"("time":"2027-01-15T08:00:00Z"})");
}

TEST(EntryTest, AnEntryHasEverythingThatIsSet) {
  const EntryBody entry{.time = absl::FromUnixSeconds(0),
                        .kind = "DISCLOSURE",
                        .caller = "-",
                        .method = "m",
                        .request_id = "i",
                        .resource = "r",
                        .outcome = "DONE",
                        .reason = "WHY",
                        .purpose = "p",
                        .count = 0,
                        .query_sha256 = crypto::Digest{},
                        .statement_sha256 = crypto::Digest{},
                        .versions_sha256 = crypto::Digest{},
                        .detail = R"({"a":1})"};
  const std::string zeros(64, '0');

  EXPECT_EQ(FormatEntry(entry),
            R"({"caller":"-","count":0,"detail":{"a":1},"format":"comity.entry.v1",)"
            R"("kind":"DISCLOSURE","method":"m","outcome":"DONE","purpose":"p","query_sha256":")" +
                zeros + R"(","reason":"WHY","request_id":"i","resource":"r","statement_sha256":")" +
                zeros + R"(","time":"1970-01-01T00:00:00Z","versions_sha256":")" + zeros + R"("})");
}

TEST(EntryTest, WhateverTextComesTheEntryStaysCanonical) {
  const EntryBody entry{.time = absl::FromUnixSeconds(0),
                        .kind = "REFUSAL",
                        .caller = "quote \" backslash \\ line\n bell\x07 del\x7f",
                        .method = "m",
                        .resource = "K\xc3\xb6ln",
                        .outcome = "NOT_FOUND"};

  const auto parsed = json::ParseCanonical(FormatEntry(entry));

  ASSERT_THAT(parsed, testing::IsOk());
  EXPECT_EQ((*parsed)["caller"], entry.caller);
  EXPECT_EQ((*parsed)["resource"], entry.resource);
}

}  // namespace
}  // namespace comity::journal
