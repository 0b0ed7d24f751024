#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// CLI11 is a header of many templates: only what reads the command line includes it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace comity::cli {

// A declared option or argument; a chain says what its value may be. A handle: cheap to copy, good
// as long as the command line it was declared on.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  // Misuse without it.
  Option Required() const;
  // What help calls the value: DAY, FILE.
  Option TypeName(const std::string& name) const;
  Option OneOf(const std::vector<std::string>& words) const;
  Option Between(int least, int most) const;
  // Help shows the value it has now.
  Option ShowDefault() const;
  // Misuse without the other.
  Option Needs(Option other) const;

 private:
  CLI::Option* option_;
};

// A command, or the group that holds it. A handle, like Option.
//
// What an option is bound to has to live until the command line was read. A name without dashes is
// an argument; a list takes an option once for each value, an argument any number of words.
class Command {
 public:
  // Reads one word: empty, or the sentence that says what is wrong with it.
  using Reader = std::function<std::string(const std::string& word)>;

  explicit Command(CLI::App* app) : app_(app) {}

  // A group: one of what is added to it has to follow.
  Command AddGroup(const std::string& name, const std::string& description) const;
  // A command that chooses `chosen`; `footer` ends its help.
  Command AddCommand(const std::string& name, const std::string& description,
                     const std::string& footer, std::function<void()> chosen) const;

  Option AddOption(const std::string& name, std::string& value,
                   const std::string& description) const;
  Option AddOption(const std::string& name, int& value, const std::string& description) const;
  Option AddOption(const std::string& name, std::int64_t& value,
                   const std::string& description) const;
  Option AddOption(const std::string& name, std::vector<std::string>& values,
                   const std::string& description) const;
  Option AddOption(const std::string& name, std::vector<int>& values,
                   const std::string& description) const;
  // `read` is given the word; of AddList, each.
  Option AddOption(const std::string& name, const Reader& read,
                   const std::string& description) const;
  Option AddList(const std::string& name, const Reader& read, const std::string& description) const;
  // "!--no-x" makes `value` false.
  Option AddFlag(const std::string& name, bool& value, const std::string& description) const;

 private:
  CLI::App* app_;
};

}  // namespace comity::cli
