#include "services/cli/question_fields.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/status/error.h"

namespace comity::cli {
namespace {

constexpr char kQuestion[] = "engagement.transfer_question";

// What `engagements hold` and `send` leave to the service; `transfer check` has options of its own
// for them.
const std::set<std::string> kNotAsked = {"instant",     "public_on", "at_revision",
                                         "explore",     "direction", "onward_by",
                                         "counterpart", "decisions", "proposed_frame"};

// Every field, those of the purpose one by one, in the form in which a service names it.
std::set<std::string> FieldsOf(const google::protobuf::Descriptor& type) {
  std::set<std::string> fields;
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    if (field.message_type() == partner_registry::v1::TransferPurpose::descriptor()) {
      for (const std::string& below : FieldsOf(*field.message_type())) {
        fields.insert(absl::StrCat(field.name(), ".", below));
      }
    } else {
      fields.insert(field.name());
    }
  }
  return fields;
}

std::string Named(const std::string& field) {
  const absl::Status status =
      InQuestionOptions(InvalidField("FIELD_INVALID", field, "is wrong"), kQuestion);
  return DetailsOf(status).fields[0].field;
}

TEST(QuestionFieldsTest, EveryFieldHasItsOptionOrIsSaidToHaveNone) {
  const auto fields = FieldsOf(*partner_registry::v1::TransferQuestion::descriptor());
  EXPECT_THAT(fields, ::testing::IsSupersetOf(kNotAsked));
  for (const std::string& field : fields) {
    const std::string path = absl::StrCat(kQuestion, ".", field);
    if (kNotAsked.contains(field)) {
      EXPECT_EQ(Named(path), path);
    } else {
      EXPECT_THAT(Named(path), ::testing::StartsWith("--")) << field << " is new: name its option";
    }
  }
}

TEST(QuestionFieldsTest, NoOptionIsOfAFieldThatIsGone) {
  const auto fields = FieldsOf(*partner_registry::v1::TransferQuestion::descriptor());
  for (const FieldOption& one : QuestionFields()) {
    if (one.field == "origins[].restrictions") continue;
    EXPECT_TRUE(fields.contains(std::string(one.field))) << one.field;
  }
}

TEST(QuestionFieldsTest, ARefusalNamesTheOptionToMend) {
  const absl::Status status = InQuestionOptions(
      InvalidField("FIELD_INVALID", "engagement.transfer_question.purpose.stage", "is too long"),
      kQuestion);
  EXPECT_EQ(status.message(), "--stage: is too long");

  EXPECT_EQ(Named("engagement.transfer_question.purpose.offence"), "--offence");
  EXPECT_EQ(Named("engagement.transfer_question.purpose.offence_outside_annex_i"),
            "--outside-annex-i");
  EXPECT_EQ(Named("engagement.transfer_question.subjects[1]"), "--subject (number 2)");
  EXPECT_EQ(Named("engagement.transfer_question.origins[2].partner"), "--origin (number 3)");
  EXPECT_EQ(Named("engagement.transfer_question.origins[2].restrictions[0].use"),
            "--restrict (number 1)");
  EXPECT_EQ(Named("engagement.title"), "engagement.title");
}

}  // namespace
}  // namespace comity::cli
