"""Threads that work until it is over."""

import threading


class Workers:
    def __init__(self):
        self.over = threading.Event()
        self.failure = None  # The first.
        self.threads = []

    def work(self, part, *arguments):
        """Begins a part in a thread of its own; it ends by itself once it is `over`."""
        self.threads.append(threading.Thread(target=self._guarded, args=(part, *arguments)))
        self.threads[-1].start()

    def check(self):
        """What failed in a thread fails here."""
        if self.failure:
            raise self.failure

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _guarded(self, part, *arguments):
        try:
            part(*arguments)
        except BaseException as error:  # Told to the main thread.
            self.failure = self.failure or error
