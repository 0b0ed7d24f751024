#include "services/partner-registry/transport/writes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/signer_trust.h"
#include "common/service/calls.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/validation.h"
#include "services/partner-registry/records/fact_proto.h"
#include "services/partner-registry/transport/edits.h"

namespace comity::partner_registry {
namespace {

constexpr int kMostRowsAMessage = 1000;

absl::Status NotThereAnyMore() {
  return MakeError(
      absl::StatusCode::kInternal,
      "The resource of a committed change is not there: have the operator run comity admin "
      "check.",
      {.reason = "RESOURCE_MISSING"});
}

// Writes the fact of `written` into `response`, which has its type.
template <typename T, typename Message>
absl::Status Answer(const RegistryStore::Written& written, absl::string_view store_id,
                    Message* response) {
  if (!written.fact.has_value() || !std::holds_alternative<T>(*written.fact)) {
    return NotThereAnyMore();
  }
  *response = ToProto(std::get<T>(*written.fact), store_id);
  return absl::OkStatus();
}

void FillResponse(const ImportPlan& plan, absl::string_view store_id, std::int64_t revision,
                  v1::ImportFactsResponse* response) {
  for (const auto& [kind, count] : plan.rows_by_kind) {
    (*response->mutable_rows_by_kind())[kind] = count;
  }
  response->set_added(plan.added);
  response->set_changed(plan.changed);
  response->set_unchanged(plan.unchanged);
  for (const Difference& difference : plan.differences) {
    auto* added = response->add_differences();
    added->set_name(difference.name);
    added->set_kind(difference.kind == Difference::Kind::kAdded
                        ? v1::ImportFactsResponse::Difference::KIND_ADDED
                        : v1::ImportFactsResponse::Difference::KIND_CHANGED);
    added->set_field(difference.field);
    added->set_old_value(difference.old_value);
    added->set_new_value(difference.new_value);
    added->mutable_source()->set_file(difference.source.file);
    added->mutable_source()->set_line(difference.source.line);
  }
  service::SetRevision(store_id, revision, response->mutable_registry_revision());
}

// Everything a stream of rows said.
struct ReadRows {
  v1::ImportFactsRequest::Options options;
  std::vector<ImportRow> rows;
  crypto::Digest digest{};
};

absl::StatusOr<ReadRows> ReadAll(const rpc::Call& call,
                                 rpc::Reader<v1::ImportFactsRequest>& stream) {
  ReadRows read;
  crypto::Sha256Stream digest;
  v1::ImportFactsRequest message;
  for (bool first = true;; first = false) {
    COMITY_ASSIGN_OR_RETURN(const bool more, stream.Read(&message));
    if (!more) break;
    if (message.has_options()) {
      if (!first) {
        return InvalidField("IMPORT_OPTIONS_LATE", "options",
                            "say what the import is to do in the first message only");
      }
      read.options = message.options();
      // A dry run is a question, not an attempt: its refusal is no evidence of anything.
      if (read.options.validate_only()) call.MarkEvidenced();
      *message.mutable_options() = service::WhatIsAsked(read.options);
    }
    if (message.rows_size() > kMostRowsAMessage ||
        read.rows.size() + static_cast<std::size_t>(message.rows_size()) > kMostRows) {
      return InvalidField("IMPORT_TOO_LARGE", "rows",
                          "send at most 1,000 rows a message and 200,000 a stream");
    }
    digest.Update(crypto::View(service::DigestOf(call.method(), message)));
    for (const v1::ImportFactsRequest::Row& row : message.rows()) {
      COMITY_ASSIGN_OR_RETURN(ImportRow converted, ImportRowFromProto(row));
      read.rows.push_back(std::move(converted));
    }
    message.Clear();
  }
  read.digest = digest.Peek();
  return read;
}

// The contacts of `rows` that are not recorded yet.
std::vector<std::string> NewContacts(const Registry& registry, const std::vector<ImportRow>& rows) {
  std::vector<std::string> names;
  for (const ImportRow& row : rows) {
    const auto* const contact = std::get_if<Contact>(&row.fact);
    if (contact == nullptr) continue;
    std::string name = NameOf(*contact);
    if (registry.FindContact(name) == nullptr) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

absl::StatusOr<RegistryStore::Written> Writes::WriteAndSettle(const rpc::Call& call,
                                                              journal::Attempt attempt,
                                                              std::string detail,
                                                              RegistryStore::Planner planner,
                                                              bool barrier) const {
  COMITY_ASSIGN_OR_RETURN(RegistryStore::Written written,
                          store_->Write(std::move(attempt), std::move(detail), std::move(planner)));
  if (barrier) {
    COMITY_RETURN_IF_ERROR(AwaitBarrier(call, *leases_, *clock_, written.committed.revision));
  }
  return written;
}

absl::Status Writes::ImportFacts(const rpc::Call& call, rpc::Reader<v1::ImportFactsRequest>& rows,
                                 v1::ImportFactsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(ReadRows read, ReadAll(call, rows));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt,
                          service::AttemptOf(call, read.options.request_id(), read.digest));
  // The same rows on the state before that revision give the same answer again.
  const auto answer_again = [&](std::int64_t revision) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const Registry> before, store_->At(revision - 1));
    COMITY_ASSIGN_OR_RETURN(const ImportPlan then,
                            PlanImport(*before, read.rows, call.caller(), clock_->Now()));
    FillResponse(then, store_->store_id(), revision, response);
    return absl::OkStatus();
  };
  if (read.options.validate_only()) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<RegistryStore::Written> answered,
                            store_->FindAnswer(attempt));
    if (answered.has_value()) return answer_again(answered->committed.revision);
    const Registry now = *store_->View();  // A copy: the writer must not wait for the planning.
    COMITY_ASSIGN_OR_RETURN(const ImportPlan plan,
                            PlanImport(now, read.rows, call.caller(), clock_->Now()));
    FillResponse(plan, now.store_id(), now.revision(), response);
    return absl::OkStatus();
  }
  // A guess: what the turn plans takes what keys it lacks.
  const std::vector<std::string> contacts = NewContacts(*store_->View(), read.rows);
  COMITY_RETURN_IF_ERROR(store_->PrepareKeys(contacts));
  ImportPlan made;
  COMITY_ASSIGN_OR_RETURN(const RegistryStore::Written written,
                          WriteAndSettle(
                              call, std::move(attempt), "",
                              [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
                                COMITY_ASSIGN_OR_RETURN(
                                    made, PlanImport(latest, read.rows, call.caller(), now));
                                // Rows may end an agreement or strike an authority. What only adds
                                // can forbid, too: a new legal class, a newer instrument.
                                return Plan{.facts = std::move(made.facts), .barrier = true};
                              },
                              /*barrier=*/true));
  if (written.committed.replayed) return answer_again(written.committed.revision);
  FillResponse(made, store_->store_id(), written.committed.revision, response);
  return absl::OkStatus();
}

template <typename Request>
absl::Status Writes::SetExchanges(const rpc::Call& call, const Request& request, bool suspended,
                                  v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(
      const RegistryStore::Written written,
      WriteAndSettle(
          call, std::move(attempt), std::move(detail),
          [&](const Registry& latest, absl::Time) { return PlanExchanges(latest, id, suspended); },
          /*barrier=*/suspended));
  return Answer<Partner>(written, store_->store_id(), response);
}

absl::Status Writes::SuspendExchanges(const rpc::Call& call,
                                      const v1::SuspendExchangesRequest& request,
                                      v1::Partner* response) const {
  return SetExchanges(call, request, /*suspended=*/true, response);
}

absl::Status Writes::ResumeExchanges(const rpc::Call& call,
                                     const v1::ResumeExchangesRequest& request,
                                     v1::Partner* response) const {
  return SetExchanges(call, request, /*suspended=*/false, response);
}

template <typename Request>
absl::Status Writes::SetContactState(const rpc::Call& call, const Request& request,
                                     ContactState state, v1::Contact* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "contacts", request.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(const RegistryStore::Written written,
                          WriteAndSettle(
                              call, std::move(attempt), std::move(detail),
                              [&](const Registry& latest, absl::Time) {
                                return PlanContactState(latest, request.name(), state);
                              },
                              state == ContactState::kSuspended));
  return Answer<Contact>(written, store_->store_id(), response);
}

absl::Status Writes::SuspendContact(const rpc::Call& call, const v1::SuspendContactRequest& request,
                                    v1::Contact* response) const {
  return SetContactState(call, request, ContactState::kSuspended, response);
}

absl::Status Writes::ReinstateContact(const rpc::Call& call,
                                      const v1::ReinstateContactRequest& request,
                                      v1::Contact* response) const {
  return SetContactState(call, request, ContactState::kActive, response);
}

absl::Status Writes::PublishKeyStatement(const rpc::Call& call,
                                         const v1::PublishKeyStatementRequest& request,
                                         v1::KeyStatement* response) const {
  const std::string& bytes = request.key_statement().statement();
  COMITY_ASSIGN_OR_RETURN(const sealing::KeyStatement parsed, sealing::ParseKeyStatement(bytes));
  COMITY_ASSIGN_OR_RETURN(const sealing::VerifiedSignature signature,
                          sealing::VerifySignature(bytes, request.key_statement().signature(),
                                                   sealing::TrustedBy(verifier_, clock_->Now())));
  COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, parsed.holder));
  KeyStatement statement{.id = NewUuid(clock_->Now()),
                         .holder = parsed.holder,
                         .statement = bytes,
                         .signature = request.key_statement().signature(),
                         .serial = parsed.serial,
                         .not_after = parsed.not_after};
  const std::string previous =
      parsed.previous_sha256.has_value() ? crypto::Hex(crypto::View(*parsed.previous_sha256)) : "";
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(
      const RegistryStore::Written written,
      store_->Write(std::move(attempt), "", [&](const Registry& latest, absl::Time now) {
        return PlanPublishKey(latest, call.caller(), statement, previous, now);
      }));
  return Answer<KeyStatement>(written, store_->store_id(), response);
}

absl::Status Writes::RecordDecision(const rpc::Call& call, const v1::RecordDecisionRequest& request,
                                    v1::Decision* response) const {
  COMITY_ASSIGN_OR_RETURN(const Decision decision,
                          DecisionFromProto("decision", request.decision()));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  const std::string id = NewUuid(clock_->Now());
  COMITY_ASSIGN_OR_RETURN(
      const RegistryStore::Written written,
      store_->Write(std::move(attempt), "", [&](const Registry& latest, absl::Time now) {
        return PlanRecordDecision(latest, *rules_, call.principal(), decision, id, now);
      }));
  return Answer<Decision>(written, store_->store_id(), response);
}

absl::Status Writes::WithdrawDecision(const rpc::Call& call,
                                      const v1::WithdrawDecisionRequest& request,
                                      v1::Decision* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParseDecisionName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(const RegistryStore::Written written,
                          WriteAndSettle(
                              call, std::move(attempt), std::move(detail),
                              [&](const Registry& latest, absl::Time now) {
                                return PlanWithdrawDecision(latest, *rules_, call.principal(), id,
                                                            now);
                              },
                              /*barrier=*/true));
  return Answer<Decision>(written, store_->store_id(), response);
}

}  // namespace comity::partner_registry
