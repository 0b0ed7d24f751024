// Uploads; documents with their recipients and restrictions.

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/visibility.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {
namespace {

using storage::Statement;

constexpr absl::string_view kDocumentColumns =
    "revision, id, sender, manifest_sha256, thread, case_reference, operational, flags, "
    "content_length, description_length, controller, submit_time, registry_store, registry_number, "
    "erase_due, erase_time, erasure, held";

std::int64_t Pack(const PurposeFlags& flags) {
  return (flags.offence_outside_annex_i ? 1 : 0) | (flags.requested_by_member_state ? 2 : 0) |
         (flags.incompatible_with_collection ? 4 : 0) | (flags.eppo_exercises_competence ? 8 : 0) |
         (flags.eppo_exception ? 16 : 0);
}

PurposeFlags Unpack(std::int64_t bits) {
  return {.offence_outside_annex_i = (bits & 1) != 0,
          .requested_by_member_state = (bits & 2) != 0,
          .incompatible_with_collection = (bits & 4) != 0,
          .eppo_exercises_competence = (bits & 8) != 0,
          .eppo_exception = (bits & 16) != 0};
}

// Rows hold only ids that were parsed on their way in; a check meets others.
std::string SideOfId(const std::string& spiffe_id) {
  const absl::StatusOr<identity::Principal> principal = identity::Principal::Parse(spiffe_id);
  return principal.ok() ? SideOf(*principal) : spiffe_id;
}

}  // namespace

absl::StatusOr<std::optional<Upload>> SqlRows::FindUpload(absl::string_view id) {
  COMITY_ASSIGN_OR_RETURN(std::vector<Upload> found,
                          Uploads("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
  return First(std::move(found));
}

absl::StatusOr<std::vector<Upload>> SqlRows::UploadsOfDocument(absl::string_view document_id) {
  return Uploads("WHERE document_id = ?1 ORDER BY id",
                 [&](Statement& s) { s.BindText(1, document_id); });
}

absl::StatusOr<std::vector<Upload>> SqlRows::ScanExpiredUploads(absl::Time now, std::size_t limit) {
  return Uploads("WHERE expire_time <= ?1 ORDER BY expire_time LIMIT ?2", [&](Statement& s) {
    s.BindInt64(1, Micros(now)).BindInt64(2, static_cast<std::int64_t>(limit));
  });
}

absl::StatusOr<std::int64_t> SqlRows::CountUploadsOf(absl::string_view owner) {
  std::int64_t count = 0;
  COMITY_RETURN_IF_ERROR(Query(
      "SELECT count(*) FROM uploads WHERE owner = ?1", [&](Statement& s) { s.BindText(1, owner); },
      [&](Statement& s) -> absl::Status {
        count = s.Int64(0);
        return absl::OkStatus();
      }));
  return count;
}

absl::StatusOr<std::optional<Document>> SqlRows::FindDocument(absl::string_view id) {
  COMITY_ASSIGN_OR_RETURN(std::vector<Document> found,
                          Documents("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
  return First(std::move(found));
}

absl::StatusOr<std::vector<Document>> SqlRows::ListDocuments(const DocumentPage& page) {
  // The same rule as Look(): the sender's side, and every recipient's. Each branch walks its own
  // index backwards and stops at the page's size.
  const bool sent = page.box != DocumentPage::Box::kInbox;
  const bool inbox = page.box != DocumentPage::Box::kSent;
  const std::string sent_branch =
      "SELECT revision FROM (SELECT revision FROM documents WHERE sender_side = ?1 AND revision "
      "< "
      "?2 AND (?3 = '' OR thread = ?3) ORDER BY revision DESC LIMIT ?4) AS sent";
  const std::string inbox_branch =
      "SELECT revision FROM (SELECT DISTINCT r.revision AS revision FROM recipients r JOIN "
      "documents d ON d.revision = r.revision WHERE r.side = ?1 AND r.own = 0 AND r.revision < "
      "?2 "
      "AND (?3 = '' OR d.thread = ?3) ORDER BY r.revision DESC LIMIT ?4) AS received";
  const std::string keys = sent && inbox ? absl::StrCat(sent_branch, " UNION ", inbox_branch)
                           : sent        ? sent_branch
                                         : inbox_branch;
  return Documents(absl::StrCat("WHERE revision IN (", keys, ") ORDER BY revision DESC LIMIT ?4"),
                   [&](Statement& s) {
                     s.BindText(1, page.side)
                         .BindInt64(2, page.before_revision)
                         .BindText(3, page.thread)
                         .BindInt64(4, static_cast<std::int64_t>(page.limit));
                   });
}

absl::StatusOr<std::vector<Document>> SqlRows::WaitingOfCase(absl::string_view case_reference) {
  return Documents(
      "WHERE case_reference = ?1 AND EXISTS (SELECT 1 FROM recipients r WHERE r.revision = "
      "documents.revision AND r.own = 0 AND r.waiting = 1) AND erase_time IS NULL ORDER BY "
      "revision",
      [&](Statement& s) { s.BindText(1, case_reference); });
}

absl::StatusOr<std::vector<Document>> SqlRows::WaitingFor(absl::string_view side,
                                                          std::int64_t after_revision,
                                                          std::size_t limit) {
  return Documents(
      "WHERE revision IN (SELECT revision FROM recipients WHERE side = ?1 AND waiting = 1 AND "
      "own = 0 AND revision > ?2) AND erase_time IS NULL ORDER BY revision LIMIT ?3",
      [&](Statement& s) {
        s.BindText(1, side)
            .BindInt64(2, after_revision)
            .BindInt64(3, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<Document>> SqlRows::Unretrieved(const std::optional<std::string>& side,
                                                           std::int64_t after_revision,
                                                           std::size_t limit) {
  // Numbers of RecipientState and, 0, of Erasure. One walk along the key, whoever asks: what a page
  // looked at the next does not look at again.
  return Documents(
      "WHERE revision > ?2 AND erasure = 0 AND (?1 = '' OR sender_side = ?1 OR EXISTS (SELECT 1 "
      "FROM "
      "recipients mine WHERE mine.revision = documents.revision AND mine.side = ?1)) AND EXISTS "
      "(SELECT 1 FROM recipients r WHERE r.revision = documents.revision AND r.own = 0 AND r.state "
      "IN (0, 1, 2)) ORDER BY revision LIMIT ?3",
      [&](Statement& s) {
        s.BindText(1, side.value_or(""))
            .BindInt64(2, after_revision)
            .BindInt64(3, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<DocumentParties>> SqlRows::ScanParties(absl::Time start, absl::Time end,
                                                                  absl::Time after_time,
                                                                  std::int64_t after_revision,
                                                                  std::size_t limit) {
  std::vector<DocumentParties> found;
  COMITY_RETURN_IF_ERROR(Query(
      "SELECT d.revision, d.submit_time, d.sender, d.case_reference, r.spiffe_id FROM (SELECT "
      "revision, submit_time, sender, case_reference FROM documents WHERE submit_time >= ?1 AND "
      "submit_time < ?2 AND (submit_time > ?3 OR (submit_time = ?3 AND revision > ?4)) ORDER BY "
      "submit_time, revision LIMIT ?5) AS d JOIN recipients r ON r.revision = d.revision ORDER BY "
      "d.submit_time, d.revision, r.ordinal",
      [&](Statement& s) {
        s.BindInt64(1, Micros(start))
            .BindInt64(2, Micros(end))
            .BindInt64(3, Micros(after_time))
            .BindInt64(4, after_revision)
            .BindInt64(5, static_cast<std::int64_t>(limit));
      },
      [&](Statement& s) -> absl::Status {
        if (found.empty() || found.back().revision != s.Int64(0)) {
          found.push_back({.revision = s.Int64(0),
                           .submit_time = absl::FromUnixMicros(s.Int64(1)),
                           .sender = std::string(s.Text(2)),
                           .case_reference = std::string(s.Text(3))});
        }
        found.back().recipients.emplace_back(s.Text(4));
        return absl::OkStatus();
      }));
  return found;
}

absl::StatusOr<std::vector<Document>> SqlRows::DueDocuments(absl::Time now, std::size_t limit) {
  return Documents(
      "WHERE revision IN (SELECT revision FROM recipients WHERE delivery_due <= ?1 UNION SELECT "
      "revision FROM recipients WHERE retrieval_due <= ?1) ORDER BY revision LIMIT ?2",
      [&](Statement& s) {
        s.BindInt64(1, Micros(now)).BindInt64(2, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<Document>> SqlRows::ErasableDocuments(absl::Time now,
                                                                 absl::Time condemned_by,
                                                                 std::size_t limit) {
  // The numbers of Erasure. What is destroyed in part goes on, also if a hold came later.
  return Documents(
      "WHERE revision IN (SELECT revision FROM documents WHERE erasure = 1 UNION SELECT revision "
      "FROM documents WHERE erasure = 3 AND (erase_time <= ?2 OR held = 1 OR erase_due > ?1) UNION "
      "SELECT revision FROM documents WHERE erasure = 0 AND held = 0 AND erase_due <= ?1) "
      "ORDER BY CASE erasure WHEN 1 THEN 1 WHEN 3 THEN 2 ELSE 3 END, revision LIMIT ?3",
      [&](Statement& s) {
        s.BindInt64(1, Micros(now))
            .BindInt64(2, Micros(condemned_by))
            .BindInt64(3, static_cast<std::int64_t>(limit));
      });
}

absl::Status SqlRows::InsertUpload(const Upload& upload) {
  return Write(
      "INSERT INTO uploads (id, document_id, owner, content_length, description_length, "
      "recipients, flags, context_digests, create_time, expire_time) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7, ?8, ?9, ?10)",
      [&](Statement& s) {
        s.BindText(1, upload.id)
            .BindText(2, upload.document_id)
            .BindText(3, upload.owner)
            .BindInt64(4, upload.announced.content)
            .BindInt64(5, upload.announced.description)
            .BindText(6, Join(upload.recipients))
            .BindInt64(7, Pack(upload.flags))
            .BindText(8, upload.context_digests)
            .BindInt64(9, Micros(upload.create_time))
            .BindInt64(10, Micros(upload.expire_time));
      });
}

absl::Status SqlRows::EraseUpload(absl::string_view id) {
  return Write("DELETE FROM uploads WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); });
}

absl::Status SqlRows::InsertDocument(const Document& document) {
  const absl::Status inserted = Write(
      "INSERT INTO documents (revision, id, sender, sender_side, manifest_sha256, thread, "
      "case_reference, operational, flags, content_length, description_length, controller, "
      "submit_time, registry_store, registry_number, erase_due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
      "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
      [&](Statement& s) {
        s.BindInt64(1, document.revision)
            .BindText(2, document.id)
            .BindText(3, document.sender)
            .BindText(4, SideOfId(document.sender))
            .BindBlob(5, crypto::View(document.manifest_sha256))
            .BindText(6, document.thread)
            .BindText(7, document.case_reference)
            .BindInt64(8, document.operational ? 1 : 0)
            .BindInt64(9, Pack(document.flags))
            .BindInt64(10, document.sizes.content)
            .BindInt64(11, document.sizes.description)
            .BindText(12, document.controller)
            .BindInt64(13, Micros(document.submit_time))
            .BindText(14, document.registry_revision.store_id)
            .BindInt64(15, document.registry_revision.number)
            .BindInt64(16, document.erase_due ? Micros(*document.erase_due) : 0);
      });
  if (absl::IsAlreadyExists(inserted)) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "There is already a document with this id; make a new id.",
                     {.reason = "DOCUMENT_ID_TAKEN"});
  }
  COMITY_RETURN_IF_ERROR(inserted);
  for (std::size_t i = 0; i < document.recipients.size(); ++i) {
    const Recipient& recipient = document.recipients[i];
    COMITY_RETURN_IF_ERROR(Write(
        "INSERT INTO recipients (revision, ordinal, document_id, spiffe_id, side, own, state, "
        "reason, handed_over, waiting, delivery_due, retrieval_due) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        [&](Statement& s) {
          s.BindInt64(1, document.revision)
              .BindInt64(2, static_cast<std::int64_t>(i))
              .BindText(3, document.id)
              .BindText(4, recipient.spiffe_id)
              .BindText(5, SideOfId(recipient.spiffe_id))
              .BindInt64(6, recipient.own ? 1 : 0)
              .BindInt64(7, static_cast<std::int64_t>(recipient.state))
              .BindText(8, recipient.reason)
              .BindInt64(9, recipient.handed_over ? 1 : 0)
              .BindInt64(10, NotYetAvailable(recipient.state) ? 1 : 0);
          BindTime(s, 11, recipient.delivery_due);
          BindTime(s, 12, recipient.retrieval_due);
        }));
  }
  return absl::OkStatus();
}

absl::Status SqlRows::UpdateDocument(const Document& document) {
  return Write(
      "UPDATE documents SET controller = ?2, registry_store = ?3, registry_number = ?4 WHERE "
      "revision = ?1",
      [&](Statement& s) {
        s.BindInt64(1, document.revision)
            .BindText(2, document.controller)
            .BindText(3, document.registry_revision.store_id)
            .BindInt64(4, document.registry_revision.number);
      });
}

absl::Status SqlRows::UpdateErasure(const Document& document) {
  return Write(
      "UPDATE documents SET erase_due = ?2, erase_time = ?3, erasure = ?4, held = ?5 WHERE id = ?1",
      [&](Statement& s) {
        s.BindText(1, document.id)
            .BindInt64(2, document.erase_due ? Micros(*document.erase_due) : 0)
            .BindInt64(4, static_cast<std::int64_t>(document.erasure))
            .BindInt64(5, document.held ? 1 : 0);
        BindTime(s, 3, document.erase_time);
      });
}

absl::Status SqlRows::UpdateRecipient(absl::string_view document_id, const Recipient& recipient) {
  return Write(
      "UPDATE recipients SET state = ?3, reason = ?4, handed_over = ?5, waiting = ?6, "
      "delivery_due = ?7, retrieval_due = ?8 WHERE revision = (SELECT revision FROM documents "
      "WHERE id = ?1) AND spiffe_id = ?2",
      [&](Statement& s) {
        s.BindText(1, document_id)
            .BindText(2, recipient.spiffe_id)
            .BindInt64(3, static_cast<std::int64_t>(recipient.state))
            .BindText(4, recipient.reason)
            .BindInt64(5, recipient.handed_over ? 1 : 0)
            .BindInt64(6, NotYetAvailable(recipient.state) ? 1 : 0);
        BindTime(s, 7, recipient.delivery_due);
        BindTime(s, 8, recipient.retrieval_due);
      });
}

absl::Status SqlRows::InsertRestriction(absl::string_view document_id,
                                        const AddedRestriction& restriction) {
  return Write(
      "INSERT INTO restrictions (document_revision, revision, use, partners, by_partner) SELECT "
      "revision, ?2, ?3, ?4, ?5 FROM documents WHERE id = ?1",
      [&](Statement& s) {
        s.BindText(1, document_id)
            .BindInt64(2, turn_->revision())
            .BindText(3, restriction.use)
            .BindText(4, Join(restriction.partners))
            .BindText(5, restriction.by_partner);
      });
}

absl::StatusOr<bool> SqlRows::DerivedFit(const Document& document) {
  bool fit = true;
  COMITY_RETURN_IF_ERROR(Query(
      "SELECT sender_side FROM documents WHERE revision = ?1",
      [&](Statement& s) { s.BindInt64(1, document.revision); },
      [&](Statement& s) {
        fit = fit && s.Text(0) == SideOfId(document.sender);
        return absl::OkStatus();
      }));
  COMITY_RETURN_IF_ERROR(Query(
      "SELECT spiffe_id, side, state, waiting, document_id FROM recipients WHERE revision = ?1",
      [&](Statement& s) { s.BindInt64(1, document.revision); },
      [&](Statement& s) {
        const bool waiting = NotYetAvailable(static_cast<RecipientState>(s.Int64(2)));
        fit = fit && s.Text(1) == SideOfId(std::string(s.Text(0))) &&
              (s.Int64(3) != 0) == waiting && s.Text(4) == document.id;
        return absl::OkStatus();
      }));
  return fit;
}

bool SqlRows::DerivedFit(const RecordedDecision& recorded) {
  return recorded.side == SideOfId(recorded.recorded_by);
}

absl::StatusOr<std::vector<Upload>> SqlRows::Uploads(absl::string_view where, Binder bind) {
  std::vector<Upload> uploads;
  COMITY_RETURN_IF_ERROR(Query(
      absl::StrCat("SELECT id, document_id, owner, content_length, description_length, "
                   "recipients, flags, context_digests, create_time, expire_time FROM uploads ",
                   where),
      bind, [&](Statement& s) -> absl::Status {
        uploads.push_back({.id = std::string(s.Text(0)),
                           .document_id = std::string(s.Text(1)),
                           .owner = std::string(s.Text(2)),
                           .announced = {.content = s.Int64(3), .description = s.Int64(4)},
                           .recipients = Split(s.Text(5)),
                           .flags = Unpack(s.Int64(6)),
                           .context_digests = std::string(s.Text(7)),
                           .create_time = absl::FromUnixMicros(s.Int64(8)),
                           .expire_time = absl::FromUnixMicros(s.Int64(9))});
        return absl::OkStatus();
      }));
  return uploads;
}

absl::StatusOr<std::vector<Document>> SqlRows::Documents(absl::string_view where, Binder bind) {
  std::vector<Document> documents;
  COMITY_RETURN_IF_ERROR(Query(
      absl::StrCat("SELECT ", kDocumentColumns, " FROM documents ", where), bind,
      [&](Statement& s) -> absl::Status {
        if (s.Blob(3).size() != crypto::Digest().size()) {
          return MakeError(absl::StatusCode::kDataLoss, "A document's row is damaged.",
                           {.reason = "ROW_DAMAGED"});
        }
        documents.push_back(
            {.id = std::string(s.Text(1)),
             .sender = std::string(s.Text(2)),
             .manifest_sha256 = crypto::ToDigest(s.Blob(3)),
             .thread = std::string(s.Text(4)),
             .case_reference = std::string(s.Text(5)),
             .operational = s.Int64(6) != 0,
             .flags = Unpack(s.Int64(7)),
             .sizes = {.content = s.Int64(8), .description = s.Int64(9)},
             .controller = std::string(s.Text(10)),
             .submit_time = absl::FromUnixMicros(s.Int64(11)),
             .revision = s.Int64(0),
             .registry_revision = {.store_id = std::string(s.Text(12)), .number = s.Int64(13)},
             .erasure = static_cast<Erasure>(s.Int64(16)),
             .erase_time = TimeAt(s, 15),
             .held = s.Int64(17) != 0});
        if (s.Int64(14) != 0) documents.back().erase_due = TimeAt(s, 14);
        return absl::OkStatus();
      }));
  for (Document& document : documents) COMITY_RETURN_IF_ERROR(Complete(document));
  return documents;
}

absl::Status SqlRows::Complete(Document& document) {
  COMITY_RETURN_IF_ERROR(Query(
      "SELECT spiffe_id, own, state, reason, handed_over, delivery_due, retrieval_due FROM "
      "recipients WHERE revision = ?1 ORDER BY ordinal",
      [&](Statement& s) { s.BindInt64(1, document.revision); },
      [&](Statement& s) -> absl::Status {
        document.recipients.push_back({.spiffe_id = std::string(s.Text(0)),
                                       .state = static_cast<RecipientState>(s.Int64(2)),
                                       .reason = std::string(s.Text(3)),
                                       .own = s.Int64(1) != 0,
                                       .handed_over = s.Int64(4) != 0,
                                       .delivery_due = TimeAt(s, 5),
                                       .retrieval_due = TimeAt(s, 6)});
        return absl::OkStatus();
      }));
  return Query(
      "SELECT use, partners, by_partner FROM restrictions WHERE document_revision = ?1 ORDER BY "
      "revision",
      [&](Statement& s) { s.BindInt64(1, document.revision); },
      [&](Statement& s) -> absl::Status {
        document.added_restrictions.push_back({.use = std::string(s.Text(0)),
                                               .partners = Split(s.Text(1)),
                                               .by_partner = std::string(s.Text(2))});
        return absl::OkStatus();
      });
}

}  // namespace comity::document_exchange
