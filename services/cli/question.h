#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/status/macros.h"
#include "services/cli/app.h"

namespace comity::cli {

// The options that describe a transfer: of `transfer check`, `send` and `engagements hold` alike.
struct QuestionOptions {
  std::vector<std::string> origins;       // "france", "eurojust", "public", "georgia".
  std::vector<std::string> restrictions;  // "not-as-evidence".
  partner_registry::v1::DataKind kind = partner_registry::v1::DATA_KIND_OPERATIONAL;
  partner_registry::v1::Capacity capacity = partner_registry::v1::CAPACITY_EUROJUST;
  partner_registry::v1::AnnexCoverage annex_ii = partner_registry::v1::ANNEX_COVERAGE_UNSPECIFIED;
  partner_registry::v1::CaseGeometry geometry = partner_registry::v1::CASE_GEOMETRY_UNSPECIFIED;
  partner_registry::v1::TransferVolume volume = partner_registry::v1::TRANSFER_VOLUME_SINGLE;
  std::vector<partner_registry::v1::SubjectKind> subjects;
  bool special = false;
  bool outside_annex_i = false, requested = false, incompatible = false;
  bool eppo_competence = false, eppo_exception = false;
  std::string task, offence, stage, case_reference, necessity;

  void Register(Command command);

  // The question without counterpart, time and decisions. The registry says what kind of origin a
  // partner is. INVALID_ARGUMENT `ORIGIN_INVALID`, `RESTRICTION_INVALID`; errors of
  // GetPartnerStanding.
  absl::StatusOr<partner_registry::v1::TransferQuestion> Question(App& app) const;
};

// "7", of the registry's present store, which it is asked for; or "<store id>/7".
// INVALID_ARGUMENT `REVISION_INVALID` names `option`, before anything is asked.
absl::StatusOr<ledger::v1::Revision> RegistryRevision(App& app, absl::string_view option,
                                                      const std::string& text);

// The registry's last revision, which it is asked for.
absl::StatusOr<ledger::v1::Revision> PresentRevision(App& app);

// Adds --at-revision to a command that reads the registry through calls.h.
Command AtRevision(App& app, Command command);

// What --at-revision said, for a request that has the field.
template <typename Request>
absl::Status SetAtRevision(App& app, Request& request) {
  if constexpr (requires { request.mutable_at_revision(); }) {
    if (!app.at_revision.empty()) {
      COMITY_ASSIGN_OR_RETURN(*request.mutable_at_revision(),
                              RegistryRevision(app, "--at-revision", app.at_revision));
    }
  }
  return absl::OkStatus();
}

// Adds --fields to a command that lists `resource` through calls.h by a request with a read_mask.
Command ReadFields(App& app, const google::protobuf::Descriptor& resource, Command command);

// What --fields said, for a request that has the field.
template <typename Request>
void SetReadMask(const App& app, Request& request) {
  if constexpr (requires { request.mutable_read_mask(); }) {
    for (const std::string& field : app.fields) request.mutable_read_mask()->add_paths(field);
  }
}

}  // namespace comity::cli
