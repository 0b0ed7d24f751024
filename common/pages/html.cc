#include "absl/strings/str_cat.h"
#include "common/pages/escape.h"
#include "common/pages/page.h"

namespace comity::pages {
namespace {

// Nothing is loaded and nothing runs, whatever the text says.
constexpr char kPolicy[] = "default-src 'none'; style-src 'unsafe-inline'";

constexpr char kStyle[] = R"css(
  @page { size: A4; margin: 18mm; }
  body { font: 1rem/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #111; background: #fff; }
  h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 1.8rem; break-after: avoid; }
  table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .9rem; }
  caption { text-align: left; font-weight: bold; padding: .3rem 0; }
  th, td { border: 1px solid #888; padding: .3rem .5rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
  thead { display: table-header-group; } thead th { background: #eee; } tr, li { break-inside: avoid; }
  .notice { border: 2px solid #8a1c1c; color: #8a1c1c; padding: .5rem .8rem; font-weight: bold; }
  .sources { font-size: .9rem; } sup a { text-decoration: none; }
  @media print { body { max-width: none; padding: 0; font-size: 10pt; } a { color: inherit; } }
)css";

std::string Sources(const std::vector<int>& numbers) {
  std::string made;
  for (const int number : numbers) {
    absl::StrAppend(&made, " <sup><a href=\"#source-", number, "\">[", number, "]</a></sup>");
  }
  return made;
}

std::string TextOf(const Line& line) {
  return absl::StrCat(EscapeHtml(line.text), Sources(line.sources));
}

struct Writer {
  std::string& out;

  void operator()(const Line& line) const { absl::StrAppend(&out, "<p>", TextOf(line), "</p>\n"); }

  void operator()(const List& list) const {
    absl::StrAppend(&out, "<ul>\n");
    for (const Line& line : list.lines) absl::StrAppend(&out, "<li>", TextOf(line), "</li>\n");
    absl::StrAppend(&out, "</ul>\n");
  }

  void operator()(const Table& table) const {
    absl::StrAppend(&out, "<table>\n");
    if (!table.caption.empty()) {
      absl::StrAppend(&out, "<caption>", EscapeHtml(table.caption), "</caption>\n");
    }
    absl::StrAppend(&out, "<thead><tr>");
    for (const std::string& title : table.header) {
      absl::StrAppend(&out, "<th scope=\"col\">", EscapeHtml(title), "</th>");
    }
    absl::StrAppend(&out, "</tr></thead>\n<tbody>\n");
    for (const Table::Row& row : table.rows) {
      absl::StrAppend(&out, "<tr>");
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const std::string sources = i + 1 == row.cells.size() ? Sources(row.sources) : "";
        absl::StrAppend(&out, i == 0 ? "<th scope=\"row\">" : "<td>", EscapeHtml(row.cells[i]),
                        sources, i == 0 ? "</th>" : "</td>");
      }
      absl::StrAppend(&out, "</tr>\n");
    }
    absl::StrAppend(&out, "</tbody>\n</table>\n");
  }
};

}  // namespace

std::string ToHtml(const Page& page) {
  const std::string title = EscapeHtml(page.title);
  const std::string notice =
      page.notice.empty() ? ""
                          : absl::StrCat("<p class=\"notice\">", EscapeHtml(page.notice), "</p>\n");
  std::string out = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"",
      kPolicy, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  absl::StrAppend(&out, "<title>", title, "</title>\n<style>", kStyle, "</style>\n</head>\n");
  absl::StrAppend(&out, "<body>\n<header>\n", notice, "<h1>", title, "</h1>\n");
  const Writer writer{out};
  for (const Line& line : page.preface) writer(line);
  absl::StrAppend(&out, "</header>\n<main>\n");
  for (const Section& section : page.sections) {
    absl::StrAppend(&out, "<section>\n<h2>", EscapeHtml(section.heading), "</h2>\n");
    for (const Block& block : section.blocks) std::visit(writer, block);
    absl::StrAppend(&out, "</section>\n");
  }
  absl::StrAppend(&out, "</main>\n<footer>\n");
  if (!page.sources.empty()) {
    absl::StrAppend(&out, "<h2>Sources</h2>\n<ol class=\"sources\">\n");
    for (std::size_t i = 0; i < page.sources.size(); ++i) {
      absl::StrAppend(&out, "<li id=\"source-", i + 1, "\">", EscapeHtml(page.sources[i]),
                      "</li>\n");
    }
    absl::StrAppend(&out, "</ol>\n");
  }
  absl::StrAppend(&out, notice, "</footer>\n</body>\n</html>\n");
  return out;
}

}  // namespace comity::pages
