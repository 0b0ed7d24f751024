#include "tests/contract/registry_view/replicated_registry.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/json/canonical.h"
#include "common/rpc/channel.h"
#include "common/rpc/tls.h"
#include "common/transfer_proto/transfer_proto.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {

namespace v1 = ::comity::partner_registry::v1;

namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kMoreThanTheLease = absl::Seconds(11);
constexpr int kNobody = 1;  // A port on which nobody listens.

}  // namespace

ReplicatedRegistry::ReplicatedRegistry(RegistryStart start) {
  if (start == RegistryStart::kUnreached) return;
  registry_.emplace(pki_, "store-1");
  if (start == RegistryStart::kWithoutCheckpoint) registry_->WithholdCheckpoints();
  CommitPartner("partners/france", "FR", /*suspended=*/false);
  CommitPartner("partners/georgia", "", /*suspended=*/false);
  CommitPartner("partners/panama", "", /*suspended=*/false);
}

std::unique_ptr<registry_replica::RegistryReplica> ReplicatedRegistry::StartReplica() {
  EXPECT_THAT(rpc::HardenTls(), IsOk());
  const std::string own =
      pki_.IssueFolder("replica", "spiffe://agency.example/service/document-exchange");
  auto channel = rpc::Connect(
      {.address = absl::StrCat("127.0.0.1:", registry_.has_value() ? registry_->port() : kNobody),
       .certificate_file = own + "/tls.pem",
       .key_file = own + "/tls.key",
       .bundles_folder = pki_.bundles_folder(),
       .expected_service = "partner-registry",
       .trust_domain = "agency.example"});
  EXPECT_THAT(channel, IsOk());
  auto replica =
      registry_replica::RegistryReplica::Start({.channel = *std::move(channel),
                                                .clock = &clock_,
                                                .renewal = absl::Milliseconds(20),
                                                .first_backoff = absl::Milliseconds(5),
                                                .longest_backoff = absl::Milliseconds(20)});
  if (registry_.has_value()) {
    EXPECT_THAT(replica->WaitFor(3, kPatience), IsOk());
  }
  replica_ = replica.get();
  return replica;
}

void ReplicatedRegistry::List(const ListedContact& contact) {
  v1::Change change;
  v1::Contact& listed = *change.add_facts()->mutable_contact();
  const std::string listed_name = absl::StrCat(
      contact.partner, "/contacts/", contact.spiffe_id.substr(contact.spiffe_id.rfind('/') + 1));
  listed.set_name(listed_name);
  listed.set_spiffe_id(contact.spiffe_id);
  listed.set_authority(contact.authority);
  listed.set_opener(contact.opener);
  listed.set_state(contact.active ? v1::Contact::STATE_ACTIVE : v1::Contact::STATE_SUSPENDED);
  if (contact.hours.has_value()) {
    v1::WorkingHours& hours = *listed.mutable_working_hours();
    hours.set_time_zone(contact.hours->time_zone);
    hours.mutable_days()->Assign(contact.hours->days.begin(), contact.hours->days.end());
    hours.set_start_minute(contact.hours->start_minute);
    hours.set_end_minute(contact.hours->end_minute);
    hours.mutable_holidays()->Assign(contact.hours->holidays.begin(),
                                     contact.hours->holidays.end());
    for (const Absence& absence : contact.hours->absences) {
      v1::Absence& added = *listed.add_absences();
      added.set_first_day(absence.first_day);
      added.set_last_day(absence.last_day);
    }
  }
  for (const legal::Secondment& secondment : contact.secondments) {
    v1::Secondment& bound = *change.add_facts()->mutable_secondment();
    bound.set_name(secondment.name);
    bound.set_kind(static_cast<v1::Secondment::Kind>(secondment.kind));
    bound.set_instrument(secondment.instrument);
    bound.set_from(secondment.from.ToString());
    bound.set_to(secondment.to.ToString());
    bound.set_contact(listed_name);
  }
  change.set_barrier(!contact.active);
  Commit(std::move(change));
}

void ReplicatedRegistry::SuspendExchanges(const std::string& partner, bool suspended) {
  CommitPartner(partner, "", suspended);
}

void ReplicatedRegistry::Record(const legal::Decision& decision) {
  v1::Change change;
  *change.add_facts()->mutable_decision() = transfer_proto::ToProto(decision);
  Commit(std::move(change));
}

void ReplicatedRegistry::Second(const legal::Secondment& secondment) {
  v1::Change change;
  v1::Partner& georgia = *change.add_facts()->mutable_partner();
  georgia.set_name("partners/georgia");
  v1::LegalClassPeriod& period = *georgia.add_legal_classes();
  period.set_legal_class(v1::LEGAL_CLASS_THIRD_COUNTRY);
  period.set_certainty(v1::CERTAINTY_FOUND);
  v1::Instrument& agreement = *change.add_facts()->mutable_instrument();
  agreement.set_name(secondment.instrument);
  agreement.set_kind(v1::INSTRUMENT_KIND_COOPERATION_AGREEMENT_PRE_2019);
  agreement.set_signed_("2019-03-29");
  agreement.set_in_force("2020-11-19");
  agreement.set_allows_secondment(true);
  (*agreement.mutable_certainty())["all"] = v1::CERTAINTY_FOUND;
  v1::Secondment& made = *change.add_facts()->mutable_secondment();
  made.set_name(secondment.name);
  made.set_kind(static_cast<v1::Secondment::Kind>(secondment.kind));
  made.set_instrument(secondment.instrument);
  made.set_from(secondment.from.ToString());
  made.set_to(secondment.to.ToString());
  made.set_identity(secondment.identity);
  made.set_authority(secondment.authority);
  change.set_barrier(true);
  Commit(std::move(change));
}

void ReplicatedRegistry::Publish(const std::string& prosecutor,
                                 const registry_view::SealingKey& key) {
  v1::Change change;
  v1::KeyStatement& statement = *change.add_facts()->mutable_key_statement();
  // A UUID of that day: NewUuid makes none of before the last one.
  const std::int64_t ms = absl::ToUnixMillis(absl::FromCivil(key.since, Brussels()));
  statement.set_name(
      absl::StrFormat("keyStatements/%08x-%04x-7000-8000-000000000000", ms >> 16, ms & 0xffff));
  statement.set_holder(prosecutor);
  statement.set_statement(json::Canonical(
      {{"not_after", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", key.until, absl::UTCTimeZone())},
       {"serial", ++keys_}}));
  Commit(std::move(change));
}

void ReplicatedRegistry::LoseLease() {
  registry_->StopAnswering();
  clock_.Advance(kMoreThanTheLease);
}

void ReplicatedRegistry::RegainLease() {
  registry_->AnswerAgain();
  EXPECT_THAT(replica_->WaitFor(0, kPatience), IsOk());
}

std::string ReplicatedRegistry::Checkpoint() const { return (*replica_->Latest())->checkpoint(); }

void ReplicatedRegistry::CommitPartner(const std::string& name, const std::string& iso,
                                       bool suspended) {
  v1::Change change;
  v1::Partner& partner = *change.add_facts()->mutable_partner();
  partner.set_name(name);
  partner.set_display_name(name);
  partner.set_iso_alpha2(iso);
  partner.set_exchanges_suspended(suspended);
  v1::LegalClassPeriod& period = *partner.add_legal_classes();
  period.set_legal_class(v1::LEGAL_CLASS_THIRD_COUNTRY);
  period.set_certainty(v1::CERTAINTY_FOUND);
  change.set_barrier(suspended);
  Commit(std::move(change));
}

void ReplicatedRegistry::Commit(v1::Change change) {
  const std::int64_t number = registry_->Commit(std::move(change));
  if (replica_ != nullptr) {
    EXPECT_THAT(replica_->WaitFor(number, kPatience), IsOk());
  }
}

}  // namespace comity::testing
