#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

// For tests that hold every method to a rule: calls and messages of which only the descriptor is
// known. What is no method and no field ends the process: the test is wrong.
namespace comity::testing {

using AnyMessage = std::unique_ptr<google::protobuf::Message>;

// Such as FindMethod("comity.partner_registry.v1", "RelationService/SetStrategy").
const google::protobuf::MethodDescriptor& FindMethod(const std::string& package,
                                                     const std::string& name);

// "RelationService/SetStrategy".
std::string NameOf(const google::protobuf::MethodDescriptor& method);

// All methods of services, given by their full names, in the order of the protos.
std::vector<const google::protobuf::MethodDescriptor*> MethodsOf(
    const std::vector<std::string>& services);

// A request of `method` with what `text` says, in protobuf's text format.
AnyMessage MakeRequest(const google::protobuf::MethodDescriptor& method, const std::string& text);

// Calls the unary `method`, for ten seconds at most.
absl::StatusOr<AnyMessage> CallMethod(const std::shared_ptr<grpc::Channel>& channel,
                                      const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request);

// Sets the field at `path`, such as "strategy.partners[0].partner"; an index one past the last adds
// an element. `value` of a string is the string, else what text format has: "7", "true",
// "STATE_SIGNED"; of an enumeration also a number that it does not have. "" clears.
void SetField(google::protobuf::Message& message, const std::string& path,
              const std::string& value);

}  // namespace comity::testing
