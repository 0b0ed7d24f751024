#include "services/partner-registry/domain/mergers.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

class MergersTest : public ::testing::Test {
 protected:
  absl::StatusOr<ImportPlan> Plan(absl::string_view file, absl::string_view text) const {
    return PlanImport(loaded_, Rows(file, text), kImporter, kNow);
  }

  const Registry loaded_ = LoadedRegistry();
};

constexpr char kMergedRows[] = "id,kind,display_name,deleted,merged_into\n";

TEST_F(MergersTest, ARowMergesNoPartnerOnWhichFactsHang) {
  const auto refused =
      Plan("partners.csv", absl::StrCat(kMergedRows, "chile,STATE,Chile,yes,peru\n"));
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("column merged_into: there are"));

  const std::string twice = absl::StrCat(kMergedRows, "chili,STATE,Chili,yes,chile\n");
  const auto merged = Plan("partners.csv", twice);
  ASSERT_THAT(merged, IsOk());
  Registry registry = After(loaded_, merged->facts);
  Partner chile = *registry.FindPartner("chile");
  chile.delete_time = kNow;
  registry = After(registry, {chile});
  EXPECT_THAT(PlanImport(registry, Rows("partners.csv", twice), kImporter, kNow), IsOk())
      << "a merger that is recorded is not judged again";
}

TEST_F(MergersTest, NoMergerLeadsToWhoIsOffTheRegister) {
  const Registry empty(std::string(32, 'a'));
  const auto text = [](const char* rows) {
    return Rows("partners.csv", absl::StrCat(kMergedRows, rows));
  };
  const auto refused = FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID");
  const char* const circle = "a,STATE,A,yes,b\nb,STATE,B,yes,a\n";
  const char* const chain = "a,STATE,A,yes,b\nb,STATE,B,yes,c\nc,STATE,C,,\n";
  const char* const to_deleted = "a,STATE,A,yes,b\nb,STATE,B,yes,\n";
  for (const Registry* registry : {&empty, &loaded_}) {
    EXPECT_THAT(PlanImport(*registry, text(circle), kImporter, kNow), refused);
    EXPECT_THAT(PlanImport(*registry, text(chain), kImporter, kNow), refused);
  }
  EXPECT_THAT(PlanImport(loaded_, text(to_deleted), kImporter, kNow), refused);
  EXPECT_THAT(PlanImport(empty, text(to_deleted), kImporter, kNow), IsOk())
      << "b was taken off the register since";
}

}  // namespace
}  // namespace comity::partner_registry
