#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity::config {

// Looks up an environment variable; nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of the process.
Environment ProcessEnvironment();

class Document;

// One table of a configuration file, such as [server].
//
// A getter marks its key as known, whether it is there or not; Config::RefuseUnknown reports what
// nobody asked for. The environment wins over the file: COMITY_<SECTION>_<KEY>, in upper case, dots
// and hyphens as underscores (COMITY_SERVER_MAX_CONNECTIONS); lists are separated by commas there.
//
// Errors are INVALID_ARGUMENT, name file, line and key, and say what would be right:
// `CONFIG_MISSING` (a required key), `CONFIG_INVALID` (wrong type, out of range).
//
// Cheap to copy; not thread-safe (configuration is read before threads start).
class Section {
 public:
  // Getters without a default require the key.
  absl::StatusOr<std::string> String(absl::string_view key) const;
  absl::StatusOr<std::string> String(absl::string_view key, absl::string_view otherwise) const;

  // One of `allowed`.
  absl::StatusOr<std::string> Word(absl::string_view key, const std::vector<std::string>& allowed,
                                   absl::string_view otherwise) const;

  // A file or folder; a relative one is taken from the folder of the configuration file. "" stays
  // "".
  absl::StatusOr<std::string> Path(absl::string_view key) const;
  absl::StatusOr<std::string> Path(absl::string_view key, absl::string_view otherwise) const;

  absl::StatusOr<std::int64_t> Integer(absl::string_view key, std::int64_t otherwise,
                                       std::int64_t smallest, std::int64_t largest) const;
  absl::StatusOr<bool> Boolean(absl::string_view key, bool otherwise) const;

  // Written as "250ms", "30s", "24h".
  absl::StatusOr<absl::Duration> Duration(absl::string_view key, absl::Duration otherwise,
                                          absl::Duration smallest, absl::Duration largest) const;

  absl::StatusOr<std::vector<std::string>> Strings(absl::string_view key,
                                                   const std::vector<std::string>& otherwise) const;

  // Whether the file or the environment sets `key`.
  bool Has(absl::string_view key) const;

  // CONFIG_INVALID for `key`, with its file and line: for checks that a getter cannot make.
  absl::Status Invalid(absl::string_view key, absl::string_view what) const;

 private:
  friend class Config;
  Section(std::shared_ptr<Document> document, std::vector<std::string> path)
      : document_(std::move(document)), path_(std::move(path)) {}

  std::shared_ptr<Document> document_;
  std::vector<std::string> path_;
};

// One TOML file.
class Config {
 public:
  // Reads and parses `file`. NOT_FOUND `CONFIG_MISSING` if it cannot be read, INVALID_ARGUMENT
  // `CONFIG_INVALID` with the line if it is not TOML.
  static absl::StatusOr<Config> Load(const std::string& file, Environment environment);

  // The same for text; `origin` stands for the file in errors.
  static absl::StatusOr<Config> Parse(absl::string_view text, const std::string& origin,
                                      Environment environment);

  Section section(absl::string_view name) const;

  // Call when everything has been read. INVALID_ARGUMENT `CONFIG_UNKNOWN_KEY` for the first key or
  // table nobody asked for: its name, file and line, and the nearest known key.
  absl::Status RefuseUnknown() const;

 private:
  explicit Config(std::shared_ptr<Document> document) : document_(std::move(document)) {}

  std::shared_ptr<Document> document_;
};

}  // namespace comity::config
