#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/principal.h"

namespace comity::rpc {

// What a caller that must read its own write sends as `comity-min-revision: <store_id>:<number>`.
struct MinRevision {
  std::string store_id;
  std::int64_t number = 0;
};

// One call in progress, as the body of a handler sees it. The certificate has been verified, the
// access table asked, the contact's standing checked.
//
// Lives until the body returns, or the answer it promised is given (streams: until the stream has
// ended). Thread-safe.
class Call {
 public:
  // What the gate fills in.
  struct Facts {
    std::shared_ptr<const identity::VerifiedCertificate> certificate;
    // For whom the owner of the certificate calls; null: for himself.
    std::shared_ptr<const identity::Principal> person;
    absl::string_view method;
    std::string request_id;
    absl::Time start;
    absl::Time deadline;
    std::optional<MinRevision> min_revision;
    std::function<bool()> cancelled;
  };
  explicit Call(Facts facts) : facts_(std::move(facts)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Who calls: from the verified certificate, or from what a person signed for its owner
  // (Delegations), and nothing else.
  const identity::Principal& principal() const {
    return facts_.person != nullptr ? *facts_.person : facts_.certificate->principal;
  }

  // His SPIFFE id as text: the scope of request ids, the caller in leaves and logs.
  absl::string_view caller() const { return principal().spiffe_id; }

  // The SPIFFE id of the application or service that calls for him, in leaves and logs beside him;
  // empty: he calls himself.
  absl::string_view via() const {
    return facts_.person != nullptr ? facts_.certificate->principal.spiffe_id : absl::string_view();
  }

  // For whom counts what he takes of what is scarce: a contact for its partner, so that a partner
  // with many contacts gets no more; anybody else for himself.
  std::string share() const {
    const identity::Principal& caller = principal();
    return caller.partner.empty() ? caller.spiffe_id : "partners/" + caller.partner;
  }

  // "comity.partner_registry.v1.PartnerRegistryService/GetPartner".
  absl::string_view method() const { return facts_.method; }

  // Names this call in logs: the request's own `request_id` if it has one, otherwise made here.
  absl::string_view request_id() const { return facts_.request_id; }

  // When the call arrived.
  absl::Time start() const { return facts_.start; }

  // Never in the past when the body starts. Unary calls without one get 30 seconds; streams without
  // one have absl::InfiniteFuture().
  absl::Time deadline() const { return facts_.deadline; }

  const std::optional<MinRevision>& min_revision() const { return facts_.min_revision; }

  // Whether the caller has gone or the deadline has passed. Long bodies ask from time to time.
  bool Cancelled() const { return over_ || (facts_.cancelled && facts_.cancelled()); }
  // For streams: the gate says that the caller has gone.
  void MarkOver() const { over_ = true; }

  // A body that has written the leaf of its own refusal says so, and the gate writes none.
  void MarkEvidenced() const { evidenced_ = true; }
  bool evidenced() const { return evidenced_; }

  // Keeps `kept`, a permit for example, until the gate has given the answer to gRPC (a stream:
  // until it has ended). One thread at a time.
  void KeepUntilSent(std::shared_ptr<const void> kept) const { kept_.push_back(std::move(kept)); }
  // For the gate: the answer was given to gRPC.
  void MarkSent() const { kept_.clear(); }

 private:
  const Facts facts_;
  mutable std::atomic<bool> evidenced_ = false;
  mutable std::atomic<bool> over_ = false;
  mutable std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace comity::rpc
