// Evidence as somebody sent it: all that shows what became of a document, with one file that an
// input changes (changed_folder.h).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "common/evidence/file_names.h"
#include "common/evidence/verify.h"
#include "common/identity/chain_verifier.h"
#include "tests/fuzz/changed_folder.h"
#include "tests/testing/sample_evidence.h"
#include "tests/testing/test_ca.h"

namespace {

using comity::fuzz::ChangedFolder;

// Whoever opens the evidence may have them or not.
bool MayBeMissing(const std::string& file) {
  static const auto* const optional =
      new std::set<std::string>{"VERIFY.txt", "content.payload", "content.plaintext",
                                "description.json", "description.payload"};
  return optional->contains(file);
}

// What is signed, or has its digest in what is. Of a signature or a proof there may be several
// forms, such as one with a line more of somebody whom nobody asked.
bool IsFixed(const std::string& file) {
  return file != comity::evidence::kInstructions &&
         !absl::EndsWith(file, comity::evidence::kSignature) &&
         !absl::EndsWith(file, comity::evidence::kProof);
}

class Sample {
 public:
  const ChangedFolder& folder() const { return folder_; }

  bool Holds() const {
    const auto report = comity::evidence::VerifyFolder(
        folder_.path(), {.signers = &verifier_, .ledgers = {made_.key_.verifier()}});
    return report.ok() && report->passed();
  }

 private:
  std::string Saved() const {
    made_.Save();
    return made_.folder_;
  }

  const comity::evidence::SampleEvidence made_;
  const comity::identity::ChainVerifier verifier_{
      comity::testing::MakeBundles({made_.agency_.Bundle({"agency", "application", "service"}),
                                    made_.georgia_.Bundle({"partner/georgia"})})};
  const ChangedFolder folder_{Saved()};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Sample sample;
  sample.folder().With(data, size, [](const ChangedFolder::Change& change) {
    const bool held = sample.Holds();
    if (change.none && !held) std::abort();
    if (change.none || !held) return;
    if (change.missing ? !MayBeMissing(change.file) : IsFixed(change.file)) std::abort();
  });
  return 0;
}
