"""Foreign servers to measure beside the services: same disk, same core, same clients."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from deployment import free_ports

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
START_SECONDS = 60


def missing(*programs):
    """Those of the programs this machine does not have."""
    return [program for program in programs if not shutil.which(program)]


class Etcd:
    """One etcd over mutual TLS with a service's certificate; use with `with`."""

    def __init__(self, deployment, prefix):
        self.deployment = deployment
        self.prefix = prefix

    def __enter__(self):
        service = self.deployment.home / "partner-registry"
        roots = service / "bundles/agency.example/roots.pem"
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="etcd-", dir=self.deployment.home))
        client, peer = (free_ports(2) + i for i in range(2))
        self.address = f"localhost:{client}"
        self.log = open(self.home / "log", "wb")
        self.process = subprocess.Popen(
            [*self.prefix, "etcd", "--data-dir", self.home / "data", "--log-level", "error"]
            + ["--listen-client-urls", f"https://127.0.0.1:{client}"]
            + ["--advertise-client-urls", f"https://127.0.0.1:{client}"]
            + ["--listen-peer-urls", f"http://127.0.0.1:{peer}"]
            + ["--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}"]
            + ["--initial-cluster", f"default=http://127.0.0.1:{peer}"]
            + ["--cert-file", service / "tls/tls.pem", "--key-file", service / "tls/tls.key"]
            + ["--client-cert-auth", "--trusted-ca-file", roots],
            stdout=self.log,
            stderr=self.log,
        )
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Postgres:
    """A PostgreSQL server with its files on the deployment's disk, durable; use with `with`."""

    def __init__(self, prefix):
        self.prefix = list(prefix)

    def __enter__(self):
        # PostgreSQL refuses root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="comity-postgres-"))
        try:
            if self.user:
                shutil.chown(self.home, self.user, self.user)
            self._run("initdb", "-D", self.home / "data", "-U", "postgres", "-A", "trust",
                      "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")  # fmt: skip
            self.port = free_ports(1)
            self.log = open(self.home / "log", "wb")
            self.process = subprocess.Popen(
                [*self.prefix, POSTGRES / "postgres", "-D", self.home / "data", "-h", "127.0.0.1"]
                + ["-p", str(self.port), "-k", self.home, "-c", "max_connections=200"],
                stdout=self.log,
                stderr=self.log,
                user=self.user,
            )
            self._await()
        except BaseException:
            shutil.rmtree(self.home)
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.home)

    def url(self, database="postgres"):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def query(self, sql, database="postgres"):
        """The rows, columns parted by |."""
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", sql)

    def insert_rate(self, script, clients, seconds, database, prefix=()):
        """Transactions a second of pgbench with a connection a client."""
        out = self._run(
            "pgbench", "-n", "-M", "prepared", "-c", clients, "-T", seconds, "-f", script,
            self.url(database), prefix=prefix,
        )  # fmt: skip
        return float(re.search(r"tps = ([0-9.]+)", out).group(1))

    def _await(self):
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([POSTGRES / "pg_isready", "-q", "-d", self.url()]).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start: " + (self.home / "log").read_text())
            time.sleep(0.1)

    def _run(self, program, *arguments, prefix=()):
        done = subprocess.run(
            [*prefix, POSTGRES / program, *map(str, arguments)],
            capture_output=True, text=True, user=self.user, cwd="/",
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}{done.stdout}")
        return done.stdout
