// The methods that move much: uploads, downloads, exports.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/service/disclosures.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/sealed_form.h"
#include "services/document-exchange/transport/calls.h"
#include "services/document-exchange/transport/document_exchange_service.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "services/document-exchange/transport/names.h"

namespace comity::document_exchange {
namespace {

constexpr std::int64_t kSyncEvery = std::int64_t{4} << 20;
constexpr absl::Duration kSyncAfter = absl::Seconds(1);
constexpr std::size_t kLargestPiece = std::size_t{1} << 20;
constexpr std::int64_t kDownloadMessage = std::int64_t{256} * 1024;
constexpr std::size_t kRecordsInAMessage = 100;

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace

absl::Status DocumentExchangeService::Receive(
    const rpc::Call& call,
    rpc::Exchange<v1::UploadPiecesRequest, v1::UploadPiecesResponse>& stream) const {
  v1::UploadPiecesRequest piece;
  COMITY_ASSIGN_OR_RETURN(bool more, stream.Read(&piece));
  if (!more) return InvalidField("NAME_INVALID", "upload", "must be named in the first message");
  COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("uploads", "upload", piece.upload()));
  COMITY_ASSIGN_OR_RETURN(const OpenedUpload opened,
                          parts_.exchange->OpenUpload(ReadRequest(call), id));
  absl::Duration synced_at = parts_.clock->SinceBoot();
  const auto acknowledge = [&]() -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(const PayloadSizes durable, opened.writer->Sync());
    synced_at = parts_.clock->SinceBoot();
    v1::UploadPiecesResponse response;
    response.set_content_offset(durable.content);
    response.set_description_offset(durable.description);
    return stream.Push(std::move(response));
  };
  while (more) {
    if (!piece.upload().empty() && piece.upload() != absl::StrCat("uploads/", id)) {
      return InvalidField("NAME_INVALID", "upload", "must stay the same within a stream");
    }
    COMITY_ASSIGN_OR_RETURN(const PayloadKind kind, FromProto(piece.payload()));
    if (piece.data().empty() || piece.data().size() > kLargestPiece) {
      return InvalidField("PIECE_INVALID", "data", "must be 1 byte to 1 MiB");
    }
    if (piece.offset() == 0) COMITY_RETURN_IF_ERROR(CheckSealedStart(piece.data()));
    COMITY_RETURN_IF_ERROR(opened.writer->Append(kind, piece.offset(), piece.data()));
    const auto size = static_cast<std::int64_t>(piece.data().size());
    parts_.traffic->Received(size);
    // A client may wait for the end of a payload before it goes on.
    const bool end = piece.offset() + size >= opened.announced.of(kind);
    if (end || opened.writer->unsynced() >= kSyncEvery ||
        parts_.clock->SinceBoot() - synced_at >= kSyncAfter) {
      COMITY_RETURN_IF_ERROR(acknowledge());
    }
    const absl::StatusOr<bool> next = stream.Read(&piece);
    if (!next.ok()) {
      // Whoever was cut off resumes from what is durable: make that as much as arrived.
      opened.writer->Sync().IgnoreError();
      return next.status();
    }
    more = *next;
  }
  return acknowledge();
}

absl::Status DocumentExchangeService::Send(const rpc::Call& call,
                                           const v1::DownloadRequest& request,
                                           rpc::Writer<v1::DownloadResponse>& out) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", request.name()));
  COMITY_ASSIGN_OR_RETURN(const PayloadKind kind, FromProto(request.payload()));
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<PayloadReader> reader,
                          parts_.exchange->OpenPayload(ReadRequest(call), id, kind));
  if (request.offset() < 0 || request.offset() > reader->size() || request.length() < 0) {
    return MakeError(absl::StatusCode::kOutOfRange,
                     absl::StrCat("The part asked for does not lie within the ", reader->size(),
                                  " bytes of the payload."),
                     {.reason = "RANGE_INVALID"});
  }
  const std::int64_t rest = reader->size() - request.offset();
  const std::int64_t wanted = request.length() == 0 ? rest : std::min(rest, request.length());
  std::int64_t offset = request.offset();
  const std::int64_t end = offset + wanted;
  while (offset < end) {
    v1::DownloadResponse part;
    part.set_offset(offset);
    // Read straight into the message: one copy less.
    std::string* const data = part.mutable_data();
    data->resize(static_cast<std::size_t>(std::min(kDownloadMessage, end - offset)));
    COMITY_ASSIGN_OR_RETURN(const std::size_t count, reader->Read(offset, absl::MakeSpan(*data)));
    if (count == 0) {
      return MakeError(absl::StatusCode::kDataLoss, "A stored payload is shorter than it was.",
                       {.reason = "PAYLOAD_UNREADABLE"});
    }
    data->resize(count);
    offset += static_cast<std::int64_t>(count);
    parts_.traffic->Sent(static_cast<std::int64_t>(count));
    COMITY_RETURN_IF_ERROR(out.Push(std::move(part)));
  }
  return absl::OkStatus();
}

absl::Status DocumentExchangeService::Export(
    const rpc::Call& call, const v1::ExportTransferRecordsRequest& request,
    rpc::Writer<v1::ExportTransferRecordsResponse>& out) const {
  COMITY_RETURN_IF_ERROR(service::CheckPurpose(request.purpose()));
  const absl::Time start =
      request.has_start_time() ? TimeOf(request.start_time()) : absl::InfinitePast();
  const absl::Time end =
      request.has_end_time() ? TimeOf(request.end_time()) : absl::InfiniteFuture();
  const crypto::Digest query = DigestOf(call.method(), request);
  // Records of later mutations are left to a later export.
  const std::int64_t last = parts_.journal->head().revision;
  std::int64_t revision = 0;
  std::int64_t ordinal = std::numeric_limits<std::int64_t>::max();
  bool first = true;
  while (true) {
    std::vector<TransferRecord> records;
    {
      COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
      COMITY_ASSIGN_OR_RETURN(
          records, rows->ScanTransferRecords(revision, ordinal, start, end, request.refusals_only(),
                                             kRecordsInAMessage));
    }
    while (!records.empty() && records.back().revision > last) records.pop_back();
    if (records.empty() && !first) return absl::OkStatus();
    COMITY_RETURN_IF_ERROR(
        service::RecordDisclosure(*parts_.journal, call, request.purpose(), query, records.size()));
    if (records.empty()) return absl::OkStatus();
    first = false;
    v1::ExportTransferRecordsResponse response;
    for (const TransferRecord& record : records) *response.add_records() = ToProto(record);
    revision = records.back().revision;
    ordinal = records.back().ordinal;
    COMITY_RETURN_IF_ERROR(out.Push(std::move(response)));
  }
}

}  // namespace comity::document_exchange
