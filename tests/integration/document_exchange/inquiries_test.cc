// What is asked of all that was exchanged: what if, who relied on it, how much.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "tests/integration/document_exchange/exchange_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using WhatIf = partner_registry::v1::ListAffectedRequest;

constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";

class InquiriesTest : public ExchangeServerTest {
 protected:
  explicit InquiriesTest(transfer_proto::AffectedLimits limits = {}) : ExchangeServerTest(limits) {}

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& who,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Response response;
    const absl::Status status = Status((As(who).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  static v1::ListAffectedRequest IfItLapses(const std::string& day) {
    v1::ListAffectedRequest request;
    request.set_instrument(kAgreement);
    request.set_supposition(WhatIf::SUPPOSITION_LAPSES);
    request.set_day(day);
    return request;
  }

  absl::StatusOr<v1::ListAffectedResponse> Affected(const std::string& who,
                                                    const std::string& day = "2026-12-01") {
    return Call(who, &Stub::ListAffected, IfItLapses(day));
  }

  static v1::ListReliancesRequest RelyingOn(const std::string& fact) {
    v1::ListReliancesRequest request;
    request.set_fact(fact);
    request.set_purpose("correction of the agreement");
    return request;
  }

  // A document of kDesk for Tbilisi; its id.
  std::string SendToTbilisi() {
    const SealedLetter letter = world_.Seal({});
    EXPECT_THAT(world_.Send(kDesk, letter), IsOk());
    return letter.upload.document_id;
  }
};

TEST_F(InquiriesTest, WhatIfTheAgreementLapsedNamesTheDocumentNobodyRetrieved) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter waiting = world_.Seal({});
  ASSERT_THAT(world_.Send(kDesk, waiting), IsOk());
  const std::string released = SendToTbilisi();
  ASSERT_THAT(world_.Release(kTbilisi, released), IsOk());
  const std::int64_t leaves = world_.journal->head().leaf_count;

  const auto affected = Affected(kDesk);

  ASSERT_THAT(affected, IsOk());
  ASSERT_THAT(affected->affected(), SizeIs(2));
  const v1::AffectedDocument& first = affected->affected(0);
  EXPECT_EQ(first.document(), "documents/" + waiting.upload.document_id);
  EXPECT_EQ(first.recipient(), kTbilisi);
  EXPECT_EQ(first.counterpart(), "partners/georgia/authorities/prosecution");
  EXPECT_EQ(first.outcome_before(), partner_registry::v1::TRANSFER_OUTCOME_PERMITTED);
  EXPECT_EQ(first.outcome_after(), partner_registry::v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_THAT(first.sentence(), AllOf(HasSubstr("2026-12-01"), HasSubstr("before that day")));
  EXPECT_EQ(affected->affected(1).document(), "documents/" + released);
  EXPECT_THAT(affected->affected(1).sentence(), HasSubstr("handed over already"));
  EXPECT_EQ(affected->day(), "2026-12-01");
  EXPECT_EQ(affected->registry_revision().number(), (*world_.registry.Latest())->revision().number);
  EXPECT_EQ(world_.journal->head().leaf_count, leaves) << "a question leaves nothing behind";

  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, waiting);
  ASSERT_THAT(world_.Release(kTbilisi, waiting.upload.document_id), IsOk());
  ASSERT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), waiting.upload.document_id,
                                                confirmation, signature),
              IsOk());
  EXPECT_THAT(Affected(kDesk)->affected(), SizeIs(1)) << "what was retrieved is";
}

class ShortAnswerTest : public InquiriesTest {
 protected:
  ShortAnswerTest() : InquiriesTest({.rows = 2}) {}
};

TEST_F(ShortAnswerTest, WhatIfIsCutWhereAnAnswerHasToEndAndSaysSo) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const std::string first = SendToTbilisi();
  const std::string second = SendToTbilisi();
  const auto whole = Affected(kDesk);
  ASSERT_THAT(whole, IsOk());
  EXPECT_FALSE(whole->truncated());
  SendToTbilisi();

  const auto cut = Affected(kDesk);

  ASSERT_THAT(cut, IsOk());
  EXPECT_TRUE(cut->truncated());
  ASSERT_THAT(cut->affected(), SizeIs(2));
  EXPECT_EQ(cut->affected(0).document(), "documents/" + first) << "later ones are left out";
  EXPECT_EQ(cut->affected(1).document(), "documents/" + second);
}

class SmallAnswerTest : public InquiriesTest {
 protected:
  SmallAnswerTest() : InquiriesTest({.bytes = 1}) {}
};

TEST_F(SmallAnswerTest, WhatIfIsCutWhereAMessageWouldBeTooLarge) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  EXPECT_FALSE(Affected(kDesk)->truncated());
  SendToTbilisi();

  const auto cut = Affected(kDesk);

  ASSERT_THAT(cut, IsOk());
  EXPECT_TRUE(cut->truncated());
  EXPECT_THAT(cut->affected(), IsEmpty());
}

TEST_F(InquiriesTest, WhatIfTellsEverybodyOfWhatHeMaySeeOnly) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();

  for (const char* const who : {kDesk, kColleague, kAuditor}) {
    EXPECT_THAT(Affected(who)->affected(), SizeIs(1)) << who;
  }
  for (const char* const who : {kGermanDesk, kDpo}) {
    EXPECT_THAT(Affected(who)->affected(), IsEmpty()) << who;
  }
  EXPECT_THAT(Affected(kTbilisi), FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(InquiriesTest, WhatIfAsksAsTheReleaseDoesWithWhatWasRestrictedAndDecidedSince) {
  const auto decision = world_.Authorise();
  ASSERT_THAT(decision, IsOk());
  const std::string restricted = SendToTbilisi();
  SendToTbilisi();
  ASSERT_THAT(Affected(kDesk)->affected(), SizeIs(2));

  ASSERT_THAT(world_.exchange->AddRestriction(
                  world_.By(kFrance), restricted,
                  {.use = legal::UseRestriction::kNotToPartners, .partners = {"partners/georgia"}}),
              IsOk());
  const auto affected = Affected(kDesk);
  ASSERT_THAT(affected->affected(), SizeIs(1)) << "it is refused with the agreement too";
  EXPECT_NE(affected->affected(0).document(), "documents/" + restricted);

  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance),
                                                decision->decision.name.substr(10), "closed"),
              IsOk());
  EXPECT_THAT(Affected(kDesk)->affected(), IsEmpty()) << "it was withheld";
}

TEST_F(InquiriesTest, WhatIsErasedByThenIsNotAffected) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();  // 2026-11-23; 28 days.

  EXPECT_THAT(Affected(kDesk, "2026-12-20")->affected(), SizeIs(1));
  EXPECT_THAT(Affected(kDesk, "2026-12-22")->affected(), IsEmpty());
}

TEST_F(InquiriesTest, WhatIsReceivedRestsOnNoAgreement) {
  const SealedLetter letter =
      world_.Seal({.sender = kTbilisi,
                   .recipients = {kTbilisi, kDesk},
                   .direction = "RECEIVE",
                   .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}}});
  ASSERT_THAT(world_.Send(kTbilisi, letter), IsOk());

  EXPECT_THAT(Affected(kDesk)->affected(), IsEmpty());
}

TEST_F(InquiriesTest, WhatIfReadsAnyNumberOfDocumentsInParts) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  constexpr int kMore = 27;  // Than are read at once.
  for (int i = 0; i < kMore; ++i) {
    ASSERT_THAT(world_.Send(kDesk, world_.Seal({.size = 100})), IsOk());
  }

  EXPECT_THAT(Affected(kDesk)->affected(), SizeIs(kMore));
}

TEST_F(InquiriesTest, WhatCannotBeReadIsNamedAndKeepsNobodyFromTheRest) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const std::string missing = SendToTbilisi();
  const std::string damaged = SendToTbilisi();
  const std::string whole = SendToTbilisi();
  const auto manifest = [this](const std::string& id) {
    return world_.folder / ("payloads/documents/" + id + "/manifest.json");
  };
  ASSERT_TRUE(std::filesystem::remove(manifest(missing)));
  std::ofstream(manifest(damaged), std::ios::trunc) << "{}";

  const auto affected = Affected(kDesk);

  ASSERT_THAT(affected, IsOk());
  ASSERT_THAT(affected->affected(), SizeIs(3));
  for (int i = 0; i < 2; ++i) {
    const v1::AffectedDocument& unread = affected->affected(i);
    EXPECT_EQ(unread.document(), "documents/" + (i == 0 ? missing : damaged));
    EXPECT_EQ(unread.recipient(), kTbilisi);
    EXPECT_EQ(unread.outcome_before(), partner_registry::v1::TRANSFER_OUTCOME_UNSPECIFIED);
    EXPECT_EQ(unread.outcome_after(), partner_registry::v1::TRANSFER_OUTCOME_UNSPECIFIED);
    EXPECT_THAT(unread.sentence(), HasSubstr("cannot be judged"));
  }
  EXPECT_EQ(affected->affected(2).document(), "documents/" + whole);
  EXPECT_EQ(affected->affected(2).outcome_after(),
            partner_registry::v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_FALSE(affected->truncated());
}

TEST_F(InquiriesTest, WhatIfOfNothingIsRefused) {
  v1::ListAffectedRequest request = IfItLapses("");
  request.set_instrument("partners/georgia/instruments/none");
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  request = IfItLapses("soon");
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kInvalidArgument, "DAY_INVALID"));
}

TEST_F(InquiriesTest, WhoReliedOnAFactIsFoundInTheRecordsAndTheReadingIsRecorded) {
  const auto refused = world_.Send(kDesk, world_.Seal({}));
  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const auto decision = world_.Authorise();
  ASSERT_THAT(decision, IsOk());
  const std::string id = SendToTbilisi();
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  const std::int64_t leaves = world_.journal->head().leaf_count;

  const auto found = Call(kDpo, &Stub::ListReliances, RelyingOn(kAgreement));

  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->reliances(), SizeIs(2)) << "what was refused relied on nothing";
  const v1::Reliance& newest = found->reliances(0);
  EXPECT_EQ(newest.attempt(), "ReleaseHeaders");
  EXPECT_EQ(newest.document(), "documents/" + id);
  EXPECT_EQ(newest.recipient(), kTbilisi);
  EXPECT_EQ(newest.leaf_index(), leaves - 1);
  EXPECT_EQ(absl::FromUnixSeconds(newest.commit_time().seconds()), world_.clock.Now());
  EXPECT_EQ(newest.registry_revision().number(), (*world_.registry.Latest())->revision().number);
  EXPECT_EQ(found->reliances(1).attempt(), "SubmitDocument");
  EXPECT_THAT(found->next_page_token(), IsEmpty());

  ASSERT_EQ(world_.journal->head().leaf_count, leaves + 1);
  const auto entry = world_.journal->ReadEntry(leaves);
  ASSERT_THAT(entry, IsOk());
  EXPECT_THAT(*entry->body, AllOf(HasSubstr("DISCLOSURE"), HasSubstr("correction of the agreement"),
                                  HasSubstr(kDpo), HasSubstr("\"count\":2")));
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, RelyingOn(decision->decision.name))->reliances(),
              SizeIs(2));
  EXPECT_THAT(
      Call(kDpo, &Stub::ListReliances, RelyingOn("partners/georgia/authorities/prosecution"))
          ->reliances(),
      SizeIs(2))
      << "the authority it went to";
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, RelyingOn("partners/moldova"))->reliances(),
              IsEmpty());
}

TEST_F(InquiriesTest, ReliancesAreOfTheRevisionsOnWhichTheFactSaidSo) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();
  const RegistryRevision then = (*world_.registry.Latest())->revision();
  world_.registry.Record(legal::Decision{.name = "decisions/other",
                                         .kind = legal::DecisionKind::kAuthorisation,
                                         .partner = "partners/spain"});
  SendToTbilisi();
  const RegistryRevision later = (*world_.registry.Latest())->revision();
  ASSERT_GT(later.number, then.number);
  v1::ListReliancesRequest request = RelyingOn(kAgreement);
  request.mutable_from_revision()->set_store_id(then.store_id);
  request.mutable_from_revision()->set_number(then.number);
  EXPECT_THAT(Call(kAuditor, &Stub::ListReliances, request)->reliances(), SizeIs(2));

  request.mutable_before_revision()->set_store_id(then.store_id);
  request.mutable_before_revision()->set_number(later.number);
  const auto before = Call(kAuditor, &Stub::ListReliances, request);
  ASSERT_THAT(before->reliances(), SizeIs(1));
  EXPECT_EQ(before->reliances(0).registry_revision().number(), then.number);
  request.mutable_from_revision()->set_number(then.number + 1);
  EXPECT_THAT(Call(kAuditor, &Stub::ListReliances, request)->reliances(), IsEmpty());

  request.mutable_before_revision()->set_store_id("another");
  EXPECT_THAT(Call(kAuditor, &Stub::ListReliances, request),
              FailsWith(StatusCode::kFailedPrecondition, "STORE_REPLACED"));
}

TEST_F(InquiriesTest, ReliancesComeByPagesNewestFirst) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) sent.insert(sent.begin(), "documents/" + SendToTbilisi());
  v1::ListReliancesRequest request = RelyingOn(kAgreement);
  request.set_page_size(2);
  std::vector<std::string> found;
  do {
    const auto page = Call(kDpo, &Stub::ListReliances, request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Reliance& reliance : page->reliances()) found.push_back(reliance.document());
    request.set_page_token(page->next_page_token());
    if (request.page_token().empty()) break;
    EXPECT_THAT(Call(kAuditor, &Stub::ListReliances, request),
                FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  } while (true);

  EXPECT_EQ(found, sent);
}

TEST_F(InquiriesTest, APageLooksAtSoManyRecordsAndTheNextGoesOnFromThere) {
  constexpr std::int64_t kOthers = 5'001;  // More than a page looks at.
  ASSERT_THAT(world_.Authorise(), IsOk());
  const std::string id = SendToTbilisi();
  const auto others = world_.journal->Mutate(
      {.caller = kDesk, .method = "test/Write"}, [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = world_.tables->In(turn);
        for (std::int64_t ordinal = 0; ordinal < kOthers; ++ordinal) {
          COMITY_RETURN_IF_ERROR(rows->InsertTransferRecord({.revision = turn.revision(),
                                                             .ordinal = ordinal,
                                                             .commit_time = turn.now(),
                                                             .document_id = id,
                                                             .attempt = "ReleaseHeaders",
                                                             .sender = kDesk,
                                                             .recipient = kTbilisi}));
        }
        return turn.AddLeaf({.revision = turn.revision()}).status();
      });
  ASSERT_THAT(others, IsOk());
  v1::ListReliancesRequest request = RelyingOn(kAgreement);

  const auto first = Call(kDpo, &Stub::ListReliances, request);

  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->reliances(), IsEmpty());
  ASSERT_FALSE(first->next_page_token().empty());
  request.set_page_token(first->next_page_token());
  const auto second = Call(kDpo, &Stub::ListReliances, request);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->reliances(), SizeIs(1));
  EXPECT_EQ(second->reliances(0).document(), "documents/" + id);
  EXPECT_THAT(second->next_page_token(), IsEmpty());
}

TEST_F(InquiriesTest, ReliancesAreForWhoAnswersForThemAndSaysWhy) {
  for (const char* const who : {kDesk, kTbilisi, kOperator}) {
    EXPECT_THAT(Call(who, &Stub::ListReliances, RelyingOn(kAgreement)),
                FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  }
  v1::ListReliancesRequest request = RelyingOn(kAgreement);
  request.clear_purpose();
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kInvalidArgument, "PURPOSE_MISSING"));
  request.set_purpose("review \u202E");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kInvalidArgument, "TEXT_NOT_PLAIN"));
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, RelyingOn("")),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
}

TEST_F(InquiriesTest, APageOfLongDecisionsIsAsLongAsAMessageMayBe) {
  constexpr int kAll = 160;
  RecordedDecision decision = World::Authorisation();
  decision.decision.conditions.assign(20, std::string(1000, 'c'));
  decision.decision.grounds = std::string(4000, 'g');
  for (int i = 0; i < kAll; ++i) {
    ASSERT_THAT(
        world_.exchange->RecordDecision(world_.By(kFrance, "test/RecordDecision"), decision),
        IsOk());
  }
  v1::ListDecisionsRequest list;
  list.set_page_size(500);
  std::set<std::string> names;
  int pages = 0;
  do {
    const auto page = Call(kFrance, &Stub::ListDecisions, list);
    ASSERT_THAT(page, IsOk());
    EXPECT_LT(page->ByteSizeLong(), std::size_t{4} << 20) << "what any client takes";
    for (const auto& each : page->decisions()) names.insert(each.name());
    list.set_page_token(page->next_page_token());
    ++pages;
  } while (!list.page_token().empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(names.size(), std::size_t{kAll}) << "and none is left out";
}

TEST_F(InquiriesTest, AYearsVolumeCountsDocumentsAndCasesOfBothWays) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();
  SendToTbilisi();
  const SealedLetter received =
      world_.Seal({.sender = kTbilisi,
                   .recipients = {kTbilisi, kDesk},
                   .direction = "RECEIVE",
                   .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}}});
  ASSERT_THAT(world_.Send(kTbilisi, received), IsOk());
  ASSERT_THAT(world_.Send(kDesk, world_.Seal({.recipients = {kDesk, kGermanDesk}})), IsOk());
  const std::int64_t leaves = world_.journal->head().leaf_count;
  v1::MeasureVolumeRequest request;
  request.set_year(2026);

  const auto counted = Call(kDesk, &Stub::MeasureVolume, request);

  ASSERT_THAT(counted, IsOk());
  ASSERT_THAT(counted->volumes(), SizeIs(1)) << "what stays within the agency is of no partner";
  EXPECT_EQ(counted->volumes(0).partner(), "partners/georgia");
  EXPECT_EQ(counted->volumes(0).documents(), 3);
  EXPECT_EQ(counted->volumes(0).documents_received(), 1);
  EXPECT_EQ(counted->volumes(0).cases(), 1);
  EXPECT_EQ(counted->revision().number(), world_.journal->head().revision);
  EXPECT_EQ(world_.journal->head().leaf_count, leaves);

  request.set_partner("partners/panama");
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request)->volumes(), IsEmpty());
  request.set_year(2025);
  request.clear_partner();
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request)->volumes(), IsEmpty());
  request.set_year(1999);
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  EXPECT_THAT(Call(kTbilisi, &Stub::MeasureVolume, request),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(InquiriesTest, AYearsVolumeIsReportedAsCountedOrTheRegistrysRefusalIsTold) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();
  SendToTbilisi();
  const std::int64_t leaves = world_.journal->head().leaf_count;
  registry_says_->set_number(12);
  v1::ReportVolumeRequest request;
  request.set_year(2026);

  const auto reported = Call(kDesk, &Stub::ReportVolume, request);

  ASSERT_THAT(reported, IsOk());
  EXPECT_EQ(reported->registry_revision().number(), 12);
  EXPECT_EQ(reported->counted_at().number(), world_.journal->head().revision);
  ASSERT_THAT(reported->volumes(), SizeIs(1));
  EXPECT_EQ(reported->volumes(0).documents(), 2);
  ASSERT_THAT(reports_, SizeIs(1));
  EXPECT_EQ(reports_[0].year(), 2026);
  EXPECT_EQ(reports_[0].counted_at().store_id(), world_.journal->head().store_id);
  ASSERT_THAT(reports_[0].volumes(), SizeIs(1));
  EXPECT_EQ(reports_[0].volumes(0).partner(), "partners/georgia");
  EXPECT_THAT(reports_[0].volumes(0).counts(),
              UnorderedElementsAre(Pair("cases", 1), Pair("documents", 2)));
  EXPECT_EQ(world_.journal->head().leaf_count, leaves) << "it is recorded at the registry";

  registry_says_ =
      MakeError(StatusCode::kUnavailable, "No answer.", {.reason = "REGISTRY_NOT_TOLD"});
  EXPECT_THAT(Call(kDesk, &Stub::ReportVolume, request),
              FailsWith(StatusCode::kUnavailable, "REGISTRY_NOT_TOLD"));
  request.set_year(1999);
  EXPECT_THAT(Call(kDesk, &Stub::ReportVolume, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  for (const char* const who : {kTbilisi, kAuditor}) {
    EXPECT_THAT(Call(who, &Stub::ReportVolume, request),
                FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"))
        << who;
  }
  EXPECT_THAT(reports_, SizeIs(2));
}

TEST_F(InquiriesTest, APartOfAYearIsNotReportedAsTheWhole) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SendToTbilisi();
  const Inquiries inquiries({.exchange = world_.exchange.get(),
                             .registry = &world_.registry,
                             .rows = world_.tables.get(),
                             .journal = world_.journal.get(),
                             .clock = &world_.clock,
                             .report = Reporter()});
  const rpc::Call gone(rpc::Call::Facts{.cancelled = [] { return true; }});
  v1::ReportVolumeRequest request;
  request.set_year(2026);
  v1::ReportVolumeResponse response;

  EXPECT_THAT(inquiries.ReportVolume(gone, request, &response),
              FailsWith(StatusCode::kCancelled, "COUNT_INTERRUPTED"));
  EXPECT_THAT(reports_, IsEmpty());
}

}  // namespace
}  // namespace comity::document_exchange
