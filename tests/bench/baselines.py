"""Foreign servers to measure beside the services: same disk, same core, same clients."""

import pathlib
import shutil
import subprocess
import tempfile

from ports import free_ports
from postgres import POSTGRES, Postgres  # noqa: F401


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
