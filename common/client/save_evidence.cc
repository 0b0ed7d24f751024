#include "common/client/save_evidence.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/client/session.h"
#include "common/evidence/evidence_folder.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

namespace v1 = document_exchange::v1;
using Exchange = v1::DocumentExchangeService::Stub;

// Checkpoints are published a few times a second.
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(100);

bool AllProven(const v1::ListStatementsResponse& listed) {
  return std::none_of(
      listed.statements().begin(), listed.statements().end(),
      [](const v1::Statement& statement) { return statement.tlog_proof().empty(); });
}

}  // namespace

absl::StatusOr<v1::ListStatementsResponse> SaveEvidence(Session& session,
                                                        const std::string& document,
                                                        const std::string& folder,
                                                        absl::Duration patience) {
  COMITY_ASSIGN_OR_RETURN(const auto exchange, session.Exchange());
  v1::GetDocumentRequest get;
  get.set_name(document);
  COMITY_ASSIGN_OR_RETURN(const v1::Document signed_document,
                          Invoke(exchange.get(), &Exchange::GetDocument, get));
  v1::ListStatementsRequest list;
  list.set_parent(document);
  const absl::Time end = absl::Now() + patience;
  v1::ListStatementsResponse listed;
  for (;;) {
    COMITY_ASSIGN_OR_RETURN(listed, Invoke(exchange.get(), &Exchange::ListStatements, list));
    if (AllProven(listed) || absl::Now() >= end) break;
    absl::SleepFor(kBetweenLooks);
  }

  evidence::EvidenceFiles files{.manifest = signed_document.manifest(),
                                .manifest_signature = signed_document.signature()};
  for (const v1::Statement& statement : listed.statements()) {
    files.statements.push_back({.statement = statement.statement(),
                                .signature = statement.signature(),
                                .leaf_salt = statement.leaf_salt(),
                                .leaf_body = statement.leaf_body(),
                                .tlog_proof = statement.tlog_proof(),
                                .confirmation = statement.confirmation(),
                                .confirmation_signature = statement.confirmation_signature()});
  }
  COMITY_RETURN_IF_ERROR(evidence::SaveFolder(folder, files));
  return listed;
}

}  // namespace comity::client
