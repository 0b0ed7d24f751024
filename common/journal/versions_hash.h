#pragma once

#include "common/crypto/digest.h"
#include "common/journal/types.h"

namespace comity::journal {

// `versions_sha256` of a ledger entry (common/sealing/FORMATS.md): what commits a mutation's entry
// to the versions that it put. Not thread-safe.
class VersionsHash {
 public:
  // In the order put. Revision and ordinal are not part of it: the entry names its revision.
  void Add(const Version& version);

  // Over what was added so far.
  crypto::Digest digest() const { return stream_.Peek(); }

 private:
  crypto::Sha256Stream stream_;
};

}  // namespace comity::journal
