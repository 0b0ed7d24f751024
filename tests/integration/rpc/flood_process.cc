// Holds connections to a port of the loopback open, as many as a process may have descriptors for.
//
//   comity-flood-process PORT COUNT          once each is connected
//   comity-flood-process PORT COUNT --hasty  without waiting for that
//
// Says "open", or ends with 1 where nobody listens. For each line of hexadecimal digits on standard
// input it sends these bytes on every connection, as far as it takes them, and says "sent". At the
// line "churn" it ends the oldest connection and opens a new one, over and over. Ends with its
// input.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace {

int Connect(int port, int flags) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | flags, 0);
  const timeval patience = {.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  if (connected == 0 || flags != 0) return descriptor;
  ::close(descriptor);
  return -1;
}

bool InputEnded() {
  pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) != 0;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  std::size_t count = 0;
  if (argc < 3 || !absl::SimpleAtoi(argv[1], &port) || !absl::SimpleAtoi(argv[2], &count)) return 2;
  const int flags = argc > 3 && std::string_view(argv[3]) == "--hasty" ? SOCK_NONBLOCK : 0;
  std::vector<int> open;
  while (open.size() < count) open.push_back(Connect(port, flags));
  if (std::find(open.begin(), open.end(), -1) != open.end()) return 1;
  std::cout << "open\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "churn") {
      for (std::size_t i = 0; !InputEnded(); i = (i + 1) % open.size()) {
        ::close(open[i]);
        open[i] = Connect(port, flags);
      }
      continue;
    }
    const std::string bytes = absl::HexStringToBytes(line);
    for (const int descriptor : open) ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::cout << "sent\n" << std::flush;
  }
  return 0;
}
