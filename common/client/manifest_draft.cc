#include "common/client/manifest_draft.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/identity/principal.h"

namespace comity::client {
namespace {

namespace v1 = partner_registry::v1;

// "ORIGIN_KIND_EUROJUST" without its prefix; "" for the value that says nothing.
std::string Word(absl::string_view name, absl::string_view prefix) {
  const absl::string_view word = absl::StripPrefix(name, prefix);
  return word == "UNSPECIFIED" ? "" : std::string(word);
}

sealing::UseRestriction ToManifest(const v1::Restriction& restriction) {
  return {.use = Word(v1::UseRestriction_Name(restriction.use()), "USE_RESTRICTION_"),
          .partners = {restriction.partners().begin(), restriction.partners().end()}};
}

bool IsPartner(absl::string_view sender) {
  const auto principal = identity::Principal::Parse(sender);
  return principal.ok() && principal->kind == identity::PrincipalKind::kPartner;
}

}  // namespace

v1::TransferQuestion CompleteQuestion(const SendOptions& options, absl::string_view sender) {
  v1::TransferQuestion question = options.question;
  question.clear_counterpart();
  question.clear_instant();
  question.clear_decisions();
  if (question.direction() == v1::TRANSFER_DIRECTION_UNSPECIFIED) {
    question.set_direction(IsPartner(sender) ? v1::TRANSFER_DIRECTION_RECEIVE
                                             : v1::TRANSFER_DIRECTION_SEND);
  }
  if (question.capacity() == v1::CAPACITY_UNSPECIFIED) {
    question.set_capacity(v1::CAPACITY_EUROJUST);
  }
  if (question.volume() == v1::TRANSFER_VOLUME_UNSPECIFIED) {
    question.set_volume(v1::TRANSFER_VOLUME_SINGLE);
  }
  return question;
}

sealing::Manifest DraftManifest(const SendOptions& options, const v1::TransferQuestion& question) {
  sealing::Manifest manifest;
  manifest.direction =
      Word(v1::TransferDirection_Name(question.direction()), "TRANSFER_DIRECTION_");
  manifest.capacity = Word(v1::Capacity_Name(question.capacity()), "CAPACITY_");
  manifest.data_kind = Word(v1::DataKind_Name(question.data_kind()), "DATA_KIND_");
  manifest.classification = options.classification;
  for (const v1::Origin& origin : question.origins()) {
    sealing::Originator& originator = manifest.originators.emplace_back();
    originator.kind = Word(v1::OriginKind_Name(origin.kind()), "ORIGIN_KIND_");
    originator.partner = origin.partner();
    for (const v1::Restriction& restriction : origin.restrictions()) {
      originator.restrictions.push_back(ToManifest(restriction));
    }
  }
  for (const v1::Restriction& restriction : options.use_restrictions) {
    manifest.use_restrictions.push_back(ToManifest(restriction));
  }
  manifest.purpose = {.task = question.purpose().task(),
                      .offence = question.purpose().offence(),
                      .stage = question.purpose().stage(),
                      .case_reference = question.purpose().case_reference(),
                      .necessity = question.purpose().necessity()};
  for (const int subject : question.subjects()) {
    manifest.subjects.push_back(
        Word(v1::SubjectKind_Name(static_cast<v1::SubjectKind>(subject)), "SUBJECT_KIND_"));
  }
  manifest.special_categories = question.special_categories();
  manifest.annex_ii = Word(v1::AnnexCoverage_Name(question.annex_ii()), "ANNEX_COVERAGE_");
  manifest.geometry = Word(v1::CaseGeometry_Name(question.geometry()), "CASE_GEOMETRY_");
  manifest.volume = Word(v1::TransferVolume_Name(question.volume()), "TRANSFER_VOLUME_");
  manifest.delete_after_days = options.delete_after_days;
  manifest.thread.kind = options.thread_kind;
  return manifest;
}

}  // namespace comity::client
