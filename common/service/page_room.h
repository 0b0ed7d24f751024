#pragma once

#include <google/protobuf/message_lite.h>

#include <cstddef>

namespace comity::service {

// What goes on one page of a list: as many items as were asked for, and no more bytes than every
// gRPC client takes in one message, which is 4 MiB where it sets nothing else. The first item
// always has room.
class PageRoom {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{3} << 20;

  explicit PageRoom(int items) : items_(items) {}

  // Takes `item` on the page. False: the page is full, and the next one begins with it.
  bool Take(const google::protobuf::MessageLite& item) {
    constexpr std::size_t kTagAndLength = 8;
    const std::size_t bytes = item.ByteSizeLong() + kTagAndLength;
    if (taken_ == items_ || (taken_ > 0 && bytes_ + bytes > kMostBytes)) return false;
    ++taken_;
    bytes_ += bytes;
    return true;
  }

 private:
  const int items_;
  int taken_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace comity::service
