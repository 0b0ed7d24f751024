#include "common/rpc/gate_core.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/metrics/names.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/open_streams.h"
#include "common/rpc/peer.h"
#include "common/rpc/table_refusals.h"
#include "common/rpc/transport_threads.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::rpc {
namespace {

constexpr absl::Duration kBetweenExhaustionLogs = absl::Milliseconds(100);
// Calls waiting for each thread or turn once the queue stands: fewer, and it runs empty by chance
// while others are refused; more, and who is admitted only waits longer.
constexpr std::size_t kStanding = 4;

// What ContactStanding says of whom exchanges are suspended with.
constexpr char kExchangesSuspended[] = "EXCHANGES_SUSPENDED";

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::size_t CodeIndex(absl::StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kCodeNames.size() ? index : static_cast<std::size_t>(absl::StatusCode::kUnknown);
}

// The codes that say no, as opposed to those that say try again.
bool IsRefusal(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

bool IsOurFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

absl::Status Draining() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "the service is shutting down; repeat the call, another replica or the "
                   "restarted service will answer.",
                   {.reason = "DRAINING", .retry_after = absl::Seconds(1)});
}

absl::Status TooSlow(absl::Duration limit) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("the caller has not read for ", absl::FormatDuration(limit),
                                " although messages wait, so the stream was ended; nothing is "
                                "lost: call again, with the last revision read if the call takes "
                                "one."),
                   {.reason = "CONSUMER_TOO_SLOW"});
}

}  // namespace

struct MethodEntry {
  std::string full_name;   // "package.Service/Method"
  std::string short_name;  // "Service/Method"
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  std::array<metrics::Counter*, kCodeNames.size()> calls{};
  metrics::Histogram* duration = nullptr;
  metrics::Gauge* open = nullptr;
};

struct GateCore::Methods {
  // By "package.Service/Method".
  absl::flat_hash_map<std::string, std::unique_ptr<MethodEntry>> entries;

  absl::Mutex mutex;
  // By method ("unlisted") and reason; both come from closed sets.
  std::map<std::pair<std::string, std::string>, metrics::Counter*> refusals ABSL_GUARDED_BY(mutex);
};

GateCore::GateCore(Options options, Parts parts)
    : rates_(options.rates, parts.clock),
      options_(std::move(options)),
      parts_(std::move(parts)),
      domain_(absl::StrCat(options_.service, ".comity.example")),
      methods_(std::make_unique<Methods>()),
      refusals_(std::make_unique<TableRefusals>(
          parts_.recorder, parts_.clock,
          &parts_.metrics->AddCounter(metrics::kAccessRefusalsUnrecorded,
                                      "Refusals at the table that became no evidence.",
                                      {{"service", options_.service}}))),
      delegations_(options_.service, parts_.verifier),
      open_streams_(std::make_unique<OpenStreams>()),
      unread_(&parts_.metrics->AddCounter(metrics::kStreamsUnread,
                                          "Streams ended since their callers did not read.",
                                          {{"service", options_.service}})),
      write_executor_({.name = "write",
                       .threads = options_.write_threads,
                       .queue = options_.queue,
                       .standing_queue = kStanding * options_.write_threads,
                       .clock = parts_.clock}),
      bulk_executor_({.name = "bulk",
                      .threads = options_.bulk_threads,
                      .queue = options_.queue,
                      .running_of_a_caller = std::max<std::size_t>(1, options_.bulk_threads / 4),
                      .nicer = kBulkNicer}),
      watch_executor_(
          {.name = "watch", .threads = options_.watch_threads, .queue = options_.queue}),
      write_turns_({.at_once = options_.write_threads,
                    .queue = {.length = options_.queue,
                              .standing = kStanding * options_.write_threads,
                              .clock = parts_.clock}}) {
  for (const std::string& service : options_.services) {
    const google::protobuf::ServiceDescriptor* const descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    if (descriptor == nullptr) continue;  // MethodsServed has refused to start.
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *descriptor->method(i);
      auto entry = std::make_unique<MethodEntry>();
      entry->full_name = absl::StrCat(service, "/", method.name());
      entry->short_name = absl::StrCat(descriptor->name(), "/", method.name());
      const google::protobuf::FieldDescriptor* const field =
          method.input_type()->FindFieldByName("request_id");
      if (field != nullptr && !field->is_repeated() &&
          field->type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
        entry->request_id = field;
      }
      const metrics::Labels labels = {{"service", options_.service}, {"method", entry->short_name}};
      for (std::size_t code = 0; code < kCodeNames.size(); ++code) {
        metrics::Labels with_code = labels;
        with_code["code"] = kCodeNames[code];
        entry->calls[code] = &parts_.metrics->AddCounter(
            metrics::kServerCalls, "Calls of the gRPC server, by outcome.", with_code);
      }
      if (!method.client_streaming() && !method.server_streaming()) {
        entry->duration = &parts_.metrics->AddHistogram(metrics::kServerCallDuration,
                                                        "How long calls took, in seconds.", labels,
                                                        metrics::Metrics::LatencyBounds());
      }
      entry->open =
          &parts_.metrics->AddGauge(metrics::kServerCallsOpen, "Calls being handled now.", labels);
      methods_->entries.emplace(entry->full_name, std::move(entry));
    }
  }
  const auto add_gauge = [this](const char* name, auto& queue) {
    queue_gauges_.push_back({.gauge = &parts_.metrics->AddGauge(
                                 metrics::kExecutorQueue, "Calls waiting for their turn.",
                                 {{"service", options_.service}, {"executor", name}}),
                             .queued = [&queue] { return queue.queued(); }});
  };
  add_gauge("write", write_turns_);
  add_gauge("blocking-write", write_executor_);
  add_gauge("bulk", bulk_executor_);
  add_gauge("watch", watch_executor_);
}

GateCore::~GateCore() = default;

absl::StatusOr<std::shared_ptr<const identity::VerifiedCertificate>> GateCore::Authenticate(
    const grpc::AuthContext& peer) const {
  const PeerCertificates presented = CertificatesOf(peer);
  if (presented.leaf.empty()) {
    return MakeError(absl::StatusCode::kUnauthenticated,
                     "the connection has no client certificate; use mutual TLS.",
                     {.reason = "CERTIFICATE_MISSING"});
  }
  return parts_.verifier->Verify(presented.leaf, presented.chain, identity::Purpose::kTls,
                                 parts_.clock->Now());
}

absl::string_view GateCore::ViaOf(const Caller& caller) {
  return caller.person != nullptr ? caller.certificate->principal.spiffe_id : absl::string_view();
}

absl::StatusOr<GateCore::Caller> GateCore::Identify(
    std::shared_ptr<const identity::VerifiedCertificate> certificate, absl::string_view delegation,
    const AccessTable& table) const {
  Caller caller{.certificate = std::move(certificate)};
  if (delegation.empty()) return caller;
  if (!table.MayCarry(caller.certificate->principal)) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "the access table does not let this caller call for others; ask the operator "
                     "of the service, or call without comity-delegation.",
                     {.reason = "DELEGATION_NOT_ALLOWED"});
  }
  COMITY_ASSIGN_OR_RETURN(
      caller.person, delegations_.PersonOf(delegation, *caller.certificate, parts_.clock->Now()));
  return caller;
}

absl::Status GateCore::Counts(const Caller& caller, const AccessTable::Row* row) const {
  absl::Status standing = Standing(caller.principal());
  const bool admitted =
      row != nullptr && row->suspended && ReasonOf(standing) == kExchangesSuspended;
  if (!standing.ok() && !admitted) return standing;
  if (row == nullptr || !row->Allows(caller.principal())) {
    // The same words whether the method exists or not.
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "the access table does not let this caller use this method; ask the operator "
                     "of the service.",
                     {.reason = "ACCESS_DENIED"});
  }
  // Whoever holds the delegations of two persons is no second one.
  if (caller.person != nullptr && !row->delegated) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "this method is called in person, not by an application or service for "
                     "somebody: call it with your own certificate.",
                     {.reason = "CALLED_BY_DELEGATION"});
  }
  return absl::OkStatus();
}

absl::Status GateCore::Admit(const grpc::AuthContext& peer, absl::string_view path,
                             absl::string_view delegation) {
  const std::shared_ptr<const AccessTable> table = parts_.table->current();
  const AccessTable::Row* const row = table->Find(path);
  const absl::string_view method =
      row == nullptr ? absl::string_view() : absl::StripPrefix(path, "/");
  const auto certificate = Authenticate(peer);
  if (!certificate.ok()) {
    CountRefusal(method, certificate.status());
    parts_.logger->Warning("caller refused", {{"method", method},
                                              {"code", CodeName(certificate.status().code())},
                                              {"reason", ReasonOf(certificate.status())}});
    return certificate.status();
  }
  const absl::StatusOr<Caller> identified = Identify(*certificate, delegation, *table);
  const Caller caller = identified.ok() ? *identified : Caller{.certificate = *certificate};
  absl::Status counts = identified.ok() ? Counts(caller, row) : identified.status();
  if (!counts.ok()) {
    CountRefusal(method, counts);
    // What says try again refused nobody anything.
    if (IsRefusal(counts.code())) {
      refusals_->Add(caller.principal().spiffe_id, method, ReasonOf(counts));
    }
    parts_.logger->Warning("call refused", {{"method", method},
                                            {"principal", caller.principal().spiffe_id},
                                            {"via", ViaOf(caller)},
                                            {"code", CodeName(counts.code())},
                                            {"reason", ReasonOf(counts)}});
  }
  // What gRPC answers by itself, health and reflection, never comes to Begin.
  if (counts.ok() && absl::StartsWith(path, "/grpc.")) {
    return rates_.Take(caller.principal().spiffe_id, row->admission);
  }
  return counts;
}

void GateCore::CountRefusal(absl::string_view method, const absl::Status& refusal) {
  const std::pair<std::string, std::string> key(method.empty() ? "unlisted" : std::string(method),
                                                ReasonOf(refusal));
  absl::MutexLock lock(&methods_->mutex);
  metrics::Counter*& counter = methods_->refusals[key];
  if (counter == nullptr) {
    counter = &parts_.metrics->AddCounter(
        metrics::kAccessRefusals, "Calls refused before any handler.",
        {{"service", options_.service}, {"method", key.first}, {"reason", key.second}});
  }
  counter->Increment();
}

absl::string_view GateCore::CodeName(absl::StatusCode code) { return kCodeNames[CodeIndex(code)]; }

const MethodEntry* GateCore::FindMethod(absl::string_view service, absl::string_view method) const {
  const auto entry = methods_->entries.find(absl::StrCat(service, "/", method));
  if (entry == methods_->entries.end()) {
    absl::FPrintF(stderr, "no method %s in service %s\n", method, service);
    std::abort();
  }
  return entry->second.get();
}

CallRecord GateCore::Begin(grpc::CallbackServerContext* context, const MethodEntry* method,
                           bool stream, const google::protobuf::Message* request) {
  CallRecord record;
  record.method = method;
  record.start = parts_.clock->Now();
  method->open->Increment();

  const std::shared_ptr<const grpc::AuthContext> peer = context->auth_context();
  auto certificate = Authenticate(*peer);
  if (!certificate.ok()) {
    record.refused = certificate.status();
    return record;
  }
  // The processor has asked the table already; channels without TLS would not have passed it.
  const std::shared_ptr<const AccessTable> table = parts_.table->current();
  const AccessTable::Row* const row = table->Find(method->full_name);
  const absl::string_view delegation = DelegationOf(context->client_metadata());
  auto caller = Identify(*std::move(certificate), delegation, *table);
  record.refused = caller.ok() ? Counts(*caller, row) : caller.status();
  if (!record.refused.ok()) return record;
  record.evidence = row->evidence;
  record.admission = row->admission;

  Call::Facts facts;
  facts.certificate = std::move(caller->certificate);
  facts.person = std::move(caller->person);
  facts.method = method->full_name;
  facts.start = record.start;
  const std::chrono::system_clock::time_point deadline = context->deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    // By way of the time left, since this clock need not be gRPC's.
    facts.deadline = record.start + (absl::FromChrono(deadline) - absl::Now());
  } else {
    facts.deadline = stream ? absl::InfiniteFuture() : record.start + options_.default_deadline;
  }
  if (request != nullptr && method->request_id != nullptr) {
    facts.request_id = request->GetReflection()->GetString(*request, method->request_id);
  }
  if (!IsUuid(facts.request_id)) facts.request_id = NewUuid(record.start);
  const auto min_revision = MinRevisionOf(context->client_metadata());
  if (min_revision.ok()) facts.min_revision = *min_revision;
  if (stream) {
    const PeerCertificates presented = CertificatesOf(*peer);
    record.leaf_pem = std::string(presented.leaf);
    record.chain_pem = std::string(presented.chain);
    record.delegation = std::string(delegation);
  } else {
    facts.cancelled = [context] { return context->IsCancelled(); };
  }
  const bool late = facts.deadline <= record.start;
  record.call = std::make_shared<const Call>(std::move(facts));

  if (draining_) {
    record.refused = Draining();
  } else if (late) {
    record.refused = MakeError(absl::StatusCode::kDeadlineExceeded,
                               "the deadline of the call had passed when it arrived; allow more "
                               "time or set the clock right.",
                               {.reason = "DEADLINE_PASSED"});
  } else if (!min_revision.ok()) {
    record.refused = min_revision.status();
  } else {
    record.refused = rates_.Take(record.call->caller(), record.admission);
  }
  return record;
}

absl::Status GateCore::StillWanted(const CallRecord& record) const {
  if (record.call->Cancelled()) {
    return MakeError(absl::StatusCode::kCancelled,
                     "the caller gave up while the call waited for its turn.",
                     {.reason = "CANCELLED_WHILE_WAITING"});
  }
  if (record.call->deadline() <= parts_.clock->Now()) {
    return MakeError(absl::StatusCode::kDeadlineExceeded,
                     "the deadline passed while the call waited for its turn; nothing was done.",
                     {.reason = "DEADLINE_PASSED"});
  }
  return absl::OkStatus();
}

bool GateCore::WantsEvidence(const CallRecord& record, const absl::Status& outcome) const {
  return record.evidence == Evidence::kOutcome && IsRefusal(outcome.code()) &&
         !record.call->evidenced() && parts_.recorder != nullptr;
}

absl::Status GateCore::Settle(const CallRecord& record, absl::Status outcome) {
  if (!WantsEvidence(record, outcome)) return outcome;
  const absl::Status recorded = parts_.recorder->RecordRefusal(*record.call, outcome);
  // A ledger that takes no entries is then the reason itself, and repeating the call no remedy.
  if (recorded.ok() || recorded == outcome) return outcome;
  parts_.logger->Error("evidence of a refusal could not be written",
                       {{"request_id", record.call->request_id()},
                        {"method", record.call->method()},
                        {"reason", ReasonOf(recorded)},
                        {"error", recorded.message()}});
  return MakeError(absl::StatusCode::kUnavailable,
                   "the evidence of this call could not be written, so nothing was done; repeat "
                   "the call.",
                   {.reason = "EVIDENCE_UNAVAILABLE", .retry_after = absl::Seconds(1)});
}

grpc::Status GateCore::End(const CallRecord& record, const absl::Status& outcome) {
  const absl::Duration took = parts_.clock->Now() - record.start;
  const MethodEntry& method = *record.method;
  method.open->Decrement();
  method.calls[CodeIndex(outcome.code())]->Increment();
  if (method.duration != nullptr) method.duration->Observe(absl::ToDoubleSeconds(took));

  const bool ours = IsOurFault(outcome.code());
  const absl::string_view request_id =
      record.call == nullptr ? absl::string_view() : record.call->request_id();
  const bool logged = outcome.ok() ? record.admission != Admission::kRead || options_.log_reads
                                   : !absl::IsResourceExhausted(outcome) || LogsExhaustion();
  if (logged) {
    const absl::string_view caller =
        record.call == nullptr ? absl::string_view() : record.call->caller();
    const absl::string_view via = record.call == nullptr ? absl::string_view() : record.call->via();
    const double milliseconds = absl::ToDoubleMilliseconds(took);
    if (ours) {
      // The only place where its text is kept.
      parts_.logger->Error("call failed", {{"request_id", request_id},
                                           {"method", method.full_name},
                                           {"principal", caller},
                                           {"via", via},
                                           {"code", CodeName(outcome.code())},
                                           {"reason", ReasonOf(outcome)},
                                           {"duration_ms", milliseconds},
                                           {"error", outcome.message()}});
    } else if (parts_.logger->Enabled(logging::Level::kInfo)) {
      parts_.logger->Info("call", {{"request_id", request_id},
                                   {"method", method.full_name},
                                   {"principal", caller},
                                   {"via", via},
                                   {"code", CodeName(outcome.code())},
                                   {"reason", ReasonOf(outcome)},
                                   {"duration_ms", milliseconds}});
    }
  }
  return ToGrpcStatus(outcome, domain_, request_id);
}

bool GateCore::LogsExhaustion() {
  const std::int64_t now = absl::ToInt64Nanoseconds(parts_.clock->SinceBoot());
  std::int64_t next = next_exhaustion_log_;
  return now >= next && next_exhaustion_log_.compare_exchange_strong(
                            next, now + absl::ToInt64Nanoseconds(kBetweenExhaustionLogs));
}

absl::Status GateCore::Recheck(const CallRecord& record) const {
  const auto certificate = parts_.verifier->Verify(record.leaf_pem, record.chain_pem,
                                                   identity::Purpose::kTls, parts_.clock->Now());
  if (!certificate.ok()) return certificate.status();
  const std::shared_ptr<const AccessTable> table = parts_.table->current();
  COMITY_ASSIGN_OR_RETURN(const Caller caller, Identify(*certificate, record.delegation, *table));
  return Counts(caller, table->Find(record.method->full_name));
}

void GateCore::RecheckStreams() {
  // Those ended last time had their chance: a peer that does not read is cut off.
  std::vector<std::weak_ptr<OpenStream>> to_cut;
  {
    absl::MutexLock lock(&to_cut_mutex_);
    to_cut.swap(to_cut_);
  }
  for (const auto& weak : to_cut) {
    if (const auto stream = weak.lock()) stream->Cut();
  }
  for (const auto& stream : open_streams_->All()) {
    absl::Status counts = stream->Recheck();
    if (!counts.ok()) {
      stream->EndFromOutside(std::move(counts));
      CutSoon(stream);
    } else if (stream->IsUnread()) {
      // Not cut off: he hears it when he reads again, and goes on.
      stream->EndFromOutside(TooSlow(options_.unread_timeout));
      unread_->Increment();
    }
  }
  for (const auto& [gauge, queued] : queue_gauges_) gauge->Set(static_cast<double>(queued()));
}

void GateCore::CutSoon(std::weak_ptr<OpenStream> stream) {
  absl::MutexLock lock(&to_cut_mutex_);
  to_cut_.push_back(std::move(stream));
}

absl::Status GateCore::Stalled() const {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   absl::StrCat("the caller let the service wait for ",
                                absl::FormatDuration(options_.stall_timeout),
                                " (1 KiB makes up for a second), so the stream was ended; begin "
                                "again where it stopped."),
                   {.reason = "STREAM_STALLED"});
}

void GateCore::EndStreams() {
  for (const auto& stream : open_streams_->All()) stream->EndFromOutside(Draining());
}

}  // namespace comity::rpc
