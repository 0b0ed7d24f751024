#include "services/partner-registry/domain/filter.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/filter_fields.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kLongest = 1000;
constexpr int kDeepest = 50;

// Where the field stands; the number of fields if there is none.
std::size_t FindField(absl::string_view name) {
  const auto& fields = FilterFields();
  return static_cast<std::size_t>(
      std::find_if(fields.begin(), fields.end(),
                   [name](const FilterField& field) { return field.name == name; }) -
      fields.begin());
}

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

}  // namespace

// Reads from the left, one method for each rule of the grammar.
class FilterParser {
 public:
  using Node = PartnerFilter::Node;

  explicit FilterParser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Node> ReadAll() {
    COMITY_ASSIGN_OR_RETURN(Node node, ReadFilter(0));
    SkipSpaces();
    if (at_ < text_.size()) return Wrong("write AND or OR between two conditions");
    return node;
  }

 private:
  absl::StatusOr<Node> ReadFilter(int depth) { return ReadList(Node::Kind::kAll, "AND", depth); }

  absl::StatusOr<Node> ReadList(Node::Kind kind, absl::string_view word, int depth) {
    Node list{.kind = kind};
    do {
      COMITY_ASSIGN_OR_RETURN(Node node, kind == Node::Kind::kAll
                                             ? ReadList(Node::Kind::kAny, "OR", depth)
                                             : ReadTerm(depth));
      list.children.push_back(std::move(node));
    } while (TakeWord(word));
    if (list.children.size() > 1) return list;
    Node alone = std::move(list.children.front());
    return alone;
  }

  absl::StatusOr<Node> ReadTerm(int depth) {
    if (depth > kDeepest) return Wrong("parentheses and NOT may be 50 deep at most");
    if (TakeWord("NOT")) {
      COMITY_ASSIGN_OR_RETURN(Node node, ReadTerm(depth + 1));
      Node negation{.kind = Node::Kind::kNot};
      negation.children.push_back(std::move(node));
      return negation;
    }
    if (Take("(")) {
      COMITY_ASSIGN_OR_RETURN(Node node, ReadFilter(depth + 1));
      if (!Take(")")) return Wrong("close the parenthesis, or write AND or OR before what follows");
      return node;
    }
    return ReadRestriction();
  }

  absl::StatusOr<Node> ReadRestriction() {
    SkipSpaces();
    const std::size_t start = at_;
    const std::size_t field = FindField(TakeWordCharacters());
    if (field == FilterFields().size()) {
      at_ = start;
      return Wrong(absl::StrCat(
          "name a field: ",
          absl::StrJoin(FilterFields(), ", ", [](std::string* out, const FilterField& f) {
            absl::StrAppend(out, f.name);
          })));
    }
    Node node{.field = field};
    if (Take("!=")) {
      node.kind = Node::Kind::kIsNot;
    } else if (Take("=")) {
      node.kind = Node::Kind::kIs;
    } else if (Take(":")) {
      node.kind = Take("*") ? Node::Kind::kIsSet : Node::Kind::kIs;
    } else {
      return Wrong("write =, != or : after the field");
    }
    if (node.kind == Node::Kind::kIsSet) return node;
    COMITY_ASSIGN_OR_RETURN(node.value, ReadValue(FilterFields()[field]));
    return node;
  }

  absl::StatusOr<std::string> ReadValue(const FilterField& field) {
    SkipSpaces();
    const std::size_t start = at_;
    std::string value;
    if (Take("\"")) {
      while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '\\') ++at_;
        if (at_ < text_.size()) value.push_back(text_[at_++]);
      }
      if (!Take("\"")) return Wrong("close the quotes");
    } else {
      value = std::string(TakeWordCharacters());
      if (value.empty()) return Wrong("write a value: a word, or text in double quotes");
    }
    if (absl::StartsWith(field.name, "iso_")) value = absl::AsciiStrToUpper(value);
    if (field.values.empty()) return value;
    if (absl::StartsWith(value, field.prefix)) value = value.substr(field.prefix.size());
    if (std::find(field.values.begin(), field.values.end(), value) != field.values.end()) {
      return value;
    }
    at_ = start;
    return Wrong(absl::StrCat(field.name, " is one of ", absl::StrJoin(field.values, ", ")));
  }

  // --- Characters ---

  void SkipSpaces() {
    while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool Take(absl::string_view mark) {
    SkipSpaces();
    if (!absl::StartsWith(text_.substr(at_), mark)) return false;
    at_ += mark.size();
    return true;
  }

  // A whole word: "ANDROID" is not "AND".
  bool TakeWord(absl::string_view word) {
    SkipSpaces();
    const std::size_t start = at_;
    if (TakeWordCharacters() == word) return true;
    at_ = start;
    return false;
  }

  absl::string_view TakeWordCharacters() {
    const std::size_t start = at_;
    while (at_ < text_.size() && IsWordCharacter(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  absl::Status Wrong(absl::string_view what) const {
    return InvalidField(
        "FILTER_INVALID", "filter",
        absl::StrCat("at character ", at_ + 1, at_ < text_.size() ? "" : ", its end", ": ", what));
  }

  const absl::string_view text_;
  std::size_t at_ = 0;
};

absl::StatusOr<PartnerFilter> PartnerFilter::Parse(absl::string_view text) {
  PartnerFilter filter;
  if (text.size() > kLongest) {
    return InvalidField("FILTER_INVALID", "filter", "write at most 1,000 characters");
  }
  if (absl::StripAsciiWhitespace(text).empty()) return filter;
  COMITY_ASSIGN_OR_RETURN(filter.root_, FilterParser(text).ReadAll());
  return filter;
}

FilterProgram PartnerFilter::Compile(const PartnerCodes& codes, absl::CivilDay today) const {
  FilterProgram program;
  program.start_ =
      Compile(root_, codes.book(), FilterProgram::kYes, FilterProgram::kNo, program.tests_);
  if (std::any_of(program.tests_.begin(), program.tests_.end(),
                  [](const auto& test) { return test.field == kLegalClassField; })) {
    program.classes_ = codes.ClassesOn(DayNumber(today));
  }
  return program;
}

std::size_t PartnerFilter::Compile(const Node& node, const CodeBook& book, std::size_t yes,
                                   std::size_t no, std::vector<FilterProgram::Test>& tests) {
  switch (node.kind) {
    case Node::Kind::kAll:
    case Node::Kind::kAny: {
      const bool all = node.kind == Node::Kind::kAll;
      std::size_t next = all ? yes : no;
      for (auto at = node.children.rbegin(); at != node.children.rend(); ++at) {
        next = Compile(*at, book, all ? next : yes, all ? no : next, tests);
      }
      return next;
    }
    case Node::Kind::kNot:
      return Compile(node.children.front(), book, no, yes, tests);
    case Node::Kind::kIs:
    case Node::Kind::kIsSet:
      tests.push_back(
          {node.field, node.kind == Node::Kind::kIsSet, book.Find(node.value), yes, no});
      break;
    case Node::Kind::kIsNot:
      tests.push_back({node.field, false, book.Find(node.value), no, yes});
      break;
  }
  return FilterProgram::kFirstTest + tests.size() - 1;
}

std::string PartnerFilter::ToString() const {
  return root_.kind == Node::Kind::kAll && root_.children.empty() ? "" : Write(root_);
}

std::string PartnerFilter::Write(const Node& node) {
  const auto join = [&node](absl::string_view word) {
    return absl::StrCat(
        "(",
        absl::StrJoin(node.children, word,
                      [](std::string* out, const Node& child) { out->append(Write(child)); }),
        ")");
  };
  switch (node.kind) {
    case Node::Kind::kAll:
      return join(" AND ");
    case Node::Kind::kAny:
      return join(" OR ");
    case Node::Kind::kNot:
      return absl::StrCat("NOT ", Write(node.children.front()));
    case Node::Kind::kIsSet:
      return absl::StrCat(FilterFields()[node.field].name, ":*");
    case Node::Kind::kIs:
    case Node::Kind::kIsNot:
      break;
  }
  return absl::StrCat(FilterFields()[node.field].name,
                      node.kind == Node::Kind::kIs ? " = " : " != ", "\"",
                      absl::StrReplaceAll(node.value, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace comity::partner_registry
