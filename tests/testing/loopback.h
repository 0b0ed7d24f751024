#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace comity::testing {

// The address of a port of this machine alone; of 0 it is for bind to choose one.
inline sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A TCP connection to it, for the caller to close; -1 if there is none. What blocks on it does so
// for ten seconds at most. With SOCK_NONBLOCK among `flags` it need not be connected yet.
inline int ConnectTo(int port, int flags = 0) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const timeval patience = {.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const sockaddr_in to = Loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) {
    return descriptor;
  }
  // A connection that only took too long says the same.
  if ((flags & SOCK_NONBLOCK) != 0 && errno == EINPROGRESS) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace comity::testing
