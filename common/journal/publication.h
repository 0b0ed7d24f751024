#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace comity::journal {

// The file `checkpoint` of a publication directory, which several replicas may share.

// What it holds; nullopt: there is none.
absl::StatusOr<std::optional<std::string>> ReadPublication(const std::string& path);

// Replaces it durably by the note that `prepare` makes, of a checkpoint of `size` leaves, and
// returns that; nullopt: it holds a larger one, a replica that was slow takes nothing back.
// Replicas take turns, `prepare` included.
absl::StatusOr<std::optional<std::string>> Publish(
    const std::string& path, std::int64_t size,
    absl::FunctionRef<absl::StatusOr<std::string>()> prepare);

}  // namespace comity::journal
