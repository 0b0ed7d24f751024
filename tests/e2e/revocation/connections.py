"""Connections of callers to the services' listeners, and what they do on them."""

import pathlib
import queue
import subprocess
import sys
import threading
import time

import grpc
from claims import PATIENCE_SECONDS
from plain_client import call
from raw_client import EXCHANGE, PACKAGES, REGISTRY, SCHEDULING

A, B = "registry A", "registry B"
LISTENERS = {A: REGISTRY, B: REGISTRY, SCHEDULING: SCHEDULING, EXCHANGE: EXCHANGE}
HEALTH = "grpc.health.v1.Health/"


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
        self.listener, self.kind = listener, kind
        self.label = str(Connection.count)
        self.relays = suite.relays
        self.channel = suite.channel(who, self.relays.open(self.label, suite.ports[listener]))
        self.kept = []  # Streams that stay.
        getattr(self, kind)(suite)

    def __str__(self):
        return f"{self.kind} at {self.listener}"

    def stream(self, method, request=b""):
        """One that has brought its first message."""
        stream = self.channel.unary_stream("/" + method)(request)
        next(stream)
        self.kept.append(stream)

    def idle(self, _):
        call(self.channel, HEALTH + "Check")

    def loop(self, suite):
        method, request = suite.question[self.listener]
        call(self.channel, method, request)
        threading.Thread(target=self._call_on, args=(method, request), daemon=True).start()

    def _call_on(self, method, request):
        try:
            while True:
                call(self.channel, method, request)
                time.sleep(0.01)  # Others want the processor, too.
        except (grpc.RpcError, ValueError):  # Refused or cut; closed by `close`.
            pass

    def health_watch(self, _):
        self.stream(HEALTH + "Watch")

    def watch(self, _):
        self.stream(PACKAGES[REGISTRY] + "Watch")

    def watch_not_read(self, _):
        self.stream(PACKAGES[REGISTRY] + "Watch")
        self.relays.tell("deafen", self.label)

    def watch_inbox(self, _):
        self.stream(PACKAGES[EXCHANGE] + "WatchInbox")

    def stalled_upload(self, suite):
        upload = call(self.channel, PACKAGES[EXCHANGE] + "CreateUpload", suite.new_upload())
        piece = suite.schema.encode(
            "comity.document_exchange.v1.UploadPiecesRequest",
            f'upload: "{suite.name_in(upload)}" payload: PAYLOAD_CONTENT data: "x"',
        )
        pieces = queue.SimpleQueue()  # Never ends: the stream is left open.
        pieces.put(piece)
        self.kept.append(self.channel.stream_stream("/" + PACKAGES[EXCHANGE] + "UploadPieces")(iter(pieces.get, None)))
        self.kept.append(pieces)
        call(self.channel, HEALTH + "Check")  # After it, on the same connection.

    def download_not_read(self, suite):
        self.stream(PACKAGES[EXCHANGE] + "Download", suite.download)
        self.relays.tell("deafen", self.label)

    def close(self):
        self.relays.tell("drop", self.label)
        self.channel.close()
        for kept in self.kept:
            if isinstance(kept, queue.SimpleQueue):
                kept.put(None)  # Its reader is a thread of the library.


KINDS = ("idle", "idle", "loop", "health_watch")
KINDS_AT = {
    A: (*KINDS, "watch", "watch_not_read"),
    B: (*KINDS, "watch", "watch_not_read"),
    SCHEDULING: (*KINDS, "loop"),
    EXCHANGE: (*KINDS, "watch_inbox", "stalled_upload", "download_not_read", "download_not_read"),
}
