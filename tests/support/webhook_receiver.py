"""Endpoints of webhooks on the loopback interface: one that records what it gets, one that never answers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAITING_CONNECTIONS = 128
"""As many may wait unaccepted at the endpoint that never answers."""


@dataclass(frozen=True)
class Delivery:
    """A request as it came: headers by lower-case name, the body's bytes, when (seconds since 1970)."""

    headers: Mapping[str, str]
    body: bytes
    at: float
    answered: int


@dataclass
class Receiver:
    """What came, in order. The first `refusals` requests are answered 500, all others 204."""

    url: str = ""
    refusals: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    heard: Callable[[Delivery], None] = lambda _: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Record a request; the status of its answer."""
        with self._lock:
            status = 500 if len(self.deliveries) < self.refusals else 204
            delivery = Delivery(headers, body, time.time(), status)
            self.deliveries.append(delivery)
        self.heard(delivery)
        return status

    def accepted(self) -> list[Delivery]:
        """What was answered with success so far, oldest first."""
        with self._lock:
            return [one for one in self.deliveries if one.answered < 300]


@contextmanager
def receiving(refusals: int = 0) -> Iterator[Receiver]:
    """An endpoint on a free port, for as long as the block."""
    receiver = Receiver(refusals=refusals)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = receiver
    receiver.url = f"http://127.0.0.1:{server.server_port}/redress"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def hanging() -> Iterator[str]:
    """The address of an endpoint that takes connections and says nothing, for as long as the block."""
    with socket.create_server(("127.0.0.1", 0), backlog=WAITING_CONNECTIONS) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/redress"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = WAITING_CONNECTIONS
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Take a delivery."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status = self.server.receiver.take({k.lower(): v for k, v in self.headers.items()}, body)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has in the base class
        """Nothing: what came is recorded."""
