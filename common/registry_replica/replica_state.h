#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/legal/facts.h"
#include "common/legal/secondments.h"
#include "common/registry_replica/snapshot.h"

namespace comity::registry_replica {

// Builds snapshots from the registry's changes. Not thread-safe.
class ReplicaState {
 public:
  // Applies one change; its revision must be of the same store as those before it, and later.
  // INTERNAL `REGISTRY_CHANGE_INVALID`: it is not, or a fact cannot be read. The state is then of
  // no use any more.
  absl::Status Apply(const partner_registry::v1::Change& change);

  // Everything up to `revision` was sent. Errors as above.
  absl::Status AdvanceTo(const comity::ledger::v1::Revision& revision);

  void SetCheckpoint(std::string checkpoint) { checkpoint_ = std::move(checkpoint); }

  // Number 0 before the first change.
  const legal::Revision& revision() const { return revision_; }

  std::shared_ptr<const Snapshot> Publish();

 private:
  struct Key {
    std::int64_t serial = 0;
    absl::Time not_after;
    absl::CivilDay since;  // As legal::Opener::key_since.
  };

  absl::Status Put(const partner_registry::v1::Fact& fact);
  // The partner stands for no unit any more, but for one.
  void LeaveUnits(absl::string_view partner, absl::string_view but);
  absl::Status PutPartner(const partner_registry::v1::Partner& partner);
  absl::Status PutAuthority(const partner_registry::v1::Authority& authority);
  absl::Status PutDecision(const partner_registry::v1::Decision& decision);
  absl::Status PutSecondment(const partner_registry::v1::Secondment& secondment);
  void PutContact(const partner_registry::v1::Contact& contact);
  void PutKey(const partner_registry::v1::KeyStatement& statement);
  // Tells the transfer check which active contacts can open what is sealed for an authority.
  void RefreshOpeners(const std::string& authority);

  legal::FactsBuilder facts_;
  legal::Revision revision_;
  std::string checkpoint_;
  Snapshot::Directory contacts_;
  Snapshot::Units partner_by_iso_;
  legal::Secondments secondments_;
  absl::flat_hash_map<std::string, Key> keys_;  // The latest of each holder.
  Snapshot::Keys prosecutors_keys_;             // Of those the agency's liaison prosecutors'.
  // What the last snapshot shares, as long as it has not changed.
  std::shared_ptr<const Snapshot::Directory> published_contacts_;
  std::shared_ptr<const Snapshot::Units> published_units_;
  std::shared_ptr<const legal::Secondments> published_secondments_;
  std::shared_ptr<const Snapshot::Keys> published_keys_;
};

}  // namespace comity::registry_replica
