#include "common/storage/postgres_dialect.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace comity::storage {
namespace {

bool IsWord(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// How many characters from the start of `sql` are to be left alone: a quoted text or name, a
// comment. A quote inside quotes is doubled, which reads as two texts side by side.
std::size_t Verbatim(absl::string_view sql) {
  if (absl::StartsWith(sql, "--")) return std::min(sql.find('\n'), sql.size());
  if (sql[0] != '\'' && sql[0] != '"') return 0;
  const std::size_t end = sql.find(sql[0], 1);
  return end == absl::string_view::npos ? sql.size() : end + 1;
}

std::size_t WordLength(absl::string_view sql) {
  return static_cast<std::size_t>(std::find_if_not(sql.begin(), sql.end(), IsWord) - sql.begin());
}

std::string Translate(absl::string_view sql, bool script) {
  std::string out;
  out.reserve(sql.size() + 32);
  while (!sql.empty()) {
    std::size_t taken = Verbatim(sql);
    if (taken > 0) {
      absl::StrAppend(&out, sql.substr(0, taken));
    } else if (sql[0] == '?') {
      taken = 1;
      out.push_back('$');
    } else if (taken = WordLength(sql); taken > 0) {
      const absl::string_view word = sql.substr(0, taken);
      const absl::string_view rest = absl::StripLeadingAsciiWhitespace(sql.substr(taken));
      if (word == "INTEGER") {
        absl::StrAppend(&out, "BIGINT");
      } else if (word == "BLOB") {
        absl::StrAppend(&out, "BYTEA");
      } else if (word == "TEXT" && script) {
        absl::StrAppend(&out, "TEXT COLLATE \"C\"");
      } else if (word == "WITHOUT" && absl::StartsWith(rest, "ROWID")) {
        taken = sql.size() - rest.size() + 5;
      } else {
        absl::StrAppend(&out, word);
      }
    } else {
      taken = 1;
      out.push_back(sql[0]);
    }
    sql.remove_prefix(taken);
  }
  return out;
}

}  // namespace

std::string QueryForPostgres(absl::string_view sql) { return Translate(sql, /*script=*/false); }

std::string ScriptForPostgres(absl::string_view sql) { return Translate(sql, /*script=*/true); }

}  // namespace comity::storage
