#include "services/engagement-scheduling/server/settings.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/domain/working_hours.h"

namespace comity::engagement_scheduling {
namespace {

// "09:00" in minutes after midnight; -1 if it is no time of day.
int ParseMinute(const std::string& text) {
  constexpr int kMinutesAnHour = 60;
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  int hour = 0;
  int minute = 0;
  if (parts.size() != 2 || parts[0].size() != 2 || parts[1].size() != 2 ||
      !absl::SimpleAtoi(parts[0], &hour) || !absl::SimpleAtoi(parts[1], &minute) || hour < 0 ||
      hour > 24 || minute < 0 || minute >= kMinutesAnHour) {
    return -1;
  }
  return hour * kMinutesAnHour + minute;
}

absl::Status ReadOffice(const config::Section& office, WorkingHours& hours) {
  COMITY_ASSIGN_OR_RETURN(hours.time_zone, office.String("time_zone", "Europe/Amsterdam"));
  COMITY_ASSIGN_OR_RETURN(const std::string start, office.String("start", "09:00"));
  COMITY_ASSIGN_OR_RETURN(const std::string end, office.String("end", "17:30"));
  hours.start_minute = ParseMinute(start);
  hours.end_minute = ParseMinute(end);
  COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> days,
                          office.Strings("days", {"1", "2", "3", "4", "5"}));
  for (const std::string& day : days) {
    if (!absl::SimpleAtoi(day, &hours.days.emplace_back())) {
      return office.Invalid("days", "a day is \"1\" (Monday) to \"7\" (Sunday)");
    }
  }
  COMITY_ASSIGN_OR_RETURN(hours.holidays, office.Strings("holidays", {}));
  const absl::Status usable = CheckWorkingHours(hours, "office");
  return usable.ok() ? usable : office.Invalid("time_zone", usable.message());
}

}  // namespace

absl::Status ReadSettings(const config::Config& config, Settings& settings) {
  COMITY_ASSIGN_OR_RETURN(settings.store, service::StoreSettings::Read(config));
  COMITY_ASSIGN_OR_RETURN(settings.timestamps, service::TimestampSettings::Read(config));

  const config::Section registry = config.section("registry");
  COMITY_ASSIGN_OR_RETURN(settings.registry_address, registry.String("address"));
  COMITY_ASSIGN_OR_RETURN(settings.registry_trust_domain, registry.String("trust_domain"));
  COMITY_ASSIGN_OR_RETURN(settings.replica_folder, registry.Path("replica_folder"));
  if (registry.Has("seed")) {
    COMITY_ASSIGN_OR_RETURN(settings.replica_seed, registry.Path("seed"));
  }

  COMITY_RETURN_IF_ERROR(ReadOffice(config.section("office"), settings.office));
  COMITY_ASSIGN_OR_RETURN(settings.timer_interval, config.section("holds").Duration(
                                                       "timer_interval", absl::Seconds(1),
                                                       absl::Milliseconds(10), absl::Minutes(1)));

  const config::Section identity = config.section("identity");
  COMITY_ASSIGN_OR_RETURN(settings.certificate, identity.Path("certificate"));
  COMITY_ASSIGN_OR_RETURN(settings.key, identity.Path("key"));
  COMITY_ASSIGN_OR_RETURN(settings.bundles, identity.Path("bundles"));
  return absl::OkStatus();
}

}  // namespace comity::engagement_scheduling
