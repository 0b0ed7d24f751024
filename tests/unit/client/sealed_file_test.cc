#include "common/client/sealed_file.h"

#include <gtest/gtest.h>

#include <string>

#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

absl::Status GoOn(std::int64_t) { return absl::OkStatus(); }

class SealedFileTest : public ::testing::Test {
 protected:
  File Make(const std::string& content) {
    testing::WriteFile(folder_ / "file", content);
    return *File::OpenToRead(folder_ / "file");
  }

  std::string Seal(absl::string_view plaintext) {
    std::string payload;
    const auto sink = [&](absl::string_view part) {
      payload.append(part.data(), part.size());
      return absl::OkStatus();
    };
    sealing::PayloadSealer sealer(key_, nonce_);
    EXPECT_THAT(sealer.Write(plaintext, sink), IsOk());
    EXPECT_THAT(sealer.Finish(sink), IsOk());
    return payload;
  }

  // Everything from `offset` on, and the error that ended it, if one did.
  std::pair<std::string, absl::Status> ReadFrom(const File& file, const SealedForm& form,
                                                std::int64_t offset) {
    SealedFile sealed(&file, key_, nonce_, &form, offset);
    std::string read;
    for (;;) {
      const auto part = sealed.Next(300'000);
      if (!part.ok()) return {read, part.status()};
      if (part->empty()) return {read, absl::OkStatus()};
      read.append(part->data(), part->size());
    }
  }

  testing::TempDirectory folder_;
  crypto::Secret key_ = sealing::NewFileKey();
  std::string nonce_ = sealing::NewPayloadNonce();
};

TEST_F(SealedFileTest, MakesTheSamePayloadFromAnyPlaceOn) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{3'500'000}}) {
    const std::string plaintext = crypto::RandomBytes(size);
    const File file = Make(plaintext);
    const std::string payload = Seal(plaintext);
    const auto form = MeasureSealed(file, key_, nonce_, GoOn);
    ASSERT_THAT(form, IsOk());
    EXPECT_EQ(form->plaintext_length, static_cast<std::int64_t>(size));
    EXPECT_EQ(form->plaintext_sha256, crypto::Sha256(plaintext));
    EXPECT_EQ(form->payload.sha256, crypto::Sha256(payload));

    for (const std::int64_t offset :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{16}, std::int64_t{1'048'575},
          sealing::kPieceSize, std::int64_t{1'048'577}, std::int64_t{2'500'000},
          static_cast<std::int64_t>(payload.size())}) {
      if (offset > static_cast<std::int64_t>(payload.size())) continue;
      const auto [read, status] = ReadFrom(file, *form, offset);
      EXPECT_THAT(status, IsOk());
      EXPECT_EQ(read, payload.substr(static_cast<std::size_t>(offset))) << size << " " << offset;
    }
  }
}

TEST_F(SealedFileTest, ReleasesNoPieceOfAChangedFile) {
  std::string plaintext = crypto::RandomBytes(3'000'000);
  const auto form = MeasureSealed(Make(plaintext), key_, nonce_, GoOn);
  ASSERT_THAT(form, IsOk());
  const std::string payload = Seal(plaintext);
  plaintext[1'500'000] = static_cast<char>(plaintext[1'500'000] ^ 1);
  const File changed = Make(plaintext);

  const auto [read, status] = ReadFrom(changed, *form, 0);

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED"));
  EXPECT_EQ(read, payload.substr(0, static_cast<std::size_t>(sealing::kPieceSize)));
}

TEST_F(SealedFileTest, NoticesAFileThatShrank) {
  const std::string plaintext = crypto::RandomBytes(100'000);
  const auto form = MeasureSealed(Make(plaintext), key_, nonce_, GoOn);
  ASSERT_THAT(form, IsOk());

  const auto [read, status] = ReadFrom(Make(plaintext.substr(0, 99'999)), *form, 0);

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED"));
  EXPECT_EQ(read, "");
}

}  // namespace
}  // namespace comity::client
