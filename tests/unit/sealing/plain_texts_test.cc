// What people read is what is signed: no text that is made holds what is not seen, and what was
// signed before there was this rule is read all the same.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/sealing/description.h"
#include "common/sealing/manifest.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kId[] = "019ab1f0-5a3e-7c11-8d55-0123456789ab";
// Stands where a test puts a character that is not seen.
constexpr char kHere[] = "HERE";

struct Unseen {
  const char* what;
  const char* character;
};

constexpr Unseen kUnseen[] = {
    {"right-to-left override", "\u202E"}, {"left-to-right embedding", "\u202A"},
    {"right-to-left isolate", "\u2067"},  {"right-to-left mark", "\u200F"},
    {"Arabic letter mark", "\u061C"},     {"zero-width space", "\u200B"},
    {"zero-width joiner", "\u200D"},      {"word joiner", "\u2060"},
    {"byte order mark", "\uFEFF"},        {"soft hyphen", "\u00AD"},
    {"line separator", "\u2028"},         {"tag letter", "\U000E0041"},
    {"interlinear anchor", "\uFFF9"},     {"C1 control", "\u009B"},
};

Manifest AManifest() {
  Manifest manifest;
  manifest.document_id = kId;
  manifest.sender = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
  manifest.time = absl::FromUnixSeconds(1'800'000'000);
  manifest.direction = "SEND";
  manifest.capacity = "EUROJUST";
  manifest.data_kind = "NON_PERSONAL";
  manifest.classification = "UNCLASSIFIED";
  manifest.purpose = {.task = "task",
                      .offence = "fraude fiscale à l’étranger",
                      .stage = "საგამოძიებო",
                      .case_reference = "2026/17",
                      .necessity = "می\u200Cخواهم:\n\tin one line and the next"};
  manifest.volume = "SINGLE";
  manifest.thread = {.thread_id = kId, .kind = "LETTER"};
  manifest.content = {.length = 1};
  manifest.description = {.length = 1};
  manifest.recipients_size = 1;
  return manifest;
}

Description ADescription() {
  return {.title = "Bank records",
          .file_name = "მოთხოვნა.pdf",
          .media_type = "application/pdf",
          .case_reference = "2026/17",
          .note = "Two\nlines"};
}

std::string Path(const absl::Status& status) { return DetailsOf(status).metadata["field"]; }

// Whether `build` refuses `made` in each of `members` for each character, naming the member, and
// what was signed so before is read as it was by `parse`.
template <typename Made, typename Build, typename Parse>
void ExpectPlain(
    const Made& good, absl::string_view name, absl::string_view reason,
    const std::vector<std::pair<std::string, std::function<std::string&(Made&)>>>& members,
    Build build, Parse parse) {
  ASSERT_THAT(build(good), IsOk());
  for (const auto& [member, text_of] : members) {
    for (const auto& [what, character] : kUnseen) {
      Made made = good;
      text_of(made) = absl::StrCat("inv", character, "oice");
      const auto refused = build(made);
      EXPECT_THAT(refused, FailsWith(kInvalid, reason)) << member << ", " << what;
      EXPECT_EQ(Path(refused.status()), absl::StrCat(name, ".", member)) << what;
      EXPECT_EQ(refused.status(), CheckPlain(made));

      text_of(made) = kHere;
      const auto read = parse(absl::StrReplaceAll(*build(made), {{kHere, character}}));
      ASSERT_THAT(read, IsOk()) << member << ", " << what;
      text_of(made) = character;
      EXPECT_EQ(*read, made);
    }
  }
}

TEST(PlainTextsTest, AManifestIsSignedAsItIsSeen) {
  ExpectPlain<Manifest>(
      AManifest(), "manifest", "MANIFEST_INVALID",
      {{"purpose.task", [](Manifest& m) -> std::string& { return m.purpose.task; }},
       {"purpose.offence", [](Manifest& m) -> std::string& { return m.purpose.offence; }},
       {"purpose.stage", [](Manifest& m) -> std::string& { return m.purpose.stage; }},
       {"purpose.case_reference",
        [](Manifest& m) -> std::string& { return m.purpose.case_reference; }},
       {"purpose.necessity", [](Manifest& m) -> std::string& { return m.purpose.necessity; }}},
      BuildManifest, ParseManifest);
}

TEST(PlainTextsTest, ADescriptionIsSealedAsItIsSeen) {
  ExpectPlain<Description>(
      ADescription(), "description", "DESCRIPTION_INVALID",
      {{"title", [](Description& d) -> std::string& { return d.title; }},
       {"file_name", [](Description& d) -> std::string& { return d.file_name; }},
       {"media_type", [](Description& d) -> std::string& { return d.media_type; }},
       {"case_reference", [](Description& d) -> std::string& { return d.case_reference; }},
       {"note", [](Description& d) -> std::string& { return d.note; }}},
      BuildDescription, ParseDescription);
}

}  // namespace
}  // namespace comity::sealing
