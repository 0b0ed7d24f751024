#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/secret.h"
#include "common/sealing/age_key.h"

namespace comity::sealing {

// Headers of the age v1 format (C2SP `age`). A header wraps a file key for its recipients; the
// payload it belongs to is sealed apart (age_payload.h), so one payload can have many headers. A
// header proves nothing about who made it, and does NOT bind the payload's plaintext: the manifest
// does.

inline constexpr std::size_t kFileKeySize = 16;

// Headers above this size are refused unread; ours have kSealedHeaderSize bytes.
inline constexpr std::size_t kLargestHeader = std::size_t{64} * 1024;
inline constexpr std::size_t kSealedHeaderSize = 168;

// A new random file key. One for each payload, never used for another plaintext.
crypto::Secret NewFileKey();

// A header with one X25519 stanza that lets `recipient` have `file_key`, from the version line to
// the line feed after the MAC. Aborts if `file_key` has not kFileKeySize bytes.
std::string MakeHeader(const crypto::Secret& file_key, const AgeRecipient& recipient);

// One stanza of a parsed header.
struct Stanza {
  std::string type;
  std::vector<std::string> arguments;
  std::string body;
};

// A header as it stands at the front of an age file.
struct ParsedHeader {
  std::vector<Stanza> stanzas;
  std::string mac;         // 32 bytes; not checked yet, for that takes the file key.
  std::size_t mac_offset;  // The MAC covers the bytes before, `---` included.
  std::size_t size;        // Where the payload starts.
};

// Parses the header at the front of `file`, strictly: version, canonical unpadded base64, bodies in
// lines of 64 columns with a shorter last one, at least one stanza. INVALID_ARGUMENT
// `AGE_HEADER_INVALID` otherwise, or if it is larger than kLargestHeader.
absl::StatusOr<ParsedHeader> ParseHeader(absl::string_view file);

// Whether `header` is one of ours as far as anybody without the key can tell: all of it a header,
// with exactly one well-formed X25519 stanza. INVALID_ARGUMENT `AGE_HEADER_INVALID` otherwise.
absl::Status CheckSealedHeader(absl::string_view header);

// Takes the file key out of the header at the front of `file`. Errors: INVALID_ARGUMENT
// `AGE_HEADER_INVALID`; PERMISSION_DENIED `AGE_NOT_FOR_THIS_KEY` if no stanza opens with
// `identity`; DATA_LOSS `AGE_HEADER_FORGED` if one does and the MAC does not fit.
absl::StatusOr<crypto::Secret> OpenHeader(absl::string_view file, const AgeIdentity& identity);

}  // namespace comity::sealing
