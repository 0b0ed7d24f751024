#pragma once

#include <string>

#include "common/legal/verdict.h"

// A verdict in words, for those who are told only what it comes to.
namespace comity::legal {

// What to do: the remedies of the reasons that decide, in the order of the table. Empty if there is
// none.
std::string ToDo(const Verdict& verdict);

// What decides and what to do about it: sentence and remedy of each of these reasons, and the
// counterpart's footnote on status.
std::string Explain(const Verdict& verdict);

// The same of one of its reasons.
std::string Explain(const Verdict& verdict, const Reason& reason);

}  // namespace comity::legal
