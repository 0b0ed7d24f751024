#include "services/document-exchange/domain/affected.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/explain.h"
#include "common/registry_view/supposed_registry.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/exchange.h"

namespace comity::document_exchange {
namespace {

// Documents read at once: each with its manifest.
constexpr std::size_t kAtOnce = 25;

// What ReleaseHeaders would come to.
struct Answer {
  legal::Outcome outcome = legal::Outcome::kUnspecified;  // It would fail for another reason.
  std::string counterpart;
  std::string explanation;
  bool judged = true;
};

// What is stored of a document, or of what it rests on, is missing or damaged. Whatever else fails
// is of all of them.
bool OfTheDocument(const absl::Status& failed) {
  return absl::IsDataLoss(failed) || absl::IsNotFound(failed);
}

// A document that rests on received data that may not be used fails with their outcome.
legal::Outcome OutcomeOf(const absl::Status& refusal) {
  const ErrorDetails details = DetailsOf(refusal);
  const auto said = details.metadata.find("outcome");
  if (said == details.metadata.end()) return legal::Outcome::kUnspecified;
  for (int number = 0; number <= static_cast<int>(legal::Outcome::kOutOfScope); ++number) {
    const auto outcome = static_cast<legal::Outcome>(number);
    if (legal::Name(outcome) == said->second) return outcome;
  }
  return legal::Outcome::kUnspecified;
}

absl::StatusOr<Answer> AnswerOf(absl::StatusOr<std::vector<RecipientVerdict>> checked) {
  if (checked.ok()) {
    const RecipientVerdict answer = ForUse(std::move(checked->front()));
    return Answer{.outcome = answer.verdict.outcome,
                  .counterpart = answer.counterpart,
                  .explanation = legal::Explain(answer.verdict)};
  }
  if (OfTheDocument(checked.status())) return Answer{.judged = false};
  // Rules that refuse it, as they would the release; anything else is this service's trouble.
  if (!absl::IsFailedPrecondition(checked.status()) && !absl::IsInvalidArgument(checked.status())) {
    return checked.status();
  }
  return Answer{.outcome = OutcomeOf(checked.status()),
                .explanation = std::string(checked.status().message())};
}

std::string Sentence(const Answer& would, absl::Time instant, RecipientState state) {
  const std::string day = FormatDay(DayInBrussels(instant));
  if (!would.judged) {
    return absl::StrCat(
        "Whether it could be released on ", day,
        " cannot be judged: what is stored of it, or of what it rests on, cannot be "
        "read. Have the operator look after the store.");
  }
  if (would.outcome == legal::Outcome::kPermitted) {
    return absl::StrCat("On ", day, " it could be released to this recipient.");
  }
  return absl::StrCat("On ", day,
                      " it could not be released to this recipient: ", would.explanation,
                      state == RecipientState::kReleased
                          ? " Its headers were handed over already: ask for the confirmation of "
                            "retrieval before that day."
                          : " Otherwise have it retrieved before that day.");
}

bool Unretrieved(RecipientState state) {
  return NotYetAvailable(state) || state == RecipientState::kReleased;
}

}  // namespace

absl::StatusOr<AffectedPage> Exchange::AffectedBy(const identity::Principal& viewer,
                                                  const RegistrySnapshot& registry,
                                                  const legal::Supposed& supposed,
                                                  std::int64_t after_revision) const {
  // Not before now, and at noon of the day, so that it is the same wherever it is read.
  const absl::Time instant = std::max(
      parts_.clock->Now(), absl::FromCivil(absl::CivilHour(supposed.from) + 12, Brussels()));
  const registry_view::SupposedRegistry otherwise(registry, supposed.facts);
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(const std::vector<Document> documents,
                          rows->Unretrieved(ListedFor(viewer), after_revision, kAtOnce));
  AffectedPage page{.last_revision = after_revision, .more = documents.size() == kAtOnce};
  for (const Document& document : documents) {
    page.last_revision = document.revision;
    const View view = Look(viewer, document);
    // What will be gone by then is not released either way.
    const bool gone = !document.held && document.erase_due && *document.erase_due <= instant;
    if (!view.document || gone) continue;
    absl::StatusOr<Check> check = LoadCheck(*rows, document);
    // Nobody asked for anything invalid: then what is stored is not what was checked.
    if (absl::IsInvalidArgument(check.status())) check = absl::DataLossError("manifest");
    const auto checked =
        [&](const RegistrySnapshot& facts) -> absl::StatusOr<std::vector<RecipientVerdict>> {
      if (!check.ok()) return check.status();
      return CheckTransfer(*rows, facts, *check, instant);
    };
    for (const Recipient& recipient : document.recipients) {
      if (recipient.own || !Unretrieved(recipient.state) ||
          !MaySeeRecipient(viewer, view, recipient)) {
        continue;
      }
      if (check.ok()) check->recipients = {recipient.spiffe_id};
      COMITY_ASSIGN_OR_RETURN(const Answer was, AnswerOf(checked(registry)));
      COMITY_ASSIGN_OR_RETURN(const Answer would, AnswerOf(checked(otherwise)));
      if (would.judged && was.outcome == would.outcome) continue;
      page.affected.push_back(
          {.document_id = document.id,
           .recipient = recipient.spiffe_id,
           .change = {.counterpart = was.counterpart.empty() ? would.counterpart : was.counterpart,
                      .before = was.outcome,
                      .after = would.outcome,
                      .sentence = Sentence(would, instant, recipient.state)}});
    }
  }
  return page;
}

}  // namespace comity::document_exchange
