#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "comity/partner_registry/v1/partner.pb.h"

// Messages as people read them: what is recorded, and nothing for what is not.
namespace comity::cli {

// "found"; nothing if nobody said how sure it is, which is not the same as "unknown".
std::string CertaintyText(partner_registry::v1::Certainty certainty);

// "confirmed 2026-11-23T18:05:00Z by spiffe://..., on law of 2015".
std::string ConfirmedText(const partner_registry::v1::Confirmation& confirmation);

// "Mon Tue Wed 09:00-17:30 Asia/Tbilisi, not on 2026-12-25".
std::string HoursText(const partner_registry::v1::WorkingHours& hours);

// "member state from 2013-07-01 (found)".
std::string LegalClassText(const partner_registry::v1::LegalClassPeriod& period);

// The value of a field, also of one that is a message; empty if it is not set.
std::string FieldText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field);

// What is set of `message`, name and value, in the order of its fields. A certainty that was
// confirmed reads so, once. Left out is what commands show apart: what an instrument covers and how
// sure it is, a retraction, the question of an engagement, what a request is to change, revisions.
std::vector<std::vector<std::string>> ShownFields(const google::protobuf::Message& message);

// A row for `message`: its name, and the values of `fields`.
std::vector<std::string> NamedFields(const google::protobuf::Message& message,
                                     absl::Span<const std::string> fields);

// How sure each field of an instrument is, in the order of its days as the transfer check knows
// them: field, how sure, on what evidence, and who recorded the value if that was somebody else
// than who recorded the rest. What is confirmed has the confirmation alone.
std::vector<std::vector<std::string>> CertaintyRows(
    const partner_registry::v1::Instrument& instrument);

}  // namespace comity::cli
