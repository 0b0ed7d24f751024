"""Calls with Debian's python3-grpcio and protoc, without generated code."""

import re
import subprocess

import grpc


class Schema:
    """Text format to bytes and back, by protoc over the repository's protos."""

    def __init__(self, source):
        self.root = source / "protos"

    def encode(self, message, text):
        return self._run("--encode", message, text.encode())

    def decode(self, message, data):
        return self._run("--decode", message, data).decode()

    def _run(self, what, message, data):
        files = sorted(str(p.relative_to(self.root)) for p in self.root.rglob("*.proto"))
        done = subprocess.run(
            ["protoc", f"-I{self.root}", f"{what}={message}", *files],
            input=data,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(f"protoc {what}={message}: {done.stderr.decode()}")
        return done.stdout


def secure_channel(deployment, who, service):
    """Mutual TLS as plain as the library offers it; the server's name is `localhost`."""
    identity = deployment.identity(who)
    credentials = grpc.ssl_channel_credentials(
        deployment.roots(who).read_bytes(),
        (identity / "tls.key").read_bytes(),
        (identity / "tls.pem").read_bytes(),
    )
    return grpc.secure_channel(f"localhost:{deployment.port(service)}", credentials)


def call(channel, method, request=b"", timeout=30):
    """A unary call of bytes: `method` is "package.Service/Method"."""
    return channel.unary_unary("/" + method)(request, timeout=timeout)


def field(text, name):
    """The first value of a field in text format, without quotes."""
    found = re.search(rf'\b{name}: "?([^"\n]*)', text)
    return found.group(1) if found else None
