"""A development deployment in a temporary folder, for tests and benches that start the services."""

import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SERVICES = ("partner-registry", "engagement-scheduling", "document-exchange")
START_SECONDS = 60


def free_ports(count):
    """The first of `count` loopback ports in a row that nobody uses."""
    for _ in range(200):
        # Below the range from which the kernel gives ports to clients.
        base = random.randrange(20000, 32000)
        held = []
        try:
            for port in range(base, base + count):
                held.append(socket.socket())
                held[-1].bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for taken in held:
                taken.close()
    raise RuntimeError(f"no {count} free ports in a row were found on 127.0.0.1")


def stop_on_signals():
    """Lets `with` blocks end, and so the services, if the test is told to stop."""

    def stop(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


class Deployment:
    """Use with `with`: identities and configuration are made on entry, everything ends on exit."""

    def __init__(self, source, binaries, prefix=()):
        """`prefix` goes before the services' command lines, such as ("taskset", "-c", "0")."""
        self.source = pathlib.Path(source)
        self.binaries = pathlib.Path(binaries)
        self.prefix = list(prefix)
        self.processes = {}
        self.logs = []

    def __enter__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="comity-"))
        try:
            self.port_base = free_ports(len(SERVICES))
            self.environment = dict(
                os.environ,
                COMITY_HOME=str(self.home),
                COMITY_PORT_BASE=str(self.port_base),
                COMITY_METRICS_PORT_BASE=str(free_ports(len(SERVICES))),
            )
            subprocess.run(
                [self.source / "deploy/prepare", "--home", self.home],
                env=self.environment,
                check=True,
            )
        except BaseException:
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
        shutil.rmtree(self.home)

    def start(self, *services):
        """Starts services and returns when they serve."""
        for service in services:
            log = open(self.home / service / "log/service.log", "ab")
            self.logs.append(log)
            self.processes[service] = subprocess.Popen(
                [*self.prefix, self.binaries / service]
                + ["--config", self.home / service / "config.toml"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        deadline = time.monotonic() + START_SECONDS
        for service in services:
            while self.comity("probe-1", "--timeout", "2", "health", service, check=False).returncode:
                if self.processes[service].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{service} does not serve")
                time.sleep(0.1)

    def stop(self, *services):
        """Ends services as an operator does."""
        running = [self.processes[service] for service in services if service in self.processes]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def import_facts(self):
        """Loads the published facts into the registry."""
        self.comity("registry-1", "partners", "import", self.source / "deploy/data")

    def comity(self, who, *arguments, check=True):
        """Runs the command as an identity; a failure is an error unless `check` is off."""
        done = subprocess.run(
            [self.binaries / "comity", "--as", who, *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise RuntimeError(f"comity {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
        return done

    def issue(self, name, spiffe_id):
        """Makes one more identity, for `comity` as `name`."""
        subprocess.run(
            [self.source / "deploy/pki/issue", "--quiet", "--purpose", "tls", "--id", spiffe_id]
            + ["--pki", self.home / "pki", "--out", self.identity(name)],
            check=True,
        )
        (self.identity(name) / "bundles").symlink_to(self.identity("registry-1") / "bundles")

    def national_member(self, code):
        """The national member of a Member State by its ISO code in lower case; made if he is not there."""
        name = f"{code}-1"
        if not self.identity(name).exists():
            self.issue(name, f"spiffe://agency.example/agency/national-member/{code}/{name}")
        return name

    def port(self, service):
        return self.port_base + SERVICES.index(service)

    def identity(self, who):
        return self.home / "ids" / who

    def roots(self, who):
        return self.identity(who) / "bundles/agency.example/roots.pem"

    def log(self, service):
        return (self.home / service / "log/service.log").read_text(errors="replace")
