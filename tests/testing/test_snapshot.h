#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing/test_ca.h"

namespace comity::testing {

// What a signed snapshot of a registry says; the rest follows from its facts.
struct TestSnapshot {
  std::string store_id = std::string(32, 'a');
  std::int64_t revision = 1;
  absl::Time made = absl::Now();
  absl::Duration valid = absl::Hours(24);
};

// Writes the three files of a snapshot of `facts` (JSON lines), signed with `signer`'s certificate,
// to `folder`, which is made. Ends the process if it cannot.
void WriteSnapshot(const std::string& folder, absl::string_view facts, const TestSnapshot& says,
                   const IssuedCertificate& signer);

// Changes one byte in the middle of a file.
void FlipByte(const std::string& path);

}  // namespace comity::testing
