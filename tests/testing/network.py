"""Where processes of a test run, and the links between them, which it cuts.

Where root may make network namespaces, each place is one of its own, a link is a pair of virtual Ethernet
devices, and cutting it takes one of them down: what is sent is lost, and neither end is told. The test itself
runs in such a namespace, so that nothing of the machine's is changed, and nothing is left when it ends.
Elsewhere all is on loopback, and a link is a relay that keeps what it is given while it is cut; this is a failure
where COMITY_REQUIRE has "namespaces".
"""

import os
import socket
import subprocess
import sys
import threading

from claims import fail_if_required

# Which it is: COMITY_TEST_NETWORK=relay asks for the relay.
NAMESPACES, RELAY = "namespaces", "relay"
LOOPBACK = "127.0.0.1"
NO_NAMESPACE = "no network namespace can be made, or the relay was asked for"
PROBE = "ip link set lo up && ip link add name a type veth peer name b && unshare --net true"


def enter():
    """To be called first: runs the test anew in a namespace of its own, if it may have one."""
    # Set by the run before this one: the test is in it.
    if os.environ.get("COMITY_TEST_NAMESPACE"):
        _ip("link", "set", "lo", "up")
        return
    if os.environ.setdefault("COMITY_TEST_NETWORK", NAMESPACES) == NAMESPACES:
        try:
            may = subprocess.run(["unshare", "--net", "sh", "-c", PROBE], capture_output=True).returncode == 0
        except FileNotFoundError:
            may = False
        if may:
            os.environ["COMITY_TEST_NAMESPACE"] = "1"
            os.execvp("unshare", ["unshare", "--net", "--", sys.executable, *sys.argv])
        os.environ["COMITY_TEST_NETWORK"] = RELAY
    fail_if_required(NAMESPACES, NO_NAMESPACE)
    print(f"limited: links are relays: {NO_NAMESPACE}")


def _ip(*arguments, place=()):
    subprocess.run([*place, "ip", *map(str, arguments)], check=True)


class Place:
    """Where processes run: `prefix` goes before their command lines."""

    def __init__(self, namespaces):
        self.prefix = []
        self.holder = None
        if not namespaces:
            return
        # The namespace ends with it, and it with the test, which closes its input.
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo made && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        if self.holder.stdout.readline() != b"made\n":
            raise RuntimeError("no network namespace can be made")
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    @property
    def pid(self):
        return self.holder.pid if self.holder else os.getpid()


class Cable:
    """The way from a place to a server in another."""

    def __init__(self, number, client, server, port):
        self.ends = f"client{number}", f"server{number}"
        self.server = server
        self._add(client, server)
        # 198.18.0.0/15 is for tests of networks (RFC 2544), four addresses a link.
        for place, end, host in ((client, self.ends[0], 1), (server, self.ends[1], 2)):
            _ip("addr", "add", f"198.18.{number}.{host}/30", "dev", end, place=place.prefix)
            _ip("link", "set", end, "up", place=place.prefix)
        self.host = f"198.18.{number}.2"
        self.address = f"{self.host}:{port}"

    def _add(self, client, server):
        _ip("link", "add", "name", self.ends[0], "netns", client.pid,
            "type", "veth", "peer", "name", self.ends[1], "netns", server.pid)  # fmt: skip

    def cut(self):
        _ip("link", "set", self.ends[1], "down", place=self.server.prefix)

    def join(self):
        _ip("link", "set", self.ends[1], "up", place=self.server.prefix)


class Relay:
    """From `host` to a port of loopback; while it is cut nothing arrives, and nobody is told."""

    def __init__(self, port, host=LOOPBACK):
        self.port = port
        self.open = threading.Event()
        self.open.set()
        self.listener = socket.create_server((host, 0))
        self.address = "%s:%d" % self.listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.open.clear()

    def join(self):
        self.open.set()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self.open.wait()
        try:
            server = socket.create_connection((LOOPBACK, self.port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._carry, args=(server, client), daemon=True).start()
        self._carry(client, server)

    def _carry(self, source, target):
        try:
            while data := source.recv(65536):
                self.open.wait()
                target.sendall(data)
        except OSError:
            pass
        self.open.wait()
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Network:
    """The places and links of one test."""

    def __init__(self):
        self.namespaces = os.environ["COMITY_TEST_NETWORK"] == NAMESPACES
        # What a server must listen on that is reached from other places.
        self.listen = "0.0.0.0" if self.namespaces else LOOPBACK
        self.home = Place(False)
        self.count = 0

    def words(self):
        if self.namespaces:
            return "network namespaces; links are cut by taking devices down"
        return f"loopback; links are relays: {NO_NAMESPACE}"

    def place(self):
        return Place(self.namespaces)

    def link(self, client, server, port):
        """How `client` reaches a port of `server`, which listens on `listen`."""
        if not self.namespaces:
            return Relay(port)
        self.count += 1
        return Cable(self.count, client, server, port)

    def link_to_loopback(self, client, port):
        """How `client` reaches a server of this place that listens on loopback only."""
        link = self.link(client, self.home, port)
        if self.namespaces:
            link.address = Relay(port, link.host).address
        return link
