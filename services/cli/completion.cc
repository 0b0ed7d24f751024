#include "services/cli/completion.h"

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace comity::cli {
namespace {

// One case of the script: what may follow the command `path`, then the same for its sub-commands.
void AppendCases(const CLI::App& command, const std::string& path, std::string& script) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands({})) words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  absl::StrAppend(&script, "    \"", path, "\") words=\"", absl::StrJoin(words, " "), "\" ;;\n");
  for (const CLI::App* sub : command.get_subcommands({})) {
    AppendCases(*sub, absl::StrCat(path, path.empty() ? "" : " ", sub->get_name()), script);
  }
}

}  // namespace

void RegisterCompletion(CLI::App& root, App& app) {
  CLI::App* const completion = root.add_subcommand("completion", "Print a completion script");
  completion->require_subcommand(1);
  AddCommand(*completion, app, "bash", "For bash",
             "  comity completion bash > /etc/bash_completion.d/comity", [&root]() -> absl::Status {
               std::string cases;
               AppendCases(root, "", cases);
               std::cout << "_comity() {\n"
                            "  local word path='' words='' i\n"
                            "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                            "    word=${COMP_WORDS[i]}\n"
                            "    case \"$word\" in\n"
                            "      --as|--home|--output|--timeout) ((i++)) ;;\n"
                            "      -*) ;;\n"
                            "      *) case \" $(_comity_words \"$path\") \" in\n"
                            "           *\" $word \"*) path=\"${path:+$path }$word\" ;;\n"
                            "         esac ;;\n"
                            "    esac\n"
                            "  done\n"
                            "  COMPREPLY=($(compgen -W \"$(_comity_words \"$path\")\" -- "
                            "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
                            "}\n"
                            "_comity_words() {\n"
                            "  local words=''\n"
                            "  case \"$1\" in\n"
                         << cases
                         << "  esac\n"
                            "  echo \"$words\"\n"
                            "}\n"
                            "complete -o default -F _comity comity\n";
               return absl::OkStatus();
             });
}

}  // namespace comity::cli
