#pragma once

#include <grpcpp/support/server_callback.h>

#include "common/rpc/call_gate.h"

// The gRPC handlers of a class whose methods only pass on, each in one line of it. The class has a
// CallGate `gate_`, its messages are in a namespace `v1`, and `part` points to what has the method
// of the same name.

// `part` answers: absl::Status Method(const Call&, const MethodRequest&, Response*).
#define COMITY_UNARY(Method, Response, part)                                                    \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                        \
                                   const v1::Method##Request* request, v1::Response* response)  \
      override {                                                                                \
    return gate_.Unary(                                                                         \
        context, #Method, request, response,                                                    \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer) { \
          return part->Method(call, asked, answer);                                             \
        });                                                                                     \
  }

// The same for a method that does not block (CallGate::Write), with a WriteCall& at the end.
#define COMITY_WRITE(Method, Response, part)                                                   \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                       \
                                   const v1::Method##Request* request, v1::Response* response) \
      override {                                                                               \
    return gate_.Write(                                                                        \
        context, #Method, request, response,                                                   \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer,  \
               rpc::WriteCall& later) { return part->Method(call, asked, answer, later); });   \
  }
