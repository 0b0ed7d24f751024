"""A development deployment in a temporary folder, for tests and benches that start the services.

COMITY_BIN_DIR says where the executables are, COMITY_SOURCE_DIR where the sources.
"""

import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

from claims import await_that, must
from ports import free_ports
from postgres import Postgres

SERVICES = ("partner-registry", "engagement-scheduling", "document-exchange")
START_SECONDS = 60
SOURCE = pathlib.Path(os.environ.get("COMITY_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BINARIES = pathlib.Path(os.environ.get("COMITY_BIN_DIR", SOURCE / "build/release/bin"))


def run_test(main):
    """Lets `with` blocks end, and so the services, if the test is told to stop."""

    def stop(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())


class Deployment:
    """Use with `with`: identities and configuration are made on entry, everything ends on exit.

    On PostgreSQL (`engine`, or COMITY_TEST_ENGINE) a server of its own, `postgres`, has a database and a role for
    each service, which reaches them by mutual TLS and a password. `with_standby`, a second server, `standby`, follows
    it, and services go to the one that takes writes.
    """

    def __init__(self, prefix=(), engine=None, postgres_prefix=(), with_standby=False):
        """`prefix` goes before the services' command lines, such as ("taskset", "-c", "0")."""
        self.prefix = list(prefix)
        self.engine = engine or os.environ.get("COMITY_TEST_ENGINE", "sqlite")
        if self.engine not in ("sqlite", "postgresql"):
            raise RuntimeError(f"COMITY_TEST_ENGINE is {self.engine}; it must be sqlite or postgresql")
        self.postgres = self.standby = None
        self.with_standby = with_standby
        self.postgres_prefix = postgres_prefix
        self.processes = {}
        self.logs = []

    def __enter__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="comity-"))
        try:
            self.port_base, self.metrics_port_base = (free_ports(len(SERVICES)) for _ in range(2))
            self.environment = dict(
                os.environ,
                COMITY_HOME=str(self.home),
                COMITY_PORT_BASE=str(self.port_base),
                COMITY_METRICS_PORT_BASE=str(self.metrics_port_base),
            )
            subprocess.run(
                [SOURCE / "deploy/prepare", "--home", self.home],
                env=self.environment,
                check=True,
            )
            if self.engine == "postgresql":
                self._use_postgres()
        except BaseException:
            for server in self._servers():
                server.__exit__()
            shutil.rmtree(self.home)
            raise
        return self

    def __exit__(self, kind, *_):
        self.stop(*self.processes)
        if kind is not None:
            for name in self.processes:
                print(f"--- the end of the log of {name}")
                print("\n".join(self.log(name).splitlines()[-10:]))
        for log in self.logs:
            log.close()
        for server in self._servers():
            server.__exit__()
        shutil.rmtree(self.home)

    def start(self, *services):
        """Starts services and returns when they serve."""
        for service in services:
            self.launch(service, service, self.environment, self.prefix)
        self.await_serving({service: service for service in services})

    def launch(self, name, service, environment, prefix):
        """Starts a process of a service; `name` has its log."""
        log = open(self.home / name / "log/service.log", "ab")
        self.logs.append(log)
        self.processes[name] = subprocess.Popen(
            [*prefix, BINARIES / service, "--config", self.config(service)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
        )

    def await_serving(self, started, home=None):
        """Returns when processes that were launched, by their names the services, serve whoever asks as of `home`."""

        def refusals():
            asked = {
                name: self.comity("probe-1", "--timeout", "2", "health", service, check=False, home=home)
                for name, service in started.items()
            }
            said = {name: done.stderr for name, done in asked.items() if done.returncode}
            ended = [name for name in said if self.processes[name].poll() is not None]
            must(not ended, "processes that were started run", ended)
            return said

        await_that(refusals, lambda said: not said, "what was started serves", START_SECONDS)

    def stop(self, *services):
        """Ends services as an operator does, those that stand still, too."""
        running = [self.processes[service] for service in services if service in self.processes]
        for process in running:
            process.terminate()
            process.send_signal(signal.SIGCONT)
        for process in running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill(self, *services):
        for service in services:
            self.processes[service].kill()
            self.processes[service].wait()

    def start_suite(self):
        """Starts all services, the registry with the published facts."""
        registry, *others = SERVICES
        self.start(registry)
        self.import_facts()
        self.start(*others)

    def import_facts(self):
        """Loads the published facts into the registry."""
        self.comity("registry-1", "partners", "import", SOURCE / "deploy/data")

    def publish_keys(self, *identities):
        for who in identities:
            self.comity(who, "keys", "publish")

    def comity(self, who, *arguments, check=True, home=None):
        """Runs the command as an identity, of `home` if given; a failure is an error unless `check` is off."""
        done = subprocess.run(
            self._command(who, arguments),
            env=dict(self.environment, COMITY_HOME=str(home)) if home else self.environment,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise RuntimeError(f"comity {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
        return done

    def ask(self, who, *arguments):
        """What the command answers as an identity, by its JSON."""
        return json.loads(self.comity(who, *arguments, "--output", "json").stdout)

    def refused(self, reason, who, *arguments):
        """What is asked as an identity is refused for that reason."""
        done = self.comity(who, *arguments, check=False)
        must(done.returncode == 1 and reason in done.stderr, f"{arguments}: {reason}", (done.returncode, done.stderr))

    def begin(self, who, *arguments, **streams):
        """Starts the command as an identity; the process."""
        return subprocess.Popen(
            self._command(who, arguments), stdin=subprocess.DEVNULL, env=self.environment, **streams
        )

    def issue(self, name, spiffe_id):
        """Makes one more identity, for `comity` as `name`."""
        self._issue(spiffe_id, self.identity(name))
        (self.identity(name) / "bundles").symlink_to(self.identity("registry-1") / "bundles")

    def national_member(self, code):
        """The national member of a Member State by its ISO code in lower case; made if he is not there."""
        name = f"{code}-1"
        if not self.identity(name).exists():
            self.issue(name, f"spiffe://agency.example/agency/national-member/{code}/{name}")
        return name

    def port(self, service):
        return self.port_base + SERVICES.index(service)

    def metrics_port(self, service):
        return self.metrics_port_base + SERVICES.index(service)

    def identity(self, who):
        return self.home / "ids" / who

    def roots(self, who):
        return self.identity(who) / "bundles/agency.example/roots.pem"

    def log(self, service):
        return (self.home / service / "log/service.log").read_text(errors="replace")

    def ledger_keys(self, service):
        return self.home / service / "ledger/ledger.vkey"

    def config(self, service):
        return self.home / service / "config.toml"

    def configure(self, service, section, settings):
        """Adds settings to a section of a service's configuration, which is there or not."""
        file = self.config(service)
        before, head, after = file.read_text().partition(f"[{section}]\n")
        head = head or f"\n[{section}]\n"
        file.write_text(f"{before}{head}{settings}\n{after}")

    def database(self, service):
        """The address of a service's PostgreSQL database, as it is configured."""
        folder = self.home / service
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self._servers())
        return f"postgresql://{service}@{hosts}/{service}?" + "&".join(
            (
                "sslmode=verify-full",
                f"sslrootcert={self._bundle(service)}/roots.pem",
                f"sslcert={folder}/tls/tls.pem",
                f"sslkey={folder}/tls/tls.key",
                f"passfile={folder}/database.pass",
                *(["target_session_attrs=read-write"] if self.standby else []),
            )
        )

    def _command(self, who, arguments):
        return [BINARIES / "comity", "--as", who, *map(str, arguments)]

    def _servers(self):
        return [server for server in (self.postgres, self.standby) if server]

    def _use_postgres(self):
        identity = self.home / "database"
        self._issue("spiffe://agency.example/service/database", identity, "--ip", "127.0.0.1")
        tls = (identity / "tls.pem", identity / "tls.key", self._bundle(SERVICES[0]) / "roots.pem")
        server = self.postgres = Postgres(self.postgres_prefix, tls).__enter__()
        if self.with_standby:
            self.standby = Postgres(self.postgres_prefix, standby_of=server).__enter__()
        for service in SERVICES:
            password = secrets.token_hex(16)
            passfile = self.home / service / "database.pass"
            passfile.touch(mode=0o600)
            ports = (each.port for each in self._servers())
            passfile.write_text("".join(f"127.0.0.1:{port}:*:{service}:{password}\n" for port in ports))
            server.query(f"CREATE ROLE \"{service}\" LOGIN PASSWORD '{password}'")
            server.query(f'CREATE DATABASE "{service}" OWNER "{service}"')
            self.configure(service, "storage", f'database = "{self.database(service)}"')

    def _issue(self, spiffe_id, folder, *further):
        subprocess.run(
            [SOURCE / "deploy/pki/issue", "--quiet", "--purpose", "tls", "--id", spiffe_id]
            + ["--pki", self.home / "pki", "--out", folder, *further],
            check=True,
        )

    def _bundle(self, service):
        return self.home / service / "bundles/agency.example"
