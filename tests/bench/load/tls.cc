#include "tests/bench/load/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace comity::bench {
namespace {

namespace tls = grpc::experimental;

std::shared_ptr<tls::CertificateProviderInterface> Certificates(const std::string& identity,
                                                                const std::string& roots) {
  return std::make_shared<tls::StaticDataCertificateProvider>(
      roots, std::vector<tls::IdentityKeyCertPair>{
                 {ReadFileOrExit(identity + "/tls.key"), ReadFileOrExit(identity + "/tls.pem")}});
}

}  // namespace

std::string ReadFileOrExit(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "bench: cannot read " << path << "\n";
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<grpc::ServerCredentials> BareServerCredentials(const std::string& identity) {
  tls::TlsServerCredentialsOptions options(
      Certificates(identity, ReadFileOrExit(identity + "/bundles/agency.example/roots.pem")));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> BareChannelCredentials(const std::string& identity,
                                                                 const std::string& roots) {
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Certificates(identity, roots));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  options.set_check_call_host(false);
  return tls::TlsCredentials(options);
}

}  // namespace comity::bench
