#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/session.h"

// What every service answers from its own data, put together: what if, who relied on it, how much.
//
// A service that does not answer keeps nobody from the answers of the others. `status()` says
// whether the whole is there: OK; UNAVAILABLE `PARTIAL_ANSWER`, one precondition violation of type
// SERVICE for each that did not answer, with the error it gave, or that could not name all it has
// (PERMISSION_DENIED if all of these denied it: asking again does not help); or the first error if
// none answered.
namespace comity::client {

// What one service answered.
struct PartOfAnswer {
  const char* service;
  absl::Status status;
  bool truncated = false;  // There is more than it could name.
};

// Whether the whole is there, as above.
absl::Status Together(const std::vector<PartOfAnswer>& answers);

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

// An instrument as it was at a revision; null: as it is.
using InstrumentAt = absl::FunctionRef<absl::StatusOr<partner_registry::v1::Instrument>(
    const ledger::v1::Revision*)>;

// Between which revisions an instrument said what it said before it was last corrected; if it never
// was, since when it says what it says. A correction changes a value, or makes one less sure. What
// confirms a value, makes it surer or only notes something is none, so that it hides none either.
// Of one that was retracted all is asked: it never was so.
// Errors of `at`; NOT_FOUND and OUT_OF_RANGE of a revision end the past.
absl::StatusOr<RelianceQuestion> BeforeItsCorrection(InstrumentAt at);

// The same, read from the registry.
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

// By partner, `cases`, `documents` and `engagements`.
using VolumeCounts = std::map<std::string, std::map<std::string, std::int64_t>>;

struct VolumesEverywhere {
  absl::StatusOr<engagement_scheduling::v1::MeasureVolumeResponse> engagements;
  absl::StatusOr<document_exchange::v1::MeasureVolumeResponse> documents;

  absl::Status status() const;

  // Of the services that answered.
  VolumeCounts Counts() const;
};

// Of one partner, `partners/{partner}`, or of all if it is empty. Counts, and records nothing.
VolumesEverywhere MeasureVolume(Session& session, int year, const std::string& partner,
                                absl::Duration patience);

struct VolumesReported {
  absl::StatusOr<engagement_scheduling::v1::ReportVolumeResponse> engagements;
  absl::StatusOr<document_exchange::v1::ReportVolumeResponse> documents;

  // What one service reported stands, whatever became of the other's.
  absl::Status status() const;

  // As of VolumesEverywhere.
  VolumeCounts Counts() const;
};

// Has every service count and report to the registry what it exchanged with all partners.
VolumesReported ReportVolume(Session& session, int year, absl::Duration patience);

}  // namespace comity::client
