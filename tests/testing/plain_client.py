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

    def methods(self):
        """Every method of the suite's services, as "Service/Method", as the descriptors have them."""
        described = self._protoc("--descriptor_set_out=/dev/stdout", self._files("comity"))
        text = self._protoc(
            "--decode=google.protobuf.FileDescriptorSet", ["google/protobuf/descriptor.proto"], described
        )
        service, found = None, []
        for kind, name in re.findall(r'^  (?:  )?(service|method) \{\n +name: "(\w+)"', text.decode(), re.M):
            if kind == "service":
                service = name
            else:
                found.append(f"{service}/{name}")
        return found

    def _files(self, folder="."):
        return sorted(str(p.relative_to(self.root)) for p in (self.root / folder).rglob("*.proto"))

    def _run(self, what, message, data):
        return self._protoc(f"{what}={message}", self._files(), data)

    def _protoc(self, what, files, data=b""):
        done = subprocess.run(["protoc", f"-I{self.root}", what, *files], input=data, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"protoc {what}: {done.stderr.decode()}")
        return done.stdout


def secure_channel(deployment, who, service, options=None, address=None):
    """Mutual TLS as plain as the library offers it; the server's name is `localhost`, also at an `address`."""
    identity = deployment.identity(who)
    credentials = grpc.ssl_channel_credentials(
        deployment.roots(who).read_bytes(),
        (identity / "tls.key").read_bytes(),
        (identity / "tls.pem").read_bytes(),
    )
    if address:
        options = [*(options or ()), ("grpc.ssl_target_name_override", "localhost")]
    return grpc.secure_channel(address or f"localhost:{deployment.port(service)}", credentials, options)


def call(channel, method, request=b"", timeout=30):
    """A unary call of bytes: `method` is "package.Service/Method"."""
    return channel.unary_unary("/" + method)(request, timeout=timeout)


def field(text, name):
    """The first value of a field in text format, without quotes."""
    found = re.search(rf'\b{name}: "?([^"\n]*)', text)
    return found.group(1) if found else None
