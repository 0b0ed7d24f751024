#include "common/identity/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"

namespace comity::identity {
namespace {

// OpenSSL must never ask a terminal for a passphrase.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

// Whether reading PEM stopped because there is nothing more, rather than at a broken block.
bool AtEnd() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

absl::StatusOr<BioPtr> Reader(absl::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return absl::InvalidArgumentError("is too long");
  }
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) return absl::ResourceExhaustedError("cannot be read: out of memory");
  return bio;
}

template <typename Pointer, typename Read>
absl::StatusOr<std::vector<Pointer>> ParsePem(absl::string_view pem, std::size_t limit, Read read) {
  std::vector<Pointer> found;
  if (pem.empty()) return found;
  auto bio = Reader(pem);
  if (!bio.ok()) return bio.status();
  ERR_clear_error();
  while (auto* object = read(bio->get())) {
    found.emplace_back(object);
    if (found.size() > limit) {
      ERR_clear_error();
      return absl::InvalidArgumentError("holds too many certificates");
    }
  }
  const bool complete = AtEnd();
  ERR_clear_error();
  if (!complete) return absl::InvalidArgumentError("holds a PEM block that does not parse");
  if (found.empty()) return absl::InvalidArgumentError("holds no PEM block of the kind expected");
  return found;
}

}  // namespace

absl::StatusOr<std::vector<X509Ptr>> ParseCertificates(absl::string_view text, std::size_t limit) {
  std::vector<X509Ptr> found;
  // DER of a certificate starts with a SEQUENCE; PEM and text before it never with 0x30 0x8x.
  const bool der =
      text.size() > 1 && text[0] == 0x30 && (static_cast<unsigned char>(text[1]) & 0x80) != 0;
  if (!der) {
    return ParsePem<X509Ptr>(text, limit, [](BIO* bio) {
      return PEM_read_bio_X509(bio, nullptr, NoPassphrase, nullptr);
    });
  }
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = next + text.size();
  while (next != end) {
    X509Ptr certificate(d2i_X509(nullptr, &next, static_cast<long>(end - next)));
    ERR_clear_error();
    if (certificate == nullptr) {
      return absl::InvalidArgumentError("holds DER that is not a certificate");
    }
    found.push_back(std::move(certificate));
    if (found.size() > limit) return absl::InvalidArgumentError("holds too many certificates");
  }
  return found;
}

absl::StatusOr<std::vector<X509CrlPtr>> ParseCrls(absl::string_view pem) {
  return ParsePem<X509CrlPtr>(
      pem, 64, [](BIO* bio) { return PEM_read_bio_X509_CRL(bio, nullptr, NoPassphrase, nullptr); });
}

absl::StatusOr<KeyPtr> ParsePrivateKey(absl::string_view pem) {
  if (absl::StrContains(pem, "ENCRYPTED")) {
    return absl::InvalidArgumentError("is protected by a passphrase, which no process can type");
  }
  auto bio = Reader(pem);
  if (!bio.ok()) return bio.status();
  KeyPtr key(PEM_read_bio_PrivateKey(bio->get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("holds no private key in PEM");
  return key;
}

std::string ToPem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string ToDer(X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  if (size <= 0) return "";
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm civil{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &civil) != 1) return absl::InfinitePast();
  return absl::FromTM(civil, absl::UTCTimeZone());
}

}  // namespace comity::identity
