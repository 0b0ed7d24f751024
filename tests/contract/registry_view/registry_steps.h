#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/legal/facts.h"
#include "common/registry_view/registry_snapshot.h"
#include "common/time/working_hours.h"

namespace comity::testing {

struct ListedContact {
  std::string spiffe_id;
  std::string partner;
  std::string authority;
  bool active = true;
  bool opener = true;
  std::optional<WorkingHours> hours;
  std::vector<legal::Secondment> secondments;
};

// How a registry stands when a test begins. One that serves knows France (`fr`), Georgia and
// Panama, and lists nobody.
enum class RegistryStart { kServing, kWithoutCheckpoint, kUnreached };

// A registry in the hands of a test, whatever stands behind it. A view of it shows a step once the
// step has returned.
class RegistrySteps {
 public:
  virtual ~RegistrySteps() = default;

  // Lists a contact, or changes it; a barrier unless it is active.
  virtual void List(const ListedContact& contact) = 0;

  // Suspends (a barrier) or resumes.
  virtual void SuspendExchanges(const std::string& partner, bool suspended) = 0;

  // Not a barrier.
  virtual void Record(const legal::Decision& decision) = 0;

  // A barrier; of Georgia, under its cooperation agreement, which permits it.
  virtual void Second(const legal::Secondment& secondment) = 0;

  // Not a barrier: the next key of a liaison prosecutor.
  virtual void Publish(const std::string& prosecutor, const registry_view::SealingKey& key) = 0;

  virtual void LoseLease() = 0;
  virtual void RegainLease() = 0;

  // The latest that was sent.
  virtual std::string Checkpoint() const = 0;
};

}  // namespace comity::testing
