// Which keys sign a service's ledger, as its configuration says.

#include "common/service/store_settings.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::service {
namespace {

using testing::FailsWith;
using testing::IsOk;

class StoreSettingsTest : public ::testing::Test {
 protected:
  StoreSettingsTest() {
    for (const char name : {'a', 'b'}) {
      EXPECT_THAT(storage::WriteFileAtomically(root_ / std::string(1, name), std::string(32, name)),
                  IsOk());
    }
  }

  // What the section [ledger] with `more` in it makes.
  absl::StatusOr<ledger::NoteSigner> Signer(const std::string& more) const {
    const auto config = config::Config::Parse(
        absl::StrCat("[storage]\ndirectory = \"d\"\nexpiry_keys = \"e\"\npage_token_key = \"p\"\n",
                     "[ledger]\norigin = \"log/1\"\npublication = \"c\"\nkey = \"a\"\n", more),
        root_ / "config.toml", [](const std::string&) { return std::optional<std::string>(); });
    EXPECT_THAT(config, IsOk());
    const auto settings = StoreSettings::Read(*config);
    EXPECT_THAT(settings, IsOk());
    return settings->LedgerSigner();
  }

  const testing::TempDirectory root_;
};

TEST_F(StoreSettingsTest, OneKeySignsUnlessANextOneIsNamed) {
  const auto one = Signer("");
  const auto both = Signer("next_key = \"b\"\n");

  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(both, IsOk());
  EXPECT_EQ(one->verifiers().size(), 1U);
  ASSERT_EQ(both->verifiers().size(), 2U);
  EXPECT_EQ(both->verifiers()[0].vkey(), one->vkey());
  EXPECT_EQ(both->verifiers()[1].name(), "log/1");
}

TEST_F(StoreSettingsTest, ANextKeyMustBeThereAndAnother) {
  EXPECT_THAT(Signer("next_key = \"a\"\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "KEY_REPEATED"));
  EXPECT_THAT(Signer("next_key = \"none\"\n"),
              FailsWith(absl::StatusCode::kNotFound, "KEY_FILE_UNREADABLE"));
}

}  // namespace
}  // namespace comity::service
