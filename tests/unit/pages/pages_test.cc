#include <gmock/gmock.h>

#include <string>

#include "common/pages/escape.h"
#include "common/pages/page.h"

namespace comity::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHostile[] = "<script>alert('x')</script> \"&\" | [a](b) *c*\n- d";

Page Sample(const std::string& text) {
  return {.title = text,
          .notice = text,
          .preface = {{.text = text, .sources = {1}}},
          .sections = {{.heading = text,
                        .blocks = {Line{.text = text},
                                   List{.lines = {{.text = text, .sources = {2, 1}}}},
                                   Table{.caption = text,
                                         .header = {text, "second"},
                                         .rows = {{.cells = {text, "b"}, .sources = {1}}}}}}},
          .sources = {text, "the second"}};
}

TEST(PagesTest, NothingThatIsSaidBecomesMarkupInHtml) {
  const std::string html = ToHtml(Sample(kHostile));

  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;&amp;&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(PagesTest, NothingThatIsSaidBecomesMarkupInMarkdown) {
  const std::string markdown = ToMarkdown(Sample(kHostile));

  EXPECT_THAT(markdown, HasSubstr("\\<script\\>"));
  EXPECT_THAT(markdown, HasSubstr("\\| \\[a\\](b) \\*c\\* - d"));
  EXPECT_EQ(EscapeMarkdown("- x"), "\\- x");
  EXPECT_EQ(EscapeMarkdown("12. x"), "12\\. x");
  EXPECT_EQ(EscapeMarkdown("1.10"), "1.10");
  EXPECT_EQ(EscapeMarkdown("2026-11-28"), "2026-11-28");
  EXPECT_EQ(EscapeMarkdown("in_force _x_"), "in_force \\_x\\_");
}

TEST(PagesTest, ATableHasHeadersForWhoHearsIt) {
  const std::string html = ToHtml(Sample("plain"));

  EXPECT_THAT(html, HasSubstr("<caption>plain</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">plain</th><th scope=\"col\">second</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">plain</th><td>b <sup>"));
}

TEST(PagesTest, SourcesAreNumberedFromOneAndLinked) {
  const Page page = Sample("plain");

  EXPECT_THAT(ToHtml(page), HasSubstr("<a href=\"#source-2\">[2]</a>"));
  EXPECT_THAT(ToHtml(page), HasSubstr("<li id=\"source-2\">the second</li>"));
  EXPECT_THAT(ToMarkdown(page), HasSubstr("- plain [2] [1]\n"));
  EXPECT_THAT(ToMarkdown(page), HasSubstr("| plain | b [1] |\n"));
  EXPECT_THAT(ToMarkdown(page), HasSubstr("\n2. the second\n"));
}

}  // namespace
}  // namespace comity::pages
