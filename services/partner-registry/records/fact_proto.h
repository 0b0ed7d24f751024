#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/types.h"

// The registry's values as protos and back: for storage, which keeps v1.Fact, and for transport.
namespace comity::partner_registry {

void SetTime(absl::Time time, google::protobuf::Timestamp* out);
absl::Time ToTime(const google::protobuf::Timestamp& time);

// `store_id` is that of the store whose revision the value carries. A state that was never recorded
// has neither revision, time nor etag.
v1::Partner ToProto(const Partner& partner, absl::string_view store_id);
v1::Instrument ToProto(const Instrument& instrument, absl::string_view store_id);
v1::Milestone ToProto(const Milestone& milestone, absl::string_view store_id);
v1::Authority ToProto(const Authority& authority, absl::string_view store_id);
v1::Contact ToProto(const Contact& contact, absl::string_view store_id);
v1::Decision ToProto(const Decision& decision, absl::string_view store_id);
v1::KeyStatement ToProto(const KeyStatement& statement, absl::string_view store_id);
// Removes who recorded and confirmed what: persons of the agency, for nobody outside it to know.
inline void HidePersons(const google::protobuf::Message&) {}
void HidePersons(v1::Instrument& instrument);
void HidePersons(v1::Authority& authority);
void HidePersons(v1::Partner& partner);
// Sets the footnote on status that goes with the name of an authority. It is its partner's: no
// record of the authority has it.
inline void SetFootnote(const Registry&, const google::protobuf::Message&) {}
void SetFootnote(const Registry& registry, v1::Authority& authority);
void SetFootnote(const Registry& registry, v1::Fact& fact);
v1::Fact ToProto(const Fact& fact, absl::string_view store_id);
v1::PartnerStanding ToProto(const Standing& standing, const Partner& partner,
                            const Registry& registry);

// What came from outside: fields as they are, for validation.h to judge. INVALID_ARGUMENT
// `NAME_INVALID`, `VALUE_UNKNOWN` (a number of an enumeration that this version does not know) with
// the field below `path`. Fields that only the server sets are not read.
absl::StatusOr<Partner> PartnerFromProto(absl::string_view path, const v1::Partner& partner);
absl::StatusOr<Instrument> InstrumentFromProto(absl::string_view path,
                                               const v1::Instrument& instrument);
absl::StatusOr<Milestone> MilestoneFromProto(absl::string_view path,
                                             const v1::Milestone& milestone);
absl::StatusOr<Authority> AuthorityFromProto(absl::string_view path,
                                             const v1::Authority& authority);
absl::StatusOr<Contact> ContactFromProto(absl::string_view path, const v1::Contact& contact);
absl::StatusOr<Decision> DecisionFromProto(absl::string_view path, const v1::Decision& decision);

// A row of an import. INVALID_ARGUMENT `IMPORT_ROW_INVALID`, with file and line; also if the row
// sets what only the server can: when and at which revision it was recorded.
absl::StatusOr<ImportRow> ImportRowFromProto(const v1::ImportFactsRequest::Row& row);

// The fact as storage keeps it, with who recorded what, which nobody is told.
v1::Fact ToRecord(const Fact& fact, absl::string_view store_id);

// What storage kept, server's fields included, but for Recorded. DATA_LOSS `RECORD_UNREADABLE`.
absl::StatusOr<Fact> FactFromRecord(const v1::Fact& record);

}  // namespace comity::partner_registry
