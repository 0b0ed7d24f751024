// `comity ledger verify`, `proof` and `witness` over what a journal publishes, and over what a log
// that lies would.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/journal/journal.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/note.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/storage/files.h"
#include "tests/testing/child_process.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity {
namespace {

using ::comity::testing::ChildProcess;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

struct Outcome {
  int code = 0;
  std::string output;
  std::string errors;
};

Outcome Execute(const std::string& program, const std::vector<std::string>& arguments) {
  ChildProcess child(program, arguments);
  child.CloseInput();
  const int code = child.Wait();
  return {.code = code, .output = child.output(), .errors = child.errors()};
}

class LedgerCommandTest : public ::testing::Test {
 protected:
  LedgerCommandTest() {
    Write("ledger.vkey", signer().vkey() + "\n");
    Write("others.vkey", testing::TestLedgerSigner("other").vkey() + "\n");
    fs::create_directory(root_ / "cosignatures");
  }

  static ledger::NoteSigner signer() { return testing::TestLedgerSigner(); }
  std::string At(const std::string& name) const { return root_ / name; }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(At(name), std::ios::binary) << content;
  }

  // A journal of the folder `name`, always for the same log and key.
  std::unique_ptr<journal::Journal> Open(const std::string& name) const {
    fs::create_directory(At(name));
    journal::Options options = testing::TestJournalOptions(At(name));
    options.checkpoint_interval = absl::Milliseconds(5);
    options.cosignatures = cosignatures_;
    auto opened = journal::Journal::Open(options);
    EXPECT_THAT(opened, IsOk());
    return *std::move(opened);
  }
  static void Add(journal::Journal& journal, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(journal.RecordLeaf([i](absl::Time) { return absl::StrCat("{\"n\":", i, "}"); }),
                  IsOk());
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
    fs::copy(from, At(to), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

  // A new witness: its key, made as its help says, and its vkey.
  std::string MakeWitness(const std::string& name) const {
    const std::string key = At(name + ".key");
    EXPECT_EQ(Execute("openssl", {"genpkey", "-algorithm", "ed25519", "-out", key}).code, 0);
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
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

TEST_F(LedgerCommandTest, WitnessesThatWatchTurnAnEntryIntoACosignedCheckpoint) {
  const std::string first = MakeWitness("first.example");
  const std::string second = MakeWitness("second.example");
  Write("witness.vkeys", absl::StrCat("# Whom we believe\n", first, "\n\n", second, "\n"));
  cosignatures_.emplace(
      *ledger::WitnessPolicy::Create({*ledger::CosignatureVerifier::FromVkey(first),
                                      *ledger::CosignatureVerifier::FromVkey(second)},
                                     2),
      At("cosignatures"));
  const auto journal = Open("log");
  std::vector<std::unique_ptr<ChildProcess>> witnesses;
  for (const std::string name : {"first.example", "second.example"}) {
    std::vector<std::string> command = WitnessCommand(name, Published("log"));
    command.emplace_back("--watch");
    witnesses.push_back(std::make_unique<ChildProcess>("comity", command));
  }

  for (const int size : {3, 300}) {
    Add(*journal, size);
    const std::int64_t leaves = journal->head().leaf_count;
    const absl::Time patience = absl::Now() + absl::Seconds(60);
    while (!journal->CheckpointCovering(leaves - 1).ok() && absl::Now() < patience) {
      std::this_thread::yield();
    }
    ASSERT_THAT(journal->CheckpointCovering(leaves - 1), IsOk());
  }

  const std::vector<std::string> both = {"--witness-keys", At("witness.vkeys"), "--quorum", "2"};
  const Outcome verified = Verify(Published("log"), both);
  EXPECT_EQ(verified.code, 0) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("303 entries, all tiles make the signed root"));
  EXPECT_THAT(verified.output, HasSubstr("cosigned by at least 2 of 2 witnesses"));

  const Outcome alone = VerifyIndependently(Published("log"), both);
  EXPECT_EQ(alone.code, 0) << alone.errors;
  EXPECT_EQ(VerifyIndependently(Published("log"),
                                {"--witness-keys", At("witness.vkeys"), "--quorum", "3"})
                .code,
            1);

  // The same by OpenSSL: what C2SP tlog-cosignature says that a witness signs.
  const auto note = ledger::ParseNote(*storage::ReadFile(Published("log") + "/checkpoint"));
  ASSERT_THAT(note, IsOk());
  ASSERT_EQ(note->signatures.size(), 3U);
  for (std::size_t i = 1; i < 3; ++i) {
    const std::string& signature = note->signatures[i].signature;
    std::uint64_t seconds = 0;
    for (int byte = 0; byte < 8; ++byte) {
      seconds =
          seconds << 8 | static_cast<unsigned char>(signature[static_cast<std::size_t>(byte)]);
    }
    Write("message", absl::StrCat("cosignature/v1\ntime ", seconds, "\n", note->text));
    Write("signature", signature.substr(8));
    const Outcome openssl = Execute(
        "openssl", {"pkeyutl", "-verify", "-rawin", "-inkey", At(note->signatures[i].name + ".key"),
                    "-in", At("message"), "-sigfile", At("signature")});
    EXPECT_EQ(openssl.code, 0) << openssl.output << openssl.errors;
  }
}

TEST_F(LedgerCommandTest, AWitnessRefusesAForkSaysSoAndKeepsIt) {
  MakeWitness("witness.example");
  Publish("log", 5);
  Publish("same-size", 5);
  Publish("longer", 9);
  const Outcome first = Witness("witness.example", Published("log"));
  ASSERT_EQ(first.code, 0) << first.errors;
  EXPECT_THAT(first.output, HasSubstr("cosigned comity.test/journal/1 at 5 entries"));
  const std::string file = fs::directory_iterator(At("cosignatures"))->path();
  const std::string cosignature = *storage::ReadFile(file);

  const Outcome forked = Witness("witness.example", Published("same-size"));
  EXPECT_EQ(forked.code, 1);
  EXPECT_THAT(forked.errors, HasSubstr("CHECKPOINT_FORKED"));
  const Outcome longer = Witness("witness.example", Published("longer"));
  EXPECT_EQ(longer.code, 1);
  EXPECT_THAT(longer.errors, HasSubstr("PROOF_INVALID"));

  EXPECT_EQ(*storage::ReadFile(file), cosignature);
  int kept = 0;
  for (const auto& entry : fs::directory_iterator(At("witness.example.seen"))) {
    if (entry.path().extension() == ".refused") ++kept;
  }
  EXPECT_EQ(kept, 1);
}

TEST_F(LedgerCommandTest, AWitnessThatWatchesEndsWhenTheLogGoesBack) {
  MakeWitness("witness.example");
  Publish("log", 5);
  Copy(Published("log"), "earlier");
  Publish("log", 4);
  Copy(Published("log"), "copy");
  std::vector<std::string> command = WitnessCommand("witness.example", At("copy"));
  command.emplace_back("--watch");
  ChildProcess witness("comity", command);
  EXPECT_EQ(witness.ReadLine(), "cosigned comity.test/journal/1 at 9 entries");

  ASSERT_THAT(storage::WriteFileAtomically(At("copy") + "/checkpoint",
                                           *storage::ReadFile(At("earlier") + "/checkpoint")),
              IsOk());

  EXPECT_EQ(witness.Wait(), 1);
  EXPECT_THAT(witness.errors(), HasSubstr("CHECKPOINT_STALE"));
}

TEST_F(LedgerCommandTest, AWitnessThatWatchesWaitsForALogThatIsNotThereYet) {
  MakeWitness("witness.example");
  std::vector<std::string> command = WitnessCommand("witness.example", Published("log"));
  command.emplace_back("--watch");
  ChildProcess witness("comity", command);

  Publish("log", 2);

  EXPECT_THAT(witness.ReadLine(), HasSubstr("cosigned comity.test/journal/1 at"));
}

TEST_F(LedgerCommandTest, AKeyThatRotatesIsFollowedWithBothKeysInTheFile) {
  MakeWitness("witness.example");
  Publish("log", 5);
  ASSERT_EQ(Witness("witness.example", Published("log")).code, 0);
  Write("previous", *storage::ReadFile(Published("log") + "/checkpoint"));
  Publish("log", 1);
  const std::string note = *storage::ReadFile(Published("log") + "/checkpoint");
  const auto next = *ledger::NoteSigner::Create(
      signer().name(), *crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  ASSERT_THAT(
      storage::WriteFileAtomically(
          Published("log") + "/checkpoint",
          *ledger::SignCheckpoint(*ledger::OpenCheckpoint(note, signer().verifiers()), next)),
      IsOk());

  const Outcome unknown = Witness("witness.example", Published("log"));
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("LEDGER_KEY_MISSING"));
  Write("ledger.vkey", absl::StrCat(signer().vkey(), "\n", next.vkey(), "\n"));
  const Outcome known = Witness("witness.example", Published("log"));

  EXPECT_EQ(known.code, 0) << known.errors;
  EXPECT_THAT(known.output, HasSubstr("at 6 entries"));
  EXPECT_EQ(Verify(Published("log"), {"--previous", At("previous")}).code, 0);
}

TEST_F(LedgerCommandTest, VerifyFindsWhatIsWrong) {
  Publish("log", 300);
  Copy(Published("log"), "earlier");
  Publish("log", 300);
  Publish("fork", 300);

  const Outcome grown = Verify(Published("log"), {"--previous", At("earlier") + "/checkpoint"});
  EXPECT_EQ(grown.code, 0) << grown.errors;
  EXPECT_THAT(grown.output, HasSubstr("it goes on from the checkpoint of 300 entries"));
  const std::vector<std::pair<Outcome, std::string>> wrong = {
      {Verify(Published("log"), {"--previous", Published("fork") + "/checkpoint"}),
       "PROOF_INVALID"},
      {Verify(At("earlier"), {"--previous", Published("log") + "/checkpoint"}), "CHECKPOINT_STALE"},
      {Execute("comity", {"ledger", "verify", Published("log"), "--ledger-key", At("others.vkey")}),
       "LEDGER_KEY_MISSING"},
      {Verify(At("nothing")), "FILE_MISSING"},
      {Verify(Published("log"), {"--quorum", "1"}), "WITNESS_POLICY_INVALID"},
      {Verify(Published("log"), {"--quorum", "-1"}), "WITNESS_POLICY_INVALID"},
      {Verify(Published("log"), {"--witness-keys", At("ledger.vkey")}), "VKEY_MALFORMED"},
      {Verify(Published("log"), {"--entries", At("ledger.vkey")}), "ENTRIES_INVALID"}};
  for (const auto& [outcome, reason] : wrong) {
    EXPECT_EQ(outcome.code, 1) << reason;
    EXPECT_THAT(outcome.errors, HasSubstr(reason));
    EXPECT_THAT(outcome.errors, Not(IsEmpty()));
  }

  std::string tile = *storage::ReadFile(Published("log") + "/tile/0/000");
  tile[40] = static_cast<char>(tile[40] ^ 1);
  ASSERT_THAT(storage::WriteFileAtomically(Published("log") + "/tile/0/000", tile), IsOk());
  EXPECT_THAT(Verify(Published("log")).errors, HasSubstr("LOG_INVALID"));
}

TEST_F(LedgerCommandTest, AVerifierThatSharesNoCodeFindsTheSameRightAndWrong) {
  Publish("log", 300);
  Copy(Published("log"), "earlier");
  Publish("log", 300);
  Publish("fork", 300);

  const Outcome grown =
      VerifyIndependently(Published("log"), {"--previous", At("earlier") + "/checkpoint"});
  EXPECT_EQ(grown.code, 0) << grown.errors;
  EXPECT_THAT(grown.output, HasSubstr("600 entries, all tiles make the root"));
  EXPECT_THAT(grown.output, HasSubstr("it goes on from the one of 300 entries"));
  const Outcome forked =
      VerifyIndependently(Published("log"), {"--previous", Published("fork") + "/checkpoint"});
  EXPECT_EQ(forked.code, 1);
  EXPECT_THAT(forked.errors, HasSubstr("does not go on from the checkpoint seen before"));
  EXPECT_EQ(
      VerifyIndependently(At("earlier"), {"--previous", Published("log") + "/checkpoint"}).code, 1);
  EXPECT_THAT(VerifyIndependently(At("nothing")).errors, HasSubstr("has no checkpoint"));

  const std::string tile = Published("log") + "/tile/0/000";
  const std::string right = *storage::ReadFile(tile);
  std::string wrong = right;
  wrong[40] = static_cast<char>(wrong[40] ^ 1);
  ASSERT_THAT(storage::WriteFileAtomically(tile, wrong), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a bit of a leaf";
  fs::remove(tile);
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a tile that is gone";
  ASSERT_THAT(storage::WriteFileAtomically(tile, right), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 0);
  std::string note = *storage::ReadFile(Published("log") + "/checkpoint");
  note[note.find("\n600\n") + 3] = '1';
  ASSERT_THAT(storage::WriteFileAtomically(Published("log") + "/checkpoint", note), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a checkpoint of another size";
}

TEST_F(LedgerCommandTest, AnyWebServerServesThePublicationWhoeverItsUserIs) {
  Publish("before", 1);  // Whatever server there is starts under the umask of before.
  // The strictest that a service is started with.
  const mode_t before = umask(077);
  Publish("log", 300);
  umask(before);
  // What another user may do: enter every folder, read every file of the log.
  const fs::path folder = Published("log");
  const auto mode = [](const fs::path& path) { return fs::status(path).permissions(); };
  EXPECT_EQ(mode(folder), fs::perms{0755});
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".lock") continue;
    EXPECT_EQ(mode(entry.path()), entry.is_directory() ? fs::perms{0755} : fs::perms{0644})
        << entry.path();
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_GE(files, 4) << "a checkpoint, a whole tile, what is left, and the level above";
  EXPECT_EQ(mode(At("log") + "/keys"), fs::perms{0700}) << "and nothing else is open";

  ChildProcess server("python3", {"-u", "-m", "http.server", "0", "--bind", "127.0.0.1",
                                  "--directory", folder.string()});
  // "Serving HTTP on 127.0.0.1 port 41234 (http://127.0.0.1:41234/) ..."
  const std::string serving = server.ReadLine();
  const std::vector<std::string> words = absl::StrSplit(serving, ' ');
  ASSERT_GT(words.size(), 5U) << serving;
  const std::string address = absl::StrCat("http://127.0.0.1:", words[5]);

  setenv("no_proxy", "127.0.0.1", 1);  // Of a machine that has one.
  const Outcome verified = VerifyIndependently(address);
  EXPECT_EQ(verified.code, 0) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("300 entries, all tiles make the root"));
  std::string tile = *storage::ReadFile((folder / "tile/0/000").string());
  tile[40] = static_cast<char>(tile[40] ^ 1);
  ASSERT_THAT(storage::WriteFileAtomically((folder / "tile/0/000").string(), tile), IsOk());
  EXPECT_EQ(VerifyIndependently(address).code, 1) << "what it serves is what is verified";
  fs::remove(folder / "checkpoint");
  EXPECT_THAT(VerifyIndependently(address).errors, HasSubstr("has no checkpoint"));
}

TEST_F(LedgerCommandTest, EntriesAreComparedWithTheLeavesTheyClaim) {
  const auto journal = Open("log");
  Add(*journal, 3);
  const auto entry = journal->ReadEntry(1);
  journal->Close();
  const auto base64 = [](absl::string_view bytes) { return crypto::Base64(bytes); };
  const auto entries = [&](const std::string& body, const std::string& salt) {
    return absl::StrCat(R"({"entries":[{"leafIndex":"1","commitment":")",
                        base64(crypto::View(entry->commitment)), R"(","salt":")", base64(salt),
                        R"(","body":")", base64(body), "\"}]}");
  };

  Write("entries.json", entries(*entry->body, *entry->salt));
  const Outcome same = Verify(Published("log"), {"--entries", At("entries.json")});
  Write("entries.json", entries(*entry->body + " ", *entry->salt));
  const Outcome other = Verify(Published("log"), {"--entries", At("entries.json")});

  EXPECT_EQ(same.code, 0) << same.errors;
  EXPECT_THAT(same.output, HasSubstr("1 entries are as committed, 0 were pruned"));
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.errors, HasSubstr("ENTRY_MISMATCH"));

  const Outcome other_alone =
      VerifyIndependently(Published("log"), {"--entries", At("entries.json")});
  EXPECT_EQ(other_alone.code, 1);
  EXPECT_THAT(other_alone.errors, HasSubstr("entry 1 is not what its commitment says"));
  Write("entries.json", entries(*entry->body, *entry->salt));
  const Outcome same_alone =
      VerifyIndependently(Published("log"), {"--entries", At("entries.json")});
  EXPECT_EQ(same_alone.code, 0) << same_alone.errors;
  EXPECT_THAT(same_alone.output, HasSubstr("1 entries as committed, 0 pruned"));
}

TEST_F(LedgerCommandTest, AProofFileIsCheckedWithItsSaltAndBody) {
  const auto journal = Open("log");
  Add(*journal, 9);
  const auto entry = journal->ReadEntry(4);
  journal->Close();
  const auto checkpoint = journal->LatestCheckpoint();
  ASSERT_THAT(checkpoint, IsOk());
  Write("4.tlog-proof",
        ledger::FormatTlogProof({.extra = "",
                                 .index = 4,
                                 .hashes = *ledger::ProveInclusion(*journal->Tiles(), 4, 9),
                                 .checkpoint = checkpoint->note}));
  Write("4.salt", *entry->salt);
  Write("4.json", *entry->body);
  Write("5.json", *journal->ReadEntry(5)->body);
  const auto prove = [&](const std::string& salt, const std::string& body) {
    return Execute("comity", {"ledger", "proof", At("4.tlog-proof"), "--ledger-key",
                              At("ledger.vkey"), "--salt", At(salt), "--entry", At(body)});
  };

  const Outcome right = prove("4.salt", "4.json");
  EXPECT_EQ(right.code, 0) << right.errors;
  EXPECT_THAT(right.output, HasSubstr("leaf 4 of comity.test/journal/1, which has 9 entries"));
  EXPECT_THAT(prove("4.salt", "5.json").errors, HasSubstr("PROOF_INVALID"));
  EXPECT_THAT(prove("4.json", "4.json").errors, HasSubstr("SALT_INVALID"));

  const auto prove_alone = [&](const std::string& proof, const std::string& body) {
    return Independently({"proof", At(proof)}, {"--salt", At("4.salt"), "--entry", At(body)});
  };
  const Outcome alone = prove_alone("4.tlog-proof", "4.json");
  EXPECT_EQ(alone.code, 0) << alone.errors;
  EXPECT_THAT(alone.output, HasSubstr("leaf 4 of comity.test/journal/1, of 9 entries"));
  EXPECT_EQ(prove_alone("4.tlog-proof", "5.json").code, 1) << "another entry";
  std::string flipped = *storage::ReadFile(At("4.tlog-proof"));
  const std::size_t digit = flipped.find("index 4") + 6;
  flipped[digit] = '5';
  Write("5.tlog-proof", flipped);
  EXPECT_EQ(prove_alone("5.tlog-proof", "4.json").code, 1) << "another place";
}

TEST_F(LedgerCommandTest, AWitnessThatIsToldTooLittleIsAMisuse) {
  MakeWitness("witness.example");
  const std::string key = At("witness.example.key");
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{At("log")},
                                             {At("log"), "--state", At("seen")},
                                             {At("log"), "--ledger-key", At("ledger.vkey")},
                                             {"--watch"},
                                             {"--out", At("cosignatures")}}) {
    std::vector<std::string> command = {"ledger",          "witness", "--name",
                                        "witness.example", "--key",   key};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = Execute("comity", command);

    EXPECT_EQ(outcome.code, 2) << more.front();
    EXPECT_THAT(outcome.errors, HasSubstr("Try comity ledger witness --help."));
  }
}

}  // namespace
}  // namespace comity
