#include "common/rpc/open_connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/metrics/names.h"
#include "common/status/error.h"

namespace comity::rpc {
namespace {

bool SaysNo(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

metrics::Counter* Ended(metrics::Metrics& metrics, const char* reason) {
  return &metrics.AddCounter(metrics::kConnectionsEnded, "Open connections closed by the service.",
                             {{"reason", reason}});
}

}  // namespace

OpenConnections::OpenConnections(Options options, Parts parts)
    : options_(options),
      parts_(std::move(parts)),
      delay_(&parts_.metrics->AddHistogram(
          metrics::kRevocationEnforcement,
          "From the last look that saw a caller count who does not any more to the end of his "
          "connection, in seconds.",
          {}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0, 5.0, 10.0})),
      ended_certificate_(Ended(*parts_.metrics, "certificate")),
      ended_standing_(Ended(*parts_.metrics, "standing")),
      ended_unvouched_(Ended(*parts_.metrics, "unvouched")),
      ended_no_call_(Ended(*parts_.metrics, "no_call")),
      ended_flood_(Ended(*parts_.metrics, "flood")),
      seen_generation_(parts_.verifier->generation()) {}

void OpenConnections::Add(int descriptor, const std::string& peer) {
  const absl::Duration now = parts_.clock->SinceBoot();
  absl::MutexLock lock(&mutex_);
  const std::uint64_t number = next_number_++;
  open_[descriptor] = {.peer = peer, .opened = now, .number = number};
  by_peer_[peer] = descriptor;
  waiting_[number] = descriptor;
}

void OpenConnections::Remove(int descriptor) {
  absl::MutexLock lock(&mutex_);
  const auto found = open_.find(descriptor);
  if (found == open_.end()) return;
  const auto named = by_peer_.find(found->second.peer);
  if (named != by_peer_.end() && named->second == descriptor) by_peer_.erase(named);
  waiting_.erase(found->second.number);
  begun_.erase(found->second.known_as);
  open_.erase(found);
}

int OpenConnections::LongestWithoutCall() const {
  absl::ReaderMutexLock lock(&mutex_);
  return waiting_.empty() ? -1 : waiting_.begin()->second;
}

void OpenConnections::Begin(const void* connection, bool admitted) {
  absl::MutexLock lock(&mutex_);
  Begun& begun = begun_[connection];
  begun.moved = true;
  if (admitted) ++begun.calls;
}

void OpenConnections::Progress(const void* connection, bool call,
                               const std::function<Presented()>& presented) {
  {
    absl::MutexLock lock(&mutex_);
    Begun& begun = begun_[connection];
    begun.moved = true;
    if (call) begun.Come();
    if (begun.known) return;
  }
  const auto [peer, certificates] = presented();
  // The length keeps leaf and chain apart.
  const std::string key =
      absl::StrCat(certificates.leaf.size(), ":", certificates.leaf, certificates.chain);
  const absl::Duration now = parts_.clock->SinceBoot();
  absl::MutexLock lock(&mutex_);
  const auto named = by_peer_.find(peer);
  if (named == by_peer_.end()) return;
  Connection& found = open_.at(named->second);
  if (found.caller != nullptr) return;
  begun_[connection].known = true;
  found.known_as = connection;
  std::weak_ptr<Caller>& known = callers_[key];
  found.caller = known.lock();
  if (found.caller == nullptr) {
    found.caller = std::make_shared<Caller>();
    found.caller->leaf = std::string(certificates.leaf);
    found.caller->chain = std::string(certificates.chain);
    found.caller->last_counted = now;
    known = found.caller;
  }
  waiting_.erase(found.number);
}

absl::string_view OpenConnections::NameOf(const Caller& caller) {
  if (caller.verified == nullptr) return {};
  return caller.verified->principal.spiffe_id;
}

absl::Status OpenConnections::Judge(Caller& caller) const {
  const absl::Time now = parts_.clock->Now();
  const std::uint64_t generation = parts_.verifier->generation();
  if (caller.verified == nullptr || caller.generation != generation ||
      now > caller.verified->not_after || now < caller.verified->not_before) {
    auto verified =
        parts_.verifier->Verify(caller.leaf, caller.chain, identity::Purpose::kTls, now);
    if (!verified.ok()) return verified.status();
    caller.verified = *std::move(verified);
    caller.generation = generation;
  }
  if (parts_.standing == nullptr) return absl::OkStatus();
  return parts_.standing(caller.verified->principal);
}

void OpenConnections::JudgeAll() {
  std::vector<std::shared_ptr<Caller>> callers;
  {
    absl::MutexLock lock(&mutex_);
    callers.reserve(callers_.size());
    for (auto known = callers_.begin(); known != callers_.end();) {
      if (auto caller = known->second.lock()) {
        callers.push_back(std::move(caller));
        ++known;
      } else {
        known = callers_.erase(known);
      }
    }
  }
  // Without the mutex: hundreds of microseconds each after a change.
  for (const auto& caller : callers) {
    const std::uint64_t counted_in = caller->generation;
    absl::Status refusal = Judge(*caller);
    const absl::Duration now = parts_.clock->SinceBoot();
    if (refusal.ok()) {
      caller->last_counted = now;
      caller->refused_at = absl::InfiniteDuration();
      continue;
    }
    const bool first = caller->refused_at == absl::InfiniteDuration();
    if (!first && (SaysNo(caller->refusal) || !SaysNo(refusal))) continue;
    if (first) caller->refused_at = now;
    caller->refused_since = caller->last_counted;
    // Not for his standing: a change of the registry raises the generation, too, and no file
    // changed.
    if (absl::IsUnauthenticated(refusal) && counted_in != parts_.verifier->generation() &&
        parts_.changed_after != nullptr) {
      caller->refused_since = std::min(caller->refused_since, parts_.changed_after());
    }
    caller->refusal = std::move(refusal);
    caller->told = false;
  }
}

void OpenConnections::CountEnd(Caller& caller, absl::Duration now) {
  const bool revoked = SaysNo(caller.refusal);
  // Nobody was revoked where nobody can be vouched for: that is no delay of an enforcement.
  if (revoked) delay_->Observe(absl::ToDoubleSeconds(now - caller.refused_since));
  (!revoked                                  ? ended_unvouched_
   : absl::IsUnauthenticated(caller.refusal) ? ended_certificate_
                                             : ended_standing_)
      ->Increment();
  if (std::exchange(caller.told, true)) return;
  parts_.logger->Warning(revoked ? "connections closed: their caller no longer counts"
                                 : "connections closed: whether their caller counts is not known",
                         {{"principal", NameOf(caller)}, {"reason", ReasonOf(caller.refusal)}});
}

void OpenConnections::Enforce() {
  if (const std::uint64_t generation = parts_.verifier->generation();
      generation != seen_generation_) {
    seen_generation_ = generation;
    nobodys_end_ = parts_.clock->SinceBoot();
  }
  JudgeAll();

  const absl::Duration now = parts_.clock->SinceBoot();
  absl::MutexLock lock(&mutex_);
  const bool nobody_calls = NobodyHasTooManyCalls(now);
  const auto sums = SumUnused();
  for (auto& [descriptor, connection] : open_) {
    if (connection.shut) continue;
    Caller* const caller = connection.caller.get();
    if (caller != nullptr && now >= caller->refused_at + options_.goodbye) {
      CountEnd(*caller, now);
    } else if (Floods(connection, sums.at(caller), nobody_calls)) {
      ended_flood_->Increment();
      parts_.logger->Warning(
          "connection closed: what comes on it becomes no call",
          {{"principal", caller == nullptr ? absl::string_view() : NameOf(*caller)}});
    } else if (const absl::Duration age = now - connection.opened;
               caller == nullptr &&
               (age >= options_.first_call ||
                (age >= options_.goodbye && connection.opened <= nobodys_end_))) {
      ended_no_call_->Increment();
    } else {
      continue;
    }
    Shut(descriptor, connection);
  }
}

std::unordered_map<const OpenConnections::Caller*, std::uint64_t> OpenConnections::SumUnused() {
  std::unordered_map<const Caller*, std::uint64_t> sums;
  for (auto& [descriptor, connection] : open_) {
    const auto begun = begun_.find(connection.known_as);
    connection.unused = 0;
    if (begun != begun_.end() && std::exchange(begun->second.moved, false)) {
      connection.stood.reset();
      // Some never come: they were given up, or were too large.
      begun->second.Come();
    } else if (const std::optional<Bytes> now = BytesOf(descriptor); now.has_value()) {
      // Before the first call all counts.
      if (!connection.stood.has_value()) {
        connection.stood = connection.caller == nullptr ? Bytes() : *now;
      }
      const std::uint64_t most = (now->sent - connection.stood->sent) / 64;
      const std::uint64_t came = now->received - connection.stood->received;
      connection.unused = came - std::min(came, most);
    }
    sums[connection.caller.get()] += connection.unused;
  }
  return sums;
}

bool OpenConnections::NobodyHasTooManyCalls(absl::Duration now) {
  bool found = false;
  for (auto begun = begun_.begin(); begun != begun_.end();) {
    Begun& calls = begun->second;
    if (!calls.known && std::exchange(calls.moved, false)) calls.last = now;
    const bool too_many = !calls.known && calls.calls > options_.calls_without_message;
    found = found || too_many;
    const bool over = too_many || (!calls.known && now - calls.last > options_.first_call);
    begun = over ? begun_.erase(begun) : std::next(begun);
  }
  return found;
}

bool OpenConnections::Floods(const Connection& connection, std::uint64_t sum,
                             bool nobody_calls) const {
  if (connection.caller == nullptr) {
    // So many headers are nine bytes each at least: who only shakes hands brings less.
    return connection.unused > options_.first_call_bytes ||
           (sum > 16 * options_.first_call_bytes &&
            connection.unused > options_.first_call_bytes / 16) ||
           (nobody_calls &&
            connection.unused > 9 * static_cast<std::uint64_t>(options_.calls_without_message));
  }
  const auto begun = begun_.find(connection.known_as);
  if (begun != begun_.end() && begun->second.calls > options_.calls_without_message) return true;
  // Of a caller's connections those that have a part in it.
  return sum > options_.unused_bytes && connection.unused > options_.unused_bytes / 64;
}

std::optional<OpenConnections::Bytes> OpenConnections::BytesOf(int descriptor) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return Bytes{.received = info.tcpi_bytes_received, .sent = info.tcpi_bytes_acked};
}

void OpenConnections::Shut(int descriptor, Connection& connection) {
  connection.shut = true;
  // What the peer has not read is not sent any more: the last close resets the connection.
  const linger none = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  ::shutdown(descriptor, SHUT_RDWR);
}

}  // namespace comity::rpc
