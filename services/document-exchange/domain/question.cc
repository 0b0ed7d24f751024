#include "services/document-exchange/domain/question.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"
#include "common/legal/evaluate.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/visibility.h"

namespace comity::document_exchange {
namespace {

// A word of the manifest and the value it stands for; the words are the proto's without prefix.
template <typename Enum>
struct Word {
  absl::string_view word;
  Enum value;
};

constexpr std::array<Word<legal::Direction>, 3> kDirections = {{
    {"SEND", legal::Direction::kSend},
    {"RECEIVE", legal::Direction::kReceive},
    {"ONWARD", legal::Direction::kOnward},
}};
constexpr std::array<Word<legal::Capacity>, 2> kCapacities = {{
    {"EUROJUST", legal::Capacity::kEurojust},
    {"NATIONAL", legal::Capacity::kNational},
}};
constexpr std::array<Word<legal::DataKind>, 3> kDataKinds = {{
    {"NON_PERSONAL", legal::DataKind::kNonPersonal},
    {"ADMINISTRATIVE", legal::DataKind::kAdministrative},
    {"OPERATIONAL", legal::DataKind::kOperational},
}};
constexpr std::array<Word<legal::SubjectKind>, 4> kSubjects = {{
    {"SUSPECT", legal::SubjectKind::kSuspect},
    {"VICTIM", legal::SubjectKind::kVictim},
    {"WITNESS", legal::SubjectKind::kWitness},
    {"OTHER", legal::SubjectKind::kOther},
}};
constexpr std::array<Word<legal::AnnexCoverage>, 4> kAnnex = {{
    {"", legal::AnnexCoverage::kUnspecified},
    {"WITHIN", legal::AnnexCoverage::kWithin},
    {"FACTS_OF_THE_OFFENCE", legal::AnnexCoverage::kFactsOfTheOffence},
    {"OUTSIDE", legal::AnnexCoverage::kOutside},
}};
constexpr std::array<Word<legal::Geometry>, 3> kGeometries = {{
    {"", legal::Geometry::kUnspecified},
    {"TWO_OR_MORE_MEMBER_STATES", legal::Geometry::kTwoOrMoreMemberStates},
    {"ONE_MEMBER_STATE_AND_THIRD_COUNTRY", legal::Geometry::kOneMemberStateAndThirdCountry},
}};
constexpr std::array<Word<legal::Volume>, 2> kVolumes = {{
    {"SINGLE", legal::Volume::kSingle},
    {"BULK", legal::Volume::kBulk},
}};
constexpr std::array<Word<legal::OriginKind>, 6> kOrigins = {{
    {"MEMBER_STATE", legal::OriginKind::kMemberState},
    {"THIRD_COUNTRY", legal::OriginKind::kThirdCountry},
    {"INTERNATIONAL_ORGANISATION", legal::OriginKind::kInternationalOrganisation},
    {"UNION_BODY", legal::OriginKind::kUnionBody},
    {"EUROJUST", legal::OriginKind::kEurojust},
    {"PUBLIC_SOURCE", legal::OriginKind::kPublicSource},
}};
constexpr std::array<Word<legal::UseRestriction>, 5> kUses = {{
    {"NOT_AS_EVIDENCE", legal::UseRestriction::kNotAsEvidence},
    {"NOT_TO_DEFENCE", legal::UseRestriction::kNotToDefence},
    {"NO_PASSING_ON", legal::UseRestriction::kNoPassingOn},
    {"DEATH_PENALTY_ASSURANCE", legal::UseRestriction::kDeathPenaltyAssurance},
    {"NOT_TO_PARTNERS", legal::UseRestriction::kNotToPartners},
}};

template <typename Enum, std::size_t kSize>
std::optional<Enum> Find(const std::array<Word<Enum>, kSize>& words, absl::string_view word) {
  for (const Word<Enum>& entry : words) {
    if (entry.word == word) return entry.value;
  }
  return std::nullopt;
}

template <typename Enum, std::size_t kSize>
absl::Status Read(const std::array<Word<Enum>, kSize>& words, absl::string_view word,
                  absl::string_view member, Enum& value) {
  const std::optional<Enum> found = Find(words, word);
  if (!found.has_value()) {
    return InvalidField("MANIFEST_INVALID", absl::StrCat("manifest.", member),
                        "is no word of the format");
  }
  value = *found;
  return absl::OkStatus();
}

json::Json RestrictionsJson(std::vector<legal::Restriction> restrictions) {
  json::Json array = json::Json::array();
  for (legal::Restriction& restriction : restrictions) {
    std::sort(restriction.partners.begin(), restriction.partners.end());
    array.push_back(
        {{"use", static_cast<int>(restriction.use)}, {"partners", restriction.partners}});
  }
  std::sort(array.begin(), array.end(), [](const json::Json& a, const json::Json& b) {
    return json::Canonical(a) < json::Canonical(b);
  });
  return array;
}

// Unset values are those that they stand for, so that a client may leave them out on one side.
json::Json ContextJson(const TransferContext& context) {
  const legal::Question& question = context.question;
  json::Json origins = json::Json::array();
  for (const legal::Origin& origin : question.origins) {
    origins.push_back({{"kind", static_cast<int>(origin.kind)},
                       {"partner", origin.partner},
                       {"restrictions", RestrictionsJson(origin.restrictions)}});
  }
  std::sort(origins.begin(), origins.end(), [](const json::Json& a, const json::Json& b) {
    return json::Canonical(a) < json::Canonical(b);
  });
  std::set<int> subjects;
  for (const legal::SubjectKind subject : question.subjects) {
    subjects.insert(static_cast<int>(subject));
  }
  const std::set<std::string> derived(context.derived_from.begin(), context.derived_from.end());
  const auto or_first = [](auto value) { return std::max(1, static_cast<int>(value)); };
  return {
      {"direction", or_first(question.direction)},
      {"capacity", or_first(question.capacity)},
      {"data_kind", static_cast<int>(question.data_kind)},
      {"subjects", subjects},
      {"annex_ii", static_cast<int>(question.annex_ii)},
      {"special_categories", question.special_categories},
      {"purpose",
       json::Json::array({question.purpose.task, question.purpose.offence, question.purpose.stage,
                          question.purpose.case_reference, question.purpose.necessity})},
      {"geometry", static_cast<int>(question.geometry)},
      {"origins", origins},
      {"volume", or_first(question.volume)},
      {"derived_from", derived},
  };
}

legal::Restriction FromManifest(const sealing::UseRestriction& restriction) {
  return {.use = ParseUse(restriction.use), .partners = restriction.partners};
}

legal::OriginKind OriginKindOf(absl::string_view partner, const RegistrySnapshot& registry,
                               absl::Time instant) {
  const legal::Dossier* const dossier = registry.facts().Find(partner);
  const absl::CivilDay day = DayInBrussels(instant);
  if (dossier == nullptr || !dossier->partner.has_value()) return legal::OriginKind::kThirdCountry;
  for (const legal::LegalClassPeriod& period : dossier->partner->classes) {
    if (period.from.known() && day < period.from.earliest()) continue;
    if (period.to.known() && day > period.to.latest()) continue;
    switch (period.legal_class) {
      case legal::LegalClass::kMemberState:
      case legal::LegalClass::kMemberStateNotBound:
      case legal::LegalClass::kUnionNetwork:
        return legal::OriginKind::kMemberState;
      case legal::LegalClass::kInternationalOrganisation:
        return legal::OriginKind::kInternationalOrganisation;
      case legal::LegalClass::kUnionBody:
        return legal::OriginKind::kUnionBody;
      default:
        return legal::OriginKind::kThirdCountry;
    }
  }
  // Unknown counts as outside: that asks for most.
  return legal::OriginKind::kThirdCountry;
}

absl::Status UnknownRecipient(absl::string_view field, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(field, " ", what,
                                "; ask the partner registry who opens documents of the authority."),
                   {.reason = "RECIPIENT_UNKNOWN", .metadata = {{"field", std::string(field)}}});
}

bool InsideTheAgency(const identity::Principal& principal) {
  return principal.kind == identity::PrincipalKind::kAgency;
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

legal::UseRestriction ParseUse(absl::string_view word) {
  return Find(kUses, word).value_or(legal::UseRestriction::kUnspecified);
}

absl::string_view Name(legal::UseRestriction use) {
  for (const Word<legal::UseRestriction>& entry : kUses) {
    if (entry.value == use) return entry.word;
  }
  return "";
}

PurposeFlags FlagsOf(const legal::Purpose& purpose) {
  return {.offence_outside_annex_i = purpose.offence_outside_annex_i,
          .requested_by_member_state = purpose.requested_by_member_state,
          .incompatible_with_collection = purpose.incompatible_with_collection,
          .eppo_exercises_competence = purpose.eppo_exercises_competence,
          .eppo_exception = purpose.eppo_exception};
}

absl::StatusOr<TransferContext> ContextOf(const sealing::Manifest& manifest,
                                          const PurposeFlags& flags) {
  TransferContext context;
  legal::Question& question = context.question;
  COMITY_RETURN_IF_ERROR(Read(kDirections, manifest.direction, "direction", question.direction));
  COMITY_RETURN_IF_ERROR(Read(kCapacities, manifest.capacity, "capacity", question.capacity));
  COMITY_RETURN_IF_ERROR(Read(kDataKinds, manifest.data_kind, "data_kind", question.data_kind));
  COMITY_RETURN_IF_ERROR(Read(kAnnex, manifest.annex_ii, "annex_ii", question.annex_ii));
  COMITY_RETURN_IF_ERROR(Read(kGeometries, manifest.geometry, "geometry", question.geometry));
  COMITY_RETURN_IF_ERROR(Read(kVolumes, manifest.volume, "volume", question.volume));
  for (const std::string& word : manifest.subjects) {
    COMITY_RETURN_IF_ERROR(Read(kSubjects, word, "subjects", question.subjects.emplace_back()));
  }
  for (const sealing::Originator& originator : manifest.originators) {
    legal::Origin& origin = question.origins.emplace_back();
    COMITY_RETURN_IF_ERROR(Read(kOrigins, originator.kind, "originators", origin.kind));
    origin.partner = originator.partner;
    for (const sealing::UseRestriction& restriction : originator.restrictions) {
      origin.restrictions.push_back(FromManifest(restriction));
    }
  }
  question.special_categories = manifest.special_categories;
  question.purpose = {.task = manifest.purpose.task,
                      .offence = manifest.purpose.offence,
                      .offence_outside_annex_i = flags.offence_outside_annex_i,
                      .requested_by_member_state = flags.requested_by_member_state,
                      .stage = manifest.purpose.stage,
                      .case_reference = manifest.purpose.case_reference,
                      .necessity = manifest.purpose.necessity,
                      .incompatible_with_collection = flags.incompatible_with_collection,
                      .eppo_exercises_competence = flags.eppo_exercises_competence,
                      .eppo_exception = flags.eppo_exception};
  for (const sealing::Derivation& derivation : manifest.derived_from) {
    context.derived_from.push_back(derivation.document_id);
  }
  return context;
}

std::string DigestContext(const TransferContext& context) {
  const json::Json fields = ContextJson(context);
  std::vector<std::string> parts;
  for (const auto& [name, value] : fields.items()) {
    const crypto::Digest digest = crypto::Sha256(json::Canonical(value));
    // Only ever compared with what the same caller says: 64 bits tell an honest mistake.
    parts.push_back(absl::StrCat(name, "=", crypto::Hex(crypto::View(digest).substr(0, 8))));
  }
  return absl::StrJoin(parts, ",");
}

absl::Status CompareContexts(absl::string_view opened, absl::string_view submitted) {
  if (opened == submitted) return absl::OkStatus();
  const std::vector<std::string> before = absl::StrSplit(opened, ',');
  const std::vector<std::string> after = absl::StrSplit(submitted, ',');
  std::string field = "transfer context";
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    if (before[i] != after[i]) {
      field = after[i].substr(0, after[i].find('='));
      break;
    }
  }
  return InvalidField("CONTEXT_MISMATCH", absl::StrCat("manifest.", field),
                      "differs from what the upload was opened with; sign the manifest again, or "
                      "open a new upload");
}

std::string PartnerOf(const identity::Principal& principal, const RegistrySnapshot& registry) {
  if (principal.kind == identity::PrincipalKind::kPartner) {
    return absl::StrCat("partners/", principal.partner);
  }
  if (InsideTheAgency(principal)) return registry.PartnerOfUnit(principal.unit);
  return "";
}

void MergeOrigins(std::vector<legal::Origin>& origins, const std::vector<legal::Origin>& more) {
  for (const legal::Origin& origin : more) {
    const auto same = std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
      return known.kind == origin.kind && known.partner == origin.partner;
    });
    if (same == origins.end()) {
      origins.push_back(origin);
    } else {
      same->restrictions.insert(same->restrictions.end(), origin.restrictions.begin(),
                                origin.restrictions.end());
    }
  }
}

std::vector<legal::Origin> OriginsPassedOn(const Document& document,
                                           const sealing::Manifest& manifest,
                                           const RegistrySnapshot& registry, absl::Time instant) {
  std::vector<legal::Origin> origins;
  for (const sealing::Originator& originator : manifest.originators) {
    legal::Origin origin = {
        .kind = Find(kOrigins, originator.kind).value_or(legal::OriginKind::kUnspecified),
        .partner = originator.partner};
    for (const sealing::UseRestriction& restriction : originator.restrictions) {
      origin.restrictions.push_back(FromManifest(restriction));
    }
    MergeOrigins(origins, {origin});
  }
  // A partner that made data available is their origin, whatever it said of others.
  legal::Origin from_sender = {.kind = legal::OriginKind::kEurojust};
  const absl::StatusOr<identity::Principal> sender = identity::Principal::Parse(document.sender);
  const bool outside = sender.ok() && sender->kind == identity::PrincipalKind::kPartner;
  if (outside) {
    from_sender.partner = absl::StrCat("partners/", sender->partner);
    from_sender.kind = OriginKindOf(from_sender.partner, registry, instant);
  }
  for (const sealing::UseRestriction& restriction : manifest.use_restrictions) {
    from_sender.restrictions.push_back(FromManifest(restriction));
  }
  for (const AddedRestriction& added : document.added_restrictions) {
    const legal::Restriction restriction = {.use = ParseUse(added.use), .partners = added.partners};
    const auto origin =
        std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
          return !added.by_partner.empty() && known.partner == added.by_partner;
        });
    (origin == origins.end() ? from_sender : *origin).restrictions.push_back(restriction);
  }
  if (outside || origins.empty() || !from_sender.restrictions.empty()) {
    MergeOrigins(origins, {from_sender});
  }
  return origins;
}

void AddLaterRestrictions(std::vector<legal::Origin>& origins, const Document& document) {
  for (const AddedRestriction& added : document.added_restrictions) {
    const legal::Restriction restriction = {.use = ParseUse(added.use), .partners = added.partners};
    const auto origin =
        std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
          return !added.by_partner.empty() && known.partner == added.by_partner;
        });
    if (origin != origins.end()) {
      origin->restrictions.push_back(restriction);
    } else if (restriction.use == legal::UseRestriction::kNotToPartners) {
      MergeOrigins(origins,
                   {{.kind = legal::OriginKind::kEurojust, .restrictions = {restriction}}});
    }
  }
}

absl::StatusOr<RecipientQuestion> QuestionFor(const identity::Principal& sender,
                                              const identity::Principal& recipient,
                                              const legal::Question& base,
                                              const RegistrySnapshot& registry, absl::Time instant,
                                              absl::string_view field) {
  using identity::PrincipalKind;
  using identity::Role;
  const bool to_partner = recipient.kind == PrincipalKind::kPartner;
  const bool to_agency = InsideTheAgency(recipient) && (recipient.role == Role::kDeskOfficer ||
                                                        recipient.role == Role::kNationalMember ||
                                                        recipient.role == Role::kLiaisonProsecutor);
  if (!to_partner && !to_agency) {
    return InvalidField("RECIPIENT_INVALID", field,
                        "must be a partner's contact, a desk officer, a national member or a "
                        "liaison prosecutor");
  }
  RecipientQuestion asked;
  asked.question = base;
  asked.question.instant = instant;
  asked.question.mode = legal::Mode::kOperate;
  asked.question.public_on.reset();
  asked.question.decisions.clear();

  const std::string sender_partner = PartnerOf(sender, registry);
  if (InsideTheAgency(sender) && to_agency) {
    const bool seconded = recipient.role == Role::kLiaisonProsecutor;
    // Between units of the agency nothing leaves it; only who is seconded by a State stands for it.
    if (!seconded || sender.unit == recipient.unit) {
      asked.own = SameSide(sender, recipient);
      asked.internal = true;
      return asked;
    }
    asked.question.counterpart = registry.PartnerOfUnit(recipient.unit);
    if (asked.question.counterpart.empty()) {
      return UnknownRecipient(field, "is of a unit that stands for no partner");
    }
    asked.question.direction = legal::Direction::kSend;
    return asked;
  }
  if (to_partner) {
    const std::optional<ContactEntry> contact = registry.FindContact(recipient.spiffe_id);
    if (!contact.has_value()) return UnknownRecipient(field, "is no contact in the registry");
    if (contact->partner != absl::StrCat("partners/", recipient.partner)) {
      return UnknownRecipient(field, "is registered with another partner");
    }
    if (!contact->active) return UnknownRecipient(field, "is suspended in the registry");
    if (!InsideTheAgency(sender) && contact->partner == sender_partner) {
      asked.own = true;
      return asked;
    }
    if (!contact->opener)
      return UnknownRecipient(field, "does not open documents of its authority");
    asked.question.counterpart = contact->authority;
    if (InsideTheAgency(sender)) {
      // What the sender calls the direction is checked, not believed.
      if (asked.question.direction != legal::Direction::kOnward) {
        asked.question.direction = legal::Direction::kSend;
      }
      return asked;
    }
    if (asked.question.direction == legal::Direction::kOnward) {
      asked.question.onward_by = sender_partner;
      return asked;
    }
    asked.between_partners = true;
    return asked;
  }
  // From a partner to the agency (EJR 47(4)).
  const std::optional<ContactEntry> contact = registry.FindContact(sender.spiffe_id);
  asked.question.direction = legal::Direction::kReceive;
  asked.question.counterpart = contact.has_value() ? contact->authority : sender_partner;
  const legal::OriginKind kind = OriginKindOf(sender_partner, registry, instant);
  asked.quarantine = kind == legal::OriginKind::kThirdCountry ||
                     kind == legal::OriginKind::kInternationalOrganisation;
  return asked;
}

RecipientVerdict Decide(const RecipientQuestion& asked, absl::string_view recipient,
                        const std::vector<legal::Decision>& decisions,
                        const RegistrySnapshot& registry) {
  RecipientVerdict answer = {
      .recipient = std::string(recipient), .own = asked.own, .quarantine = asked.quarantine};
  answer.verdict.day = DayInBrussels(asked.question.instant);
  answer.verdict.registry_revision = registry.facts().revision();
  if (asked.own || asked.internal) {
    answer.verdict.outcome = legal::Outcome::kPermitted;
    answer.verdict.reasons = {
        {.row = "-",
         .outcome = legal::Outcome::kPermitted,
         .article = "policy",
         .sentence = "The recipient is of the sender's own side; nothing is transferred.",
         .code = "OWN_SIDE"}};
    return answer;
  }
  if (asked.between_partners) {
    answer.verdict.outcome = legal::Outcome::kOutOfScope;
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
  return answer;
}

absl::Status NotPermitted(const std::vector<RecipientVerdict>& verdicts) {
  const RecipientVerdict* worst = nullptr;
  ErrorDetails details = {.reason = "TRANSFER_NOT_PERMITTED"};
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
      say("TRANSFER_CHECK", reason.article,
          reason.remedy.empty() ? reason.sentence
                                : absl::StrCat(reason.sentence, " ", reason.remedy));
    }
    for (const legal::Route& route : answer.verdict.routes) {
      say("TRANSFER_ROUTE", route.article,
          absl::StrCat(route.sentence, " Decided by ", route.decided_by, "."));
    }
  }
  if (worst == nullptr) return absl::OkStatus();
  const legal::Verdict& verdict = worst->verdict;
  details.metadata = {
      {"outcome", std::string(legal::Name(verdict.outcome))},
      {"day", FormatDay(verdict.day)},
      {"registry_revision", absl::StrCat(verdict.registry_revision.number)},
  };
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The transfer check comes to ", legal::Name(verdict.outcome),
                                "; nothing is released until what is listed has been settled."),
                   std::move(details));
}

}  // namespace comity::document_exchange
