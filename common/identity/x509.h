#pragma once

// OpenSSL's objects behind owning pointers, for the sources of this folder, common/timestamps and
// the test CA only.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity::identity {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

inline void FreeNames(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
// A stack of certificates it does not own.
inline void FreeStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using X509CrlPtr = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using StorePtr = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<FreeNames>>;
using StackPtr = std::unique_ptr<STACK_OF(X509), Freed<FreeStack>>;

// Certificates in PEM (other PEM blocks and text between are ignored) or DER, one after the other.
// INVALID_ARGUMENT without a reason if one does not parse, if bytes are left over, or if there are
// more than `limit`; empty text gives none.
absl::StatusOr<std::vector<X509Ptr>> ParseCertificates(absl::string_view text, std::size_t limit);

// CRLs in PEM; likewise.
absl::StatusOr<std::vector<X509CrlPtr>> ParseCrls(absl::string_view pem);

// The one private key in PEM, without a passphrase. INVALID_ARGUMENT without a reason.
absl::StatusOr<KeyPtr> ParsePrivateKey(absl::string_view pem);

std::string ToPem(X509* certificate);
std::string ToDer(X509* certificate);

// Infinite past for what OpenSSL cannot read.
absl::Time ToTime(const ASN1_TIME* time);

}  // namespace comity::identity
