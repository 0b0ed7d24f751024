#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/command.h"

namespace comity::cli {

// How far the words of a command line name a command.
struct CommandWords {
  // As far as they do: "comity partners".
  std::string path;
  // INVALID_ARGUMENT `COMMAND_UNKNOWN`: the next word is the name of none; the sentence has the
  // word, the nearest name if there is one, and all there are. `COMMAND_MISSING`: there is no next
  // word. OK too where an option makes names unnecessary (--help) or is not known: that is for the
  // parser.
  absl::Status status;
};

// `arguments` are those after the name of the program.
CommandWords ReadCommandWords(const CLI::App& root, const std::vector<std::string>& arguments);

}  // namespace comity::cli
