#include "common/registry_replica/replica_state.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::registry_replica {
namespace {

namespace v1 = ::comity::partner_registry::v1;

absl::Status Invalid(absl::string_view what) {
  return MakeError(absl::StatusCode::kInternal,
                   absl::StrCat("The registry sent a change that cannot be applied: ", what),
                   {.reason = "REGISTRY_CHANGE_INVALID"});
}

template <typename T>
absl::Status Read(absl::StatusOr<T> read, absl::string_view name, T& to) {
  if (!read.ok()) return Invalid(absl::StrCat(name, ": ", read.status().message()));
  to = *std::move(read);
  return absl::OkStatus();
}

Contact ToContact(const v1::Contact& from) {
  Contact contact{.name = from.name(),
                  .spiffe_id = from.spiffe_id(),
                  .partner = std::string(legal::PartnerOf(from.name())),
                  .authority = from.authority(),
                  .function = from.function(),
                  .active = from.state() == v1::Contact::STATE_ACTIVE,
                  .opener = from.opener(),
                  .languages = {from.languages().begin(), from.languages().end()},
                  .validity = legal::Validity::Of(from.valid_from(), from.valid_to())};
  if (from.has_working_hours()) {
    const v1::WorkingHours& hours = from.working_hours();
    contact.working_hours =
        WorkingHours{.time_zone = hours.time_zone(),
                     .days = {hours.days().begin(), hours.days().end()},
                     .start_minute = hours.start_minute(),
                     .end_minute = hours.end_minute(),
                     .holidays = {hours.holidays().begin(), hours.holidays().end()}};
    for (const v1::Absence& absence : from.absences()) {
      contact.working_hours->absences.push_back({absence.first_day(), absence.last_day()});
    }
  }
  return contact;
}

// By the registry's clock: the statement's own dates are its holder's word.
absl::CivilDay PublishedOn(const v1::KeyStatement& statement) {
  const std::string& name = statement.name();
  const std::optional<absl::Time> made = TimeOfUuid(name.substr(name.find('/') + 1));
  return made ? DayInBrussels(*made) : absl::CivilDay();
}

}  // namespace

absl::Status ReplicaState::AdvanceTo(const comity::ledger::v1::Revision& revision) {
  if (!revision_.store_id.empty() && revision.store_id() != revision_.store_id) {
    return Invalid("it is of another store.");
  }
  if (revision.number() < revision_.number) return Invalid("it is of an earlier revision.");
  revision_ = {.store_id = revision.store_id(), .number = revision.number()};
  return absl::OkStatus();
}

absl::Status ReplicaState::Apply(const v1::Change& change) {
  COMITY_RETURN_IF_ERROR(AdvanceTo(change.revision()));
  for (const std::string& name : change.removed()) {
    facts_.Erase(name);
    LeaveUnits(name, "");
  }
  for (const v1::Fact& fact : change.facts()) COMITY_RETURN_IF_ERROR(Put(fact));
  return absl::OkStatus();
}

absl::Status ReplicaState::Put(const v1::Fact& fact) {
  switch (fact.fact_case()) {
    case v1::Fact::kPartner:
      return PutPartner(fact.partner());
    case v1::Fact::kInstrument: {
      if (fact.instrument().has_retraction()) {
        facts_.Erase(fact.instrument().name());
        return absl::OkStatus();
      }
      legal::Instrument instrument;
      COMITY_RETURN_IF_ERROR(
          Read(transfer_proto::InstrumentFromProto(fact.instrument(), "instrument"),
               fact.instrument().name(), instrument));
      facts_.Put(std::move(instrument));
      return absl::OkStatus();
    }
    case v1::Fact::kAuthority:
      return PutAuthority(fact.authority());
    case v1::Fact::kContact:
      PutContact(fact.contact());
      return absl::OkStatus();
    case v1::Fact::kDecision:
      return PutDecision(fact.decision());
    case v1::Fact::kKeyStatement:
      PutKey(fact.key_statement());
      return absl::OkStatus();
    case v1::Fact::kSecondment:
      return PutSecondment(fact.secondment());
    case v1::Fact::kMilestone:  // Nothing is decided on these.
    case v1::Fact::kStrategy:
    case v1::Fact::kCriteriaSet:
    case v1::Fact::kAssessment:
    case v1::Fact::kVolume:
    case v1::Fact::kConsultation:
    case v1::Fact::kReadiness:
    case v1::Fact::kArrangement:
    case v1::Fact::FACT_NOT_SET:  // A kind that this binary does not know yet (README.md).
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ReplicaState::PutPartner(const v1::Partner& partner) {
  legal::Partner read;
  COMITY_RETURN_IF_ERROR(
      Read(transfer_proto::PartnerFromProto(partner, "partner"), partner.name(), read));
  facts_.Put(std::move(read));
  // Who is off the register stands for its unit until another on it has the code: what a State
  // permitted it withdraws all the same (EJR 47(5)), and nothing is transferred to it. A code may
  // be corrected, or go to another.
  const std::string unit = absl::AsciiStrToLower(partner.iso_alpha2());
  LeaveUnits(partner.name(), unit);
  if (unit.empty()) return absl::OkStatus();
  const auto known = partner_by_iso_.find(unit);
  if (known != partner_by_iso_.end() &&
      (known->second == partner.name() || partner.has_delete_time())) {
    return absl::OkStatus();
  }
  partner_by_iso_[unit] = partner.name();
  published_units_ = nullptr;
  return absl::OkStatus();
}

void ReplicaState::LeaveUnits(absl::string_view partner, absl::string_view but) {
  const auto left = absl::erase_if(partner_by_iso_, [&](const auto& known) {
    return known.second == partner && known.first != but;
  });
  if (left > 0) published_units_ = nullptr;
}

absl::Status ReplicaState::PutAuthority(const v1::Authority& authority) {
  if (authority.has_retraction()) {
    facts_.Erase(authority.name());
    return absl::OkStatus();
  }
  legal::Authority read;
  COMITY_RETURN_IF_ERROR(
      Read(transfer_proto::AuthorityFromProto(authority, "authority"), authority.name(), read));
  facts_.Put(std::move(read));
  RefreshOpeners(authority.name());
  return absl::OkStatus();
}

absl::Status ReplicaState::PutDecision(const v1::Decision& decision) {
  legal::Decision read;
  COMITY_RETURN_IF_ERROR(
      Read(transfer_proto::StoredDecisionFromProto(decision, "decision"), decision.name(), read));
  facts_.Put(std::move(read));
  return absl::OkStatus();
}

absl::Status ReplicaState::PutSecondment(const v1::Secondment& secondment) {
  legal::Secondment read{
      .name = secondment.name(),
      .kind = static_cast<legal::SecondmentKind>(static_cast<int>(secondment.kind())),
      .instrument = secondment.instrument(),
      .ended = secondment.ended(),
      .contact = secondment.contact(),
      .identity = secondment.identity(),
      .authority = secondment.authority()};
  COMITY_RETURN_IF_ERROR(Read(PartialDate::Parse(secondment.from()), read.name, read.from));
  COMITY_RETURN_IF_ERROR(Read(PartialDate::Parse(secondment.to()), read.name, read.to));
  secondments_.Put(read);
  published_secondments_ = nullptr;
  if (const auto contact = contacts_.by_name.find(secondment.contact());
      contact != contacts_.by_name.end()) {
    RefreshOpeners(contact->second.authority);
  }
  return absl::OkStatus();
}

void ReplicaState::PutContact(const v1::Contact& from) {
  published_contacts_ = nullptr;
  Contact contact = ToContact(from);
  std::set<std::string> authorities = {contact.authority};
  if (const auto before = contacts_.by_name.find(contact.name); before != contacts_.by_name.end()) {
    authorities.insert(before->second.authority);
    // A contact may have been given another id; the old one counts no more, unless it is another's.
    if (const auto at = contacts_.name_by_spiffe_id.find(before->second.spiffe_id);
        at != contacts_.name_by_spiffe_id.end() && at->second == contact.name) {
      contacts_.name_by_spiffe_id.erase(at);
    }
  }
  // Of an erased one the name alone is left.
  if (!contact.spiffe_id.empty()) contacts_.name_by_spiffe_id[contact.spiffe_id] = contact.name;
  std::string name = contact.name;
  contacts_.by_name.insert_or_assign(std::move(name), std::move(contact));
  for (const std::string& authority : authorities) RefreshOpeners(authority);
}

void ReplicaState::PutKey(const v1::KeyStatement& statement) {
  // The registry checked form and signature; a statement that cannot be read is no key.
  const absl::StatusOr<json::Json> document = json::ParseCanonical(statement.statement());
  if (!document.ok() || !document->is_object()) return;
  const auto serial = document->find("serial");
  const auto not_after = document->find("not_after");
  if (serial == document->end() || !serial->is_number_integer()) return;
  if (not_after == document->end() || !not_after->is_string()) return;
  Key key{.serial = serial->get<std::int64_t>(), .since = PublishedOn(statement)};
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, not_after->get<std::string>(), &key.not_after, &error)) {
    return;
  }
  Key& latest = keys_[statement.holder()];
  if (key.serial < latest.serial) return;
  latest = key;
  if (const auto holder = identity::Principal::Parse(statement.holder());
      holder.ok() && holder->IsAgency(identity::Role::kLiaisonProsecutor)) {
    prosecutors_keys_[statement.holder()] = {.until = key.not_after, .since = key.since};
    published_keys_ = nullptr;
  }
  if (const auto contact = contacts_.name_by_spiffe_id.find(statement.holder());
      contact != contacts_.name_by_spiffe_id.end()) {
    RefreshOpeners(contacts_.by_name.find(contact->second)->second.authority);
  }
}

void ReplicaState::RefreshOpeners(const std::string& authority) {
  const std::string partner(legal::PartnerOf(authority));
  if (partner.empty()) return;
  std::vector<legal::Opener> openers;
  for (auto it = contacts_.by_name.lower_bound(absl::StrCat(partner, "/"));
       it != contacts_.by_name.end() && it->second.partner == partner; ++it) {
    const Contact& contact = it->second;
    if (!contact.opener || !contact.active || contact.authority != authority) continue;
    const auto key = keys_.find(contact.spiffe_id);
    if (key == keys_.end()) continue;
    openers.push_back({.key_until = key->second.not_after,
                       .key_since = key->second.since,
                       .validity = contact.validity,
                       .secondments = secondments_.Of(contact.name)});
  }
  facts_.SetOpeners(authority, openers);
}

std::shared_ptr<const Snapshot> ReplicaState::Publish() {
  if (published_contacts_ == nullptr) {
    published_contacts_ = std::make_shared<const Snapshot::Directory>(contacts_);
  }
  if (published_units_ == nullptr) {
    published_units_ = std::make_shared<const Snapshot::Units>(partner_by_iso_);
  }
  if (published_secondments_ == nullptr) {
    published_secondments_ = std::make_shared<const legal::Secondments>(secondments_);
  }
  if (published_keys_ == nullptr) {
    published_keys_ = std::make_shared<const Snapshot::Keys>(prosecutors_keys_);
  }
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->facts_ = facts_.Build(revision_);
  snapshot->checkpoint_ = checkpoint_;
  snapshot->contacts_ = published_contacts_;
  snapshot->partner_by_iso_ = published_units_;
  snapshot->secondments_ = published_secondments_;
  snapshot->prosecutors_keys_ = published_keys_;
  return snapshot;
}

}  // namespace comity::registry_replica
