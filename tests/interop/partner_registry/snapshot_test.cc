// The signed snapshot as anybody checks it who has the agency's root and nothing of ours.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_snapshot.h"

namespace comity::partner_registry {
namespace {

TEST(SnapshotInteropTest, OpensslAndSha256sumVerifyItAndNoticeAFlippedByte) {
  const testing::TempDirectory temporary;
  const std::string folder = temporary / "snapshot";
  testing::TestCa ca("agency.example");
  const auto write = [&] {
    testing::WriteSnapshot(folder, "{\"partner\":{\"name\":\"partners/georgia\"}}\n", {},
                           ca.IssueSigning("spiffe://agency.example/service/partner-registry"));
  };
  testing::WriteFile(temporary / "root.pem", ca.root_pem());
  const auto passes = [&] {
    const std::string verify = absl::StrCat(
        "cd '", folder,
        "' && (openssl cms -verify -cades -binary -inform DER -in statement.p7s -content "
        "statement.json -CAfile ../root.pem -out /dev/null && grep -q "
        "\"\\\"facts_sha256\\\":\\\"$(sha256sum facts.jsonl | cut -c 1-64)\\\"\" statement.json) "
        ">../output 2>&1");
    return std::system(verify.c_str()) == 0;  // NOLINT(cert-env33-c): a test's own tools.
  };
  write();
  EXPECT_TRUE(passes());
  for (const char* const file : {"facts.jsonl", "statement.json", "statement.p7s"}) {
    write();
    testing::FlipByte(absl::StrCat(folder, "/", file));
    EXPECT_FALSE(passes()) << file;
  }
}

}  // namespace
}  // namespace comity::partner_registry
