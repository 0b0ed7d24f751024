#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/crypto/digest.h"
#include "common/legal/facts.h"
#include "common/registry_view/registry_snapshot.h"
#include "common/release/release_lock.h"
#include "common/status/error.h"

namespace comity::testing {

// What a registry has recorded at one revision.
struct RegistryRecords {
  legal::Facts facts;
  std::string checkpoint = "a checkpoint";  // Empty: none is known.
  std::map<std::string, registry_view::ContactEntry, std::less<>> contacts;  // By SPIFFE id.
  // By the SPIFFE id of the liaison prosecutor whom they name.
  std::map<std::string, std::vector<legal::Secondment>, std::less<>> secondments;
  std::map<std::string, registry_view::SealingKey, std::less<>> keys;  // Theirs.
  std::map<std::string, std::string, std::less<>> units;               // "fr" to "partners/france".

  const legal::Partner* FindPartner(absl::string_view name) const {
    const legal::Dossier* const dossier = facts.Find(name);
    return dossier == nullptr || !dossier->partner ? nullptr : &*dossier->partner;
  }
};

class FixedSnapshot final : public registry_view::RegistrySnapshot {
 public:
  explicit FixedSnapshot(RegistryRecords records) : records_(std::move(records)) {}

  const RegistryRecords& records() const { return records_; }

  const legal::Revision& revision() const override { return records_.facts.revision(); }

  std::optional<crypto::Digest> checkpoint_sha256() const override {
    if (records_.checkpoint.empty()) return std::nullopt;
    return crypto::Sha256(records_.checkpoint);
  }

  const legal::Facts& facts() const override { return records_.facts; }

  std::optional<registry_view::ContactEntry> FindContact(
      absl::string_view spiffe_id) const override {
    const auto found = records_.contacts.find(spiffe_id);
    return found == records_.contacts.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<legal::Secondment> SecondmentsOf(absl::string_view identity) const override {
    const auto found = records_.secondments.find(identity);
    return found == records_.secondments.end() ? std::vector<legal::Secondment>() : found->second;
  }

  std::optional<registry_view::SealingKey> KeyOf(absl::string_view identity) const override {
    const auto found = records_.keys.find(identity);
    return found == records_.keys.end() ? std::nullopt : std::optional(found->second);
  }

  std::string PartnerOfUnit(absl::string_view unit) const override {
    const auto found = records_.units.find(unit);
    if (found != records_.units.end()) return found->second;
    std::string name = absl::StrCat("partners/", unit);
    return records_.FindPartner(name) == nullptr ? "" : name;
  }

  bool ExchangesSuspended(absl::string_view partner) const override {
    const legal::Partner* const found = records_.FindPartner(partner);
    return found != nullptr && (found->exchanges_suspended || found->deleted);
  }

 private:
  const RegistryRecords records_;
};

// Stands for a replica of the registry where a test says what the registry does. Thread-safe.
class FakeReplica {
 public:
  using Records = RegistryRecords;

  // Nothing was ever received.
  FakeReplica() = default;

  explicit FakeReplica(Records records)
      : latest_(std::make_shared<const FixedSnapshot>(std::move(records))),
        barrier_(latest_->records().facts.revision()) {}

  absl::StatusOr<std::shared_ptr<const FixedSnapshot>> Latest() const {
    const absl::MutexLock lock(&mutex_);
    if (latest_ == nullptr) {
      return MakeError(absl::StatusCode::kUnavailable, "Nothing was received.",
                       {.reason = "REGISTRY_UNKNOWN"});
    }
    return latest_;
  }

  // Makes the next revision. A barrier waits for the permits that are out.
  void Change(absl::FunctionRef<void(Records&, legal::FactsBuilder&)> change,
              bool barrier = false) {
    const absl::MutexLock changing(&changing_);
    Records records = (*Latest())->records();
    legal::FactsBuilder facts(records.facts);
    change(records, facts);
    legal::Revision revision = records.facts.revision();
    ++revision.number;
    records.facts = facts.Build(revision);
    const auto next = std::make_shared<const FixedSnapshot>(std::move(records));
    const auto show = [&] {
      const absl::MutexLock lock(&mutex_);
      latest_ = next;
      if (barrier) barrier_ = revision;
    };
    if (barrier) {
      releases_->Exclude(show);
    } else {
      show();
    }
  }

  absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at, bool operational) {
    if (TakeBarrier()) Change([](Records&, legal::FactsBuilder&) {}, /*barrier=*/true);
    ReleasePermit permit = releases_->Share();
    const absl::MutexLock lock(&mutex_);
    if (decided_at.store_id != barrier_.store_id || decided_at.number < barrier_.number) {
      return MakeError(absl::StatusCode::kAborted, "The registry changed.",
                       {.reason = "REGISTRY_CHANGED"});
    }
    if (operational && !lease_) {
      return MakeError(absl::StatusCode::kUnavailable, "The lease has lapsed.",
                       {.reason = "REGISTRY_LEASE_LAPSED"});
    }
    return permit;
  }

  bool LeaseValid() const {
    const absl::MutexLock lock(&mutex_);
    return lease_;
  }

  void SetLease(bool lease) {
    const absl::MutexLock lock(&mutex_);
    lease_ = lease;
  }

  // Each of the next `count` hand-overs finds that a barrier came between.
  void RaiseBarriers(int count) {
    const absl::MutexLock lock(&mutex_);
    barriers_due_ = count;
  }

 private:
  bool TakeBarrier() {
    const absl::MutexLock lock(&mutex_);
    return barriers_due_ > 0 && barriers_due_-- > 0;
  }

  const std::shared_ptr<ReleaseLock> releases_ = std::make_shared<ReleaseLock>();
  absl::Mutex changing_;  // One change at a time.
  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(changing_);
  std::shared_ptr<const FixedSnapshot> latest_ ABSL_GUARDED_BY(mutex_);
  legal::Revision barrier_ ABSL_GUARDED_BY(mutex_);
  bool lease_ ABSL_GUARDED_BY(mutex_) = true;
  int barriers_due_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace comity::testing
