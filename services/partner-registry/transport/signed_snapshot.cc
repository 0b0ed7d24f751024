#include "services/partner-registry/transport/signed_snapshot.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/facts_csv/json_lines.h"
#include "common/identity/principal.h"
#include "common/sealing/registry_snapshot.h"
#include "common/service/calls.h"
#include "common/service/disclosures.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/visibility.h"
#include "services/partner-registry/reports/words.h"
#include "services/partner-registry/transport/feed.h"
#include "services/partner-registry/transport/footnotes.h"
#include "services/partner-registry/transport/reports.h"

namespace comity::partner_registry {
namespace {

// Of the facts in one message: less than the MiB that it may have.
constexpr std::size_t kPart = std::size_t{256} << 10;

absl::StatusOr<absl::Duration> Validity(std::int32_t hours) {
  constexpr std::int32_t kDefault = 24;
  if (hours < 0 || absl::Hours(hours) > sealing::kLongestSnapshotLife) {
    return InvalidField("FIELD_INVALID", "valid_hours", "write 1 to 720, or nothing for 24");
  }
  return absl::Hours(hours == 0 ? kDefault : hours);
}

// A service is given the same by Replicate: its identity says why.
absl::Status CheckPurpose(const rpc::Call& call, const std::string& purpose) {
  const bool of_service = call.principal().kind == identity::PrincipalKind::kService;
  return of_service && purpose.empty() ? absl::OkStatus() : service::CheckPurpose(purpose);
}

// The facts on their way out.
class FactsOut {
 public:
  explicit FactsOut(rpc::Writer<v1::GetSnapshotResponse>& out) : out_(out) {}

  absl::Status Add(const v1::Fact& fact) {
    COMITY_ASSIGN_OR_RETURN(const std::string line, facts_csv::FactLine(fact));
    digest_.Update(line);
    ++lines_;
    waiting_ += line;
    while (waiting_.size() >= kPart) {
      COMITY_RETURN_IF_ERROR(Push(waiting_.substr(0, kPart)));
      waiting_.erase(0, kPart);
    }
    return absl::OkStatus();
  }

  absl::Status Finish() {
    return waiting_.empty() ? absl::OkStatus() : Push(std::exchange(waiting_, ""));
  }

  std::int64_t lines() const { return lines_; }
  crypto::Digest digest() const { return digest_.Peek(); }

 private:
  absl::Status Push(std::string facts) {
    v1::GetSnapshotResponse part;
    part.set_facts(std::move(facts));
    return out_.Push(std::move(part));
  }

  rpc::Writer<v1::GetSnapshotResponse>& out_;
  crypto::Sha256Stream digest_;
  std::string waiting_;
  std::int64_t lines_ = 0;
};

// As it goes to a replica, without what a replica throws away of a decision: the file stays.
v1::Fact ForTheFile(const Viewer& viewer, Fact fact, absl::string_view store_id) {
  v1::Fact made = ForTheWire(viewer, std::move(fact), store_id);
  if (made.has_decision()) {
    made.mutable_decision()->clear_evidence();
    made.mutable_decision()->clear_recorded_by();
  }
  return made;
}

}  // namespace

absl::Status SignedSnapshot::Get(const rpc::Call& call, const v1::GetSnapshotRequest& request,
                                 rpc::Writer<v1::GetSnapshotResponse>& out) const {
  COMITY_RETURN_IF_ERROR(CheckPurpose(call, request.purpose()));
  COMITY_ASSIGN_OR_RETURN(const absl::Duration validity, Validity(request.valid_hours()));
  if (signer_ == nullptr) return SigningNotConfigured();
  COMITY_RETURN_IF_ERROR(leases_->MayAnswer());
  const std::shared_ptr<const sealing::Signer> signer = signer_->Current();
  const absl::Time now = clock_->Now();
  const absl::CivilDay today = DayInBrussels(now);
  const std::string checkpoint = store_->LatestCheckpoint();
  // The caller may be slow: what he is sent is kept for him, and the state let go.
  sealing::RegistrySnapshot statement{.notice = kNotice};
  std::vector<FactPointer> all;
  {
    const RegistryStore::State::Guard state = store_->View();
    COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, state->store_id(), state->revision()));
    statement.store_id = state->store_id();
    statement.revision = state->revision();
    all = state->SharedFacts();
  }

  const Viewer viewer = ReplicaViewer();
  std::erase_if(all, [&](const FactPointer& fact) { return !MaySee(viewer, CopyOf(fact), today); });
  COMITY_RETURN_IF_ERROR(service::RecordDisclosure(
      *journal_, call, request.purpose(), service::DigestOf(call.method(), request), all.size()));
  FactsOut facts(out);
  Footnotes footnotes;
  for (const FactPointer& fact : all) {
    v1::Fact made = ForTheFile(viewer, CopyOf(fact), statement.store_id);
    footnotes.GoWith(made);
    COMITY_RETURN_IF_ERROR(facts.Add(made));
  }
  COMITY_RETURN_IF_ERROR(facts.Finish());

  statement.made = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  statement.expires = statement.made + validity;
  statement.facts = facts.lines();
  statement.facts_sha256 = facts.digest();
  if (!checkpoint.empty()) statement.checkpoint_sha256 = crypto::Sha256(checkpoint);
  v1::GetSnapshotResponse last;
  COMITY_ASSIGN_OR_RETURN(*last.mutable_statement(), sealing::BuildRegistrySnapshot(statement));
  COMITY_ASSIGN_OR_RETURN(*last.mutable_signature(), signer->Sign(last.statement(), now));
  return out.Push(std::move(last));
}

}  // namespace comity::partner_registry
