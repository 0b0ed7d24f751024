#include "common/facts_csv/csv.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::facts_csv {
namespace {

// The length of the UTF-8 sequence at `text[at]`, or 0 if there is none (RFC 3629: no surrogates,
// no overlong forms, nothing above U+10FFFF).
std::size_t Utf8Length(absl::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  }
  if (length == 0 || at + length > text.size()) return 0;
  if (byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(at + i) < 0x80 || byte(at + i) > 0xBF) return 0;
  }
  return length;
}

// Walks over one file.
class Parser {
 public:
  Parser(absl::string_view file, absl::string_view text) : file_(file), text_(text) {}

  absl::StatusOr<std::vector<Record>> Run() {
    while (at_ < text_.size()) {
      const absl::Status status = ReadRecord();
      if (!status.ok()) return status;
    }
    return std::move(records_);
  }

 private:
  absl::Status Fail(absl::string_view sentence) const {
    return FileError(file_, line_, absl::StrCat(record_.cells.size() + 1), sentence);
  }

  bool AtLineEnd() const {
    return text_[at_] == '\n' ||
           (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
  }

  // Takes one character into the field; counts lines.
  absl::Status Take(Cell& cell) {
    const char c = text_[at_];
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      return Fail("it holds a control character: save the file as plain text");
    }
    const std::size_t length = Utf8Length(text_, at_);
    if (length == 0) return Fail("it holds bytes that are not UTF-8: save the file as UTF-8");
    if (cell.text.size() + length > kMaxFieldBytes) {
      return Fail("the field is longer than 64 KiB: look for a quote that is never closed");
    }
    cell.text.append(text_.data() + at_, length);
    at_ += length;
    if (c == '\n') ++line_;
    return absl::OkStatus();
  }

  absl::Status ReadQuoted(Cell& cell) {
    ++at_;
    while (true) {
      if (at_ >= text_.size()) {
        line_ = cell.line;
        return Fail("the quote that opens the field is never closed: add the closing quote");
      }
      if (text_[at_] == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          ++at_;  // A doubled quote is one quote.
        } else {
          ++at_;
          return absl::OkStatus();
        }
      }
      if (const absl::Status taken = Take(cell); !taken.ok()) return taken;
    }
  }

  absl::Status ReadUnquoted(Cell& cell) {
    while (at_ < text_.size() && text_[at_] != ',' && !AtLineEnd()) {
      if (text_[at_] == '"') {
        return Fail(
            "a quote stands inside an unquoted field: put the whole field in quotes and "
            "double the quotes inside");
      }
      if (text_[at_] == '\r') {
        return Fail("a carriage return stands without a line feed: end lines with LF or CRLF");
      }
      if (const absl::Status taken = Take(cell); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  }

  absl::Status ReadRecord() {
    record_ = Record{.line = line_};
    while (true) {
      Cell cell{.line = line_};
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      const absl::Status read = quoted ? ReadQuoted(cell) : ReadUnquoted(cell);
      if (!read.ok()) return read;
      if (at_ < text_.size() && text_[at_] != ',' && !AtLineEnd()) {
        return Fail(
            "text stands after the closing quote: put a comma or the end of the line there");
      }
      record_.cells.push_back(std::move(cell));
      if (at_ >= text_.size()) break;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      at_ += text_[at_] == '\r' ? 2 : 1;
      ++line_;
      break;
    }
    records_.push_back(std::move(record_));
    return absl::OkStatus();
  }

  const absl::string_view file_;
  const absl::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  Record record_;
  std::vector<Record> records_;
};

}  // namespace

absl::Status FileError(absl::string_view file, int line, absl::string_view column,
                       absl::string_view sentence) {
  const std::string place =
      absl::StrCat(file, ", line ", line, column.empty() ? "" : ", column ", column);
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(place, ": ", sentence, "."),
                   {.reason = "FACTS_FILE_INVALID",
                    .metadata = {{"file", std::string(file)},
                                 {"line", absl::StrCat(line)},
                                 {"column", std::string(column)}}});
}

absl::StatusOr<std::vector<Record>> ParseCsv(absl::string_view file, absl::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return FileError(file, 1, "", "the file is larger than 64 MiB: split the rows over imports");
  }
  if (text.size() >= 3 && text.substr(0, 3) == "\xEF\xBB\xBF") {
    return FileError(file, 1, "1",
                     "the file begins with a byte order mark: save it as UTF-8 without one");
  }
  return Parser(file, text).Run();
}

}  // namespace comity::facts_csv
