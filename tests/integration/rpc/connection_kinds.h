#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/integration/rpc/relay.h"

namespace comity::testing {

// One client's connection and what it does on it. Calls stay open until the server ends them.
class ConnectionKind {
 public:
  ConnectionKind(std::string name, EchoServer& echo, const std::string& folder);
  virtual ~ConnectionKind() = default;

  // Returns once the server is at it.
  virtual void Begin() = 0;
  // After the server has closed: the client's calls end too.
  virtual void End() {}
  // Whether the client reads, and so learns why.
  virtual absl::Status Reason() { return absl::OkStatus(); }

  const std::string& name() const { return name_; }
  Relay& relay() { return relay_; }

 protected:
  std::string name_;
  Relay relay_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
};

// Each of `folder`'s identity, with the bundles in "client-bundles". Idle connections, with a call
// made and without, and a watch that waits.
std::unique_ptr<ConnectionKind> IdleAfterACall(EchoServer& echo, const std::string& folder);
std::unique_ptr<ConnectionKind> WithoutACall(EchoServer& echo, const std::string& folder);
std::unique_ptr<ConnectionKind> IdleWatch(EchoServer& echo, const std::string& folder);

// Every kind on which a call was made: what handlers there are, what a caller can do about them.
// Sets what methods of `echo` do. The table lets the caller use everything; GetInclusionProof is
// bulk.
std::vector<std::unique_ptr<ConnectionKind>> KindsWithACall(EchoServer& echo,
                                                            const std::string& folder);

}  // namespace comity::testing
