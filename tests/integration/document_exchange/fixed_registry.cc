#include "tests/integration/document_exchange/fixed_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
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

FixedRegistry::FixedRegistry() : replica_(PublicRecords()) {}

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> FixedRegistry::Latest() const {
  return replica_.Latest();
}

absl::StatusOr<ReleasePermit> FixedRegistry::PermitRelease(const RegistryRevision& decided_at,
                                                           bool operational) const {
  return replica_.PermitRelease(decided_at, operational);
}

void FixedRegistry::List(const std::string& spiffe_id, const ContactEntry& contact) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder&) { records.contacts[spiffe_id] = contact; },
      /*barrier=*/!contact.active);
}

void FixedRegistry::SuspendContact(const std::string& spiffe_id) {
  ContactEntry contact = *(*replica_.Latest())->FindContact(spiffe_id);
  contact.active = false;
  List(spiffe_id, contact);
}

void FixedRegistry::SuspendExchanges(const std::string& partner, bool suspended) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder& facts) {
        legal::Partner changed = *records.FindPartner(partner);
        changed.exchanges_suspended = suspended;
        facts.Put(std::move(changed));
      },
      /*barrier=*/suspended);
}

void FixedRegistry::SetFootnote(const std::string& partner, const std::string& footnote) {
  replica_.Change([&](Records& records, legal::FactsBuilder& facts) {
    legal::Partner changed = *records.FindPartner(partner);
    changed.footnote = footnote;
    facts.Put(std::move(changed));
  });
}

void FixedRegistry::Record(const legal::Decision& decision) {
  replica_.Change([&](Records&, legal::FactsBuilder& facts) { facts.Put(decision); });
}

void FixedRegistry::Second(const legal::Secondment& secondment) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder&) {
        records.secondments[secondment.identity] = {secondment};
      },
      /*barrier=*/true);
}

void FixedRegistry::SetOpeners(const std::string& authority,
                               const std::vector<legal::Opener>& openers) {
  replica_.Change(
      [&](Records&, legal::FactsBuilder& facts) { facts.SetOpeners(authority, openers); });
}

void FixedRegistry::Publish(const std::string& prosecutor, const registry_view::SealingKey& key) {
  replica_.Change([&](Records& records, legal::FactsBuilder&) { records.keys[prosecutor] = key; });
}

void FixedRegistry::ForgetCheckpoint() {
  replica_.Change([](Records& records, legal::FactsBuilder&) { records.checkpoint.clear(); });
}

}  // namespace comity::document_exchange
