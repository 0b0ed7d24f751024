// Holds connections to a port of the loopback open, as many as a process may have descriptors for.
//
//   comity-flood-process PORT COUNT          once each is connected
//   comity-flood-process PORT COUNT --hasty  without waiting for that
//
// Says "open", or ends with 1 where nobody listens. For each line of hexadecimal digits on standard
// input it sends these bytes on every connection, as far as it takes them, and says "sent". At the
// line "churn" it ends the oldest connection and opens a new one, over and over. Ends with its
// input.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "tests/testing/loopback.h"

namespace {

using ::comity::testing::ConnectTo;

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
  while (open.size() < count) open.push_back(ConnectTo(port, flags));
  if (std::find(open.begin(), open.end(), -1) != open.end()) return 1;
  std::cout << "open\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "churn") {
      for (std::size_t i = 0; !InputEnded(); i = (i + 1) % open.size()) {
        ::close(open[i]);
        open[i] = ConnectTo(port, flags);
      }
      continue;
    }
    const std::string bytes = absl::HexStringToBytes(line);
    for (const int descriptor : open) ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::cout << "sent\n" << std::flush;
  }
  return 0;
}
