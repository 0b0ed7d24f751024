#include "common/facts_csv/facts_csv.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/facts_csv/csv.h"
#include "common/facts_csv/fields.h"
#include "common/facts_csv/scope_columns.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace comity::facts_csv {
namespace {

namespace v1 = partner_registry::v1;

absl::Status ReadPartner(const Fields& fields, Row& row) {
  v1::Partner& partner = *row.mutable_partner();
  COMITY_ASSIGN_OR_RETURN(const std::string id, fields.Id("id"));
  partner.set_name(absl::StrCat("partners/", id));
  COMITY_ASSIGN_OR_RETURN(const std::string kind, fields.Needed("kind"));
  COMITY_ASSIGN_OR_RETURN(const int kind_value,
                          fields.Word("kind", kind, v1::PartnerKind_descriptor(), "PARTNER_KIND_"));
  partner.set_kind(static_cast<v1::PartnerKind>(kind_value));
  COMITY_ASSIGN_OR_RETURN(*partner.mutable_display_name(), fields.Needed("display_name"));
  partner.set_iso_alpha2(fields.Text("iso_alpha2"));
  partner.set_iso_alpha3(fields.Text("iso_alpha3"));
  partner.set_region(fields.Text("region"));
  partner.set_status_footnote(fields.Text("status_footnote"));
  COMITY_ASSIGN_OR_RETURN(const bool competent, fields.YesNo("competent_in_criminal_matters"));
  partner.set_competent_in_criminal_matters(competent);
  COMITY_ASSIGN_OR_RETURN(
      const v1::Certainty certainty,
      fields.Certainty("competence_certainty", fields.Text("competence_certainty")));
  partner.set_competence_certainty(certainty);
  for (const std::string& alias : fields.List("aliases")) partner.add_aliases(alias);
  COMITY_ASSIGN_OR_RETURN(const bool suspended, fields.YesNo("exchanges_suspended"));
  partner.set_exchanges_suspended(suspended);
  COMITY_ASSIGN_OR_RETURN(const bool deleted, fields.YesNo("deleted"));
  // Present, without a time: when is for the server to say.
  if (deleted) partner.mutable_delete_time();
  COMITY_ASSIGN_OR_RETURN(*partner.mutable_merged_into(),
                          fields.OptionalName("merged_into", "partners/"));
  return absl::OkStatus();
}

absl::Status ReadLegalClass(const Fields& fields, Row& row) {
  auto& fact = *row.mutable_legal_class();
  COMITY_ASSIGN_OR_RETURN(const std::string partner, fields.Id("partner"));
  fact.set_partner(absl::StrCat("partners/", partner));
  v1::LegalClassPeriod& period = *fact.mutable_period();
  COMITY_ASSIGN_OR_RETURN(const std::string word, fields.Needed("legal_class"));
  COMITY_ASSIGN_OR_RETURN(
      const int value,
      fields.Word("legal_class", word, v1::LegalClass_descriptor(), "LEGAL_CLASS_"));
  period.set_legal_class(static_cast<v1::LegalClass>(value));
  COMITY_ASSIGN_OR_RETURN(*period.mutable_from(), fields.Day("from"));
  COMITY_ASSIGN_OR_RETURN(*period.mutable_to(), fields.Day("to"));
  COMITY_ASSIGN_OR_RETURN(const v1::Certainty certainty,
                          fields.Certainty("certainty", fields.Text("certainty")));
  period.set_certainty(certainty);
  period.set_note(fields.Text("note"));
  return absl::OkStatus();
}

// `field:certainty;field:certainty`, each field one of an instrument's.
absl::Status ReadCertainties(const Fields& fields, v1::Instrument& instrument) {
  for (const std::string& part : fields.List("certainty")) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(part, absl::MaxSplits(':', 1));
    const auto* field = v1::Instrument::descriptor()->FindFieldByName(pair.first);
    if (field == nullptr || pair.second.empty()) {
      return fields.Fail("certainty",
                         absl::StrCat("\"", pair.first,
                                      "\" does not name a field of an instrument with "
                                      "its certainty: write signed:found;in_force:month"));
    }
    COMITY_ASSIGN_OR_RETURN(const v1::Certainty certainty,
                            fields.Certainty("certainty", pair.second));
    if (!instrument.mutable_certainty()->insert({pair.first, certainty}).second) {
      return fields.Fail("certainty", absl::StrCat("it names ", pair.first, " twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadInstrument(const Fields& fields, Row& row) {
  v1::Instrument& instrument = *row.mutable_instrument();
  COMITY_ASSIGN_OR_RETURN(const std::string partner, fields.Id("partner"));
  COMITY_ASSIGN_OR_RETURN(const std::string id, fields.Id("id"));
  const std::string prefix = absl::StrCat("partners/", partner, "/instruments/");
  instrument.set_name(absl::StrCat(prefix, id));
  COMITY_ASSIGN_OR_RETURN(const std::string kind, fields.Needed("kind"));
  COMITY_ASSIGN_OR_RETURN(
      const int value,
      fields.Word("kind", kind, v1::InstrumentKind_descriptor(), "INSTRUMENT_KIND_"));
  instrument.set_kind(static_cast<v1::InstrumentKind>(value));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_title(), fields.Needed("title"));
  instrument.set_legal_base(fields.Text("legal_base"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_signed_(), fields.Day("signed"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_provisional_from(), fields.Day("provisional_from"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_in_force(), fields.Day("in_force"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_in_force_by(), fields.Day("in_force_by"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_applied_from(), fields.Day("applied_from"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_not_before(), fields.Day("not_before"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_notified_end(), fields.Day("notified_end"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_ended(), fields.Day("ended"));
  instrument.set_parts_suspended(fields.Text("parts_suspended"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_suspended_from(), fields.Day("suspended_from"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_public_since(), fields.Day("public_since"));
  instrument.set_reference(fields.Text("reference"));
  instrument.set_note(fields.Text("note"));
  COMITY_ASSIGN_OR_RETURN(const bool secondment, fields.YesNo("allows_secondment"));
  instrument.set_allows_secondment(secondment);
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_supersedes(),
                          fields.OptionalName("supersedes", prefix));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_last_evaluated(), fields.Day("last_evaluated"));
  COMITY_ASSIGN_OR_RETURN(*instrument.mutable_review_by(), fields.Day("review_by"));
  fields.Emptied({"last_evaluated", "review_by"}, row);
  COMITY_RETURN_IF_ERROR(ReadScope(fields, row));
  return ReadCertainties(fields, instrument);
}

absl::Status ReadMilestone(const Fields& fields, Row& row) {
  v1::Milestone& milestone = *row.mutable_milestone();
  COMITY_ASSIGN_OR_RETURN(const std::string partner, fields.Id("partner"));
  COMITY_ASSIGN_OR_RETURN(const std::string id, fields.Id("id"));
  milestone.set_name(absl::StrCat("partners/", partner, "/milestones/", id));
  COMITY_ASSIGN_OR_RETURN(const std::string axis, fields.Needed("axis"));
  COMITY_ASSIGN_OR_RETURN(const int value,
                          fields.Word("axis", axis, v1::Axis_descriptor(), "AXIS_"));
  milestone.set_axis(static_cast<v1::Axis>(value));
  COMITY_ASSIGN_OR_RETURN(*milestone.mutable_step(), fields.Needed("step"));
  COMITY_ASSIGN_OR_RETURN(*milestone.mutable_day(), fields.Day("day"));
  milestone.set_evidence(fields.Text("evidence"));
  COMITY_ASSIGN_OR_RETURN(const v1::Certainty certainty,
                          fields.Certainty("certainty", fields.Text("certainty")));
  milestone.set_certainty(certainty);
  COMITY_ASSIGN_OR_RETURN(*milestone.mutable_project(),
                          fields.OptionalName("project", "partners/"));
  milestone.set_note(fields.Text("note"));
  return absl::OkStatus();
}

absl::Status ReadAuthority(const Fields& fields, Row& row) {
  v1::Authority& authority = *row.mutable_authority();
  COMITY_ASSIGN_OR_RETURN(const std::string partner, fields.Id("partner"));
  COMITY_ASSIGN_OR_RETURN(const std::string id, fields.Id("id"));
  authority.set_name(absl::StrCat("partners/", partner, "/authorities/", id));
  COMITY_ASSIGN_OR_RETURN(*authority.mutable_display_name(), fields.Needed("display_name"));
  COMITY_ASSIGN_OR_RETURN(const bool competent, fields.YesNo("competent_in_criminal_matters"));
  authority.set_competent_in_criminal_matters(competent);
  authority.set_territory(fields.Text("territory"));
  for (const std::string& sector : fields.List("sectors")) authority.add_sectors(sector);
  fields.Emptied({"sectors"}, row);
  for (const std::string& instrument : fields.List("listed_in")) {
    authority.add_listed_in(absl::StrCat("partners/", partner, "/instruments/", instrument));
  }
  COMITY_ASSIGN_OR_RETURN(*authority.mutable_last_verified(), fields.Day("last_verified"));
  COMITY_ASSIGN_OR_RETURN(const v1::Certainty certainty,
                          fields.Certainty("certainty", fields.Text("certainty")));
  authority.set_certainty(certainty);
  return absl::OkStatus();
}

// "09:00" in minutes after midnight.
absl::StatusOr<int> Minutes(const Fields& fields, absl::string_view column) {
  const std::string text = fields.Text(column);
  int hours = 0;
  int minutes = 0;
  if (text.size() != 5 || text[2] != ':' || !absl::SimpleAtoi(text.substr(0, 2), &hours) ||
      !absl::SimpleAtoi(text.substr(3, 2), &minutes) || hours < 0 || hours > 24 || minutes < 0 ||
      minutes > 59 || hours * 60 + minutes > 24 * 60) {
    return fields.Fail(column, "it is no time of day: write 09:00");
  }
  return hours * 60 + minutes;
}

absl::Status ReadWorkingHours(const Fields& fields, v1::Contact& contact) {
  if (fields.Text("time_zone").empty()) {
    for (const absl::string_view column : {"days", "start", "end", "holidays"}) {
      if (!fields.Text(column).empty()) {
        return fields.Fail("time_zone",
                           "it is empty although the row has working hours: name the "
                           "zone, such as Asia/Tbilisi");
      }
    }
    return absl::OkStatus();
  }
  v1::WorkingHours& hours = *contact.mutable_working_hours();
  hours.set_time_zone(fields.Text("time_zone"));
  for (const std::string& text : fields.List("days")) {
    int day = 0;
    if (text.size() != 1 || !absl::SimpleAtoi(text, &day) || day < 1 || day > 7) {
      return fields.Fail("days", "it is no list of days of the week: write 1;2;3;4;5");
    }
    hours.add_days(day);
  }
  COMITY_ASSIGN_OR_RETURN(const int start, Minutes(fields, "start"));
  COMITY_ASSIGN_OR_RETURN(const int end, Minutes(fields, "end"));
  hours.set_start_minute(start);
  hours.set_end_minute(end);
  for (const std::string& text : fields.List("holidays")) {
    if (!ParseDay(text).ok()) {
      return fields.Fail("holidays", "it is no list of days: write 2026-12-25;2027-01-01");
    }
    hours.add_holidays(text);
  }
  return absl::OkStatus();
}

absl::Status ReadContact(const Fields& fields, Row& row) {
  v1::Contact& contact = *row.mutable_contact();
  COMITY_ASSIGN_OR_RETURN(const std::string partner, fields.Id("partner"));
  COMITY_ASSIGN_OR_RETURN(const std::string id, fields.Id("id"));
  contact.set_name(absl::StrCat("partners/", partner, "/contacts/", id));
  COMITY_ASSIGN_OR_RETURN(*contact.mutable_spiffe_id(), fields.Needed("spiffe_id"));
  COMITY_ASSIGN_OR_RETURN(*contact.mutable_function(), fields.Needed("function"));
  COMITY_ASSIGN_OR_RETURN(const std::string authority, fields.Id("authority"));
  contact.set_authority(absl::StrCat("partners/", partner, "/authorities/", authority));
  COMITY_ASSIGN_OR_RETURN(const bool opener, fields.YesNo("opener"));
  contact.set_opener(opener);
  for (const std::string& language : fields.List("languages")) contact.add_languages(language);
  COMITY_ASSIGN_OR_RETURN(*contact.mutable_last_verified(), fields.Day("last_verified"));
  for (const std::string& deputy : fields.List("deputies")) {
    contact.add_deputies(absl::StrCat("partners/", partner, "/contacts/", deputy));
  }
  for (const std::string& text : fields.List("absences")) {
    const std::pair<std::string, std::string> days = absl::StrSplit(text, absl::MaxSplits('/', 1));
    if (!ParseDay(days.first).ok() || !ParseDay(days.second).ok()) {
      return fields.Fail("absences",
                         "it is no list of periods: write 2026-12-24/2027-01-02;2027-04-01/"
                         "2027-04-01");
    }
    v1::Absence& absence = *contact.add_absences();
    absence.set_first_day(days.first);
    absence.set_last_day(days.second);
  }
  COMITY_ASSIGN_OR_RETURN(*contact.mutable_valid_from(), fields.Day("valid_from"));
  COMITY_ASSIGN_OR_RETURN(*contact.mutable_valid_to(), fields.Day("valid_to"));
  fields.Emptied({"deputies", "absences", "valid_from", "valid_to"}, row);
  COMITY_ASSIGN_OR_RETURN(const bool suspended, fields.YesNo("suspended"));
  if (suspended) contact.set_state(v1::Contact::STATE_SUSPENDED);
  return ReadWorkingHours(fields, contact);
}

// What a file may and must have.
struct FileKind {
  std::string name;
  std::vector<std::string> needed;
  std::vector<std::string> optional;
  absl::Status (*read)(const Fields&, Row&);
};

const std::vector<FileKind>& FileKinds() {
  static const auto* const kinds = new std::vector<FileKind>{
      {"partners.csv",
       {"id", "kind", "display_name"},
       {"iso_alpha2", "iso_alpha3", "region", "status_footnote", "competent_in_criminal_matters",
        "competence_certainty", "aliases", "exchanges_suspended", "deleted", "merged_into"},
       &ReadPartner},
      {"legal_classes.csv",
       {"partner", "legal_class", "from", "to"},
       {"certainty", "note"},
       &ReadLegalClass},
      {"instruments.csv",
       {"partner", "id", "kind", "title"},
       WithScope({"legal_base", "signed", "provisional_from", "in_force", "in_force_by",
                  "applied_from", "not_before", "notified_end", "ended", "parts_suspended",
                  "suspended_from", "public_since", "reference", "allows_secondment", "supersedes",
                  "certainty", "note", "last_evaluated", "review_by"}),
       &ReadInstrument},
      {"milestones.csv",
       {"partner", "id", "axis", "step", "day"},
       {"evidence", "certainty", "project", "note"},
       &ReadMilestone},
      {"authorities.csv",
       {"partner", "id", "display_name"},
       {"competent_in_criminal_matters", "territory", "sectors", "listed_in", "last_verified",
        "certainty"},
       &ReadAuthority},
      {"contacts.csv",
       {"partner", "id", "spiffe_id", "function", "authority"},
       {"opener", "languages", "time_zone", "days", "start", "end", "holidays", "last_verified",
        "deputies", "absences", "valid_from", "valid_to", "suspended"},
       &ReadContact},
  };
  return *kinds;
}

// The header's names, each known, none twice, none missing.
absl::StatusOr<std::vector<std::string>> ReadHeader(const FileKind& kind, const Record& record) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const Cell& cell : record.cells) {
    static constexpr std::array<absl::string_view, 6> kServerOnly = {
        "recorded", "recorded_at", "record_time", "revision", "recorded_by", "commit_time"};
    const std::string lower = absl::AsciiStrToLower(cell.text);
    if (std::find(kServerOnly.begin(), kServerOnly.end(), lower) != kServerOnly.end()) {
      return FileError(kind.name, cell.line, cell.text,
                       "a file cannot say when or at which revision a fact was recorded, only the "
                       "server can: remove the column");
    }
    const bool known =
        std::find(kind.needed.begin(), kind.needed.end(), cell.text) != kind.needed.end() ||
        std::find(kind.optional.begin(), kind.optional.end(), cell.text) != kind.optional.end();
    if (!known) {
      return FileError(kind.name, cell.line, absl::StrCat(names.size() + 1),
                       absl::StrCat("the header names an unknown column: the columns of this file "
                                    "are ",
                                    absl::StrJoin(ColumnsOf(kind.name), ", ")));
    }
    if (!seen.insert(cell.text).second) {
      return FileError(kind.name, cell.line, cell.text,
                       "the header names this column twice: remove one");
    }
    names.push_back(cell.text);
  }
  for (const std::string& needed : kind.needed) {
    if (!seen.contains(needed)) {
      return FileError(kind.name, record.line, needed, "the header lacks this column: add it");
    }
  }
  return names;
}

absl::StatusOr<std::vector<Row>> ReadKind(const FileKind& kind, absl::string_view text) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<Record> records, ParseCsv(kind.name, text));
  if (records.empty()) {
    return FileError(kind.name, 1, "", "the file is empty: it needs at least its header line");
  }
  COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> header, ReadHeader(kind, records[0]));
  std::vector<Row> rows;
  rows.reserve(records.size() - 1);
  for (std::size_t i = 1; i < records.size(); ++i) {
    const Record& record = records[i];
    if (record.cells.size() == 1 && record.cells[0].text.empty()) continue;
    if (record.cells.size() != header.size()) {
      return FileError(kind.name, record.line, "",
                       absl::StrCat("the row has ", record.cells.size(), " fields and the header ",
                                    header.size(), ": put fields with a comma in quotes"));
    }
    Row& row = rows.emplace_back();
    row.mutable_source()->set_file(kind.name);
    row.mutable_source()->set_line(record.line);
    COMITY_RETURN_IF_ERROR(kind.read(Fields(kind.name, header, record), row));
  }
  return rows;
}

}  // namespace

const std::vector<std::string>& FileNames() {
  static const auto* const names = [] {
    auto* made = new std::vector<std::string>;
    for (const FileKind& kind : FileKinds()) made->push_back(kind.name);
    return made;
  }();
  return *names;
}

std::vector<std::string> ColumnsOf(absl::string_view file) {
  std::vector<std::string> columns;
  for (const FileKind& kind : FileKinds()) {
    if (kind.name != file) continue;
    columns = kind.needed;
    columns.insert(columns.end(), kind.optional.begin(), kind.optional.end());
  }
  return columns;
}

absl::StatusOr<std::vector<Row>> ReadFile(absl::string_view file, absl::string_view text) {
  for (const FileKind& kind : FileKinds()) {
    if (kind.name == file) return ReadKind(kind, text);
  }
  return FileError(file, 1, "",
                   absl::StrCat("no facts are read from a file of this name: the files are ",
                                absl::StrJoin(FileNames(), ", ")));
}

absl::StatusOr<std::vector<Row>> ReadFolder(absl::string_view path) {
  const std::filesystem::path folder{std::string(path)};
  std::error_code error;
  std::vector<Row> rows;
  bool any = false;
  for (const FileKind& kind : FileKinds()) {
    const std::filesystem::path file = folder / kind.name;
    if (!std::filesystem::is_regular_file(file, error)) continue;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
    if (!in) {
      return FileError(kind.name, 1, "", "the file cannot be read: check its permissions");
    }
    any = true;
    COMITY_ASSIGN_OR_RETURN(std::vector<Row> more, ReadKind(kind, text.str()));
    std::move(more.begin(), more.end(), std::back_inserter(rows));
  }
  if (any) return rows;
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("The folder ", path, " holds none of the files ",
                                absl::StrJoin(FileNames(), ", "),
                                ": name the folder with the facts, such as deploy/data."),
                   {.reason = "FACTS_FOLDER_NOT_FOUND"});
}

}  // namespace comity::facts_csv
