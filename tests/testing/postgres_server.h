#pragma once

#include <memory>
#include <string>

#include "tests/testing/child_process.h"
#include "tests/testing/temp_directory.h"

namespace comity::testing {

// A PostgreSQL server of the tests' own, on a free port of 127.0.0.1, with its files in a temporary
// folder; gone with the process, however that ends. Started as root it runs as the user postgres:
// PostgreSQL refuses root. Needs Debian's postgresql-15 (deploy/install test), not its cluster.
class PostgresServer {
 public:
  struct Options {
    bool fsync = false;  // Only a test that cuts the power has a use for it.
    // Made from a copy of this one, which it follows until it is promoted. It must outlive the
    // copy.
    const PostgresServer* standby_of = nullptr;
  };

  // The one server of this test binary, started at the first call. Aborts with the server's own
  // words if it cannot be started.
  static PostgresServer& Shared();

  explicit PostgresServer(const Options& options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A new, empty database: its postgresql:// address.
  std::string NewDatabase();

  // Makes the database `to` as `from` is, in place of the one that has this name, with whatever
  // sessions that one has. Nobody may have `from` open.
  void CopyDatabase(const std::string& from, const std::string& to) const;

  // Removes it with whatever sessions it has, so that a long walk does not fill the volume.
  void DropDatabase(const std::string& url) const;

  // The address of the database `name`, there or not; its name in an address of this server.
  std::string UrlOf(const std::string& name) const;
  static std::string NameOf(const std::string& url);

  int port() const { return port_; }

  // Runs `sql` as the superuser in the database `postgres` and returns the first column of the
  // first row, or "". Aborts if it fails: a broken test.
  std::string Run(const std::string& sql) const { return RunIn("postgres", sql); }
  std::string RunIn(const std::string& database, const std::string& sql) const;

  // Ends all its sessions of `database`, as a crash of their backends would be seen by clients.
  void EndSessions(const std::string& database) const;

  // Ends the server at once, as a power cut would (SIGQUIT), and starts it again on the same port.
  void Crash();
  void Start();

 private:
  const TempDirectory folder_;
  const Options options_;
  int port_ = 0;
  int databases_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace comity::testing
