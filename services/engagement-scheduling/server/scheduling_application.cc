#include "services/engagement-scheduling/server/scheduling_application.h"

#include <utility>

#include "common/ledger_service/ledger_service.h"
#include "common/service/store_settings.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/server/metric_names.h"
#include "services/engagement-scheduling/transport/engagement_scheduling_service.h"
#include "services/engagement-scheduling/transport/reads.h"
#include "services/engagement-scheduling/transport/writes.h"

namespace comity::engagement_scheduling {

struct SchedulingApplication::Transport {
  Transport(Parts& parts, const Settings& settings, SchedulingApplication& application)
      : reads({.store = application.store_.get(),
               .registry = application.registry_.get(),
               .pages = &application.pages_,
               .clock = parts.clock},
              settings.office, parts.self),
        inquiries({.store = application.store_.get(),
                   .registry = application.registry_.get(),
                   .journal = application.journal_.get(),
                   .pages = &application.pages_,
                   .clock = parts.clock,
                   .report = std::move(parts.report_volumes),
                   .limits = parts.inquiry_limits}),
        writes(application.store_.get(), application.registry_.get(), parts.clock,
               [&application](legal::Outcome outcome) { application.CountCheck(outcome); }),
        scheduling_service(parts.scheduling_gate, &reads, &inquiries, &writes),
        ledger_service(parts.ledger_gate, application.journal_.get()) {}

  const Reads reads;
  const Inquiries inquiries;
  const Writes writes;
  EngagementSchedulingService scheduling_service;
  ledger_service::LedgerService ledger_service;
};

absl::StatusOr<std::unique_ptr<SchedulingApplication>> SchedulingApplication::Open(
    Parts parts, const Settings& settings, journal::Options options) {
  COMITY_ASSIGN_OR_RETURN(
      journal::PageTokens pages,
      journal::PageTokens::FromFile(settings.store.page_token_key, parts.clock));
  std::string expiry_keys = options.expiry_key_directory;
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<journal::Journal> journal,
                          journal::Journal::Open(std::move(options)));
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<JournalScheduleStore> store,
                          JournalScheduleStore::Open(journal.get()));
  metrics::Metrics* const metrics = parts.metrics;
  // Not make_unique: the constructor is private.
  std::unique_ptr<SchedulingApplication> application(new SchedulingApplication(
      std::move(parts), settings, std::move(journal), std::move(store), std::move(pages)));
  if (metrics != nullptr) application->AddMetrics(*metrics);
  if (settings.timestamps && metrics != nullptr && application->logger_ != nullptr) {
    COMITY_ASSIGN_OR_RETURN(
        application->timestamping_,
        service::Timestamping::Start(*settings.timestamps, "engagement_scheduling",
                                     {.journal = application->journal_.get(),
                                      .publication = application->journal_->logs().back().folder,
                                      .clock = application->clock_,
                                      .logger = application->logger_,
                                      .metrics = metrics}));
  }
  SchedulingApplication* const self = application.get();
  application->timekeeper_.emplace(settings.timer_interval, [self] { self->ExpireHolds(); });
  COMITY_ASSIGN_OR_RETURN(
      application->pruning_,
      service::PruningTimer::Start("engagement_scheduling", {.journal = &application->journal(),
                                                             .expiry_keys = std::move(expiry_keys),
                                                             .clock = application->clock_,
                                                             .logger = application->logger_,
                                                             .metrics = metrics}));
  return application;
}

SchedulingApplication::SchedulingApplication(Parts parts, const Settings& settings,
                                             std::unique_ptr<journal::Journal> journal,
                                             std::unique_ptr<JournalScheduleStore> store,
                                             journal::PageTokens pages)
    : clock_(parts.clock),
      logger_(parts.logger),
      registry_(std::move(parts.registry)),
      pages_(std::move(pages)),
      store_(std::move(store)),
      journal_(std::move(journal)),
      refusals_(journal_.get()),
      transport_(std::make_unique<Transport>(parts, settings, *this)) {}

SchedulingApplication::~SchedulingApplication() {
  pruning_.reset();
  timekeeper_.reset();
}

std::vector<grpc::Service*> SchedulingApplication::Services() {
  return {&transport_->scheduling_service, &transport_->ledger_service};
}

absl::Status SchedulingApplication::Standing(const identity::Principal& principal) const {
  return registry_->CheckContact(principal);
}

void SchedulingApplication::Stop() {
  pruning_->Stop();
  timekeeper_.reset();
  timestamping_.reset();
  journal_->Close();
}

void SchedulingApplication::ExpireHolds() {
  const absl::StatusOr<int> expired = transport_->writes.ExpireHolds();
  if (expired.ok()) {
    if (expired_holds_ != nullptr) expired_holds_->Increment(*expired);
    return;
  }
  // Nobody is harmed: a hold that ran out occupies nothing, marked or not.
  if (timer_failures_ != nullptr) timer_failures_->Increment();
  if (logger_ != nullptr) {
    logger_->Warning("expired holds could not be marked; tried again",
                     {{"reason", ReasonOf(expired.status())}});
  }
}

void SchedulingApplication::CountCheck(legal::Outcome outcome) {
  metrics::Counter* const counter = transfer_checks_.at(static_cast<std::size_t>(outcome));
  if (counter != nullptr) counter->Increment();
}

void SchedulingApplication::AddMetrics(metrics::Metrics& metrics) {
  expired_holds_ = &metrics.AddCounter(kExpiredHolds, "Holds that ran out", {});
  for (int outcome = static_cast<int>(legal::Outcome::kPermitted);
       outcome <= static_cast<int>(legal::Outcome::kOutOfScope); ++outcome) {
    transfer_checks_.at(static_cast<std::size_t>(outcome)) = &metrics.AddCounter(
        kTransferChecks, "Transfer checks of confirmations",
        {{"outcome", std::string(legal::Name(static_cast<legal::Outcome>(outcome)))}});
  }
  timer_failures_ =
      &metrics.AddCounter(kTimerFailures, "Times that expired holds could not be marked", {});
  metrics.AddCallback(kRevision, "Last committed revision", {},
                      [this] { return static_cast<double>(store_->View().revision()); });
  const auto count = [&](State state, const char* word) {
    metrics.AddCallback(kEngagements, "Engagements by state", {{"state", word}}, [this, state] {
      const ScheduleStore::State::Guard now = store_->View();
      double engagements = 0;
      for (const auto& [name, engagement] : now->engagements()) {
        engagements += engagement.state == state ? 1 : 0;
      }
      return engagements;
    });
  };
  count(State::kHeld, "held");
  count(State::kConfirmed, "confirmed");
  count(State::kCancelled, "cancelled");
  count(State::kExpired, "expired");
  service::AddJournalMetrics("engagement_scheduling", journal_.get(), metrics);
}

}  // namespace comity::engagement_scheduling
