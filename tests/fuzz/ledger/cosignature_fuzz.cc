// What witnesses send: their keys, checkpoints that they cosigned, and single lines of signature in
// a folder. Each input is read as each of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/string_view.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/cosignature.h"
#include "common/ledger_files/cosignature_folder.h"
#include "tests/testing/temp_directory.h"

namespace {

using comity::crypto::Ed25519Key;
using comity::ledger::CosignatureSigner;
using comity::ledger::CosignatureVerifier;
using comity::ledger::NoteSigner;
using comity::ledger::WitnessPolicy;
using comity::ledger_files::CosignatureFolder;

constexpr char kSigned[] = "log.example/1\n3\nFzq4jfEpnqiPnXQN8wDpnCOXuVIGDoEDyfYJaVuKpAM=\n";

// Of a seed that consists of one letter; the seeds of the corpus were signed with "1" and "2".
Ed25519Key KeyOf(char letter) { return *Ed25519Key::FromSeed(std::string(32, letter)); }

CosignatureVerifier Witness(char letter) {
  return CosignatureSigner::Create(std::string("witness.example/") + letter, KeyOf(letter))
      ->verifier();
}

// One of the two must have cosigned.
const WitnessPolicy& Policy() {
  static const auto* const policy =
      new WitnessPolicy(*WitnessPolicy::Create({Witness('1'), Witness('2')}, /*quorum=*/1));
  return *policy;
}

void CheckNote(absl::string_view input) {
  const auto note = comity::ledger::ParseNote(input);
  if (!note.ok()) return;
  const auto count = Policy().Count(*note);
  if (Policy().Check(*note).ok() != (count.ok() && *count > 0)) std::abort();
  // They signed one text, and nobody signs in their place.
  if (count.ok() && *count > 0 && note->text != kSigned) std::abort();
}

void CheckLine(const std::string& input) {
  static const auto* const folder = new comity::testing::TempDirectory;
  static const auto* const cosignatures = new CosignatureFolder(Policy(), folder->path());
  static const auto* const log = new NoteSigner(*NoteSigner::Create("log.example/1", KeyOf('l')));
  static const auto* const note = new std::string(*log->Sign(kSigned));
  {
    std::ofstream file(CosignatureFolder::FileOf(folder->path(), Witness('1')), std::ios::binary);
    file << input;
  }
  const auto cosigned = cosignatures->Collect(*note);
  if (!cosigned.ok()) return;
  // The line is all that was added, and others see as much.
  if (*cosigned != *note + input || !cosignatures->IsComplete(*cosigned)) std::abort();
  if (!comity::ledger::OpenCheckpoint(*cosigned, log->verifiers(), Policy()).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto key = CosignatureVerifier::FromVkey(input);
  if (key.ok() && key->vkey() != input) std::abort();
  CheckNote(input);
  CheckLine(input);
  return 0;
}
