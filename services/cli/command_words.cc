#include "services/cli/command_words.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"

namespace comity::cli {
namespace {

// Letters to insert, leave out or replace to make one word of the other (Levenshtein).
std::size_t Distance(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// Empty if none is near enough to be what was meant.
std::string Nearest(const std::string& word, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = absl::StartsWith(name, word) ? 1 : Distance(word, name);
    if (distance < std::min(best, word.size())) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::vector<std::string> NamesIn(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

const CLI::App* FindIn(const CLI::App& command, const std::string& word) {
  for (const CLI::App* sub : command.get_subcommands({})) {
    if (sub->get_name() == word) return sub;
  }
  return nullptr;
}

// Of `command` or of whom it belongs to: options may be given anywhere behind their command.
const CLI::Option* FindOption(const CLI::App* command, const std::string& name) {
  for (; command != nullptr; command = command->get_parent()) {
    if (const CLI::Option* const option = command->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

}  // namespace

CommandWords ReadCommandWords(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* command = &root;
  CommandWords read = {.path = root.get_name(), .status = absl::OkStatus()};
  for (std::size_t i = 0; i < arguments.size() && !NamesIn(*command).empty(); ++i) {
    const std::string& word = arguments[i];
    if (absl::StartsWith(word, "-") && word.size() > 1) {
      const bool is_long = absl::StartsWith(word, "--");
      const std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const CLI::Option* const option = FindOption(command, name);
      if (option == nullptr || name == "--help" || name == "-h" || name == "--version") return read;
      if (option->get_items_expected_max() > 0 && name == word) ++i;  // Its value follows.
      continue;
    }
    const CLI::App* const next = FindIn(*command, word);
    if (next == nullptr) {
      const std::vector<std::string> names = NamesIn(*command);
      const std::string nearest = Nearest(word, names);
      read.status =
          MakeError(absl::StatusCode::kInvalidArgument,
                    absl::StrCat("\"", word, "\" is no command of ", read.path, ". ",
                                 nearest.empty() ? std::string()
                                                 : absl::StrCat("Did you mean ", nearest, "? "),
                                 "There are ", absl::StrJoin(names, ", "), "."),
                    {.reason = "COMMAND_UNKNOWN"});
      return read;
    }
    command = next;
    absl::StrAppend(&read.path, " ", word);
  }
  if (const std::vector<std::string> names = NamesIn(*command); !names.empty()) {
    read.status = MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat(read.path, " needs the name of a command: ", absl::StrJoin(names, ", "), "."),
        {.reason = "COMMAND_MISSING"});
  }
  return read;
}

}  // namespace comity::cli
