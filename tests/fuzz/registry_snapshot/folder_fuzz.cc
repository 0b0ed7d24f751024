// A registry's snapshot as somebody handed it on, with one file that an input changes
// (changed_folder.h).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "tests/fuzz/changed_folder.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_snapshot.h"

namespace {

using comity::fuzz::ChangedFolder;
using comity::registry_snapshot::VerifiedSnapshot;

constexpr char kFacts[] = "{\"partner\":{\"name\":\"partners/georgia\"}}\n{}\n";

class Snapshot {
 public:
  const ChangedFolder& folder() const { return folder_; }

  absl::StatusOr<VerifiedSnapshot> Verify() const {
    const absl::Time now = absl::Now();
    return comity::registry_snapshot::VerifyFolder(
        folder_.path(), comity::registry_snapshot::SignedByARegistryUnder(agency_.root_pem(), now),
        now);
  }

 private:
  std::string Made() {
    comity::testing::WriteSnapshot(
        made_ / "snapshot", kFacts, {},
        agency_.IssueSigning(comity::registry_snapshot::RegistryOf("agency.example")));
    return made_ / "snapshot";
  }

  comity::testing::TestCa agency_{"agency.example"};
  const comity::testing::TempDirectory made_;
  const ChangedFolder folder_{Made()};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Snapshot snapshot;
  snapshot.folder().With(data, size, [](const ChangedFolder::Change& change) {
    const auto verified = snapshot.Verify();
    if (change.none && !verified.ok()) std::abort();
    if (!verified.ok()) return;
    if (verified->facts != kFacts || verified->statement.revision != 1) std::abort();
    // A signature may have several forms; of what it is over there is one.
    if (!change.none &&
        (change.missing || change.file != comity::registry_snapshot::kSignatureFile)) {
      std::abort();
    }
  });
  return 0;
}
