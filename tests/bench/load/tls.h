#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

namespace comity::bench {

// Mutual TLS as plain as gRPC offers it: one certificate, one root, no checks beyond the chain.
std::shared_ptr<grpc::ServerCredentials> BareServerCredentials(const std::string& identity);

// For both servers alike, so that the client's cost is the same. The host name is not checked.
std::shared_ptr<grpc::ChannelCredentials> BareChannelCredentials(const std::string& identity,
                                                                 const std::string& roots);

// The whole of a file; ends the program with a sentence if it cannot be read.
std::string ReadFileOrExit(const std::string& path);

}  // namespace comity::bench
