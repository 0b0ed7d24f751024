#include "services/partner-registry/domain/mutations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/identity/office.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr text::Form kReference{.least = 0, .most = 200, .lines = text::Lines::kOne};
constexpr text::Form kEvidence{.least = 1, .most = kLongestText, .lines = text::Lines::kOne};
constexpr std::size_t kMostConditions = 50;
constexpr std::size_t kMostCounterparts = 500;
// Of all its texts: each is kept for good, in the memory of the registry and of every replica.
constexpr std::size_t kMostBytes = 10'000;
constexpr int kMostDecisionsADay = 200;
// A key is changed once in months; whoever errs tries some times.
constexpr int kMostKeyStatementsADay = 20;

absl::Status BadDecision(absl::string_view field, absl::string_view what) {
  return InvalidField("DECISION_INVALID", absl::StrCat("decision.", field), what);
}

absl::Status CheckTexts(const Decision& decision) {
  const auto check = [](absl::string_view field, absl::string_view value, text::Form form,
                        absl::string_view wanted) {
    const std::string fault = text::FaultOf(value, form, wanted);
    return fault.empty() ? absl::OkStatus() : BadDecision(field, fault);
  };
  COMITY_RETURN_IF_ERROR(check("case_reference", decision.case_reference, kReference,
                               "write at most 200 characters, as the questions name it"));
  COMITY_RETURN_IF_ERROR(check("evidence", decision.evidence, kEvidence,
                               "name the document that shows it, in 1 to 2,000 characters"));
  COMITY_RETURN_IF_ERROR(
      check("grounds", decision.grounds, kNoteForm, "write at most 2,000 characters"));
  for (const std::string& condition : decision.conditions) {
    COMITY_RETURN_IF_ERROR(
        check("conditions", condition, kTextForm, "write 1 to 2,000 characters each"));
  }
  std::size_t bytes = decision.evidence.size() + decision.grounds.size();
  for (const std::string& condition : decision.conditions) bytes += condition.size();
  if (bytes <= kMostBytes) return absl::OkStatus();
  return BadDecision("conditions", absl::StrCat("with evidence and grounds they have ", bytes,
                                                " bytes of at most 10,000: name the document that "
                                                "has the text"));
}

// How many of `all` were recorded within 24 hours and are `counted`. Ids are ordered by time: the
// day's are the last.
template <typename ById, typename Counted>
int OfTheDay(const ById& all, absl::Time now, Counted counted) {
  int of_the_day = 0;
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    const auto& each = *at->second;
    if (TimeOfUuid(each.id).value_or(each.recorded.time) <= now - absl::Hours(24)) break;
    if (counted(each)) ++of_the_day;
  }
  return of_the_day;
}

// Whether one more may be recorded: of each person, so that nobody keeps another from deciding.
absl::Status CheckMayRecord(const Registry& registry, absl::string_view caller,
                            absl::string_view partner, absl::Time now) {
  const int of_the_day = OfTheDay(registry.decisions(), now, [&](const Decision& each) {
    return each.partner == partner && each.recorded_by == caller;
  });
  if (of_the_day < kMostDecisionsADay) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("You recorded ", kMostDecisionsADay, " decisions of ",
                                partner.empty() ? "the agency" : absl::StrCat("partners/", partner),
                                " within 24 hours, withdrawn ones included: record the next "
                                "tomorrow, or have somebody else who may decide record it."),
                   {.reason = "DECISIONS_OF_THE_DAY"});
}

// Whether the holder may publish one more: each is kept, here and by every replica.
absl::Status CheckMayPublish(const Registry& registry, absl::string_view holder, absl::Time now) {
  const int of_the_day = OfTheDay(registry.key_statements(), now,
                                  [&](const KeyStatement& each) { return each.holder == holder; });
  if (of_the_day < kMostKeyStatementsADay) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("You published ", kMostKeyStatementsADay,
                                " key statements within 24 hours: the last one counts; publish "
                                "the next tomorrow, with `comity keys publish`."),
                   {.reason = "KEY_STATEMENTS_OF_THE_DAY"});
}

absl::Status CheckDecision(const Registry& registry, const Decision& decision, absl::Time now) {
  if (!IsGeneral(decision.kind) ||
      (!decision.case_reference.empty() && !MayNameACase(decision.kind))) {
    return InvalidField("DECISION_TIED_TO_CASE", "decision",
                        "of one case the registry keeps what States and originators permit only: "
                        "record a decision that belongs to one case or document with "
                        "document-exchange");
  }
  COMITY_RETURN_IF_ERROR(CheckTexts(decision));
  const bool of_agency = decision.kind == DecisionKind::kSafeguardsAssessment ||
                         decision.kind == DecisionKind::kOtherPurposeByLaw;
  if (of_agency != decision.partner.empty()) {
    return BadDecision("partner", of_agency ? "leave it empty: it is a decision of the agency"
                                            : "name the partner whose decision it is");
  }
  for (const std::string& id : decision.counterparts) {
    if (registry.FindPartner(id) == nullptr) {
      return BadDecision("counterparts", absl::StrCat("there is no partner ", id));
    }
  }
  if (decision.counterparts.size() > kMostCounterparts) {
    return BadDecision("counterparts", "name at most 500, or none for any");
  }
  const auto from = ParseDay(decision.valid_from);
  if (!from.ok()) return BadDecision("valid_from", "write a day such as 2026-11-23");
  if (!decision.valid_to.empty()) {
    const auto to = ParseDay(decision.valid_to);
    if (!to.ok())
      return BadDecision("valid_to", "write a day such as 2027-11-22, or leave it empty");
    if (*to < *from) return BadDecision("valid_to", "it lies before `valid_from`");
    if (*to < DayInBrussels(now)) return BadDecision("valid_to", "it is over already");
  }
  if (decision.conditions.size() > kMostConditions) {
    return BadDecision("conditions", "name at most 50");
  }
  if (decision.kind == DecisionKind::kSafeguardsAssessment) {
    // EJR 58(1)(b): what was assessed is a counterpart at a time.
    if (decision.counterparts.empty()) {
      return BadDecision("counterparts", "name the counterpart that was assessed (EJR 58(1)(b))");
    }
    if (decision.valid_to.empty()) {
      return BadDecision("valid_to", "an assessment must say until when it holds (EJR 58(1)(b))");
    }
    if (decision.grounds.empty()) {
      return BadDecision("grounds", "say on what the assessment rests (EJR 58(1)(b))");
    }
  }
  if (decision.kind == DecisionKind::kAuthorisation) {
    const LegalClass legal_class =
        ClassAsRecorded(*registry.FindPartner(decision.partner), DayInBrussels(now));
    if (legal_class != LegalClass::kMemberState &&
        legal_class != LegalClass::kMemberStateNotBound) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat("An authorisation is that of a Member State (EJR 47(5)) and "
                       "partners/",
                       decision.partner, " is none today: record an ORIGINATOR_PERMISSION."),
          {.reason = "NOT_A_MEMBER_STATE"});
    }
  }
  return absl::OkStatus();
}

absl::Status NotYours(const DecisionRules& rules, DecisionKind kind) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("A decision of kind ", Word(kind), " is for ", rules.WhoFor(kind),
                                " of the partner or agency whose decision it is."),
                   {.reason = "DECISION_NOT_YOURS"});
}

}  // namespace

absl::Status NoSuch(absl::string_view what, absl::string_view reason) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("There is no ", what, " with this name: check it with a list call."),
      {.reason = std::string(reason)});
}

absl::StatusOr<Plan> PlanExchanges(const Registry& registry, absl::string_view partner,
                                   bool suspended) {
  const Partner* known = registry.FindPartner(partner);
  if (known == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  Plan plan{.resource = NameOf(*known), .barrier = suspended};
  if (known->exchanges_suspended == suspended) return plan;
  Partner changed = *known;
  changed.exchanges_suspended = suspended;
  plan.facts.push_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanCreateContact(const Registry& registry, Contact contact, absl::Time now,
                                       absl::string_view path) {
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, contact.partner).status());
  COMITY_RETURN_IF_ERROR(CheckNewId("CONTACT_INVALID", "contact_id", contact.id));
  std::string name = NameOf(contact);
  if (registry.FindContact(name) != nullptr ||
      registry.FindContactBySpiffeId(contact.spiffe_id) != nullptr) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "The name or the SPIFFE id is taken by another contact: choose another, or "
                     "change that contact.",
                     {.reason = "CONTACT_EXISTS"});
  }
  contact.state = ContactState::kActive;
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(contact, registry), "CONTACT_INVALID", path));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(CheckVerified(contact.last_verified, now), "CONTACT_INVALID", path));
  return Plan{.facts = {std::move(contact)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanContactState(const Registry& registry, absl::string_view name,
                                      ContactState state) {
  const Contact* contact = registry.FindContact(name);
  if (contact == nullptr) return NoSuch("contact", "CONTACT_NOT_FOUND");
  Plan plan{.resource = std::string(name), .barrier = state == ContactState::kSuspended};
  COMITY_RETURN_IF_ERROR(CheckNotErased(*contact));
  if (contact->state == state) return plan;
  Contact changed = *contact;
  changed.state = state;
  plan.facts.push_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanRecordDecision(const Registry& registry, const DecisionRules& rules,
                                        const identity::Principal& caller, Decision decision,
                                        std::string id, absl::Time now) {
  if (decision.kind == DecisionKind::kUnspecified) {
    return BadDecision("kind", "name the kind, such as AUTHORISATION");
  }
  if (!decision.partner.empty()) {
    const Partner* partner = registry.FindPartner(decision.partner);
    if (partner == nullptr || !MaySee(Viewer::Of(caller, registry), *partner, DayInBrussels(now))) {
      return NoSuch("partner", "PARTNER_NOT_FOUND");
    }
    COMITY_RETURN_IF_ERROR(FindOnRegister(registry, decision.partner).status());
  }
  if (IsGeneral(decision.kind) &&
      (decision.case_reference.empty() || MayNameACase(decision.kind)) &&
      !rules.Allows(caller, decision.kind, decision.partner, registry)) {
    return NotYours(rules, decision.kind);
  }
  COMITY_RETURN_IF_ERROR(CheckDecision(registry, decision, now));
  COMITY_RETURN_IF_ERROR(CheckMayRecord(registry, caller.spiffe_id, decision.partner, now));
  std::sort(decision.counterparts.begin(), decision.counterparts.end());
  decision.counterparts.erase(
      std::unique(decision.counterparts.begin(), decision.counterparts.end()),
      decision.counterparts.end());
  decision.id = std::move(id);
  decision.withdraw_time.reset();
  decision.recorded_by = caller.spiffe_id;
  std::string name = NameOf(decision);
  return Plan{.facts = {std::move(decision)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanWithdrawDecision(const Registry& registry, const DecisionRules& rules,
                                          const identity::Principal& caller, absl::string_view id,
                                          absl::Time now) {
  const Decision* decision = registry.FindDecision(id);
  if (decision == nullptr || !MaySee(Viewer::Of(caller, registry), *decision, DayInBrussels(now))) {
    return NoSuch("decision", "DECISION_NOT_FOUND");
  }
  // Whoever gave his word takes it back, whatever became of his State's code (EJR 47(5)).
  if (!identity::OfSameOffice(caller, decision->recorded_by) &&
      !rules.Allows(caller, decision->kind, decision->partner, registry)) {
    return NotYours(rules, decision->kind);
  }
  if (decision->withdraw_time.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The decision is withdrawn already: nothing rests on it any more.",
                     {.reason = "DECISION_WITHDRAWN"});
  }
  Decision changed = *decision;
  changed.withdraw_time = now;
  std::string name = NameOf(changed);
  return Plan{.facts = {std::move(changed)}, .resource = std::move(name), .barrier = true};
}

absl::StatusOr<Plan> PlanPublishKey(const Registry& registry, absl::string_view caller,
                                    KeyStatement statement, absl::string_view previous_sha256,
                                    absl::Time now) {
  if (statement.holder != caller) {
    return InvalidField("KEY_STATEMENT_NOT_YOURS", "key_statement.statement",
                        "the holder must be the caller: sign and publish with your own identity");
  }
  if (statement.not_after <= now) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The statement's period is over: make a new one.",
                     {.reason = "KEY_STATEMENT_EXPIRED"});
  }
  const KeyStatement* current = registry.CurrentKey(statement.holder);
  if (current != nullptr && current->statement == statement.statement) {
    return Plan{.resource = NameOf(*current)};  // Published before: nothing to change.
  }
  const std::int64_t expected = current == nullptr ? 1 : current->serial + 1;
  const std::string previous =
      current == nullptr ? "" : crypto::Hex(crypto::View(crypto::Sha256(current->statement)));
  if (statement.serial != expected || previous_sha256 != previous) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The holder's next statement has serial ", expected,
                                  current == nullptr ? " and names no statement before it"
                                                     : " and the digest of the one before it",
                                  ": list the current statement and make a new one."),
                     {.reason = "KEY_STATEMENT_CHAIN",
                      .metadata = {{"expected_serial", absl::StrCat(expected)}}});
  }
  COMITY_RETURN_IF_ERROR(CheckMayPublish(registry, statement.holder, now));
  std::string name = NameOf(statement);
  return Plan{.facts = {std::move(statement)}, .resource = std::move(name)};
}

}  // namespace comity::partner_registry
