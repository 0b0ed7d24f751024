#include "tests/integration/rpc/relay.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/loopback.h"

namespace comity::testing {
namespace {

void Check(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::abort();
}

// Passes on what is there; false once `from` has ended.
bool Pass(int from, int to) {
  std::array<char, 64 << 10> bytes{};
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t put =
        ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (put <= 0) return false;
    sent += put;
  }
  return true;
}

}  // namespace

Relay::Relay(int server_port) : server_port_(server_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  Check(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "relay: bind");
  Check(::listen(listener_, 1) == 0, "relay: listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  last_byte_nanos_ = absl::GetCurrentTimeNanos();
  thread_ = std::thread([this] { Run(); });
}

Relay::~Relay() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::string Relay::address() const { return absl::StrCat("127.0.0.1:", port_); }

void Relay::WaitForSilence() {
  while (absl::GetCurrentTimeNanos() - last_byte_nanos_ < 100'000'000) {
    absl::SleepFor(absl::Milliseconds(5));
  }
}

absl::Time Relay::WaitForClose(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  while (!closed() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
  return closed() ? absl::FromUnixNanos(closed_at_nanos_) : absl::InfiniteFuture();
}

void Relay::Run() {
  pollfd waiting = {.fd = listener_, .events = POLLIN, .revents = 0};
  while (::poll(&waiting, 1, 10) <= 0) {
    if (stopping_) return;
  }
  const int client = ::accept(listener_, nullptr, nullptr);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(server_port_);
  Check(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
        "relay: connect");
  bool client_open = true;
  while (!stopping_) {
    const bool reading = reading_;
    std::array<pollfd, 3> ends{};
    // Without events, an end still says when it was reset.
    ends[0] = {.fd = server, .events = static_cast<short>(reading ? POLLIN : 0), .revents = 0};
    ends[1] = {.fd = client_open ? client : -1, .events = POLLIN, .revents = 0};
    ends[2] = {.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(ends.data(), ends.size(), 10) <= 0) continue;
    if ((ends[2].revents & POLLIN) != 0) ::close(::accept(listener_, nullptr, nullptr));
    if ((ends[0].revents & POLLIN) != 0) {
      last_byte_nanos_ = absl::GetCurrentTimeNanos();
      if (!Pass(server, client)) break;
    } else if ((ends[0].revents & (POLLHUP | POLLERR)) != 0) {
      break;
    }
    if ((ends[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !Pass(client, server)) {
      client_open = false;
    }
  }
  if (!stopping_) closed_at_nanos_ = absl::GetCurrentTimeNanos();
  ::close(server);
  ::close(client);
  // Later attempts of the client find nobody.
  while (!stopping_) {
    pollfd more = {.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&more, 1, 10) > 0) ::close(::accept(listener_, nullptr, nullptr));
  }
}

}  // namespace comity::testing
