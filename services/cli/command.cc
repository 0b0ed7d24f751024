#include "services/cli/command.h"

#include <CLI/CLI.hpp>

#include <utility>

namespace comity::cli {
namespace {

// Only "--to a --to b": a word that follows is the next argument.
CLI::Option* Repeat(CLI::Option* option) {
  return option->get_positional() ? option : option->allow_extra_args(false);
}

CLI::callback_t EachWord(const std::string& name, const Command::Reader& read) {
  return [name, read](const CLI::results_t& words) {
    for (const std::string& word : words) {
      if (const std::string complaint = read(word); !complaint.empty()) {
        throw CLI::ValidationError(name, complaint);
      }
    }
    return true;
  };
}

}  // namespace

Option Option::Required() const {
  option_->required();
  return *this;
}

Option Option::TypeName(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::OneOf(const std::vector<std::string>& words) const {
  option_->check(CLI::IsMember(words));
  return *this;
}

Option Option::Between(int least, int most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::ShowDefault() const {
  option_->capture_default_str();
  return *this;
}

Option Option::Needs(Option other) const {
  option_->needs(other.option_);
  return *this;
}

Command Command::AddGroup(const std::string& name, const std::string& description) const {
  CLI::App* const group = app_->add_subcommand(name, description);
  group->require_subcommand(1);
  return Command(group);
}

Command Command::AddCommand(const std::string& name, const std::string& description,
                            const std::string& footer, std::function<void()> chosen) const {
  CLI::App* const command = app_->add_subcommand(name, description);
  command->footer(footer);
  command->callback(std::move(chosen));
  return Command(command);
}

Option Command::AddOption(const std::string& name, std::string& value,
                          const std::string& description) const {
  return Option(app_->add_option(name, value, description));
}

Option Command::AddOption(const std::string& name, int& value,
                          const std::string& description) const {
  return Option(app_->add_option(name, value, description));
}

Option Command::AddOption(const std::string& name, std::int64_t& value,
                          const std::string& description) const {
  return Option(app_->add_option(name, value, description));
}

Option Command::AddOption(const std::string& name, std::vector<std::string>& values,
                          const std::string& description) const {
  return Option(Repeat(app_->add_option(name, values, description)));
}

Option Command::AddOption(const std::string& name, std::vector<int>& values,
                          const std::string& description) const {
  return Option(Repeat(app_->add_option(name, values, description)));
}

Option Command::AddOption(const std::string& name, const Reader& read,
                          const std::string& description) const {
  return Option(app_->add_option(name, EachWord(name, read), description));
}

Option Command::AddList(const std::string& name, const Reader& read,
                        const std::string& description) const {
  return Option(Repeat(app_->add_option(name, EachWord(name, read), description))->take_all());
}

Option Command::AddFlag(const std::string& name, bool& value,
                        const std::string& description) const {
  return Option(app_->add_flag(name, value, description));
}

}  // namespace comity::cli
