#include "common/client/inquiries.h"

#include <google/protobuf/util/message_differencer.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/client/ask.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

constexpr char kRegistry[] = "partner-registry";
constexpr char kScheduling[] = "engagement-scheduling";
constexpr char kExchange[] = "document-exchange";

template <typename Request>
Request RelianceRequest(const RelianceQuestion& question) {
  Request request;
  request.set_fact(question.fact);
  request.set_purpose(question.purpose);
  if (question.from.has_value()) *request.mutable_from_revision() = *question.from;
  if (question.before.has_value()) *request.mutable_before_revision() = *question.before;
  return request;
}

template <typename Request>
Request WhatIfRequest(const partner_registry::v1::ListAffectedRequest& asked) {
  Request request;
  request.set_instrument(asked.instrument());
  request.set_supposition(asked.supposition());
  request.set_day(asked.day());
  return request;
}

using partner_registry::v1::Instrument;

// What it says, without who recorded and confirmed it, how sure it is, and what no check reads.
Instrument ValuesOf(Instrument state) {
  state.clear_revision();
  state.clear_record_time();
  state.clear_recorded_by();
  state.clear_value_recorded_by();
  state.clear_confirmations();
  state.clear_etag();
  state.clear_certainty();
  state.clear_note();
  state.clear_last_evaluated();
  state.clear_review_by();
  return state;
}

// The lower the surer.
int Doubt(const Instrument& state, const std::string& field) {
  using partner_registry::v1::Certainty;
  const auto said = state.certainty().find(field);
  const bool unsaid =
      said == state.certainty().end() || said->second == Certainty::CERTAINTY_UNSPECIFIED;
  return unsaid ? Certainty::CERTAINTY_UNCONFIRMED : said->second;
}

bool Corrects(const Instrument& state, const Instrument& earlier) {
  for (const auto* certainties : {&state.certainty(), &earlier.certainty()}) {
    for (const auto& [field, certainty] : *certainties) {
      if (Doubt(state, field) > Doubt(earlier, field)) return true;
    }
  }
  return !google::protobuf::util::MessageDifferencer::Equals(ValuesOf(state), ValuesOf(earlier));
}

absl::StatusOr<std::vector<partner_registry::v1::Secondment>> SecondmentsOn(
    Session& session, const std::string& fact, absl::Duration patience) {
  namespace v1 = partner_registry::v1;
  v1::ListSecondmentsRequest request;
  request.set_parent("partners/-");
  std::vector<v1::Secondment> found;
  COMITY_RETURN_IF_ERROR(AskAll(session.Relations(), &v1::RelationService::Stub::ListSecondments,
                                std::move(request), patience,
                                [&](const v1::ListSecondmentsResponse& page) {
                                  for (const v1::Secondment& secondment : page.secondments()) {
                                    if (secondment.instrument() == fact) {
                                      found.push_back(secondment);
                                    }
                                  }
                                }));
  return found;
}

absl::StatusOr<std::vector<engagement_scheduling::v1::Reliance>> EngagementsOn(
    Session& session, const RelianceQuestion& question, absl::Duration patience) {
  namespace v1 = engagement_scheduling::v1;
  std::vector<v1::Reliance> found;
  COMITY_RETURN_IF_ERROR(
      AskAll(session.Scheduling(), &v1::EngagementSchedulingService::Stub::ListReliances,
             RelianceRequest<v1::ListReliancesRequest>(question), patience,
             [&](const v1::ListReliancesResponse& page) {
               found.insert(found.end(), page.reliances().begin(), page.reliances().end());
             }));
  return found;
}

absl::StatusOr<std::vector<document_exchange::v1::Reliance>> DocumentsOn(
    Session& session, const RelianceQuestion& question, absl::Duration patience) {
  namespace v1 = document_exchange::v1;
  std::vector<v1::Reliance> found;
  COMITY_RETURN_IF_ERROR(
      AskAll(session.Exchange(), &v1::DocumentExchangeService::Stub::ListReliances,
             RelianceRequest<v1::ListReliancesRequest>(question), patience,
             [&](const v1::ListReliancesResponse& page) {
               found.insert(found.end(), page.reliances().begin(), page.reliances().end());
             }));
  return found;
}

template <typename Engagements, typename Documents>
VolumeCounts CountsOf(const absl::StatusOr<Engagements>& engagements,
                      const absl::StatusOr<Documents>& documents) {
  VolumeCounts counts;
  if (engagements.ok()) {
    for (const auto& volume : engagements->volumes()) {
      counts[volume.partner()]["engagements"] = volume.engagements();
    }
  }
  if (documents.ok()) {
    for (const auto& volume : documents->volumes()) {
      counts[volume.partner()]["documents"] = volume.documents();
      counts[volume.partner()]["cases"] = volume.cases();
    }
  }
  // Nothing counted by who answered is nothing exchanged, and said.
  for (auto& [partner, counted] : counts) {
    if (engagements.ok()) counted.try_emplace("engagements", 0);
    if (documents.ok()) {
      counted.try_emplace("documents", 0);
      counted.try_emplace("cases", 0);
    }
  }
  return counts;
}

}  // namespace

absl::Status Together(const std::vector<PartOfAnswer>& answers) {
  ErrorDetails details{.reason = "PARTIAL_ANSWER"};
  std::vector<absl::string_view> short_of;
  std::vector<absl::string_view> denied;
  std::size_t failed = 0;
  for (const auto& [service, status, truncated] : answers) {
    if (status.ok() && !truncated) continue;
    if (!status.ok()) ++failed;
    (absl::IsPermissionDenied(status) ? denied : short_of).push_back(service);
    details.preconditions.push_back(
        {.type = "SERVICE",
         .subject = service,
         .description = status.ok() ? "There is more than one answer takes: settle what is listed "
                                      "and ask again for the rest."
                                    : std::string(status.message())});
  }
  if (details.preconditions.empty()) return absl::OkStatus();
  if (failed == answers.size()) return answers.front().status;
  std::string sentence = "This is a part of the answer:";
  if (!short_of.empty()) {
    absl::StrAppend(&sentence, " ", absl::StrJoin(short_of, ", "),
                    " did not give all of its own; ask again", denied.empty() ? "." : ";");
  }
  // Asking again would not help.
  if (!denied.empty()) {
    absl::StrAppend(&sentence, " ", absl::StrJoin(denied, ", "),
                    " may not tell you its own; have somebody ask who may, such as the desk that "
                    "works with the partner.");
  }
  return MakeError(
      short_of.empty() ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kUnavailable,
      sentence, std::move(details));
}

absl::Status AffectedEverywhere::status() const {
  return Together(
      {{kRegistry, registry.status(), registry.ok() && registry->truncated()},
       {kScheduling, engagements.status(), engagements.ok() && engagements->truncated()},
       {kExchange, documents.status(), documents.ok() && documents->truncated()}});
}

AffectedEverywhere ListAffected(Session& session,
                                const partner_registry::v1::ListAffectedRequest& request,
                                absl::Duration patience) {
  namespace registry = partner_registry::v1;
  namespace scheduling = engagement_scheduling::v1;
  namespace exchange = document_exchange::v1;
  return {
      .registry = Ask(session.Reports(), &registry::RegistryReportService::Stub::ListAffected,
                      request, patience),
      .engagements =
          Ask(session.Scheduling(), &scheduling::EngagementSchedulingService::Stub::ListAffected,
              WhatIfRequest<scheduling::ListAffectedRequest>(request), patience),
      .documents = Ask(session.Exchange(), &exchange::DocumentExchangeService::Stub::ListAffected,
                       WhatIfRequest<exchange::ListAffectedRequest>(request), patience)};
}

absl::StatusOr<RelianceQuestion> BeforeItsCorrection(InstrumentAt at) {
  COMITY_ASSIGN_OR_RETURN(Instrument state, at(nullptr));
  RelianceQuestion question{.fact = state.name()};
  if (state.has_retraction()) return question;
  while (true) {
    ledger::v1::Revision before = state.revision();
    before.set_number(before.number() - 1);
    absl::StatusOr<Instrument> earlier = at(&before);
    // Before its first state there was none.
    if (absl::IsNotFound(earlier.status()) || absl::IsOutOfRange(earlier.status())) break;
    if (!earlier.ok()) return earlier.status();
    if (Corrects(state, *earlier)) {
      if (question.before.has_value()) break;
      question.before = state.revision();
    }
    state = *std::move(earlier);
  }
  question.from = state.revision();
  return question;
}

absl::StatusOr<RelianceQuestion> BeforeItsCorrection(Session& session,
                                                     const std::string& instrument,
                                                     absl::Duration patience) {
  namespace v1 = partner_registry::v1;
  return BeforeItsCorrection(
      [&](const ledger::v1::Revision* revision) -> absl::StatusOr<v1::Instrument> {
        v1::GetInstrumentRequest request;
        request.set_name(instrument);
        if (revision != nullptr) *request.mutable_at_revision() = *revision;
        return Ask(session.Registry(), &v1::PartnerRegistryService::Stub::GetInstrument, request,
                   patience);
      });
}

absl::Status ReliancesEverywhere::status() const {
  return Together({{kRegistry, secondments.status()},
                   {kScheduling, engagements.status()},
                   {kExchange, documents.status()}});
}

ReliancesEverywhere ListReliances(Session& session, const RelianceQuestion& question,
                                  absl::Duration patience) {
  return {.secondments = SecondmentsOn(session, question.fact, patience),
          .engagements = EngagementsOn(session, question, patience),
          .documents = DocumentsOn(session, question, patience)};
}

absl::Status VolumesEverywhere::status() const {
  return Together({{kScheduling, engagements.status()}, {kExchange, documents.status()}});
}

VolumeCounts VolumesEverywhere::Counts() const { return CountsOf(engagements, documents); }

VolumesEverywhere MeasureVolume(Session& session, int year, const std::string& partner,
                                absl::Duration patience) {
  namespace scheduling = engagement_scheduling::v1;
  namespace exchange = document_exchange::v1;
  scheduling::MeasureVolumeRequest engagements;
  engagements.set_year(year);
  engagements.set_partner(partner);
  exchange::MeasureVolumeRequest documents;
  documents.set_year(year);
  documents.set_partner(partner);
  return {
      .engagements =
          Ask(session.Scheduling(), &scheduling::EngagementSchedulingService::Stub::MeasureVolume,
              engagements, patience),
      .documents = Ask(session.Exchange(), &exchange::DocumentExchangeService::Stub::MeasureVolume,
                       documents, patience)};
}

absl::Status VolumesReported::status() const {
  return Together({{kScheduling, engagements.status()}, {kExchange, documents.status()}});
}

VolumeCounts VolumesReported::Counts() const { return CountsOf(engagements, documents); }

VolumesReported ReportVolume(Session& session, int year, absl::Duration patience) {
  namespace scheduling = engagement_scheduling::v1;
  namespace exchange = document_exchange::v1;
  scheduling::ReportVolumeRequest engagements;
  engagements.set_year(year);
  exchange::ReportVolumeRequest documents;
  documents.set_year(year);
  return {
      .engagements =
          Ask(session.Scheduling(), &scheduling::EngagementSchedulingService::Stub::ReportVolume,
              engagements, patience),
      .documents = Ask(session.Exchange(), &exchange::DocumentExchangeService::Stub::ReportVolume,
                       documents, patience)};
}

}  // namespace comity::client
