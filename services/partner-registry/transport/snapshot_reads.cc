#include "services/partner-registry/transport/snapshot_reads.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::partner_registry {

absl::Status SnapshotReads::Then::GoBack(RegistryStore& store, std::int64_t revision) {
  if (revision == (**this).revision()) return absl::OkStatus();
  now_.reset();  // Loading takes a while, and the writer has to copy what is looked at for long.
  COMITY_ASSIGN_OR_RETURN(earlier_, store.At(revision));
  return absl::OkStatus();
}

absl::StatusOr<SnapshotReads::Then> SnapshotReads::Now(const rpc::Call& call) const {
  Then now(store_->View(), call.principal());
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, now->store_id(), now->revision()));
  return now;
}

absl::Status SnapshotReads::GoBack(const ledger::v1::Revision& revision, absl::string_view field,
                                   Then& then) const {
  if (revision.store_id() != then->store_id()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(field,
                                  ": the revision is of another store, which this registry no "
                                  "longer is: name a revision of this one."),
                     {.reason = "STORE_REPLACED"});
  }
  return then.GoBack(*store_, revision.number());
}

}  // namespace comity::partner_registry
