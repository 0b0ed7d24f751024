"""Processes of the test: two of the registry over one database, and services that follow the second."""

import json
import subprocess
import time

from deployment import START_SECONDS, free_ports
from raw_client import QUESTION, REGISTRY

LEASE_SECONDS = 3


class Registry:
    """A process of the registry, with a home of its own for who asks it."""

    def __init__(self, deployment, network, place, name, database):
        self.deployment = deployment
        self.place = place
        port, metrics = free_ports(1), free_ports(1)
        self.port = port
        # Who stands where the test does.
        self.address = network.link(network.home, place, port).address
        folder = deployment.home / name
        folder.mkdir()
        self.environment = dict(
            deployment.environment,
            COMITY_SERVER_ADDRESS=f"{network.listen}:{port}",
            COMITY_METRICS_ADDRESS=f"127.0.0.1:{metrics}",
            COMITY_IDENTITY_PUBLISH_FOLDER=str(folder / "published-identity"),
            COMITY_STORAGE_DATABASE=database,
            COMITY_REPLICATION_LEASE=f"{LEASE_SECONDS}s",
        )
        self.home = folder / "home"
        self.home.mkdir()
        for entry in deployment.home.iterdir():
            if entry.name != "client.toml":
                (self.home / entry.name).symlink_to(entry)
        (self.home / "client.toml").write_text((deployment.home / "client.toml").read_text())
        self.find(REGISTRY, self.address)
        self.log = open(folder / "log", "ab")
        deployment.logs.append(self.log)
        self.process = None

    def find(self, service, address):
        """Who asks as of this home finds the service there."""
        file = self.home / "client.toml"
        file.write_text(file.read_text().replace(f"localhost:{self.deployment.port(service)}", address))

    def start(self):
        self.process = subprocess.Popen(
            [*self.place.prefix, self.deployment.binaries / REGISTRY]
            + ["--config", self.deployment.home / REGISTRY / "config.toml"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.environment,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self.ask("probe-1", "--timeout", "2", "health", REGISTRY).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("a process of the registry does not serve")
            time.sleep(0.1)

    def ask(self, who, *arguments):
        return subprocess.run(
            [self.deployment.binaries / "comity", "--as", who, *map(str, arguments)],
            env=dict(self.environment, COMITY_HOME=str(self.home)), capture_output=True, text=True,
        )  # fmt: skip

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def permits(self):
        """Whether it says that the transfer is permitted; if not, what it says."""
        said = self.ask(
            "desk-1", "--timeout", "5", "transfer", "check", "georgia/prosecution-service", *QUESTION,
            "--output", "json",
        )  # fmt: skip
        if said.returncode:
            return False, said.stderr.rstrip().rpartition("(")[2].rstrip(")").rpartition(" ")[2]
        outcome = json.loads(said.stdout)["outcome"]
        return outcome == "TRANSFER_OUTCOME_PERMITTED", outcome


class Follower:
    """A service in a place of its own, and its link to the process of the registry that it follows."""

    def __init__(self, deployment, network, service, registry):
        self.deployment = deployment
        self.service = service
        self.place = network.place()
        self.link = network.link(self.place, registry.place, registry.port)
        self.address = network.link(network.home, self.place, deployment.port(service)).address
        self.listen = f"{network.listen}:{deployment.port(service)}"
        registry.find(service, self.address)

    @property
    def process(self):
        return self.deployment.processes[self.service]

    def start(self):
        self.deployment.prefix = self.place.prefix
        self.deployment.environment.update(
            COMITY_SERVER_ADDRESS=self.listen, COMITY_REGISTRY_ADDRESS=self.link.address
        )
        self.deployment.start(self.service)

    def kill(self):
        self.process.kill()
        self.process.wait()
