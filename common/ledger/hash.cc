#include "common/ledger/hash.h"

namespace comity::ledger {
namespace {

constexpr absl::string_view kLeafPrefix("\x00", 1);
constexpr absl::string_view kNodePrefix("\x01", 1);

}  // namespace

Hash Commitment(absl::string_view salt, absl::string_view body) {
  return crypto::Sha256({salt, body});
}

Hash LeafHash(absl::string_view data) { return crypto::Sha256({kLeafPrefix, data}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return crypto::Sha256({kNodePrefix, crypto::View(left), crypto::View(right)});
}

Hash EmptyRoot() { return crypto::Sha256(""); }

}  // namespace comity::ledger
