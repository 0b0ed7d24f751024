#include "common/client/transfer.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/client/stall_guard.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

namespace v1 = document_exchange::v1;

// The size of message at which one stream is fastest.
constexpr std::size_t kMessageSize = std::size_t{256} * 1024;
constexpr absl::Duration kFirstWait = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Seconds(2);

absl::Status CheckCancelled(const TransferSettings& settings) {
  return settings.cancellation == nullptr ? absl::OkStatus() : settings.cancellation->Check();
}

// What a stream that broke may be followed by another for.
bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) ||
         // The server died after it told how far it was: less of it may be on its disk.
         ReasonOf(status) == "UPLOAD_OFFSET";
}

// Whether and when to try again: each progress starts the patience anew.
class Patience {
 public:
  explicit Patience(const TransferSettings& settings) : settings_(settings) {}

  void Progressed() {
    last_ = absl::Now();
    wait_ = kFirstWait;
  }

  // Waits before the next attempt, or returns why there is none.
  absl::Status Wait(const absl::Status& status) {
    COMITY_RETURN_IF_ERROR(CheckCancelled(settings_));
    if (!IsPassing(status) || absl::Now() - last_ > settings_.patience) return status;
    const absl::Duration asked = DetailsOf(status).retry_after.value_or(absl::ZeroDuration());
    for (absl::Duration left = std::max(wait_, asked); left > absl::ZeroDuration();
         left -= kFirstWait) {
      absl::SleepFor(std::min(left, kFirstWait));
      COMITY_RETURN_IF_ERROR(CheckCancelled(settings_));
    }
    wait_ = std::min(wait_ * 2, kLongestWait);
    return absl::OkStatus();
  }

 private:
  const TransferSettings& settings_;
  absl::Time last_ = absl::Now();
  absl::Duration wait_ = kFirstWait;
};

// How far the server has got, written by the thread that reads acknowledgements.
class Durable {
 public:
  Durable(const TransferSettings& settings, std::int64_t content_length,
          std::int64_t description_length)
      : settings_(settings), total_{content_length, description_length} {}

  void Set(std::int64_t content, std::int64_t description) {
    const absl::MutexLock lock(&mutex_);
    content_ = std::clamp<std::int64_t>(content, 0, total_.first);
    description_ = std::clamp<std::int64_t>(description, 0, total_.second);
    if (settings_.progress) {
      settings_.progress(Stage::kUploading, content_ + description_, total_.first + total_.second);
    }
  }

  std::pair<std::int64_t, std::int64_t> Get() const {
    const absl::MutexLock lock(&mutex_);
    return {content_, description_};
  }
  bool complete() const { return Get() == total_; }

 private:
  const TransferSettings& settings_;
  const std::pair<std::int64_t, std::int64_t> total_;
  mutable absl::Mutex mutex_;
  std::int64_t content_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t description_ ABSL_GUARDED_BY(mutex_) = 0;
};

using Stream = grpc::ClientReaderWriterInterface<v1::UploadPiecesRequest, v1::UploadPiecesResponse>;

// Writes one payload from `offset` on. OK also if the stream broke: its status says why.
absl::Status WritePayload(Stream& stream, v1::Payload payload, std::int64_t offset,
                          PayloadSource& source, StallGuard& guard,
                          v1::UploadPiecesRequest& request, bool& open) {
  COMITY_RETURN_IF_ERROR(source.Seek(offset));
  while (open) {
    COMITY_ASSIGN_OR_RETURN(const absl::string_view part, source.Next(kMessageSize));
    if (part.empty()) return absl::OkStatus();
    request.set_payload(payload);
    request.set_offset(offset);
    request.set_data(part.data(), part.size());
    open = stream.Write(request);
    guard.Touch();
    request.clear_upload();
    offset += static_cast<std::int64_t>(part.size());
  }
  return absl::OkStatus();
}

// One stream, from where the server is.
absl::Status UploadOnce(const TransferSettings& settings, const std::string& upload,
                        PayloadSource& description, PayloadSource& content, Durable& durable) {
  grpc::ClientContext context;
  const Cancellation::Scope scope(settings.cancellation, &context);
  const auto stream = settings.exchange->UploadPieces(&context);
  StallGuard guard(&context, settings.patience);
  std::thread reader([&] {
    v1::UploadPiecesResponse response;
    while (stream->Read(&response)) {
      guard.Touch();
      durable.Set(response.content_offset(), response.description_offset());
    }
  });

  const auto [content_offset, description_offset] = durable.Get();
  v1::UploadPiecesRequest request;
  request.set_upload(upload);
  bool open = true;
  absl::Status status = WritePayload(*stream, v1::PAYLOAD_DESCRIPTION, description_offset,
                                     description, guard, request, open);
  if (status.ok()) {
    status =
        WritePayload(*stream, v1::PAYLOAD_CONTENT, content_offset, content, guard, request, open);
  }
  if (status.ok()) {
    stream->WritesDone();
  } else {
    context.TryCancel();
  }
  reader.join();
  const absl::Status finished = rpc::ToAbslStatus(stream->Finish());
  return status.ok() ? finished : status;
}

}  // namespace

absl::Status PayloadInMemory::Seek(std::int64_t offset) {
  offset_ = std::min(static_cast<std::size_t>(offset), payload_.size());
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> PayloadInMemory::Next(std::size_t most) {
  const absl::string_view part = payload_.substr(offset_, most);
  offset_ += part.size();
  return part;
}

absl::Status UploadPayloads(const TransferSettings& settings, const v1::Upload& upload,
                            PayloadSource& description, PayloadSource& content) {
  Durable durable(settings, content.length(), description.length());
  durable.Set(upload.content_offset(), upload.description_offset());
  Patience patience(settings);
  while (!durable.complete()) {
    COMITY_RETURN_IF_ERROR(CheckCancelled(settings));
    const auto before = durable.Get();
    absl::Status status = UploadOnce(settings, upload.name(), description, content, durable);
    if (durable.complete()) break;
    if (durable.Get() != before) patience.Progressed();
    if (status.ok()) {
      status = MakeError(absl::StatusCode::kUnavailable,
                         "The service ended the upload before all of it was on its disk.",
                         {.reason = "UPLOAD_INTERRUPTED"});
    }
    // What the server has may be less than it acknowledged to another stream, never more than it
    // says now: ask before going on.
    v1::Upload now;
    do {
      COMITY_RETURN_IF_ERROR(patience.Wait(status));
      grpc::ClientContext context;
      const Cancellation::Scope scope(settings.cancellation, &context);
      context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
      // A call that fails at once leaves nobody to drive the connection that is being made: it
      // would wait for gRPC's own timer, half a minute.
      context.set_wait_for_ready(true);
      v1::GetUploadRequest request;
      request.set_name(upload.name());
      status = rpc::ToAbslStatus(settings.exchange->GetUpload(&context, request, &now));
    } while (!status.ok());
    durable.Set(now.content_offset(), now.description_offset());
  }
  return absl::OkStatus();
}

absl::Status DownloadPayload(const TransferSettings& settings, const std::string& document,
                             v1::Payload payload, std::int64_t offset, std::int64_t length,
                             absl::FunctionRef<absl::Status(absl::string_view)> sink) {
  Patience patience(settings);
  while (offset < length) {
    COMITY_RETURN_IF_ERROR(CheckCancelled(settings));
    grpc::ClientContext context;
    const Cancellation::Scope scope(settings.cancellation, &context);
    StallGuard guard(&context, settings.patience);
    v1::DownloadRequest request;
    request.set_name(document);
    request.set_payload(payload);
    request.set_offset(offset);
    const auto reader = settings.exchange->Download(&context, request);
    absl::Status status;
    v1::DownloadResponse response;
    while (status.ok() && reader->Read(&response)) {
      guard.Touch();
      const auto size = static_cast<std::int64_t>(response.data().size());
      if (response.offset() != offset || size > length - offset) {
        status = MakeError(absl::StatusCode::kDataLoss,
                           "The service sent other parts of the payload than the manifest has.",
                           {.reason = "PAYLOAD_MISMATCH"});
        break;
      }
      status = sink({response.data().data(), response.data().size()});
      offset += size;
      patience.Progressed();
      if (settings.progress && payload == v1::PAYLOAD_CONTENT) {
        settings.progress(Stage::kDownloading, offset, length);
      }
    }
    if (!status.ok()) {
      context.TryCancel();
      (void)reader->Finish();
      return status;
    }
    status = rpc::ToAbslStatus(reader->Finish());
    if (offset == length) break;
    if (status.ok()) {
      status = MakeError(absl::StatusCode::kUnavailable,
                         "The service ended the download before its end.",
                         {.reason = "DOWNLOAD_INTERRUPTED"});
    }
    COMITY_RETURN_IF_ERROR(patience.Wait(status));
  }
  return absl::OkStatus();
}

}  // namespace comity::client
