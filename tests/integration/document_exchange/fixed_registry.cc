#include "tests/integration/document_exchange/fixed_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::document_exchange {
namespace {

using Records = FixedSnapshot::Records;

ContactEntry ProsecutorOf(absl::string_view partner) {
  return {.partner = std::string(partner),
          .authority = absl::StrCat(partner, "/authorities/prosecution"),
          .active = true,
          .opener = true};
}

Records PublicRecords() {
  return {.facts = legal::RealFacts(),
          .contacts = {{kTbilisi, ProsecutorOf("partners/georgia")},
                       {kChisinau, ProsecutorOf("partners/moldova")},
                       {kParis, ProsecutorOf("partners/france")},
                       {kPanama, ProsecutorOf("partners/panama")}},
          .units = {{"fr", "partners/france"}, {"de", "partners/germany"}}};
}

}  // namespace

FixedSnapshot::FixedSnapshot(Records records)
    : records_(std::move(records)),
      revision_{.store_id = records_.facts.revision().store_id,
                .number = records_.facts.revision().number} {}

std::optional<crypto::Digest> FixedSnapshot::checkpoint_sha256() const {
  if (records_.checkpoint.empty()) return std::nullopt;
  return crypto::Sha256(records_.checkpoint);
}

std::optional<ContactEntry> FixedSnapshot::FindContact(absl::string_view spiffe_id) const {
  const ContactEntry* const found = records_.FindContact(spiffe_id);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string FixedSnapshot::PartnerOfUnit(absl::string_view unit) const {
  return records_.PartnerOfUnit(unit);
}

bool FixedSnapshot::ExchangesSuspended(absl::string_view partner) const {
  return records_.ExchangesSuspended(partner);
}

FixedRegistry::FixedRegistry() : replica_(PublicRecords()) {}

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> FixedRegistry::Latest() const {
  return replica_.Latest();
}

absl::StatusOr<ReleasePermit> FixedRegistry::PermitRelease(const RegistryRevision& decided_at,
                                                           bool operational) const {
  return replica_.PermitRelease({.store_id = decided_at.store_id, .number = decided_at.number},
                                operational);
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

void FixedRegistry::Record(const legal::Decision& decision) {
  replica_.Change([&](Records&, legal::FactsBuilder& facts) { facts.Put(decision); });
}

void FixedRegistry::ForgetCheckpoint() {
  replica_.Change([](Records& records, legal::FactsBuilder&) { records.checkpoint.clear(); });
}

}  // namespace comity::document_exchange
