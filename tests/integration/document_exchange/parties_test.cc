// Who stands for whom, and what follows: nobody gets by another name what his State would not get.
#include <map>
#include <string>
#include <vector>

#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/origins.h"
#include "services/document-exchange/domain/volume.h"
#include "tests/integration/document_exchange/exchange_test.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;

constexpr char kProsecutorOfNobody[] = "spiffe://agency.example/agency/liaison-prosecutor/-/lp-1";

sealing::Originator Of(const std::string& kind, const std::string& partner) {
  return {.kind = kind, .partner = partner};
}

TEST_F(ExchangeTest, ALiaisonProsecutorGetsFromAPartnerNoMoreThanHisState) {
  for (const std::string& recipient : {std::string(kTbilisi), std::string(kGeorgianProsecutor)}) {
    const SealedLetter letter =
        world_.Seal({.sender = kChisinau,
                     .recipients = {kChisinau, recipient},
                     .originators = {Of("THIRD_COUNTRY", "partners/moldova")}});

    const auto refused = world_.exchange->CreateUpload(world_.By(kChisinau), letter.upload);

    ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
    EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "OUT_OF_SCOPE") << recipient;
  }
}

TEST_F(ExchangeTest, WhoIsNotSurelyOfTheUnionCountsAsOutside) {
  const auto kind = [&](absl::string_view partner) {
    return OriginKindOf(partner, **world_.registry.Latest(), world_.clock.Now());
  };
  EXPECT_EQ(kind("partners/france"), legal::OriginKind::kMemberState);
  EXPECT_EQ(kind("partners/georgia"), legal::OriginKind::kThirdCountry);
  EXPECT_EQ(kind("partners/atlantis"), legal::OriginKind::kThirdCountry);

  world_.registry.DoubtClass("partners/france");
  EXPECT_EQ(kind("partners/france"), legal::OriginKind::kThirdCountry);
}

TEST_F(ExchangeTest, ALiaisonProsecutorGetsFromTheAgencyNoMoreThanHisState) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kGeorgianProsecutor}});
  const auto outcome = [&] {
    const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
    EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
    return DetailsOf(refused.status()).metadata["outcome"];
  };
  EXPECT_EQ(outcome(), "PERMITTED_SUBJECT_TO") << "no authority of his is named";

  world_.registry.SuspendExchanges("partners/georgia", true);
  EXPECT_EQ(outcome(), "REFUSED");
}

TEST_F(ExchangeTest, ALiaisonProsecutorReceivesForHisAuthorityUntilHisSecondmentEnds) {
  legal::Secondment seconded = Seconded();
  seconded.authority = "partners/georgia/authorities/prosecution";
  world_.registry.Second(seconded);
  // Nobody else opens for it, and nobody else is asked for.
  world_.registry.SetOpeners(seconded.authority, {});
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kGeorgianProsecutor}});
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.Send(kDesk, letter), IsOk());
  EXPECT_THAT(world_.Send(kDesk, world_.Seal({})),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"))
      << "a contact's authority needs an opener";

  ASSERT_THAT(world_.Release(kGeorgianProsecutor, id), IsOk());

  const auto released = Records(/*refused_only=*/false).back();
  EXPECT_EQ(released.attempt, "ReleaseHeaders");
  EXPECT_THAT(released.verdict, HasSubstr(seconded.authority));
  const auto entry = world_.journal->ReadEntry(released.leaf_index);
  ASSERT_THAT(entry, IsOk());
  EXPECT_THAT(*entry->body, HasSubstr("\"counterpart\":\"" + seconded.authority + "\""));

  seconded.to = PartialDate(DayInBrussels(world_.clock.Now()));
  seconded.ended = true;
  world_.registry.Second(seconded);
  EXPECT_THAT(world_.Release(kGeorgianProsecutor, id),
              FailsWith(StatusCode::kFailedPrecondition, "RECIPIENT_UNKNOWN"));
}

TEST_F(ExchangeTest, ALiaisonProsecutorGetsNoOperationalDataWithoutAKeyOfHisOwn) {
  legal::Secondment seconded = Seconded();
  seconded.authority = "partners/georgia/authorities/prosecution";
  world_.registry.Second(seconded);
  ASSERT_THAT(world_.Authorise(), IsOk());
  const auto deliver = [&](const std::string& data_kind) {
    const SealedLetter letter =
        world_.Seal({.recipients = {kDesk, kGeorgianProsecutor}, .data_kind = data_kind});
    return world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  };
  const absl::Time now = world_.clock.Now();
  const registry_view::SealingKey over = {.until = now, .since = absl::CivilDay(2022, 1, 1)};
  const registry_view::SealingKey of_another = {.until = absl::InfiniteFuture(),
                                                .since = absl::CivilDay(2021, 12, 31)};
  for (const registry_view::SealingKey& key : {over, of_another}) {
    world_.registry.Publish(kGeorgianProsecutor, key);
    EXPECT_THAT(deliver("OPERATIONAL"),
                FailsWith(StatusCode::kFailedPrecondition, "RECIPIENT_KEY_MISSING"));
    EXPECT_THAT(deliver("NON_PERSONAL"), IsOk());
  }
  world_.registry.Publish(kGeorgianProsecutor,
                          {.until = now + absl::Seconds(1), .since = absl::CivilDay(2022, 1, 1)});
  EXPECT_THAT(deliver("OPERATIONAL"), IsOk());
}

TEST_F(ExchangeTest, ALiaisonProsecutorOfAnAuthorityThatIsNotKnownGetsNoOperationalData) {
  legal::Secondment seconded = Seconded();
  seconded.authority = "partners/georgia/authorities/retracted";
  world_.registry.Second(seconded);
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kGeorgianProsecutor}});
  const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata["outcome"], "UNDETERMINED");
}

TEST_F(ExchangeTest, ALiaisonProsecutorWhomNoSecondmentNamesIsNoRecipient) {
  const auto deliver = [&](const char* prosecutor, const std::string& data_kind) {
    const SealedLetter letter =
        world_.Seal({.recipients = {kDesk, prosecutor}, .data_kind = data_kind});
    return world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  };
  const auto refused = FailsWith(StatusCode::kFailedPrecondition, "RECIPIENT_UNKNOWN");
  EXPECT_THAT(deliver(kGeorgianProsecutor, "NON_PERSONAL"), IsOk());
  EXPECT_THAT(
      deliver("spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-2", "NON_PERSONAL"),
      refused);

  legal::Secondment over = Seconded();
  over.to = PartialDate(absl::CivilDay(2022, 12, 31));
  world_.registry.Second(over);
  EXPECT_THAT(deliver(kGeorgianProsecutor, "NON_PERSONAL"), refused);
  EXPECT_THAT(deliver(kGeorgianProsecutor, "OPERATIONAL"), refused);

  world_.registry.Second(Seconded());
  world_.registry.SuspendExchanges("partners/georgia", true);
  EXPECT_THAT(deliver(kGeorgianProsecutor, "NON_PERSONAL"),
              FailsWith(StatusCode::kFailedPrecondition, "EXCHANGES_SUSPENDED"));
}

TEST_F(ExchangeTest, WhatALiaisonProsecutorSendsIsReceivedFromHisState) {
  const SealedLetter letter =
      Receive(kGeorgianProsecutor, Of("THIRD_COUNTRY", "partners/georgia"), "FACTS_OF_THE_OFFENCE");
  const std::string& id = letter.upload.document_id;

  EXPECT_EQ(world_.StateFor(id, kDesk), RecipientState::kQuarantined);
  EXPECT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance),
              FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));
  EXPECT_EQ(world_.StateFor(id, kGeorgianProsecutor), RecipientState::kAvailable);
}

TEST_F(ExchangeTest, WhatALiaisonProsecutorSentIsPassedOnAsDataOfHisState) {
  const SealedLetter request = Receive(kGeorgianProsecutor, Of("PUBLIC_SOURCE", ""), "WITHIN");
  const std::string& id = request.upload.document_id;
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter onward = world_.Seal(
      {.recipients = {kDesk, kChisinau},
       .derived_from = {
           {.document_id = id, .manifest_sha256 = crypto::Sha256(request.submission.manifest)}}});

  const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), onward.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions.front().description,
              HasSubstr("permission of Georgia"));
}

TEST_F(ExchangeTest, WhatAPartnerSendsToItselfIsNoVolume) {
  const auto counted = [&](const std::vector<std::string>& recipients) {
    std::map<std::string, PartnerVolume> volumes;
    AddTo(volumes,
          {.submit_time = world_.clock.Now(), .sender = kTbilisi, .recipients = recipients},
          **world_.registry.Latest(), "");
    std::vector<std::string> partners;
    for (const auto& [partner, volume] : volumes) partners.push_back(partner);
    return partners;
  };
  EXPECT_THAT(counted({kTbilisi}), ::testing::IsEmpty());
  EXPECT_THAT(counted({kTbilisi, kDesk}), ElementsAre("partners/georgia"));
  EXPECT_THAT(counted({kTbilisi, kChisinau}), ElementsAre("partners/georgia", "partners/moldova"));
}

TEST_F(ExchangeTest, AProsecutorOfAnotherUnitStandsForTheStateThatSecondsHim) {
  legal::Secondment seconded = Seconded();
  seconded.identity = "spiffe://agency.example/agency/liaison-prosecutor/moldova/lp-3";
  world_.registry.Second(seconded);
  const std::string& prosecutor = seconded.identity;

  const SealedLetter sent = Receive(prosecutor, Of("PUBLIC_SOURCE", ""), "WITHIN");
  const SealedLetter got =
      world_.Seal({.recipients = {kDesk, prosecutor}, .data_kind = "NON_PERSONAL"});
  ASSERT_THAT(world_.Send(kDesk, got), IsOk());

  const auto rows = world_.tables->Read();
  const auto parties = (*rows)->ScanParties(absl::InfinitePast(), absl::InfiniteFuture(),
                                            absl::InfinitePast(), 0, 10);
  ASSERT_THAT(parties, IsOk());
  std::map<std::string, PartnerVolume> volumes;
  for (const DocumentParties& document : *parties) {
    AddTo(volumes, document, **world_.registry.Latest(), "");
  }
  ASSERT_THAT(volumes, ElementsAre(Key("partners/georgia")));
  EXPECT_EQ(volumes["partners/georgia"].documents, 2);
  EXPECT_EQ(volumes["partners/georgia"].received, 1);

  // His secondment is over, and what he sent is from Georgia all the same.
  seconded.to = PartialDate(DayInBrussels(world_.clock.Now()));
  world_.registry.Second(seconded);
  world_.clock.Advance(absl::Hours(24));
  ASSERT_THAT(
      world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), sent.upload.document_id, kFrance),
      IsOk());
  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter onward = world_.Seal(
      {.recipients = {kDesk, kChisinau},
       .derived_from = {{.document_id = sent.upload.document_id,
                         .manifest_sha256 = crypto::Sha256(sent.submission.manifest)}}});
  const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), onward.upload);
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions.front().description,
              HasSubstr("permission of Georgia"));
}

TEST_F(ExchangeTest, ALiaisonProsecutorSeesWhatIsHisAndNotWhatIsOfTheUnitInHisName) {
  legal::Secondment seconded = Seconded();
  seconded.identity = "spiffe://agency.example/agency/liaison-prosecutor/fr/lp-3";
  world_.registry.Second(seconded);
  const std::string& prosecutor = seconded.identity;
  const SealedLetter among_staff =
      world_.Seal({.recipients = {kDesk, kFrance}, .data_kind = "NON_PERSONAL"});
  ASSERT_THAT(world_.Send(kDesk, among_staff), IsOk());
  const SealedLetter to_him =
      world_.Seal({.recipients = {kDesk, prosecutor}, .data_kind = "NON_PERSONAL"});
  ASSERT_THAT(world_.Send(kDesk, to_him), IsOk());
  const auto listed_for_him = [&] {
    const auto rows = world_.tables->Read();
    return (*rows)->ListDocuments(
        {.side = SideOf(*world_.By(prosecutor).caller), .before_revision = 1'000'000});
  };

  EXPECT_THAT(world_.exchange->Get(world_.By(prosecutor), among_staff.upload.document_id),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_THAT(world_.exchange->Get(world_.By(prosecutor), to_him.upload.document_id), IsOk());
  ASSERT_THAT(listed_for_him(), IsOk());
  EXPECT_EQ(listed_for_him()->size(), 1U);

  // Rows of before, which had the unit.
  const auto stored = world_.journal->Mutate(
      {.caller = kDesk, .method = "test/Before"}, [](journal::Turn& turn) -> absl::Status {
        COMITY_RETURN_IF_ERROR(
            turn.sql().Execute("UPDATE recipients SET side = 'agency.example/unit/fr' WHERE "
                               "spiffe_id LIKE '%/liaison-prosecutor/%'"));
        return turn.sql().Execute(
            "DELETE FROM migrations WHERE component = 'service' AND version = 5");
      });
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(listed_for_him()->size(), 0U);
  world_.Restart();
  EXPECT_EQ(listed_for_him()->size(), 1U);
}

TEST_F(ExchangeTest, WhatALiaisonProsecutorSentHisStateRestricts) {
  legal::Secondment seconded = Seconded();
  seconded.identity = "spiffe://agency.example/agency/liaison-prosecutor/moldova/lp-3";
  world_.registry.Second(seconded);
  const std::string& prosecutor = seconded.identity;
  SealedLetter letter = world_.Seal({.sender = prosecutor,
                                     .recipients = {prosecutor, kTbilisi, kDesk},
                                     .direction = "RECEIVE",
                                     .originators = {Of("PUBLIC_SOURCE", "")}});
  ASSERT_THAT(world_.Send(prosecutor, letter), IsOk());
  const std::string& id = letter.upload.document_id;
  const legal::Restriction no_passing_on = {.use = legal::UseRestriction::kNoPassingOn};

  EXPECT_THAT(world_.exchange->AddRestriction(world_.By(kTbilisi), id, no_passing_on), IsOk())
      << "a contact of the State that seconds him";
  EXPECT_THAT(world_.exchange->AddRestriction(world_.By(kDesk), id, no_passing_on),
              FailsWith(StatusCode::kPermissionDenied, "NOT_THE_ORIGINATOR"));
  const auto rows = world_.tables->Read();
  const auto document = (*rows)->FindDocument(id);
  ASSERT_EQ((*document)->added_restrictions.size(), 1U);
  EXPECT_EQ((*document)->added_restrictions[0].by_partner, "partners/georgia");
}

TEST_F(ExchangeTest, WhoIsSecondedByNobodyKnownSendsNothing) {
  const SealedLetter letter =
      world_.Seal({.sender = kProsecutorOfNobody, .recipients = {kProsecutorOfNobody, kDesk}});
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kProsecutorOfNobody), letter.upload),
              FailsWith(StatusCode::kFailedPrecondition, "SENDER_UNKNOWN"));
}

TEST_F(ExchangeTest, NationalLawOpensNoWayIntoTheAgency) {
  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter letter = world_.Seal({.sender = kChisinau,
                                           .recipients = {kChisinau, kDesk},
                                           .direction = "RECEIVE",
                                           .capacity = "NATIONAL",
                                           .originators = {Of("EUROJUST", "")},
                                           .annex_ii = "OUTSIDE"});

  const auto refused = world_.exchange->CreateUpload(world_.By(kChisinau), letter.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "OUT_OF_SCOPE");
}

TEST_F(ExchangeTest, WhatMayNotBeUsedIsNotPassedOn) {
  const SealedLetter request = ReceiveFromTbilisi("FACTS_OF_THE_OFFENCE");
  const std::string& id = request.upload.document_id;
  const auto pass_on = [&] {
    const SealedLetter letter = world_.Seal(
        {.recipients = {kDesk, kGermanDesk},
         .derived_from = {
             {.document_id = id, .manifest_sha256 = crypto::Sha256(request.submission.manifest)}}});
    return world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  };
  EXPECT_THAT(pass_on(), FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));

  const auto decided = world_.DecideOtherData("partners/georgia");
  ASSERT_THAT(decided, IsOk());
  EXPECT_THAT(pass_on(), FailsWith(StatusCode::kFailedPrecondition, "QUARANTINED"));
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  EXPECT_THAT(pass_on(), IsOk());

  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance),
                                                decided->decision.name.substr(10), "reversed"),
              IsOk());
  EXPECT_THAT(pass_on(), FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));
}

TEST_F(ExchangeTest, OnlyWhoCanAnswerForDataIsTheirController) {
  const SealedLetter letter = ReceiveFromTbilisi();
  for (const char* const nobody : {kGeorgianProsecutor, kOperator, kTbilisi, "nonsense"}) {
    EXPECT_THAT(
        world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), letter.upload.document_id, nobody),
        FailsWith(StatusCode::kInvalidArgument, "CONTROLLER_INVALID"))
        << nobody;
  }
}

TEST_F(ExchangeTest, NothingIsDeliveredToAContactWhoseExchangesAreSuspended) {
  world_.registry.SuspendExchanges("partners/georgia", true);
  const SealedLetter letter = world_.Seal({.data_kind = "NON_PERSONAL"});
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), letter.upload),
              FailsWith(StatusCode::kFailedPrecondition, "EXCHANGES_SUSPENDED"));

  world_.registry.SuspendExchanges("partners/georgia", false);
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), letter.upload), IsOk());
}

}  // namespace
}  // namespace comity::document_exchange
