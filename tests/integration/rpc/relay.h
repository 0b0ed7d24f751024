#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace comity::testing {

// Stands between one client and a server on the loopback: passes bytes on both ways, can stop
// reading what the server sends, and says when the server has closed the connection. One connection
// only; a second one of the client's is closed at once.
class Relay {
 public:
  explicit Relay(int server_port);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  std::string address() const;

  // From now on nothing is read from the server.
  void StopReading() { reading_ = false; }

  // Waits until nothing has come from the server for a while: its buffers are full, or it is idle.
  void WaitForSilence();

  // Waits until the server has closed the connection, `patience` at most; when that was seen.
  absl::Time WaitForClose(absl::Duration patience);

  bool closed() const { return closed_at_nanos_ != 0; }

 private:
  void Run();

  int listener_ = -1;
  int port_ = 0;
  const int server_port_;
  std::atomic<bool> reading_ = true;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> closed_at_nanos_ = 0;
  std::atomic<std::int64_t> last_byte_nanos_ = 0;
  std::thread thread_;
};

}  // namespace comity::testing
