#include "services/partner-registry/transport/reports.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/service/calls.h"
#include "common/service/page_room.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/transfer_proto/affected.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/reports/affected.h"
#include "services/partner-registry/reports/briefing.h"
#include "services/partner-registry/reports/coming.h"
#include "services/partner-registry/reports/public_list.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

// Lists of other days than today are made for whoever asks; not too many are kept.
constexpr std::size_t kMostLists = 16;

absl::Status SetDay(const std::string& text, absl::CivilDay& day) {
  if (text.empty()) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(day, ParseDay(text));
  return absl::OkStatus();
}

absl::StatusOr<int> Days(std::int32_t asked) {
  constexpr int kDefault = 90;
  constexpr int kMost = 3'660;
  if (asked < 0 || asked > kMost) {
    return InvalidField("FIELD_INVALID", "days", "write 1 to 3660, or nothing for 90");
  }
  return asked == 0 ? kDefault : asked;
}

v1::Affected ToProto(const Affected& affected) {
  v1::Affected made;
  made.set_kind(static_cast<v1::Affected::Kind>(affected.kind));
  made.set_resource(affected.resource);
  made.set_before(affected.before);
  made.set_after(affected.after);
  made.set_sentence(affected.sentence);
  made.set_outcome_before(static_cast<v1::TransferOutcome>(affected.outcome_before));
  made.set_outcome_after(static_cast<v1::TransferOutcome>(affected.outcome_after));
  return made;
}

absl::Status NothingHangsOn(absl::string_view retracted) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(retracted,
                                " was recorded by mistake and retracted, so nothing hangs on it: "
                                "ask who relied on it (comity instruments relied-on), or ask of "
                                "one that counts."),
                   {.reason = "ENTRY_RETRACTED"});
}

// A page goes on after `position`, from the day from which the first was.
std::string TokenPosition(absl::CivilDay from, const std::string& position) {
  return absl::StrCat(FormatDay(from), "\n", position);
}

}  // namespace

absl::Status SigningNotConfigured() {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "The registry has no signing certificate, so it signs neither list nor "
                   "snapshot: ask its operator to set [signing] in its configuration.",
                   {.reason = "SIGNING_NOT_CONFIGURED"});
}

Reports::Reports(RegistryStore* store, const journal::PageTokens* pages, const Clock* clock,
                 const sealing::SignerFiles* signer)
    : SnapshotReads(store, pages, clock),
      signer_(signer),
      commits_(store->Subscribe([this] { WakeAll(); })) {}

absl::Status Reports::GetPublicList(const rpc::Call& call, const v1::GetPublicListRequest& request,
                                    v1::PublicList* response) const {
  absl::CivilDay day = Today();
  COMITY_RETURN_IF_ERROR(SetDay(request.day(), day));
  if (signer_ == nullptr) return SigningNotConfigured();
  const std::shared_ptr<const sealing::Signer> signer = signer_->Current();
  const absl::MutexLock lock(&lists_mutex_);
  COMITY_ASSIGN_OR_RETURN(const Then then, Now(call));
  if (lists_.revision != then->revision() || lists_.signer != signer ||
      lists_.by_day.size() >= kMostLists) {
    lists_ = {.revision = then->revision(), .signer = signer};
  }
  auto found = lists_.by_day.find(day);
  if (found == lists_.by_day.end()) {
    PublicList list = PublicListOn(*then, day);
    COMITY_RETURN_IF_ERROR(CheckFits(list));
    v1::PublicList made;
    COMITY_ASSIGN_OR_RETURN(*made.mutable_signature(),
                            signer->Sign(list.content, clock_->Now(), kNotice));
    made.set_content(std::move(list.content));
    made.set_page(std::move(list.page));
    service::SetRevision(then->store_id(), then->revision(), made.mutable_registry_revision());
    found = lists_.by_day.emplace(day, std::move(made)).first;
  }
  *response = found->second;
  return absl::OkStatus();
}

absl::Status Reports::GetBriefing(const rpc::Call& call, const v1::GetBriefingRequest& request,
                                  v1::Briefing* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  absl::CivilDay day = Today();
  COMITY_RETURN_IF_ERROR(SetDay(request.day(), day));
  if (!v1::GetBriefingRequest::Format_IsValid(request.format())) {
    return InvalidField("FIELD_INVALID", "format", "ask for MARKDOWN or HTML");
  }
  // As the transfer check itself: of a past day, of what was public or of an earlier revision it
  // is a question, not an attempt.
  QuestionTime time{.instant = day == Today()
                                   ? clock_->Now()
                                   : absl::FromCivil(absl::CivilHour(day) + 12, Brussels())};
  if (!request.public_on().empty()) {
    COMITY_ASSIGN_OR_RETURN(time.public_on, ParseDay(request.public_on()));
  }
  if (day < Today() || time.public_on.has_value() || request.has_at_revision()) {
    time.mode = legal::Mode::kExplore;
  }
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Partner* const partner = then->FindPartner(id);
  if (partner == nullptr || !Sight(then.viewer(), *clock_).SeesPartner(id)) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  const pages::Page page = BriefingOn(*then, *partner, time);
  const bool html = request.format() == v1::GetBriefingRequest::FORMAT_HTML;
  response->set_content(html ? pages::ToHtml(page) : pages::ToMarkdown(page));
  response->set_day(FormatDay(day));
  service::SetRevision(then->store_id(), then->revision(), response->mutable_registry_revision());
  return absl::OkStatus();
}

absl::Status Reports::ListAffected(const rpc::Call& call, const v1::ListAffectedRequest& request,
                                   v1::ListAffectedResponse* response) const {
  COMITY_RETURN_IF_ERROR(
      ParseChildName("instrument", "instruments", request.instrument()).status());
  COMITY_ASSIGN_OR_RETURN(const legal::WhatIf asked,
                          transfer_proto::WhatIfFromProto(
                              request.instrument(), request.supposition(), request.day(), Today()));
  COMITY_ASSIGN_OR_RETURN(const Then then, Now(call));
  const Sight sight(then.viewer(), *clock_);
  const Instrument* const instrument = then->FindInstrument(request.instrument());
  if (instrument == nullptr || !sight.Sees(*instrument)) {
    const auto* const retracted = then->FindRetracted<Instrument>(request.instrument());
    return retracted == nullptr || !sight.Sees(*retracted)
               ? NoSuch("instrument", "INSTRUMENT_NOT_FOUND")
               : NothingHangsOn(request.instrument());
  }
  const bool contacts = sight.Sees(Contact{.partner = instrument->partner});
  COMITY_ASSIGN_OR_RETURN(const std::vector<Affected> affected,
                          AffectedBy(*then, *instrument, asked.supposition, asked.day));
  transfer_proto::AffectedAnswer answer(asked.day, then->facts().revision(), {}, response);
  for (const Affected& one : affected) {
    if (one.kind == Affected::Kind::kContact && !contacts) continue;
    const auto* const secondment = then->relations().Find<Secondment>(one.resource);
    if (secondment != nullptr && !MaySee(sight.viewer, *secondment, Today())) continue;
    if (!answer.Add(ToProto(one))) break;
  }
  return absl::OkStatus();
}

absl::Status Reports::ListComing(const rpc::Call& call, const v1::ListComingRequest& request,
                                 v1::ListComingResponse* response) const {
  ComingQuery query{.from = Today()};
  COMITY_RETURN_IF_ERROR(SetDay(request.from(), query.from));
  COMITY_ASSIGN_OR_RETURN(const int days, Days(request.days()));
  for (const int kind : request.kinds()) {
    if (!v1::ComingEvent::Kind_IsValid(kind) || kind == v1::ComingEvent::KIND_UNSPECIFIED) {
      return InvalidField("FIELD_INVALID", "kinds", "name kinds of events, or none for all");
    }
    query.kinds.push_back(static_cast<ComingEvent::Kind>(kind));
  }
  COMITY_ASSIGN_OR_RETURN(Then then, Now(call));
  COMITY_ASSIGN_OR_RETURN(Page page, OpenPage(call, request, then));
  if (!page.after.empty()) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(page.after, absl::MaxSplits('\n', 1));
    COMITY_ASSIGN_OR_RETURN(query.from, ParseDay(parts.first));
    page.after = parts.second;
  }
  query.until = query.from + days;
  if (!request.partner().empty()) {
    COMITY_ASSIGN_OR_RETURN(query.partner, ParsePartnerName("partner", request.partner()));
    if (then->FindPartner(query.partner) == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  service::PageRoom room(page.size);
  std::string last;
  for (const ComingEvent& event : ComingEvents(*then, query)) {
    std::string position = event.Position();
    if (position <= page.after) continue;
    v1::ComingEvent shown = ToProto(event, *then);
    if (!room.Take(shown)) {
      response->set_next_page_token(
          NextToken(call, request, TokenPosition(query.from, last), then->revision()));
      break;
    }
    *response->add_events() = std::move(shown);
    last = std::move(position);
  }
  service::SetRevision(then->store_id(), then->revision(), response->mutable_registry_revision());
  return absl::OkStatus();
}

// What one stream has been sent. Touched by its pump only, which never runs twice at a time.
struct Reports::ComingCursor {
  int days = 0;
  std::optional<absl::CivilDay> day;
  std::int64_t revision = 0;
  std::shared_ptr<const ComingList> list;
};

absl::Status Reports::WatchComing(const v1::WatchComingRequest& request,
                                  const std::shared_ptr<ComingFlow>& stream) const {
  auto cursor = std::make_shared<ComingCursor>();
  COMITY_ASSIGN_OR_RETURN(cursor->days, Days(request.days()));
  stream->SetPump([this, cursor](ComingFlow& flow) { return PumpComing(*cursor, flow); });
  {
    const absl::MutexLock lock(&flows_mutex_);
    flows_.remove_if([](const std::weak_ptr<ComingFlow>& flow) { return flow.expired(); });
    flows_.push_back(stream);
  }
  stream->Wake();  // For what was committed in between.
  return absl::OkStatus();
}

absl::Status Reports::PumpComing(ComingCursor& cursor, ComingFlow& flow) const {
  if (!flow.HasRoom()) return absl::OkStatus();
  const absl::CivilDay day = Today();
  std::shared_ptr<const ComingList> list;
  {
    const RegistryStore::State::Guard now = store_->View();
    if (cursor.day == day && cursor.revision == now->revision()) return absl::OkStatus();
    list = coming_.On(*now, day, cursor.days);
    cursor.revision = now->revision();
  }
  // A change that leaves the list as it was is no news; a new day is.
  const bool news = cursor.day != day || list->events != cursor.list->events;
  cursor.list = list;
  cursor.day = day;
  if (news) flow.TryPush(list->response);
  return absl::OkStatus();
}

void Reports::WakeAll() const {
  std::vector<std::shared_ptr<ComingFlow>> open;
  {
    const absl::MutexLock lock(&flows_mutex_);
    for (const std::weak_ptr<ComingFlow>& flow : flows_) {
      if (auto alive = flow.lock()) open.push_back(std::move(alive));
    }
  }
  for (const std::shared_ptr<ComingFlow>& flow : open) flow->Wake();
}

}  // namespace comity::partner_registry
