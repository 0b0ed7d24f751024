#include "services/partner-registry/transport/relation_reads.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/service/page_room.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/readiness.h"

namespace comity::partner_registry {
namespace {

template <typename T>
using Listed = std::vector<std::pair<std::string, const T*>>;

template <typename T>
Listed<T> ByName(const Registry& registry, const std::string& partner) {
  const std::string prefix =
      partner.empty() ? "" : absl::StrCat("partners/", partner, "/", T::kCollection, "/");
  const auto& all = registry.relations().All<T>();
  Listed<T> listed;
  for (auto at = all.lower_bound(prefix); at != all.end() && absl::StartsWith(at->first, prefix);
       ++at) {
    listed.emplace_back(at->first, at->second.get());
  }
  return listed;
}

// Oldest first: days are exact, so their text sorts as they do.
template <typename T>
Listed<T> ByDay(const Registry& registry, std::string T::*day) {
  Listed<T> listed;
  for (const auto& [name, value] : registry.relations().All<T>()) {
    listed.emplace_back(absl::StrCat((*value).*day, " ", name), value.get());
  }
  std::sort(listed.begin(), listed.end());
  return listed;
}

// Of a resource below a partner, or beside them.
template <typename T>
absl::Status CheckName(absl::string_view field, absl::string_view name) {
  if constexpr (requires(T fact) { fact.partner; }) {
    return ParseChildName(field, T::kCollection, name).status();
  } else {
    return ParseTopName(field, T::kCollection, name).status();
  }
}

Listed<Strategy> Strategies(const Registry& registry, const std::string&) {
  return ByDay<Strategy>(registry, &Strategy::from);
}

Listed<CriteriaSet> CriteriaSets(const Registry& registry, const std::string&) {
  return ByDay<CriteriaSet>(registry, &CriteriaSet::adopted);
}

}  // namespace

absl::CivilDay RelationReads::Today() const { return DayInBrussels(clock_->Now()); }

absl::StatusOr<absl::CivilDay> RelationReads::DayOf(const std::string& text) const {
  if (text.empty()) return Today();
  const auto day = ParseDay(text);
  if (!day.ok()) {
    return InvalidField("DAY_INVALID", "day", "write a day such as 2026-11-28, or leave it empty");
  }
  return *day;
}

template <typename T, typename Request, typename Message>
absl::Status RelationReads::Get(const rpc::Call& call, const Request& request,
                                absl::string_view what, absl::string_view reason,
                                Message* response) const {
  COMITY_RETURN_IF_ERROR(CheckName<T>("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const T* found = then->relations().template Find<T>(request.name());
  const Sight sight(then.viewer(), *clock_);
  if (found == nullptr || !MaySee(sight.viewer, *found, Today())) return NoSuch(what, reason);
  *response = RelationView{*then, Today(), sight.viewer}.Show(*found);
  return absl::OkStatus();
}

template <typename T, typename Request, typename Messages>
absl::StatusOr<std::string> RelationReads::FillPage(
    const rpc::Call& call, const Request& request, Then& then, absl::CivilDay day,
    Listed<T> (*list)(const Registry&, const std::string& partner), const std::string& partner,
    Messages* messages) const {
  COMITY_ASSIGN_OR_RETURN(const Page page, OpenPage(call, request, then));
  const Sight sight(then.viewer(), *clock_);
  const RelationView view{*then, day, sight.viewer};
  service::PageRoom room(page.size);
  std::string last;
  for (const auto& [position, fact] : list(*then, partner)) {
    if (position <= page.after || !MaySee(sight.viewer, *fact, Today())) continue;
    auto shown = view.Show(*fact);
    if (!room.Take(shown)) return NextToken(call, request, last, then->revision());
    *messages->Add() = std::move(shown);
    last = position;
  }
  return std::string();
}

template <typename T, typename Request, typename Messages>
absl::StatusOr<std::string> RelationReads::PageBelow(const rpc::Call& call, const Request& request,
                                                     absl::CivilDay day, Messages* messages) const {
  std::string partner;
  if (request.parent() != "partners/-") {
    COMITY_ASSIGN_OR_RETURN(partner, ParsePartnerName("parent", request.parent()));
  }
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  if (!partner.empty() && (then->FindPartner(partner) == nullptr ||
                           !Sight(then.viewer(), *clock_).SeesPartner(partner))) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  return FillPage<T>(call, request, then, day, &ByName<T>, partner, messages);
}

absl::Status RelationReads::GetStrategy(const rpc::Call& call,
                                        const v1::GetStrategyRequest& request,
                                        v1::Strategy* response) const {
  return Get<Strategy>(call, request, "strategy", "STRATEGY_NOT_FOUND", response);
}

absl::Status RelationReads::ListStrategies(const rpc::Call& call,
                                           const v1::ListStrategiesRequest& request,
                                           v1::ListStrategiesResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  COMITY_ASSIGN_OR_RETURN(*response->mutable_next_page_token(),
                          FillPage<Strategy>(call, request, then, Today(), &Strategies, "",
                                             response->mutable_strategies()));
  return absl::OkStatus();
}

absl::Status RelationReads::ListStrategyGaps(const rpc::Call& call,
                                             const v1::ListStrategyGapsRequest& request,
                                             v1::ListStrategyGapsResponse* response) const {
  constexpr int kMostGaps = 10'000;
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request.day()));
  COMITY_ASSIGN_OR_RETURN(const Then then, Now(call));
  const Sight sight(then.viewer(), *clock_);
  const Strategy* strategy = StrategyOn(*then, day);
  // Gaps are with any partner.
  if (!sight.viewer.all || !MaySee(sight.viewer, Strategy(), Today())) {
    return NoSuch("strategy", "STRATEGY_NOT_FOUND");
  }
  const RelationView view{*then, day, sight.viewer};
  for (const StrategyGap& gap : GapsOn(*then, day)) {
    if (response->gaps_size() == kMostGaps) break;
    *response->add_gaps() = view.Show(gap);
  }
  if (strategy != nullptr) response->set_strategy(Name(*strategy));
  service::SetRevision(then->store_id(), then->revision(), response->mutable_registry_revision());
  return absl::OkStatus();
}

absl::Status RelationReads::ListCriteriaSets(const rpc::Call& call,
                                             const v1::ListCriteriaSetsRequest& request,
                                             v1::ListCriteriaSetsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  COMITY_ASSIGN_OR_RETURN(*response->mutable_next_page_token(),
                          FillPage<CriteriaSet>(call, request, then, Today(), &CriteriaSets, "",
                                                response->mutable_criteria_sets()));
  return absl::OkStatus();
}

absl::Status RelationReads::ListAssessments(const rpc::Call& call,
                                            const v1::ListAssessmentsRequest& request,
                                            v1::ListAssessmentsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(
      *response->mutable_next_page_token(),
      PageBelow<Assessment>(call, request, Today(), response->mutable_assessments()));
  return absl::OkStatus();
}

absl::Status RelationReads::RankPartners(const rpc::Call& call,
                                         const v1::RankPartnersRequest& request,
                                         v1::RankPartnersResponse* response) const {
  constexpr int kMostRanked = 10'000;
  COMITY_RETURN_IF_ERROR(CheckName<CriteriaSet>("criteria_set", request.criteria_set()));
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request.day()));
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Sight sight(then.viewer(), *clock_);
  const CriteriaSet* set = then->relations().Find<CriteriaSet>(request.criteria_set());
  // A ranking tells what assessments say.
  if (set == nullptr || !MaySee(sight.viewer, Assessment(), Today())) {
    return NoSuch("set of criteria", "CRITERIA_SET_NOT_FOUND");
  }
  const RelationView view{*then, day, sight.viewer};
  for (const RankedPartner& ranked : Rank(*then, *set, day)) {
    if (response->partners_size() == kMostRanked) break;
    *response->add_partners() = view.Show(ranked);
  }
  response->set_day(FormatDay(day));
  service::SetRevision(then->store_id(), then->revision(), response->mutable_registry_revision());
  return absl::OkStatus();
}

absl::Status RelationReads::ListVolumes(const rpc::Call& call,
                                        const v1::ListVolumesRequest& request,
                                        v1::ListVolumesResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(*response->mutable_next_page_token(),
                          PageBelow<Volume>(call, request, Today(), response->mutable_volumes()));
  return absl::OkStatus();
}

absl::Status RelationReads::GetConsultation(const rpc::Call& call,
                                            const v1::GetConsultationRequest& request,
                                            v1::Consultation* response) const {
  return Get<Consultation>(call, request, "consultation", "CONSULTATION_NOT_FOUND", response);
}

absl::Status RelationReads::ListConsultations(const rpc::Call& call,
                                              const v1::ListConsultationsRequest& request,
                                              v1::ListConsultationsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(
      *response->mutable_next_page_token(),
      PageBelow<Consultation>(call, request, Today(), response->mutable_consultations()));
  return absl::OkStatus();
}

absl::Status RelationReads::GetReadiness(const rpc::Call& call,
                                         const v1::GetReadinessRequest& request,
                                         v1::Readiness* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string partner, ParseReadinessName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Sight sight(then.viewer(), *clock_);
  const Readiness found = ReadinessOf(*then, partner);
  if (then->FindPartner(partner) == nullptr || !MaySee(sight.viewer, found, Today())) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  *response = RelationView{*then, Today(), sight.viewer}.Show(found);
  return absl::OkStatus();
}

absl::Status RelationReads::GetArrangement(const rpc::Call& call,
                                           const v1::GetArrangementRequest& request,
                                           v1::Arrangement* response) const {
  return Get<Arrangement>(call, request, "arrangement", "ARRANGEMENT_NOT_FOUND", response);
}

absl::Status RelationReads::ListArrangements(const rpc::Call& call,
                                             const v1::ListArrangementsRequest& request,
                                             v1::ListArrangementsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(
      *response->mutable_next_page_token(),
      PageBelow<Arrangement>(call, request, Today(), response->mutable_arrangements()));
  return absl::OkStatus();
}

absl::Status RelationReads::ListSecondments(const rpc::Call& call,
                                            const v1::ListSecondmentsRequest& request,
                                            v1::ListSecondmentsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request.day()));
  COMITY_ASSIGN_OR_RETURN(
      *response->mutable_next_page_token(),
      PageBelow<Secondment>(call, request, day, response->mutable_secondments()));
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
