#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/session.h"

// What every service answers from its own data, put together: what if, who relied on it, how much.
//
// A service that does not answer keeps nobody from the answers of the others. `status()` says
// whether the whole is there: OK; UNAVAILABLE `PARTIAL_ANSWER`, one precondition violation of type
// SERVICE for each that did not answer, with the error it gave; or the first error if none did.
namespace comity::client {

struct AffectedEverywhere {
  absl::StatusOr<partner_registry::v1::ListAffectedResponse> registry;
  absl::StatusOr<engagement_scheduling::v1::ListAffectedResponse> engagements;
  absl::StatusOr<document_exchange::v1::ListAffectedResponse> documents;

  absl::Status status() const;
};

// What if, as the registry is asked.
AffectedEverywhere ListAffected(Session& session,
                                const partner_registry::v1::ListAffectedRequest& request,
                                absl::Duration patience);

struct RelianceQuestion {
  std::string fact;
  std::optional<ledger::v1::Revision> from;  // The fact said so from then on; else from the first.
  std::optional<ledger::v1::Revision> before;  // It was corrected then; else up to now.
  std::string purpose;
};

// Between which revisions an instrument said what it said before its present state; if there is no
// earlier state, since when it says what it says.
absl::StatusOr<RelianceQuestion> BeforeItsCorrection(Session& session,
                                                     const std::string& instrument,
                                                     absl::Duration patience);

struct ReliancesEverywhere {
  // That rest on the fact, as they are now, whenever they began.
  absl::StatusOr<std::vector<partner_registry::v1::Secondment>> secondments;
  absl::StatusOr<std::vector<engagement_scheduling::v1::Reliance>> engagements;
  absl::StatusOr<std::vector<document_exchange::v1::Reliance>> documents;

  absl::Status status() const;
};

// All pages of all answers.
ReliancesEverywhere ListReliances(Session& session, const RelianceQuestion& question,
                                  absl::Duration patience);

struct VolumesEverywhere {
  absl::StatusOr<engagement_scheduling::v1::MeasureVolumeResponse> engagements;
  absl::StatusOr<document_exchange::v1::MeasureVolumeResponse> documents;

  absl::Status status() const;

  // By partner, what RecordVolume takes: `cases`, `documents`, `engagements`; of the services that
  // answered.
  std::map<std::string, std::map<std::string, std::int64_t>> Counts() const;
};

// Of one partner, `partners/{partner}`, or of all if it is empty.
VolumesEverywhere MeasureVolume(Session& session, int year, const std::string& partner,
                                absl::Duration patience);

}  // namespace comity::client
