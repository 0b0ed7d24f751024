// Our ledger against the packages of the Go checksum database (signed notes, Merkle proofs, tiles),
// which no one here wrote, in both directions.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/encoding.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/cosignature.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger/tree.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::IsOk;
namespace fs = std::filesystem;

constexpr absl::string_view kOrigin = "comity.example/document-exchange/1";

void Write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Lines(const std::vector<Hash>& hashes) {
  std::string text;
  for (const Hash& hash : hashes) {
    absl::StrAppend(&text, crypto::Base64(crypto::View(hash)), "\n");
  }
  return text;
}

class LedgerInteropTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* const source = std::getenv("COMITY_SOURCE_DIR");
    const char* const bin = std::getenv("COMITY_BIN_DIR");
    ASSERT_TRUE(source != nullptr && bin != nullptr) << "run this with ctest";
    peer_ = absl::StrCat(bin, "/ledger_interop_peer");
    const std::string build = absl::StrCat(
        "GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE='", bin, "/../go-cache' ",
        "CGO_ENABLED=0 go build -o '", peer_, "' '", source, "/tests/interop/ledger/peer.go'");
    ASSERT_EQ(std::system(build.c_str()), 0)
        << "needs the packages golang-go and golang-golang-x-mod-dev";
  }

  LedgerInteropTest() {
    std::string pattern = ::testing::TempDir() + "ledger_interop_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~LedgerInteropTest() override { fs::remove_all(folder_); }

  bool Peer(const std::string& command) const {
    return std::system(
               absl::StrCat("'", peer_, "' ", command, " '", folder_.string(), "'").c_str()) == 0;
  }

  // What the peer needs to check our log of `size` leaves.
  void WriteOurs(std::int64_t size, const NoteSigner& signer) const {
    const TestLog log(size);
    const TreeTiles tiles = log.tiles();
    const auto note = [&](std::int64_t at) {
      return *SignCheckpoint(
          {.origin = std::string(kOrigin), .size = at, .root = *RootAt(tiles, at)}, signer);
    };
    Write(folder_ / "vkey", signer.vkey());
    for (const std::int64_t at : {std::int64_t{1}, std::int64_t{2}, std::int64_t{7},
                                  std::int64_t{256}, size / 2, size - 1, size}) {
      Write(folder_ / absl::StrCat(at, ".checkpoint"), note(at));
      Write(folder_ / absl::StrCat(at, ".consistency"),
            absl::StrCat(at, "\n", size, "\n", Lines(*ProveConsistency(tiles, at, size))));
      for (const std::int64_t index : {std::int64_t{0}, at / 3, at - 1}) {
        const std::string base = absl::StrCat(at, "-", index);
        Write(folder_ / (base + ".leaf"), std::string(crypto::View(TestCommitment(index))));
        Write(folder_ / (base + ".tlog-proof"),
              FormatTlogProof({.index = index,
                               .hashes = *ProveInclusion(tiles, index, at),
                               .checkpoint = note(at)}));
      }
    }
    for (int level = 0; level <= kMaxTileLevel; ++level) {
      for (std::int64_t index = 0;; ++index) {
        const TileId id{.level = level, .index = index};
        const int width = TileWidthAt(id, size);
        if (width == 0) break;
        Write(folder_ / TilePath(id, width), EncodeTile(*tiles.ReadTile(id)));
      }
    }
  }

  const NoteSigner signer_ =
      *NoteSigner::Create(kOrigin, *crypto::Ed25519Key::FromSeed(std::string(32, 'i')));
  fs::path folder_;
  static inline std::string peer_;
};

TEST_F(LedgerInteropTest, GoVerifiesOurCheckpointsProofsAndTiles) {
  WriteOurs(70'000, signer_);

  EXPECT_TRUE(Peer("verify"));
}

TEST_F(LedgerInteropTest, GoVerifiesOurCheckpointThatAWitnessCosigned) {
  const auto witness = *CosignatureSigner::Create(
      "witness.example", *crypto::Ed25519Key::FromSeed(std::string(32, 'w')));
  const std::string note = *SignCheckpoint(
      {.origin = std::string(kOrigin), .size = 300, .root = crypto::Sha256("root")}, signer_);
  const std::string cosignature =
      witness.Line(ParseNote(note)->text, absl::FromUnixSeconds(1793491200));
  Write(folder_ / "vkey", signer_.vkey());
  Write(folder_ / "witness.vkey", witness.vkey());

  Write(folder_ / "300.checkpoint", note + cosignature);
  EXPECT_TRUE(Peer("cosigned"));
  Write(folder_ / "300.checkpoint", note);
  EXPECT_FALSE(Peer("cosigned"));
  const std::string other = *SignCheckpoint(
      {.origin = std::string(kOrigin), .size = 301, .root = crypto::Sha256("root")}, signer_);
  Write(folder_ / "300.checkpoint", other + cosignature);
  EXPECT_FALSE(Peer("cosigned"));
}

TEST_F(LedgerInteropTest, GoVerifiesWithEitherKeyWhileOneTakesOverFromTheOther) {
  const auto next = crypto::Ed25519Key::FromSeed(std::string(32, 'n'));
  WriteOurs(300, *signer_.With(*next));

  EXPECT_TRUE(Peer("verify"));
  Write(folder_ / "vkey", NoteSigner::Create(kOrigin, *next)->vkey());
  EXPECT_TRUE(Peer("verify"));
  const auto stranger = crypto::Ed25519Key::FromSeed(std::string(32, 'x'));
  Write(folder_ / "vkey", NoteSigner::Create(kOrigin, *stranger)->vkey());
  EXPECT_FALSE(Peer("verify"));
}

TEST_F(LedgerInteropTest, GoRefusesWhatWasChanged) {
  WriteOurs(300, signer_);
  const std::string checkpoint = Read(folder_ / "300.checkpoint");
  Write(folder_ / "300.checkpoint", "x" + checkpoint);
  EXPECT_FALSE(Peer("verify"));
  Write(folder_ / "300.checkpoint", checkpoint);
  ASSERT_TRUE(Peer("verify"));

  Write(folder_ / "300-100.leaf", std::string(32, 'x'));

  EXPECT_FALSE(Peer("verify"));
}

TEST_F(LedgerInteropTest, WeVerifyWhatGoMade) {
  ASSERT_TRUE(Peer("make"));
  const auto log = NoteVerifier::FromVkey(Read(folder_ / "vkey"));
  ASSERT_THAT(log, IsOk());

  int proofs = 0;
  int consistencies = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    fs::path path = entry.path();
    if (path.extension() == ".tlog-proof") {
      const std::string file = Read(path);
      const Hash commitment = crypto::ToDigest(Read(path.replace_extension(".leaf")));
      EXPECT_THAT(VerifyTlogProof(file, commitment, {*log}), IsOk()) << path;
      Hash other = commitment;
      other[0] ^= 1;
      EXPECT_FALSE(VerifyTlogProof(file, other, {*log}).ok()) << path;
      ++proofs;
    }
    if (path.extension() == ".consistency") {
      const std::vector<std::string> lines = absl::StrSplit(Read(path), '\n', absl::SkipEmpty());
      std::vector<Hash> hashes;
      for (std::size_t i = 2; i < lines.size(); ++i) {
        hashes.push_back(crypto::ToDigest(*crypto::FromBase64(lines[i])));
      }
      const auto first =
          OpenCheckpoint(Read(folder_ / absl::StrCat(lines[0], ".checkpoint")), {*log});
      const auto second =
          OpenCheckpoint(Read(folder_ / absl::StrCat(lines[1], ".checkpoint")), {*log});
      ASSERT_THAT(first, IsOk());
      ASSERT_THAT(second, IsOk());
      EXPECT_THAT(VerifyConsistency(hashes, first->size, second->size, first->root, second->root),
                  IsOk());
      ++consistencies;
    }
  }
  EXPECT_GT(proofs, 10);
  EXPECT_EQ(consistencies, 6);
}

}  // namespace
}  // namespace comity::ledger
