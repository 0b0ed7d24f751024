#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/registry_replica/replica.h"
#include "common/status/error.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stub = v1::PartnerRegistryService::Stub;

constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/o2";
constexpr char kAgreement[] = "partners/serbia/instruments/cooperation-agreement";

std::string RequestId(int number) {
  return absl::StrCat("01900000-0000-7000-8000-0000000001", number < 10 ? "0" : "", number);
}

class EditsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  static v1::CreatePartnerRequest Kazakhstan() {
    v1::CreatePartnerRequest request;
    request.set_partner_id("kazakhstan");
    v1::Partner& partner = *request.mutable_partner();
    partner.set_kind(v1::PARTNER_KIND_STATE);
    partner.set_display_name("Kazakhstan");
    partner.set_iso_alpha2("KZ");
    partner.set_iso_alpha3("KAZ");
    partner.add_aliases("\xD2\x9A\xD0\xB0\xD0\xB7\xD0\xB0\xD2\x9B\xD1\x81\xD1\x82\xD0\xB0\xD0\xBD");
    return request;
  }

  static v1::UpdatePartnerRequest Region(const std::string& region, const std::string& etag = "") {
    v1::UpdatePartnerRequest request;
    request.mutable_partner()->set_name("partners/georgia");
    request.mutable_partner()->set_region(region);
    request.mutable_partner()->set_etag(etag);
    request.mutable_update_mask()->add_paths("region");
    request.set_reason("as the strategy has it");
    return request;
  }

  static v1::DeletePartnerRequest DeleteGeorgia() {
    v1::DeletePartnerRequest request;
    request.set_name("partners/georgia");
    request.set_reason("entered by mistake");
    return request;
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Edit(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const std::string& caller = kOperator,
                                absl::Duration within = absl::Seconds(10)) {
    return Call(method, server_.As(caller), request, within);
  }

  std::vector<std::string> Listed(const v1::ListPartnersRequest& request) {
    const auto list = Call(&Stub::ListPartners, server_.As(kDesk), request);
    EXPECT_THAT(list, IsOk());
    std::vector<std::string> names;
    for (const v1::Partner& partner : list->partners()) names.push_back(partner.name().substr(9));
    return names;
  }

  std::int64_t Revision() { return server_.application().store().View().revision(); }

  // The bodies of all leaves of the ledger.
  std::vector<std::string> Ledger() {
    ledger::v1::ListEntriesRequest request;
    request.set_purpose("review");
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    ledger::v1::ListEntriesResponse response;
    EXPECT_TRUE(server_.LedgerAs(kDpo).ListEntries(&context, request, &response).ok());
    std::vector<std::string> bodies;
    for (const auto& entry : response.entries()) bodies.push_back(entry.body());
    return bodies;
  }

  v1::TransferVerdict Ask(const std::string& counterpart, v1::DataKind kind) {
    v1::EvaluateTransferRequest request;
    v1::TransferQuestion& question = *request.mutable_question();
    question.set_direction(v1::TRANSFER_DIRECTION_SEND);
    question.set_capacity(v1::CAPACITY_EUROJUST);
    question.set_counterpart(counterpart);
    question.set_data_kind(kind);
    question.add_origins()->set_kind(v1::ORIGIN_KIND_EUROJUST);
    const auto verdict = Call(&Stub::EvaluateTransfer, server_.As(kDesk), request);
    EXPECT_THAT(verdict, IsOk());
    return verdict.value_or(v1::TransferVerdict());
  }

  RegistryServer server_;
};

TEST_F(EditsTest, APartnerIsCreatedOnceHoweverOftenItIsAskedFor) {
  v1::CreatePartnerRequest request = Kazakhstan();
  request.set_request_id(RequestId(1));

  const auto first = Edit(&Stub::CreatePartner, request);
  const auto again = Edit(&Stub::CreatePartner, request);

  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->name(), "partners/kazakhstan");
  EXPECT_EQ(first->etag(), "\"2\"");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Revision(), 2);
  request.mutable_partner()->set_region("ASIA");
  EXPECT_THAT(Edit(&Stub::CreatePartner, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  request.clear_request_id();
  EXPECT_THAT(Edit(&Stub::CreatePartner, request),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_EXISTS"));
  request.set_partner_id("kazakhstan-2");
  EXPECT_THAT(Edit(&Stub::CreatePartner, request),
              FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE"));
}

TEST_F(EditsTest, ADryRunSaysWhatTheRealCallWouldAndWritesNothing) {
  v1::CreatePartnerRequest request = Kazakhstan();
  request.set_validate_only(true);
  const std::size_t leaves = Ledger().size();

  const auto foreseen = Edit(&Stub::CreatePartner, request);
  ASSERT_THAT(foreseen, IsOk());
  EXPECT_EQ(foreseen->display_name(), "Kazakhstan");
  EXPECT_FALSE(foreseen->has_revision());
  EXPECT_EQ(foreseen->etag(), "");
  v1::UpdatePartnerRequest stale = Region("ASIA", "\"0\"");
  stale.set_validate_only(true);
  EXPECT_THAT(Edit(&Stub::UpdatePartner, stale),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));

  EXPECT_EQ(Revision(), 1);
  EXPECT_EQ(Ledger().size(), leaves + 1) << "one more for reading them";
  request.set_validate_only(false);
  const auto made = Edit(&Stub::CreatePartner, request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->display_name(), foreseen->display_name());
}

TEST_F(EditsTest, OnlyWhatTheMaskNamesIsChangedAndTheReasonIsInTheLedger) {
  v1::UpdatePartnerRequest request = Region("ASIA");
  request.mutable_partner()->set_display_name("Sakartvelo");
  const auto changed = Edit(&Stub::UpdatePartner, request);
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->region(), "ASIA");
  EXPECT_EQ(changed->display_name(), "Georgia");

  request.mutable_update_mask()->add_paths("revision");
  const auto refused = Edit(&Stub::UpdatePartner, request);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.at(0).field, "update_mask");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("revision"));
  request = Region("ASIA");
  request.clear_reason();
  EXPECT_THAT(Edit(&Stub::UpdatePartner, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));

  const std::vector<std::string> ledger = Ledger();
  EXPECT_THAT(ledger, ::testing::Contains(::testing::AllOf(
                          HasSubstr("UpdatePartner"), HasSubstr("as the strategy has it"),
                          HasSubstr("partners/georgia"), HasSubstr("\"outcome\":\"DONE\""))));
  EXPECT_THAT(ledger, ::testing::Contains(::testing::AllOf(HasSubstr("UpdatePartner"),
                                                           HasSubstr("REASON_MISSING"))))
      << "a refused attempt is evidence, too";
}

TEST_F(EditsTest, OfManyChangesOfOneStateOneIsMade) {
  constexpr int kCallers = 8;
  std::vector<Stub*> stubs;
  for (int i = 0; i < kCallers; ++i) {
    stubs.push_back(
        &server_.As(absl::StrCat("spiffe://agency.example/agency/registry-operator/-/r", i)));
  }
  std::atomic<int> made = 0;
  std::atomic<int> stale = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const auto result = Call(&Stub::UpdatePartner, *stubs[static_cast<std::size_t>(i)],
                               Region(std::string(1, static_cast<char>('A' + i)), "\"1\""));
      made += result.ok() ? 1 : 0;
      stale += ReasonOf(result.status()) == "ETAG_MISMATCH" ? 1 : 0;
    });
  }
  callers.clear();  // Joins.

  EXPECT_EQ(made, 1);
  EXPECT_EQ(stale, kCallers - 1);
  EXPECT_EQ(Revision(), 2);
}

TEST_F(EditsTest, ADeletionHoldsEverywhereWhenItIsAnswered) {
  v1::DeletePartnerRequest request = DeleteGeorgia();
  request.set_request_id(RequestId(2));
  server_.Renew(std::string(32, 'a'), 1);

  EXPECT_THAT(Edit(&Stub::DeletePartner, request, kOperator, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  server_.Renew(std::string(32, 'a'), 2);
  const auto deleted = Edit(&Stub::DeletePartner, request);

  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->has_delete_time());
  EXPECT_EQ(Ask("partners/georgia", v1::DATA_KIND_NON_PERSONAL).outcome(),
            v1::TRANSFER_OUTCOME_REFUSED);
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kPermissionDenied, "EXCHANGES_SUSPENDED"))
      << "its contacts do not count";
  EXPECT_TRUE(Call(&Stub::GetPartner, server_.As(kDesk), get)->has_delete_time());
}

TEST_F(EditsTest, WhoIsOffTheRegisterIsListedOnlyIfAskedForAndComesBackAsItWas) {
  ASSERT_THAT(Edit(&Stub::DeletePartner, DeleteGeorgia()), IsOk());
  v1::ListPartnersRequest list;
  list.set_query("georgia");
  EXPECT_THAT(Listed(list), IsEmpty());
  list.set_show_deleted(true);
  EXPECT_THAT(Listed(list), ElementsAre("georgia"));
  EXPECT_THAT(Edit(&Stub::UpdatePartner, Region("ASIA")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));

  server_.Restart();

  v1::UndeletePartnerRequest back;
  back.set_name("partners/georgia");
  back.set_reason("it was none");
  const auto restored = Edit(&Stub::UndeletePartner, back);
  ASSERT_THAT(restored, IsOk());
  EXPECT_FALSE(restored->has_delete_time());
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get), IsOk());
  EXPECT_THAT(Edit(&Stub::UndeletePartner, back),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_NOT_DELETED"));
}

TEST_F(EditsTest, WhoWasEnteredTwiceIsFoundUnderTheOther) {
  v1::CreatePartnerRequest twice;
  twice.set_partner_id("turkey");
  twice.mutable_partner()->set_kind(v1::PARTNER_KIND_STATE);
  twice.mutable_partner()->set_display_name("Turkey");
  ASSERT_THAT(Edit(&Stub::CreatePartner, twice), IsOk());
  v1::MergePartnersRequest merge;
  merge.set_name("partners/turkey");
  merge.set_into("partners/turkiye");
  merge.set_reason("one State");

  const auto merged = Edit(&Stub::MergePartners, merge);

  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(merged->name(), "partners/turkiye");
  v1::ListPartnersRequest list;
  list.set_query("turkey");
  EXPECT_THAT(Listed(list), ElementsAre("turkiye"));
  v1::GetPartnerRequest get;
  get.set_name("partners/turkey");
  EXPECT_EQ(Call(&Stub::GetPartner, server_.As(kDesk), get)->merged_into(), "partners/turkiye");
  merge.set_name("partners/georgia");
  EXPECT_THAT(Edit(&Stub::MergePartners, merge),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_HAS_FACTS"));
}

TEST_F(EditsTest, ListsAreFilteredAndShowWhatIsAskedFor) {
  v1::ListPartnersRequest list;
  list.set_filter("legal_class = MEMBER_STATE_NOT_BOUND OR iso_alpha2 = XK");
  EXPECT_THAT(Listed(list), ElementsAre("denmark", "kosovo"));
  list.set_filter("kind = PROJECT_OR_CENTRE AND NOT region:*");
  list.mutable_read_mask()->add_paths("display_name");
  const auto shown = Call(&Stub::ListPartners, server_.As(kDesk), list);
  ASSERT_THAT(shown, IsOk());
  for (const v1::Partner& partner : shown->partners()) {
    EXPECT_NE(partner.name(), "");
    EXPECT_NE(partner.display_name(), "");
    EXPECT_EQ(partner.kind(), v1::PARTNER_KIND_UNSPECIFIED) << "not asked for";
    EXPECT_FALSE(partner.has_revision());
  }
  list.mutable_read_mask()->add_paths("colour");
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDesk), list),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"));
  list.clear_read_mask();
  list.set_filter("kind = EMPIRE");
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDesk), list),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
}

TEST_F(EditsTest, PagesOfAFilteredListFollowEachOther) {
  v1::ListPartnersRequest list;
  list.set_filter("kind = STATE");
  list.set_page_size(500);
  const std::vector<std::string> all = Listed(list);
  list.set_page_size(7);
  std::vector<std::string> paged;
  do {
    const auto page = Call(&Stub::ListPartners, server_.As(kDesk), list);
    ASSERT_THAT(page, IsOk());
    for (const v1::Partner& partner : page->partners()) paged.push_back(partner.name().substr(9));
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(paged, all);
  list.set_filter("kind = UNION_BODY");
  list.set_page_token("x");
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDesk), list),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_F(EditsTest, AnInstrumentIsReadEnteredAndChangedAndItsPastStays) {
  v1::GetInstrumentRequest get;
  get.set_name(kAgreement);
  const auto before = Call(&Stub::GetInstrument, server_.As(kDesk), get);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->recorded_by(), kOperator) << "who imported it";
  v1::UpdateInstrumentRequest update;
  *update.mutable_instrument() = *before;
  update.mutable_instrument()->set_ended("2026-12-31");
  update.mutable_update_mask()->add_paths("ended");
  update.set_reason("notice was given");
  ASSERT_THAT(Edit(&Stub::UpdateInstrument, update), IsOk());
  EXPECT_THAT(Edit(&Stub::UpdateInstrument, update),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));

  *get.mutable_at_revision() = before->revision();
  EXPECT_EQ(Call(&Stub::GetInstrument, server_.As(kDesk), get)->ended(), "");
  v1::CreateInstrumentRequest create;
  create.set_parent("partners/serbia");
  create.set_instrument_id("memorandum");
  create.mutable_instrument()->set_kind(v1::INSTRUMENT_KIND_MEMORANDUM_OF_UNDERSTANDING);
  create.mutable_instrument()->set_title("Memorandum");
  ASSERT_THAT(Edit(&Stub::CreateInstrument, create), IsOk());
  EXPECT_THAT(Edit(&Stub::CreateInstrument, create),
              FailsWith(absl::StatusCode::kAlreadyExists, "INSTRUMENT_EXISTS"));
  v1::ListInstrumentsRequest list;
  list.set_parent("partners/serbia");
  list.set_page_size(1);
  const auto page = Call(&Stub::ListInstruments, server_.As(kDesk), list);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->instruments(), SizeIs(1));
  list.set_page_token(page->next_page_token());
  EXPECT_EQ(Call(&Stub::ListInstruments, server_.As(kDesk), list)->instruments(0).name(),
            "partners/serbia/instruments/memorandum");
}

TEST_F(EditsTest, SinceWhenAnInstrumentWasPublicIsNotPutOff) {
  v1::UpdateInstrumentRequest update;
  update.mutable_instrument()->set_name(kAgreement);
  update.mutable_instrument()->set_public_since("2999-01-01");
  update.mutable_update_mask()->add_paths("public_since");
  update.set_reason("not to be seen");
  EXPECT_THAT(Edit(&Stub::UpdateInstrument, update),
              FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
  update.mutable_instrument()->set_public_since("2020-08-01");
  EXPECT_THAT(Edit(&Stub::UpdateInstrument, update),
              FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"))
      << "nobody says how sure";
  update.mutable_instrument()->mutable_certainty()->insert({"public_since", v1::CERTAINTY_FOUND});
  update.mutable_update_mask()->add_paths("certainty.public_since");
  EXPECT_THAT(Edit(&Stub::UpdateInstrument, update), IsOk());
}

TEST_F(EditsTest, TheCertaintyOfOneFieldIsChangedAndThatOfTheOthersStays) {
  v1::GetInstrumentRequest get;
  get.set_name(kAgreement);
  const auto before = Call(&Stub::GetInstrument, server_.As(kDesk), get);
  ASSERT_THAT(before, IsOk());
  ASSERT_GT(before->certainty_size(), 1);
  v1::UpdateInstrumentRequest update;
  update.mutable_instrument()->set_name(kAgreement);
  update.mutable_instrument()->set_notified_end("2026-11-01");
  update.mutable_instrument()->mutable_certainty()->insert(
      {"notified_end", v1::CERTAINTY_UNCONFIRMED});
  update.mutable_update_mask()->add_paths("notified_end");
  update.mutable_update_mask()->add_paths("certainty.notified_end");
  update.set_reason("a rumour");
  const auto changed = Edit(&Stub::UpdateInstrument, update);
  ASSERT_THAT(changed, IsOk());
  v1::Instrument wanted = *before;
  (*wanted.mutable_certainty())["notified_end"] = v1::CERTAINTY_UNCONFIRMED;
  EXPECT_EQ(changed->certainty_size(), wanted.certainty_size());
  for (const auto& [field, certainty] : wanted.certainty()) {
    EXPECT_EQ(changed->certainty().at(field), certainty) << field;
  }

  for (const char* const path :
       {"certainty.", "certainty.a.b", "title.x", "value_recorded_by.notified_end"}) {
    v1::UpdateInstrumentRequest wrong = update;
    *wrong.mutable_update_mask()->mutable_paths(1) = path;
    EXPECT_THAT(Edit(&Stub::UpdateInstrument, wrong),
                FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_MASK_INVALID"))
        << path;
  }
  v1::UpdateInstrumentRequest of_nothing = update;
  of_nothing.mutable_instrument()->mutable_certainty()->insert({"colour", v1::CERTAINTY_FOUND});
  of_nothing.mutable_update_mask()->add_paths("certainty.colour");
  EXPECT_THAT(Edit(&Stub::UpdateInstrument, of_nothing),
              FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
}

TEST_F(EditsTest, AFieldThatASecondPersonConfirmedCarriesAReleaseUntilItChanges) {
  v1::GetInstrumentRequest get;
  get.set_name(kAgreement);
  v1::UpdateInstrumentRequest update;
  v1::Instrument& instrument = *update.mutable_instrument();
  instrument.set_name(kAgreement);
  instrument.set_in_force_by("2020-11-20");
  instrument.mutable_certainty()->insert({"in_force_by", v1::CERTAINTY_UNCONFIRMED});
  instrument.mutable_certainty()->insert({"signed", v1::CERTAINTY_FOUND});
  update.mutable_update_mask()->add_paths("in_force_by");
  update.mutable_update_mask()->add_paths("certainty");
  update.set_reason("the source is a rumour");
  const auto rests_on_it = [&] {
    const v1::TransferVerdict verdict =
        Ask("partners/serbia/authorities/prosecution-service", v1::DATA_KIND_OPERATIONAL);
    for (const auto& reason : verdict.reasons()) {
      if (reason.code() == "BASIS_B") return true;
    }
    return false;
  };
  EXPECT_TRUE(rests_on_it());
  const auto recorded = Edit(&Stub::UpdateInstrument, update);
  ASSERT_THAT(recorded, IsOk());
  EXPECT_FALSE(rests_on_it());

  v1::ConfirmFieldRequest confirm;
  confirm.set_name(kAgreement);
  confirm.mutable_confirmation()->set_field("in_force_by");
  confirm.mutable_confirmation()->set_evidence("note verbale 7");
  confirm.set_etag(recorded->etag());
  EXPECT_THAT(Edit(&Stub::ConfirmField, confirm),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));
  const auto confirmed = Edit(&Stub::ConfirmField, confirm, kSecond);
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->confirmations(0).confirmed_by(), kSecond);
  EXPECT_TRUE(rests_on_it());

  server_.Restart();

  EXPECT_TRUE(rests_on_it());
  const auto seen = Call(&Stub::GetInstrument, server_.As(kTbilisi), get);
  EXPECT_FALSE(seen.ok() && !seen->confirmations(0).confirmed_by().empty())
      << "persons of the agency are nobody's outside it to know";
  instrument.set_in_force_by("2020-11-21");
  ASSERT_THAT(Edit(&Stub::UpdateInstrument, update, kSecond), IsOk());
  EXPECT_FALSE(rests_on_it());
}

TEST_F(EditsTest, AuthoritiesAndClassesAreConfirmedByASecondPerson) {
  constexpr char kAuthority[] = "partners/algeria/authorities/prosecution-service";
  v1::GetAuthorityRequest get;
  get.set_name(kAuthority);
  const auto before = Call(&Stub::GetAuthority, server_.As(kDesk), get);
  ASSERT_THAT(before, IsOk());
  v1::UpdateAuthorityRequest update;
  update.mutable_authority()->set_name(kAuthority);
  update.mutable_authority()->set_certainty(v1::CERTAINTY_FOUND);
  update.mutable_update_mask()->add_paths("certainty");
  update.set_reason("known to me");
  EXPECT_THAT(Edit(&Stub::UpdateAuthority, update, kSecond),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));
  v1::ConfirmAuthorityRequest confirm;
  confirm.set_name(kAuthority);
  confirm.set_evidence("the law of 2015");
  confirm.set_etag(before->etag());
  EXPECT_THAT(Edit(&Stub::ConfirmAuthority, confirm),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));
  ASSERT_THAT(Edit(&Stub::ConfirmAuthority, confirm, kSecond), IsOk());

  v1::UpdatePartnerRequest lower;
  lower.mutable_partner()->set_name("partners/panama");
  lower.mutable_partner()->add_legal_classes()->set_legal_class(v1::LEGAL_CLASS_THIRD_COUNTRY);
  lower.mutable_update_mask()->add_paths("legal_classes");
  lower.set_reason("not sure any more");
  const auto lowered = Edit(&Stub::UpdatePartner, lower, kSecond);
  ASSERT_THAT(lowered, IsOk());
  v1::ConfirmLegalClassRequest of_class;
  of_class.set_name("partners/panama");
  of_class.set_evidence("the treaty");
  of_class.set_etag(lowered->etag());
  EXPECT_THAT(Edit(&Stub::ConfirmLegalClass, of_class, kSecond),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));
  EXPECT_THAT(Edit(&Stub::ConfirmLegalClass, of_class, kDesk), IsOk());

  server_.Restart();

  const auto after = Call(&Stub::GetAuthority, server_.As(kDesk), get);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->confirmation().field(), "certainty");
  EXPECT_EQ(after->confirmation().confirmed_by(), kSecond);
  v1::GetPartnerRequest partner;
  partner.set_name("partners/panama");
  const auto panama = Call(&Stub::GetPartner, server_.As(kDesk), partner);
  ASSERT_THAT(panama, IsOk());
  EXPECT_EQ(panama->legal_classes(0).confirmation().confirmed_by(), kDesk);

  constexpr char kPanama[] = "spiffe://agency.example/partner/panama/contact/panama-1";
  const auto told = Call(&Stub::GetPartner, server_.As(kPanama), partner);
  ASSERT_THAT(told, IsOk());
  EXPECT_TRUE(told->legal_classes(0).confirmation().has_confirm_time());
  EXPECT_EQ(told->legal_classes(0).confirmation().confirmed_by(), "")
      << "a contact learns that it is confirmed, and not by whom";
}

TEST_F(EditsTest, WhatWasRecordedByMistakeIsRetractedAndCountsForNothing) {
  constexpr char kPreliminary[] = "partners/serbia/authorities/prosecution-service";
  const auto replica =
      registry_replica::RegistryReplica::Start({.channel = server_.ChannelOf(kExchange)});
  ASSERT_THAT(replica->WaitFor(1, absl::Seconds(10)), IsOk());
  v1::GetInstrumentRequest get;
  get.set_name(kAgreement);
  const auto before = Call(&Stub::GetInstrument, server_.As(kDesk), get);
  ASSERT_THAT(before, IsOk());
  const legal::Revision decided_at = (*replica->Latest())->revision();
  v1::RetractInstrumentRequest request;
  request.set_name(kAgreement);
  request.set_evidence("it was of another State, note 7");
  request.set_etag(before->etag());

  EXPECT_EQ(Edit(&Stub::RetractInstrument, request, kDesk).status().code(),
            absl::StatusCode::kPermissionDenied);
  request.set_validate_only(true);
  EXPECT_THAT(Edit(&Stub::RetractInstrument, request), IsOk());
  request.clear_validate_only();
  const auto retracted = Edit(&Stub::RetractInstrument, request);

  ASSERT_THAT(retracted, IsOk());
  EXPECT_EQ(retracted->retraction().retracted_by(), kOperator);
  EXPECT_THAT(replica->PermitRelease(decided_at, /*operational=*/true),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
  for (const auto& each : (*replica->Latest())->facts().Find("partners/serbia")->instruments) {
    EXPECT_NE(each.name, kAgreement) << "replicas drop it";
  }
  // Whatever was refused before may come into the ledger after it.
  EXPECT_THAT(Ledger(), ::testing::Contains(::testing::AllOf(HasSubstr("/RetractInstrument"),
                                                             HasSubstr(kAgreement),
                                                             HasSubstr("\"outcome\":\"DONE\""))));
  // Read by name, as it is and as it was; listed if asked for.
  EXPECT_EQ(Call(&Stub::GetInstrument, server_.As(kDesk), get)->retraction().evidence(),
            "it was of another State, note 7");
  EXPECT_THAT(Call(&Stub::GetInstrument, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"))
      << "why it was a mistake is the agency's own";
  *get.mutable_at_revision() = before->revision();
  EXPECT_FALSE(Call(&Stub::GetInstrument, server_.As(kDesk), get)->has_retraction());
  v1::ListInstrumentsRequest list;
  list.set_parent("partners/serbia");
  EXPECT_THAT(Call(&Stub::ListInstruments, server_.As(kDesk), list)->instruments(), IsEmpty());
  list.set_show_retracted(true);
  EXPECT_THAT(Call(&Stub::ListInstruments, server_.As(kDesk), list)->instruments(), SizeIs(1));
  list.set_parent("partners/-");
  const auto others = Call(&Stub::ListInstruments, server_.As(kTbilisi), list);
  ASSERT_THAT(others, IsOk());
  for (const v1::Instrument& each : others->instruments()) EXPECT_NE(each.name(), kAgreement);

  v1::RetractAuthorityRequest authority;
  authority.set_name(kPreliminary);
  authority.set_evidence("note 8");
  ASSERT_THAT(Edit(&Stub::RetractAuthority, authority), IsOk());
  EXPECT_EQ(Ask(kPreliminary, v1::DATA_KIND_OPERATIONAL).outcome(),
            v1::TRANSFER_OUTCOME_UNDETERMINED);
  v1::ListAuthoritiesRequest authorities;
  authorities.set_parent("partners/serbia");
  EXPECT_THAT(Call(&Stub::ListAuthorities, server_.As(kDesk), authorities)->authorities(),
              IsEmpty());
}

TEST_F(EditsTest, PagesShowWhatWasRetractedInItsPlace) {
  v1::ListAuthoritiesRequest list;
  list.set_parent("partners/-");
  list.set_show_retracted(true);
  list.set_page_size(500);
  const auto all = Call(&Stub::ListAuthorities, server_.As(kDesk), list);
  ASSERT_THAT(all, IsOk());
  int gone = 0;
  for (const int index : {0, 3, 7}) {
    v1::RetractAuthorityRequest request;
    request.set_name(all->authorities(index).name());
    request.set_evidence("note");
    const auto retracted = Edit(&Stub::RetractAuthority, request);
    ASSERT_TRUE(retracted.ok() || ReasonOf(retracted.status()) == "AUTHORITY_HAS_CONTACTS")
        << retracted.status();
    if (retracted.ok()) ++gone;
  }
  ASSERT_GE(gone, 1) << "of what was retracted this test tells";
  std::vector<std::string> names;
  list.set_page_size(2);
  do {
    const auto page = Call(&Stub::ListAuthorities, server_.As(kDesk), list);
    ASSERT_THAT(page, IsOk());
    for (const v1::Authority& authority : page->authorities()) names.push_back(authority.name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  ASSERT_THAT(names, SizeIs(static_cast<std::size_t>(all->authorities_size())));
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], all->authorities(static_cast<int>(i)).name());
  }
}

TEST_F(EditsTest, AStepByMistakeIsWithdrawn) {
  v1::WithdrawMilestoneRequest request;
  request.set_name("partners/algeria/milestones/council-mandate");
  request.set_evidence("it was of another State");
  EXPECT_EQ(Edit(&Stub::WithdrawMilestone, request, kDesk).status().code(),
            absl::StatusCode::kPermissionDenied);
  const auto withdrawn = Edit(&Stub::WithdrawMilestone, request);
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->withdrawal_evidence(), "it was of another State");

  server_.Restart();

  EXPECT_THAT(Edit(&Stub::WithdrawMilestone, request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "MILESTONE_WITHDRAWN"));
  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/algeria");
  EXPECT_EQ(Call(&Stub::GetPartnerStanding, server_.As(kDesk), standing)->axes(0).step(), "NONE");
}

TEST_F(EditsTest, AStepIsRecordedIfWhatComesFirstWas) {
  v1::RecordMilestoneRequest request;
  request.set_parent("partners/algeria");
  v1::Milestone& milestone = *request.mutable_milestone();
  milestone.set_axis(v1::AXIS_TREATY);
  milestone.set_step("NEGOTIATIONS_FINALISED");
  milestone.set_day("2026-11-01");
  milestone.set_evidence("agreed minutes");
  const auto refused = Edit(&Stub::RecordMilestone, request);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE"));
  ASSERT_THAT(DetailsOf(refused.status()).preconditions, SizeIs(1));
  EXPECT_EQ(DetailsOf(refused.status()).preconditions[0].subject, "NEGOTIATING");

  milestone.set_step("NEGOTIATING");
  request.set_request_id(RequestId(3));
  const auto recorded = Edit(&Stub::RecordMilestone, request);
  ASSERT_THAT(recorded, IsOk());
  EXPECT_EQ(recorded->name(), "partners/algeria/milestones/negotiating");
  EXPECT_EQ(Edit(&Stub::RecordMilestone, request)->name(), recorded->name());
  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/algeria");
  EXPECT_EQ(Call(&Stub::GetPartnerStanding, server_.As(kDesk), standing)->axes(0).step(),
            "NEGOTIATING");
  request.clear_request_id();
  milestone.clear_evidence();
  EXPECT_THAT(Edit(&Stub::RecordMilestone, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
}

TEST_F(EditsTest, AnAuthorityAndAContactAreChangedByWhatTheMaskNames) {
  v1::CreateAuthorityRequest create;
  create.set_parent("partners/georgia");
  create.set_authority_id("ministry");
  create.mutable_authority()->set_display_name("Ministry of Justice");
  const auto created = Edit(&Stub::CreateAuthority, create);
  ASSERT_THAT(created, IsOk());
  v1::UpdateAuthorityRequest update;
  update.mutable_authority()->set_name(created->name());
  update.mutable_authority()->set_etag(created->etag());
  update.mutable_authority()->set_competent_in_criminal_matters(true);
  update.mutable_update_mask()->add_paths("competent_in_criminal_matters");
  update.set_reason("central authority");
  const auto updated = Edit(&Stub::UpdateAuthority, update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->display_name(), "Ministry of Justice");
  EXPECT_THAT(Edit(&Stub::UpdateAuthority, update),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::ListAuthoritiesRequest list;
  list.set_parent("partners/georgia");
  EXPECT_THAT(Call(&Stub::ListAuthorities, server_.As(kTbilisi), list)->authorities(), SizeIs(2));
  list.set_parent("partners/moldova");
  EXPECT_THAT(Call(&Stub::ListAuthorities, server_.As(kTbilisi), list),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  v1::GetAuthorityRequest get;
  get.set_name("partners/moldova/authorities/prosecution-service");
  EXPECT_THAT(Call(&Stub::GetAuthority, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));

  v1::UpdateContactRequest contact;
  contact.mutable_contact()->set_name("partners/georgia/contacts/tbilisi-1");
  contact.mutable_contact()->set_authority(created->name());
  contact.mutable_update_mask()->add_paths("authority");
  contact.set_reason("moved");
  const auto moved = Edit(&Stub::UpdateContact, contact);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->authority(), created->name());
  EXPECT_EQ(moved->function(), "contact point");
  EXPECT_EQ(moved->state(), v1::Contact::STATE_ACTIVE);
}

TEST_F(EditsTest, OnlyARegistryOperatorEdits) {
  for (const char* other : {kDesk, kDpo, kFrance, kTbilisi, kExchange}) {
    EXPECT_EQ(Edit(&Stub::CreatePartner, Kazakhstan(), other).status().code(),
              absl::StatusCode::kPermissionDenied)
        << other;
    EXPECT_EQ(Edit(&Stub::DeletePartner, DeleteGeorgia(), other).status().code(),
              absl::StatusCode::kPermissionDenied)
        << other;
  }
}

}  // namespace
}  // namespace comity::partner_registry
