#include "tests/testing/cutting_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "tests/testing/loopback.h"

namespace comity::testing {
namespace {

bool SendAll(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(int server_port, std::string word)
    : server_port_(server_port),
      word_(std::move(word)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  auto* const at = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, at, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, at, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

CuttingProxy::~CuttingProxy() {
  {
    const absl::MutexLock lock(&mutex_);
    closing_ = true;
    for (const int client : open_) ::shutdown(client, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& carrier : carriers_) carrier.join();
  ::close(listener_);
}

void CuttingProxy::Accept() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const absl::MutexLock lock(&mutex_);
    if (client < 0 || closing_) {
      if (client >= 0) ::close(client);
      return;
    }
    open_.insert(client);
    carriers_.emplace_back([this, client] {
      Carry(client);
      const absl::MutexLock held(&mutex_);
      open_.erase(client);
      ::close(client);
    });
  }
}

void CuttingProxy::Carry(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(server_port_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 64 * 1024> buffer{};
  while (open) {
    std::array<pollfd, 2> polled = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (::poll(polled.data(), polled.size(), -1) < 0) break;
    for (const auto& [from, to] : {std::pair(0, server), std::pair(1, client)}) {
      if (polled[static_cast<std::size_t>(from)].revents == 0) continue;
      const ssize_t got =
          ::recv(polled[static_cast<std::size_t>(from)].fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) open = false;
      if (got <= 0) break;
      const std::string data(buffer.data(), static_cast<std::size_t>(got));
      // An answer is small and comes in one piece.
      if (from == 1 && data.find(word_) != std::string::npos && armed_.exchange(false)) {
        open = false;
        break;
      }
      open = open && SendAll(to, data.data(), data.size());
    }
  }
  ::close(server);
}

}  // namespace comity::testing
