#include "services/document-exchange/domain/visibility.h"

#include <gmock/gmock.h>

namespace comity::document_exchange {
namespace {

identity::Principal Who(const std::string& path) {
  return *identity::Principal::Parse("spiffe://agency.example/" + path);
}

Document Sample() {
  return {.sender = "spiffe://agency.example/agency/desk-officer/fr/desk-1",
          .recipients = {
              {.spiffe_id = "spiffe://agency.example/agency/desk-officer/fr/desk-1", .own = true},
              {.spiffe_id = "spiffe://agency.example/partner/moldova/contact/chisinau-1"},
              {.spiffe_id = "spiffe://agency.example/agency/desk-officer/de/desk-1"}}};
}

TEST(VisibilityTest, TheSendersUnitSeesEverything) {
  const View whole = {.document = true, .contents = true, .all_recipients = true};
  EXPECT_EQ(Look(Who("agency/desk-officer/fr/desk-1"), Sample()), whole);
  EXPECT_EQ(Look(Who("agency/national-member/fr/nm-1"), Sample()), whole);
}

TEST(VisibilityTest, ARecipientSeesTheDocumentAndItselfOnly) {
  const Document document = Sample();
  const identity::Principal recipient = Who("partner/moldova/contact/chisinau-1");
  const View view = Look(recipient, document);

  EXPECT_EQ(view, (View{.document = true, .contents = true}));
  EXPECT_FALSE(MaySeeRecipient(recipient, view, document.recipients[0]));
  EXPECT_TRUE(MaySeeRecipient(recipient, view, document.recipients[1]));
  EXPECT_FALSE(MaySeeRecipient(recipient, view, document.recipients[2]));
}

TEST(VisibilityTest, ARecipientsUnitSeesItButAnotherContactOfAPartnerDoesNot) {
  EXPECT_TRUE(Look(Who("agency/national-member/de/nm-1"), Sample()).document);
  EXPECT_FALSE(Look(Who("partner/moldova/contact/chisinau-2"), Sample()).document);
}

TEST(VisibilityTest, TheAuditorSeesNoContents) {
  EXPECT_EQ(Look(Who("agency/auditor/-/auditor-1"), Sample()),
            (View{.document = true, .all_recipients = true}));
}

TEST(VisibilityTest, NobodyElseSeesAnything) {
  for (const char* const path :
       {"agency/desk-officer/it/desk-1", "agency/dpo/-/dpo-1", "agency/operator/-/operator-1",
        "partner/georgia/contact/tbilisi-1", "application/case-system"}) {
    EXPECT_EQ(Look(Who(path), Sample()), View{}) << path;
  }
}

TEST(VisibilityTest, HavingNoUnitIsNothingInCommon) {
  EXPECT_FALSE(SameSide(Who("agency/desk-officer/-/a"), Who("agency/desk-officer/-/b")));
  EXPECT_TRUE(SameSide(Who("agency/desk-officer/-/a"), Who("agency/desk-officer/-/a")));
}

TEST(VisibilityTest, ASideIsOfOneTrustDomain) {
  const identity::Principal foreign =
      *identity::Principal::Parse("spiffe://other.example/agency/desk-officer/fr/desk-1");
  EXPECT_FALSE(Look(foreign, Sample()).document);
}

}  // namespace
}  // namespace comity::document_exchange
