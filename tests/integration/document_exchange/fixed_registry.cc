#include "tests/integration/document_exchange/fixed_registry.h"

#include "absl/strings/str_cat.h"
#include "tests/testing/seconding_facts.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::document_exchange {
namespace {

using Records = testing::RegistryRecords;

ContactEntry ProsecutorOf(absl::string_view partner) {
  return {.partner = std::string(partner),
          .authority = absl::StrCat(partner, "/authorities/prosecution"),
          .active = true,
          .opener = true};
}

}  // namespace

legal::Secondment Seconded() {
  return {.name = "partners/georgia/secondments/s1",
          .kind = legal::SecondmentKind::kLiaisonProsecutor,
          .instrument = "partners/georgia/instruments/cooperation-agreement",
          .from = PartialDate(absl::CivilDay(2022, 1, 1)),
          .identity = kGeorgianProsecutor};
}

namespace {

Records PublicRecords() {
  return {.facts = testing::WithSecondment(legal::RealFacts()),
          .contacts = {{kTbilisi, ProsecutorOf("partners/georgia")},
                       {kChisinau, ProsecutorOf("partners/moldova")},
                       {kParis, ProsecutorOf("partners/france")},
                       {kPanama, ProsecutorOf("partners/panama")}},
          .secondments = {{kGeorgianProsecutor, {Seconded()}}},
          .keys = {{kGeorgianProsecutor,
                    {.until = absl::InfiniteFuture(), .since = absl::CivilDay(2022, 1, 1)}}},
          .units = {{"fr", "partners/france"}, {"de", "partners/germany"}}};
}

}  // namespace

FixedRegistry::FixedRegistry() : FixedRegistryOf(PublicRecords()) {}

void FixedRegistry::DoubtClass(const std::string& partner) {
  ChangePartner(partner, [](legal::Partner& changed) {
    for (legal::LegalClassPeriod& period : changed.classes) {
      period.certainty = legal::Certainty::kUnconfirmed;
    }
  });
}

void FixedRegistry::SetFootnote(const std::string& partner, const std::string& footnote) {
  ChangePartner(partner, [&](legal::Partner& changed) { changed.footnote = footnote; });
}

}  // namespace comity::document_exchange
