#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/client/sealed_file.h"
#include "common/crypto/secret.h"
#include "common/sealing/age_key.h"

namespace comity::client {

// What an interrupted sending needs to go on: under the same keys, and with the same requests, so
// that nothing is done twice.
struct UploadState {
  std::string document_id;
  std::string create_request_id;
  std::string submit_request_id;
  crypto::Secret content_key;
  crypto::Secret description_key;
  std::string content_nonce;
  std::string description_nonce;
  std::string blind;
  std::vector<std::string> recipients;  // Whom the upload is opened for, in order.
  std::int64_t content_length = 0;      // Announced, sealed.
  std::string upload;                   // `uploads/{upload}`, once opened.
  std::optional<SealedForm> form;       // Once measured.
  std::string submit_request;           // Serialized, once it was sent.
};

// Keeps states as files that are sealed to the sender's own key: they hold file keys. Not
// thread-safe.
class UploadStates {
 public:
  // `folder` is made (mode 0700) when first needed; `key` is not owned.
  UploadStates(std::string folder, const sealing::AgeIdentity* key);

  // Durably. `name` is 64 hexadecimal digits that stand for what is sent.
  absl::Status Save(const std::string& name, const UploadState& state) const;

  // Nothing if there is none, or none that this key opens or this version wrote.
  absl::StatusOr<std::optional<UploadState>> Load(const std::string& name) const;

  void Remove(const std::string& name) const;

 private:
  std::string FileOf(const std::string& name) const;

  const std::string folder_;
  const sealing::AgeIdentity* const key_;
};

}  // namespace comity::client
