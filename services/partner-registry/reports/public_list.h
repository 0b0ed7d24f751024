#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// The list of EUDPR 94(3) on a day, not yet signed.
struct PublicList {
  std::string content;  // JSON in RFC 8785 form, `comity.public-list.v1`.
  std::string page;     // The same as HTML.
};

// The instruments that have effect on `day`, with what each can be a basis for and what it never
// is; apart from them those of which that is not established, with the fields that leave it open.
//
// Only what surely was public by `day` (SurelyPublic) is in it: a list that is published must not
// be where something becomes known, nor where others read what one person entered. How many are
// left out is said.
PublicList PublicListOn(const Registry& registry, absl::CivilDay day);

// RESOURCE_EXHAUSTED `PUBLIC_LIST_TOO_LONG`, with the partner that has most of it, if one answer
// has no room for the list.
absl::Status CheckFits(const PublicList& list);

}  // namespace comity::partner_registry
