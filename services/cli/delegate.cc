// comity delegate: let an application call for you.

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/client/own_keys.h"
#include "common/identity/own_certificate.h"
#include "common/identity/trust_bundle.h"
#include "common/sealing/cades.h"
#include "common/sealing/delegation.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/app.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace {

struct Arguments {
  std::string certificate;
  std::vector<std::string> services = {"document-exchange", "engagement-scheduling",
                                       "partner-registry"};
  int hours = 8;
  std::string out;
};

absl::Status Delegate(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const sealing::Signer signer,
                          client::LoadSigner(session->identity_folder()));
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles loaded,
                          identity::TrustBundles::Load(session->File("bundles")));
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  COMITY_ASSIGN_OR_RETURN(
      const identity::VerifiedCertificate carrier,
      identity::CheckCertificate(arguments.certificate,
                                 std::make_shared<const identity::TrustBundles>(std::move(loaded)),
                                 now));

  sealing::Delegation delegation{.person = signer.spiffe_id(),
                                 .carrier = carrier.principal.spiffe_id,
                                 .carrier_certificate_sha256 = carrier.leaf_sha256,
                                 .services = arguments.services,
                                 .not_before = now,
                                 .not_after = now + absl::Hours(arguments.hours)};
  std::sort(delegation.services.begin(), delegation.services.end());
  sealing::SignedDelegation made;
  COMITY_ASSIGN_OR_RETURN(made.statement, sealing::BuildDelegation(delegation));
  COMITY_ASSIGN_OR_RETURN(made.signature, signer.Sign(made.statement, now));
  const std::string token = sealing::FormatToken(made);

  if (!arguments.out.empty()) {
    COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(arguments.out, token));
  }
  const std::string until =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", delegation.not_after, absl::UTCTimeZone());
  app.Show(json::Json{{"carrier", delegation.carrier},
                      {"not_after", until},
                      {"person", delegation.person},
                      {"services", delegation.services},
                      {"token", token}},
           [&] {
             if (arguments.out.empty()) {
               std::cout << token << "\n";
             } else {
               std::cout << delegation.carrier << " may call for you until " << until << ", with "
                         << arguments.out << ".\n";
             }
           });
  return absl::OkStatus();
}

}  // namespace

void RegisterDelegate(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command delegate = AddCommand(
      root, app, "delegate", "Let an application call the services for you, for some hours",
      "  comity --as desk-1 delegate portal/tls.pem --out desk-1.delegation\n"
      "  comity --as desk-1 delegate portal/tls.pem --service partner-registry --hours 1",
      [&app, arguments] { return Delegate(app, *arguments); });
  delegate
      .AddOption("certificate", arguments->certificate,
                 "The application's TLS certificate: it counts on its connections only")
      .TypeName("FILE")
      .Required();
  delegate.AddOption("--service", arguments->services, "Where it counts; all three if not given")
      .OneOf({"document-exchange", "engagement-scheduling", "partner-registry"});
  delegate.AddOption("--hours", arguments->hours, "How long it counts")
      .Between(1, 12)
      .ShowDefault();
  delegate.AddOption("--out", arguments->out, "Write it to a file instead").TypeName("FILE");
}

}  // namespace comity::cli
