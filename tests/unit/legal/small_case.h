#pragma once

#include <functional>
#include <string>

#include "tests/unit/legal/naive_model.h"
#include "tests/unit/legal/random_world.h"

namespace comity::legal::naive {

// `found` with everything left out, one thing after the other, without which `still` (true for
// `found`) stays true: facts, decisions, origins, dates, words of the purpose.
Case Shrink(Case found, const std::function<bool(const Case&)>& still);

// The question and the facts, one a line, for a person to read.
std::string Describe(const Case& made);
std::string Describe(const Conclusion& said);

}  // namespace comity::legal::naive
