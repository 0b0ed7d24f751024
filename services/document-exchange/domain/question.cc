#include "services/document-exchange/domain/question.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/legal/explain.h"
#include "common/registry_view/partner_of.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/origins.h"
#include "services/document-exchange/domain/visibility.h"

namespace comity::document_exchange {
namespace {

absl::Status UnknownRecipient(absl::string_view field, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(field, " ", what,
                                "; ask the partner registry who opens documents of the authority."),
                   {.reason = "RECIPIENT_UNKNOWN", .metadata = {{"field", std::string(field)}}});
}

// What the worst answer comes to, as a reason and a sentence.
struct Refusal {
  absl::string_view reason;
  std::string sentence;
};

Refusal RefusalOf(const RecipientVerdict& worst) {
  const legal::Outcome outcome = worst.verdict.outcome;
  if (!worst.before_use) {
    return {"TRANSFER_NOT_PERMITTED",
            absl::StrCat("The transfer check comes to ", legal::Name(outcome),
                         "; nothing is released until what is listed has been settled.")};
  }
  if (outcome == legal::Outcome::kRefused) {
    return {"RECEIVED_DATA_REFUSED",
            "The agency must not process what it received: it stays closed and is returned or "
            "erased, for the reasons listed."};
  }
  return {"RECEIVED_DATA_OPEN",
          "What is listed must be answered before the agency uses what it received: record the "
          "decisions, and ask the sender to submit anew what its manifest does not say."};
}

bool InsideTheAgency(const identity::Principal& principal) {
  return principal.kind == identity::PrincipalKind::kAgency;
}

// Who stands behind a recipient that does not act for the agency.
struct Counterpart {
  std::string partner;
  std::string name;         // In the question: the authority, or the partner.
  bool opener = false;      // Opens what is addressed to it.
  bool prosecutor = false;  // Receives for an authority, with a key of his own.
};

// Of operational data the transfer check refuses it (row 3.4), and says why.
absl::Status CheckExchanges(absl::string_view partner, legal::DataKind data_kind,
                            const RegistrySnapshot& registry, absl::string_view field) {
  if (!registry.ExchangesSuspended(partner) || data_kind == legal::DataKind::kOperational) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(field, " could not fetch it: exchanges with ", partner,
                                " are suspended; send it when they go on."),
                   {.reason = "EXCHANGES_SUSPENDED", .metadata = {{"field", std::string(field)}}});
}

absl::StatusOr<Counterpart> CounterpartOf(const identity::Principal& recipient,
                                          legal::DataKind data_kind,
                                          const RegistrySnapshot& registry, absl::Time instant,
                                          absl::string_view field) {
  if (InsideTheAgency(recipient)) {  // A liaison prosecutor.
    const absl::CivilDay day = DayInBrussels(instant);
    const std::string state = registry.SecondedBy(recipient.spiffe_id, day);
    if (state.empty()) {
      return UnknownRecipient(field, "is a liaison prosecutor whom no secondment in effect names");
    }
    COMITY_RETURN_IF_ERROR(CheckExchanges(state, data_kind, registry, field));
    const std::string authority = AuthorityOf(recipient, registry, day);
    return Counterpart{.partner = state,
                       .name = authority.empty() ? state : authority,
                       .opener = true,
                       .prosecutor = !authority.empty()};
  }
  const std::optional<ContactEntry> contact = registry.FindContact(recipient.spiffe_id);
  if (!contact.has_value()) return UnknownRecipient(field, "is no contact in the registry");
  if (contact->partner != absl::StrCat("partners/", recipient.partner)) {
    return UnknownRecipient(field, "is registered with another partner");
  }
  if (!contact->active) {
    return UnknownRecipient(field, "is suspended in the registry, or its secondment is over");
  }
  COMITY_RETURN_IF_ERROR(CheckExchanges(contact->partner, data_kind, registry, field));
  return Counterpart{
      .partner = contact->partner, .name = contact->authority, .opener = contact->opener};
}

// Row 3.3 asks for no opener of a prosecutor's authority: nobody but he opens what is sealed for
// him.
absl::Status CheckOwnKey(const identity::Principal& prosecutor, const RegistrySnapshot& registry,
                         absl::Time instant, absl::string_view field) {
  if (registry.HoldsKey(prosecutor.spiffe_id, instant)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(field,
                   " is a liaison prosecutor without a valid sealing key that he "
                   "published since he was seconded; have him publish one (comity "
                   "keys publish --anew)."),
      {.reason = "RECIPIENT_KEY_MISSING", .metadata = {{"field", std::string(field)}}});
}

// The more it takes to get further, the later.
int Severity(legal::Outcome outcome) {
  switch (outcome) {
    case legal::Outcome::kPermitted:
      return 0;
    case legal::Outcome::kPermittedSubjectTo:
      return 1;
    case legal::Outcome::kDecisionRequired:
      return 2;
    case legal::Outcome::kUndetermined:
      return 3;
    case legal::Outcome::kOutOfScope:
      return 4;
    default:
      return 5;
  }
}

}  // namespace

bool ActsForTheAgency(const identity::Principal& principal) {
  return InsideTheAgency(principal) && principal.role != identity::Role::kLiaisonProsecutor;
}

absl::StatusOr<RecipientQuestion> QuestionFor(const identity::Principal& sender, absl::Time sent,
                                              const identity::Principal& recipient,
                                              const legal::Question& base,
                                              const RegistrySnapshot& registry, absl::Time instant,
                                              absl::string_view field) {
  using identity::Role;
  const bool from_agency = ActsForTheAgency(sender);
  const bool to_agency = ActsForTheAgency(recipient);
  if (to_agency && recipient.role != Role::kDeskOfficer &&
      recipient.role != Role::kNationalMember) {
    return InvalidField("RECIPIENT_INVALID", field,
                        "must be a partner's contact, a desk officer, a national member or a "
                        "liaison prosecutor");
  }
  if (from_agency && base.direction != legal::Direction::kUnspecified &&
      base.direction != legal::Direction::kSend) {
    return InvalidField(
        "DIRECTION_INVALID", "direction",
        "must be SEND from the agency; to pass on what the agency gave it is for the "
        "partner that has it to ask");
  }
  RecipientQuestion asked;
  asked.question = base;
  asked.question.instant = instant;
  asked.question.mode = legal::Mode::kOperate;
  asked.question.public_on.reset();
  asked.question.decisions.clear();

  // Between units of the agency nothing leaves it.
  if (from_agency && to_agency) {
    asked.own = SameSide(sender, recipient);
    asked.internal = true;
    return asked;
  }
  const std::string sender_partner =
      from_agency ? "" : PartnerOf(sender, registry, DayInBrussels(sent));
  if (!from_agency && sender_partner.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The registry knows no partner for which you send; ask its operator to record "
                     "the State that seconded you.",
                     {.reason = "SENDER_UNKNOWN"});
  }
  if (to_agency) {  // EJR 47(4).
    const std::optional<ContactEntry> contact = registry.FindContact(sender.spiffe_id);
    asked.question.direction = legal::Direction::kReceive;
    asked.question.counterpart = contact.has_value() ? contact->authority : sender_partner;
    const legal::OriginKind kind = OriginKindOf(sender_partner, registry, instant);
    asked.quarantine = kind == legal::OriginKind::kThirdCountry ||
                       kind == legal::OriginKind::kInternationalOrganisation;
    return asked;
  }
  COMITY_ASSIGN_OR_RETURN(const Counterpart to,
                          CounterpartOf(recipient, base.data_kind, registry, instant, field));
  if (to.partner == sender_partner) {
    asked.own = true;
    return asked;
  }
  if (!to.opener) return UnknownRecipient(field, "does not open documents of its authority");
  asked.question.counterpart = to.name;
  asked.question.to_prosecutor = to.prosecutor;
  if (to.prosecutor && base.data_kind == legal::DataKind::kOperational) {
    COMITY_RETURN_IF_ERROR(CheckOwnKey(recipient, registry, instant, field));
  }
  if (from_agency) {
    asked.question.direction = legal::Direction::kSend;
  } else if (asked.question.direction == legal::Direction::kOnward) {
    asked.question.onward_by = sender_partner;
  } else {
    asked.between_partners = true;
  }
  return asked;
}

RecipientVerdict Decide(const RecipientQuestion& asked, absl::string_view recipient,
                        const std::vector<legal::Decision>& decisions,
                        const RegistrySnapshot& registry) {
  RecipientVerdict answer = {.recipient = std::string(recipient),
                             .counterpart = asked.question.counterpart,
                             .own = asked.own,
                             .quarantine = asked.quarantine};
  answer.verdict.day = DayInBrussels(asked.question.instant);
  answer.verdict.registry_revision = registry.facts().revision();
  if (asked.own || asked.internal) {
    answer.verdict.outcome = answer.verdict.before_use = legal::Outcome::kPermitted;
    answer.verdict.reasons = {
        {.row = "-",
         .outcome = legal::Outcome::kPermitted,
         .article = "policy",
         .sentence = "The recipient is of the sender's own side; nothing is transferred.",
         .code = "OWN_SIDE"}};
    return answer;
  }
  if (asked.between_partners) {
    answer.verdict.outcome = answer.verdict.before_use = legal::Outcome::kOutOfScope;
    answer.verdict.reasons = {
        {.row = "1.6",
         .outcome = legal::Outcome::kOutOfScope,
         .article = "national law of the sending partner",
         .sentence = "The document goes from one partner to another; that is no transfer of the "
                     "agency, and the law of the sending partner decides.",
         .remedy = "Send it by your own channel, or ask for an onward transfer if the agency had "
                   "made the data available to you (EJR 47(6)).",
         .code = "BETWEEN_PARTNERS"}};
    return answer;
  }
  legal::Question question = asked.question;
  question.decisions = decisions;
  answer.verdict = legal::Evaluate(registry.facts(), question);
  // What nobody may use yet is not delivered either, wherever it came from.
  answer.quarantine |=
      answer.permitted() && answer.verdict.before_use != legal::Outcome::kPermitted;
  return answer;
}

RecipientVerdict ForUse(RecipientVerdict answer) {
  legal::Verdict& verdict = answer.verdict;
  answer.before_use = answer.permitted() && verdict.before_use != legal::Outcome::kPermitted;
  if (answer.before_use) verdict.outcome = verdict.before_use;
  return answer;
}

absl::Status NotPermitted(const std::vector<RecipientVerdict>& verdicts) {
  const RecipientVerdict* worst = nullptr;
  ErrorDetails details;
  std::set<std::pair<std::string, std::string>> said;
  const auto say = [&](absl::string_view type, const std::string& subject, std::string text) {
    if (!said.emplace(subject, text).second) return;
    details.preconditions.push_back(
        {.type = std::string(type), .subject = subject, .description = std::move(text)});
  };
  for (const RecipientVerdict& answer : verdicts) {
    if (answer.permitted()) continue;
    if (worst == nullptr || Severity(answer.verdict.outcome) > Severity(worst->verdict.outcome)) {
      worst = &answer;
    }
    for (const legal::Reason& reason : answer.verdict.reasons) {
      if (reason.outcome == legal::Outcome::kPermitted) continue;
      say("TRANSFER_CHECK", reason.article, legal::Explain(answer.verdict, reason));
    }
    for (const legal::Route& route : answer.verdict.routes) {
      say("TRANSFER_ROUTE", route.article,
          absl::StrCat(route.sentence, " Decided by ", route.decided_by, "."));
    }
  }
  if (worst == nullptr) return absl::OkStatus();
  const legal::Verdict& verdict = worst->verdict;
  const Refusal refusal = RefusalOf(*worst);
  details.reason = std::string(refusal.reason);
  details.metadata = {
      {"outcome", std::string(legal::Name(verdict.outcome))},
      {"day", FormatDay(verdict.day)},
      {"registry_revision", absl::StrCat(verdict.registry_revision.number)},
  };
  return MakeError(absl::StatusCode::kFailedPrecondition, refusal.sentence, std::move(details));
}

}  // namespace comity::document_exchange
