#include "services/engagement-scheduling/transport/inquiries.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/service/calls.h"
#include "common/service/disclosures.h"
#include "common/service/page_room.h"
#include "common/service/year.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/transfer_proto/affected.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/engagement-scheduling/domain/affected.h"
#include "services/engagement-scheduling/domain/reliances.h"
#include "services/engagement-scheduling/domain/volume.h"
#include "services/engagement-scheduling/records/schedule_proto.h"
#include "services/engagement-scheduling/transport/positions.h"

namespace comity::engagement_scheduling {
namespace {

namespace registry = partner_registry::v1;

v1::AffectedEngagement ToAffected(const Engagement& engagement) {
  v1::AffectedEngagement made;
  made.set_engagement(engagement.name);
  *made.mutable_start_time() = engagement_scheduling::ToProto(engagement.interval.start);
  made.set_state(static_cast<v1::Engagement::State>(engagement.state));
  return made;
}

v1::Reliance ToProto(Reliance reliance) {
  v1::Reliance made;
  made.set_engagement(std::move(reliance.engagement));
  *made.mutable_confirm_time() = engagement_scheduling::ToProto(reliance.confirm_time);
  service::SetRevision(reliance.registry_revision.store_id, reliance.registry_revision.number,
                       made.mutable_registry_revision());
  for (std::string& counterpart : reliance.counterparts) {
    made.add_counterparts(std::move(counterpart));
  }
  return made;
}

crypto::Digest QueryDigest(const rpc::Call& call, v1::ListReliancesRequest query) {
  query.clear_page_size();
  query.clear_page_token();
  return service::DigestOf(call.method(), query);
}

}  // namespace

absl::Status Inquiries::ListAffected(const rpc::Call& call, const v1::ListAffectedRequest& request,
                                     v1::ListAffectedResponse* response) const {
  const absl::Time now = parts_.clock->Now();
  COMITY_ASSIGN_OR_RETURN(
      const legal::WhatIf asked,
      transfer_proto::WhatIfFromProto(request.instrument(), request.supposition(), request.day(),
                                      DayInBrussels(now)));
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  COMITY_RETURN_IF_ERROR(
      service::CheckMinRevision(call, parts_.store->store_id(), parts_.store->View().revision()));
  COMITY_ASSIGN_OR_RETURN(const legal::Supposed supposed, legal::Suppose(registry->facts(), asked));
  transfer_proto::AffectedAnswer answer(asked.day, registry->revision(), parts_.limits.affected,
                                        response);
  const absl::Time from = absl::FromCivil(supposed.from, Brussels());
  Planned planned{.last = {absl::InfinitePast(), ""}, .more = true};
  while (planned.more && !call.Cancelled()) {
    {
      const ScheduleStore::State::Guard state = parts_.store->View();
      planned =
          StillToCome(*state, call.principal(), from, now, planned.last, parts_.limits.at_once);
    }
    for (const Engagement& engagement : planned.engagements) {
      for (legal::ChangedOutcome& change : AffectedBy(engagement, *registry, supposed.facts)) {
        if (!answer.Add(ToAffected(engagement), std::move(change))) return absl::OkStatus();
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Inquiries::ListReliances(const rpc::Call& call,
                                      const v1::ListReliancesRequest& request,
                                      v1::ListReliancesResponse* response) const {
  COMITY_RETURN_IF_ERROR(service::CheckPurpose(request.purpose()));
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  COMITY_ASSIGN_OR_RETURN(
      const legal::RelianceQuery query,
      transfer_proto::RelianceQueryFromProto(
          request.fact(), request.has_from_revision() ? &request.from_revision() : nullptr,
          request.has_before_revision() ? &request.before_revision() : nullptr,
          registry->revision().store_id));
  COMITY_ASSIGN_OR_RETURN(const int page_size, service::PageSize(request.page_size()));
  const crypto::Digest digest = QueryDigest(call, request);
  Relied relied{.last = kNewest, .more = true};
  if (!request.page_token().empty()) {
    COMITY_ASSIGN_OR_RETURN(const journal::PagePosition last,
                            parts_.pages->Parse(request.page_token(), digest, call.caller()));
    COMITY_ASSIGN_OR_RETURN(relied.last, ParsePosition(last.position));
  }
  // One more tells whether there is another page.
  const auto most = static_cast<std::size_t>(page_size) + 1;
  std::vector<Reliance> found;
  const std::int64_t revision = parts_.store->View().revision();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), revision));
  // What is confirmed meanwhile is newer than what was looked at, and left to a later call.
  while (relied.more && found.size() < most && !call.Cancelled()) {
    {
      const ScheduleStore::State::Guard state = parts_.store->View();
      relied = ReliancesOn(*state, query, relied.last, parts_.limits.at_once);
    }
    std::move(relied.reliances.begin(), relied.reliances.end(), std::back_inserter(found));
  }
  service::PageRoom room(page_size);
  std::string last;
  for (Reliance& reliance : found) {
    std::string position = PositionText(reliance.confirm_time, reliance.engagement);
    v1::Reliance shown = ToProto(std::move(reliance));
    if (!room.Take(shown)) {
      response->set_next_page_token(
          parts_.pages->Issue({.position = last, .revision = revision}, digest, call.caller()));
      break;
    }
    last = std::move(position);
    *response->add_reliances() = std::move(shown);
  }
  return service::RecordDisclosure(*parts_.journal, call, request.purpose(), digest,
                                   static_cast<std::size_t>(response->reliances_size()));
}

absl::Status Inquiries::MeasureVolume(const rpc::Call& call,
                                      const v1::MeasureVolumeRequest& request,
                                      v1::MeasureVolumeResponse* response) const {
  const absl::Time now = parts_.clock->Now();
  COMITY_ASSIGN_OR_RETURN(const service::Year year, service::YearOf(request.year(), now));
  if (!request.partner().empty()) {
    COMITY_RETURN_IF_ERROR(transfer_proto::CheckPartnerName(request.partner(), "partner"));
  }
  const std::int64_t revision = parts_.store->View().revision();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), revision));
  const Interval span{year.start, year.end};
  // What is counted is over, and does not move any more.
  Volume counted;
  while (counted.more && !call.Cancelled()) {
    const ScheduleStore::State::Guard state = parts_.store->View();
    CountEngagements(*state, span, request.partner(), now, parts_.limits.at_once, counted);
  }
  if (counted.more) return service::CountInterrupted();
  for (const auto& [partner, count] : counted.engagements) {
    v1::PartnerVolume* const volume = response->add_volumes();
    volume->set_partner(partner);
    volume->set_engagements(count);
  }
  service::SetRevision(parts_.store->store_id(), revision, response->mutable_revision());
  return absl::OkStatus();
}

absl::Status Inquiries::ReportVolume(const rpc::Call& call, const v1::ReportVolumeRequest& request,
                                     v1::ReportVolumeResponse* response) const {
  v1::MeasureVolumeRequest all;
  all.set_year(request.year());
  v1::MeasureVolumeResponse counted;
  COMITY_RETURN_IF_ERROR(MeasureVolume(call, all, &counted));
  return service::ReportCounted(
      call, parts_.report, request.year(), std::move(counted),
      [](const v1::PartnerVolume& volume, auto& counts) {
        counts["engagements"] = volume.engagements();
      },
      response);
}

}  // namespace comity::engagement_scheduling
