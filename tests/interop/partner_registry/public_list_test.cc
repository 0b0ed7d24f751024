// The public list as anybody checks it who has the agency's root and nothing of ours.
#include "services/partner-registry/reports/public_list.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/sealing/cades.h"
#include "services/partner-registry/reports/words.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::comity::testing::WriteFile;

TEST(PublicListInteropTest, OpensslVerifiesItAndNoticesAFlippedByte) {
  const testing::TempDirectory folder;
  testing::TestCa ca("agency.example");
  const testing::IssuedCertificate issued =
      ca.IssueSigning("spiffe://agency.example/service/partner-registry");
  const auto signer = sealing::Signer::FromPem(issued.certificate_pem(), issued.key_pem);
  ASSERT_THAT(signer, IsOk());
  std::string content = PublicListOn(LoadedRegistry(), absl::CivilDay(2026, 11, 28)).content;
  const auto signature = signer->Sign(content, absl::Now(), kNotice);
  ASSERT_THAT(signature, IsOk());
  WriteFile(folder / "root.pem", ca.root_pem());
  WriteFile(folder / "list.json", content);
  WriteFile(folder / "list.json.p7s", *signature);
  const std::string verify = absl::StrCat(
      "cd '", folder.path(),
      "' && openssl cms -verify -cades -binary -inform DER -in list.json.p7s -content list.json "
      "-CAfile root.pem -out /dev/null >output 2>&1");

  EXPECT_EQ(std::system(verify.c_str()), 0);  // NOLINT(cert-env33-c): a test's own tools.
  const std::string says = absl::StrCat(
      "cd '", folder.path(),
      "' && openssl cms -cmsout -print -inform DER -in list.json.p7s | grep -qF '", kNotice, "'");
  EXPECT_EQ(std::system(says.c_str()), 0);  // NOLINT(cert-env33-c)

  content[content.size() / 2] ^= 1;
  WriteFile(folder / "list.json", content);
  EXPECT_NE(std::system(verify.c_str()), 0);  // NOLINT(cert-env33-c)
}

}  // namespace
}  // namespace comity::partner_registry
