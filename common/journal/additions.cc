#include "common/journal/additions.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

using storage::Statement;

constexpr std::size_t kMostRows = 64;

// `bind` sets the values of a row from a parameter on. The numbers of rows in a statement are
// powers of two, so that few texts are ever compiled.
template <typename Row, typename Bind>
absl::Status InsertRows(storage::Connection& sql, absl::string_view table, int columns,
                        const std::vector<Row>& rows, Bind bind) {
  for (std::size_t first = 0; first < rows.size();) {
    const std::size_t count = std::min(kMostRows, absl::bit_floor(rows.size() - first));
    COMITY_ASSIGN_OR_RETURN(
        const std::unique_ptr<Statement> insert,
        sql.Prepare(absl::StrCat("INSERT INTO ", table, " ", rows::ValuesText(columns, count))));
    for (std::size_t i = 0; i < count; ++i) {
      bind(*insert, 1 + static_cast<int>(i) * columns, rows[first + i]);
    }
    COMITY_RETURN_IF_ERROR(insert->RunLater());
    first += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Insert(storage::Connection& sql, const Additions& additions) {
  COMITY_RETURN_IF_ERROR(InsertRows(sql, "journal_mutations", 3, additions.mutations,
                                    [](Statement& insert, int at, const rows::Mutation& mutation) {
                                      insert.BindInt64(at, mutation.revision)
                                          .BindInt64(at + 1,
                                                     absl::ToUnixMicros(mutation.commit_time))
                                          .BindText(at + 2, mutation.resource);
                                    }));
  COMITY_RETURN_IF_ERROR(
      InsertRows(sql, "journal_requests", 5, additions.requests,
                 [](Statement& insert, int at, const Additions::Request& request) {
                   insert.BindInt64(at, request.revision)
                       .BindText(at + 1, request.attempt->caller)
                       .BindText(at + 2, request.attempt->method)
                       .BindText(at + 3, request.attempt->request_id)
                       .BindBlob(at + 4, crypto::View(request.attempt->request_digest));
                 }));
  COMITY_RETURN_IF_ERROR(
      InsertRows(sql, "journal_versions", 4, additions.versions,
                 [](Statement& insert, int at, const Version& version) {
                   insert.BindInt64(at, rows::PositionOf({version.revision, version.ordinal}))
                       .BindText(at + 1, version.kind)
                       .BindText(at + 2, version.id);
                   if (version.body) {
                     insert.BindBlob(at + 3, *version.body);
                   } else {
                     insert.BindNull(at + 3);
                   }
                 }));
  COMITY_RETURN_IF_ERROR(InsertRows(sql, "journal_entries", 5, additions.entries,
                                    [](Statement& insert, int at, const rows::SealedEntry& entry) {
                                      insert.BindInt64(at, entry.leaf_index)
                                          .BindInt64(at + 1, entry.revision)
                                          .BindInt64(at + 2, absl::ToUnixMicros(entry.commit_time))
                                          .BindBlob(at + 3, crypto::View(entry.commitment))
                                          .BindBlob(at + 4, entry.sealed);
                                    }));
  return InsertRows(sql, "journal_tiles", 3, additions.tiles,
                    [](Statement& insert, int at, const ledger::Tile& tile) {
                      insert.BindInt64(at, tile.id.level)
                          .BindInt64(at + 1, tile.id.index)
                          .BindBlob(at + 2, ledger::EncodeTile(tile.hashes));
                    });
}

}  // namespace comity::journal
