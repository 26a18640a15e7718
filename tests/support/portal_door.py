"""A door of HTTP in front of the portal: what API Gateway's REST API does, on this machine alone.

Chromium reaches the real pages through it, over a store in memory: nothing is deployed, and the clock is the
visitor's. It opens on a port of its own and closes with the block that opened it.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from copy import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from redress.web import routes
from tests.support.portal import Visitor

LARGEST_BODY = 10 * 1024 * 1024  # bytes: API Gateway takes no more
IDLE_SECONDS = 5  # browsers open connections ahead of need


class Door(ThreadingHTTPServer):
    """The server. `address` is the portal's root without a final slash; `asked` is what was asked for."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, visitor: Visitor, base: str) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.base = base
        self.address = f"http://127.0.0.1:{self.server_port}{base}"
        self.receive(visitor)
        self.asked: list[tuple[str, str]] = []
        self.faults: list[Exception] = []
        self._turn = Lock()

    def receive(self, visitor: Visitor) -> None:
        """From now on the door is that of another visitor's portal."""
        visitor.portal = replace(visitor.portal, url=self.address)
        self.visitor = visitor

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the portal answers, one request at a time; 502 if it falls over, as the gateway does."""
        with self._turn:
            self.asked.append((event["httpMethod"], event["path"]))
            try:
                return routes.answer(self.visitor.portal, event).to_gateway()
            except Exception as fault:  # noqa: BLE001 - told when the door closes
                self.faults.append(fault)
                return _plain(502, "Internal server error")


class _Request(BaseHTTPRequestHandler):
    server: Door
    timeout = IDLE_SECONDS
    server_version, sys_version = "door", ""
    METHODS: ClassVar = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            answered = _plain(413, "Request Too Long")
        elif self._is_outside():
            answered = _plain(403, "Missing Authentication Token")
        else:
            answered = self.server.answer(self._event(self.rfile.read(length)))
        body = _body(answered)
        self.send_response(answered["statusCode"])
        for name, value in answered["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _is_outside(self) -> bool:
        path, base = urlsplit(self.path).path, self.server.base
        return bool(base) and path != base and not path.startswith(f"{base}/")

    def _event(self, raw: bytes) -> dict[str, Any]:
        """The request as a REST API hands it to a proxy integration: the path without base, both decoded."""
        asked = urlsplit(self.path)
        path = unquote(asked.path)
        pairs = parse_qsl(asked.query, keep_blank_values=True)
        many = {name: [value for key, value in pairs if key == name] for name, _ in pairs}
        text, is_base64 = _as_text(raw)
        return {
            "resource": "/{proxy+}",
            "path": path.removeprefix(self.server.base) or "/",
            "httpMethod": self.command,
            "headers": dict(self.headers.items()),
            "multiValueHeaders": {name: self.headers.get_all(name) for name in self.headers},
            "queryStringParameters": dict(pairs) or None,
            "multiValueQueryStringParameters": many or None,
            "pathParameters": None,
            "stageVariables": None,
            "requestContext": {
                "stage": self.server.base.strip("/") or "prod",
                "path": path,
                "domainName": f"127.0.0.1:{self.server.server_port}",
                "httpMethod": self.command,
                "identity": {"sourceIp": self.client_address[0], "userAgent": self.headers.get("User-Agent")},
            },
            "body": text or None,
            "isBase64Encoded": is_base64,
        }

    def log_message(self, *_: object) -> None:
        """Tests read the answers, not a log."""


for _method in _Request.METHODS:
    setattr(_Request, f"do_{_method}", _Request.handle_one)


@contextmanager
def open_door(visitor: Visitor, base: str = "") -> Iterator[Door]:
    """Serve a visitor's portal, below a base path such as `/live` if one is given.

    Raises what the portal raised meanwhile, as a group.
    """
    door = Door(visitor, base)
    thread = Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        door.shutdown()
        thread.join()
        door.server_close()
    if door.faults:
        raise ExceptionGroup("the portal fell over", door.faults)


def _as_text(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), True


def _body(answered: dict[str, Any]) -> bytes:
    if answered["isBase64Encoded"]:
        return base64.b64decode(answered["body"])
    return str(answered["body"] or "").encode()


def _plain(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": f'{{"message": "{message}"}}',
        "isBase64Encoded": False,
    }
