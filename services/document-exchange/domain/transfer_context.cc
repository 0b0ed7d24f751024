#include "services/document-exchange/domain/transfer_context.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"

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

legal::Restriction RestrictionOf(const sealing::UseRestriction& restriction) {
  return {.use = ParseUse(restriction.use), .partners = restriction.partners};
}

legal::Origin OriginOf(const sealing::Originator& originator) {
  legal::Origin origin = {
      .kind = Find(kOrigins, originator.kind).value_or(legal::OriginKind::kUnspecified),
      .partner = originator.partner};
  for (const sealing::UseRestriction& restriction : originator.restrictions) {
    origin.restrictions.push_back(RestrictionOf(restriction));
  }
  return origin;
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
    legal::Origin& origin = question.origins.emplace_back(OriginOf(originator));
    COMITY_RETURN_IF_ERROR(Read(kOrigins, originator.kind, "originators", origin.kind));
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
                      "send it as a new document");
}

}  // namespace comity::document_exchange
