#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner.pb.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace comity::cli {

// An error as a person reads it: the sentence, then what is wrong field by field, what is missing
// rule by rule, and the reason a program would look for.
void PrintError(std::ostream& out, const absl::Status& status);

// Under what only a part of the services told (`PARTIAL_ANSWER`): which did not. Otherwise nothing.
void PrintIncomplete(std::ostream& out, const absl::Status& status);

// Rows under a header, columns aligned. Empty rows print a line that says so.
void PrintTable(std::ostream& out, const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows);

// The footnotes on status that go with the names printed above them, each once.
void PrintFootnotes(std::ostream& out, const std::set<std::string>& footnotes);

// A verdict as a lawyer reads it: outcome and basis, reasons in order, what to do next and by whom.
void PrintVerdict(std::ostream& out, const partner_registry::v1::TransferVerdict& verdict);

// "not as evidence without consent".
std::string RestrictionText(const partner_registry::v1::Restriction& restriction);

// "not-as-evidence", "not-to:russia,belarus". INVALID_ARGUMENT `RESTRICTION_INVALID`.
absl::StatusOr<partner_registry::v1::Restriction> ParseRestriction(const std::string& text);

// `text` broken into lines of at most `width` columns, the lines after the first indented.
std::string Wrap(absl::string_view text, std::size_t width, std::size_t indent);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// "2026-11-23T18:05:00Z".
std::string TimeText(const google::protobuf::Timestamp& timestamp);

// What an option says, as far as a message can hold it; errors name it (`--start`), so that they
// are misuse.
//
// "90m", "1h30m", "2h". INVALID_ARGUMENT `DURATION_INVALID`.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view option, const std::string& text);

// "2026-11-23T18:05:00Z", or a day, which means noon in Europe/Brussels. INVALID_ARGUMENT
// `TIME_INVALID`.
absl::StatusOr<absl::Time> ParseMoment(absl::string_view option, const std::string& text);

// "2026-11-23". INVALID_ARGUMENT `DAY_INVALID`.
absl::StatusOr<absl::CivilDay> ParseWholeDay(absl::string_view option, const std::string& text);

// "today", "tomorrow" or a day: its first moment in Europe/Brussels. INVALID_ARGUMENT
// `DAY_INVALID`.
absl::StatusOr<absl::Time> ParseStartOfDay(absl::string_view option, const std::string& text);

// "georgia" -> "partners/georgia"; what starts with "partners/" stays.
std::string PartnerName(absl::string_view text);

// "georgia/prosecution-service" -> "partners/georgia/authorities/prosecution-service".
absl::StatusOr<std::string> AuthorityName(absl::string_view text);

// "serbia/cooperation-agreement" -> "partners/serbia/instruments/cooperation-agreement".
absl::StatusOr<std::string> InstrumentName(absl::string_view text);

// "2019-11-01", "by 2020-11-19" if that is all a source shows, or "-".
std::string InForceText(const partner_registry::v1::Instrument& instrument);

// "partners/serbia" of "partners/serbia/instruments/x", and "x".
std::string ParentOf(const std::string& name);
std::string IdOf(const std::string& name);

// "018f..." -> "documents/018f...".
std::string DocumentName(absl::string_view text);

// "tbilisi-1@georgia" -> "partners/georgia/contacts/tbilisi-1".
absl::StatusOr<std::string> ContactName(absl::string_view text);

}  // namespace comity::cli
