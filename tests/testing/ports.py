"""Ports for what tests and benches start."""

import random
import socket


def free_ports(count):
    """The first of `count` loopback ports in a row that nobody uses."""
    for _ in range(200):
        # Below the range from which the kernel gives ports to clients.
        base = random.randrange(20000, 32000)
        held = []
        try:
            for port in range(base, base + count):
                held.append(socket.socket())
                held[-1].bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for taken in held:
                taken.close()
    raise RuntimeError(f"no {count} free ports in a row were found on 127.0.0.1")
