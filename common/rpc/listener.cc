#include "common/rpc/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/metrics/names.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/clock.h"

namespace comity::rpc {
namespace {

constexpr int kBacklog = 512;
// A peer that has closed its side is gone for gRPC; what lingers this long is closed by us.
constexpr absl::Duration kHalfClosed = absl::Seconds(10);

absl::Status Invalid(absl::string_view address, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the address ", address, " ", what,
                                "; write host:port, such as 127.0.0.1:7443 or [::1]:7443."),
                   {.reason = "ADDRESS_INVALID"});
}

absl::Status System(absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(what, ": ", std::strerror(errno), "."),  // NOLINT
                   {.reason = "LISTENER_FAILED"});
}

sockaddr* Generic(sockaddr_storage* address) { return reinterpret_cast<sockaddr*>(address); }

absl::StatusOr<std::pair<sockaddr_storage, socklen_t>> Resolve(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(address).substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Invalid(address, "has no port");
  }
  std::string host = address.substr(0, colon);
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                  std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return Invalid(address, absl::StrCat("is unknown (", gai_strerror(error), ")"));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  sockaddr_storage storage{};
  std::memcpy(&storage, found->ai_addr, found->ai_addrlen);
  return std::pair(storage, found->ai_addrlen);
}

// What the cap per address counts by: an IPv4 address, or the /64 of an IPv6 one, which is what one
// machine can have for nothing.
std::string Key(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &peer, sizeof(v6));
    const auto* const bytes = reinterpret_cast<const char*>(&v6.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return std::string(bytes + 12, 4);
    return std::string(bytes, 8);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &peer, sizeof(v4));
  return std::string(reinterpret_cast<const char*>(&v4.sin_addr), 4);
}

std::string Text(const sockaddr_storage& address, int port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof(v6));
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return absl::StrCat("[", text.data(), "]:", port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof(v4));
  ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  return absl::StrCat(text.data(), ":", port);
}

// The name gRPC gives the peer of a connection, so that a call finds the connection it came over.
std::string PeerName(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &peer, sizeof(v6));
    const int port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      ::inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.data(), text.size());
      return absl::StrCat("ipv4:", text.data(), ":", port);
    }
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    const std::string scope = v6.sin6_scope_id == 0 ? "" : absl::StrCat("%25", v6.sin6_scope_id);
    return absl::StrCat("ipv6:%5B", text.data(), scope, "%5D:", port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &peer, sizeof(v4));
  ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  return absl::StrCat("ipv4:", text.data(), ":", ntohs(v4.sin_port));
}

int DescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
  return static_cast<int>(
      std::min<rlim_t>(limit.rlim_cur, static_cast<rlim_t>(std::numeric_limits<int>::max())));
}

}  // namespace

// The connections open now: our own descriptor of each tells when it is over. Only the listener's
// thread uses it while that runs.
struct Listener::Connections {
  struct One {
    std::string peer;
    absl::Duration half_closed = absl::InfiniteDuration();  // Since boot.
  };

  int epoll = -1;
  int spare =
      -1;  // Given up for a moment to accept, and close, when there are no descriptors left.
  int most = 0;
  int highest =
      0;  // A descriptor above shows that too many are in use: the kernel gives the lowest.
  OpenConnections* known = nullptr;
  std::unordered_map<int, One> open;
  std::unordered_map<std::string, int> per_address;
  metrics::Gauge* open_gauge = nullptr;
  metrics::Counter* refused_total = nullptr;
  metrics::Counter* refused_address = nullptr;
  metrics::Counter* refused_descriptors = nullptr;
  metrics::Counter* displaced = nullptr;

  bool Watch(int descriptor, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
  }

  void Forget(int descriptor) {
    const auto one = open.find(descriptor);
    if (one == open.end()) return;
    const auto count = per_address.find(one->second.peer);
    if (--count->second == 0) per_address.erase(count);
    open.erase(one);
    known->Remove(descriptor);
    // Also when gRPC still holds its descriptor: the connection is over for both.
    ::shutdown(descriptor, SHUT_RDWR);
    ::close(descriptor);
    open_gauge->Set(static_cast<double>(open.size()));
  }
};

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(Options options,
                                                         OpenConnections* connections,
                                                         logging::Logger* logger,
                                                         metrics::Metrics* metrics) {
  COMITY_ASSIGN_OR_RETURN(auto resolved, Resolve(options.address));
  const int descriptor =
      ::socket(resolved.first.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return System("cannot make a socket");
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(descriptor, Generic(&resolved.first), resolved.second) != 0 ||
      ::listen(descriptor, kBacklog) != 0) {
    const int error = errno;
    ::close(descriptor);
    if (error == EADDRINUSE) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("the address ", options.address,
                                    " is in use by another process; stop it or set "
                                    "server.address to another port."),
                       {.reason = "PORT_IN_USE", .metadata = {{"address", options.address}}});
    }
    if (error == EACCES) return Invalid(options.address, "needs more rights than the process has");
    return Invalid(options.address, "is not an address of this machine");
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  ::getsockname(descriptor, Generic(&bound), &size);
  in_port_t port = 0;  // At the same place in both families.
  std::memcpy(&port, reinterpret_cast<const char*>(&bound) + offsetof(sockaddr_in, sin_port),
              sizeof(port));
  const int host_port = ntohs(port);
  std::string address = Text(bound, host_port);
  std::unique_ptr<Listener> listener(new Listener(
      std::move(options), descriptor, std::move(address), host_port, connections, logger, metrics));
  const Connections& own = *listener->connections_;
  if (own.epoll < 0 || listener->wake_ < 0 || !own.Watch(descriptor, EPOLLIN) ||
      !own.Watch(listener->wake_, EPOLLIN)) {
    return System("cannot watch connections");
  }
  return listener;
}

Listener::Listener(Options options, int descriptor, std::string address, int port,
                   OpenConnections* connections, logging::Logger* logger, metrics::Metrics* metrics)
    : options_(std::move(options)),
      address_(std::move(address)),
      port_(port),
      logger_(logger),
      descriptor_(descriptor),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      connections_(std::make_unique<Connections>()) {
  connections_->epoll = ::epoll_create1(EPOLL_CLOEXEC);
  connections_->spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  // Two descriptors a connection and a quarter left for files, half of which connections may touch
  // while gRPC closes what was displaced.
  const int limit = DescriptorLimit();
  connections_->most = std::min(options_.max_connections, limit / 8 * 3);
  connections_->highest = limit / 8 * 7;
  connections_->known = connections;
  connections_->open_gauge =
      &metrics->AddGauge(metrics::kConnectionsOpen, "Connections open now.", {});
  const auto refused = [&](const char* reason) {
    return &metrics->AddCounter(metrics::kConnectionsRefused, "Connections closed at once.",
                                {{"reason", reason}});
  };
  connections_->refused_total = refused("too_many");
  connections_->refused_address = refused("too_many_from_address");
  connections_->refused_descriptors = refused("no_descriptors");
  connections_->displaced = refused("displaced");
}

Listener::~Listener() {
  Close();
  if (thread_.joinable()) {
    stopping_ = true;
    Wake();
    thread_.join();
  }
  while (!connections_->open.empty()) connections_->Forget(connections_->open.begin()->first);
  if (connections_->spare >= 0) ::close(connections_->spare);
  if (connections_->epoll >= 0) ::close(connections_->epoll);
  if (descriptor_ >= 0) ::close(descriptor_);
  if (wake_ >= 0) ::close(wake_);
}

void Listener::Run(Handler handler) {
  handler_ = std::move(handler);
  thread_ = std::thread([this] { Loop(); });
}

void Listener::Wake() {
  const std::uint64_t one = 1;
  const ssize_t ignored = ::write(wake_, &one, sizeof(one));
  static_cast<void>(ignored);
}

void Listener::Close() {
  if (!thread_.joinable()) return;
  const absl::MutexLock lock(&mutex_);
  if (!closing_) {
    closing_ = true;
    Wake();
  }
  // The port is free when this returns.
  while (!is_closed_) closed_.Wait(&mutex_);
}

void Listener::Loop() {
  std::array<epoll_event, 64> events{};
  while (!stopping_) {
    const int count =
        ::epoll_wait(connections_->epoll, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const int descriptor = event.data.fd;
      if (descriptor == wake_) {
        std::uint64_t ignored = 0;
        const ssize_t got = ::read(wake_, &ignored, sizeof(ignored));
        static_cast<void>(got);
      } else if (descriptor == descriptor_) {
        AcceptAll();
      } else if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) {
        connections_->Forget(descriptor);
      } else if (const auto one = connections_->open.find(descriptor);
                 one != connections_->open.end()) {
        one->second.half_closed = SystemClock().SinceBoot();
      }
    }
    ForgetHalfClosed();
    const absl::MutexLock lock(&mutex_);
    if (closing_ && !is_closed_) {
      ::epoll_ctl(connections_->epoll, EPOLL_CTL_DEL, descriptor_, nullptr);
      ::close(descriptor_);
      descriptor_ = -1;
      is_closed_ = true;
      closed_.SignalAll();
    }
  }
}

void Listener::ForgetHalfClosed() {
  const absl::Duration now = SystemClock().SinceBoot();
  if (now - last_sweep_ < absl::Seconds(1)) return;
  last_sweep_ = now;
  std::vector<int> lingering;
  for (const auto& [descriptor, one] : connections_->open) {
    if (one.half_closed + kHalfClosed < now) lingering.push_back(descriptor);
  }
  for (const int descriptor : lingering) connections_->Forget(descriptor);
}

void Listener::AcceptAll() {
  Connections& connections = *connections_;
  // Bounded, so that a flood does not keep ended connections from being forgotten.
  for (int i = 0; i < 64; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int accepted =
        ::accept4(descriptor_, Generic(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
      if (errno == EMFILE || errno == ENFILE) {
        // Without this the pending connection would wake us for ever.
        if (connections.spare >= 0) ::close(connections.spare);
        const int pending = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
        if (pending >= 0) ::close(pending);
        connections.spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        connections.refused_descriptors->Increment();
        continue;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    Admit(accepted, peer);
  }
}

bool Listener::Displace() {
  const int longest = connections_->known->LongestWithoutCall();
  if (longest < 0) return false;
  connections_->Forget(longest);
  connections_->displaced->Increment();
  return true;
}

void Listener::Admit(int accepted, const sockaddr_storage& peer) {
  Connections& connections = *connections_;
  const std::string address = Key(peer);
  metrics::Counter* refused = nullptr;
  int own = -1;
  if (const auto count = connections.per_address.find(address);
      count != connections.per_address.end() &&
      count->second >= options_.max_connections_per_address) {
    refused = connections.refused_address;
  } else if (accepted <= connections.highest &&
             static_cast<int>(connections.open.size()) >= connections.most && !Displace()) {
    refused = connections.refused_total;
  } else if (accepted > connections.highest || (own = ::fcntl(accepted, F_DUPFD_CLOEXEC, 0)) < 0 ||
             !connections.Watch(own, EPOLLRDHUP | EPOLLET)) {
    // Also what cannot be watched: it would be counted for ever.
    refused = connections.refused_descriptors;
  }
  if (refused != nullptr) {
    refused->Increment();
    ::close(accepted);
    if (own >= 0) ::close(own);
    if (const absl::Duration now = SystemClock().SinceBoot();
        now - last_warning_ > absl::Seconds(10)) {
      last_warning_ = now;
      logger_->Warning("connections are being refused: too many are open",
                       {{"open", static_cast<std::int64_t>(connections.open.size())},
                        {"most", connections.most}});
    }
    return;
  }
  const int on = 1;
  ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  connections.open.emplace(own, Connections::One{.peer = address});
  ++connections.per_address[address];
  connections.known->Add(own, PeerName(peer));
  connections.open_gauge->Set(static_cast<double>(connections.open.size()));
  handler_(accepted);
}

}  // namespace comity::rpc
