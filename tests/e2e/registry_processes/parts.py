"""Processes of the test: two of the registry over one database, and services that follow the second."""

import json

from beside import Beside
from documents import RECIPIENT
from ports import free_ports
from raw_client import QUESTION, REGISTRY

LEASE_SECONDS = 3


class Registry(Beside):
    def __init__(self, deployment, network, place, name, database):
        self.place = place
        port = free_ports(1)
        # Who asks stands where the test does.
        address = network.link(network.home, place, port).address
        super().__init__(
            deployment, REGISTRY, name, port, network.listen, address, place.prefix,
            COMITY_STORAGE_DATABASE=database, COMITY_REPLICATION_LEASE=f"{LEASE_SECONDS}s",
        )  # fmt: skip

    def permits(self):
        """Whether it says that the transfer is permitted; if not, what it says."""
        said = self.comity(
            "desk-1", "--timeout", "5", "transfer", "check", RECIPIENT, *QUESTION,
            "--output", "json", check=False,
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
        self.deployment.kill(self.service)
