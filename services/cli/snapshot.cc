// comity snapshot: save the registry's signed snapshot, and verify it offline.

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/trust_bundle.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "common/registry_snapshot/snapshot_folder.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/app.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string folder, purpose, roots, at;
  std::string valid = "24h";
};

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

json::Json ToJson(const sealing::RegistrySnapshot& snapshot, const std::string& signer) {
  return {{"notice", snapshot.notice},
          {"signer", signer},
          {"registryRevision", {{"storeId", snapshot.store_id}, {"number", snapshot.revision}}},
          {"made", Text(snapshot.made)},
          {"expires", Text(snapshot.expires)},
          {"facts", snapshot.facts}};
}

absl::StatusOr<int> Hours(const std::string& text) {
  COMITY_ASSIGN_OR_RETURN(const absl::Duration valid, ParseDuration("--valid", text));
  if (valid % absl::Hours(1) != absl::ZeroDuration() || valid > sealing::kLongestSnapshotLife) {
    return InvalidField("DURATION_INVALID", "--valid", "must be whole hours, 1h to 720h");
  }
  return static_cast<int>(valid / absl::Hours(1));
}

absl::Status Save(App& app, const Arguments& arguments) {
  v1::GetSnapshotRequest request;
  COMITY_ASSIGN_OR_RETURN(const int hours, Hours(arguments.valid));
  request.set_valid_hours(hours);
  request.set_purpose(arguments.purpose);
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  // What is signed by somebody else is not even saved.
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles bundles,
                          identity::TrustBundles::Load(session->File("bundles")));
  const identity::ChainVerifier verifier(
      std::make_shared<const identity::TrustBundles>(std::move(bundles)));
  const std::string registry = registry_snapshot::RegistryOf(session->endpoints().trust_domain);
  COMITY_ASSIGN_OR_RETURN(auto folder, registry_snapshot::SnapshotFolder::Create(arguments.folder));
  COMITY_ASSIGN_OR_RETURN(const auto reports, session->Reports());
  grpc::ClientContext context;
  rpc::SetDeadline(context, app.patience());
  const auto reader = reports->GetSnapshot(&context, request);
  v1::GetSnapshotResponse part;
  std::string statement;
  std::string signature;
  while (reader->Read(&part)) {
    if (absl::Status kept = folder.Append(part.facts()); !kept.ok()) {
      context.TryCancel();
      (void)reader->Finish();
      return kept;
    }
    statement = part.statement();
    signature = part.signature();
  }
  COMITY_RETURN_IF_ERROR(rpc::ToAbslStatus(reader->Finish()));
  const absl::Time now = absl::Now();
  COMITY_ASSIGN_OR_RETURN(
      const sealing::RegistrySnapshot saved,
      folder.Finish(statement, signature, registry_snapshot::SignedBy(registry, &verifier, now),
                    now));
  app.Show(ToJson(saved, registry), [&] {
    std::cout << saved.facts << " facts of registry revision " << saved.revision << " are in "
              << arguments.folder << ", good until " << Text(saved.expires)
              << ".\nWhoever has the agency's root verifies them:\n  comity snapshot verify "
              << arguments.folder << " --roots root.pem\n";
  });
  return absl::OkStatus();
}

absl::Status Verify(const App& app, const Arguments& arguments) {
  absl::Time at = absl::Now();
  if (!arguments.at.empty()) {
    COMITY_ASSIGN_OR_RETURN(at, ParseMoment("--at", arguments.at));
  }
  COMITY_ASSIGN_OR_RETURN(const std::string roots, storage::ReadFile(arguments.roots));
  COMITY_ASSIGN_OR_RETURN(
      const registry_snapshot::VerifiedSnapshot snapshot,
      registry_snapshot::VerifyFolder(arguments.folder,
                                      registry_snapshot::SignedByARegistryUnder(roots, at), at));
  const sealing::RegistrySnapshot& statement = snapshot.statement;
  app.Show(ToJson(statement, snapshot.signer), [&] {
    std::cout << statement.notice << "\nThe snapshot holds: " << statement.facts
              << " facts of revision " << statement.revision << " of store " << statement.store_id
              << ",\nsigned by " << snapshot.signer << " at " << Text(statement.made)
              << ", good until " << Text(statement.expires) << ".\n";
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterSnapshot(Command root, App& app) {
  const Command snapshot =
      root.AddGroup("snapshot", "The registry as of now, signed: to verify, or to start from");
  const auto arguments = std::make_shared<Arguments>();

  const Command save = AddCommand(
      snapshot, app, "save", "Save a signed snapshot, complete or not at all",
      "  comity --as dpo-1 snapshot save --to snapshot --purpose \"complaint 12\"\n"
      "  comity --as registry-1 --timeout 3600 snapshot save --to snapshot --valid 72h \\\n"
      "      --purpose \"a replica in a new site\"",
      [&app, arguments] { return Save(app, *arguments); });
  save.AddOption("--to", arguments->folder, "A new folder").Required().TypeName("FOLDER");
  save.AddOption("--purpose", arguments->purpose, "Why; kept in the ledger").Required();
  save.AddOption("--valid", arguments->valid, "How long it may be used, up to 720h")
      .TypeName("DURATION")
      .ShowDefault();

  const Command verify = AddCommand(
      snapshot, app, "verify", "Verify a snapshot offline, with nothing but the agency's root",
      "  comity snapshot verify snapshot --roots root.pem\n"
      "  comity snapshot verify snapshot --roots root.pem --at 2026-11-28T12:00:00Z",
      [&app, arguments] { return Verify(app, *arguments); });
  verify.AddOption("folder", arguments->folder, "The folder that was saved").Required();
  verify.AddOption("--roots", arguments->roots, "Root certificates you hold yourself (PEM)")
      .Required()
      .TypeName("FILE");
  verify.AddOption("--at", arguments->at, "For use at another instant than now")
      .TypeName("INSTANT");
}

}  // namespace comity::cli
