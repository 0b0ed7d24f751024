"""A PostgreSQL server for tests and benches that start processes."""

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


class Postgres:
    """A PostgreSQL server with its files on the deployment's disk, durable; use with `with`."""

    def __init__(self, prefix=()):
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
