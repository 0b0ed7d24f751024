#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/filter_program.h"

namespace comity::partner_registry {

// Which partners somebody asks for: a part of the language of AIP-160, in which OR binds tighter
// than AND.
//
//   filter      = factor { "AND" factor }
//   factor      = term { "OR" term }
//   term        = "NOT" term | "(" filter ")" | field ( "=" | "!=" | ":" ) value
//   value       = letters, digits, "_" and "-", or any characters in double quotes, \" and \\ for
//                 a quote and a backslash
//
// Fields: kind, region, iso_alpha2, iso_alpha3, legal_class, exchanges_suspended,
// competent_in_criminal_matters. `:` is `=`, and `field:*` says that the field is set. Words of
// enumerations may have their prefix (PARTNER_KIND_STATE), codes may be in lower case.
//
// Immutable, hence thread-safe.
class PartnerFilter {
 public:
  // Everybody.
  PartnerFilter() = default;

  // Empty text is everybody. INVALID_ARGUMENT `FILTER_INVALID`, with the character at which it goes
  // wrong and what would do; more than 1,000 characters, parentheses and NOT more than 50 deep.
  static absl::StatusOr<PartnerFilter> Parse(absl::string_view text);

  // For partners of `codes`; `legal_class` is that on `today`. Good until one is put there.
  FilterProgram Compile(const PartnerCodes& codes, absl::CivilDay today) const;

  // In a form that is read as the same filter: one form for all spellings of it.
  std::string ToString() const;

 private:
  friend class FilterParser;

  struct Node {
    enum class Kind { kAll, kAny, kNot, kIs, kIsNot, kIsSet };

    Kind kind = Kind::kAll;
    std::vector<Node> children;  // kAll (none: true), kAny, kNot.
    std::size_t field = 0;       // kIs, kIsNot, kIsSet: which, in the order above.
    std::string value;           // kIs, kIsNot.
  };

  // Adds the tests of `node`, the last ones first, and returns the place to begin at.
  static std::size_t Compile(const Node& node, const CodeBook& book, std::size_t yes,
                             std::size_t no, std::vector<FilterProgram::Test>& tests);
  static std::string Write(const Node& node);

  Node root_;
};

}  // namespace comity::partner_registry
