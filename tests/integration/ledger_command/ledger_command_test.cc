// `comity ledger verify`, `proof` and `witness` over what a journal publishes, and over what a log
// that lies would.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/journal/journal.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/note.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/storage/files.h"
#include "tests/integration/ledger_command/ledger_command_fixture.h"

namespace comity {
namespace {

using ::comity::testing::ChildProcess;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

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
