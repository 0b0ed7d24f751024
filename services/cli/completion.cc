#include "services/cli/completion.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace comity::cli {
namespace {

using Words = std::vector<std::string>;

std::vector<const CLI::App*> SubCommands(const CLI::App& command) {
  return command.get_subcommands({});
}

// What an option or argument may be, if its help lists it: "FORM:{json,text}".
Words Choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',');
}

Words Names(const CLI::Option& option) {
  Words names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

std::string Case(const std::string& pattern, const Words& words) {
  return absl::StrCat("    \"", pattern, "\") echo \"", absl::StrJoin(words, " "), "\" ;;\n");
}

// The parts of the script that depend on the commands there are.
struct Tables {
  std::string words;    // By path: sub-commands and choices of an argument.
  std::string options;  // By path: long options.
  std::string choices;  // By path and option: what its value may be.
  // Options with a value, whichever command they are of.
  std::set<std::string> with_value;
};

void Add(const CLI::App& command, const std::string& path, Tables& tables) {
  Words words;
  Words options;
  for (const CLI::App* sub : SubCommands(command)) words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    const Words choices = Choices(*option);
    const Words names = Names(*option);
    if (names.empty()) words.insert(words.end(), choices.begin(), choices.end());
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
    if (option->get_items_expected_max() == 0) continue;
    for (const std::string& name : names) {
      tables.with_value.insert(name);
      if (!choices.empty()) tables.choices += Case(absl::StrCat(path, " ", name), choices);
    }
  }
  tables.words += Case(path, words);
  tables.options += Case(path, options);
  for (const CLI::App* sub : SubCommands(command)) {
    Add(*sub, absl::StrCat(path, path.empty() ? "" : " ", sub->get_name()), tables);
  }
}

// Not in `kScript`: the tables.
constexpr char kScript[] = R"bash(_comity() {
  local word path='' previous='' current=${COMP_WORDS[COMP_CWORD]} home=${COMITY_HOME:-} i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if _comity_has_value "$previous"; then
      [ "$previous" != --home ] || home=$word
      previous=''
      continue
    fi
    previous=$word
    case " $(_comity_words "$path") " in
      *" $word "*) path="${path:+$path }$word" ;;
    esac
  done
  COMPREPLY=()
  if _comity_has_value "$previous"; then
    word=$(_comity_choices "$path $previous")
    [ -n "$word" ] || word=$(_comity_choices " $previous")
    if [ "$previous" = --as ]; then
      word=$(ls "${home:-$HOME/.local/share/comity}/ids" 2>/dev/null || ls /var/lib/comity/ids 2>/dev/null)
    fi
  elif [[ $current == -* ]]; then
    word="$(_comity_options "$path") $(_comity_options '')"
  else
    word=$(_comity_words "$path")
  fi
  [ -z "$word" ] || COMPREPLY=($(compgen -W "$word" -- "$current"))
}
complete -o default -F _comity comity
)bash";

std::string Function(const std::string& name, const std::string& cases) {
  return absl::StrCat("_comity_", name, "() {\n  case \"$1\" in\n", cases, "  esac\n}\n");
}

}  // namespace

void RegisterCompletion(CLI::App& root, App& app) {
  const Command completion = Command(&root).AddGroup("completion", "Print a completion script");
  AddCommand(completion, app, "bash", "For bash: names of commands, options, words and identities",
             "  comity completion bash > /etc/bash_completion.d/comity\n"
             "  source <(comity completion bash)",
             [&root]() -> absl::Status {
               Tables tables;
               Add(root, "", tables);
               std::cout << Function("words", tables.words) << Function("options", tables.options)
                         << Function("choices", tables.choices)
                         << Function("has_value",
                                     absl::StrCat("    ", absl::StrJoin(tables.with_value, "|"),
                                                  ") return 0 ;;\n    *) return 1 ;;\n"))
                         << kScript;
               return absl::OkStatus();
             });
}

}  // namespace comity::cli
