#include "common/rpc/service_process.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/identity/own_certificate.h"
#include "common/metrics/names.h"
#include "common/rpc/access_table.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/grpc_log.h"
#include "common/rpc/server.h"
#include "common/rpc/tls.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/threads/locks.h"

namespace comity::rpc {
namespace {

constexpr int kFailure = 1;
constexpr int kMisuse = 2;

// What is read again while the process runs, as metrics and log name it.
constexpr char kCertificatePart[] = "certificate";
constexpr char kBundlesPart[] = "bundles";
constexpr char kTablePart[] = "access_table";

struct Flags {
  std::string config;
  bool check_config = false;
};

// Everything from the sections every service has.
struct Settings {
  Server::Options server;
  std::string port_file;
  GateCore::Options gate;
  identity::Loader::Options identity;
  std::string access_table;
  std::string metrics_address;
  logging::Options logging;
};

absl::Status ReadServer(const config::Section& section, Settings& settings) {
  Server::Options& server = settings.server;
  COMITY_ASSIGN_OR_RETURN(server.listener.address, section.String("address"));
  COMITY_ASSIGN_OR_RETURN(settings.port_file, section.Path("port_file", ""));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t connections,
                          section.Integer("max_connections", 4096, 1, 1'000'000));
  server.listener.max_connections = static_cast<int>(connections);
  COMITY_ASSIGN_OR_RETURN(const std::int64_t per_address,
                          section.Integer("max_connections_per_address", 1024, 1, 1'000'000));
  server.listener.max_connections_per_address = static_cast<int>(per_address);
  COMITY_ASSIGN_OR_RETURN(const std::int64_t streams,
                          section.Integer("max_streams_per_connection", 256, 1, 100'000));
  server.max_streams_per_connection = static_cast<int>(streams);
  COMITY_ASSIGN_OR_RETURN(
      server.max_connection_age,
      section.Duration("max_connection_age", absl::Hours(1), absl::Minutes(1), absl::Hours(240)));
  COMITY_ASSIGN_OR_RETURN(server.handshake_timeout,
                          section.Duration("handshake_timeout", absl::Seconds(10),
                                           absl::Milliseconds(100), absl::Minutes(2)));
  COMITY_ASSIGN_OR_RETURN(
      server.first_call_timeout,
      section.Duration("first_call_timeout", absl::Seconds(30), absl::Seconds(1), absl::Hours(1)));
  COMITY_ASSIGN_OR_RETURN(server.drain_deadline,
                          section.Duration("drain_deadline", absl::Seconds(10),
                                           absl::Milliseconds(100), absl::Minutes(10)));
  COMITY_ASSIGN_OR_RETURN(
      settings.gate.stall_timeout,
      section.Duration("stall_timeout", absl::Seconds(60), absl::Seconds(1), absl::Hours(1)));
  COMITY_ASSIGN_OR_RETURN(
      settings.gate.unread_timeout,
      section.Duration("unread_timeout", absl::Minutes(5), absl::Seconds(1), absl::Hours(24)));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t write_threads,
                          section.Integer("write_threads", 64, 1, 1024));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t bulk_threads,
                          section.Integer("bulk_threads", 16, 1, 1024));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t queue, section.Integer("queue", 1024, 4, 1'000'000));
  settings.gate.write_threads = static_cast<std::size_t>(write_threads);
  settings.gate.bulk_threads = static_cast<std::size_t>(bulk_threads);
  settings.gate.queue = static_cast<std::size_t>(queue);
  constexpr std::array<const char*, kAdmissions> kRates = {"reads_per_second", "writes_per_second",
                                                           "bulk_per_second", "watches_per_second"};
  for (std::size_t i = 0; i < kAdmissions; ++i) {
    std::int64_t& rate = settings.gate.rates.per_second[i];
    COMITY_ASSIGN_OR_RETURN(rate, section.Integer(kRates[i], rate, 1, 10'000'000));
  }
  return absl::OkStatus();
}

absl::Status ReadIdentity(const config::Section& section, identity::Loader::Options& identity) {
  COMITY_ASSIGN_OR_RETURN(identity.certificate_file, section.Path("certificate"));
  COMITY_ASSIGN_OR_RETURN(identity.key_file, section.Path("key"));
  COMITY_ASSIGN_OR_RETURN(identity.bundles_folder, section.Path("bundles"));
  COMITY_ASSIGN_OR_RETURN(identity.publish_folder, section.Path("publish_folder", "published"));
  COMITY_ASSIGN_OR_RETURN(identity.poll_interval,
                          section.Duration("poll_interval", absl::Milliseconds(200),
                                           absl::Milliseconds(10), absl::Hours(1)));
  COMITY_ASSIGN_OR_RETURN(
      identity.verifier.crl_grace,
      section.Duration("crl_grace", absl::Hours(24), absl::ZeroDuration(), absl::Hours(24 * 30)));
  return absl::OkStatus();
}

absl::StatusOr<Settings> ReadSettings(const config::Config& config,
                                      const ServiceDefinition& definition) {
  Settings settings;
  settings.gate.service = definition.name;
  settings.gate.services = definition.services;
  COMITY_RETURN_IF_ERROR(ReadServer(config.section("server"), settings));
  COMITY_RETURN_IF_ERROR(ReadIdentity(config.section("identity"), settings.identity));
  COMITY_ASSIGN_OR_RETURN(settings.access_table, config.section("access").Path("table"));
  COMITY_ASSIGN_OR_RETURN(settings.metrics_address,
                          config.section("metrics").String("address", "127.0.0.1:0"));

  const config::Section logging = config.section("logging");
  settings.logging.service = definition.name;
  COMITY_ASSIGN_OR_RETURN(const std::string level,
                          logging.Word("level", {"debug", "info", "warning", "error"}, "info"));
  COMITY_ASSIGN_OR_RETURN(settings.logging.level, logging::ParseLevel(level));
  COMITY_ASSIGN_OR_RETURN(settings.logging.file, logging.Path("file", ""));
  COMITY_ASSIGN_OR_RETURN(settings.gate.log_reads, logging.Boolean("reads", true));

  if (definition.read_config) COMITY_RETURN_IF_ERROR(definition.read_config(config));
  COMITY_RETURN_IF_ERROR(config.RefuseUnknown());
  return settings;
}

// Ours are few; more connections than the soft limit allows are the operator's to grant by the hard
// one.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

absl::Status WritePortFile(const std::string& file, int port) {
  const std::string temporary = absl::StrCat(file, ".new");
  std::FILE* const out = std::fopen(temporary.c_str(), "we");
  bool written = out != nullptr && absl::FPrintF(out, "%d\n", port) > 0;
  if (out != nullptr) written = std::fclose(out) == 0 && written;
  if (written && std::rename(temporary.c_str(), file.c_str()) == 0) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("cannot write server.port_file ", file, ": ", std::strerror(errno),
                                "."),  // NOLINT(concurrency-mt-unsafe)
                   {.reason = "PORT_FILE_UNWRITABLE"});
}

// What changes when a file was replaced or written to.
std::string Fingerprint(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return "";
  return absl::StrCat(status.st_ino, ".", status.st_size, ".", status.st_mtim.tv_sec, ".",
                      status.st_mtim.tv_nsec);
}

// Stands in for the application's recorder until there is one: the gate is needed to build the
// application, and admits nothing before.
class LateRecorder final : public RefusalRecorder {
 public:
  absl::Status RecordRefusal(const Call& call, const absl::Status& refusal) override {
    RefusalRecorder* const recorder = target.load();
    return recorder == nullptr ? Missing() : recorder->RecordRefusal(call, refusal);
  }
  absl::Status RecordTableRefusal(const TableRefusal& refusal) override {
    RefusalRecorder* const recorder = target.load();
    return recorder == nullptr ? Missing() : recorder->RecordTableRefusal(refusal);
  }

  std::atomic<RefusalRecorder*> target = nullptr;

 private:
  static absl::Status Missing() { return absl::UnavailableError("this service records nothing"); }
};

class Process final : public ProcessParts {
 public:
  Process(const ServiceDefinition& definition, Settings settings)
      : definition_(definition), settings_(std::move(settings)) {}

  ~Process() override {
    exposition_ = nullptr;  // No scrape after this: callbacks look into the application.
    server_ = nullptr;      // No call either.
    gate_ = nullptr;        // Nor work of one.
    application_ = nullptr;
    RouteGrpcLog(nullptr);
  }

  const Clock& clock() const override { return SystemClock(); }
  logging::Logger& logger() override { return *logger_; }
  metrics::Metrics& metrics() override { return metrics_; }
  identity::Loader& identity() override { return *identity_; }
  CallGate Gate(absl::string_view service) override { return {gate_.get(), service}; }
  void ServeWhen(std::function<bool()> ready) override { ready_ = std::move(ready); }

  // What --check-config can find wrong without changing anything.
  absl::Status Check() const {
    COMITY_ASSIGN_OR_RETURN(const auto methods, MethodsServed(definition_.services));
    COMITY_RETURN_IF_ERROR(AccessTable::Load(settings_.access_table, methods).status());
    COMITY_ASSIGN_OR_RETURN(identity::TrustBundles bundles,
                            identity::TrustBundles::Load(settings_.identity.bundles_folder));
    return identity::CheckOwnCertificate(
               settings_.identity.certificate_file, settings_.identity.key_file,
               std::make_shared<const identity::TrustBundles>(std::move(bundles)), clock().Now())
        .status();
  }

  absl::Status Start() {
    COMITY_ASSIGN_OR_RETURN(logger_, logging::Logger::Open(settings_.logging));
    RouteGrpcLog(logger_.get());
    COMITY_ASSIGN_OR_RETURN(methods_, MethodsServed(definition_.services));
    COMITY_ASSIGN_OR_RETURN(AccessTable table, AccessTable::Load(settings_.access_table, methods_));
    table_.emplace(std::move(table));
    table_fingerprint_ = Fingerprint(settings_.access_table);
    AddMetrics();
    COMITY_ASSIGN_OR_RETURN(
        identity_,
        identity::Loader::Start(settings_.identity, &clock(),
                                [this](const identity::LoadEvent& event) { OnIdentity(event); }));
    metrics_.AddCallback(
        metrics::kCertificateExpiry, "When the service's own TLS certificate ends.", Labels(),
        [this] {
          return static_cast<double>(absl::ToUnixSeconds(identity_->Current()->not_after));
        });
    gate_ = std::make_unique<GateCore>(
        settings_.gate, GateCore::Parts{.clock = &clock(),
                                        .logger = logger_.get(),
                                        .metrics = &metrics_,
                                        .verifier = &identity_->verifier(),
                                        .table = &*table_,
                                        .recorder = &recorder_,
                                        .standing = [this](const identity::Principal& principal) {
                                          return application_->Standing(principal);
                                        }});
    COMITY_ASSIGN_OR_RETURN(application_, definition_.build(*this));
    recorder_.target = application_->Refusals();
    COMITY_ASSIGN_OR_RETURN(server_,
                            Server::Start(settings_.server, {.logger = logger_.get(),
                                                             .metrics = &metrics_,
                                                             .identity = identity_.get(),
                                                             .gate = gate_.get(),
                                                             .services = application_->Services(),
                                                             .ready = std::move(ready_)}));
    // Last, since stopping it takes seconds: a start that fails should fail at once.
    if (!settings_.metrics_address.empty()) {
      COMITY_ASSIGN_OR_RETURN(exposition_,
                              metrics::Exposition::Serve(settings_.metrics_address, metrics_));
    }
    if (!settings_.port_file.empty()) {
      COMITY_RETURN_IF_ERROR(WritePortFile(settings_.port_file, server_->port()));
    }
    logger_->Info("listening", {{"address", server_->address()},
                                {"metrics_port", exposition_ ? exposition_->port() : 0},
                                {"version", COMITY_VERSION}});
    logger_->Flush();  // Who reads the line below finds the ports in the log.
    std::printf("listening on %s\n", server_->address().c_str());
    (void)std::fflush(stdout);  // Who closed our output does not wait for the line.
    return absl::OkStatus();
  }

  // Until a signal ends it. `signals` are blocked in every thread.
  void Serve(const sigset_t& signals) {
    while (true) {
      const timespec moment = {.tv_sec = 0, .tv_nsec = 200'000'000};
      const int signal = ::sigtimedwait(&signals, nullptr, &moment);
      if (signal == SIGTERM || signal == SIGINT) break;
      if (signal == SIGHUP) {
        if (const absl::Status reopened = logger_->Reopen(); !reopened.ok()) {
          logger_->Warning("log not opened again", {{"reason", ReasonOf(reopened)}});
        }
        identity_->Reload().IgnoreError();  // Its observer has said so.
        ReloadTable(/*even_if_unchanged=*/true);
        application_->Reload();
      }
      ReloadTable(/*even_if_unchanged=*/false);
    }
    logger_->Info("draining");
    server_->Drain();
    application_->Stop();
    logger_->Info("stopped");
  }

 private:
  metrics::Labels Labels() const { return {{"service", definition_.name}}; }

  void AddMetrics() {
    metrics_
        .AddGauge(metrics::kBuildInfo, "1, labelled with what runs.",
                  {{"service", definition_.name}, {"version", COMITY_VERSION}})
        .Set(1);
    metrics_.AddGauge(metrics::kStartTime, "When the process started.", Labels())
        .Set(absl::ToDoubleSeconds(clock().Now() - absl::UnixEpoch()));
    table_failures_ = &metrics_.AddCounter(metrics::kAccessTableReloadFailures,
                                           "Access tables that were not accepted.", Labels());
    identity_failures_ = &metrics_.AddCounter(metrics::kIdentityReloadFailures,
                                              "Identity files that were not accepted.", Labels());
    for (const char* const part : {kCertificatePart, kBundlesPart, kTablePart}) {
      SetRejected(part, false);
    }
  }

  void SetRejected(const char* part, bool rejected) {
    metrics_
        .AddGauge(metrics::kReloadRejected,
                  "1 while what is on disk was not accepted and the last good is in force.",
                  {{"service", definition_.name}, {"part", part}})
        .Set(rejected ? 1 : 0);
  }

  void OnIdentity(const identity::LoadEvent& event) {
    const char* const part =
        event.part == identity::LoadEvent::Part::kIdentity ? kCertificatePart : kBundlesPart;
    SetRejected(part, !event.status.ok());
    if (event.status.ok()) {
      logger_->Info("identity loaded", {{"part", part}});
      return;
    }
    identity_failures_->Increment();
    logger_->Warning(
        "identity files not accepted, the last good ones stay",
        {{"part", part}, {"reason", ReasonOf(event.status)}, {"error", event.status.message()}});
  }

  void ReloadTable(bool even_if_unchanged) {
    const std::string fingerprint = Fingerprint(settings_.access_table);
    if (!even_if_unchanged && fingerprint == table_fingerprint_) return;
    table_fingerprint_ = fingerprint;
    auto table = AccessTable::Load(settings_.access_table, methods_);
    SetRejected(kTablePart, !table.ok());
    if (table.ok()) {
      table_->Replace(*std::move(table));
      logger_->Info("access table loaded");
      return;
    }
    table_failures_->Increment();
    logger_->Warning("access table not accepted, the last good one stays",
                     {{"reason", ReasonOf(table.status())}, {"error", table.status().message()}});
  }

  const ServiceDefinition& definition_;
  const Settings settings_;
  std::vector<std::string> methods_;
  std::unique_ptr<logging::Logger> logger_;
  metrics::Metrics metrics_;
  metrics::Counter* table_failures_ = nullptr;
  metrics::Counter* identity_failures_ = nullptr;
  std::optional<AccessTableInForce> table_;
  std::string table_fingerprint_;
  std::unique_ptr<identity::Loader> identity_;
  std::unique_ptr<metrics::Exposition> exposition_;
  LateRecorder recorder_;
  std::unique_ptr<GateCore> gate_;
  std::unique_ptr<Application> application_;
  std::function<bool()> ready_;
  std::unique_ptr<Server> server_;
};

void PrintUsage(std::FILE* out, const std::string& name) {
  absl::FPrintF(out,
                "usage: %s --config FILE [--check-config]\n"
                "\n"
                "  --config FILE    the TOML file to run with\n"
                "  --check-config   read everything, change nothing, say whether it is right\n"
                "  --version        print the version\n"
                "  --help           print this\n",
                name);
}

int Misuse(const std::string& name, const std::string& what) {
  absl::FPrintF(stderr, "%s: %s; try --help.\n", name, what);
  return kMisuse;
}

// What is asked of us in a way that cannot be right, the configuration included, is misuse; a file
// that is not there may be there the next time.
int Fail(const std::string& name, const absl::Status& status) {
  absl::FPrintF(stderr, "%s: %s\n", name, status.message());
  const std::string reason = ReasonOf(status);
  const bool misuse = absl::IsInvalidArgument(status) &&
                      (absl::StartsWith(reason, "CONFIG_") || reason == "DECISION_RULES_INVALID");
  return misuse ? kMisuse : kFailure;
}

// Flags, or the exit code of a process that is done already.
std::optional<int> ParseFlags(int argc, char** argv, const std::string& name, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view flag = argv[i];
    if (flag == "--help") {
      PrintUsage(stdout, name);
      return 0;
    }
    if (flag == "--version") {
      std::printf("%s %s\n", name.c_str(), COMITY_VERSION);
      return 0;
    }
    if (flag == "--check-config") {
      flags.check_config = true;
    } else if (flag == "--config") {
      if (++i >= argc) return Misuse(name, "--config needs a file");
      flags.config = argv[i];
    } else if (absl::StartsWith(flag, "--config=")) {
      flags.config = std::string(flag.substr(sizeof("--config=") - 1));
    } else {
      return Misuse(name, absl::StrCat("unknown option ", flag));
    }
  }
  if (flags.config.empty()) return Misuse(name, "--config FILE is required");
  return std::nullopt;
}

}  // namespace

int RunService(int argc, char** argv, const ServiceDefinition& definition) {
  const std::string name = absl::StrCat("comity-", definition.name);
  Flags flags;
  if (const auto code = ParseFlags(argc, argv, name, flags)) return *code;

  // Blocked before any thread starts, so that only Serve() sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  RaiseDescriptorLimit();
  LookForNoDeadlocks();
  if (const absl::Status hardened = HardenTls(); !hardened.ok()) return Fail(name, hardened);

  const auto config = config::Config::Load(flags.config, config::ProcessEnvironment());
  if (!config.ok()) return Fail(name, config.status());
  auto settings = ReadSettings(*config, definition);
  if (!settings.ok()) return Fail(name, settings.status());

  Process process(definition, *std::move(settings));
  if (flags.check_config) {
    if (const absl::Status checked = process.Check(); !checked.ok()) return Fail(name, checked);
    std::printf("%s: the configuration is right\n", flags.config.c_str());
    return 0;
  }
  if (const absl::Status started = process.Start(); !started.ok()) return Fail(name, started);
  process.Serve(signals);
  return 0;
}

}  // namespace comity::rpc
