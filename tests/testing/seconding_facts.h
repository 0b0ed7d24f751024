#pragma once

#include <utility>

#include "absl/strings/string_view.h"
#include "common/legal/facts.h"

namespace comity::testing {

// `facts`, in which the agreement with `partner` surely allows the secondment of a prosecutor.
inline legal::Facts WithSecondment(legal::Facts facts,
                                   absl::string_view partner = "partners/georgia") {
  const legal::Revision revision = facts.revision();
  legal::FactsBuilder builder(facts);
  for (legal::Instrument instrument : facts.Find(partner)->instruments) {
    instrument.allows_secondment = true;
    instrument.SetCertainty(legal::Field::kAllowsSecondment, legal::Certainty::kFound);
    builder.Put(std::move(instrument));
  }
  return builder.Build(revision);
}

}  // namespace comity::testing
