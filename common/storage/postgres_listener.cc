#include "common/storage/postgres_listener.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/storage/postgres_connection.h"

namespace comity::storage {
namespace {

constexpr int kPauseMillis = 2000;

}  // namespace

PostgresListener::PostgresListener(std::string url, std::string channel,
                                   std::function<void(absl::string_view)> callback)
    : url_(std::move(url)),
      channel_(std::move(channel)),
      callback_(std::move(callback)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
  if (stop_ < 0) std::abort();
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "storage-listen");
}

PostgresListener::~PostgresListener() {
  const std::uint64_t one = 1;
  if (write(stop_, &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
  close(stop_);
}

void PostgresListener::Loop() {
  do {
    PGconn* const db = ConnectPostgres(url_);
    if (PQstatus(db) == CONNECTION_OK) Hear(db);
    PQfinish(db);
    // Whoever listens may find out more than this connection can.
    callback_("");
  } while (Wait(-1));
}

void PostgresListener::Hear(PGconn* db) {
  const PostgresResult listening(PQexec(db, ("LISTEN " + channel_).c_str()));
  if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) return;
  callback_("");
  while (Wait(PQsocket(db))) {
    if (PQconsumeInput(db) != 1) return;
    bool heard = false;
    while (PGnotify* const said = PQnotifies(db)) {
      callback_(said->extra);
      PQfreemem(said);
      heard = true;
    }
    if (!heard) callback_("");
  }
}

bool PostgresListener::Wait(int socket) const {
  std::array<pollfd, 2> polled = {pollfd{stop_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  if (poll(polled.data(), polled.size(), kPauseMillis) < 0 && errno != EINTR) {
    // No memory, or descriptors that are none. Going on would spin, and a replica that hears of
    // nobody would serve what is long out of date: a new process starts from what is durable.
    std::perror("The listener for changes of other replicas cannot wait; start the service again");
    std::abort();
  }
  return polled[0].revents == 0;
}

}  // namespace comity::storage
