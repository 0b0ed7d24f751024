#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

#include <array>

namespace comity::rpc {

// Puts request and answer of a call into one piece of memory that is given back as a whole: for
// methods whose messages have many parts (SetMessageAllocatorFor_...). The handler writes the
// answer where it lies; a message assigned to it would be copied. Thread-safe; must outlive the
// server.
template <typename Request, typename Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Held; }

 private:
  class Held final : public grpc::MessageHolder<Request, Response> {
   public:
    Held() : arena_(room_.data(), room_.size()) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }

   private:
    alignas(8) std::array<char, 4096> room_;  // More is allocated when it is full.
    google::protobuf::Arena arena_;
  };
};

}  // namespace comity::rpc
