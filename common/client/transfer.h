#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "common/client/task.h"

namespace comity::client {

// What both directions of moving a payload need.
struct TransferSettings {
  document_exchange::v1::DocumentExchangeService::StubInterface* exchange = nullptr;  // Not owned.
  absl::Duration patience = absl::Minutes(2);  // How long to go on without any progress.
  ProgressObserver progress;
  Cancellation* cancellation = nullptr;  // Not owned; may be null.
};

// The parts of a payload from an offset on: begun again wherever the server has got to.
class PayloadSource {
 public:
  virtual ~PayloadSource() = default;

  virtual std::int64_t length() const = 0;
  // Goes on at `offset`.
  virtual absl::Status Seek(std::int64_t offset) = 0;
  // At most `most` bytes, good until the next call; empty at the end.
  virtual absl::StatusOr<absl::string_view> Next(std::size_t most) = 0;
};

// A payload in memory. `payload` is not owned.
class PayloadInMemory final : public PayloadSource {
 public:
  explicit PayloadInMemory(absl::string_view payload) : payload_(payload) {}

  std::int64_t length() const override { return static_cast<std::int64_t>(payload_.size()); }
  absl::Status Seek(std::int64_t offset) override;
  absl::StatusOr<absl::string_view> Next(std::size_t most) override;

 private:
  const absl::string_view payload_;
  std::size_t offset_ = 0;
};

// Uploads both payloads until the server says they are on its disk, from the offsets in `upload`,
// over as many streams as it takes. Errors: that of the last stream once `patience` has passed
// without progress; the sources'; CANCELLED `CANCELLED_BY_CALLER`.
absl::Status UploadPayloads(const TransferSettings& settings,
                            const document_exchange::v1::Upload& upload, PayloadSource& description,
                            PayloadSource& content);

// Downloads bytes [offset, length) of a payload of `length` bytes, in order, to `sink`, over as
// many streams as it takes. Errors likewise; DATA_LOSS `PAYLOAD_MISMATCH` if more or other parts
// come than were asked for.
absl::Status DownloadPayload(const TransferSettings& settings, const std::string& document,
                             document_exchange::v1::Payload payload, std::int64_t offset,
                             std::int64_t length,
                             absl::FunctionRef<absl::Status(absl::string_view)> sink);

}  // namespace comity::client
