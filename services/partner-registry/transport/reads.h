#pragma once

#include "absl/status/status.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/journal/page_token.h"
#include "common/legal/question.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "common/transfer_proto/field_path.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/transport/snapshot_reads.h"
#include "services/partner-registry/transport/transfer_check_counts.h"

namespace comity::partner_registry {

// A collection below a partner: its word in names, that of one of its facts, and the reason if
// there is no such fact.
struct Below {
  const char* collection;
  const char* word;
  const char* not_found;
};

// The methods that read: from memory, at the last committed revision or the one asked for. What a
// caller may not see is answered exactly as what is not there. What somebody may act on (the
// transfer check, keys to seal to, whom to turn to) is answered only while memory is known to be
// current. Thread-safe.
class Reads final : SnapshotReads {
 public:
  // None is owned; all must outlive this object.
  Reads(RegistryStore* store, const Leases* leases, const journal::PageTokens* pages,
        const Clock* clock, TransferCheckCounts* counts)
      : SnapshotReads(store, pages, clock), leases_(leases), counts_(counts) {}

  absl::Status GetPartner(const rpc::Call& call, const v1::GetPartnerRequest& request,
                          v1::Partner* response) const;
  absl::Status ListPartners(const rpc::Call& call, const v1::ListPartnersRequest& request,
                            v1::ListPartnersResponse* response) const;
  absl::Status GetPartnerStanding(const rpc::Call& call,
                                  const v1::GetPartnerStandingRequest& request,
                                  v1::PartnerStanding* response) const;
  absl::Status EvaluateTransfer(const rpc::Call& call, const v1::EvaluateTransferRequest& request,
                                v1::TransferVerdict* response) const;
  absl::Status BatchEvaluateTransfers(const rpc::Call& call,
                                      const v1::BatchEvaluateTransfersRequest& request,
                                      v1::BatchEvaluateTransfersResponse* response) const;
  absl::Status GetContact(const rpc::Call& call, const v1::GetContactRequest& request,
                          v1::Contact* response) const;
  absl::Status ListContacts(const rpc::Call& call, const v1::ListContactsRequest& request,
                            v1::ListContactsResponse* response) const;
  absl::Status FindCounterpart(const rpc::Call& call, const v1::FindCounterpartRequest& request,
                               v1::FindCounterpartResponse* response) const;
  absl::Status GetInstrument(const rpc::Call& call, const v1::GetInstrumentRequest& request,
                             v1::Instrument* response) const;
  absl::Status ListInstruments(const rpc::Call& call, const v1::ListInstrumentsRequest& request,
                               v1::ListInstrumentsResponse* response) const;
  absl::Status GetAuthority(const rpc::Call& call, const v1::GetAuthorityRequest& request,
                            v1::Authority* response) const;
  absl::Status ListAuthorities(const rpc::Call& call, const v1::ListAuthoritiesRequest& request,
                               v1::ListAuthoritiesResponse* response) const;
  absl::Status ListKeyStatements(const rpc::Call& call, const v1::ListKeyStatementsRequest& request,
                                 v1::ListKeyStatementsResponse* response) const;
  absl::Status ListDecisions(const rpc::Call& call, const v1::ListDecisionsRequest& request,
                             v1::ListDecisionsResponse* response) const;

 private:
  // A fact below a partner, and a page of them. `find` looks into a Registry; `all_of` shows what
  // is behind a name, in the order of names, to a visitor that says whether to go on.
  template <typename Request, typename Message, typename Find>
  absl::Status GetBelow(const rpc::Call& call, const Request& request, const Below& below,
                        Find find, Message* response) const;
  template <typename Request, typename Response, typename All, typename Message>
  absl::Status ListBelow(const rpc::Call& call, const Request& request, const Below& below,
                         All all_of, google::protobuf::RepeatedPtrField<Message>* found,
                         Response* response) const;

  // NOT_FOUND `PARTNER_NOT_FOUND` with the field: the counterpart, or an origin.
  static absl::Status CheckKnown(const Sight& sight, const Registry& now,
                                 const v1::TransferQuestion& asked,
                                 const transfer_proto::FieldPath& path);
  // Decides on what `then` held, and counts it.
  void Answer(const Registry& then, legal::Question question, bool of_the_past,
              v1::TransferVerdict& response) const;

  const Leases* const leases_;
  TransferCheckCounts* const counts_;
};

}  // namespace comity::partner_registry
