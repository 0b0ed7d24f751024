// A page of entries that somebody sent, looked up in a log of three.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/ledger/verify_log.h"
#include "services/cli/claimed_entries.h"

namespace {

using comity::ledger::Hash;

// Entry i has the salt "iii..." and the body {"entry":i}.
class Log : public comity::ledger::TileReader {
 public:
  static constexpr std::int64_t kSize = 3;

  Log() {
    for (std::int64_t i = 0; i < kSize; ++i) {
      leaves_.push_back(comity::ledger::LeafHash(Commitment(i)));
    }
  }

  static std::string Body(std::int64_t index) {
    return "{\"entry\":" + std::to_string(index) + "}";
  }
  static Hash Commitment(std::int64_t index) {
    const std::string salt(32, static_cast<char>('0' + index));
    return comity::ledger::Commitment(salt, Body(index));
  }

  absl::StatusOr<std::vector<Hash>> ReadTile(comity::ledger::TileId id) const override {
    if (id == comity::ledger::TileId{}) return leaves_;
    return absl::NotFoundError("there is one tile");
  }

 private:
  std::vector<Hash> leaves_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const log = new Log;
  static const auto* const checkpoint =
      new comity::ledger::Checkpoint{.origin = "log.example/1",
                                     .size = Log::kSize,
                                     .root = *comity::ledger::RootAt(*log, Log::kSize)};
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto entries = comity::cli::ParseClaimedEntries("entries.json", input);
  if (!entries.ok()) return 0;
  if (!comity::ledger::VerifyLog(*log, *checkpoint, *entries).ok()) return 0;
  // What is taken for an entry of the log is one, and says what it says there.
  for (const auto& entry : *entries) {
    if (entry.commitment != Log::Commitment(entry.index)) std::abort();
    if (!entry.body.empty() && entry.body != Log::Body(entry.index)) std::abort();
  }
  return 0;
}
