"""Connections of callers to the services' listeners, and what they do on them."""

import pathlib
import queue
import subprocess
import sys
import threading
import time
import uuid

import grpc
from claims import PATIENCE_SECONDS
from plain_client import call
from raw_client import EXCHANGE, PACKAGES, REGISTRY, SCHEDULING, message

A, B = "registry A", "registry B"
LISTENERS = {A: REGISTRY, B: REGISTRY, SCHEDULING: SCHEDULING, EXCHANGE: EXCHANGE}
HEALTH = "grpc.health.v1.Health/"
REFLECTION = "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
REPORTS = "comity.partner_registry.v1.RegistryReportService/"


class Relays:
    """The process through which connections go, and when their servers closed them."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("relay.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said = threading.Condition()
        self.ports, self.closed = {}, {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            verb, label, value = line.split()
            with self.said:
                (self.ports if verb == "at" else self.closed)[label] = float(value)
                self.said.notify_all()

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def open(self, label, port):
        self.tell("open", label, port)
        with self.said:
            if not self.said.wait_for(lambda: label in self.ports, PATIENCE_SECONDS):
                raise RuntimeError("the relay does not answer")
            return int(self.ports[label])

    def await_closed(self, labels, seconds):
        """When each was closed; those that were not are left out."""
        with self.said:
            self.said.wait_for(lambda: all(label in self.closed for label in labels), seconds)
            return {label: self.closed[label] for label in labels if label in self.closed}

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Connection:
    """One connection of somebody to one listener, and what he does on it."""

    count = 0

    def __init__(self, suite, who, listener, kind):
        Connection.count += 1
        self.who, self.listener, self.kind = who, listener, kind
        self.label = str(Connection.count)
        self.relays = suite.relays
        self.channel = suite.channel(who, self.relays.open(self.label, suite.ports[listener]))
        self.kept = []  # Streams that stay, and what is sent on them.
        self.handled = None  # The method whose handler it holds.
        self.answer = None  # Of a unary call that is in its handler.
        getattr(self, kind)(suite)

    def __str__(self):
        return f"{self.kind} of {self.who} at {self.listener}"

    def stream(self, method, request=b""):
        """One that has brought its first message."""
        stream = self.channel.unary_stream("/" + method)(request)
        next(stream)
        self.kept.append(stream)

    def session(self, method, first):
        """What is sent on it never ends; its answers."""
        sent = queue.SimpleQueue()
        sent.put(first)
        answers = self.channel.stream_stream("/" + method)(iter(sent.get, None))
        self.kept += [answers, sent]
        return answers

    def deafen(self):
        """From here on nothing is read of what the server sends."""
        self.relays.tell("deafen", self.label)

    def work(self, part):
        """Does it over and over, until it is refused or cut."""

        def go_on():
            try:
                while True:
                    part()
            except (grpc.RpcError, ValueError):  # The latter once it is closed.
                pass

        threading.Thread(target=go_on, daemon=True).start()

    def read_slowly(self, method, request=b""):
        """Reads an answer in many parts, and asks for it again once it is over."""

        def read():
            for _ in self.channel.unary_stream("/" + method)(request):
                time.sleep(0.1)

        self.work(read)

    # Of every service.

    def idle(self, _):
        call(self.channel, HEALTH + "Check")

    def loop(self, suite):
        method, request = suite.question[self.listener]
        call(self.channel, method, request)

        def ask():
            call(self.channel, method, request)
            time.sleep(0.01)  # Others want the processor, too.

        self.work(ask)

    def in_handler(self, suite):
        """A unary call that waits for the database, which is locked."""
        method, request = suite.blocked[self.listener]
        self.handled = method
        self.answer = self.channel.unary_unary("/" + method).future(request, timeout=2 * PATIENCE_SECONDS)
        self.kept.append(self.answer)

    def health_watch(self, _):
        self.stream(HEALTH + "Watch")

    def health_watch_not_read(self, _):
        self.stream(HEALTH + "Watch")
        self.deafen()

    def reflection(self, _):
        next(self.session(REFLECTION, message(*[None] * 6, "")))

    # Of the registry.

    def watch(self, _):
        self.handled = PACKAGES[REGISTRY] + "Watch"
        self.stream(self.handled)

    def watch_not_read(self, suite):
        self.watch(suite)
        self.deafen()

    def watch_coming(self, _):
        self.handled = REPORTS + "WatchComing"
        self.stream(self.handled)

    def watch_coming_not_read(self, suite):
        self.watch_coming(suite)
        self.deafen()

    def replicate(self, _):
        """Never leased, so no withdrawal waits for it."""
        self.handled = PACKAGES[REGISTRY] + "Replicate"
        next(self.session(self.handled, message(uuid.uuid4().hex)))

    def replicate_not_read(self, suite):
        self.replicate(suite)
        self.deafen()

    def stalled_import(self, _):
        self.handled = PACKAGES[REGISTRY] + "ImportFacts"
        self.session(self.handled, message(message(1)))  # Only validates.

    def snapshot(self, _):
        self.read_slowly(REPORTS + "GetSnapshot", message(1, "test"))

    def snapshot_not_read(self, _):
        call(self.channel, HEALTH + "Check")
        self.deafen()  # Before: it is small.
        self.handled = REPORTS + "GetSnapshot"
        self.kept.append(self.channel.unary_stream("/" + self.handled)(message(1, "test")))

    # Of the exchange.

    def watch_inbox(self, _):
        self.handled = PACKAGES[EXCHANGE] + "WatchInbox"
        self.stream(self.handled)

    def watch_inbox_not_read(self, suite):
        self.watch_inbox(suite)
        self.deafen()

    def stalled_upload(self, suite):
        upload = call(self.channel, PACKAGES[EXCHANGE] + "CreateUpload", suite.new_upload())
        self.handled = PACKAGES[EXCHANGE] + "UploadPieces"
        self.session(
            self.handled,
            suite.schema.encode(
                "comity.document_exchange.v1.UploadPiecesRequest",
                f'upload: "{suite.name_in(upload)}" payload: PAYLOAD_CONTENT data: "x"',
            ),
        )

    def download(self, suite):
        self.read_slowly(PACKAGES[EXCHANGE] + "Download", suite.download)

    def download_not_read(self, suite):
        self.handled = PACKAGES[EXCHANGE] + "Download"
        self.stream(self.handled, suite.download)
        self.deafen()

    def answered(self):
        return self.answer is not None and self.answer.done()

    def close(self):
        self.relays.tell("drop", self.label)
        self.channel.close()
        for kept in self.kept:
            if isinstance(kept, queue.SimpleQueue):
                kept.put(None)  # Its reader is a thread of the library.


# Who has which connections at which listener. A bulk executor has four threads for one caller.
CONTACT, OPERATOR, STAFF, SERVICE = "tbilisi-1", "registry-2", "operator-2", "follower-1"
KINDS = ("idle", "loop", "health_watch", "health_watch_not_read")
OF_CONTACT = {
    A: (*KINDS, "watch", "watch_not_read"),
    B: (*KINDS, "watch", "watch_not_read"),
    SCHEDULING: (*KINDS, "idle"),
    EXCHANGE: (
        *KINDS, "watch_inbox", "watch_inbox_not_read", "stalled_upload", "download", "download_not_read",
        "in_handler",
    ),
}  # fmt: skip
OF_OPERATOR = (
    "idle", "loop", "watch_coming", "watch_coming_not_read", "stalled_import", "snapshot", "snapshot_not_read",
    "in_handler",
)  # fmt: skip
AT_CONTACT = {CONTACT: OF_CONTACT}
AT_AGENCY = {
    OPERATOR: {A: OF_OPERATOR, B: OF_OPERATOR, SCHEDULING: ("idle", "loop", "in_handler"), EXCHANGE: ("idle",)},
    STAFF: dict.fromkeys(LISTENERS, ("reflection",)),
    SERVICE: {
        A: ("idle", "watch", "replicate", "replicate_not_read"),
        B: ("idle", "watch", "replicate", "replicate_not_read"),
        SCHEDULING: ("idle",),
        EXCHANGE: ("idle",),
    },
}


def open_all(suite, callers):
    """All of theirs, and those that wait for a locked database last."""
    wanted = [
        (who, listener, kind) for who, kinds in callers.items() for listener in kinds for kind in kinds[listener]
    ]
    connections = [Connection(suite, *one) for one in wanted if one[2] != "in_handler"]
    waiting = [one for one in wanted if one[2] == "in_handler"]
    suite.lock({listener for _, listener, _ in waiting})
    return connections + [Connection(suite, *one) for one in waiting]
