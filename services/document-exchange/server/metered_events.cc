#include "services/document-exchange/server/metered_events.h"

namespace comity::document_exchange {

MeteredEvents::MeteredEvents(metrics::Metrics* metrics)
    : withheld_(metrics->AddCounter(kWithheld, "Recipients a document was withheld from.", {})),
      lease_lapsed_(metrics->AddCounter(kReleasesStopped, "Hand-overs stopped.",
                                        {{"reason", "REGISTRY_LEASE_LAPSED"}})),
      registry_changed_(metrics->AddCounter(kReleasesStopped, "Hand-overs stopped.",
                                            {{"reason", "REGISTRY_CHANGED"}})),
      other_stops_(
          metrics->AddCounter(kReleasesStopped, "Hand-overs stopped.", {{"reason", "OTHER"}})),
      received_(metrics->AddCounter(kPayloadBytes, "Bytes of ciphertext.", {{"direction", "in"}})),
      sent_(metrics->AddCounter(kPayloadBytes, "Bytes of ciphertext.", {{"direction", "out"}})),
      condemned_(metrics->AddCounter(
          kCondemned, "Documents past their retention that are erased a day later.", {})),
      erased_(metrics->AddCounter(kErased, "Documents erased at the end of their retention.", {})),
      timer_failures_(metrics->AddCounter(kTimerFailures, "Timer runs that failed.", {})),
      signer_failures_(metrics->AddCounter(
          kSignerFailures, "Signing certificates or keys that were not accepted.", {})) {
  using legal::Outcome;
  for (const char* const attempt :
       {"CreateUpload", "SubmitDocument", "ReleaseHeaders", "ReleaseFromQuarantine"}) {
    for (const Outcome outcome :
         {Outcome::kPermitted, Outcome::kPermittedSubjectTo, Outcome::kDecisionRequired,
          Outcome::kRefused, Outcome::kUndetermined, Outcome::kOutOfScope}) {
      checks_[{attempt, outcome}] = &metrics->AddCounter(
          kTransferChecks, "Transfer checks recorded.",
          {{"attempt", attempt}, {"outcome", std::string(legal::Name(outcome))}});
    }
  }
  for (int kind = static_cast<int>(StatementKind::kSubmissionAcceptance);
       kind <= static_cast<int>(StatementKind::kNonRetrieval); ++kind) {
    const auto value = static_cast<StatementKind>(kind);
    statements_[value] = &metrics->AddCounter(kStatements, "Statements of evidence.",
                                              {{"kind", std::string(Name(value))}});
  }
}

void MeteredEvents::TransferChecked(absl::string_view attempt, legal::Outcome outcome) {
  const auto counter = checks_.find({std::string(attempt), outcome});
  if (counter != checks_.end()) counter->second->Increment();
}

void MeteredEvents::StatementMade(StatementKind kind) { statements_.at(kind)->Increment(); }

void MeteredEvents::Withheld() { withheld_.Increment(); }

void MeteredEvents::ReleaseStopped(absl::string_view reason) {
  (reason == "REGISTRY_LEASE_LAPSED" ? lease_lapsed_
   : reason == "REGISTRY_CHANGED"    ? registry_changed_
                                     : other_stops_)
      .Increment();
}

void MeteredEvents::DocumentCondemned() { condemned_.Increment(); }

void MeteredEvents::DocumentErased() { erased_.Increment(); }

void MeteredEvents::Received(std::int64_t bytes) {
  received_.Increment(static_cast<double>(bytes));
}

void MeteredEvents::Sent(std::int64_t bytes) { sent_.Increment(static_cast<double>(bytes)); }

void MeteredEvents::TimerFailed() { timer_failures_.Increment(); }

void MeteredEvents::SignerRefused() { signer_failures_.Increment(); }

}  // namespace comity::document_exchange
