#include "services/engagement-scheduling/records/schedule_proto.h"

#include <google/protobuf/unknown_field_set.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/engagement-scheduling/domain/booking.h"

namespace comity::engagement_scheduling {
namespace {

// Stands for the counterpart, which is put in for every participant when the check is asked.
constexpr char kAnyCounterpart[] = "partners/any";

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "A record of the schedule cannot be read: restore the store from a backup.",
                   {.reason = "RECORD_UNREADABLE"});
}

// Of v1.Engagement, which numbers its fields from 1: nothing it will ever have.
constexpr int kConfirmationField = 10'000;

// {"cited":{"partners/x":["partners/x/instruments/y"]},"micros":1}
std::string ConfirmationText(const Confirmation& confirmation) {
  return json::Canonical(
      {{"cited", confirmation.cited}, {"micros", absl::ToUnixMicros(confirmation.time)}});
}

absl::StatusOr<Confirmation> ConfirmationOf(const std::string& text) {
  const absl::StatusOr<json::Json> parsed = json::ParseCanonical(text);
  if (!parsed.ok() || !parsed->is_object()) return Unreadable();
  const auto cited = parsed->find("cited");
  const auto micros = parsed->find("micros");
  if (cited == parsed->end() || !cited->is_object() || micros == parsed->end() ||
      !micros->is_number_integer()) {
    return Unreadable();
  }
  Confirmation read{.time = absl::FromUnixMicros(micros->get<std::int64_t>())};
  for (const auto& [counterpart, facts] : cited->items()) {
    if (!facts.is_array()) return Unreadable();
    for (const json::Json& fact : facts) {
      if (!fact.is_string()) return Unreadable();
      read.cited[counterpart].push_back(fact.get<std::string>());
    }
  }
  return read;
}

absl::StatusOr<absl::Time> TimeFromProto(const google::protobuf::Timestamp& time,
                                         absl::string_view path) {
  // Of protobuf: the years 1 to 9999.
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  constexpr std::int32_t kMostNanos = 999'999'999;
  if (time.seconds() < kFirst || time.seconds() > kLast || time.nanos() < 0 ||
      time.nanos() > kMostNanos) {
    return InvalidField("FIELD_INVALID", path, "is no valid timestamp");
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

template <typename Enum>
Enum Known(int number, Enum last) {
  return number >= 0 && number <= static_cast<int>(last) ? static_cast<Enum>(number) : Enum{};
}

template <typename From, typename To>
void CopyTexts(const From& from, To* to) {
  for (const auto& text : from) *to->Add() = text;
}

// What outside and storage have in common.
absl::Status ReadShared(const v1::Engagement& from, absl::Time now, absl::string_view path,
                        Engagement& to) {
  to.kind = Known(from.kind(), Kind::kSigning);
  to.engagement_class = Known(from.engagement_class(), Class::kOperational);
  to.mode = Known(from.mode(), Mode::kHybrid);
  to.title = from.title();
  to.partners.assign(from.partners().begin(), from.partners().end());
  to.participants.assign(from.participants().begin(), from.participants().end());
  to.resources.assign(from.resources().begin(), from.resources().end());
  COMITY_ASSIGN_OR_RETURN(to.interval,
                          IntervalFromProto(from.interval(), absl::StrCat(path, ".interval")));
  if (from.has_transfer_question()) {
    auto asked = from.transfer_question();
    asked.set_counterpart(kAnyCounterpart);
    COMITY_ASSIGN_OR_RETURN(to.question, transfer_proto::QuestionFromProto(
                                             asked, now, absl::StrCat(path, ".transfer_question")));
    to.question->counterpart.clear();
  }
  return absl::OkStatus();
}

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp made;
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  made.set_seconds(seconds);
  made.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return made;
}

v1::Interval ToProto(const Interval& interval) {
  v1::Interval made;
  *made.mutable_start_time() = ToProto(interval.start);
  *made.mutable_end_time() = ToProto(interval.end);
  return made;
}

v1::Engagement ToProto(const Engagement& engagement, absl::string_view store_id) {
  v1::Engagement made;
  made.set_name(engagement.name);
  made.set_kind(static_cast<v1::EngagementKind>(engagement.kind));
  made.set_engagement_class(static_cast<v1::EngagementClass>(engagement.engagement_class));
  made.set_mode(static_cast<v1::EngagementMode>(engagement.mode));
  made.set_title(engagement.title);
  CopyTexts(engagement.partners, made.mutable_partners());
  *made.mutable_interval() = ToProto(engagement.interval);
  CopyTexts(engagement.participants, made.mutable_participants());
  CopyTexts(engagement.resources, made.mutable_resources());
  made.set_organiser(engagement.organiser);
  made.set_state(static_cast<v1::Engagement::State>(engagement.state));
  if (engagement.hold_expire_time != absl::InfinitePast()) {
    *made.mutable_hold_expire_time() = ToProto(engagement.hold_expire_time);
  }
  if (engagement.question.has_value()) {
    *made.mutable_transfer_question() = transfer_proto::ToProto(*engagement.question);
    made.mutable_transfer_question()->clear_counterpart();
    made.mutable_transfer_question()->clear_instant();
  }
  if (engagement.registry_revision.number > 0) {
    made.mutable_registry_revision()->set_store_id(engagement.registry_revision.store_id);
    made.mutable_registry_revision()->set_number(engagement.registry_revision.number);
  }
  made.set_registry_checkpoint_sha256(engagement.registry_checkpoint_sha256);
  made.set_sequence(engagement.sequence);
  if (engagement.revision > 0) {
    made.mutable_revision()->set_store_id(store_id.data(), store_id.size());
    made.mutable_revision()->set_number(engagement.revision);
    made.set_etag(EtagOf(engagement));
  }
  if (engagement.create_time != absl::InfinitePast()) {
    *made.mutable_create_time() = ToProto(engagement.create_time);
    *made.mutable_update_time() = ToProto(engagement.update_time);
  }
  return made;
}

v1::Calendar ToProto(const Calendar& calendar) {
  v1::Calendar made;
  made.set_owner(calendar.owner);
  auto& hours = *made.mutable_working_hours();
  hours.set_time_zone(calendar.hours.time_zone);
  for (const int day : calendar.hours.days) hours.add_days(day);
  hours.set_start_minute(calendar.hours.start_minute);
  hours.set_end_minute(calendar.hours.end_minute);
  CopyTexts(calendar.hours.holidays, hours.mutable_holidays());
  return made;
}

absl::StatusOr<Engagement> EngagementFromProto(const v1::Engagement& engagement, absl::Time now,
                                               absl::string_view path) {
  Engagement read;
  COMITY_RETURN_IF_ERROR(ReadShared(engagement, now, path, read));
  return read;
}

absl::StatusOr<Interval> IntervalFromProto(const v1::Interval& interval, absl::string_view path) {
  if (!interval.has_start_time() || !interval.has_end_time()) {
    return InvalidField("FIELD_REQUIRED", path, "must have a start_time and an end_time");
  }
  Interval read;
  COMITY_ASSIGN_OR_RETURN(read.start,
                          TimeFromProto(interval.start_time(), absl::StrCat(path, ".start_time")));
  COMITY_ASSIGN_OR_RETURN(read.end,
                          TimeFromProto(interval.end_time(), absl::StrCat(path, ".end_time")));
  return read;
}

absl::StatusOr<absl::Duration> DurationFromProto(const google::protobuf::Duration& duration,
                                                 absl::string_view path) {
  // Of protobuf: about 10,000 years.
  constexpr std::int64_t kMost = 315'576'000'000;
  if (duration.seconds() < 0 || duration.seconds() > kMost || duration.nanos() < 0 ||
      duration.nanos() > 999'999'999) {
    return InvalidField("FIELD_INVALID", path, "must be a duration that is not negative");
  }
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

Calendar CalendarFromProto(const v1::Calendar& calendar) {
  const auto& hours = calendar.working_hours();
  return {.owner = calendar.owner(),
          .hours = {.time_zone = hours.time_zone(),
                    .days = {hours.days().begin(), hours.days().end()},
                    .start_minute = hours.start_minute(),
                    .end_minute = hours.end_minute(),
                    .holidays = {hours.holidays().begin(), hours.holidays().end()}}};
}

std::string RecordOf(const Engagement& engagement, absl::string_view store_id) {
  v1::Engagement record = ToProto(engagement, store_id);
  if (engagement.confirmation.has_value()) {
    record.GetReflection()->MutableUnknownFields(&record)->AddLengthDelimited(
        kConfirmationField, ConfirmationText(*engagement.confirmation));
  }
  return record.SerializeAsString();
}

absl::StatusOr<Engagement> EngagementFromRecord(const std::string& bytes) {
  v1::Engagement record;
  if (!record.ParseFromString(bytes)) return Unreadable();
  Engagement read;
  // No day is past seen from the epoch: the question stays the real one it was.
  if (!ReadShared(record, absl::UnixEpoch(), "record", read).ok()) return Unreadable();
  read.name = record.name();
  read.organiser = record.organiser();
  read.state = Known(record.state(), State::kExpired);
  if (record.has_hold_expire_time()) {
    COMITY_ASSIGN_OR_RETURN(read.hold_expire_time,
                            TimeFromProto(record.hold_expire_time(), "record.hold_expire_time"));
  }
  read.registry_revision = {.store_id = record.registry_revision().store_id(),
                            .number = record.registry_revision().number()};
  read.registry_checkpoint_sha256 = record.registry_checkpoint_sha256();
  read.sequence = record.sequence();
  COMITY_ASSIGN_OR_RETURN(read.create_time,
                          TimeFromProto(record.create_time(), "record.create_time"));
  COMITY_ASSIGN_OR_RETURN(read.update_time,
                          TimeFromProto(record.update_time(), "record.update_time"));
  if (read.name.empty() || read.state == State::kUnspecified) return Unreadable();
  const auto& unknown = record.GetReflection()->GetUnknownFields(record);
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    if (field.number() != kConfirmationField) continue;
    if (field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) return Unreadable();
    COMITY_ASSIGN_OR_RETURN(read.confirmation, ConfirmationOf(field.length_delimited()));
  }
  return read;
}

}  // namespace comity::engagement_scheduling
