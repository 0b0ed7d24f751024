#pragma once

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace comity::testing {

// Stands between a client and a server on 127.0.0.1 and, when it is told to, loses one answer: the
// connection on which the server says `word` next is closed before the client hears it.
class CuttingProxy {
 public:
  CuttingProxy(int server_port, std::string word);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }

  // Loses the next answer with the word, once.
  void Cut() { armed_ = true; }
  // Whether it was lost.
  bool cut() const { return !armed_; }

 private:
  void Accept();
  void Carry(int client);

  const int server_port_;
  const std::string word_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> armed_ = false;
  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<int> open_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> carriers_;  // The acceptor's, until it has ended.
  std::thread acceptor_;
};

}  // namespace comity::testing
