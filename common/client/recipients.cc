#include "common/client/recipients.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/client/session.h"
#include "common/identity/principal.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

namespace v1 = partner_registry::v1;
using Registry = v1::PartnerRegistryService::Stub;

absl::Status NoKey(absl::string_view whose) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("Nobody can open for ", whose,
                                ": no sealing key of theirs is published that was not somebody "
                                "else's before; ask them to publish one (`comity keys publish`, "
                                "and of whoever is seconded anew with `--anew`, after the last day "
                                "of the secondment before)."),
                   {.reason = "NO_RECIPIENT_KEY"});
}

// `partners/{partner}/authorities/{authority}`: only contacts of that partner open for it. The
// bundles say which domain may vouch for them; that the registry names somebody is no reason to.
absl::Status CheckOpener(absl::string_view authority, const std::string& holder) {
  const auto principal = identity::Principal::Parse(holder);
  if (principal.ok() && principal->kind == identity::PrincipalKind::kPartner &&
      absl::StartsWith(authority, absl::StrCat("partners/", principal->partner, "/"))) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The registry names ", holder, " as one who opens for ", authority,
                                ", but it is no contact of that partner: nothing was sealed. Tell "
                                "the operator of the registry, and trust nothing it says until "
                                "that is explained."),
                   {.reason = "OPENER_OF_ANOTHER"});
}

}  // namespace

absl::StatusOr<std::vector<TrustedKey>> ResolveRecipients(Session& session, const OwnKeys& own,
                                                          const SendOptions& options) {
  COMITY_ASSIGN_OR_RETURN(const auto registry, session.Registry());
  KeyRing ring(session.File("pins"), own.verifier.get());
  std::map<std::string, TrustedKey> keys;
  keys.emplace(own.spiffe_id(),
               TrustedKey{.holder = own.spiffe_id(), .recipient = own.sealing_key.recipient()});

  const auto add = [&](const v1::ListKeyStatementsRequest& request,
                       const std::string& whose) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(const v1::ListKeyStatementsResponse listed,
                            Invoke(registry.get(), &Registry::ListKeyStatements, request));
    if (listed.key_statements().empty()) return NoKey(whose);
    for (const v1::KeyStatement& served : listed.key_statements()) {
      COMITY_ASSIGN_OR_RETURN(TrustedKey key, ring.Trust({.statement = served.statement(),
                                                          .signature = served.signature()},
                                                         absl::Now(), options.accept_key_gap));
      // The registry says which contacts of a partner open for its authority; whose key it is, only
      // the key's holder.
      if (request.holder().empty()) {
        COMITY_RETURN_IF_ERROR(CheckOpener(whose, key.holder));
      } else if (key.holder != request.holder()) {
        return NoKey(whose);
      }
      if (!key.warning.empty() && options.warn) options.warn(key.warning);
      const std::string holder = key.holder;
      keys.emplace(holder, std::move(key));
    }
    return absl::OkStatus();
  };
  for (const std::string& authority : options.authorities) {
    v1::ListKeyStatementsRequest request;
    request.set_authority(authority);
    COMITY_RETURN_IF_ERROR(add(request, authority));
  }
  for (const std::string& recipient : options.recipients) {
    if (recipient == own.spiffe_id()) continue;
    v1::ListKeyStatementsRequest request;
    request.set_holder(recipient);
    COMITY_RETURN_IF_ERROR(add(request, recipient));
  }

  std::vector<TrustedKey> recipients;
  recipients.reserve(keys.size());
  for (auto& [holder, key] : keys) recipients.push_back(std::move(key));
  return recipients;
}

}  // namespace comity::client
