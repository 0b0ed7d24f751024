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

TEST(VisibilityTest, AUnitMakesColleaguesOfTheAgencysStaffOnly) {
  struct Pair {
    const char* one;
    const char* other;
    bool same;
  };
  for (const auto& [one, other, same] : {
           Pair{"agency/national-member/fr/nm-1", "agency/desk-officer/fr/desk-1", true},
           // Two units of one State.
           Pair{"agency/national-member/fr/nm-1", "agency/desk-officer/france/desk-1", false},
           // A prosecutor is his State's, whatever unit his name shows, and like its contacts each
           // is addressed by himself.
           Pair{"agency/liaison-prosecutor/georgia/lp-1", "agency/liaison-prosecutor/georgia/lp-2",
                false},
           Pair{"agency/liaison-prosecutor/fr/lp-1", "agency/national-member/fr/nm-1", false},
           Pair{"agency/liaison-prosecutor/georgia/lp-1", "agency/desk-officer/georgia/desk-1",
                false},
           Pair{"agency/liaison-prosecutor/georgia/lp-1", "partner/georgia/contact/tbilisi-1",
                false},
           // The unit of a delegation is the partner to which it is accredited.
           Pair{"agency/eu-delegation/georgia/d1", "agency/desk-officer/georgia/desk-1", false},
           Pair{"agency/commission/eu/c1", "agency/eeas/eu/e1", false},
           // The EPPO is a partner.
           Pair{"partner/eppo/contact/luxembourg-1", "partner/eppo/contact/luxembourg-2", false},
           Pair{"partner/eppo/contact/luxembourg-1", "agency/desk-officer/eppo/desk-1", false},
       }) {
    EXPECT_EQ(SameSide(Who(one), Who(other)), same) << one << ", " << other;
    EXPECT_TRUE(SameSide(Who(one), Who(one))) << one;
  }
}

TEST(VisibilityTest, ASideIsOfOneTrustDomain) {
  const identity::Principal foreign =
      *identity::Principal::Parse("spiffe://other.example/agency/desk-officer/fr/desk-1");
  EXPECT_FALSE(Look(foreign, Sample()).document);
}

}  // namespace
}  // namespace comity::document_exchange
