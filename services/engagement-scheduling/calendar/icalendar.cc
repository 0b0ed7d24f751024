#include "services/engagement-scheduling/calendar/icalendar.h"

#include <libical/ical.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace comity::engagement_scheduling {
namespace {

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

const char* Summary(Kind kind) {
  switch (kind) {
    case Kind::kTechnicalMeeting:
      return "Technical meeting";
    case Kind::kVisit:
      return "Mission";
    case Kind::kStudyVisit:
      return "Study visit";
    case Kind::kCommissionNegotiationRound:
    case Kind::kWorkingArrangementNegotiation:
      return "Negotiation";
    case Kind::kBilateral:
      return "Bilateral meeting";
    case Kind::kContactPointMeeting:
      return "Contact point meeting";
    case Kind::kNetworkPlenary:
      return "Plenary";
    case Kind::kAnnualEvaluation:
      return "Annual evaluation";
    case Kind::kSigning:
      return "Signing";
    // That there is a case is not for others to know.
    case Kind::kCoordinationMeeting:
    case Kind::kUnspecified:
      break;
  }
  return "Meeting";
}

icalproperty_status StatusOf(State state) {
  switch (state) {
    case State::kHeld:
      return ICAL_STATUS_TENTATIVE;
    case State::kConfirmed:
      return ICAL_STATUS_CONFIRMED;
    default:
      return ICAL_STATUS_CANCELLED;
  }
}

icaltimetype Utc(absl::Time time) {
  return icaltime_from_timet_with_zone(absl::ToTimeT(time), /*is_date=*/0,
                                       icaltimezone_get_utc_timezone());
}

icalcomponent* Event(const Engagement& engagement, const std::string& organiser) {
  const std::string uid(absl::StripPrefix(engagement.name, "engagements/"));
  icalcomponent* const event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  const auto add = [event](icalproperty* property) { icalcomponent_add_property(event, property); };
  add(icalproperty_new_uid(uid.c_str()));
  add(icalproperty_new_dtstamp(Utc(engagement.update_time)));
  add(icalproperty_new_organizer(organiser.c_str()));
  add(icalproperty_new_dtstart(Utc(engagement.interval.start)));
  add(icalproperty_new_dtend(Utc(engagement.interval.end)));
  add(icalproperty_new_summary(Summary(engagement.kind)));
  add(icalproperty_new_sequence(engagement.sequence));
  add(icalproperty_new_status(StatusOf(engagement.state)));
  add(icalproperty_new_class(ICAL_CLASS_PRIVATE));
  return event;
}

}  // namespace

std::string ToICalendar(const std::vector<const Engagement*>& engagements,
                        const std::string& organiser) {
  const Component calendar(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  const auto add = [&](icalproperty* property) {
    icalcomponent_add_property(calendar.get(), property);
  };
  add(icalproperty_new_version("2.0"));
  add(icalproperty_new_prodid("-//Comity//engagement-scheduling//EN"));
  add(icalproperty_new_method(ICAL_METHOD_PUBLISH));
  for (const Engagement* engagement : engagements) {
    icalcomponent_add_component(calendar.get(), Event(*engagement, organiser));
  }
  char* const text = icalcomponent_as_ical_string_r(calendar.get());
  std::string made(text);
  icalmemory_free_buffer(text);
  return made;
}

}  // namespace comity::engagement_scheduling
