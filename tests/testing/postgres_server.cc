#include "tests/testing/postgres_server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/testing/loopback.h"

namespace comity::testing {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";

[[noreturn]] void Fail(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "PostgresServer: %s: %s\n", what.c_str(), why.c_str());
  std::abort();
}

// `program` as PostgreSQL wants it run: not by root, and ended when the test is.
std::vector<std::string> AsUser(const std::string& program,
                                const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"--pdeathsig", "QUIT"};
  if (::geteuid() == 0) {
    for (const char* const word : {"--reuid", "postgres", "--regid", "postgres", "--init-groups"}) {
      words.emplace_back(word);
    }
  }
  words.push_back(kPrograms + program);
  for (const std::string& argument : arguments) words.push_back(argument);
  return words;
}

int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  auto* const at = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || ::bind(socket, at, size) != 0 || ::getsockname(socket, at, &size) != 0) {
    Fail("no free port", "bind failed");
  }
  ::close(socket);
  return ntohs(address.sin_port);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server(Options{});
  return server;
}

PostgresServer::PostgresServer(const Options& options) : options_(options), port_(FreePort()) {
  if (::geteuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      Fail("there is no user postgres", "install postgresql-15 (deploy/install test)");
    }
  }
  std::string program = "initdb";
  std::vector<std::string> arguments = {
      "-D",   folder_ / "data",   "-U",        "postgres",         "-A", "trust", "-E",
      "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"};
  if (options_.standby_of != nullptr) {
    program = "pg_basebackup";
    arguments = {"-D", folder_ / "data",    "-d",       options_.standby_of->UrlOf("postgres"),
                 "-R", "--checkpoint=fast", "--no-sync"};
  }
  ChildProcess make("setpriv", AsUser(program, arguments));
  if (const int code = make.Wait(); code != 0) Fail(program + " failed", make.errors());
  Start();
}

PostgresServer::~PostgresServer() {
  if (process_ == nullptr) return;
  process_->Signal(SIGQUIT);
  process_->Wait();
}

void PostgresServer::Start() {
  const std::string log = folder_ / "data/server.log";
  process_ = std::make_unique<ChildProcess>(
      "setpriv",
      AsUser("postgres", {"-D", folder_ / "data", "-h", "127.0.0.1", "-p", std::to_string(port_),
                          "-k", folder_.path(), "-c", options_.fsync ? "fsync=on" : "fsync=off",
                          "-c", "max_connections=200", "-c", "logging_collector=on", "-c",
                          "log_directory=.", "-c", "log_filename=server.log"}));
  // libpq has no way to be told.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (PQping(UrlOf("postgres").c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > patience) Fail("no server", ReadAll(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresServer::Crash() {
  process_->Signal(SIGQUIT);
  process_->Wait();
  process_.reset();
}

std::string PostgresServer::NewDatabase() {
  const std::string name = "test_" + std::to_string(++databases_);
  Run("CREATE DATABASE " + name);
  return UrlOf(name);
}

void PostgresServer::CopyDatabase(const std::string& from, const std::string& to) const {
  Run("DROP DATABASE IF EXISTS " + to + " WITH (FORCE)");
  Run("CREATE DATABASE " + to + " TEMPLATE " + from);
}

void PostgresServer::DropDatabase(const std::string& url) const {
  Run("DROP DATABASE " + NameOf(url) + " WITH (FORCE)");
}

std::string PostgresServer::UrlOf(const std::string& name) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + name;
}

std::string PostgresServer::NameOf(const std::string& url) {
  return url.substr(url.rfind('/') + 1);
}

std::string PostgresServer::RunIn(const std::string& database, const std::string& sql) const {
  PGconn* const db = PQconnectdb(UrlOf(database).c_str());
  PGresult* const result = PQexec(db, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail(sql, PQerrorMessage(db));
  std::string first = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(db);
  return first;
}

void PostgresServer::EndSessions(const std::string& database) const {
  Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
}

}  // namespace comity::testing
