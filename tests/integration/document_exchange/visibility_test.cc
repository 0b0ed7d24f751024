// Who sees what, and what stays on record.
#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "tests/integration/document_exchange/exchange_test.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ExchangeTest, ARecipientSeesItsOwnEvidenceAndNothingOfOthers) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kTbilisi, kChisinau}});
  ASSERT_THAT(world_.Send(kDesk, letter), IsOk());

  const auto seen = world_.exchange->Get(world_.By(kTbilisi), letter.upload.document_id);

  ASSERT_THAT(seen, IsOk());
  ASSERT_THAT(seen->document.recipients, SizeIs(1));
  EXPECT_EQ(seen->document.recipients.front().spiffe_id, kTbilisi);
  EXPECT_THAT(world_.Kinds(kTbilisi, letter.upload.document_id), ElementsAre("DELIVERY"));
}

TEST_F(ExchangeTest, WhoIsNoPartySeesTheSameAsIfThereWereNothing) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const std::string absent = NewUuid(world_.clock.Now());

  for (const char* const stranger : {kGermanDesk, kChisinau, kDpo}) {
    const absl::Status invisible = world_.exchange->Get(world_.By(stranger), id).status();
    EXPECT_THAT(invisible, FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND")) << stranger;
    EXPECT_EQ(invisible, world_.exchange->Get(world_.By(stranger), absent).status());
    EXPECT_EQ(invisible, world_.Release(stranger, id).status());
    EXPECT_EQ(invisible, world_.exchange->Statements(world_.By(stranger), id).status());
  }
}

TEST_F(ExchangeTest, TheAuditorSeesADocumentWithoutItsContents) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;

  const auto seen = world_.exchange->Get(world_.By(kAuditor), id);

  ASSERT_THAT(seen, IsOk());
  EXPECT_THAT(seen->manifest, IsEmpty());
  EXPECT_THAT(seen->document.recipients, SizeIs(2));
  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kAuditor), id, PayloadKind::kContent),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
}

TEST_F(ExchangeTest, AColleagueSeesTheDocumentButHasNoHeader) {
  const SealedLetter letter = SendAuthorised();

  EXPECT_THAT(world_.exchange->Get(world_.By(kColleague), letter.upload.document_id), IsOk());
  EXPECT_THAT(world_.Release(kColleague, letter.upload.document_id),
              FailsWith(StatusCode::kPermissionDenied, "NOT_A_RECIPIENT"));
}

TEST_F(ExchangeTest, TheRuleOfVisibilityAndItsSqlAgree) {
  const SealedLetter sent = SendAuthorised();
  const SealedLetter received = ReceiveFromTbilisi();
  const auto rows = world_.tables->Read();

  for (const char* const who :
       {kDesk, kColleague, kFrance, kGermanDesk, kTbilisi, kChisinau, kDpo, kAuditor}) {
    const identity::Principal caller = *identity::Principal::Parse(who);
    const auto listed =
        (*rows)->ListDocuments({.side = SideOf(caller), .before_revision = 1'000'000});
    ASSERT_THAT(listed, IsOk());
    for (const SealedLetter* const letter : {&sent, &received}) {
      const std::string& id = letter->upload.document_id;
      const auto document = (*rows)->FindDocument(id);
      const bool in_list = std::any_of(listed->begin(), listed->end(),
                                       [&](const Document& one) { return one.id == id; });
      EXPECT_EQ(Look(caller, **document).contents, in_list) << who;
    }
  }
}

TEST_F(ExchangeTest, TransfersAndRefusalsAreOnRecord) {
  const SealedLetter refused = world_.Seal({});
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk, "test/CreateUpload"), refused.upload),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const SealedLetter letter = SendAuthorised();
  ASSERT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());

  std::vector<std::string> attempts;
  for (const TransferRecord& record : Records(false)) {
    attempts.push_back(absl::StrCat(record.attempt, record.refused ? " refused" : ""));
    EXPECT_EQ(record.recipient, kTbilisi);
    EXPECT_THAT(record.verdict, ::testing::Not(IsEmpty()));
  }
  EXPECT_THAT(attempts, ElementsAre("CreateUpload refused", "SubmitDocument", "ReleaseHeaders"));
}

}  // namespace
}  // namespace comity::document_exchange
