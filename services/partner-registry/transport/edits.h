#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/rpc/call.h"
#include "common/service/calls.h"
#include "common/service/field_masks.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/records/change_request_proto.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {

// What `known` becomes if `mask`, which is `mask_field` of the request, names what `message`
// changes of it.
template <typename Known, typename Message, typename Read>
auto Merge(const Known& known, absl::string_view store_id, const Message& message,
           const google::protobuf::FieldMask& mask, absl::string_view path, Read read,
           absl::string_view mask_field = "update_mask") -> decltype(read(path, message)) {
  Message merged = ToProto(known, store_id);
  COMITY_RETURN_IF_ERROR(service::Update(mask, message, merged, mask_field));
  return read(path, merged);
}

// What all edits of facts share: they are written, waited for if they may forbid what was
// permitted, and answered with the fact as it is now.
//
// Thread-safe; may block.
class Edits {
 public:
  // None is owned; all must outlive this object.
  Edits(RegistryStore* store, Leases* leases, const Clock* clock)
      : store_(store), leases_(leases), clock_(clock) {}

 protected:
  // Writes what `planner` plans as the attempt of `request`, waits if it is a barrier, and puts the
  // fact into `response`, which has its type. A request with `validate_only` writes nothing and is
  // answered as it would be, also if its `request_id` was used before.
  template <typename FactType, typename Request, typename Message>
  absl::Status Make(const rpc::Call& call, const Request& request, std::string detail,
                    RegistryStore::Planner planner, Message* response) const {
    COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
    absl::StatusOr<Fact> made = ValidateOnly(request)
                                    ? Foresee(call, attempt, planner)
                                    : Write(call, std::move(attempt), std::move(detail), planner);
    COMITY_RETURN_IF_ERROR(made.status());
    *response = ToProto(std::get<FactType>(*made), store_->store_id());
    SetFootnote(*store_->View(), *response);
    return absl::OkStatus();
  }

  // Writes what `planner` plans, and waits if it is a barrier or a repetition.
  absl::StatusOr<RegistryStore::Written> Commit(const rpc::Call& call, journal::Attempt attempt,
                                                std::string detail,
                                                const RegistryStore::Planner& planner) const;

  // As Commit; answers the resource. NOT_FOUND `RESOURCE_NOT_FOUND`: a repetition, of what was
  // removed since.
  absl::StatusOr<Fact> Write(const rpc::Call& call, journal::Attempt attempt, std::string detail,
                             const RegistryStore::Planner& planner) const;

  const std::string& store_id() const { return store_->store_id(); }

 private:
  template <typename Request>
  static bool ValidateOnly(const Request& request) {
    if constexpr (requires { request.validate_only(); }) return request.validate_only();
    return false;
  }

  absl::StatusOr<Fact> Foresee(const rpc::Call& call, const journal::Attempt& attempt,
                               const RegistryStore::Planner& planner) const;

  RegistryStore* const store_;
  Leases* const leases_;
  const Clock* const clock_;
};

// Waits until `revision`, a barrier that is committed, holds everywhere: as long as the caller
// does, two minutes at most. Not on the write path: whoever waits here holds nobody up. Errors of
// Leases::AwaitEverywhere.
absl::Status AwaitBarrier(const rpc::Call& call, Leases& leases, const Clock& clock,
                          std::int64_t revision);

// The reason of an edit, `field` of its request, as a ledger's detail. INVALID_ARGUMENT
// `REASON_MISSING`.
absl::StatusOr<std::string> ReasonOfEdit(const std::string& reason,
                                         absl::string_view field = "reason");

}  // namespace comity::partner_registry
