#pragma once

#include <libpq-fe.h>

#include <functional>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"

namespace comity::storage {

// Hears what is said on a channel of a PostgreSQL database (NOTIFY), on a thread and a connection
// of its own, until it is destroyed. A lost connection is made anew. Nothing is missed for long:
// `callback` is also called, with "", after every connection and every few seconds.
class PostgresListener {
 public:
  // `callback` runs on the listener's thread and must only wake somebody.
  PostgresListener(std::string url, std::string channel,
                   std::function<void(absl::string_view payload)> callback);
  ~PostgresListener();
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

 private:
  void Loop();
  // Until the connection is lost or this is destroyed.
  void Hear(PGconn* db);
  // False: this is destroyed. `socket` may be -1.
  bool Wait(int socket) const;

  const std::string url_;
  const std::string channel_;
  const std::function<void(absl::string_view)> callback_;
  const int stop_;  // An eventfd, readable once this is destroyed.
  std::thread thread_;
};

}  // namespace comity::storage
