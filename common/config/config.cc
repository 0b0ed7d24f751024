#include "common/config/config.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::config {
namespace {

std::string_view Std(absl::string_view text) { return {text.data(), text.size()}; }
absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// Levenshtein's distance, for "did you mean".
std::size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string Nearest(absl::string_view name, const std::set<std::string>& known) {
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = Distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string VariableName(const std::vector<std::string>& path, absl::string_view key) {
  std::string name = "COMITY";
  for (const std::string& part : path) absl::StrAppend(&name, "_", part);
  absl::StrAppend(&name, "_", key);
  for (char& c : name) {
    c = absl::ascii_isalnum(static_cast<unsigned char>(c))
            ? absl::ascii_toupper(static_cast<unsigned char>(c))
            : '_';
  }
  return name;
}

absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view sentence) {
  return MakeError(code, sentence, {.reason = std::string(reason)});
}

}  // namespace

class Document {
 public:
  toml::table root;
  std::string origin;
  Environment environment;
  // What was asked for, by table ("" is the file itself): keys and tables.
  std::map<std::string, std::set<std::string>> known;

  const toml::table* Table(const std::vector<std::string>& path) const {
    const toml::table* table = &root;
    for (const std::string& part : path) {
      const toml::node* node = table->get(part);
      table = node == nullptr ? nullptr : node->as_table();
      if (table == nullptr) return nullptr;
    }
    return table;
  }

  const toml::node* Find(const std::vector<std::string>& path, absl::string_view key) {
    Know(path, key);
    const toml::table* table = Table(path);
    return table == nullptr ? nullptr : table->get(Std(key));
  }

  void Know(const std::vector<std::string>& path, absl::string_view key) {
    std::vector<std::string> parent;
    for (const std::string& part : path) {
      known[absl::StrJoin(parent, ".")].insert(part);
      parent.push_back(part);
    }
    if (!key.empty()) known[absl::StrJoin(path, ".")].insert(std::string(key));
  }

  std::optional<std::string> FromEnvironment(const std::vector<std::string>& path,
                                             absl::string_view key) const {
    return environment ? environment(VariableName(path, key)) : std::nullopt;
  }

  // Where `key` was set, for the beginning of an error.
  std::string Place(const std::vector<std::string>& path, absl::string_view key) const {
    const std::string variable = VariableName(path, key);
    if (environment && environment(variable))
      return absl::StrCat("environment variable ", variable);
    const toml::table* table = Table(path);
    const toml::node* node = table == nullptr ? nullptr : table->get(Std(key));
    const std::string name = absl::StrCat(absl::StrJoin(path, "."), path.empty() ? "" : ".", key);
    if (node == nullptr) return absl::StrCat(origin, ": ", name);
    return absl::StrCat(origin, ":", node->source().begin.line, ": ", name);
  }

  absl::Status Invalid(const std::vector<std::string>& path, absl::string_view key,
                       absl::string_view what) const {
    return Error(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID",
                 absl::StrCat(Place(path, key), " ", what, "."));
  }

  absl::Status Missing(const std::vector<std::string>& path, absl::string_view key) const {
    return Error(
        absl::StatusCode::kInvalidArgument, "CONFIG_MISSING",
        absl::StrCat(origin, ": ", absl::StrJoin(path, "."), ".", key, " is required; set it in [",
                     absl::StrJoin(path, "."), "] or as ", VariableName(path, key), "."));
  }

  absl::Status RefuseUnknown(const toml::table& table, const std::vector<std::string>& path) const {
    const auto it = known.find(absl::StrJoin(path, "."));
    const std::set<std::string>& names = it == known.end() ? kNone : it->second;
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (!names.contains(name)) {
        const std::string nearest = Nearest(name, names);
        return Error(
            absl::StatusCode::kInvalidArgument, "CONFIG_UNKNOWN_KEY",
            absl::StrCat(origin, ":", node.source().begin.line, ": unknown key \"",
                         absl::StrJoin(path, "."), path.empty() ? "" : ".", name, "\"",
                         nearest.empty() ? "; remove it."
                                         : absl::StrCat("; did you mean \"", nearest, "\"?")));
      }
      if (const toml::table* inner = node.as_table()) {
        std::vector<std::string> below = path;
        below.push_back(name);
        COMITY_RETURN_IF_ERROR(RefuseUnknown(*inner, below));
      }
    }
    return absl::OkStatus();
  }

 private:
  inline static const std::set<std::string> kNone;
};

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // Read before threads start.
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

absl::StatusOr<std::string> Section::String(absl::string_view key) const {
  if (!Has(key)) return document_->Missing(path_, key);
  return String(key, "");
}

absl::StatusOr<std::string> Section::String(absl::string_view key,
                                            absl::string_view otherwise) const {
  const toml::node* node = document_->Find(path_, key);
  if (auto value = document_->FromEnvironment(path_, key)) return *std::move(value);
  if (node == nullptr) return std::string(otherwise);
  if (!node->is_string()) return document_->Invalid(path_, key, "must be a string in quotes");
  return node->as_string()->get();
}

absl::StatusOr<std::string> Section::Word(absl::string_view key,
                                          const std::vector<std::string>& allowed,
                                          absl::string_view otherwise) const {
  COMITY_ASSIGN_OR_RETURN(std::string word, String(key, otherwise));
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
    return document_->Invalid(path_, key,
                              absl::StrCat("must be one of: ", absl::StrJoin(allowed, ", ")));
  }
  return word;
}

absl::StatusOr<std::string> Section::Path(absl::string_view key) const {
  if (!Has(key)) return document_->Missing(path_, key);
  return Path(key, "");
}

absl::StatusOr<std::string> Section::Path(absl::string_view key,
                                          absl::string_view otherwise) const {
  absl::StatusOr<std::string> path = String(key, otherwise);
  if (!path.ok() || path->empty() || absl::StartsWith(*path, "/")) return path;
  const std::filesystem::path folder = std::filesystem::path(document_->origin).parent_path();
  return (folder / *path).lexically_normal().string();
}

absl::StatusOr<std::int64_t> Section::Integer(absl::string_view key, std::int64_t otherwise,
                                              std::int64_t smallest, std::int64_t largest) const {
  const toml::node* node = document_->Find(path_, key);
  const std::string wanted = absl::StrCat("must be a number from ", smallest, " to ", largest);
  std::int64_t number = otherwise;
  if (const auto value = document_->FromEnvironment(path_, key)) {
    if (!absl::SimpleAtoi(*value, &number)) return document_->Invalid(path_, key, wanted);
  } else if (node != nullptr) {
    if (!node->is_integer()) return document_->Invalid(path_, key, wanted);
    number = node->as_integer()->get();
  } else {
    return otherwise;
  }
  if (number < smallest || number > largest) return document_->Invalid(path_, key, wanted);
  return number;
}

absl::StatusOr<bool> Section::Boolean(absl::string_view key, bool otherwise) const {
  const toml::node* node = document_->Find(path_, key);
  if (const auto value = document_->FromEnvironment(path_, key)) {
    if (*value == "true") return true;
    if (*value == "false") return false;
    return document_->Invalid(path_, key, "must be true or false");
  }
  if (node == nullptr) return otherwise;
  if (!node->is_boolean()) return document_->Invalid(path_, key, "must be true or false");
  return node->as_boolean()->get();
}

absl::StatusOr<absl::Duration> Section::Duration(absl::string_view key, absl::Duration otherwise,
                                                 absl::Duration smallest,
                                                 absl::Duration largest) const {
  if (!Has(key)) return otherwise;
  COMITY_ASSIGN_OR_RETURN(const std::string text, String(key, ""));
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < smallest || duration > largest) {
    return document_->Invalid(
        path_, key,
        absl::StrCat("must be a duration from ", absl::FormatDuration(smallest), " to ",
                     absl::FormatDuration(largest), ", such as \"", absl::FormatDuration(otherwise),
                     "\""));
  }
  return duration;
}

absl::StatusOr<std::vector<std::string>> Section::Strings(
    absl::string_view key, const std::vector<std::string>& otherwise) const {
  const toml::node* node = document_->Find(path_, key);
  if (const auto value = document_->FromEnvironment(path_, key)) {
    std::vector<std::string> parts = absl::StrSplit(*value, ',', absl::SkipWhitespace());
    for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
    return parts;
  }
  if (node == nullptr) return otherwise;
  std::vector<std::string> strings;
  const toml::array* const array = node->as_array();
  if (array == nullptr) return document_->Invalid(path_, key, "must be a list of strings");
  for (const toml::node& element : *array) {
    if (!element.is_string()) return document_->Invalid(path_, key, "must be a list of strings");
    strings.push_back(element.as_string()->get());
  }
  return strings;
}

bool Section::Has(absl::string_view key) const {
  const toml::node* const node = document_->Find(path_, key);
  return node != nullptr || document_->FromEnvironment(path_, key).has_value();
}

absl::Status Section::Invalid(absl::string_view key, absl::string_view what) const {
  return document_->Invalid(path_, key, what);
}

absl::StatusOr<Config> Config::Load(const std::string& file, Environment environment) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || stream.bad()) {
    return Error(absl::StatusCode::kNotFound, "CONFIG_MISSING",
                 absl::StrCat("cannot read the configuration file ", file, ": ",
                              std::strerror(errno), "."));  // NOLINT(concurrency-mt-unsafe)
  }
  return Parse(text.str(), file, std::move(environment));
}

absl::StatusOr<Config> Config::Parse(absl::string_view text, const std::string& origin,
                                     Environment environment) {
  auto document = std::make_shared<Document>();
  try {
    document->root = toml::parse(Std(text), Std(origin));
  } catch (const toml::parse_error& error) {
    return Error(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID",
                 absl::StrCat(origin, ":", error.source().begin.line,
                              ": not valid TOML: ", Absl(error.description()), "."));
  }
  document->origin = origin;
  document->environment = std::move(environment);
  return Config(std::move(document));
}

Section Config::section(absl::string_view name) const {
  document_->Know({std::string(name)}, "");
  return Section(document_, {std::string(name)});
}

absl::Status Config::RefuseUnknown() const { return document_->RefuseUnknown(document_->root, {}); }

}  // namespace comity::config
