#pragma once

#include <string>
#include <variant>
#include <vector>

// A document for readers as values, and its two forms. All text is plain: whatever it contains, it
// comes out as what it says, never as markup (escape.h). What is said can name its sources by their
// numbers in Page::sources, from 1; they are shown as [n].
namespace comity::pages {

// One statement: a paragraph, or a line of a list.
struct Line {
  std::string text;
  std::vector<int> sources;
};

struct List {
  std::vector<Line> lines;
};

struct Table {
  struct Row {
    std::vector<std::string> cells;  // As many as the header has; the first names the row.
    std::vector<int> sources;
  };
  std::string caption;
  std::vector<std::string> header;
  std::vector<Row> rows;
};

using Block = std::variant<Line, List, Table>;

struct Section {
  std::string heading;
  std::vector<Block> blocks;
};

struct Page {
  std::string title;
  // Stands above everything, and in HTML at the foot of the page too.
  std::string notice;
  // What belongs to the title: footnotes, the day, the revision.
  std::vector<Line> preface;
  std::vector<Section> sections;
  std::vector<std::string> sources;
};

// CommonMark with tables.
std::string ToMarkdown(const Page& page);

// One HTML page that loads nothing, runs nothing and prints on A4.
std::string ToHtml(const Page& page);

}  // namespace comity::pages
