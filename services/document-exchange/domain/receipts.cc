#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/registry_view/partner_of.h"
#include "common/sealing/evidence.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/domain/texts.h"

namespace comity::document_exchange {
namespace {

std::string NameOf(absl::string_view document_id) {
  return absl::StrCat("documents/", document_id);
}

absl::Status CheckKnown(const std::vector<std::string>& partners,
                        const RegistrySnapshot& registry) {
  const std::optional<std::size_t> unknown = registry.FirstUnknown(partners);
  if (!unknown) return absl::OkStatus();
  return InvalidField("RESTRICTION_INVALID", absl::StrCat("restriction.partners[", *unknown, "]"),
                      absl::StrCat(partners[*unknown],
                                   " is not on the register, so nobody would be kept from the "
                                   "data: name the partner as the registry does"));
}

// What of `wanted` the same side has not said before; nullopt: nothing. So a document has no more
// of them than there are partners, and there is always room for one that stops something.
std::optional<AddedRestriction> NewIn(const std::vector<AddedRestriction>& said,
                                      AddedRestriction wanted) {
  std::set<std::string> partners(wanted.partners.begin(), wanted.partners.end());
  bool again = false;
  for (const AddedRestriction& each : said) {
    if (each.by_partner != wanted.by_partner || each.use != wanted.use) continue;
    again = true;
    for (const std::string& partner : each.partners) partners.erase(partner);
  }
  if (again && partners.empty()) return std::nullopt;
  wanted.partners.assign(partners.begin(), partners.end());
  return wanted;
}

// Those that leave a transfer record.
std::int64_t TransfersIn(const std::vector<RecipientVerdict>& verdicts) {
  return std::count_if(verdicts.begin(), verdicts.end(),
                       [](const RecipientVerdict& answer) { return !answer.own; });
}

}  // namespace

absl::StatusOr<StoredStatement> Exchange::ConfirmRetrieval(const Request& request,
                                                           absl::string_view document_id,
                                                           const std::string& confirmation,
                                                           const std::string& signature) {
  // Asked first: the certificate of a signer may have ended since it was answered.
  COMITY_ASSIGN_OR_RETURN(const std::optional<journal::Committed> answered,
                          parts_.journal->FindAnswer(AttemptOf(request)));
  if (answered.has_value()) {
    return StatementOf(document_id, request.caller->spiffe_id, {StatementKind::kRetrieval});
  }
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_RETURN_IF_ERROR(FindVisible(*rows, *request.caller, document_id).status());
  }
  COMITY_ASSIGN_OR_RETURN(const sealing::RetrievalConfirmation confirmed,
                          sealing::ParseRetrievalConfirmation(confirmation));
  COMITY_ASSIGN_OR_RETURN(
      const sealing::VerifiedSignature signer,
      sealing::VerifySignature(confirmation, signature, parts_.signer_check(parts_.clock->Now())));
  COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signer, request.caller->spiffe_id));
  if (confirmed.recipient != request.caller->spiffe_id || confirmed.document_id != document_id) {
    return InvalidField("CONFIRMATION_MISMATCH", "confirmation",
                        "must name the caller and this document");
  }
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(Document document,
                                FindVisible(*rows, *request.caller, document_id));
        COMITY_ASSIGN_OR_RETURN(Recipient* const recipient, OwnRow(document, *request.caller));
        if (confirmed.manifest_sha256 != document.manifest_sha256) {
          return InvalidField("CONFIRMATION_MISMATCH", "confirmation.manifest_sha256",
                              "is not that of this document's manifest");
        }
        turn.SetResource(NameOf(document.id));
        if (recipient->state == RecipientState::kRetrieved) {
          turn.ChangeNothing();
          return absl::OkStatus();
        }
        COMITY_RETURN_IF_ERROR(Advance(recipient->state, RecipientEvent::kConfirm));
        recipient->retrieval_due.reset();
        COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document.id, *recipient));
        COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
        COMITY_RETURN_IF_ERROR(AddMutationLeaf(turn, request, NameOf(document.id), ""));
        return StateAndCount(turn, *rows, request.method,
                             {.kind = StatementKind::kRetrieval,
                              .document_id = document.id,
                              .manifest_sha256 = document.manifest_sha256,
                              .sender = document.sender,
                              .recipient = recipient->spiffe_id,
                              .confirmation = confirmation,
                              .confirmation_signature = signature});
      });
  COMITY_RETURN_IF_ERROR(committed.status());
  return StatementOf(document_id, request.caller->spiffe_id, {StatementKind::kRetrieval});
}

absl::StatusOr<StoredStatement> Exchange::Reject(const Request& request,
                                                 absl::string_view document_id,
                                                 absl::string_view reason_code,
                                                 absl::string_view reason) {
  const bool mismatch = reason_code == "PLAINTEXT_MISMATCH";
  if (!mismatch && reason_code != "NOT_FOR_ME" && reason_code != "UNREADABLE") {
    return InvalidField("REASON_CODE_INVALID", "reason_code",
                        "must be NOT_FOR_ME, UNREADABLE or PLAINTEXT_MISMATCH");
  }
  if (reason.size() > kLongestReason) {
    return InvalidField("REASON_TOO_LONG", "reason", "must be at most 1,000 bytes");
  }
  COMITY_RETURN_IF_ERROR(CheckPlainText(kTextNotPlain, "reason", reason, text::Lines::kMany));
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(Document document,
                                FindVisible(*rows, *request.caller, document_id));
        COMITY_ASSIGN_OR_RETURN(Recipient* const recipient, OwnRow(document, *request.caller));
        turn.SetResource(NameOf(document.id));
        if (recipient->state == RecipientState::kRejected && recipient->reason == reason_code) {
          turn.ChangeNothing();
          return absl::OkStatus();
        }
        COMITY_RETURN_IF_ERROR(Advance(recipient->state, mismatch ? RecipientEvent::kReportMismatch
                                                                  : RecipientEvent::kReject));
        recipient->reason = std::string(reason_code);
        recipient->delivery_due.reset();
        recipient->retrieval_due.reset();
        COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document.id, *recipient));
        COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
        // What was said in words lives in the ledger, under its expiry key.
        COMITY_RETURN_IF_ERROR(
            AddMutationLeaf(turn, request, NameOf(document.id),
                            json::Canonical({{"reason_code", std::string(reason_code)},
                                             {"reason", std::string(reason)}})));
        return StateAndCount(turn, *rows, request.method,
                             {.kind = StatementKind::kNonRetrieval,
                              .document_id = document.id,
                              .manifest_sha256 = document.manifest_sha256,
                              .sender = document.sender,
                              .recipient = recipient->spiffe_id,
                              .reason_code = std::string(reason_code)});
      });
  COMITY_RETURN_IF_ERROR(committed.status());
  return StatementOf(document_id, request.caller->spiffe_id, {StatementKind::kNonRetrieval});
}

absl::StatusOr<DocumentView> Exchange::ReleaseFromQuarantine(const Request& request,
                                                             absl::string_view document_id,
                                                             absl::string_view controller) {
  const absl::StatusOr<identity::Principal> named = identity::Principal::Parse(controller);
  using identity::Role;
  if (!named.ok() ||
      !(named->IsAgency(Role::kDeskOfficer) || named->IsAgency(Role::kNationalMember))) {
    return InvalidField("CONTROLLER_INVALID", "controller",
                        "must be the SPIFFE id of a desk officer or national member, who answers "
                        "for the data (EJR 45)");
  }
  std::vector<RecipientVerdict> verdicts;
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        verdicts.clear();  // Of a turn that is taken again.
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(Document document,
                                FindVisible(*rows, *request.caller, document_id));
        COMITY_RETURN_IF_ERROR(CheckNotErased(document));
        COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                                parts_.registry->Latest());
        turn.SetResource(NameOf(document.id));
        std::vector<Recipient*> waiting;
        for (Recipient& recipient : document.recipients) {
          if (recipient.state == RecipientState::kQuarantined) waiting.push_back(&recipient);
        }
        if (waiting.empty()) {
          if (document.controller == controller) {
            turn.ChangeNothing();
            return absl::OkStatus();
          }
          RecipientState state = RecipientState::kAvailable;
          return Advance(state, RecipientEvent::kReleaseFromQuarantine);
        }
        COMITY_ASSIGN_OR_RETURN(Check check, LoadCheck(*rows, document));
        for (const Recipient* const recipient : waiting) {
          COMITY_ASSIGN_OR_RETURN(
              RecipientVerdict answer,
              CheckRecipient(*rows, *registry, check, recipient->spiffe_id, turn.now()));
          verdicts.push_back(ForUse(std::move(answer)));
        }
        COMITY_RETURN_IF_ERROR(NotPermitted(verdicts));
        document.controller = std::string(controller);
        document.registry_revision = registry->revision();
        COMITY_RETURN_IF_ERROR(rows->UpdateDocument(document));
        for (Recipient* const recipient : waiting) {
          COMITY_RETURN_IF_ERROR(Advance(recipient->state, RecipientEvent::kReleaseFromQuarantine));
          recipient->delivery_due.reset();
          recipient->retrieval_due = turn.now() + settings_.retrieval_timeout;
          COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document.id, *recipient));
        }
        COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
        COMITY_RETURN_IF_ERROR(
            AddMutationLeaf(turn, request, NameOf(document.id),
                            json::Canonical({{"controller", std::string(controller)},
                                             {"registry_revision", registry->revision().number},
                                             {"transfers", TransfersIn(verdicts)}})));
        COMITY_RETURN_IF_ERROR(
            AddRecords(turn, *rows, request, document.id, verdicts, document.sender));
        for (const Recipient* const recipient : waiting) {
          COMITY_RETURN_IF_ERROR(
              StateAndCount(turn, *rows, request.method,
                            {.kind = StatementKind::kDelivery,
                             .document_id = document.id,
                             .manifest_sha256 = document.manifest_sha256,
                             .sender = document.sender,
                             .recipient = recipient->spiffe_id,
                             .registry_revision = registry->revision(),
                             .registry_checkpoint_sha256 = registry->checkpoint_sha256()}));
        }
        return absl::OkStatus();
      });
  if (!committed.ok()) {
    if (NotPermitted(verdicts).ok()) return committed.status();
    return RefuseTransfer(request, document_id, verdicts, committed.status());
  }
  return Get(request, document_id);
}

absl::StatusOr<DocumentView> Exchange::AddRestriction(const Request& request,
                                                      absl::string_view document_id,
                                                      const legal::Restriction& restriction) {
  const absl::string_view use = Name(restriction.use);
  const bool named = restriction.use == legal::UseRestriction::kNotToPartners;
  const bool partners_fit =
      named == !restriction.partners.empty() && restriction.partners.size() <= 100 &&
      std::all_of(restriction.partners.begin(), restriction.partners.end(),
                  [](const std::string& partner) {
                    return !partner.empty() && legal::PartnerOf(partner) == partner;
                  });
  if (use.empty() || !partners_fit) {
    return InvalidField("RESTRICTION_INVALID", "restriction",
                        "must have a use, and partners/{partner} with NOT_TO_PARTNERS only");
  }
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(Document document,
                                FindVisible(*rows, *request.caller, document_id));
        COMITY_ASSIGN_OR_RETURN(const sealing::Manifest manifest, LoadManifest(document.id));
        COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                                parts_.registry->Latest());
        COMITY_ASSIGN_OR_RETURN(const identity::Principal sender,
                                identity::Principal::Parse(document.sender));
        const std::string partner =
            PartnerOf(*request.caller, *registry, DayInBrussels(turn.now()));
        const bool originator =
            !partner.empty() &&
            std::any_of(
                manifest.originators.begin(), manifest.originators.end(),
                [&](const sealing::Originator& origin) { return origin.partner == partner; });
        // Of whose data it is: who seconded a prosecutor when he sent them.
        const bool outside = !ActsForTheAgency(sender);
        const std::string from =
            outside ? PartnerOf(sender, *registry, DayInBrussels(document.submit_time)) : "";
        const bool senders_side =
            SameSide(*request.caller, sender) || (outside && !from.empty() && partner == from);
        if (!originator && !senders_side) {
          return MakeError(absl::StatusCode::kPermissionDenied,
                           "Only the side that made the data available, or one of their "
                           "originators, restricts their use; ask it.",
                           {.reason = "NOT_THE_ORIGINATOR"});
        }
        turn.SetResource(NameOf(document.id));
        COMITY_RETURN_IF_ERROR(CheckKnown(restriction.partners, *registry));
        const std::optional<AddedRestriction> added =
            NewIn(document.added_restrictions, {.use = std::string(use),
                                                .partners = restriction.partners,
                                                .by_partner = originator ? partner : from});
        if (!added.has_value()) {
          turn.ChangeNothing();
          return absl::OkStatus();
        }
        COMITY_RETURN_IF_ERROR(rows->InsertRestriction(document.id, *added));
        document.added_restrictions.push_back(*added);
        COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
        return AddMutationLeaf(
            turn, request, NameOf(document.id),
            json::Canonical({{"use", std::string(use)}, {"partners", added->partners}}));
      });
  COMITY_RETURN_IF_ERROR(committed.status());
  AwaitReleases();
  return Get(request, document_id);
}

}  // namespace comity::document_exchange
