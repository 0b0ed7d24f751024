#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "services/engagement-scheduling/domain/types.h"

// The service's values as protos and back: for storage and for transport.
namespace comity::engagement_scheduling {

// `store_id` is that of the store whose revision the engagement carries. With its etag.
v1::Engagement ToProto(const Engagement& engagement, absl::string_view store_id);
v1::Calendar ToProto(const Calendar& calendar);
v1::Interval ToProto(const Interval& interval);
google::protobuf::Timestamp ToProto(absl::Time time);

// What came from outside. INVALID_ARGUMENT `FIELD_REQUIRED`, `FIELD_INVALID` naming the field below
// `path`; those of the transfer question too. What only the server sets is not read; what an
// enumeration of this version does not know is kUnspecified.
absl::StatusOr<Engagement> EngagementFromProto(const v1::Engagement& engagement, absl::Time now,
                                               absl::string_view path);
absl::StatusOr<Interval> IntervalFromProto(const v1::Interval& interval, absl::string_view path);
absl::StatusOr<absl::Duration> DurationFromProto(const google::protobuf::Duration& duration,
                                                 absl::string_view path);
Calendar CalendarFromProto(const v1::Calendar& calendar);

// What storage keeps: the bytes of v1.Engagement, server's fields included, and what no caller is
// told, the facts that a confirmation cited, as an unknown field of it: a binary of
// before reads past it.
std::string RecordOf(const Engagement& engagement, absl::string_view store_id);

// Reverses it, but for the revision. DATA_LOSS `RECORD_UNREADABLE`.
absl::StatusOr<Engagement> EngagementFromRecord(const std::string& bytes);

}  // namespace comity::engagement_scheduling
