#include "services/cli/question.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/enum_option.h"
#include "services/cli/option_names.h"
#include "services/cli/set_fields.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

absl::StatusOr<v1::OriginKind> KindOf(v1::LegalClass legal_class, const std::string& partner) {
  switch (legal_class) {
    case v1::LEGAL_CLASS_MEMBER_STATE:
    case v1::LEGAL_CLASS_MEMBER_STATE_NOT_BOUND:
      return v1::ORIGIN_KIND_MEMBER_STATE;
    case v1::LEGAL_CLASS_THIRD_COUNTRY:
      return v1::ORIGIN_KIND_THIRD_COUNTRY;
    case v1::LEGAL_CLASS_INTERNATIONAL_ORGANISATION:
      return v1::ORIGIN_KIND_INTERNATIONAL_ORGANISATION;
    case v1::LEGAL_CLASS_UNION_BODY:
      return v1::ORIGIN_KIND_UNION_BODY;
    default:
      return InvalidField("ORIGIN_INVALID", "--origin",
                          absl::StrCat(partner,
                                       " is no State, organisation or Union body: name the "
                                       "authority's State from which the data come"));
  }
}

absl::StatusOr<v1::Origin> ResolveOrigin(App& app, const std::string& text) {
  v1::Origin origin;
  if (text == "eurojust") {
    origin.set_kind(v1::ORIGIN_KIND_EUROJUST);
    return origin;
  }
  if (text == "public") {
    origin.set_kind(v1::ORIGIN_KIND_PUBLIC_SOURCE);
    return origin;
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  v1::GetPartnerStandingRequest request;
  request.set_name(PartnerName(text));
  const auto standing =
      client::Invoke(registry.get(), &v1::PartnerRegistryService::Stub::GetPartnerStanding, request,
                     app.patience());
  if (!standing.ok()) return OfWord(standing.status(), "--origin", text);
  COMITY_ASSIGN_OR_RETURN(const v1::OriginKind kind, KindOf(standing->legal_class(), text));
  origin.set_kind(kind);
  origin.set_partner(request.name());
  return origin;
}

}  // namespace

absl::StatusOr<ledger::v1::Revision> PresentRevision(App& app) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  v1::ListPartnersRequest request;
  request.set_page_size(1);
  COMITY_ASSIGN_OR_RETURN(
      const v1::ListPartnersResponse now,
      client::Invoke(registry.get(), &v1::PartnerRegistryService::Stub::ListPartners, request,
                     app.patience()));
  return now.registry_revision();
}

absl::StatusOr<ledger::v1::Revision> RegistryRevision(App& app, absl::string_view option,
                                                      const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  ledger::v1::Revision revision;
  std::int64_t number = 0;
  if (parts.size() > 2 || !absl::SimpleAtoi(parts.back(), &number) || number < 0) {
    return InvalidField("REVISION_INVALID", option,
                        absl::StrCat("\"", text,
                                     "\" is no revision: write its number, such as 7, or "
                                     "STORE/7 for a registry that was restored since"));
  }
  if (parts.size() == 2) {
    revision.set_store_id(parts[0]);
  } else {
    COMITY_ASSIGN_OR_RETURN(revision, PresentRevision(app));
  }
  revision.set_number(number);
  return revision;
}

Command AtRevision(App& app, Command command) {
  command.AddOption("--at-revision", app.at_revision, "As the registry was at this revision")
      .TypeName("NUMBER");
  return command;
}

Command ReadFields(App& app, const google::protobuf::Descriptor& resource, Command command) {
  command
      .AddList(
          "--fields",
          [&app, &resource](const std::string& word) {
            return TakeFieldNames(resource, word, app.fields);
          },
          "Only these fields of each, besides its name: display_name,region; repeat")
      .TypeName(absl::StrCat("FIELD:{", absl::StrJoin(FieldNames(resource), ","), "}"));
  return command;
}

void QuestionOptions::Register(Command command) {
  command
      .AddOption("--origin", origins,
                 "Where the data come from: a partner's id, eurojust or public; repeat for each")
      .TypeName("PARTNER");
  command
      .AddOption("--restrict", restrictions,
                 "What the originator forbids: not-as-evidence, not-to-defence, no-passing-on, "
                 "death-penalty-assurance, not-to:PARTNER,...")
      .TypeName("USE");
  AddEnumOption(command, "--kind", kind, "DATA_KIND_", v1::DataKind_descriptor(),
                "operational (default), administrative or non-personal");
  AddEnumOption(command, "--capacity", capacity, "CAPACITY_", v1::Capacity_descriptor(),
                "eurojust (default) or national");
  AddEnumListOption(command, "--subject", subjects, "SUBJECT_KIND_", v1::SubjectKind_descriptor(),
                    "Whom the data are about: suspect, victim, witness, other; repeat");
  AddEnumOption(command, "--annex-ii", annex_ii, "ANNEX_COVERAGE_", v1::AnnexCoverage_descriptor(),
                "Categories: within Annex II, facts-of-the-offence or outside");
  command.AddFlag("--special", special, "Special categories are among the data");
  command
      .AddOption(
          "--geometry",
          [this](const std::string& word) -> std::string {
            if (word == "two-or-more") {
              geometry = v1::CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES;
            } else if (word == "one") {
              geometry = v1::CASE_GEOMETRY_ONE_MEMBER_STATE_AND_THIRD_COUNTRY;
            } else {
              return "\"" + word + "\" is not one of two-or-more, one";
            }
            return "";
          },
          "Member States concerned: two-or-more, or one (with a third country)")
      .TypeName("WORD");
  AddEnumOption(command, "--volume", volume, "TRANSFER_VOLUME_", v1::TransferVolume_descriptor(),
                "single (default) or bulk");
  command.AddOption("--task", task, "The agency's task it serves").TypeName("TEXT");
  command.AddOption("--offence", offence, "The offence").TypeName("TEXT");
  command.AddFlag("--outside-annex-i", outside_annex_i,
                  "The offence is outside Annex I of the EJR (row 2.2)");
  command.AddFlag("--requested", requested,
                  "An authority of a Member State asked for assistance (EJR 3(3)-(4))");
  command.AddFlag("--eppo-competence", eppo_competence,
                  "The EPPO exercises its competence in the case (row 2.3)");
  command.AddFlag(
      "--eppo-exception", eppo_exception,
      "A Member State outside the EPPO is involved, and it or the EPPO asked (EJR 3(2))");
  command.AddFlag("--incompatible", incompatible,
                  "The purpose is not compatible with that of collection (row 2.5)");
  command.AddOption("--stage", stage, "The stage of the proceedings").TypeName("TEXT");
  command.AddOption("--case", case_reference, "An opaque case reference").TypeName("REF");
  command.AddOption("--necessity", necessity, "Why the data are necessary").TypeName("TEXT");
}

absl::StatusOr<v1::TransferQuestion> QuestionOptions::Question(App& app) const {
  v1::TransferQuestion question;
  question.set_data_kind(kind);
  question.set_capacity(capacity);
  question.set_annex_ii(annex_ii);
  question.set_geometry(geometry);
  question.set_volume(volume);
  question.set_special_categories(special);
  for (const v1::SubjectKind subject : subjects) question.add_subjects(subject);
  v1::TransferPurpose& purpose = *question.mutable_purpose();
  purpose.set_task(task);
  purpose.set_offence(offence);
  purpose.set_offence_outside_annex_i(outside_annex_i);
  purpose.set_requested_by_member_state(requested);
  purpose.set_eppo_exercises_competence(eppo_competence);
  purpose.set_eppo_exception(eppo_exception);
  purpose.set_incompatible_with_collection(incompatible);
  purpose.set_stage(stage);
  purpose.set_case_reference(case_reference);
  purpose.set_necessity(necessity);
  for (const std::string& text : origins) {
    COMITY_ASSIGN_OR_RETURN(*question.add_origins(), ResolveOrigin(app, text));
  }
  for (const std::string& text : restrictions) {
    COMITY_ASSIGN_OR_RETURN(const v1::Restriction restriction, ParseRestriction(text));
    for (v1::Origin& origin : *question.mutable_origins()) *origin.add_restrictions() = restriction;
  }
  return question;
}

}  // namespace comity::cli
