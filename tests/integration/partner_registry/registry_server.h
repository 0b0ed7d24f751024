#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "comity/partner_registry/v1/reports.grpc.pb.h"
#include "common/rpc/grpc_status.h"
#include "common/time/clock.h"
#include "services/partner-registry/server/registry_application.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_server.h"

namespace comity::partner_registry {

inline constexpr char kOperator[] = "spiffe://agency.example/agency/registry-operator/-/o1";
inline constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/-/d1";
inline constexpr char kFrance[] = "spiffe://agency.example/agency/national-member/fr/n1";
inline constexpr char kItaly[] = "spiffe://agency.example/agency/national-member/it/n1";
inline constexpr char kDpo[] = "spiffe://agency.example/agency/dpo/-/p1";
inline constexpr char kEeas[] = "spiffe://agency.example/agency/eeas/-/e1";
inline constexpr char kTbilisi[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
inline constexpr char kChisinau[] = "spiffe://agency.example/partner/moldova/contact/chisinau-1";
inline constexpr char kProsecutor[] =
    "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";
inline constexpr char kExchange[] = "spiffe://agency.example/service/document-exchange";

// The whole registry behind real mutual TLS, with the access table of deploy/access and its store
// in a temporary folder that outlives restarts. Not thread-safe.
class RegistryServer {
 public:
  // `lease` may be shorter than a deployment's. `clock`, which is not owned, is what the registry
  // takes for today; certificates and commits are of the machine's.
  explicit RegistryServer(absl::Duration lease = absl::Seconds(3),
                          const Clock* clock = &SystemClock());
  // A further process of the registry that `first` is, but for the address space and certificates:
  // over the same database, which must be a shared one. It leaves checkpoints to `first`, and so
  // takes the head's lock only for what a test has it write.
  explicit RegistryServer(const RegistryServer& first);
  ~RegistryServer();

  // Stops and starts again on the same store.
  void Restart();
  void Stop();
  void Start();

  // From the next start on a stream ends that was not read for so long.
  void EndUnreadAfter(absl::Duration timeout) { unread_timeout_ = timeout; }
  metrics::Metrics& metrics() { return server_->metrics(); }

  // How its journal is opened.
  journal::Options JournalOptions() const;

  // Says that a replica of the exchange lives and has applied everything up to `confirmed`; returns
  // once that is stored.
  void Renew(const std::string& replica, std::int64_t confirmed);

  // A stub of a caller with a fresh certificate, kept for later calls.
  v1::PartnerRegistryService::Stub& As(const std::string& spiffe_id);
  v1::RegistryReportService::Stub& ReportsAs(const std::string& spiffe_id);
  v1::RelationService::Stub& RelationsAs(const std::string& spiffe_id);
  ledger::v1::LedgerService::Stub& LedgerAs(const std::string& spiffe_id);

  // Calls with a deadline of ten seconds unless `context` has one.
  static void Prepare(grpc::ClientContext& context, absl::Duration within = absl::Seconds(10));
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& spiffe_id);

  // Imports rows as `spiffe_id`, a hundred a message.
  absl::StatusOr<v1::ImportFactsResponse> Import(
      const std::string& spiffe_id, const std::vector<v1::ImportFactsRequest::Row>& rows,
      bool validate_only = false, const std::string& request_id = "",
      absl::Duration within = absl::Seconds(10));
  // Imports deploy/data.
  absl::StatusOr<v1::ImportFactsResponse> ImportData();

  // Makes and publishes the next sealing key of `spiffe_id`.
  absl::StatusOr<v1::KeyStatement> PublishKey(const std::string& spiffe_id, std::int64_t serial = 1,
                                              const std::string& previous_statement = "");

  // Georgia seconds the liaison prosecutor `identity` from today on, by its secondment `id`; and
  // that ends today.
  absl::StatusOr<v1::Secondment> Second(const std::string& identity, const std::string& id = "s1");
  absl::StatusOr<v1::Secondment> EndSecondment(const std::string& id = "s1");

  testing::TestPki& pki() { return pki_; }
  RegistryApplication& application() { return *application_; }

 private:
  class LateRecorder;

  testing::TestPki pki_;
  const std::shared_ptr<testing::TempDirectory> folder_;
  const absl::Duration lease_;
  const Clock* const clock_;
  const absl::Duration checkpoint_interval_;
  absl::Duration unread_timeout_ = absl::Minutes(5);
  // Of the same bundles as the server's own.
  const identity::ChainVerifier verifier_{pki_.bundles()};
  std::unique_ptr<LateRecorder> recorder_;
  std::unique_ptr<RegistryApplication> application_;
  std::unique_ptr<testing::TestServer> server_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  std::map<std::string, std::unique_ptr<v1::PartnerRegistryService::Stub>> stubs_;
  std::map<std::string, std::unique_ptr<v1::RegistryReportService::Stub>> report_stubs_;
  std::map<std::string, std::unique_ptr<v1::RelationService::Stub>> relation_stubs_;
  std::map<std::string, std::unique_ptr<ledger::v1::LedgerService::Stub>> ledger_stubs_;
};

// Runs a unary method: Call(&Stub::GetPartner, stub, request, within) -> StatusOr<Response>.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              Stub& stub, const Request& request,
                              absl::Duration within = absl::Seconds(10)) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context, within);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return rpc::ToAbslStatus(status);
  return response;
}

}  // namespace comity::partner_registry
