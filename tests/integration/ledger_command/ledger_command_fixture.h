#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/journal/journal.h"
#include "common/ledger/note.h"
#include "common/ledger_files/cosignature_folder.h"
#include "tests/testing/child_process.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

// Published logs, and the commands that look at them.
namespace comity {

struct Outcome {
  int code = 0;
  std::string output;
  std::string errors;
};

inline Outcome Execute(const std::string& program, const std::vector<std::string>& arguments) {
  testing::ChildProcess child(program, arguments);
  child.CloseInput();
  const int code = child.Wait();
  return {.code = code, .output = child.output(), .errors = child.errors()};
}

class LedgerCommandTest : public ::testing::Test {
 protected:
  LedgerCommandTest() {
    Write("ledger.vkey", signer().vkey() + "\n");
    Write("others.vkey", testing::TestLedgerSigner("other").vkey() + "\n");
    std::filesystem::create_directory(root_ / "cosignatures");
  }

  static ledger::NoteSigner signer() { return testing::TestLedgerSigner(); }
  std::string At(const std::string& name) const { return root_ / name; }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(At(name), std::ios::binary) << content;
  }

  // A journal of the folder `name`, always for the same log and key.
  std::unique_ptr<journal::Journal> Open(const std::string& name) const {
    std::filesystem::create_directory(At(name));
    journal::Options options = testing::TestJournalOptions(At(name));
    options.checkpoint_interval = absl::Milliseconds(5);
    options.cosignatures = cosignatures_;
    auto opened = journal::Journal::Open(options);
    EXPECT_THAT(opened, testing::IsOk());
    return *std::move(opened);
  }
  static void Add(journal::Journal& journal, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(journal.RecordLeaf([i](absl::Time) { return absl::StrCat("{\"n\":", i, "}"); }),
                  testing::IsOk());
    }
  }
  // A log of `count` entries, published and closed.
  void Publish(const std::string& name, int count) const {
    const auto journal = Open(name);
    Add(*journal, count);
    journal->Close();
  }
  std::string Published(const std::string& name) const { return At(name) + "/public"; }
  void Copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy(from, At(to),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
  }

  // A new witness: its key, made as its help says, and its vkey.
  std::string MakeWitness(const std::string& name) const {
    const std::string key = At(name + ".key");
    EXPECT_EQ(Execute("openssl", {"genpkey", "-algorithm", "ed25519", "-out", key}).code, 0);
    std::filesystem::permissions(
        key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const Outcome made = Execute("comity", {"ledger", "witness", "--name", name, "--key", key});
    EXPECT_EQ(made.code, 0) << made.errors;
    return std::string(absl::StripSuffix(made.output, "\n"));
  }
  std::vector<std::string> WitnessCommand(const std::string& name,
                                          const std::string& publication) const {
    return {"ledger",
            "witness",
            publication,
            "--name",
            name,
            "--key",
            At(name + ".key"),
            "--ledger-key",
            At("ledger.vkey"),
            "--state",
            At(name + ".seen"),
            "--out",
            At("cosignatures")};
  }
  Outcome Witness(const std::string& name, const std::string& publication) const {
    return Execute("comity", WitnessCommand(name, publication));
  }
  Outcome Verify(const std::string& publication, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command = {"ledger", "verify", publication, "--ledger-key",
                                        At("ledger.vkey")};
    command.insert(command.end(), more.begin(), more.end());
    return Execute("comity", command);
  }

  // The verifier that shares no code with the suite.
  Outcome Independently(std::vector<std::string> command,
                        const std::vector<std::string>& more = {}) const {
    const char* const source = std::getenv("COMITY_SOURCE_DIR");
    command.insert(command.begin(), {"-B", absl::StrCat(source == nullptr ? "." : source,
                                                        "/tests/vectors/ledger/verify.py")});
    command.insert(command.end(), {"--ledger-key", At("ledger.vkey")});
    command.insert(command.end(), more.begin(), more.end());
    return Execute("python3", command);
  }
  Outcome VerifyIndependently(const std::string& publication,
                              const std::vector<std::string>& more = {}) const {
    return Independently({"log", publication}, more);
  }

  const testing::TempDirectory root_;
  std::optional<ledger_files::CosignatureFolder> cosignatures_;
};

}  // namespace comity
