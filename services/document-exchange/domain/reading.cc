#include <utility>

#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/objects.h"

namespace comity::document_exchange {
namespace {

// Restrictions in force: of the manifest, of its originators, and those added since.
std::vector<legal::Restriction> InForce(const sealing::Manifest& manifest,
                                        const Document& document) {
  std::vector<legal::Restriction> restrictions;
  const auto add = [&](absl::string_view use, const std::vector<std::string>& partners) {
    const legal::UseRestriction parsed = ParseUse(use);
    for (const legal::Restriction& known : restrictions) {
      if (known.use == parsed && known.partners == partners) return;
    }
    restrictions.push_back({.use = parsed, .partners = partners});
  };
  for (const sealing::UseRestriction& restriction : manifest.use_restrictions) {
    add(restriction.use, restriction.partners);
  }
  for (const sealing::Originator& originator : manifest.originators) {
    for (const sealing::UseRestriction& restriction : originator.restrictions) {
      add(restriction.use, restriction.partners);
    }
  }
  for (const AddedRestriction& added : document.added_restrictions) add(added.use, added.partners);
  return restrictions;
}

}  // namespace

absl::StatusOr<DocumentView> Exchange::ViewFor(const identity::Principal& caller,
                                               const Document& document) const {
  const View view = Look(caller, document);
  if (!view.document) return DocumentNotFound();
  DocumentView seen = {.document = document};
  seen.document.recipients.clear();
  for (const Recipient& recipient : document.recipients) {
    if (MaySeeRecipient(caller, view, recipient)) seen.document.recipients.push_back(recipient);
  }
  COMITY_ASSIGN_OR_RETURN(std::string bytes,
                          parts_.payloads->ReadObject(document.id, kManifestObject));
  COMITY_ASSIGN_OR_RETURN(const sealing::Manifest manifest, sealing::ParseManifest(bytes));
  seen.restrictions = InForce(manifest, document);
  if (view.contents) {
    seen.manifest = std::move(bytes);
    COMITY_ASSIGN_OR_RETURN(seen.signature,
                            parts_.payloads->ReadObject(document.id, kSignatureObject));
  }
  return seen;
}

absl::StatusOr<DocumentView> Exchange::Get(const Request& request, absl::string_view document_id) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(const Document document,
                          FindVisible(*rows, *request.caller, document_id));
  return ViewFor(*request.caller, document);
}

absl::StatusOr<std::unique_ptr<PayloadReader>> Exchange::OpenPayload(const Request& request,
                                                                     absl::string_view document_id,
                                                                     PayloadKind kind) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(const Document document,
                          FindVisible(*rows, *request.caller, document_id));
  if (!Look(*request.caller, document).contents) return DocumentNotFound();
  COMITY_RETURN_IF_ERROR(CheckNotErased(document));
  return parts_.payloads->OpenPayload(document.id, kind);
}

absl::StatusOr<std::vector<StoredStatement>> Exchange::Statements(const Request& request,
                                                                  absl::string_view document_id) {
  if (!IsUuid(document_id)) return DocumentNotFound();
  const identity::Principal& caller = *request.caller;
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document, rows->FindDocument(document_id));
  COMITY_ASSIGN_OR_RETURN(std::vector<StoredStatement> all, rows->StatementsOf(document_id));
  const View view = document.has_value() ? Look(caller, *document) : View{};
  std::vector<StoredStatement> seen;
  for (StoredStatement& statement : all) {
    // A rejected submission made no document; its statement is for who tried.
    const bool own_attempt = statement.sender == caller.spiffe_id;
    const bool about_own_side = view.document && !statement.recipient.empty() &&
                                MaySeeRecipient(caller, view, {.spiffe_id = statement.recipient});
    if (own_attempt || view.all_recipients || about_own_side) seen.push_back(std::move(statement));
  }
  if (!view.document && seen.empty()) return DocumentNotFound();
  return seen;
}

absl::StatusOr<StoredStatement> Exchange::StatementOf(
    absl::string_view document_id, absl::string_view recipient,
    std::initializer_list<StatementKind> kinds) const {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(std::vector<StoredStatement> all, rows->StatementsOf(document_id));
  for (auto statement = all.rbegin(); statement != all.rend(); ++statement) {
    if (statement->recipient != recipient) continue;
    for (const StatementKind kind : kinds) {
      if (statement->kind == kind) return std::move(*statement);
    }
  }
  return DocumentNotFound();
}

}  // namespace comity::document_exchange
