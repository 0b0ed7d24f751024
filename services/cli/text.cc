#include "services/cli/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/cli/enum_option.h"
#include "services/cli/option_names.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr std::size_t kWidth = 100;

// What protobuf's Timestamp holds, 0001-01-01 to the end of 9999-12-31, and its Duration.
constexpr absl::Time kFirstTime = absl::FromUnixSeconds(-62'135'596'800);
constexpr absl::Time kEndOfTime = absl::FromUnixSeconds(253'402'300'800);
constexpr absl::Duration kLongestDuration = absl::Seconds(315'576'000'000);

// Columns a text takes: code points, which is right for the scripts our names are in.
std::size_t Columns(absl::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string BasisText(v1::TransferBasis basis) {
  switch (basis) {
    case v1::TRANSFER_BASIS_DEEMED_NOT_A_TRANSFER:
      return "basis D, deemed not to be a transfer";
    case v1::TRANSFER_BASIS_ADEQUACY:
      return "basis A, adequacy decision";
    case v1::TRANSFER_BASIS_INTERNATIONAL_AGREEMENT:
      return "basis C, international agreement";
    case v1::TRANSFER_BASIS_COOPERATION_AGREEMENT:
      return "basis B, cooperation agreement";
    case v1::TRANSFER_BASIS_BINDING_INSTRUMENT:
      return "basis S1, binding instrument";
    case v1::TRANSFER_BASIS_ASSESSED_SAFEGUARDS:
      return "basis S2, assessed safeguards";
    case v1::TRANSFER_BASIS_DEROGATION:
      return "basis E, derogation";
    case v1::TRANSFER_BASIS_DENMARK_AGREEMENT:
      return "agreement with Denmark";
    case v1::TRANSFER_BASIS_MEMBER_STATE:
      return "MEMBER_STATE, transmission under EJR 21, 22, 24";
    case v1::TRANSFER_BASIS_UNION_BODY:
      return "Union body, transmission under EJR 55";
    default:
      return "";
  }
}

std::string OutcomeWord(v1::TransferOutcome outcome) {
  return v1::TransferOutcome_Name(outcome).substr(std::string("TRANSFER_OUTCOME_").size());
}

// "georgia/x" -> "partners/georgia/<collection>/x".
absl::StatusOr<std::string> NameBelow(absl::string_view text, absl::string_view collection,
                                      absl::string_view reason, absl::string_view field,
                                      absl::string_view what) {
  if (absl::StartsWith(text, "partners/")) return std::string(text);
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  if (parts.size() == 2 && !parts[0].empty() && !parts[1].empty()) {
    return absl::StrCat("partners/", parts[0], "/", collection, "/", parts[1]);
  }
  return InvalidField(reason, field, absl::StrCat("\"", text, "\" ", what));
}

}  // namespace

void PrintError(std::ostream& out, const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  out << "comity: " << Wrap(status.message(), kWidth, 8) << "\n";
  for (const FieldViolation& violation : details.fields) {
    const std::string line = absl::StrCat(violation.field, ": ", violation.description);
    if (line != status.message()) out << "  - " << Wrap(line, kWidth, 4) << "\n";
  }
  for (const PreconditionViolation& violation : details.preconditions) {
    out << "  - "
        << Wrap(absl::StrCat("[", violation.subject, "] ", violation.description), kWidth, 4)
        << "\n";
  }
  if (details.retry_after) {
    out << "  Try again after " << absl::FormatDuration(*details.retry_after) << ".\n";
  }
  out << "  (" << absl::StatusCodeToString(status.code());
  if (!details.reason.empty()) out << ", " << details.reason;
  out << ")\n";
}

void PrintIncomplete(std::ostream& out, const absl::Status& status) {
  if (ReasonOf(status) != "PARTIAL_ANSWER") return;
  std::vector<std::string> services;
  for (const PreconditionViolation& part : DetailsOf(status).preconditions) {
    services.push_back(part.subject);
  }
  out << Wrap(absl::StrCat("This is incomplete: ", absl::StrJoin(services, ", "),
                           " did not give all of its own."),
              kWidth, 0)
      << "\n";
}

void PrintTable(std::ostream& out, const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) {
    out << "There is none.\n";
    return;
  }
  std::vector<std::size_t> widths;
  widths.reserve(header.size());
  for (const std::string& title : header) widths.push_back(Columns(title));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  }
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - Columns(row[i]) + 2, ' '));
    }
    out << absl::StripTrailingAsciiWhitespace(line) << "\n";
  };
  print(header);
  for (const auto& row : rows) print(row);
}

void PrintVerdict(std::ostream& out, const v1::TransferVerdict& verdict) {
  out << OutcomeWord(verdict.outcome());
  if (const std::string basis = BasisText(verdict.basis()); !basis.empty())
    out << " (" << basis << ")";
  out << ", on " << verdict.day() << ", registry revision " << verdict.registry_revision().number()
      << "\n";
  if (verdict.before_use() != verdict.outcome() &&
      verdict.outcome() == v1::TRANSFER_OUTCOME_PERMITTED) {
    out << "  Into quarantine; before use: " << OutcomeWord(verdict.before_use()) << "\n";
  }
  for (const v1::TransferReason& reason : verdict.reasons()) {
    out << "  " << reason.row() << "  " << OutcomeWord(reason.outcome()) << "  ["
        << reason.article() << "]\n       " << Wrap(reason.sentence(), kWidth, 7) << "\n";
    if (!reason.remedy().empty()) {
      out << "       To do: " << Wrap(reason.remedy(), kWidth, 14) << "\n";
    }
    if (reason.facts_size() > 0) {
      out << "       Facts: " << Wrap(absl::StrJoin(reason.facts(), ", "), kWidth, 14) << "\n";
    }
  }
  if (verdict.routes_size() > 0) out << "  Routes:\n";
  for (const v1::TransferRoute& route : verdict.routes()) {
    out << "    [" << route.article() << "] "
        << Wrap(absl::StrCat(route.sentence(), " Decided by: ", route.decided_by(), "."), kWidth, 6)
        << "\n";
  }
  const auto list = [&](const char* title, const auto& sentences) {
    if (sentences.empty()) return;
    out << "  " << title << ":\n";
    for (const std::string& sentence : sentences)
      out << "    - " << Wrap(sentence, kWidth, 6) << "\n";
  };
  list("Conditions", verdict.conditions());
  list("Duties", verdict.duties());
  list("Not confirmed", verdict.unconfirmed_fields());
  if (!verdict.counterpart_footnote().empty()) {
    out << "  " << Wrap(verdict.counterpart_footnote(), kWidth, 2) << "\n";
  }
}

std::string RestrictionText(const v1::Restriction& restriction) {
  switch (restriction.use()) {
    case v1::USE_RESTRICTION_NOT_AS_EVIDENCE:
      return "not as evidence without consent";
    case v1::USE_RESTRICTION_NOT_TO_DEFENCE:
      return "not to be disclosed to the defence without consent";
    case v1::USE_RESTRICTION_NO_PASSING_ON:
      return "no passing on without consent";
    case v1::USE_RESTRICTION_DEATH_PENALTY_ASSURANCE:
      return "assurance on death penalty and ill-treatment";
    case v1::USE_RESTRICTION_NOT_TO_PARTNERS:
      return absl::StrCat("not to ", absl::StrJoin(restriction.partners(), ", "));
    default:
      return "unknown restriction";
  }
}

absl::StatusOr<v1::Restriction> ParseRestriction(const std::string& text) {
  v1::Restriction restriction;
  if (absl::StartsWith(text, "not-to:")) {
    restriction.set_use(v1::USE_RESTRICTION_NOT_TO_PARTNERS);
    for (const auto partner : absl::StrSplit(text.substr(7), ',', absl::SkipEmpty())) {
      restriction.add_partners(PartnerName(partner));
    }
    if (restriction.partners_size() > 0) return restriction;
  } else if (const int use = EnumNumber(v1::UseRestriction_descriptor(), "USE_RESTRICTION_", text);
             use > 0 && use != v1::USE_RESTRICTION_NOT_TO_PARTNERS) {
    restriction.set_use(static_cast<v1::UseRestriction>(use));
    return restriction;
  }
  return InvalidField("RESTRICTION_INVALID", "restriction",
                      absl::StrCat("\"", text,
                                   "\" is not one of not-as-evidence, not-to-defence, "
                                   "no-passing-on, death-penalty-assurance, not-to:PARTNER,..."));
}

std::string Wrap(absl::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const std::size_t columns = Columns(word);
    if (!result.empty() && column + 1 + columns > width) {
      absl::StrAppend(&result, "\n", std::string(indent, ' '));
      column = indent;
    } else if (!result.empty()) {
      result += ' ';
      ++column;
    }
    absl::StrAppend(&result, word);
    column += columns;
  }
  return result;
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(timestamp.seconds()))));
  return timestamp;
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string TimeText(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ToTime(timestamp), absl::UTCTimeZone());
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view option, const std::string& text) {
  absl::Duration duration;
  // It knows "inf", too, and takes what it cannot hold for that.
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration() &&
      duration <= kLongestDuration) {
    return duration;
  }
  return InvalidField("DURATION_INVALID", option,
                      absl::StrCat("\"", text, "\" is no duration: write 90m, 2h or 1h30m"));
}

absl::StatusOr<absl::Time> ParseMoment(absl::string_view option, const std::string& text) {
  absl::Time time;
  std::string error;
  // It knows "infinite-future", "infinite-past" and every year, too.
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error) && time >= kFirstTime &&
      time < kEndOfTime) {
    return time;
  }
  const auto day = ParseDay(text);
  if (day.ok()) return absl::FromCivil(absl::CivilHour(*day) + 12, Brussels());
  return InvalidField("TIME_INVALID", option,
                      absl::StrCat("\"", text,
                                   "\" is no time: write 2026-11-23T18:05:00Z, or a day such as "
                                   "2026-11-23"));
}

absl::StatusOr<absl::CivilDay> ParseWholeDay(absl::string_view option, const std::string& text) {
  const auto day = ParseDay(text);
  if (day.ok()) return *day;
  return InOptions(day.status(), {{"day", option}});
}

absl::StatusOr<absl::Time> ParseStartOfDay(absl::string_view option, const std::string& text) {
  absl::CivilDay day = DayInBrussels(absl::Now());
  if (text == "tomorrow") {
    ++day;
  } else if (text != "today") {
    COMITY_ASSIGN_OR_RETURN(day, ParseWholeDay(option, text));
  }
  return absl::FromCivil(day, Brussels());
}

std::string PartnerName(absl::string_view text) {
  return absl::StartsWith(text, "partners/") ? std::string(text) : absl::StrCat("partners/", text);
}

absl::StatusOr<std::string> AuthorityName(absl::string_view text) {
  return NameBelow(text, "authorities", "AUTHORITY_INVALID", "authority",
                   "names no authority: write georgia/prosecution-service");
}

absl::StatusOr<std::string> InstrumentName(absl::string_view text) {
  return NameBelow(text, "instruments", "INSTRUMENT_INVALID", "instrument",
                   "names no instrument: write serbia/cooperation-agreement");
}

void PrintFootnotes(std::ostream& out, const std::set<std::string>& footnotes) {
  for (const std::string& footnote : footnotes) {
    if (!footnote.empty()) out << Wrap(footnote, kWidth, 0) << "\n";
  }
}

std::string InForceText(const partner_registry::v1::Instrument& instrument) {
  if (!instrument.in_force().empty()) return instrument.in_force();
  return instrument.in_force_by().empty() ? "-" : "by " + instrument.in_force_by();
}

std::string ParentOf(const std::string& name) {
  return name.substr(0, name.find('/', std::string("partners/").size()));
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string DocumentName(absl::string_view text) {
  return absl::StartsWith(text, "documents/") ? std::string(text)
                                              : absl::StrCat("documents/", text);
}

absl::StatusOr<std::string> ContactName(absl::string_view text) {
  if (absl::StartsWith(text, "partners/")) return std::string(text);
  const std::vector<std::string> parts = absl::StrSplit(text, '@');
  if (parts.size() == 2 && !parts[0].empty() && !parts[1].empty()) {
    return absl::StrCat("partners/", parts[1], "/contacts/", parts[0]);
  }
  return InvalidField("CONTACT_INVALID", "contact",
                      absl::StrCat("\"", text, "\" names no contact: write tbilisi-1@georgia"));
}

}  // namespace comity::cli
