#include "common/client/manifest_draft.h"

#include <gtest/gtest.h>

#include <string>

namespace comity::client {
namespace {

namespace v1 = partner_registry::v1;

constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/c1";

TEST(CompleteQuestionTest, FillsInWhatUnsetStandsFor) {
  const v1::TransferQuestion sent = CompleteQuestion({}, kDesk);
  EXPECT_EQ(sent.direction(), v1::TRANSFER_DIRECTION_SEND);
  EXPECT_EQ(sent.capacity(), v1::CAPACITY_EUROJUST);
  EXPECT_EQ(sent.volume(), v1::TRANSFER_VOLUME_SINGLE);
  EXPECT_EQ(CompleteQuestion({}, kContact).direction(), v1::TRANSFER_DIRECTION_RECEIVE);

  SendOptions options;
  options.question.set_direction(v1::TRANSFER_DIRECTION_ONWARD);
  options.question.set_counterpart("partners/georgia");
  EXPECT_EQ(CompleteQuestion(options, kContact).direction(), v1::TRANSFER_DIRECTION_ONWARD);
  EXPECT_EQ(CompleteQuestion(options, kContact).counterpart(), "");
}

TEST(DraftManifestTest, SaysTheQuestionInTheWordsOfTheFormat) {
  SendOptions options;
  options.thread_kind = "REQUEST";
  v1::TransferQuestion& question = options.question;
  question.set_data_kind(v1::DATA_KIND_OPERATIONAL);
  question.add_subjects(v1::SUBJECT_KIND_WITNESS);
  question.set_annex_ii(v1::ANNEX_COVERAGE_WITHIN);
  question.mutable_purpose()->set_task("coordination");
  v1::Origin& origin = *question.add_origins();
  origin.set_kind(v1::ORIGIN_KIND_MEMBER_STATE);
  origin.set_partner("partners/france");
  v1::Restriction& restriction = *origin.add_restrictions();
  restriction.set_use(v1::USE_RESTRICTION_NOT_TO_PARTNERS);
  restriction.add_partners("partners/panama");
  options.use_restrictions.emplace_back().set_use(v1::USE_RESTRICTION_NOT_AS_EVIDENCE);

  const sealing::Manifest manifest = DraftManifest(options, CompleteQuestion(options, kDesk));

  EXPECT_EQ(manifest.direction, "SEND");
  EXPECT_EQ(manifest.capacity, "EUROJUST");
  EXPECT_EQ(manifest.data_kind, "OPERATIONAL");
  EXPECT_EQ(manifest.subjects, std::vector<std::string>{"WITNESS"});
  EXPECT_EQ(manifest.annex_ii, "WITHIN");
  EXPECT_EQ(manifest.geometry, "");
  EXPECT_EQ(manifest.volume, "SINGLE");
  EXPECT_EQ(manifest.purpose.task, "coordination");
  EXPECT_EQ(manifest.thread.kind, "REQUEST");
  ASSERT_EQ(manifest.originators.size(), 1U);
  EXPECT_EQ(manifest.originators[0].kind, "MEMBER_STATE");
  EXPECT_EQ(manifest.originators[0].restrictions[0].use, "NOT_TO_PARTNERS");
  EXPECT_EQ(manifest.originators[0].restrictions[0].partners[0], "partners/panama");
  EXPECT_EQ(manifest.use_restrictions[0].use, "NOT_AS_EVIDENCE");
}

}  // namespace
}  // namespace comity::client
