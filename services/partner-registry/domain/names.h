#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::partner_registry {

// Whether `text` matches `^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`.
bool IsId(absl::string_view text);

// `id` with `suffix`, cut to the length of an id with a digest in place of what is cut off.
std::string ComposedId(absl::string_view id, absl::string_view suffix);

// A resource below a partner.
struct ChildName {
  std::string partner;
  std::string id;
};

// The partner's id of "partners/{partner}". INVALID_ARGUMENT `NAME_INVALID` with `field`.
absl::StatusOr<std::string> ParsePartnerName(absl::string_view field, absl::string_view name);

// Of "partners/{partner}/<collection>/{id}". INVALID_ARGUMENT `NAME_INVALID`.
absl::StatusOr<ChildName> ParseChildName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name);

// The partner's id of "partners/{partner}/readiness". INVALID_ARGUMENT `NAME_INVALID`.
absl::StatusOr<std::string> ParseReadinessName(absl::string_view field, absl::string_view name);

// The id of "<collection>/{id}". INVALID_ARGUMENT `NAME_INVALID`.
absl::StatusOr<std::string> ParseTopName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name);

// Of "partners/{partner}/changeRequests/{uuid}". INVALID_ARGUMENT `NAME_INVALID`.
absl::StatusOr<ChildName> ParseChangeRequestName(absl::string_view field, absl::string_view name);

// The id of "decisions/{decision}". INVALID_ARGUMENT `NAME_INVALID`.
absl::StatusOr<std::string> ParseDecisionName(absl::string_view field, absl::string_view name);

}  // namespace comity::partner_registry
