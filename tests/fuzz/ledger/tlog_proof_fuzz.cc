#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto proof = comity::ledger::ParseTlogProof(input);
  if (!proof.ok()) return 0;
  if (comity::ledger::FormatTlogProof(*proof) != input) std::abort();

  // Without the signature nothing is proven, whatever the path; and no size may trouble the
  // verifiers.
  const auto note = comity::ledger::ParseNote(proof->checkpoint);
  if (!note.ok()) return 0;
  const auto checkpoint = comity::ledger::ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return 0;
  (void)comity::ledger::VerifyInclusion(proof->hashes, proof->index, checkpoint->size,
                                        comity::ledger::EmptyRoot(), checkpoint->root);
  (void)comity::ledger::VerifyConsistency(proof->hashes, proof->index, checkpoint->size,
                                          comity::ledger::EmptyRoot(), checkpoint->root);
  return 0;
}
