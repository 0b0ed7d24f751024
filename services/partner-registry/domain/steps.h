#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// What a step does to those before it.
enum class Turn {
  kOnwards,
  // Stands until what it interrupted, one of `after`, is taken again.
  kInterrupts,
  // Nothing before it counts any more: what comes later begins anew.
  kCloses,
};

// One step on an axis.
struct Step {
  absl::string_view word;
  // What comes after it, and who has to act.
  absl::string_view next;
  // Who takes it.
  absl::string_view by;
  // What has to come first: of each of these, at least one. The initial load is not held to it:
  // sources are incomplete.
  std::vector<std::vector<absl::string_view>> after;
  Turn turn = Turn::kOnwards;
};

// The steps of an axis, first to last. A file may name no other.
const std::vector<Step>& StepsOf(Axis axis);

// Where `word` stands among the steps of `axis`, from 0; -1 if it is none of them.
int RankOf(Axis axis, absl::string_view word);

// The step of that word; null if there is none.
const Step* FindStep(Axis axis, absl::string_view word);

// Whether it is the word of a step that closes its axis.
bool Closes(Axis axis, absl::string_view word);

}  // namespace comity::partner_registry
