#include "services/document-exchange/storage/rows_check.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/journal/holds.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/migrations.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/storage/evidence_check.h"
#include "services/document-exchange/storage/exchange_tables.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {
namespace {

using journal::RowsReport;
using journal::StoreView;
using journal::Version;

constexpr const char* kTables[] = {"uploads",   "documents",  "recipients",      "restrictions",
                                   "decisions", "statements", "transfer_records"};

// Tables of an older form are left to the service, which migrates them.
constexpr int kOldestForm = 5;

// Where a row that cannot be read as one is a finding and not the end.
bool IsOfTheRow(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsInvalidArgument(status);
}

void Compare(const Version& version, const std::string& digest, const std::string& where,
             RowsReport& report) {
  if (!absl::StartsWith(*version.body, kRowsDigest)) {
    ++report.uncompared;  // Written by an older binary.
  } else if (*version.body == digest) {
    ++report.compared;
  } else {
    report.find(where, absl::StrCat("Its rows are not as revision ", version.revision,
                                    " left them: one was changed, added or removed."));
  }
}

std::string Gone(const Version& version) {
  return absl::StrCat("Its row is gone; revision ", version.revision, " left one.");
}

// Names the rows of `table` that no version of `kind` is of; `matched` are.
absl::Status NameAdded(StoreView& store, const std::string& table, const std::string& kind,
                       std::int64_t matched, RowsReport& report) {
  constexpr std::int64_t kChunk = 1000;
  {
    COMITY_ASSIGN_OR_RETURN(const auto count,
                            store.sql().Prepare(absl::StrCat("SELECT COUNT(*) FROM ", table)));
    COMITY_RETURN_IF_ERROR(count->Step().status());
    if (count->Int64(0) == matched) return absl::OkStatus();
  }
  bool named = false;
  std::string last;
  while (true) {
    std::vector<std::string> ids;
    {
      COMITY_ASSIGN_OR_RETURN(
          const auto select, store.sql().Prepare(absl::StrCat(
                                 "SELECT id FROM ", table, " WHERE id > ?1 ORDER BY id LIMIT ?2")));
      select->BindText(1, last).BindInt64(2, kChunk);
      while (true) {
        COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
        if (!row) break;
        ids.emplace_back(select->Text(0));
      }
    }
    for (const std::string& id : ids) {
      COMITY_ASSIGN_OR_RETURN(const std::optional<Version> version, store.FindResource(kind, id));
      if (version && version->body) continue;
      report.find(absl::StrCat(table, "/", id), "No revision left this row: it was added.");
      named = true;
    }
    if (ids.empty()) break;
    last = ids.back();
  }
  if (!named) report.find(table, "It has rows that no revision left.");
  return absl::OkStatus();
}

// What belongs to a document and has none.
absl::Status CheckOrphans(StoreView& store, RowsReport& report) {
  const struct {
    const char* table;
    const char* strangers;
  } cases[] = {
      {"recipients",
       "SELECT COUNT(*) FROM recipients r WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE "
       "d.revision = r.revision)"},
      {"restrictions",
       "SELECT COUNT(*) FROM restrictions r WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE "
       "d.revision = r.document_revision)"},
  };
  for (const auto& [table, strangers] : cases) {
    COMITY_ASSIGN_OR_RETURN(const auto count, store.sql().Prepare(strangers));
    COMITY_RETURN_IF_ERROR(count->Step().status());
    if (count->Int64(0) == 0) continue;
    report.find(table, absl::StrCat(count->Int64(0), " of its rows are of no document."));
  }
  return absl::OkStatus();
}

absl::Status CheckDocuments(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  std::int64_t matched = 0;
  const auto check = [&](const Version& version) -> absl::Status {
    const std::string where = absl::StrCat("documents/", version.id);
    const absl::StatusOr<std::optional<Document>> document = rows.FindDocument(version.id);
    if (IsOfTheRow(document.status())) {
      ++matched;
      report.find(where, std::string(document.status().message()));
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(document.status());
    if (!document->has_value()) {
      report.find(where, Gone(version));
      return absl::OkStatus();
    }
    ++matched;
    COMITY_ASSIGN_OR_RETURN(const bool fit, rows.DerivedFit(**document));
    if (!fit) report.find(where, "Columns that are made from others are not what these make.");
    COMITY_ASSIGN_OR_RETURN(const bool held, journal::IsHeld(store.sql(), where));
    if (held != (*document)->held) {
      report.find(where, "It says another thing of a hold than the holds do.");
    }
    Compare(version, RowsDigest(**document), where, report);
    return absl::OkStatus();
  };
  COMITY_RETURN_IF_ERROR(store.ForEachResource("document", check));
  COMITY_RETURN_IF_ERROR(NameAdded(store, "documents", "document", matched, report));
  return CheckOrphans(store, report);
}

absl::Status CheckDecisions(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  std::int64_t matched = 0;
  const auto check = [&](const Version& version) -> absl::Status {
    const std::string where = absl::StrCat("decisions/", version.id);
    // Opens what is sealed of it too.
    const absl::StatusOr<std::optional<RecordedDecision>> decision = rows.FindDecision(version.id);
    if (IsOfTheRow(decision.status())) {
      ++matched;
      report.find(where, std::string(decision.status().message()));
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(decision.status());
    if (!decision->has_value()) {
      report.find(where, Gone(version));
      return absl::OkStatus();
    }
    ++matched;
    if (!SqlRows::DerivedFit(**decision) || (*decision)->revision != version.revision) {
      report.find(where, "Columns that are made from others are not what these make.");
    }
    Compare(version, RowsDigest(**decision), where, report);
    return absl::OkStatus();
  };
  COMITY_RETURN_IF_ERROR(store.ForEachResource("decision", check));
  return NameAdded(store, "decisions", "decision", matched, report);
}

// That they are there: what they say is nobody's evidence, and goes with them.
absl::Status CheckUploads(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  std::int64_t matched = 0;
  const auto check = [&](const Version& version) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(const std::optional<Upload> upload, rows.FindUpload(version.id));
    if (upload) {
      ++matched;
    } else {
      report.find(absl::StrCat("uploads/", version.id), Gone(version));
    }
    return absl::OkStatus();
  };
  COMITY_RETURN_IF_ERROR(store.ForEachResource("upload", check));
  return NameAdded(store, "uploads", "upload", matched, report);
}

}  // namespace

absl::StatusOr<bool> ExchangeRowsCheck::Knows(storage::Database& database) const {
  std::vector<std::string> missing;
  bool any = false;
  for (const char* const table : kTables) {
    // Of its own: a table that is not there spoils it.
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database.Read());
    const auto select = snapshot.sql().Prepare(absl::StrCat("SELECT 1 FROM ", table, " LIMIT 1"));
    const absl::Status asked = select.ok() ? (*select)->Step().status() : select.status();
    if (absl::IsInternal(asked)) {
      missing.emplace_back(table);
      continue;
    }
    COMITY_RETURN_IF_ERROR(asked);
    any = true;
  }
  if (!any) return false;
  if (!missing.empty()) {
    return MakeError(
        absl::StatusCode::kDataLoss,
        absl::StrCat("Its table ", missing.front(), " is gone; no table was compared."),
        {.reason = "ROW_DAMAGED"});
  }
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database.Read());
  COMITY_ASSIGN_OR_RETURN(const int form,
                          storage::FindVersion(snapshot.sql(), "service", Migrations()));
  return form >= kOldestForm;
}

absl::Status ExchangeRowsCheck::Check(StoreView& store, RowsReport& report) const {
  COMITY_RETURN_IF_ERROR(CheckUploads(store, report));
  COMITY_RETURN_IF_ERROR(CheckDocuments(store, report));
  COMITY_RETURN_IF_ERROR(CheckDecisions(store, report));
  COMITY_RETURN_IF_ERROR(CheckStatements(store, report));
  COMITY_RETURN_IF_ERROR(CheckTransferRecords(store, report));
  return CheckEntriesHaveRows(store, report);
}

}  // namespace comity::document_exchange
