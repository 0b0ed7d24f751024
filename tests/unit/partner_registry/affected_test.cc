// What if: which secondments and whom they bind would be affected.
#include "services/partner-registry/reports/affected.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/time/day.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr char kAgreement[] = "partners/albania/instruments/cooperation-agreement";
constexpr char kArrangement[] = "partners/panama/instruments/working-arrangement";

class AffectedTest : public ::testing::Test {
 protected:
  void Second(Secondment secondment) {
    secondment.from = "2026-01-01";
    secondment.evidence = "letter";
    registry_ = After(registry_, {secondment});
  }

  std::vector<Affected> WhatIf(const std::string& name, Supposition supposition,
                               const char* day = "2026-12-01") const {
    return AffectedBy(registry_, *registry_.FindInstrument(name), supposition,
                      ParseDay(day).value())
        .value();
  }

  std::vector<std::string> Lines(const std::string& name, Supposition supposition,
                                 const char* day = "2026-12-01") const {
    std::vector<std::string> lines;
    for (const Affected& one : WhatIf(name, supposition, day)) {
      lines.push_back(absl::StrCat(static_cast<int>(one.kind), " ", one.resource, ": ", one.before,
                                   " -> ", one.after));
    }
    return lines;
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(AffectedTest, SecondmentsAndWhomTheyBindAreNamed) {
  Contact contact = *registry_.FindContact("partners/albania/contacts/tirana-1");
  contact.id = "desk-2";
  contact.spiffe_id = "spiffe://agency.example/partner/albania/contact/desk-2";
  contact.opener = false;
  registry_ = After(registry_, {contact});
  Second({.partner = "albania",
          .id = "s1",
          .kind = SecondmentKind::kLiaisonProsecutor,
          .instrument = kAgreement,
          .contact = "desk-2"});
  const char kEnds[] =
      "2 partners/albania/secondments/s1: in effect -> "
      "not in effect: its instrument has no effect on that day (EJR 54a(1))";
  const char kBound[] = "3 partners/albania/contacts/desk-2: counts -> does not count";
  for (const Supposition supposition : {Supposition::kLapses, Supposition::kSuspended}) {
    EXPECT_THAT(Lines(kAgreement, supposition), IsSupersetOf({kEnds, kBound}));
  }
  for (const Affected& one : WhatIf(kAgreement, Supposition::kLapses)) {
    if (one.resource == "partners/albania/secondments/s1") {
      EXPECT_THAT(one.sentence, HasSubstr("access to cases"));
    }
  }
  EXPECT_THAT(Lines(kAgreement, Supposition::kLapses, "2025-12-31"),
              Not(Contains(HasSubstr("secondments/s1"))))
      << "it has not begun";

  Instrument ended = *registry_.FindInstrument(kAgreement);
  ended.ended = "2026-11-30";
  ended.certainty["ended"] = Certainty::kFound;
  registry_ = After(registry_, {ended});
  EXPECT_THAT(Lines(kAgreement, Supposition::kExtended),
              IsSupersetOf({"2 partners/albania/secondments/s1: not in effect: its instrument has "
                            "no effect on that day (EJR 54a(1)) -> in effect",
                            "3 partners/albania/contacts/desk-2: does not count -> counts"}));
}

TEST_F(AffectedTest, AMagistrateIsPostedUnderTheArrangement) {
  Second({.partner = "panama",
          .id = "m1",
          .kind = SecondmentKind::kLiaisonMagistrate,
          .instrument = kArrangement});
  EXPECT_THAT(Lines(kArrangement, Supposition::kLapses),
              Contains("2 partners/panama/secondments/m1: in effect -> not in effect: its "
                       "instrument has no effect on that day (EJR 53(1))"));
}

}  // namespace
}  // namespace comity::partner_registry
