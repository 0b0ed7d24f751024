"""Who asks for documents and meetings all the time, and what the answers rest on."""

import collections
import threading
import time

import grpc
from moments import hour
from raw_client import (
    EXCHANGE, PARTNER, REGISTRY, SCHEDULING, Client, field, meeting, message, number, reason_of,
)  # fmt: skip
from workers import Workers

RELEASE, CONFIRM = "ReleaseHeaders", "ConfirmEngagement"
# What a service that does not answer is waited for.
ANSWER_SECONDS = 5
PAUSE_SECONDS = 0.02
# Of the answer: the registry's revision that it rests on.
RELEASE_RESTS_ON, CONFIRM_RESTS_ON = (2, 9, 2), (14, 2)
SUSPENDED_AT = (11, 2)


class Callers(Workers):
    """A contact that has a document released, and an organiser who confirms meetings with it, over and over."""

    def __init__(self, deployment, schema, exchange, scheduling):
        super().__init__()
        self.exchange = Client(deployment, "tbilisi-1", EXCHANGE, exchange)
        self.scheduling = Client(deployment, "fr-1", SCHEDULING, scheduling)
        self.schema = schema
        self.lock = threading.Lock()
        self.permitted = []  # What, when it was asked, the revision it rests on.
        self.refused = collections.Counter()  # By what and reason.
        self.suspended = []  # When it was answered, and its revision.

    # What is asked, once.

    def release(self, document):
        """Whether the document is handed over; if not, the reason."""
        return self._ask(RELEASE, self.exchange, message(document, "test"), RELEASE_RESTS_ON)

    def confirm(self, meeting_name):
        """Whether the meeting is confirmed; if not, the reason."""
        return self._ask(CONFIRM, self.scheduling, message(meeting_name), CONFIRM_RESTS_ON)

    def hold(self, start):
        """A meeting that waits for its confirmation; nothing if it is refused."""
        try:
            held = self.scheduling.ask("HoldEngagement", meeting(self.schema, "fr-1", start), ANSWER_SECONDS)
        except grpc.RpcError:
            return None
        return field(held, 1)

    def cancel(self, meeting_name):
        try:
            self.scheduling.ask("CancelEngagement", message(meeting_name), ANSWER_SECONDS)
        except grpc.RpcError:
            pass  # It waits a while, then it is over.

    def _ask(self, what, client, request, rests_on):
        began = time.monotonic()
        try:
            answer = client.ask(what, request, ANSWER_SECONDS)
        except grpc.RpcError as error:
            with self.lock:
                self.refused[what, reason_of(error)] += 1
            return False, reason_of(error)
        with self.lock:
            self.permitted.append((what, began, number(answer, *rests_on)))
        return True, ""

    # What is asked all the time.

    def start(self, document):
        for part in (lambda: self.release(document), self._meet):
            self.work(self._repeat, part)

    def _repeat(self, part):
        while not self.over.wait(PAUSE_SECONDS):
            part()

    def _meet(self):
        held = self.hold(hour(48))
        if held is None:
            return
        self.confirm(held)
        self.cancel(held)

    # What came of it.

    def suspend(self, deployment, address):
        """Suspends exchanges at a process of the registry, and says how long that took."""
        registry = Client(deployment, "registry-1", REGISTRY, address)
        began = time.monotonic()
        answer = registry.ask("SuspendExchanges", message(PARTNER, "test"))
        ended = time.monotonic()
        self.suspended.append((ended, number(answer, *SUSPENDED_AT)))
        return ended - began

    def resume(self, deployment, address):
        Client(deployment, "registry-1", REGISTRY, address).ask("ResumeExchanges", message(PARTNER, "test"))

    def look(self):
        """How many were permitted; an error if one was asked for after a suspension and rests on before it."""
        self.check()
        with self.lock:
            permitted = list(self.permitted)
        for answered, revision in self.suspended:
            late = [one for one in permitted if one[1] > answered and one[2] < revision]
            if late:
                raise AssertionError(f"revision {revision} was a suspension, and afterwards: {late[:5]}")
        return len(permitted)
