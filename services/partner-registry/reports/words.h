#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/vocabulary.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// How reports say in words what the registry has as codes: each is said in one way everywhere.
namespace comity::partner_registry {

// Stands on every report, and in what is signed.
inline constexpr char kNotice[] = "Sample data, not published by the agency, not legal advice.";

// "Kosovo* (* This designation is ...)": the footnote on status goes with the name.
std::string NameWithFootnote(const Partner& partner);

// "Working arrangement".
absl::string_view Text(InstrumentKind kind);
// "a third country".
absl::string_view Text(LegalClass legal_class);
absl::string_view Text(PartnerKind kind);
// "found in a public source"; for dates and fields.
absl::string_view Text(Certainty certainty);
// "permissible subject to"; for the middle of a sentence.
absl::string_view Text(legal::Outcome outcome);
// "treaty (TFEU 218)".
absl::string_view Text(Axis axis);

// "COUNCIL_MANDATE" as readers write it: "council mandate".
std::string StepText(absl::string_view step);

// The day since when something is so: "2019-11-01", or "by 2020-11-19" if nobody knows since when.
std::string SinceText(const std::string& day, Certainty certainty);

// What an instrument can be a basis for, within the limits of what it covers, which may not be
// sure, and what it never is, with the articles.
struct Uses {
  std::string basis_for;
  std::string no_basis_for;
};
Uses UsesOf(const Instrument& instrument);

// Its dates that are known, in the order of the law: {"signed", "2018-10-05"}.
std::vector<std::pair<std::string, std::string>> DatesOf(const Instrument& instrument);

}  // namespace comity::partner_registry
