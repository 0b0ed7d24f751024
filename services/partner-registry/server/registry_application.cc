#include "services/partner-registry/server/registry_application.h"

#include <algorithm>
#include <utility>

#include "common/ledger_service/ledger_service.h"
#include "common/service/store_settings.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/server/metric_names.h"
#include "services/partner-registry/transport/change_request_service.h"
#include "services/partner-registry/transport/feed.h"
#include "services/partner-registry/transport/partner_registry_service.h"
#include "services/partner-registry/transport/reads.h"
#include "services/partner-registry/transport/relation_reads.h"
#include "services/partner-registry/transport/relation_service.h"
#include "services/partner-registry/transport/relation_writes.h"
#include "services/partner-registry/transport/report_service.h"
#include "services/partner-registry/transport/reports.h"
#include "services/partner-registry/transport/signed_snapshot.h"
#include "services/partner-registry/transport/writes.h"

namespace comity::partner_registry {
namespace {

absl::Status NotCounted(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kPermissionDenied, sentence, {.reason = std::string(reason)});
}

absl::Status CheckSuspended(const Partner* partner) {
  if (partner != nullptr && !partner->exchanges_suspended && !partner->deleted()) {
    return absl::OkStatus();
  }
  return NotCounted("EXCHANGES_SUSPENDED",
                    "Exchanges with the partner are suspended, or it was taken off the register: "
                    "ask the agency.");
}

}  // namespace

struct RegistryApplication::Transport {
  Transport(const Parts& parts, RegistryApplication& application)
      : reads(application.store_.get(), &application.leases_, &application.pages_, parts.clock,
              &application.transfer_checks_),
        writes(application.store_.get(), &application.leases_, &application.rules_, parts.verifier,
               parts.clock),
        partner_edits(application.store_.get(), &application.leases_, parts.clock),
        fact_edits(application.store_.get(), &application.leases_, parts.clock),
        feed(application.store_.get(), &application.leases_, parts.clock),
        reports(application.store_.get(), &application.pages_, parts.clock,
                application.signer_.get()),
        snapshot(application.store_.get(), &application.leases_, parts.clock,
                 application.signer_.get(), application.journal_.get()),
        relation_reads(application.store_.get(), &application.pages_, parts.clock),
        relation_writes(application.store_.get(), &application.leases_, parts.clock),
        change_request_reads(application.store_.get(), &application.pages_, parts.clock),
        change_request_writes(application.store_.get(), &application.leases_, parts.clock),
        registry_service(parts.registry_gate, &reads, &writes, &partner_edits, &fact_edits, &feed),
        report_service(parts.report_gate, &reports, &snapshot),
        relation_service(parts.relation_gate, &relation_reads, &relation_writes),
        change_request_service(parts.change_request_gate, &change_request_reads,
                               &change_request_writes),
        ledger_service(parts.ledger_gate, application.journal_.get()) {}

  const Reads reads;
  const Writes writes;
  const PartnerEdits partner_edits;
  const FactEdits fact_edits;
  const Feed feed;
  Reports reports;
  const SignedSnapshot snapshot;
  const RelationReads relation_reads;
  const RelationWrites relation_writes;
  const ChangeRequestReads change_request_reads;
  const ChangeRequestWrites change_request_writes;
  PartnerRegistryService registry_service;
  ReportService report_service;
  RelationService relation_service;
  ChangeRequestService change_request_service;
  ledger_service::LedgerService ledger_service;
};

absl::StatusOr<std::unique_ptr<RegistryApplication>> RegistryApplication::Open(
    const Parts& parts, const Settings& settings, journal::Options options) {
  COMITY_ASSIGN_OR_RETURN(
      journal::PageTokens pages,
      journal::PageTokens::FromFile(settings.store.page_token_key, parts.clock));
  std::string expiry_keys = options.expiry_key_directory;
  options.migrations = Migrations();
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<journal::Journal> journal,
                          journal::Journal::Open(std::move(options)));
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<JournalRegistryStore> store,
                          JournalRegistryStore::Open(journal.get(), expiry_keys, parts.logger));
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<DatabaseLeaseRows> lease_rows,
                          DatabaseLeaseRows::Open(journal.get()));
  std::unique_ptr<sealing::SignerFiles> signer;
  if (!settings.signing_certificate.empty()) {
    COMITY_ASSIGN_OR_RETURN(signer, sealing::SignerFiles::Open(settings.signing_certificate,
                                                               settings.signing_key, parts.self));
  }
  // Not make_unique: the constructor is private.
  std::unique_ptr<RegistryApplication> application(
      new RegistryApplication(parts, settings, std::move(journal), std::move(store),
                              std::move(lease_rows), std::move(signer), std::move(pages)));
  application->FollowCommits();
  if (parts.metrics != nullptr) application->AddMetrics(*parts.metrics);
  if (settings.timestamps && parts.metrics != nullptr && parts.logger != nullptr) {
    COMITY_ASSIGN_OR_RETURN(
        application->timestamping_,
        service::Timestamping::Start(*settings.timestamps, "partner_registry",
                                     {.journal = application->journal_.get(),
                                      .publication = application->journal_->logs().back().folder,
                                      .clock = parts.clock,
                                      .logger = parts.logger,
                                      .metrics = parts.metrics}));
  }
  COMITY_ASSIGN_OR_RETURN(
      application->pruning_,
      service::PruningTimer::Start("partner_registry", {.journal = &application->journal(),
                                                        .expiry_keys = std::move(expiry_keys),
                                                        .clock = parts.clock,
                                                        .logger = parts.logger,
                                                        .metrics = parts.metrics}));
  application->timekeeper_.emplace(settings.timer_interval, [self = application.get()] {
    self->LookAtSigner();
    self->transport_->reports.WakeAll();
  });
  return application;
}

RegistryApplication::RegistryApplication(const Parts& parts, const Settings& settings,
                                         std::unique_ptr<journal::Journal> journal,
                                         std::unique_ptr<JournalRegistryStore> store,
                                         std::unique_ptr<DatabaseLeaseRows> lease_rows,
                                         std::unique_ptr<sealing::SignerFiles> signer,
                                         journal::PageTokens pages)
    : clock_(parts.clock),
      logger_(parts.logger),
      rules_(settings.decision_rules),
      pages_(std::move(pages)),
      store_(std::move(store)),
      journal_(std::move(journal)),
      refusals_(journal_.get()),
      lease_rows_(std::move(lease_rows)),
      leases_(lease_rows_.get(), parts.clock, {.lease = settings.lease}),
      signer_(std::move(signer)),
      report_metrics_(store_.get(), parts.clock),
      transport_(std::make_unique<Transport>(parts, *this)) {}

RegistryApplication::~RegistryApplication() = default;

std::vector<grpc::Service*> RegistryApplication::Services() {
  return {&transport_->registry_service, &transport_->report_service, &transport_->relation_service,
          &transport_->change_request_service, &transport_->ledger_service};
}

void RegistryApplication::FollowCommits() {
  const auto note = [this] {
    leases_.NoteApplied(store_->View().revision(), store_->last_barrier());
  };
  commits_ = store_->Subscribe(note);
  note();
  leases_.Start();
}

void RegistryApplication::Stop() {
  timekeeper_.reset();
  timestamping_.reset();
  pruning_->Stop();
  leases_.Stop();
  journal_->Close();
}

void RegistryApplication::LookAtSigner() {
  if (signer_ == nullptr) return;
  const absl::StatusOr<bool> taken = signer_->Reload();
  if (logger_ == nullptr) return;
  if (!taken.ok()) {
    logger_->Warning("signing files not accepted, the last good ones stay",
                     {{"reason", ReasonOf(taken.status())}, {"error", taken.status().message()}});
  } else if (*taken) {
    logger_->Info("signing certificate loaded");
  }
}

absl::Status RegistryApplication::Standing(const identity::Principal& principal) const {
  const bool prosecutor = principal.IsAgency(identity::Role::kLiaisonProsecutor);
  if (!prosecutor && principal.kind != identity::PrincipalKind::kPartner) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(leases_.MayAnswer());
  const RegistryStore::State::Guard now = store_->View();
  const absl::CivilDay today = DayInBrussels(clock_->Now());
  if (prosecutor) {
    const std::string by =
        now->relations().secondments().SecondedBy(principal.spiffe_id, now->facts(), today);
    if (by.empty()) {
      return NotCounted("SECONDMENT_NOT_IN_EFFECT",
                        "No secondment in effect names this liaison prosecutor: ask the agency.");
    }
    return CheckSuspended(now->FindPartner(by.substr(9)));
  }
  const Contact* contact = now->FindContactBySpiffeId(principal.spiffe_id);
  if (contact == nullptr) {
    return NotCounted("CONTACT_NOT_REGISTERED",
                      "The registry has no contact with this identity: ask a registry operator to "
                      "register it.");
  }
  if (contact->state != ContactState::kActive) {
    return NotCounted("CONTACT_SUSPENDED",
                      "The contact is suspended: ask a registry operator to reinstate it.");
  }
  if (!ValidityOf(*contact).Covers(today)) {
    return NotCounted("CONTACT_NOT_VALID",
                      "The contact is not valid today: ask a registry operator to extend it.");
  }
  if (!now->Counts(*contact, today)) {
    return NotCounted("SECONDMENT_NOT_IN_EFFECT",
                      "The contact's secondment is not in effect: ask the agency.");
  }
  return CheckSuspended(now->FindPartner(contact->partner));
}

void RegistryApplication::AddMetrics(metrics::Metrics& metrics) {
  const auto count = [this](ContactState state) {
    const RegistryStore::State::Guard now = store_->View();
    double contacts = 0;
    for (const auto& [name, contact] : now->contacts()) contacts += contact->state == state ? 1 : 0;
    return contacts;
  };
  const auto number = [](auto value) { return static_cast<double>(value); };
  metrics.AddCallback(kRevision, "Last committed revision", {},
                      [this, number] { return number(store_->View().revision()); });
  metrics.AddCallback(kPartners, "Partners on the register", {}, [this, number] {
    const RegistryStore::State::Guard now = store_->View();
    const auto& partners = now->partners();
    return number(std::count_if(partners.begin(), partners.end(),
                                [](const auto& each) { return !each.second->deleted(); }));
  });
  metrics.AddCallback(kContacts, "Contacts on the register", {{"state", "active"}},
                      [count] { return count(ContactState::kActive); });
  metrics.AddCallback(kContacts, "Contacts on the register", {{"state", "suspended"}},
                      [count] { return count(ContactState::kSuspended); });
  metrics.AddCallback(kReplicas, "Replicas with a running lease", {},
                      [this, number] { return number(leases_.live()); });
  metrics.AddCallback(kReplicaLag, "Revisions the replica furthest behind has yet to confirm", {},
                      [this, number] { return number(leases_.behind(store_->View().revision())); });
  metrics.AddCallback(kBarriersWaiting, "Withdrawals that do not hold everywhere yet", {},
                      [this, number] { return number(leases_.waiting()); });
  metrics.AddCallback(kAnswers, "Whether this process may answer what somebody acts on", {},
                      [this] { return leases_.MayAnswer().ok() ? 1.0 : 0.0; });
  const std::vector<legal::DecidingReason>& reasons = legal::DecidingReasons();
  for (std::size_t place = 0; place < reasons.size(); ++place) {
    metrics.AddCallback(kTransferChecks, "Transfer checks answered, by what decided them",
                        {{"outcome", std::string(legal::Name(reasons[place].outcome))},
                         {"code", std::string(reasons[place].code)}},
                        [this, number, place] { return number(transfer_checks_.Of(place)); });
  }
  report_metrics_.AddTo(metrics);
  service::AddJournalMetrics("partner_registry", journal_.get(), metrics);
}

}  // namespace comity::partner_registry
