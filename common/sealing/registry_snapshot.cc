#include "common/sealing/registry_snapshot.h"

#include "common/sealing/document_fields.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.registry-snapshot.v1";
constexpr absl::string_view kReason = "SNAPSHOT_INVALID";
constexpr std::size_t kLongestNotice = 500;

void Check(const RegistrySnapshot& snapshot, Complaint& complaint) {
  RequireText(complaint, "snapshot.notice", snapshot.notice, kLongestNotice, /*optional=*/false);
  RequireStoreId(complaint, "snapshot.registry_revision.store_id", snapshot.store_id);
  RequireNumber(complaint, "snapshot.registry_revision.number", snapshot.revision, 0,
                kLargestNumber);
  RequireTime(complaint, "snapshot.made", snapshot.made);
  RequireTime(complaint, "snapshot.expires", snapshot.expires);
  if (snapshot.expires <= snapshot.made ||
      snapshot.expires - snapshot.made > kLongestSnapshotLife) {
    complaint.Add("snapshot.expires", "must be after made, by 720 hours at most");
  }
  RequireNumber(complaint, "snapshot.facts", snapshot.facts, 0, kLargestNumber);
}

std::string Write(const RegistrySnapshot& snapshot) {
  Json document = {
      {"format", std::string(kFormat)},
      {"notice", snapshot.notice},
      {"registry_revision", {{"store_id", snapshot.store_id}, {"number", snapshot.revision}}},
      {"made", TimeText(snapshot.made)},
      {"expires", TimeText(snapshot.expires)},
      {"facts", snapshot.facts},
      {"facts_sha256", DigestText(snapshot.facts_sha256)},
  };
  PutIfSet(document, "checkpoint_sha256", snapshot.checkpoint_sha256);
  return json::Canonical(document);
}

}  // namespace

absl::StatusOr<std::string> BuildRegistrySnapshot(const RegistrySnapshot& snapshot) {
  Complaint complaint(kReason);
  Check(snapshot, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return Write(snapshot);
}

absl::StatusOr<RegistrySnapshot> ParseRegistrySnapshot(absl::string_view bytes) {
  Complaint complaint(kReason);
  const Json document = ParseDocument(bytes, "snapshot", kLargestRegistrySnapshot, complaint);
  ObjectReader reader(document, "snapshot", &complaint);
  RegistrySnapshot snapshot;
  RequireFormat(complaint, "snapshot.format", reader.Text("format"), kFormat);
  snapshot.notice = reader.Text("notice");
  ObjectReader revision = reader.Object("registry_revision");
  snapshot.store_id = revision.Text("store_id");
  snapshot.revision = revision.Number("number");
  revision.Finish();
  snapshot.made = reader.Time("made");
  snapshot.expires = reader.Time("expires");
  snapshot.facts = reader.Number("facts");
  snapshot.facts_sha256 = reader.Digest("facts_sha256");
  snapshot.checkpoint_sha256 = reader.OptionalDigest("checkpoint_sha256");
  reader.Finish();
  Check(snapshot, complaint);
  RequireSameBytes(
      complaint, "snapshot", [&] { return Write(snapshot); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return snapshot;
}

}  // namespace comity::sealing
