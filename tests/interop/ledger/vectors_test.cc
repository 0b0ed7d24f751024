// The published test vectors (tests/vectors/ledger), by our verifier and by the stand-alone one,
// which shares no code with it: each must accept and refuse the same cases.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/journal/versions_hash.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/cosignature.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::ledger {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::comity::testing::IsOk;

const std::vector<std::string> kKinds = {"vkey",       "checkpoint", "update",
                                         "tlog-proof", "tiles",      "versions"};

fs::path Folder() {
  const char* const source = std::getenv("COMITY_SOURCE_DIR");
  return fs::path(source == nullptr ? "." : source) / "tests/vectors/ledger";
}

// A member that is bytes: as text, or in base64 under <name>_base64.
std::string Bytes(const Json& members, const std::string& name) {
  if (members.contains(name)) return members[name];
  return *crypto::FromBase64(members[name + "_base64"].get<std::string>());
}

absl::StatusOr<Hash> OneHash(const std::string& base64) {
  COMITY_ASSIGN_OR_RETURN(const std::string bytes, crypto::FromBase64(base64));
  if (bytes.size() != sizeof(Hash)) return absl::InvalidArgumentError("a hash has not 32 bytes");
  return crypto::ToDigest(bytes);
}

// Keys and witnesses of a case.
struct Trust {
  NoteVerifier log;
  WitnessPolicy policy;
};

absl::StatusOr<Trust> ReadTrust(const Json& input) {
  COMITY_ASSIGN_OR_RETURN(NoteVerifier log,
                          NoteVerifier::FromVkey(input["log"].get<std::string>()));
  std::vector<CosignatureVerifier> witnesses;
  for (const Json& vkey : input.value("witnesses", Json::array())) {
    COMITY_ASSIGN_OR_RETURN(CosignatureVerifier witness,
                            CosignatureVerifier::FromVkey(vkey.get<std::string>()));
    witnesses.push_back(std::move(witness));
  }
  COMITY_ASSIGN_OR_RETURN(WitnessPolicy policy,
                          WitnessPolicy::Create(std::move(witnesses), input.value("quorum", 0)));
  return Trust{.log = std::move(log), .policy = std::move(policy)};
}

absl::StatusOr<Json> TryVkey(const Json& input) {
  const std::string vkey = input["vkey"];
  if (input["of"] == "log") {
    COMITY_ASSIGN_OR_RETURN(const NoteVerifier key, NoteVerifier::FromVkey(vkey));
    return Json{{"name", key.name()}, {"id", crypto::Hex(EncodeKeyId(key.key_id()))}};
  }
  COMITY_ASSIGN_OR_RETURN(const CosignatureVerifier key, CosignatureVerifier::FromVkey(vkey));
  return Json{{"name", key.name()}, {"id", crypto::Hex(EncodeKeyId(key.key_id()))}};
}

absl::StatusOr<Json> TryCheckpoint(const Json& input) {
  COMITY_ASSIGN_OR_RETURN(const Trust trust, ReadTrust(input));
  COMITY_ASSIGN_OR_RETURN(const Checkpoint opened,
                          OpenCheckpoint(Bytes(input, "note"), {trust.log}, trust.policy));
  return Json{{"origin", opened.origin},
              {"size", opened.size},
              {"root", crypto::Base64(crypto::View(opened.root))}};
}

absl::StatusOr<Json> TryUpdate(const Json& input) {
  COMITY_ASSIGN_OR_RETURN(const Trust trust, ReadTrust(input));
  COMITY_ASSIGN_OR_RETURN(const Checkpoint seen, OpenCheckpoint(Bytes(input, "old"), {trust.log}));
  COMITY_ASSIGN_OR_RETURN(const Checkpoint next,
                          OpenCheckpoint(Bytes(input, "new"), {trust.log}, trust.policy));
  std::vector<Hash> proof;
  for (const Json& line : input["proof"]) {
    COMITY_ASSIGN_OR_RETURN(proof.emplace_back(), OneHash(line));
  }
  COMITY_RETURN_IF_ERROR(VerifyUpdate(seen, next, proof));
  return Json{{"size", next.size}};
}

absl::StatusOr<Json> TryTlogProof(const Json& input) {
  COMITY_ASSIGN_OR_RETURN(const Trust trust, ReadTrust(input));
  Hash commitment;
  if (input.contains("commitment")) {
    COMITY_ASSIGN_OR_RETURN(commitment, OneHash(input["commitment"]));
  } else {
    const std::string salt = Bytes(input, "salt");
    if (salt.size() != sizeof(Hash)) return absl::InvalidArgumentError("a salt has not 32 bytes");
    commitment = Commitment(salt, Bytes(input, "body"));
  }
  COMITY_ASSIGN_OR_RETURN(const ProvenLeaf leaf, VerifyTlogProof(Bytes(input, "file"), commitment,
                                                                 {trust.log}, trust.policy));
  return Json{{"index", leaf.index}, {"size", leaf.checkpoint.size}};
}

absl::StatusOr<Json> TryTiles(const Json& group, const Json& input) {
  const testing::TempDirectory folder;
  Json files = group["files"];
  files.merge_patch(input.value("files", Json::object()));  // null takes a file away.
  for (const auto& [path, content] : files.items()) {
    fs::create_directories(fs::path(folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary)
        << *crypto::FromBase64(content.get<std::string>());
  }
  std::vector<ClaimedEntry> entries;
  for (const Json& entry : input.value("entries", Json::array())) {
    ClaimedEntry& claimed = entries.emplace_back();
    if (!absl::SimpleAtoi(entry["leafIndex"].get<std::string>(), &claimed.index)) {
      return absl::InvalidArgumentError("an entry's index is no number");
    }
    COMITY_ASSIGN_OR_RETURN(claimed.salt, crypto::FromBase64(entry["salt"].get<std::string>()));
    COMITY_ASSIGN_OR_RETURN(claimed.body, crypto::FromBase64(entry["body"].get<std::string>()));
    COMITY_ASSIGN_OR_RETURN(claimed.commitment, OneHash(entry["commitment"]));
  }
  COMITY_ASSIGN_OR_RETURN(const Trust trust, ReadTrust(input));
  COMITY_ASSIGN_OR_RETURN(const std::string note, storage::ReadFile(folder / "checkpoint"));
  COMITY_ASSIGN_OR_RETURN(const Checkpoint opened, OpenCheckpoint(note, {trust.log}, trust.policy));
  const ledger_files::FolderTiles tiles(folder.path(), opened.size);
  COMITY_RETURN_IF_ERROR(VerifyLog(tiles, opened, entries).status());
  return Json{{"size", opened.size}};
}

absl::StatusOr<Json> TryVersions(const Json& input) {
  journal::VersionsHash hash;
  for (const Json& one : input["versions"]) {
    journal::Version version{.kind = one["kind"], .id = one["id"]};
    if (!one["body"].is_null()) {
      COMITY_ASSIGN_OR_RETURN(version.body, crypto::FromBase64(one["body"].get<std::string>()));
    }
    hash.Add(version);
  }
  const Json entry = Json::parse(Bytes(input, "entry"));
  if (entry.value("versions_sha256", "") != crypto::Hex(crypto::View(hash.digest()))) {
    return absl::InvalidArgumentError("the versions are not those that the entry commits to");
  }
  return Json{{"count", input["versions"].size()}};
}

absl::StatusOr<Json> Try(const Json& group, const Json& input) {
  const std::string kind = group["kind"];
  if (kind == "vkey") return TryVkey(input);
  if (kind == "checkpoint") return TryCheckpoint(input);
  if (kind == "update") return TryUpdate(input);
  if (kind == "tlog-proof") return TryTlogProof(input);
  if (kind == "versions") return TryVersions(input);
  return TryTiles(group, input);
}

class LedgerVectorsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(LedgerVectorsTest, OurVerifierAcceptsAndRefusesAsTheFileSays) {
  std::ifstream file(Folder() / (GetParam() + ".json"));
  const Json group = Json::parse(file, nullptr, false);
  ASSERT_TRUE(group.is_object()) << "run this with ctest";

  int accepted = 0;
  int refused = 0;
  for (const Json& vector : group["cases"]) {
    SCOPED_TRACE(
        absl::StrCat(vector["id"].get<std::string>(), ": ", vector["title"].get<std::string>()));
    const absl::StatusOr<Json> result = Try(group, vector["input"]);
    if (vector["accept"] == true) {
      ++accepted;
      EXPECT_THAT(result, IsOk());
      EXPECT_EQ(result.value_or(Json()), vector["result"]);
    } else {
      ++refused;
      EXPECT_FALSE(result.ok());
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LedgerVectorsTest, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) {
                           return kind.param == "tlog-proof" ? "TlogProof" : kind.param;
                         });

int Python(const std::string& arguments) {
  return std::system(absl::StrCat("cd '", Folder().string(), "' && /usr/bin/python3 -B ", arguments,
                                  " >/dev/null 2>&1")
                         .c_str());
}

TEST(StandAloneVerifierTest, AcceptsAndRefusesAsTheFilesSay) {
  EXPECT_EQ(Python("verify.py vectors vkey.json checkpoint.json update.json tlog-proof.json "
                   "tiles.json versions.json"),
            0);
}

TEST(StandAloneVerifierTest, FailsWhenAFileExpectsSomethingElse) {
  const testing::TempDirectory folder;
  std::ifstream file(Folder() / "update.json");
  Json group = Json::parse(file, nullptr, false);
  ASSERT_TRUE(group.is_object());
  for (Json& vector : group["cases"]) {
    if (vector["id"] == "update-020") vector["accept"] = vector["accept"] == false;
  }
  std::ofstream(folder / "update.json") << group;

  EXPECT_NE(Python(absl::StrCat("verify.py vectors ", folder / "update.json")), 0);
}

TEST(LedgerVectorFilesTest, AreWhatTheirGeneratorMakes) {
  EXPECT_EQ(Python("generate.py --check"), 0);
}

}  // namespace
}  // namespace comity::ledger
