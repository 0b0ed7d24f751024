"""What a process says of itself at its metrics port."""

import re
import urllib.request


def page(port):
    """As Prometheus reads it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def parsed(text):
    """Name and labels, as they stand there, to value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and line[0] != "#")
    return {series: float(value) for series, _, value in lines}


def metrics(port):
    return parsed(page(port))


def metric(port, name):
    """The value of a metric that has one series, whatever its labels."""
    (value,) = [value for series, value in metrics(port).items() if re.match(rf"{name}(\{{|$)", series)]
    return value
