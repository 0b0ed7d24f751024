"""Stands between clients and servers on the loopback, a process of its own, and says when a server closes.

On standard input, a line each: `open LABEL PORT` makes a place for one connection to that port, answered
with `at LABEL PORT` where the client is to connect; `deafen LABEL` reads nothing more from its server;
`drop LABEL` ends it. On standard output, besides: `closed LABEL SECONDS`, of the monotonic clock, when a
server has closed a connection that was not dropped.
"""

import os
import select
import socket
import sys
import time

READ, WRITE = select.EPOLLIN, select.EPOLLOUT
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
MOST = 1 << 18  # Bytes that wait for one side.


class Pipe:
    def __init__(self, label, port):
        self.label, self.port = label, port
        self.deaf = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.client = self.server = None
        self.waiting = {}  # Socket -> what it is to get.

    def accept(self):
        self.client, _ = self.listener.accept()
        self.listener.close()  # Who comes again finds nobody.
        self.server = socket.create_connection(("127.0.0.1", self.port))
        for end in (self.client, self.server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = {self.client: bytearray(), self.server: bytearray()}

    def other(self, end):
        return self.server if end is self.client else self.client

    def reads(self, end):
        return not (self.deaf and end is self.server) and len(self.waiting[self.other(end)]) < MOST

    def wants(self, end):
        return (READ if self.reads(end) else 0) | (WRITE if self.waiting[end] else 0) | select.EPOLLRDHUP

    def carry(self, end, events):
        """False once `end` has closed."""
        if events & READ and self.reads(end):
            try:
                data = end.recv(1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self.waiting[self.other(end)] += data
            events |= WRITE
        elif events & GONE:
            return False
        if events & WRITE:
            for to in self.waiting:
                self.send(to)
        return True

    def send(self, to):
        try:
            del self.waiting[to][: to.send(self.waiting[to])]
        except OSError:
            pass  # Not now; or its own events say that it is gone.

    def close(self):
        for end in (self.listener, self.client, self.server):
            if end is not None:
                end.close()


class Relay:
    def __init__(self):
        self.poll = select.epoll()
        self.pipes = {}  # By label.
        self.by_descriptor = {}  # -> pipe, socket.
        self.input = b""

    def say(self, *words):
        print(*words, flush=True)

    def watch(self, pipe, end, events):
        self.by_descriptor[end.fileno()] = (pipe, end)
        self.poll.register(end.fileno(), events)

    def forget(self, pipe):
        self.pipes.pop(pipe.label)
        for end in (pipe.listener, pipe.client, pipe.server):
            if end is not None and self.by_descriptor.pop(end.fileno(), None):
                self.poll.unregister(end.fileno())
        pipe.close()

    def obey(self, verb, label, port=None):
        if verb == "open":
            pipe = self.pipes[label] = Pipe(label, int(port))
            self.watch(pipe, pipe.listener, READ)
            self.say("at", label, pipe.listener.getsockname()[1])
        elif label in self.pipes:
            pipe = self.pipes[label]
            if verb == "drop":
                self.forget(pipe)
            else:
                pipe.deaf = True
                self.poll.modify(pipe.server.fileno(), pipe.wants(pipe.server))

    def step(self, pipe, end, events):
        if end is pipe.listener:
            del self.by_descriptor[end.fileno()]
            self.poll.unregister(end.fileno())
            pipe.accept()
        elif not pipe.carry(end, events):
            if end is pipe.server:
                self.say("closed", pipe.label, time.monotonic())
            self.forget(pipe)
            return
        for each in (pipe.client, pipe.server):
            if each.fileno() in self.by_descriptor:
                self.poll.modify(each.fileno(), pipe.wants(each))
            else:
                self.watch(pipe, each, pipe.wants(each))

    def run(self):
        self.poll.register(0, READ)
        while True:
            for descriptor, events in self.poll.poll():
                if descriptor in self.by_descriptor:
                    self.step(*self.by_descriptor[descriptor], events)
                elif descriptor == 0:
                    data = os.read(0, 1 << 16)
                    if not data:
                        return
                    *lines, self.input = (self.input + data).split(b"\n")
                    for line in lines:
                        self.obey(*line.decode().split())


if __name__ == "__main__":
    sys.exit(Relay().run())
