#include "tests/testing/test_snapshot.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/status/statusor.h"
#include "common/crypto/digest.h"
#include "common/sealing/cades.h"
#include "common/sealing/registry_snapshot.h"

namespace comity::testing {
namespace {

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    (void)std::fprintf(stderr, "test snapshot: %s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

void WriteSnapshot(const std::string& folder, absl::string_view facts, const TestSnapshot& says,
                   const IssuedCertificate& signer) {
  const absl::Time made = absl::FromUnixSeconds(absl::ToUnixSeconds(says.made));
  const std::string statement =
      OrDie(sealing::BuildRegistrySnapshot({.notice = "Sample data.",
                                            .store_id = says.store_id,
                                            .revision = says.revision,
                                            .made = made,
                                            .expires = made + says.valid,
                                            .facts = std::count(facts.begin(), facts.end(), '\n'),
                                            .facts_sha256 = crypto::Sha256(facts)}));
  const sealing::Signer key =
      OrDie(sealing::Signer::FromPem(signer.certificate_pem(), signer.key_pem));
  std::filesystem::create_directories(folder);
  WriteFile(folder + "/facts.jsonl", facts);
  WriteFile(folder + "/statement.json", statement);
  WriteFile(folder + "/statement.p7s", OrDie(key.Sign(statement, made)));
}

void FlipByte(const std::string& path) {
  std::ostringstream read;
  read << std::ifstream(path, std::ios::binary).rdbuf();
  std::string content = read.str();
  if (content.empty()) std::abort();
  content[content.size() / 2] ^= 1;
  WriteFile(path, content);
}

}  // namespace comity::testing
