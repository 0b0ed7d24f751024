#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/pages/escape.h"
#include "common/pages/page.h"

namespace comity::pages {
namespace {

std::string Sources(const std::vector<int>& numbers) {
  std::string made;
  for (const int number : numbers) absl::StrAppend(&made, " [", number, "]");
  return made;
}

std::string TextOf(const Line& line) {
  return absl::StrCat(EscapeMarkdown(line.text), Sources(line.sources));
}

struct Writer {
  std::string& out;

  void operator()(const Line& line) const { absl::StrAppend(&out, TextOf(line), "\n\n"); }

  void operator()(const List& list) const {
    for (const Line& line : list.lines) absl::StrAppend(&out, "- ", TextOf(line), "\n");
    absl::StrAppend(&out, "\n");
  }

  void operator()(const Table& table) const {
    if (!table.caption.empty()) {
      absl::StrAppend(&out, "**", EscapeMarkdown(table.caption), "**\n\n");
    }
    const auto row = [this](const std::vector<std::string>& cells) {
      absl::StrAppend(&out, "| ", absl::StrJoin(cells, " | "), " |\n");
    };
    std::vector<std::string> cells;
    for (const std::string& title : table.header) cells.push_back(EscapeMarkdown(title));
    row(cells);
    row(std::vector<std::string>(table.header.size(), "---"));
    for (const Table::Row& given : table.rows) {
      cells.clear();
      for (const std::string& cell : given.cells) cells.push_back(EscapeMarkdown(cell));
      if (!cells.empty()) cells.back() += Sources(given.sources);
      row(cells);
    }
    absl::StrAppend(&out, "\n");
  }
};

}  // namespace

std::string ToMarkdown(const Page& page) {
  std::string out = absl::StrCat("# ", EscapeMarkdown(page.title), "\n\n");
  if (!page.notice.empty()) absl::StrAppend(&out, "> **", EscapeMarkdown(page.notice), "**\n\n");
  const Writer writer{out};
  for (const Line& line : page.preface) writer(line);
  for (const Section& section : page.sections) {
    absl::StrAppend(&out, "## ", EscapeMarkdown(section.heading), "\n\n");
    for (const Block& block : section.blocks) std::visit(writer, block);
  }
  if (!page.sources.empty()) {
    absl::StrAppend(&out, "## Sources\n\n");
    for (std::size_t i = 0; i < page.sources.size(); ++i) {
      absl::StrAppend(&out, i + 1, ". ", EscapeMarkdown(page.sources[i]), "\n");
    }
  } else if (out.size() >= 2) {
    out.pop_back();  // One line feed at the end.
  }
  return out;
}

}  // namespace comity::pages
