#include "common/rpc/tls.h"

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <memory>

#include "common/status/error.h"

namespace comity::rpc {
namespace {

// MinProtocol would be overridden by gRPC, which sets versions on each context; an option stays.
constexpr char kConfiguration[] =
    "comity = comity_init\n"
    "[comity_init]\n"
    "ssl_conf = comity_ssl\n"
    "[comity_ssl]\n"
    "system_default = comity_tls\n"
    "[comity_tls]\n"
    "Protocol = -TLSv1, -TLSv1.1, -TLSv1.2\n"
    "Options = -SessionTicket\n"
    "NumTickets = 0\n";

absl::Status Failed() {
  return MakeError(absl::StatusCode::kInternal,
                   "OpenSSL does not accept the configuration for TLS 1.3 without resumption; "
                   "install libssl3 3.0 or newer.",
                   {.reason = "TLS_NOT_CONFIGURED"});
}

}  // namespace

absl::Status HardenTls() {
  // The machine's own configuration first: loaded later, it would undo ours.
  if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr) != 1 ||
      OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr) != 1) {
    return Failed();
  }
  OPENSSL_load_builtin_modules();
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(kConfiguration, -1),
                                                       &BIO_free);
  const std::unique_ptr<CONF, decltype(&NCONF_free)> conf(NCONF_new(nullptr), &NCONF_free);
  long line = 0;  // NOLINT(google-runtime-int): OpenSSL's type.
  if (NCONF_load_bio(conf.get(), text.get(), &line) != 1 ||
      CONF_modules_load(conf.get(), "comity", 0) != 1) {
    return Failed();
  }
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> probe(SSL_CTX_new(TLS_method()),
                                                                &SSL_CTX_free);
  if (probe == nullptr || SSL_CTX_get_num_tickets(probe.get()) != 0 ||
      (SSL_CTX_get_options(probe.get()) & SSL_OP_NO_TLSv1_2) == 0) {
    return Failed();
  }
  return absl::OkStatus();
}

}  // namespace comity::rpc
