"""A PostgreSQL server for tests and benches that start processes."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from claims import await_that, must
from ports import free_ports

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
START_SECONDS = 60


# By its socket only who starts the server; a service reaches the database of its own name.
MUTUAL_TLS = """local all all trust
local replication all trust
hostssl sameuser all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
"""


class TableLock:
    def __init__(self, session, table):
        self.session = session
        self.session.stdin.write(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; SELECT 'locked';\n")
        self.session.stdin.flush()
        said = self.session.stdout.readline()
        must(said == "locked\n", f"{table} is locked", said)

    def close(self):
        self.session.stdin.close()
        self.session.wait()
        self.session.stdout.close()


class Postgres:
    """A PostgreSQL server with its files on the deployment's disk, durable; use with `with`."""

    def __init__(self, prefix=(), tls=None, standby_of=None):
        """`tls`: certificate, key, and roots of clients' certificates; without, everybody may do everything.

        `standby_of`: a server whose copy it is, tls and all, and which it follows until it is promoted.
        """
        self.prefix = list(prefix)
        self.tls = tls
        self.standby_of = standby_of

    def __enter__(self):
        # PostgreSQL refuses root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="comity-postgres-"))
        self.data = self.home / "data"
        try:
            if self.user:
                shutil.chown(self.home, self.user, self.user)
            if self.standby_of:
                self._copy(self.standby_of)
            else:
                self._make()
            self.port = free_ports(1)
            self.log = open(self.home / "log", "wb")
            self.start()
        except BaseException:
            shutil.rmtree(self.home)
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        shutil.rmtree(self.home)

    def start(self):
        self.process = subprocess.Popen(
            [*self.prefix, POSTGRES / "postgres", "-D", self.data, "-h", "127.0.0.1"]
            + ["-p", str(self.port), "-k", self.home, "-c", "max_connections=200"],
            stdout=self.log,
            stderr=self.log,
            user=self.user,
        )
        self._await()

    def stop(self, how=signal.SIGINT):
        """Ends the server and its sessions; with SIGQUIT as a crash would."""
        self.process.send_signal(how)
        self.process.wait()

    def crash(self):
        """Kills it with all its processes, in the midst of whatever they do."""
        # So that it begins no further one; it goes on for a while after the signal is sent.
        self.process.send_signal(signal.SIGSTOP)
        main = self.process.pid
        await_that(lambda: self._state(main), lambda state: state == "T", "the server stands still", pause=0.001)
        children = pathlib.Path(f"/proc/{main}/task/{main}/children").read_text().split()
        files = self._shared_memory([str(main), *children])
        segment = (self.data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        for process in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        # Both outlive those who had them. In a container root may not remove what is another's.
        subprocess.run(["ipcrm", "--shmem-id", segment], check=True, user=self.user)
        for file in files:
            file.unlink(missing_ok=True)

    def follow(self, primary):
        """After a crash: its files are made anew from a copy of `primary`, which it follows until it is promoted."""
        shutil.rmtree(self.data)
        self._copy(primary)
        self.start()

    def stop_following(self):
        """From now on it gets nothing from its primary."""
        self.query("ALTER SYSTEM SET primary_conninfo = ''")
        self.query("SELECT pg_reload_conf()")
        self.await_true("NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")

    def await_following(self, primary):
        """Returns when it has all that was written at `primary` until now."""
        written = primary.query("SELECT pg_current_wal_flush_lsn()").strip()
        self.await_true(f"pg_last_wal_replay_lsn() >= '{written}'")

    def promote(self):
        must(self.query("SELECT pg_promote(true, 60)") == "t\n", "the standby is promoted")

    def await_true(self, condition):
        await_that(lambda: self.query(f"SELECT {condition}"), lambda said: said == "t\n", condition, START_SECONDS)

    def url(self, database="postgres", user="postgres"):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def socket(self, database="postgres"):
        """The same for the superuser on this machine, whatever services need to get in."""
        return f"postgresql://postgres@/{database}?host={self.home}&port={self.port}"

    def query(self, sql, database="postgres"):
        """The rows, columns parted by |."""
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.socket(database), "-c", sql)

    def lock(self, table, database):
        """Keeps everybody from writing to a table, not from reading it, until it is closed."""
        return TableLock(
            subprocess.Popen(
                [POSTGRES / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.socket(database)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, user=self.user, cwd="/",
            ),
            table,
        )  # fmt: skip

    def insert_rate(self, script, clients, seconds, database, prefix=()):
        """Transactions a second of pgbench with a connection a client."""
        out = self._run(
            "pgbench", "-n", "-M", "prepared", "-c", clients, "-T", seconds, "-f", script,
            self.url(database), prefix=prefix,
        )  # fmt: skip
        return float(re.search(r"tps = ([0-9.]+)", out).group(1))

    def _make(self):
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
                  "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")  # fmt: skip
        if self.tls:
            self._use_tls()

    def _copy(self, primary):
        self._run("pg_basebackup", "-D", self.data, "-d", primary.socket(), "-R", "--checkpoint=fast")

    def _state(self, process):
        """One letter, as in proc(5); the name before it may have any."""
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]

    def _shared_memory(self, processes):
        """The files of it that they have open."""
        files = set()
        for process in processes:
            with contextlib.suppress(OSError):
                maps = pathlib.Path(f"/proc/{process}/maps").read_text()
                files.update(re.findall(r" (/dev/shm/PostgreSQL\.\d+)$", maps, re.M))
        return [pathlib.Path(file) for file in files]

    def _use_tls(self):
        for source, name in zip(self.tls, ("tls.pem", "tls.key", "roots.pem")):
            copy = self.data / name
            shutil.copyfile(source, copy)
            copy.chmod(0o600)
            if self.user:
                shutil.chown(copy, self.user, self.user)
        (self.data / "pg_hba.conf").write_text(MUTUAL_TLS)
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write("ssl = on\nssl_cert_file = 'tls.pem'\nssl_key_file = 'tls.key'\n")
            conf.write("ssl_ca_file = 'roots.pem'\nssl_min_protocol_version = 'TLSv1.3'\n")

    def _await(self):
        def ready():
            done = subprocess.run([POSTGRES / "pg_isready", "-q", "-d", self.url()])
            log = (self.home / "log").read_text()
            must(done.returncode == 0 or self.process.poll() is None, "PostgreSQL runs", log)
            return done.returncode == 0, log

        await_that(ready, lambda answer: answer[0], "PostgreSQL starts", START_SECONDS)

    def _run(self, program, *arguments, prefix=()):
        done = subprocess.run(
            [*prefix, POSTGRES / program, *map(str, arguments)],
            capture_output=True, text=True, user=self.user, cwd="/",
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}{done.stdout}")
        return done.stdout
