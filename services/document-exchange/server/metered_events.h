#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/metrics/metrics.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/transport/traffic.h"

namespace comity::document_exchange {

// What this service exports besides what every service does. Labels are closed sets.

// Transfer checks that were recorded, by attempt (method) and outcome.
inline constexpr char kTransferChecks[] = "comity_document_exchange_transfer_checks_total";
// Statements of evidence, by kind.
inline constexpr char kStatements[] = "comity_document_exchange_statements_total";
// Recipients from whom a document was withheld, because a decision was withdrawn.
inline constexpr char kWithheld[] = "comity_document_exchange_withheld_total";
// Hand-overs stopped between decision and bytes, by reason.
inline constexpr char kReleasesStopped[] = "comity_document_exchange_releases_stopped_total";
// Documents past their retention whose payloads and headers will be erased a day later.
inline constexpr char kCondemned[] = "comity_document_exchange_condemned_documents_total";
// Documents whose payloads and headers were erased at the end of their retention.
inline constexpr char kErased[] = "comity_document_exchange_erased_documents_total";
// Bytes of ciphertext, by direction (in, out).
inline constexpr char kPayloadBytes[] = "comity_document_exchange_payload_bytes_total";
// Signing certificates or keys on disk that were not accepted.
inline constexpr char kSignerFailures[] = "comity_document_exchange_signer_reload_failures_total";
// Timer runs that failed.
inline constexpr char kTimerFailures[] = "comity_document_exchange_timer_failures_total";

// Counts in metrics. Thread-safe.
class MeteredEvents final : public ExchangeEvents, public Traffic {
 public:
  // `metrics` is not owned and must outlive this object.
  explicit MeteredEvents(metrics::Metrics* metrics);

  void TransferChecked(absl::string_view attempt, legal::Outcome outcome) override;
  void StatementMade(StatementKind kind) override;
  void Withheld() override;
  void ReleaseStopped(absl::string_view reason) override;
  void DocumentCondemned() override;
  void DocumentErased() override;
  void Received(std::int64_t bytes) override;
  void Sent(std::int64_t bytes) override;
  void TimerFailed();
  void SignerRefused();

 private:
  // Children are made once; an attempt or outcome outside the sets is not counted.
  std::map<std::pair<std::string, legal::Outcome>, metrics::Counter*> checks_;
  std::map<StatementKind, metrics::Counter*> statements_;
  metrics::Counter& withheld_;
  metrics::Counter& lease_lapsed_;
  metrics::Counter& registry_changed_;
  metrics::Counter& other_stops_;
  metrics::Counter& received_;
  metrics::Counter& sent_;
  metrics::Counter& condemned_;
  metrics::Counter& erased_;
  metrics::Counter& timer_failures_;
  metrics::Counter& signer_failures_;
};

}  // namespace comity::document_exchange
