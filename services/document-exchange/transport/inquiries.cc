#include "services/document-exchange/transport/inquiries.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/service/calls.h"
#include "common/service/disclosures.h"
#include "common/service/year.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/transfer_proto/affected.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/document-exchange/domain/volume.h"
#include "services/document-exchange/transport/calls.h"
#include "services/document-exchange/transport/exchange_proto.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kRecordsAtOnce = 100;
// Of one call, whose page may then be short: verdicts are sealed, and most cite other facts.
constexpr int kMostLookedAt = 5'000;
constexpr std::size_t kDocumentsAtOnce = 1'000;

v1::AffectedDocument ToAffected(const AffectedRecipient& affected) {
  v1::AffectedDocument made;
  made.set_document(absl::StrCat("documents/", affected.document_id));
  made.set_recipient(affected.recipient);
  return made;
}

// A place in the records, newest first; first of all, before the first.
struct RecordPosition {
  std::int64_t revision = std::numeric_limits<std::int64_t>::max();
  std::int64_t ordinal = 0;
};

absl::StatusOr<RecordPosition> ParsePosition(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, ' ');
  RecordPosition position;
  if (!absl::SimpleAtoi(parts.first, &position.revision) ||
      !absl::SimpleAtoi(parts.second, &position.ordinal)) {
    return InvalidField("PAGE_TOKEN_INVALID", "page_token",
                        "is not one of this list: begin again without it");
  }
  return position;
}

crypto::Digest QueryDigest(const rpc::Call& call, v1::ListReliancesRequest query) {
  query.clear_page_size();
  query.clear_page_token();
  return DigestOf(call.method(), query);
}

// nullopt: it did not rest on the fact, rests on a revision not asked of, or its verdict went with
// its key.
std::optional<v1::Reliance> RelianceOn(const legal::RelianceQuery& query,
                                       const TransferRecord& record) {
  const partner_registry::v1::TransferVerdict verdict = DecodeVerdict(record.verdict);
  const auto& revision = verdict.registry_revision();
  if (!query.Covers({.store_id = revision.store_id(), .number = revision.number()})) {
    return std::nullopt;
  }
  const bool rests =
      std::any_of(verdict.reasons().begin(), verdict.reasons().end(), [&](const auto& reason) {
        return legal::RestsOn(reason.row()) &&
               std::find(reason.facts().begin(), reason.facts().end(), query.fact) !=
                   reason.facts().end();
      });
  if (!rests) return std::nullopt;
  v1::Reliance made;
  made.set_document(absl::StrCat("documents/", record.document_id));
  made.set_attempt(record.attempt);
  SetTime(record.commit_time, made.mutable_commit_time());
  made.set_recipient(record.recipient);
  *made.mutable_registry_revision() = revision;
  made.set_leaf_index(record.leaf_index);
  return made;
}

}  // namespace

absl::StatusOr<journal::Head> Inquiries::HeadFor(const rpc::Call& call) const {
  journal::Head head = parts_.journal->head();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, head.store_id, head.revision));
  return head;
}

absl::Status Inquiries::ListAffected(const rpc::Call& call, const v1::ListAffectedRequest& request,
                                     v1::ListAffectedResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(
      const legal::WhatIf asked,
      transfer_proto::WhatIfFromProto(request.instrument(), request.supposition(), request.day(),
                                      DayInBrussels(parts_.clock->Now())));
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  COMITY_ASSIGN_OR_RETURN(const legal::Supposed supposed, legal::Suppose(registry->facts(), asked));
  COMITY_RETURN_IF_ERROR(HeadFor(call).status());
  transfer_proto::AffectedAnswer answer(asked.day, registry->revision(), parts_.limits, response);
  AffectedPage page{.more = true};
  while (page.more && !call.Cancelled()) {
    COMITY_ASSIGN_OR_RETURN(page, parts_.exchange->AffectedBy(call.principal(), *registry, supposed,
                                                              page.last_revision));
    for (AffectedRecipient& affected : page.affected) {
      if (!answer.Add(ToAffected(affected), std::move(affected.change))) return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

absl::Status Inquiries::ListReliances(const rpc::Call& call,
                                      const v1::ListReliancesRequest& request,
                                      v1::ListReliancesResponse* response) const {
  COMITY_RETURN_IF_ERROR(service::CheckPurpose(request.purpose()));
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  COMITY_ASSIGN_OR_RETURN(
      const legal::RelianceQuery query,
      transfer_proto::RelianceQueryFromProto(
          request.fact(), request.has_from_revision() ? &request.from_revision() : nullptr,
          request.has_before_revision() ? &request.before_revision() : nullptr,
          registry->revision().store_id));
  COMITY_ASSIGN_OR_RETURN(const int page_size, service::PageSize(request.page_size()));
  COMITY_ASSIGN_OR_RETURN(const journal::Head head, HeadFor(call));
  const crypto::Digest digest = QueryDigest(call, request);
  RecordPosition at;
  if (!request.page_token().empty()) {
    COMITY_ASSIGN_OR_RETURN(const journal::PagePosition last,
                            parts_.pages->Parse(request.page_token(), digest, call.caller()));
    COMITY_ASSIGN_OR_RETURN(at, ParsePosition(last.position));
  }
  bool more = true;
  int looked_at = 0;
  while (more && looked_at < kMostLookedAt && response->reliances_size() < page_size &&
         !call.Cancelled()) {
    std::vector<TransferRecord> records;
    {
      COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
      COMITY_ASSIGN_OR_RETURN(records,
                              rows->ScanMadeTransfers(at.revision, at.ordinal, kRecordsAtOnce));
    }
    more = records.size() == kRecordsAtOnce;
    for (const TransferRecord& record : records) {
      if (response->reliances_size() == page_size) {
        more = true;
        break;
      }
      at = {record.revision, record.ordinal};
      ++looked_at;
      if (const auto reliance = RelianceOn(query, record)) *response->add_reliances() = *reliance;
    }
  }
  if (more) {
    response->set_next_page_token(parts_.pages->Issue(
        {.position = absl::StrCat(at.revision, " ", at.ordinal), .revision = head.revision}, digest,
        call.caller()));
  }
  return service::RecordDisclosure(*parts_.journal, call, request.purpose(), digest,
                                   static_cast<std::size_t>(response->reliances_size()));
}

absl::Status Inquiries::MeasureVolume(const rpc::Call& call,
                                      const v1::MeasureVolumeRequest& request,
                                      v1::MeasureVolumeResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const service::Year year,
                          service::YearOf(request.year(), parts_.clock->Now()));
  if (!request.partner().empty()) {
    COMITY_RETURN_IF_ERROR(transfer_proto::CheckPartnerName(request.partner(), "partner"));
  }
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  COMITY_ASSIGN_OR_RETURN(const journal::Head head, HeadFor(call));
  std::map<std::string, PartnerVolume> volumes;
  DocumentParties last{.submit_time = year.start};
  bool more = true;
  while (more && !call.Cancelled()) {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(
        const std::vector<DocumentParties> documents,
        rows->ScanParties(year.start, year.end, last.submit_time, last.revision, kDocumentsAtOnce));
    for (const DocumentParties& document : documents) {
      // What came after the counting began is left to a later one.
      if (document.revision <= head.revision) {
        AddTo(volumes, document, *registry, request.partner());
      }
    }
    more = documents.size() == kDocumentsAtOnce;
    if (more) last = documents.back();
  }
  if (more) return service::CountInterrupted();
  for (const auto& [partner, counted] : volumes) {
    v1::PartnerVolume* const volume = response->add_volumes();
    volume->set_partner(partner);
    volume->set_documents(counted.documents);
    volume->set_documents_received(counted.received);
    volume->set_cases(static_cast<std::int64_t>(counted.cases.size()));
  }
  service::SetRevision(head.store_id, head.revision, response->mutable_revision());
  return absl::OkStatus();
}

absl::Status Inquiries::ReportVolume(const rpc::Call& call, const v1::ReportVolumeRequest& request,
                                     v1::ReportVolumeResponse* response) const {
  v1::MeasureVolumeRequest all;
  all.set_year(request.year());
  v1::MeasureVolumeResponse counted;
  COMITY_RETURN_IF_ERROR(MeasureVolume(call, all, &counted));
  return service::ReportCounted(
      call, parts_.report, request.year(), std::move(counted),
      [](const v1::PartnerVolume& volume, auto& counts) {
        counts["documents"] = volume.documents();
        counts["cases"] = volume.cases();
      },
      response);
}

}  // namespace comity::document_exchange
