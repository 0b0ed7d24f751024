// Who vouches for an authority (confirmations.h).
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/status/error.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::testing::HasSubstr;

constexpr char kSerbia[] = "partners/serbia/authorities/prosecution-service";

class AuthorityConfirmationsTest : public TwoPersonsTest {
 protected:
  AuthorityConfirmationsTest() {
    Authority serbia = *registry_.FindAuthority(kSerbia);
    serbia.certainty = Certainty::kFound;
    registry_ = After(registry_, {serbia});
  }

  static constexpr char kAuthority[] = "partners/algeria/authorities/prosecution-service";

  const Authority& Algeria() const { return *registry_.FindAuthority(kAuthority); }

  absl::StatusOr<Plan> ConfirmIt(absl::string_view caller) const {
    return PlanConfirmAuthority(registry_, caller, kAuthority, "the law of 2015",
                                EtagOf(Algeria().recorded), kNow);
  }

  Certainty Sure() const {
    return registry_.facts().Find("partners/algeria")->authorities.at(0).certainty;
  }
};

TEST_F(AuthorityConfirmationsTest, ASecondPersonMakesItSureAndAChangeMakesItUnsureAgain) {
  EXPECT_THAT(ConfirmIt(kImporter), kNotYou);
  EXPECT_EQ(Sure(), Certainty::kUnconfirmed);
  Do(ConfirmIt(kSecond));
  EXPECT_EQ(Sure(), Certainty::kFound);
  EXPECT_EQ(Algeria().confirmation->confirmed_by, kSecond);
  EXPECT_THAT(ConfirmIt(kSecond), kNothing);

  Authority changed = Algeria();
  changed.last_verified = "2026-11-20";
  Do(PlanUpdateAuthority(registry_, kFirst, changed, "", kNow));
  EXPECT_EQ(Sure(), Certainty::kFound) << "what it says in law is the same";

  changed.territory = "the north";
  Do(PlanUpdateAuthority(registry_, kFirst, changed, "", kNow));
  EXPECT_EQ(Sure(), Certainty::kUnconfirmed);
  for (const char* const one : {kImporter, kFirst}) {
    EXPECT_THAT(ConfirmIt(one), kNotYou) << "a part of it is his";
  }
  Do(ConfirmIt(kSecond));
  EXPECT_EQ(Sure(), Certainty::kFound);

  changed = Algeria();
  changed.sectors = {"customs"};
  Do(PlanUpdateAuthority(registry_, kFirst, changed, "", kNow));
  EXPECT_EQ(Sure(), Certainty::kUnconfirmed) << "what an instrument covers hangs on its sectors";
}

TEST_F(AuthorityConfirmationsTest, NobodyMakesTheCheckLooserByAnAuthorityAlone) {
  const Authority sure = *registry_.FindAuthority(kSerbia);
  const auto refused = [&](auto before, auto change) {
    Authority known = sure;
    before(known);
    const Registry registry = After(registry_, {known});
    Authority changed = known;
    change(changed);
    const absl::Status status = PlanUpdateAuthority(registry, kFirst, changed, "", kNow).status();
    EXPECT_THAT(status, kNeeded);
    EXPECT_EQ(DetailsOf(status).metadata.at("field"), "authority.certainty");
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("comity authorities confirm serbia/prosecution-service"));
    const std::vector<ImportRow> rows = {{.source = {"authorities.csv", 2}, .fact = changed}};
    EXPECT_THAT(PlanImport(registry, rows, kFirst, kNow), kNeededOfRow);
    changed.certainty = Certainty::kUnconfirmed;
    const auto plan = PlanUpdateAuthority(registry, kFirst, changed, "", kNow);
    ASSERT_THAT(plan, IsOk());
    const Registry after = After(registry, plan->facts);
    const std::string etag = EtagOf(after.FindAuthority(NameOf(sure))->recorded);
    EXPECT_THAT(PlanConfirmAuthority(after, kFirst, NameOf(sure), "law", etag, kNow), kNotYou);
    EXPECT_THAT(PlanConfirmAuthority(after, kSecond, NameOf(sure), "law", etag, kNow), IsOk());
  };
  const auto as_it_is = [](Authority&) {};
  refused([](Authority& a) { a.competent_in_criminal_matters = false; },
          [](Authority& a) { a.competent_in_criminal_matters = true; });
  refused(as_it_is, [](Authority& a) { a.sectors = {"customs"}; });
  refused(
      [](Authority& a) {
        a.sectors = {"customs", "banks"};
      },
      [](Authority& a) { a.sectors = {"customs"}; });
  refused(as_it_is, [](Authority& a) { a.listed_in = {"cooperation-agreement"}; });
  refused([](Authority& a) { a.listed_in = {"cooperation-agreement"}; },
          [](Authority& a) { a.listed_in.clear(); });
  refused([](Authority& a) { a.territory = "Vojvodina"; }, [](Authority& a) { a.territory = ""; });
  refused([](Authority& a) { a.territory = "Vojvodina"; },
          [](Authority& a) { a.territory = "Sandžak"; });
}

TEST_F(AuthorityConfirmationsTest, WhatMakesTheCheckStricterNeedsNobody) {
  Authority known = *registry_.FindAuthority(kSerbia);
  known.sectors = {"customs"};
  known.listed_in = {};
  registry_ = After(registry_, {known});
  const auto takes = [&](auto change) {
    Authority changed = known;
    change(changed);
    EXPECT_THAT(PlanUpdateAuthority(registry_, kFirst, changed, "", kNow), IsOk());
  };
  takes([](Authority& a) { a.sectors = {"customs", "banks"}; });
  takes([](Authority& a) { a.sectors = {}; });
  takes([](Authority& a) { a.sectors = {"CUSTOMS"}; });
  takes([](Authority& a) { a.territory = "Vojvodina"; });
  takes([](Authority& a) { a.competent_in_criminal_matters = false; });
  takes([](Authority& a) { a.last_verified = "2026-11-27"; });
  known.listed_in = {"cooperation-agreement", "another"};
  registry_ = After(registry_, {known});
  takes([](Authority& a) { a.listed_in = {"cooperation-agreement"}; });
}

TEST_F(AuthorityConfirmationsTest, NoEditAndNoImportMakesItSure) {
  Authority sure = Algeria();
  sure.certainty = Certainty::kFound;
  EXPECT_THAT(PlanUpdateAuthority(registry_, kSecond, sure, "", kNow), kNeeded);
  EXPECT_THAT(ImportOf(sure, kSecond), kNeededOfRow);
}

TEST_F(AuthorityConfirmationsTest, ANewOneIsForTwoUnderWhateverId) {
  Authority made = Algeria();
  made.id = "prosecution-service-2";
  for (const Certainty sure : {Certainty::kFound, Certainty::kMonth, Certainty::kYear}) {
    made.certainty = sure;
    EXPECT_THAT(PlanCreateAuthority(registry_, kFirst, made, kNow), kNeeded);
    EXPECT_THAT(ImportOf(made), kNeededOfRow);
  }
  made.certainty = Certainty::kUnconfirmed;
  Do(PlanCreateAuthority(registry_, kFirst, made, kNow));
  const std::string etag = EtagOf(registry_.FindAuthority(NameOf(made))->recorded);
  EXPECT_THAT(PlanConfirmAuthority(registry_, kFirst, NameOf(made), "law", etag, kNow), kNotYou);
  EXPECT_THAT(PlanConfirmAuthority(registry_, kSecond, NameOf(made), "law", etag, kNow), IsOk());
}

TEST_F(AuthorityConfirmationsTest, WhoRecordedItBeforeAnybodyKeptThatIsNobody) {
  Authority old = Algeria();
  old.recorded_by.clear();
  registry_ = After(registry_, {old});
  EXPECT_THAT(ConfirmIt(kSecond), kNotYou);
  old.territory = "the north";
  Do(PlanUpdateAuthority(registry_, kFirst, old, "", kNow));
  EXPECT_THAT(ConfirmIt(kSecond), kNotYou) << "of the rest nobody knows";
  old.certainty = Certainty::kUnknown;
  Do(PlanUpdateAuthority(registry_, kFirst, old, "", kNow));
  EXPECT_THAT(ConfirmIt(kSecond), IsOk());
}

TEST_F(AuthorityConfirmationsTest, AllOfItIsKeptInTheRecordAndNoneOfItIsToldPartners) {
  Do(ConfirmIt(kSecond));
  auto read = FactFromRecord(ToRecord(Fact(Algeria()), registry_.store_id()));
  ASSERT_THAT(read, IsOk());
  const Authority& kept = std::get<Authority>(*read);
  EXPECT_THAT(kept.recorded_by, ::testing::ElementsAre(kImporter));
  ASSERT_TRUE(kept.confirmation.has_value());
  EXPECT_EQ(kept.confirmation->field, "certainty");
  EXPECT_EQ(kept.confirmation->confirmed_by, kSecond);

  v1::Authority told = ToProto(Algeria(), registry_.store_id());
  EXPECT_EQ(told.confirmation().evidence(), "the law of 2015");
  HidePersons(told);
  EXPECT_EQ(told.confirmation().confirmed_by(), "");
}

}  // namespace
}  // namespace comity::partner_registry
