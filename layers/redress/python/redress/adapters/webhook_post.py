"""The call of a webhook: to the very address that was checked, once, under one deadline, following nothing.

Between a check by name and a connection by name the name may change, so the name is looked up once, all of
its addresses are checked, and one of those is connected to; TLS is still verified against the name. A
redirect is an answer like any other, and a failure. Of the answer the status and the header Retry-After are
read, its body is not: whoever trickles it keeps nobody busy. The deadline holds for everything together, so
neither silence nor single bytes now and then stretch it.
"""

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import cast

from redress.domain.values import Value
from redress.domain.webhook_address import BadAddress, Place, is_public, parse
from redress.usecases.ports import Now
from redress.usecases.webhook_ports import Outcome

CONNECT_SECONDS, WHOLE_SECONDS = 3.0, 10.0

NOT_PUBLIC, UNKNOWN_NAME, TOO_SLOW = "private-address", "unknown-name", "too-slow"
UNREACHABLE, NOT_SECURE, NO_HTTP = "unreachable", "tls", "no-http"
_TO_WAIT = (429, 503)

type Resolve = Callable[[str, int], Sequence[str]]  # a name and a port as IP addresses; raises OSError


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Every address of a name, in the order in which to try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


class Deadline:
    """The instant (of a clock that never goes back) by which everything has to be done."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then. Raises TimeoutError when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


class Poster(Value):
    """Calls endpoints. `allow_private` is for the embedded platform alone; seconds are per call."""

    now: Now
    allow_private: bool = False
    resolve: Resolve = addresses_of
    connect_seconds: float = CONNECT_SECONDS
    seconds: float = WHOLE_SECONDS

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST once. What goes wrong is told by its code, never raised."""
        deadline = Deadline(self.seconds)
        try:
            place = parse(url, allow_private=self.allow_private)
            addresses = self._checked(place, deadline)
            with closing(self._connection(place, addresses, deadline)) as connection:
                return self._exchange(connection, _request(place, headers, body), deadline)
        except BadAddress:
            return Outcome(why=NOT_PUBLIC)
        except socket.gaierror:
            return Outcome(why=UNKNOWN_NAME)
        except TimeoutError:
            return Outcome(why=TOO_SLOW)
        except ssl.SSLError:
            return Outcome(why=NOT_SECURE)
        except HTTPException:
            return Outcome(why=NO_HTTP)
        except (OSError, ValueError):  # ValueError: a name that no resolver can be asked for
            return Outcome(why=UNREACHABLE)

    def _checked(self, place: Place, deadline: Deadline) -> Sequence[str]:
        """The addresses of the place. One that is not public spoils them all. Raises BadAddress, OSError."""
        addresses = _within(deadline, lambda: self.resolve(place.host, place.port))
        if not self.allow_private and not all(is_public(one) for one in addresses):
            raise BadAddress("webhook_host", "Name a host of the public internet.")
        return addresses

    def _connection(self, place: Place, addresses: Sequence[str], deadline: Deadline) -> socket.socket:
        """A connection to the first address that takes one. Raises OSError."""
        failure: OSError = socket.gaierror("no address")
        for address in addresses:
            try:
                plain = self._connected(address, place.port, deadline)
            except OSError as error:
                failure = error
                continue
            return _secured(plain, place.host, deadline) if place.tls else plain
        raise failure

    def _connected(self, address: str, port: int, deadline: Deadline) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(min(self.connect_seconds, deadline.left()))
            plain.connect((address, port))
        except BaseException:
            plain.close()
            raise
        return plain

    def _exchange(self, connection: socket.socket, request: bytes, deadline: Deadline) -> Outcome:
        connection.settimeout(deadline.left())
        connection.sendall(request)
        # A response asks its socket for nothing but a file to read from.
        answer = HTTPResponse(cast("socket.socket", _Source(connection, deadline)), method="POST")
        answer.begin()
        if 200 <= answer.status < 300:
            return Outcome(why=None)
        asked = answer.headers.get("Retry-After") if answer.status in _TO_WAIT else None
        return Outcome(why=f"status-{answer.status}", retry_after=self._seconds(asked))

    def _seconds(self, asked: str | None) -> float | None:
        """What Retry-After says, in seconds from now; None when it says nothing that can be read."""
        if asked is None:
            return None
        if asked.isascii() and asked.isdigit():
            return float(asked[:9])
        try:
            return (parsedate_to_datetime(asked) - self.now()).total_seconds()
        except (ValueError, TypeError):  # no date, or one without its zone
            return None


class _Source(io.RawIOBase):
    """What arrives on a connection until the deadline: each read may last no longer than what is left."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection, self._deadline = connection, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As a socket gives it."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what readers pass
        """Read what has arrived. Raises TimeoutError."""
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)


def _request(place: Place, headers: Mapping[str, str], body: bytes) -> bytes:
    own = {"host": place.authority, "connection": "close", "content-length": str(len(body))}
    lines = [f"POST {place.target} HTTP/1.1", *(f"{k}: {v}" for k, v in {**own, **headers}.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _secured(plain: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """TLS over a connection, verified against the name. Raises OSError, of which SSLError is one."""
    try:
        plain.settimeout(deadline.left())
        return _trust().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


@cache
def _trust() -> ssl.SSLContext:
    """Whom to believe: read once, because it is a file of some hundred certificates."""
    return ssl.create_default_context()


def _within[T](deadline: Deadline, work: Callable[[], T]) -> T:
    """The outcome of work that knows no time limit. Raises TimeoutError, and leaves the work behind."""
    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - it is raised again, in the thread that waits
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(deadline.left())
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError("the name was not looked up in time")
    return done[0]
