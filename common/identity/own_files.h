#pragma once

// Own certificate and key as text, for the sources of this folder only.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/own_certificate.h"

namespace comity::identity {

struct OwnText {
  std::string certificate_file;
  std::string key_file;
  std::string certificate_pem;
  std::string key_pem;

  friend bool operator==(const OwnText&, const OwnText&) = default;
};

// Errors as CheckOwnCertificate.
absl::StatusOr<OwnText> ReadOwn(absl::string_view certificate_file, absl::string_view key_file);

// Judges text that was read before. Errors as CheckOwnCertificate.
absl::StatusOr<OwnCertificate> CheckOwn(const OwnText& text,
                                        const std::shared_ptr<const TrustBundles>& bundles,
                                        absl::Time now, Purpose purpose);

}  // namespace comity::identity
