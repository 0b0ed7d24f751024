#pragma once

#include <google/protobuf/stubs/logging.h>

#include "absl/time/time.h"

// For targets that read messages of protobuf.
namespace comity::fuzz {

// Noon of 28 November 2026.
inline constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'867'200);

// Otherwise protobuf writes of every text that is not UTF-8.
inline void SilenceProtobuf() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace comity::fuzz
