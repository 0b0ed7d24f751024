#pragma once

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "tests/testing/sample_evidence.h"

namespace comity::evidence {

// A document that was accepted, delivered and retrieved, with everything that can be checked.
class EvidenceSample : public ::testing::Test, protected SampleEvidence {
 protected:
  // As of SampleEvidence.
  explicit EvidenceSample(absl::string_view task = "coordination") : SampleEvidence(task) {}
};

}  // namespace comity::evidence
