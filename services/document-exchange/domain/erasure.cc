#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/journal/entry.h"
#include "common/journal/holds.h"
#include "common/journal/pruning.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/objects.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/domain/texts.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kBatch = 100;
constexpr char kMethod[] = "timer/erase";

std::string NameOf(absl::string_view document_id) {
  return absl::StrCat("documents/", document_id);
}

// `outcome`: BEGUN a day before anything is destroyed, DONE once all of it is; ABANDONED: nothing
// was.
absl::Status AddErasureLeaf(journal::Turn& turn, const Document& document,
                            const sealing::Manifest& manifest, absl::string_view outcome) {
  return turn
      .AddLeaf({.time = turn.now(),
                .kind = journal::kMutationEntry,
                .caller = "-",
                .method = kMethod,
                .revision = turn.revision(),
                .resource = NameOf(document.id),
                .outcome = std::string(outcome),
                .detail = json::Canonical({{"delete_after_days", manifest.delete_after_days},
                                           {"rule", manifest.retention_rule}})})
      .status();
}

}  // namespace

absl::Status CheckNotErased(const Document& document) {
  if (document.erasure == Erasure::kKept) return absl::OkStatus();
  const bool condemned = document.erasure == Erasure::kCondemned;
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("The document ", condemned ? "is being" : "was",
                   " erased at the end of its retention (",
                   absl::FormatTime("%Y-%m-%d", *document.erase_time, absl::UTCTimeZone()),
                   "); ask its sender for another copy. Its evidence stays."),
      {.reason = "ERASED"});
}

absl::Status Exchange::EraseOverdue(absl::Time now) {
  std::vector<Document> candidates;
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    const absl::Time latest = std::max(now, parts_.journal->head().commit_time);
    COMITY_ASSIGN_OR_RETURN(candidates,
                            rows->ErasableDocuments(now, latest - journal::kErasureDelay, kBatch));
  }
  absl::Status first;
  for (const Document& document : candidates) {
    // One that cannot be erased now must not keep the others.
    first.Update(EraseIfOverdue(document, now));
  }
  return first;
}

absl::Status Exchange::EraseIfOverdue(const Document& candidate, absl::Time now) {
  // What was signed decides, not the row.
  COMITY_ASSIGN_OR_RETURN(const sealing::Manifest manifest, LoadManifest(candidate.id));
  const absl::Time due = candidate.submit_time + absl::Hours(24) * manifest.delete_after_days;
  // Each as a mutation of its own, on the document as it then is.
  const auto change = [&](const auto& apply) {
    const auto body = [&](journal::Turn& turn) -> absl::Status {
      const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
      COMITY_ASSIGN_OR_RETURN(std::optional<Document> document, rows->FindDocument(candidate.id));
      turn.SetResource(NameOf(candidate.id));
      if (document.has_value() && document->erasure != Erasure::kErased) {
        return apply(turn, *rows, *document);
      }
      turn.ChangeNothing();
      return absl::OkStatus();
    };
    return parts_.journal->Mutate({.caller = "-", .method = kMethod}, body).status();
  };

  Erasure reached = Erasure::kKept;
  bool condemned = false;
  const auto step = [&](journal::Turn& turn, WritableRows& rows,
                        Document& document) -> absl::Status {
    const Erasure before = document.erasure;
    // By the clock of now: one that was ahead may have been put right.
    const bool over = due <= now && !document.held;
    absl::string_view outcome;
    if (before == Erasure::kKept && over) {
      document.erasure = Erasure::kCondemned;
      document.erase_time = turn.now();
      outcome = "BEGUN";
    } else if (before == Erasure::kCondemned && !over) {
      document.erasure = Erasure::kKept;
      document.erase_time.reset();
      outcome = "ABANDONED";
    } else if (before == Erasure::kCondemned &&
               turn.now() >= *document.erase_time + journal::kErasureDelay) {
      document.erasure = Erasure::kDestroying;
      document.erase_time = turn.now();
    }
    reached = document.erasure;
    condemned = reached == Erasure::kCondemned && before == Erasure::kKept;
    if (reached == before && document.erase_due == due) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    document.erase_due = due;
    COMITY_RETURN_IF_ERROR(rows.UpdateErasure(document));
    if (reached == before) return absl::OkStatus();
    COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
    return outcome.empty() ? absl::OkStatus() : AddErasureLeaf(turn, document, manifest, outcome);
  };
  COMITY_RETURN_IF_ERROR(change(step));
  if (condemned) parts_.events->DocumentCondemned();
  if (reached != Erasure::kDestroying) return absl::OkStatus();

  // Who was promised headers before has them now.
  AwaitReleases();
  COMITY_RETURN_IF_ERROR(parts_.payloads->EraseDocument(
      candidate.id, {std::string(kManifestObject), std::string(kSignatureObject)}));

  const auto finish = [&](journal::Turn& turn, WritableRows& rows,
                          Document& document) -> absl::Status {
    document.erasure = Erasure::kErased;
    COMITY_RETURN_IF_ERROR(rows.UpdateErasure(document));
    COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
    return AddErasureLeaf(turn, document, manifest, "DONE");
  };
  COMITY_RETURN_IF_ERROR(change(finish));
  parts_.events->DocumentErased();
  return absl::OkStatus();
}

absl::StatusOr<Hold> Exchange::PlaceHold(const Request& request, absl::string_view document_id,
                                         absl::string_view reason) {
  return SetHold(request, document_id, reason, /*held=*/true);
}

absl::StatusOr<Hold> Exchange::LiftHold(const Request& request, absl::string_view document_id,
                                        absl::string_view reason) {
  return SetHold(request, document_id, reason, /*held=*/false);
}

absl::StatusOr<Hold> Exchange::SetHold(const Request& request, absl::string_view document_id,
                                       absl::string_view reason, bool held) {
  COMITY_RETURN_IF_ERROR(CheckReason(reason));
  if (!IsUuid(document_id)) return DocumentNotFound();
  const auto body = [&](journal::Turn& turn) -> absl::Status {
    const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
    // The officer, who has the records of every transfer, need not be a party.
    COMITY_ASSIGN_OR_RETURN(std::optional<Document> document, rows->FindDocument(document_id));
    if (!document.has_value()) return DocumentNotFound();
    const std::string name = NameOf(document_id);
    turn.SetResource(name);
    if (document->held == held) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    document->held = held;
    COMITY_RETURN_IF_ERROR(rows->UpdateErasure(*document));
    // The ledger's entries about it too.
    const absl::StatusOr<bool> changed =
        held ? journal::PlaceHold(turn, name) : journal::LiftHold(turn, name);
    COMITY_RETURN_IF_ERROR(changed.status());
    return AddMutationLeaf(turn, request, name, json::Canonical({{"reason", std::string(reason)}}));
  };
  COMITY_ASSIGN_OR_RETURN(const journal::Committed committed,
                          parts_.journal->Mutate(AttemptOf(request), body));
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document, rows->FindDocument(document_id));
  if (!document.has_value()) return DocumentNotFound();
  // As of then: a repetition is not told what came later.
  Hold hold = {.document_id = document->id, .in_force = held, .erase_time = document->erased_at()};
  if (hold.erase_time.has_value() && *hold.erase_time > committed.commit_time) {
    hold.erase_time.reset();
  }
  return hold;
}

}  // namespace comity::document_exchange
