// comity slots, comity engagements: find a time, hold it, confirm it, export it.

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/enum_option.h"
#include "services/cli/option_names.h"
#include "services/cli/question.h"
#include "services/cli/question_fields.h"
#include "services/cli/shown_fields.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = engagement_scheduling::v1;

namespace {

using Scheduling = v1::EngagementSchedulingService::Stub;

struct Arguments {
  std::vector<std::string> with, resources, partners;
  std::string duration = "1h", from = "tomorrow", start, title, hold_for, name, reason, file,
              partner;
  int days = 14;
  int max_results = 10;
  bool all = false;
  bool validate_only = false;
  v1::EngagementKind kind = v1::ENGAGEMENT_KIND_TECHNICAL_MEETING;
  v1::EngagementClass engagement_class = v1::ENGAGEMENT_CLASS_STRATEGIC;
  v1::EngagementMode mode = v1::ENGAGEMENT_MODE_ONLINE;
  QuestionOptions question;
  // Calendars.
  std::string owner, zone;
  std::vector<int> working_days = {1, 2, 3, 4, 5};
  std::string hours = "09:00-17:30";
  std::vector<std::string> holidays;
};

// "me", "tbilisi-1@georgia" or a SPIFFE id.
absl::StatusOr<std::string> ResolvePerson(App& app, const std::string& text) {
  if (absl::StartsWith(text, "spiffe://")) return text;
  if (text == "me") {
    COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
    return session->SpiffeId();
  }
  partner_registry::v1::GetContactRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(text));
  COMITY_ASSIGN_OR_RETURN(const auto registry, Service<RegistryStub>(app));
  const auto contact =
      client::Invoke(registry.get(), &RegistryStub::GetContact, request, app.patience());
  if (!contact.ok()) return OfWord(contact.status(), "contact", text);
  return contact->spiffe_id();
}

std::string ResourceName(const std::string& text) {
  return absl::StartsWith(text, "resources/") ? text : absl::StrCat("resources/", text);
}

std::string EngagementName(const std::string& text) {
  return absl::StartsWith(text, "engagements/") ? text : absl::StrCat("engagements/", text);
}

// From which option the fields of a request were made.
constexpr FieldOption kSlotOptions[] = {{"participants", "--with"},  {"contact", "--with"},
                                        {"resources", "--resource"}, {"duration", "--duration"},
                                        {"window", "--from"},        {"max_results", "--max"}};
constexpr FieldOption kHoldOptions[] = {{"engagement.participants", "--with"},
                                        {"participants", "--with"},
                                        {"contact", "--with"},
                                        {"engagement.resources", "--resource"},
                                        {"engagement.partners", "--partner"},
                                        {"engagement.title", "--title"},
                                        {"engagement.kind", "--type"},
                                        {"engagement.engagement_class", "--class"},
                                        {"engagement.mode", "--mode"},
                                        {"engagement.interval.start_time", "--start"},
                                        {"engagement.interval.end_time", "--duration"},
                                        {"hold_duration", "--hold-for"}};
constexpr FieldOption kCancelOptions[] = {{"reason", "--reason"}};
constexpr FieldOption kListOptions[] = {{"partner", "--partner"}};
constexpr FieldOption kCalendarOptions[] = {{"calendar.owner", "owner"},
                                            {"contact", "owner"},
                                            {"calendar.working_hours.time_zone", "--zone"},
                                            {"calendar.working_hours.days", "--day"},
                                            {"calendar.working_hours.start_minute", "--hours"},
                                            {"calendar.working_hours.end_minute", "--hours"},
                                            {"calendar.working_hours.holidays", "--holiday"}};

void SetDuration(absl::Duration duration, google::protobuf::Duration* target) {
  target->set_seconds(absl::ToInt64Seconds(duration));
}

void PrintEngagements(const std::vector<v1::Engagement>& engagements) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Engagement& engagement : engagements) {
    std::string state = v1::Engagement::State_Name(engagement.state()).substr(6);
    if (engagement.state() == v1::Engagement::STATE_HELD) {
      absl::StrAppend(&state, " until ", TimeText(engagement.hold_expire_time()));
    }
    rows.push_back(
        {engagement.name(), TimeText(engagement.interval().start_time()),
         TimeText(engagement.interval().end_time()), state,
         EnumText(v1::EngagementKind_descriptor(), engagement.kind(), "ENGAGEMENT_KIND_"),
         engagement.title()});
  }
  PrintTable(std::cout, {"name", "start", "end", "state", "kind", "title"}, rows);
}

void PrintEngagement(const v1::Engagement& engagement) {
  PrintTable(std::cout, {"field", "value"}, ShownFields(engagement));
  if (engagement.has_transfer_question()) {
    PrintTable(std::cout, {"its question", "says"}, ShownFields(engagement.transfer_question()));
  }
}

absl::Status Slots(App& app, const Arguments& arguments) {
  v1::SearchSlotsRequest request;
  COMITY_ASSIGN_OR_RETURN(const absl::Duration duration,
                          ParseDuration("--duration", arguments.duration));
  SetDuration(duration, request.mutable_duration());
  COMITY_ASSIGN_OR_RETURN(const absl::Time from, ParseStartOfDay("--from", arguments.from));
  for (const std::string& who : arguments.with) {
    COMITY_ASSIGN_OR_RETURN(*request.add_participants(), ResolvePerson(app, who));
  }
  for (const std::string& resource : arguments.resources) {
    request.add_resources(ResourceName(resource));
  }
  *request.mutable_window()->mutable_start_time() = ToTimestamp(from);
  *request.mutable_window()->mutable_end_time() =
      ToTimestamp(from + absl::Hours(24) * arguments.days);
  request.set_max_results(arguments.max_results);
  COMITY_ASSIGN_OR_RETURN(const auto scheduling, Service<Scheduling>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::SearchSlotsResponse response,
      client::Invoke(scheduling.get(), &Scheduling::SearchSlots, request, app.patience()));
  app.Show(response, [&] {
    for (const auto& obstacle : response.obstacles()) {
      std::cout << obstacle.who() << ": " << obstacle.reason() << ": "
                << Wrap(obstacle.sentence(), 100, 2) << "\n";
    }
    if (response.slots_size() == 0) return;
    std::vector<std::vector<std::string>> rows;
    for (const auto& slot : response.slots()) {
      rows.push_back({TimeText(slot.interval().start_time()), TimeText(slot.interval().end_time()),
                      absl::StrJoin(slot.local_starts(), "  ")});
    }
    PrintTable(std::cout, {"start", "end", "local times"}, rows);
  });
  return absl::OkStatus();
}

absl::Status Hold(App& app, const Arguments& arguments) {
  v1::HoldEngagementRequest request;
  request.set_validate_only(arguments.validate_only);
  v1::Engagement& engagement = *request.mutable_engagement();
  engagement.set_kind(arguments.kind);
  engagement.set_engagement_class(arguments.engagement_class);
  engagement.set_mode(arguments.mode);
  engagement.set_title(arguments.title);
  COMITY_ASSIGN_OR_RETURN(const absl::Time start, ParseMoment("--start", arguments.start));
  COMITY_ASSIGN_OR_RETURN(const absl::Duration duration,
                          ParseDuration("--duration", arguments.duration));
  *engagement.mutable_interval()->mutable_start_time() = ToTimestamp(start);
  *engagement.mutable_interval()->mutable_end_time() = ToTimestamp(start + duration);
  if (!arguments.hold_for.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::Duration hold,
                            ParseDuration("--hold-for", arguments.hold_for));
    SetDuration(hold, request.mutable_hold_duration());
  }
  for (const std::string& partner : arguments.partners) {
    engagement.add_partners(PartnerName(partner));
  }
  for (const std::string& who : arguments.with) {
    COMITY_ASSIGN_OR_RETURN(*engagement.add_participants(), ResolvePerson(app, who));
  }
  for (const std::string& resource : arguments.resources) {
    engagement.add_resources(ResourceName(resource));
  }
  if (arguments.engagement_class == v1::ENGAGEMENT_CLASS_OPERATIONAL) {
    COMITY_ASSIGN_OR_RETURN(*engagement.mutable_transfer_question(),
                            arguments.question.Question(app));
  }
  COMITY_ASSIGN_OR_RETURN(const auto scheduling, Service<Scheduling>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::Engagement held,
      client::Invoke(scheduling.get(), &Scheduling::HoldEngagement, request, app.patience()));
  app.Show(held, [&] { PrintEngagements({held}); });
  return absl::OkStatus();
}

// Confirms or cancels: the two differ in the request only.
template <typename Request>
absl::Status Act(App& app,
                 grpc::Status (Scheduling::*method)(grpc::ClientContext*, const Request&,
                                                    v1::Engagement*),
                 Request request) {
  COMITY_ASSIGN_OR_RETURN(const auto scheduling, Service<Scheduling>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::Engagement engagement,
      client::Invoke(scheduling.get(), method, std::move(request), app.patience()));
  app.Show(engagement, [&] { PrintEngagements({engagement}); });
  return absl::OkStatus();
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListEngagementsRequest request;
  request.set_include_inactive(arguments.all);
  if (!arguments.partner.empty()) request.set_partner(PartnerName(arguments.partner));
  return ListAndShow(app, &Scheduling::ListEngagements, request,
                     [](const v1::ListEngagementsResponse& all) {
                       PrintEngagements({all.engagements().begin(), all.engagements().end()});
                     });
}

absl::Status Export(App& app, const Arguments& arguments) {
  v1::ExportCalendarRequest request;
  if (!arguments.name.empty()) request.set_name(EngagementName(arguments.name));
  COMITY_ASSIGN_OR_RETURN(const auto scheduling, Service<Scheduling>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::ExportCalendarResponse response,
      client::Invoke(scheduling.get(), &Scheduling::ExportCalendar, request, app.patience()));
  std::ofstream file(arguments.file, std::ios::binary);
  file << response.calendar();
  if (!file.flush()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The calendar cannot be written to ", arguments.file,
                                  ": choose a file that can be written."),
                     {.reason = "FILE_NOT_WRITABLE"});
  }
  std::cout << "Wrote " << response.calendar().size() << " bytes to " << arguments.file << ".\n";
  return absl::OkStatus();
}

// The minutes from midnight to "09:00"; -1: it is no time of day.
int MinuteOf(const std::string& text) {
  int hour = 0;
  int minute = 0;
  char colon = 0;
  if (!(std::istringstream(text) >> hour >> colon >> minute) || colon != ':' || hour < 0 ||
      minute < 0 || minute > 59 || hour * 60 + minute > 24 * 60) {
    return -1;
  }
  return hour * 60 + minute;
}

absl::Status ReadHours(const Arguments& arguments, partner_registry::v1::WorkingHours& hours) {
  const std::vector<std::string> ends = absl::StrSplit(arguments.hours, '-');
  const int start = MinuteOf(ends.front());
  const int end = MinuteOf(ends.back());
  if (ends.size() != 2 || start < 0 || end <= start) {
    return InvalidField("HOURS_INVALID", "--hours",
                        absl::StrCat("\"", arguments.hours,
                                     "\" are no hours of one day, the first before the last: write "
                                     "09:00-17:30"));
  }
  hours.set_start_minute(start);
  hours.set_end_minute(end);
  hours.set_time_zone(arguments.zone);
  for (const int day : arguments.working_days) hours.add_days(day);
  for (const std::string& holiday : arguments.holidays) {
    COMITY_RETURN_IF_ERROR(ParseWholeDay("--holiday", holiday).status());
    hours.add_holidays(holiday);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> OwnerName(App& app, const std::string& text) {
  if (absl::StartsWith(text, "resources/")) return text;
  return ResolvePerson(app, text);
}

void PrintCalendar(const v1::Calendar& calendar) {
  std::cout << calendar.owner() << " works " << HoursText(calendar.working_hours()) << ".\n";
}

absl::Status ShowCalendar(App& app, const Arguments& arguments) {
  v1::GetCalendarRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_owner(), OwnerName(app, arguments.owner));
  return CallAndShow(app, &Scheduling::GetCalendar, request, PrintCalendar);
}

absl::Status SetCalendar(App& app, const Arguments& arguments) {
  v1::UpdateCalendarRequest request;
  v1::Calendar& calendar = *request.mutable_calendar();
  COMITY_RETURN_IF_ERROR(ReadHours(arguments, *calendar.mutable_working_hours()));
  COMITY_ASSIGN_OR_RETURN(*calendar.mutable_owner(), OwnerName(app, arguments.owner));
  return CallAndShow(app, &Scheduling::UpdateCalendar, request, PrintCalendar);
}

}  // namespace

void RegisterEngagements(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const auto people = [&](Command command) {
    command
        .AddOption("--with", arguments->with,
                   "Who takes part: me, tbilisi-1@georgia or a SPIFFE id; repeat")
        .Required()
        .TypeName("WHO");
    command.AddOption("--resource", arguments->resources, "A room, interpreter or line; repeat")
        .TypeName("NAME");
    command.AddOption("--duration", arguments->duration, "How long")
        .ShowDefault()
        .TypeName("DURATION");
  };

  const Command slots = AddCommand(
      root, app, "slots", "Find times within everybody's working hours",
      "  comity --as desk-1 slots --with me --with tbilisi-1@georgia --duration 1h --days 10",
      [&app, arguments] { return InOptions(Slots(app, *arguments), kSlotOptions); });
  people(slots);
  slots.AddOption("--from", arguments->from, "First day: today, tomorrow or 2026-11-23")
      .ShowDefault()
      .TypeName("DAY");
  slots.AddOption("--days", arguments->days, "How many days to look at")
      .Between(1, 366)
      .ShowDefault();
  slots.AddOption("--max", arguments->max_results, "How many slots").Between(1, 100).ShowDefault();

  const Command engagements = root.AddGroup("engagements", "Meetings and missions");

  const Command hold = AddCommand(
      engagements, app, "hold", "Hold a time; it releases itself unless confirmed",
      "  comity --as desk-1 engagements hold --type technical-meeting --class strategic \\\n"
      "      --mode online --title \"Role of the agency\" --partner georgia \\\n"
      "      --with me --with tbilisi-1@georgia --start 2026-12-01T10:00:00Z",
      [&app, arguments] {
        return InQuestionOptions(InOptions(Hold(app, *arguments), kHoldOptions),
                                 "engagement.transfer_question");
      });
  people(hold);
  hold.AddOption("--start", arguments->start, "When, such as 2026-12-01T10:00:00Z")
      .Required()
      .TypeName("TIME");
  hold.AddOption("--title", arguments->title, "For those who take part").Required();
  hold.AddOption("--partner", arguments->partners, "A partner concerned; repeat")
      .TypeName("PARTNER");
  hold.AddOption("--hold-for", arguments->hold_for, "How long the hold lasts; 15m if left out")
      .TypeName("DURATION");
  hold.AddFlag("--validate-only", arguments->validate_only, "Check everything, write nothing");
  AddEnumOption(hold, "--type", arguments->kind, "ENGAGEMENT_KIND_",
                v1::EngagementKind_descriptor(),
                "technical-meeting (default), visit, coordination-meeting ...");
  AddEnumOption(hold, "--class", arguments->engagement_class, "ENGAGEMENT_CLASS_",
                v1::EngagementClass_descriptor(), "strategic (default) or operational");
  AddEnumOption(hold, "--mode", arguments->mode, "ENGAGEMENT_MODE_",
                v1::EngagementMode_descriptor(), "online (default), on-site or hybrid");
  arguments->question.Register(hold);

  const auto named = [&](const char* name, const char* description, auto body) {
    const Command command = AddCommand(
        engagements, app, name, description,
        absl::StrCat("  comity --as desk-1 engagements ", name, " engagements/..."), body);
    command.AddOption("engagement", arguments->name, "Its name, as hold printed it").Required();
    return command;
  };
  named("confirm", "Confirm a meeting or mission that is held", [&app, arguments] {
    v1::ConfirmEngagementRequest request;
    request.set_name(EngagementName(arguments->name));
    return Act(app, &Scheduling::ConfirmEngagement, request);
  });
  named("cancel", "Cancel a meeting or mission", [&app, arguments] {
    v1::CancelEngagementRequest request;
    request.set_name(EngagementName(arguments->name));
    request.set_reason(arguments->reason);
    return InOptions(Act(app, &Scheduling::CancelEngagement, request), kCancelOptions);
  }).AddOption("--reason", arguments->reason, "Why; kept in the ledger");
  named("show", "Show a meeting or mission", [&app, arguments] {
    v1::GetEngagementRequest request;
    request.set_name(EngagementName(arguments->name));
    return CallAndShow(app, &Scheduling::GetEngagement, request, PrintEngagement);
  });

  const Command list =
      AddCommand(engagements, app, "list", "List meetings and missions you take part in",
                 "  comity --as desk-1 engagements list --partner georgia",
                 [&app, arguments] { return InOptions(List(app, *arguments), kListOptions); });
  list.AddOption("--partner", arguments->partner, "Only with this partner").TypeName("PARTNER");
  list.AddFlag("--all", arguments->all, "Cancelled and expired ones too");

  const Command ics = AddCommand(
      engagements, app, "export", "Write meetings as iCalendar, without any sensitive text",
      "  comity --as desk-1 engagements export engagements/... --to meeting.ics\n"
      "  comity --as desk-1 engagements export --to all.ics",
      [&app, arguments] { return Export(app, *arguments); });
  ics.AddOption("engagement", arguments->name, "One of them; all if left out");
  ics.AddOption("--to", arguments->file, "The file to write").Required().TypeName("FILE");

  const Command hours = AddCommand(
      engagements, app, "hours", "Set the working hours of a person or resource of the agency",
      "  comity --as desk-1 engagements hours me --zone Europe/Amsterdam --hours 09:00-17:30",
      [&app, arguments] { return InOptions(SetCalendar(app, *arguments), kCalendarOptions); });
  hours.AddOption("owner", arguments->owner, "me, a SPIFFE id or resources/NAME").Required();
  hours.AddOption("--zone", arguments->zone, "An IANA zone").Required().TypeName("ZONE");
  hours.AddOption("--hours", arguments->hours, "Local hours").ShowDefault();
  hours.AddOption("--day", arguments->working_days, "Working days, 1 Monday to 7 Sunday; repeat")
      .Between(1, 7);
  hours.AddOption("--holiday", arguments->holidays, "A day not worked; repeat").TypeName("DAY");

  AddCommand(engagements, app, "calendar", "Show the working hours of a person or resource",
             "  comity --as desk-1 engagements calendar me\n"
             "  comity --as desk-1 engagements calendar resources/room-1",
             [&app, arguments] { return ShowCalendar(app, *arguments); })
      .AddOption("owner", arguments->owner, "me, a SPIFFE id or resources/NAME")
      .Required();
}

}  // namespace comity::cli
