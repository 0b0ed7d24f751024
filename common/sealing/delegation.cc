#include "common/sealing/delegation.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/sealing/cades.h"
#include "common/sealing/document_fields.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.delegation.v1";
constexpr absl::string_view kReason = "DELEGATION_INVALID";
constexpr std::size_t kMostServices = 8;
constexpr std::size_t kLongestService = 63;

void Check(const Delegation& delegation, Complaint& complaint) {
  RequireSpiffeId(complaint, "delegation.person", delegation.person);
  RequireSpiffeId(complaint, "delegation.carrier", delegation.carrier);
  if (delegation.person == delegation.carrier) {
    complaint.Add("delegation.carrier", "must be another than the person");
  }
  RequireAtMost(complaint, "delegation.services", delegation.services.size(), kMostServices);
  if (delegation.services.empty()) {
    complaint.Add("delegation.services", "must name the services where it counts");
  }
  for (std::size_t i = 0; i < delegation.services.size(); ++i) {
    const std::string path = absl::StrCat("delegation.services[", i, "]");
    RequireText(complaint, path, delegation.services[i], kLongestService, /*optional=*/false);
    if (i > 0 && delegation.services[i - 1] >= delegation.services[i]) {
      complaint.Add(path, "must come after the one before it in the order of bytes");
    }
  }
  RequireTime(complaint, "delegation.not_before", delegation.not_before);
  RequireTime(complaint, "delegation.not_after", delegation.not_after);
  if (delegation.not_after <= delegation.not_before) {
    complaint.Add("delegation.not_after", "must be after not_before");
  }
  if (delegation.not_after - delegation.not_before > kLongestDelegation) {
    complaint.Add("delegation.not_after", "must be at most 12 hours after not_before");
  }
}

std::string Write(const Delegation& delegation) {
  return json::Canonical(
      {{"format", std::string(kFormat)},
       {"person", delegation.person},
       {"carrier", delegation.carrier},
       {"carrier_certificate_sha256", DigestText(delegation.carrier_certificate_sha256)},
       {"services", delegation.services},
       {"not_before", TimeText(delegation.not_before)},
       {"not_after", TimeText(delegation.not_after)}});
}

absl::Status NotAToken() {
  return InvalidField(kReason, "comity-delegation",
                      "it must be base64(statement).base64(signature); make a new one with "
                      "`comity delegate`");
}

}  // namespace

absl::StatusOr<std::string> BuildDelegation(const Delegation& delegation) {
  Complaint complaint(kReason);
  Check(delegation, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return Write(delegation);
}

absl::StatusOr<Delegation> ParseDelegation(absl::string_view bytes) {
  Complaint complaint(kReason);
  const Json document = ParseDocument(bytes, "delegation", kLargestDelegation, complaint);
  ObjectReader reader(document, "delegation", &complaint);
  Delegation delegation;
  RequireFormat(complaint, "delegation.format", reader.Text("format"), kFormat);
  delegation.person = reader.Text("person");
  delegation.carrier = reader.Text("carrier");
  delegation.carrier_certificate_sha256 = reader.Digest("carrier_certificate_sha256");
  delegation.services = reader.Texts("services");
  delegation.not_before = reader.Time("not_before");
  delegation.not_after = reader.Time("not_after");
  reader.Finish();
  Check(delegation, complaint);
  RequireSameBytes(
      complaint, "delegation", [&] { return Write(delegation); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return delegation;
}

std::string FormatToken(const SignedDelegation& delegation) {
  return absl::StrCat(crypto::Base64(delegation.statement), ".",
                      crypto::Base64(delegation.signature));
}

absl::StatusOr<SignedDelegation> ParseToken(absl::string_view token) {
  // Base64 is a third longer than what it stands for.
  if (token.size() > 2 * (kLargestDelegation + kLargestSignature)) return NotAToken();
  const std::size_t dot = token.find('.');
  if (dot == absl::string_view::npos) return NotAToken();
  auto statement = crypto::FromBase64(token.substr(0, dot));
  auto signature = crypto::FromBase64(token.substr(dot + 1));
  if (!statement.ok() || !signature.ok()) return NotAToken();
  return SignedDelegation{.statement = *std::move(statement), .signature = *std::move(signature)};
}

}  // namespace comity::sealing
