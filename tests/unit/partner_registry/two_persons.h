#pragma once

#include <gmock/gmock.h>

#include "absl/status/statusor.h"
#include "services/partner-registry/domain/mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {

// The project's own data, and two persons who change them.
class TwoPersonsTest : public ::testing::Test {
 protected:
  static constexpr char kFirst[] = "spiffe://agency.example/agency/registry-operator/-/first";
  static constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/second";

  void Do(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, ::comity::testing::IsOk());
    registry_ = After(registry_, plan->facts);
  }

  Registry registry_ = LoadedRegistry();
};

}  // namespace comity::partner_registry
