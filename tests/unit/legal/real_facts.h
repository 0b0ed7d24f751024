#pragma once

#include <string>
#include <vector>

#include "common/legal/facts.h"
#include "common/legal/question.h"

// The public facts on which the vectors of the transfer check run, and the question they vary.
namespace comity::legal {

absl::CivilDay Day(absl::string_view text);
// Noon in Brussels.
absl::Time Noon(absl::string_view day);
PartialDate Date(absl::string_view text);

inline constexpr char kToday[] = "2026-11-23";

// Partners with their dated classes, instruments with every date, one competent authority for each
// third country (`authorities/prosecution`), without decisions.
FactsBuilder RealFactsBuilder();
const Facts& RealFacts();

// Operational data, SEND, EUROJUST, two or more Member States, suspect, Annex I offence, today, for
// the prosecution authority of `partner` if it is a State.
Question Ask(absl::string_view partner, std::vector<Origin> origins);

// The same on an earlier day: to the State as a whole, exploring.
Question AskOn(absl::string_view day, absl::string_view partner, std::vector<Origin> origins);

Origin MemberState(absl::string_view partner);
Origin ThirdCountry(absl::string_view partner);
Origin PublicSource();

// A decision that names the counterpart and the case of Ask() and stands.
Decision Decided(DecisionKind kind, absl::string_view whose, absl::string_view counterpart);
Decision Authorised(absl::string_view whose, absl::string_view counterpart);

}  // namespace comity::legal
