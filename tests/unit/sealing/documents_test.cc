#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/json/canonical.h"
#include "common/sealing/age_key.h"
#include "common/sealing/delegation.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/manifest.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kSender[] = "spiffe://agency.example/agency/national-member/fr/desk-1";
constexpr char kRecipient[] = "spiffe://georgia.example/partner/georgia/contact/c1";
constexpr char kDocument[] = "019ab1f0-5a3e-7c11-8d55-0123456789ab";

absl::Time At(int hour) {
  return absl::FromCivil(absl::CivilHour(2026, 11, 23, hour), absl::UTCTimeZone());
}

Manifest AManifest() {
  Manifest manifest;
  manifest.document_id = kDocument;
  manifest.sender = kSender;
  manifest.time = At(9);
  manifest.direction = "SEND";
  manifest.capacity = "EUROJUST";
  manifest.data_kind = "OPERATIONAL";
  manifest.classification = "SENSITIVE_NON_CLASSIFIED";
  manifest.originators = {
      {.kind = "MEMBER_STATE",
       .partner = "partners/fr",
       .restrictions = {{.use = "NOT_TO_PARTNERS", .partners = {"partners/x"}}}},
      {.kind = "PUBLIC_SOURCE"}};
  manifest.use_restrictions = {{.use = "NOT_AS_EVIDENCE"}};
  manifest.purpose = {.task = "coordination of investigations",
                      .offence = "organised crime",
                      .stage = "investigation",
                      .case_reference = "2026/17",
                      .necessity = "Preuves \xc3\xa0 charge.\nSee annex."};
  manifest.subjects = {"SUSPECT", "WITNESS"};
  manifest.annex_ii = "WITHIN";
  manifest.geometry = "TWO_OR_MORE_MEMBER_STATES";
  manifest.volume = "SINGLE";
  manifest.thread = {.thread_id = kDocument, .kind = "REQUEST"};
  manifest.derived_from = {{.document_id = kDocument, .manifest_sha256 = {1}}};
  manifest.content = {.length = 100, .sha256 = {2}, .pieces_root = {3}};
  manifest.description = {.length = 200, .sha256 = {4}, .pieces_root = {5}};
  manifest.description_plaintext_sha256 = {6};
  manifest.recipients_root = {7};
  manifest.recipients_size = 2;
  return manifest;
}

Delegation ADelegation() {
  return {.person = "spiffe://agency.example/agency/desk-officer/-/desk-1",
          .carrier = "spiffe://agency.example/application/case-portal",
          .carrier_certificate_sha256 = crypto::Digest{7},
          .services = {"document-exchange", "partner-registry"},
          .not_before = absl::FromUnixSeconds(1'800'000'000),
          .not_after = absl::FromUnixSeconds(1'800'003'600)};
}

KeyStatement AKeyStatement() {
  return {.holder = kRecipient,
          .age_recipient = AgeIdentity::Generate().recipient().ToString(),
          .serial = 1,
          .not_before = At(9),
          .not_after = At(9) + absl::Hours(24 * 365)};
}

Statement AStatement() {
  return {.kind = "RETRIEVAL",
          .service = "spiffe://agency.example/service/document-exchange",
          .store_id = "00112233445566778899aabbccddeeff",
          .document_id = kDocument,
          .manifest_sha256 = {1},
          .sender = kSender,
          .recipient = kRecipient,
          .time = At(10),
          .leaf_index = 0,
          .registry_revision =
              RegistryRevision{.store_id = "ffeeddccbbaa99887766554433221100", .number = 7},
          .registry_checkpoint_sha256 = crypto::Digest{2},
          .confirmation_sha256 = crypto::Digest{3}};
}

// The path a refusal names.
std::string Path(const absl::Status& status) { return DetailsOf(status).metadata["field"]; }

TEST(ManifestTest, IsReadAsItWasWritten) {
  const auto bytes = BuildManifest(AManifest());

  ASSERT_THAT(bytes, IsOk());
  EXPECT_THAT(ParseManifest(*bytes), IsOkAndHolds(AManifest()));
}

TEST(ManifestTest, LeavesOutWhatIsOptionalAndEmpty) {
  Manifest manifest = AManifest();
  manifest.annex_ii.clear();
  manifest.geometry.clear();
  manifest.derived_from.clear();
  manifest.purpose = {};

  const auto bytes = BuildManifest(manifest);

  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(bytes->find("annex_ii"), bytes->npos);
  EXPECT_NE(bytes->find("\"purpose\":{}"), bytes->npos);
  EXPECT_THAT(ParseManifest(*bytes), IsOkAndHolds(manifest));
}

TEST(ManifestTest, NamesTheMemberThatIsWrong) {
  const auto refused = [](auto change, absl::string_view path) {
    Manifest manifest = AManifest();
    change(manifest);
    const auto built = BuildManifest(manifest);
    EXPECT_THAT(built, FailsWith(kInvalid, "MANIFEST_INVALID")) << path;
    EXPECT_EQ(Path(built.status()), path);
  };

  refused([](Manifest& m) { m.document_id = "1"; }, "manifest.document_id");
  refused([](Manifest& m) { m.document_id[14] = '4'; }, "manifest.document_id");
  refused([](Manifest& m) { m.sender = "https://agency.example"; }, "manifest.sender");
  refused([](Manifest& m) { m.time = absl::InfiniteFuture(); }, "manifest.time");
  refused([](Manifest& m) { m.direction = "send"; }, "manifest.direction");
  refused([](Manifest& m) { m.data_kind = ""; }, "manifest.data_kind");
  refused([](Manifest& m) { m.classification = "RESTREINT UE/EU RESTRICTED"; },
          "manifest.classification");
  refused([](Manifest& m) { m.originators[0].partner = ""; }, "manifest.originators[0].partner");
  refused([](Manifest& m) { m.originators[1].partner = "partners/fr"; },
          "manifest.originators[1].partner");
  refused([](Manifest& m) { m.originators[0].restrictions[0].partners = {"georgia"}; },
          "manifest.originators[0].restrictions[0].partners[0]");
  refused([](Manifest& m) { m.use_restrictions[0].partners = {"partners/fr"}; },
          "manifest.use_restrictions[0].partners");
  refused([](Manifest& m) { m.purpose.task = std::string(501, 'a'); }, "manifest.purpose.task");
  refused([](Manifest& m) { m.purpose.stage = "\xff"; }, "manifest.purpose.stage");
  refused([](Manifest& m) { m.purpose.stage = "a\nb"; }, "manifest.purpose.stage");
  refused([](Manifest& m) { m.subjects.push_back("JUDGE"); }, "manifest.subjects[2]");
  refused([](Manifest& m) { m.retention_rule = "FOREVER"; }, "manifest.retention.rule");
  refused([](Manifest& m) { m.delete_after_days = 0; }, "manifest.retention.delete_after_days");
  refused([](Manifest& m) { m.thread.kind = "CHAT"; }, "manifest.thread.kind");
  refused([](Manifest& m) { m.content.length = 0; }, "manifest.content.length");
  refused([](Manifest& m) { m.recipients_size = 3; }, "manifest.recipients_size");
  refused([](Manifest& m) { m.recipients_size = 0; }, "manifest.recipients_size");
  refused([](Manifest& m) { m.recipients_size = 256; }, "manifest.recipients_size");
}

TEST(ManifestTest, RefusesEveryMemberMissingAddedOrOfAnotherType) {
  const json::Json good = *json::ParseCanonical(*BuildManifest(AManifest()));
  for (const auto& item : good.items()) {
    json::Json changed = good;
    changed.erase(item.key());
    const bool optional =
        item.key() == "annex_ii" || item.key() == "geometry" || item.key() == "derived_from";
    EXPECT_EQ(ParseManifest(json::Canonical(changed)).ok(), optional) << item.key();

    changed = good;
    changed[item.key()] = nullptr;
    EXPECT_THAT(ParseManifest(json::Canonical(changed)), FailsWith(kInvalid, "MANIFEST_INVALID"));
    changed[item.key()] = json::Json::array({1});
    EXPECT_THAT(ParseManifest(json::Canonical(changed)), FailsWith(kInvalid, "MANIFEST_INVALID"));
    changed[item.key()] = 1;
    if (item.key() != "recipients_size") {
      EXPECT_THAT(ParseManifest(json::Canonical(changed)), FailsWith(kInvalid, "MANIFEST_INVALID"));
    }
    if (item.value().is_object()) {
      changed = good;
      changed[item.key()]["extra"] = 1;
      EXPECT_THAT(ParseManifest(json::Canonical(changed)), FailsWith(kInvalid, "MANIFEST_INVALID"));
    }
  }
  json::Json extra = good;
  extra["extra"] = true;
  EXPECT_THAT(ParseManifest(json::Canonical(extra)), FailsWith(kInvalid, "MANIFEST_INVALID"));
}

TEST(ManifestTest, HasOneSpellingOnly) {
  const std::string good = *BuildManifest(AManifest());
  for (const std::string& other : {
           absl::StrCat(good, "\n"),
           absl::StrReplaceAll(good, {{":100,", ":1e2,"}}),
           absl::StrReplaceAll(good, {{":100,", ": 100,"}}),
           absl::StrReplaceAll(good, {{"09:00:00Z", "09:00:00+00:00"}}),
           absl::StrReplaceAll(good, {{"09:00:00Z", "09:00:00.5Z"}}),
           absl::StrReplaceAll(good, {{"09:00:00Z", "09:00:60Z"}}),
           absl::StrReplaceAll(good, {{"\"annex_ii\":\"WITHIN\"", "\"annex_ii\":\"\""}}),
           absl::StrReplaceAll(good, {{"0200000", "020000A"}}),
           good.substr(0, good.size() - 1),
           std::string("[]"),
           std::string(),
       }) {
    EXPECT_THAT(ParseManifest(other), FailsWith(kInvalid, "MANIFEST_INVALID")) << other;
  }
}

TEST(ManifestTest, RefusesWhatIsTooLargeUnread) {
  EXPECT_THAT(ParseManifest(std::string(kLargestManifest + 1, ' ')),
              FailsWith(kInvalid, "MANIFEST_INVALID"));
}

TEST(DescriptionTest, IsReadAsItWasWrittenAndRefusesFoldersInNames) {
  Description description{.title = "Request for assistance",
                          .file_name = "request.pdf",
                          .media_type = "application/pdf",
                          .note = "Two annexes.",
                          .content_plaintext_length = 3,
                          .content_plaintext_sha256 = {1},
                          .blind = {2}};
  EXPECT_THAT(ParseDescription(*BuildDescription(description)), IsOkAndHolds(description));

  for (const char* name : {"", ".", "..", "../a", "a/b", "a\\b", "C:a", "a\nb"}) {
    description.file_name = name;
    EXPECT_THAT(BuildDescription(description), FailsWith(kInvalid, "DESCRIPTION_INVALID")) << name;
  }
}

TEST(KeyStatementTest, IsReadAsItWasWritten) {
  KeyStatement statement = AKeyStatement();
  EXPECT_THAT(ParseKeyStatement(*BuildKeyStatement(statement)), IsOkAndHolds(statement));

  statement.serial = 2;
  statement.previous_sha256 = crypto::Digest{1};
  statement.countersigner = kSender;
  EXPECT_THAT(ParseKeyStatement(*BuildKeyStatement(statement)), IsOkAndHolds(statement));
}

TEST(KeyStatementTest, RefusesWhatCannotBe) {
  const auto refused = [](auto change) {
    KeyStatement statement = AKeyStatement();
    change(statement);
    EXPECT_THAT(BuildKeyStatement(statement), FailsWith(kInvalid, "KEY_STATEMENT_INVALID"));
  };
  refused([](KeyStatement& s) { s.age_recipient = "age1"; });
  refused([](KeyStatement& s) { s.serial = 0; });
  refused([](KeyStatement& s) { s.serial = 2; });
  refused([](KeyStatement& s) { s.previous_sha256 = crypto::Digest{1}; });
  refused([](KeyStatement& s) { s.not_after = s.not_before; });
  refused([](KeyStatement& s) { s.countersigner = s.holder; });
}

TEST(DelegationTest, IsReadAsItWasWritten) {
  const Delegation delegation = ADelegation();
  EXPECT_THAT(ParseDelegation(*BuildDelegation(delegation)), IsOkAndHolds(delegation));

  const SignedDelegation made = {.statement = "{}", .signature = std::string("\x00\x01", 2)};
  const auto read = ParseToken(FormatToken(made));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->statement, made.statement);
  EXPECT_EQ(read->signature, made.signature);
}

TEST(DelegationTest, RefusesWhatCannotBe) {
  const auto refused = [](const std::function<void(Delegation&)>& change) {
    Delegation delegation = ADelegation();
    change(delegation);
    EXPECT_THAT(BuildDelegation(delegation), FailsWith(kInvalid, "DELEGATION_INVALID"));
  };
  refused([](Delegation& d) { d.person = "desk-1"; });
  refused([](Delegation& d) { d.carrier = d.person; });
  refused([](Delegation& d) { d.services = {}; });
  refused([](Delegation& d) { d.services = {"b", "a"}; });
  refused([](Delegation& d) { d.services = {"a", "a"}; });
  refused([](Delegation& d) { d.services = {""}; });
  refused([](Delegation& d) { d.not_after = d.not_before; });
  refused([](Delegation& d) { d.not_after = d.not_before + absl::Hours(12) + absl::Seconds(1); });
  EXPECT_THAT(ParseDelegation("{}"), FailsWith(kInvalid, "DELEGATION_INVALID"));
  for (const char* const token : {"", "e30=", "e30=.!", "!.e30="}) {
    EXPECT_THAT(ParseToken(token), FailsWith(kInvalid, "DELEGATION_INVALID")) << token;
  }
}

TEST(KeyStatementTest, FollowsOnlyTheOneBefore) {
  const KeyStatement first = AKeyStatement();
  const std::string first_bytes = *BuildKeyStatement(first);
  KeyStatement second = AKeyStatement();
  second.serial = 2;
  second.previous_sha256 = crypto::Sha256(first_bytes);
  EXPECT_THAT(CheckFollows(second, first_bytes), IsOk());

  const auto refused = [&](auto change) {
    KeyStatement changed = second;
    change(changed);
    EXPECT_THAT(CheckFollows(changed, first_bytes),
                FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_CHAIN"));
  };
  refused([](KeyStatement& s) { s.serial = 3; });
  refused([](KeyStatement& s) { s.serial = 1; });
  refused([](KeyStatement& s) { s.previous_sha256 = crypto::Digest{1}; });
  refused([](KeyStatement& s) { s.holder = kSender; });
}

TEST(KeyStatementTest, IsInEffectFromItsFirstToBeforeItsLastMoment) {
  const KeyStatement statement = AKeyStatement();

  EXPECT_THAT(CheckInEffect(statement, statement.not_before), IsOk());
  for (const absl::Time at : {statement.not_before - absl::Seconds(1), statement.not_after}) {
    EXPECT_THAT(CheckInEffect(statement, at),
                FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_NOT_IN_EFFECT"));
  }
}

TEST(EvidenceTest, IsReadAsItWasWritten) {
  const RetrievalConfirmation confirmation{.document_id = kDocument,
                                           .manifest_sha256 = {1},
                                           .recipient = kRecipient,
                                           .time = At(11),
                                           .content_plaintext_sha256 = {2}};
  EXPECT_THAT(ParseRetrievalConfirmation(*BuildRetrievalConfirmation(confirmation)),
              IsOkAndHolds(confirmation));
  EXPECT_THAT(ParseStatement(*BuildStatement(AStatement())), IsOkAndHolds(AStatement()));

  Statement submission = AStatement();
  submission.kind = "SUBMISSION_ACCEPTANCE";
  submission.recipient.clear();
  submission.confirmation_sha256.reset();
  submission.registry_revision.reset();
  submission.registry_checkpoint_sha256.reset();
  submission.reason_code = "DELIVERED_2";
  EXPECT_THAT(ParseStatement(*BuildStatement(submission)), IsOkAndHolds(submission));
}

TEST(EvidenceTest, RefusesWhatDoesNotGoTogether) {
  const auto refused = [](auto change) {
    Statement statement = AStatement();
    change(statement);
    EXPECT_THAT(BuildStatement(statement), FailsWith(kInvalid, "STATEMENT_INVALID"));
  };
  refused([](Statement& s) { s.kind = "SENT"; });
  refused([](Statement& s) { s.kind = "SUBMISSION_ACCEPTANCE"; });
  refused([](Statement& s) { s.kind = "DELIVERY"; });  // A confirmation without a retrieval.
  refused([](Statement& s) { s.confirmation_sha256.reset(); });
  refused([](Statement& s) { s.recipient.clear(); });
  refused([](Statement& s) { s.store_id = "AB"; });
  refused([](Statement& s) { s.reason_code = "because"; });
  refused([](Statement& s) { s.leaf_index = -1; });
  refused([](Statement& s) { s.registry_revision->number = 0; });
}

TEST(EvidenceTest, OneFormatIsNotTakenForAnother) {
  const std::string statement = *BuildStatement(AStatement());

  EXPECT_THAT(ParseRetrievalConfirmation(statement), FailsWith(kInvalid, "CONFIRMATION_INVALID"));
  EXPECT_THAT(ParseManifest(statement), FailsWith(kInvalid, "MANIFEST_INVALID"));
  EXPECT_THAT(ParseKeyStatement(statement), FailsWith(kInvalid, "KEY_STATEMENT_INVALID"));
}

}  // namespace
}  // namespace comity::sealing
