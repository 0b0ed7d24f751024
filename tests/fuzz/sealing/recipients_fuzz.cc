// What a recipient gets to check that a document was addressed to it. An input is which of three
// recipients (one byte), what of headers and proof is something else (one byte), and what.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/sealing/recipients.h"

namespace {

using comity::sealing::AddressedHeaders;
using comity::sealing::RecipientProof;
using comity::sealing::RecipientsTree;

// Of eight bytes; of fewer, what they begin.
std::int64_t NumberOf(const std::string& text) {
  std::int64_t number = 0;
  std::memcpy(&number, text.data(), text.size() < sizeof(number) ? text.size() : sizeof(number));
  return number;
}

std::vector<comity::crypto::Digest> PathOf(const std::string& text) {
  std::vector<comity::crypto::Digest> path;
  comity::crypto::Digest digest;
  for (std::size_t at = 0; at + digest.size() <= text.size(); at += digest.size()) {
    path.push_back(comity::crypto::ToDigest(text.substr(at, digest.size())));
  }
  return path;
}

// What is said to the recipient.
struct Told {
  AddressedHeaders headers;
  RecipientProof proof;
  std::int64_t size = 0;

  bool Is(const Told& other) const {
    return headers.recipient == other.headers.recipient &&
           headers.content_header == other.headers.content_header &&
           headers.description_header == other.headers.description_header &&
           proof.salt == other.proof.salt && proof.leaf_index == other.proof.leaf_index &&
           proof.path == other.proof.path && size == other.size;
  }
};

void Change(int what, const std::string& text, Told& told) {
  switch (what) {
    case 0:
      told.proof.leaf_index = NumberOf(text);
      break;
    case 1:
      told.size = NumberOf(text);
      break;
    case 2:
      told.proof.salt = text;
      break;
    case 3:
      told.proof.path = PathOf(text);
      break;
    case 4:
      told.headers.recipient = text;
      break;
    case 5:
      told.headers.content_header = text;
      break;
    case 6:
      told.headers.description_header = text;
      break;
    case 7: {  // As much of the path as is said, and no more.
      const std::size_t most = text.empty() ? 0 : static_cast<unsigned char>(text[0]) % 4U;
      if (told.proof.path.size() > most) told.proof.path.resize(most);
      break;
    }
    default:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const headers = new std::vector<AddressedHeaders>{
      {"spiffe://a.example/partner/a/contact/1", "content 1", "description 1"},
      {"spiffe://a.example/partner/a/contact/2", "content 2", "description 2"},
      {"spiffe://b.example/partner/b/contact/1", "content 3", "description 3"}};
  static const auto* const tree =
      new RecipientsTree(*comity::sealing::BuildRecipientsTree(*headers));
  if (size < 2) return 0;
  const std::size_t who = data[0] % headers->size();
  const Told truth{.headers = (*headers)[who], .proof = tree->proofs[who], .size = tree->size};
  Told told = truth;
  Change(data[1] % 9, std::string(reinterpret_cast<const char*>(data) + 2, size - 2), told);
  const bool ok =
      comity::sealing::VerifyRecipient(told.headers, told.proof, tree->root, told.size).ok();
  if (ok != told.Is(truth)) std::abort();
  return 0;
}
