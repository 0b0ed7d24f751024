#pragma once

#include "absl/status/status.h"
#include "comity/partner_registry/v1/reports.pb.h"
#include "common/journal/journal.h"
#include "common/rpc/call.h"
#include "common/rpc/streams.h"
#include "common/signer_files/signer_files.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/domain/registry_store.h"

namespace comity::partner_registry {

// RegistryReportService.GetSnapshot: what replicas are given, as one signed file. Thread-safe.
class SignedSnapshot {
 public:
  // None is owned; all must outlive this object. `signer` is null if the registry has no signing
  // certificate: then there is no snapshot.
  SignedSnapshot(const RegistryStore* store, const Leases* leases, const Clock* clock,
                 const sealing::SignerFiles* signer, journal::Journal* journal)
      : store_(store), leases_(leases), clock_(clock), signer_(signer), journal_(journal) {}

  // At one revision, whatever is written meanwhile. Facts go out as they are made: memory is that
  // of a few parts, of a pointer a fact, and of what is replaced meanwhile. A DISCLOSURE with their
  // number is in the ledger before the first: contacts are persons.
  //   INVALID_ARGUMENT `FIELD_INVALID`: `valid_hours`;
  //   FAILED_PRECONDITION `SIGNING_NOT_CONFIGURED`; errors of Leases::MayAnswer: who may lack
  //   withdrawals gives nobody anything to start from. Errors of the journal.
  absl::Status Get(const rpc::Call& call, const v1::GetSnapshotRequest& request,
                   rpc::Writer<v1::GetSnapshotResponse>& out) const;

 private:
  const RegistryStore* const store_;
  const Leases* const leases_;
  const Clock* const clock_;
  const sealing::SignerFiles* const signer_;
  journal::Journal* const journal_;
};

}  // namespace comity::partner_registry
