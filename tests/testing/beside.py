"""One more process of a service, beside that of a deployment."""

from ports import free_ports


class Beside:
    """Has the service's configuration but for its addresses and `settings`, and ends with the deployment.

    `name` is its log's, and that of its process among the deployment's; who asks as of `home` asks it.
    """

    def __init__(
        self, deployment, service, name, port=None, listen="127.0.0.1", address=None, prefix=(), **settings
    ):
        """`address` is where it is asked, if that is not loopback."""
        self.deployment, self.service, self.name, self.prefix = deployment, service, name, prefix
        self.port, self.metrics_port = port or free_ports(1), free_ports(1)
        folder = deployment.home / name
        (folder / "log").mkdir(parents=True)
        self.environment = dict(
            deployment.environment,
            COMITY_SERVER_ADDRESS=f"{listen}:{self.port}",
            COMITY_METRICS_ADDRESS=f"127.0.0.1:{self.metrics_port}",
            COMITY_IDENTITY_PUBLISH_FOLDER=str(folder / "published-identity"),
            **settings,
        )
        self.address = address or f"127.0.0.1:{self.port}"
        self.home = folder / "home"
        self.home.mkdir()
        for entry in deployment.home.iterdir():
            if entry.name != "client.toml":
                (self.home / entry.name).symlink_to(entry)
        (self.home / "client.toml").write_text((deployment.home / "client.toml").read_text())
        self.find(service, self.address)

    @property
    def process(self):
        return self.deployment.processes[self.name]

    def find(self, service, address):
        """Who asks as of this home finds the service there."""
        file = self.home / "client.toml"
        file.write_text(file.read_text().replace(f"localhost:{self.deployment.port(service)}", address))

    def comity(self, who, *arguments, check=True):
        return self.deployment.comity(who, *arguments, check=check, home=self.home)

    def start(self):
        self.deployment.launch(self.name, self.service, self.environment, self.prefix)
        self.deployment.await_serving({self.name: self.service}, self.home)

    def stop(self):
        self.deployment.stop(self.name)

    def kill(self):
        self.deployment.kill(self.name)
