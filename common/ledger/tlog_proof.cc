#include "common/ledger/tlog_proof.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/ledger/decimal.h"
#include "common/ledger/proof.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

constexpr absl::string_view kFirstLine = "c2sp.org/tlog-proof@v1";

absl::Status Malformed(absl::string_view why) {
  return InvalidField("TLOG_PROOF_MALFORMED", "tlog_proof", why);
}

// Takes the next line off `text`, without its line feed. Nothing if there is no line feed.
std::optional<absl::string_view> ConsumeLine(absl::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const absl::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string text = absl::StrCat(kFirstLine, "\n");
  if (!proof.extra.empty()) absl::StrAppend(&text, "extra ", crypto::Base64(proof.extra), "\n");
  absl::StrAppend(&text, "index ", proof.index, "\n");
  for (const Hash& hash : proof.hashes) {
    absl::StrAppend(&text, crypto::Base64(crypto::View(hash)), "\n");
  }
  absl::StrAppend(&text, "\n", proof.checkpoint);
  return text;
}

absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text) {
  if (text.size() > kMaxTlogProofSize) return Malformed("is longer than 272 KiB");
  if (ConsumeLine(text) != kFirstLine) {
    return Malformed("does not start with the line c2sp.org/tlog-proof@v1");
  }
  TlogProof proof;
  auto line = ConsumeLine(text);
  if (line && absl::ConsumePrefix(&*line, "extra ")) {
    auto extra = crypto::FromBase64(*line);
    if (!extra.ok() || extra->empty()) return Malformed("its extra data is not canonical base64");
    proof.extra = *std::move(extra);
    line = ConsumeLine(text);
  }
  if (!line || !absl::ConsumePrefix(&*line, "index ")) return Malformed("has no index line");
  const auto index = ParseDecimal(*line);
  if (!index) return Malformed("its index is not a decimal number without leading zeros");
  proof.index = *index;

  for (line = ConsumeLine(text); line && !line->empty(); line = ConsumeLine(text)) {
    if (proof.hashes.size() == kMaxProofHashes) return Malformed("has too many hashes");
    const auto hash = crypto::FromBase64(*line);
    if (!hash.ok() || hash->size() != sizeof(Hash)) {
      return Malformed("a hash is not canonical base64 of 32 bytes");
    }
    proof.hashes.push_back(crypto::ToDigest(*hash));
  }
  if (!line) return Malformed("has no blank line before its checkpoint");
  proof.checkpoint = std::string(text);
  return proof;
}

absl::StatusOr<ProvenLeaf> VerifyTlogProof(absl::string_view text, const Hash& commitment,
                                           absl::Span<const NoteVerifier> logs,
                                           const WitnessPolicy& policy) {
  COMITY_ASSIGN_OR_RETURN(const TlogProof proof, ParseTlogProof(text));
  COMITY_ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(proof.checkpoint, logs, policy));
  COMITY_RETURN_IF_ERROR(VerifyInclusion(proof.hashes, proof.index, checkpoint.size,
                                         LeafHash(commitment), checkpoint.root));
  return ProvenLeaf{.index = proof.index, .checkpoint = std::move(checkpoint)};
}

}  // namespace comity::ledger
