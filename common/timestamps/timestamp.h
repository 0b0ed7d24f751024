#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/x509.h"

namespace comity::timestamps {

// Answers longer than this are refused unread: a token with its chain has some kilobytes.
inline constexpr std::size_t kMaxReplySize = std::size_t{64} * 1024;

// Whose timestamps are believed: root certificates of time-stamping authorities. Immutable.
class Authorities {
 public:
  // PEM, one root or more. INVALID_ARGUMENT `TIMESTAMP_ROOTS_INVALID`; errors of files.
  static absl::StatusOr<Authorities> FromFile(const std::string& path);

  X509_STORE* store() const { return store_.get(); }

 private:
  explicit Authorities(std::shared_ptr<X509_STORE> store) : store_(std::move(store)) {}

  std::shared_ptr<X509_STORE> store_;
};

// A request for a timestamp (RFC 3161) over some bytes: SHA-256, a nonce of its own, and the
// authority's certificate to be sent along. Immutable.
class TimestampRequest {
 public:
  static TimestampRequest Over(absl::string_view data);

  // To be sent: a TimeStampReq in DER.
  const std::string& der() const { return der_; }

  // When the authority says that it saw the bytes, if `reply` (a TimeStampResp in DER) grants a
  // token over them, with this request's nonce, signed by a certificate for time-stamping that
  // leads to `trusted` and is valid now.
  //
  // INVALID_ARGUMENT `TIMESTAMP_MALFORMED`: it is no TimeStampResp; `TIMESTAMP_INVALID`: the token
  // is not of this request or not of a trusted authority; FAILED_PRECONDITION `TIMESTAMP_REFUSED`.
  absl::StatusOr<absl::Time> Check(absl::string_view reply, const Authorities& trusted) const;

 private:
  explicit TimestampRequest(std::string der) : der_(std::move(der)) {}

  std::string der_;
};

}  // namespace comity::timestamps
