#include "common/client/upload_state.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_payload.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::client {
namespace {

using ::comity::testing::IsOk;

UploadState AState() {
  UploadState state;
  state.document_id = "019ab1f0-5a3e-7c11-8d55-0123456789ab";
  state.create_request_id = "create";
  state.submit_request_id = "submit";
  state.content_key = sealing::NewFileKey();
  state.description_key = sealing::NewFileKey();
  state.content_nonce = sealing::NewPayloadNonce();
  state.description_nonce = sealing::NewPayloadNonce();
  state.blind = crypto::RandomBytes(32);
  state.recipients = {"spiffe://a.example/service/a", "spiffe://a.example/service/b"};
  state.upload = "uploads/1";
  state.form.emplace();
  state.form->plaintext_length = 1'500'000;
  state.form->payload.length = sealing::PayloadLength(1'500'000);
  state.content_length = state.form->payload.length;
  state.form->pieces = {crypto::Digest{1}, crypto::Digest{2}};
  state.submit_request = crypto::RandomBytes(100);
  return state;
}

class UploadStateTest : public ::testing::Test {
 protected:
  testing::TempDirectory folder_;
  sealing::AgeIdentity key_ = sealing::AgeIdentity::Generate();
  UploadStates states_{folder_ / "uploads", &key_};
};

TEST_F(UploadStateTest, IsReadAsItWasSaved) {
  const UploadState state = AState();
  ASSERT_THAT(states_.Save("one", state), IsOk());

  const auto read = states_.Load("one");

  ASSERT_THAT(read, IsOk());
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((*read)->document_id, state.document_id);
  EXPECT_EQ((*read)->content_key.view(), state.content_key.view());
  EXPECT_EQ((*read)->description_key.view(), state.description_key.view());
  EXPECT_EQ((*read)->content_nonce, state.content_nonce);
  EXPECT_EQ((*read)->blind, state.blind);
  EXPECT_EQ((*read)->recipients, state.recipients);
  EXPECT_EQ((*read)->upload, state.upload);
  EXPECT_EQ((*read)->form, state.form);
  EXPECT_EQ((*read)->submit_request, state.submit_request);
}

TEST_F(UploadStateTest, IsNotThereBeforeItIsSavedAndAfterItIsRemoved) {
  EXPECT_FALSE(states_.Load("one")->has_value());
  ASSERT_THAT(states_.Save("one", AState()), IsOk());
  states_.Remove("one");
  EXPECT_FALSE(states_.Load("one")->has_value());
}

TEST_F(UploadStateTest, LiesSealedToItsOwner) {
  const UploadState state = AState();
  ASSERT_THAT(states_.Save("one", state), IsOk());
  const std::string path = folder_ / "uploads/one.age";
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const sealing::AgeIdentity other = sealing::AgeIdentity::Generate();

  EXPECT_EQ(bytes.find(state.document_id), bytes.npos);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(UploadStates(folder_ / "uploads", &other).Load("one")->has_value());
}

TEST_F(UploadStateTest, IsNoneWhenItWasDamaged) {
  ASSERT_THAT(states_.Save("one", AState()), IsOk());
  const std::string path = folder_ / "uploads/one.age";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);

  EXPECT_FALSE(states_.Load("one")->has_value());
}

}  // namespace
}  // namespace comity::client
