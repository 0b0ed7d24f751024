#include "services/document-exchange/storage/payload_digest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/string_view.h"
#include "common/sealing/pieces.h"
#include "common/status/error.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} * 1024;

}  // namespace

absl::StatusOr<PayloadDigest> DigestPayload(int fd, std::int64_t size) {
  sealing::PayloadDigester digester;
  const auto buffer = std::make_unique<char[]>(kBuffer);
  ::posix_fadvise(fd, 0, size, POSIX_FADV_SEQUENTIAL);
  std::int64_t offset = 0;
  while (offset < size) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::int64_t>(size - offset, std::int64_t{kBuffer}));
    const ssize_t count = ::pread(fd, buffer.get(), wanted, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return MakeError(absl::StatusCode::kDataLoss, "A stored payload cannot be read.",
                       {.reason = "PAYLOAD_UNREADABLE"});
    }
    digester.Update(absl::string_view(buffer.get(), static_cast<std::size_t>(count)));
    offset += count;
  }
  return digester.Peek();
}

}  // namespace comity::document_exchange
