"""Faults at the level of HTTP, below the real SDK: its parsing of errors and its retries run as on AWS.

Every request of every client passes `Wire`. Calls are counted, so that a fault strikes exactly one of them:
all its attempts, as a failure of some seconds does, or only the first.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from redress.domain.values import Value

type Send = Callable[[], AWSResponse | None]


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did: nothing may catch this."""


class Kind(StrEnum):
    """What goes wrong with a call."""

    THROTTLED = "throttled"
    SERVER_ERROR = "500"
    TIMEOUT = "timeout"
    RESET = "connection reset"
    EXPIRED = "expired token"
    LOST = "done, every answer lost"
    LOST_ONCE = "done, first answer lost"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


DONE = frozenset({Kind.LOST, Kind.LOST_ONCE, Kind.KILLED_AFTER})
"""After these the call has been carried out."""


class Call(Value):
    """A call of AWS that a function made, and what it was about; `writes` are those of a transaction."""

    function: str
    service: str
    operation: str
    target: str
    writes: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = [one for one in (self.target, " and ".join(self.writes)) if one]
        return " ".join([f"{self.service}:{self.operation}", *(f"({one})" for one in about)])


class Fault(Value):
    """The `nth` call (from 1) of a function goes wrong."""

    function: str
    nth: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.function}, call {self.nth}: {self.kind}"


class Wire:
    """What lies between the SDK and AWS. `function` is the one that runs now; None is the test itself."""

    def __init__(self, services: Callable[[str, str, dict[str, Any]], dict[str, Any] | None]) -> None:
        self.function: str | None = None
        self.calls: list[Call] = []
        self.down: frozenset[str] = frozenset()
        self.struck: Call | None = None
        self.written: set[tuple[str, str, str]] = set()
        """Function, action and partition of every write to the table."""
        self._services = services
        self._fault: Fault | None = None
        self._counts: Counter[str] = Counter()
        self._invocations: dict[str, int] = {}
        self._tokens: dict[str, tuple[int, Any, bytes]] = {}
        self._turn = threading.RLock()

    def arm(self, fault: Fault | None) -> None:
        """From now on calls are counted anew, and the fault strikes once."""
        self._fault, self.struck = fault, None
        self.calls, self._counts, self._invocations, self._tokens = [], Counter(), {}, {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """All requests of this process pass here."""
        carry_out = BotocoreStubber.__call__
        wire = self

        def stub(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:
            with wire._turn:
                return wire._pass(event_name, request, lambda: carry_out(stubber, event_name, request))

        with patch.object(BotocoreStubber, "__call__", stub):
            yield

    def _pass(self, event_name: str, request: AWSPreparedRequest, moto: Send) -> AWSResponse | None:
        _, service, operation = event_name.split(".")

        def send() -> AWSResponse | None:
            return self._carry_out(service, operation, request, moto)

        if self.function is None:
            return send()
        call = _call(self.function, service, operation, request)
        nth, is_first = self._count(call, request)
        fault = self._fault
        if fault and (fault.function, fault.nth) == (call.function, nth):
            self.struck = call
            return _strike(fault.kind, service, request, send, is_first=is_first)
        if service in self.down:
            return _refused(service, request, Kind.THROTTLED)
        return send()

    def _count(self, call: Call, request: AWSPreparedRequest) -> tuple[int, bool]:
        """Which call of its function it is, and whether this is its first attempt."""
        attempt = _header(request, "amz-sdk-invocation-id")
        if attempt in self._invocations:
            return self._invocations[attempt], False
        self._counts[call.function] += 1
        self._invocations[attempt] = self._counts[call.function]
        self.calls.append(call)
        self.written |= {(call.function, *one) for one in _writes(call.operation, _document(request))}
        return self._counts[call.function], True

    def _carry_out(
        self, service: str, operation: str, request: AWSPreparedRequest, moto: Send
    ) -> AWSResponse | None:
        """By the services kept here, or by moto; a transaction with a known token was carried out before."""
        token = _document(request).get("ClientRequestToken") if operation == "TransactWriteItems" else None
        if token in self._tokens:
            return _response(request, *self._tokens[token])
        kept = self._services(service, operation, _document(request))
        if kept is not None:
            return _response(request, kept.pop("status", 200), {}, json.dumps(kept).encode())
        answer = moto()
        if token and answer and answer.status_code == 200:
            self._tokens[token] = (200, {}, answer.content)
            return _response(request, *self._tokens[token])
        return answer


def _strike(
    kind: Kind, service: str, request: AWSPreparedRequest, send: Send, *, is_first: bool
) -> AWSResponse | None:
    """The call goes wrong in its way. Raises what the network raises, or Killed."""
    if kind is Kind.KILLED_BEFORE:
        raise Killed
    if kind is Kind.LOST_ONCE and not is_first:
        return send()
    if kind in DONE:
        send()
    match kind:
        case Kind.KILLED_AFTER:
            raise Killed
        case Kind.TIMEOUT | Kind.LOST | Kind.LOST_ONCE:
            raise ReadTimeoutError(endpoint_url=request.url)
        case Kind.RESET:
            raise ConnectionClosedError(endpoint_url=request.url)
    return _refused(service, request, kind)


_CODES = {
    Kind.THROTTLED: (400, "ThrottlingException"),
    Kind.SERVER_ERROR: (500, "InternalServerError"),
    Kind.EXPIRED: (400, "ExpiredTokenException"),
}
_CODES_OF_S3 = {
    Kind.THROTTLED: (503, "SlowDown"),
    Kind.SERVER_ERROR: (500, "InternalError"),
    Kind.EXPIRED: (400, "ExpiredToken"),
}


def _refused(service: str, request: AWSPreparedRequest, kind: Kind) -> AWSResponse:
    """An error as the service's protocol has it."""
    if service == "s3":
        status, code = _CODES_OF_S3[kind]
        body = f"<Error><Code>{code}</Code><Message>{kind}</Message></Error>"
        return _response(request, status, {}, body.encode())
    status, code = _CODES[kind]
    if service == "sesv2" and kind is Kind.THROTTLED:
        status, code = 429, "TooManyRequestsException"
    body = json.dumps({"__type": code, "message": str(kind)})
    return _response(request, status, {"x-amzn-ErrorType": code}, body.encode())


def _response(request: AWSPreparedRequest, status: int, headers: Any, body: bytes) -> AWSResponse:
    return AWSResponse(request.url, status, headers, MockRawResponse(body))


def _header(request: AWSPreparedRequest, name: str) -> str:
    value = request.headers[name]
    return value.decode() if isinstance(value, bytes) else str(value)


def _document(request: AWSPreparedRequest) -> dict[str, Any]:
    """The request of a service that speaks JSON; of S3, none."""
    body: Any = request.body
    if not isinstance(body, bytes | str) or body[:1] not in (b"{", "{"):
        return {}
    try:
        told: dict[str, Any] = json.loads(body)
    except ValueError:
        return {}
    return told


def _call(function: str, service: str, operation: str, request: AWSPreparedRequest) -> Call:
    told = _document(request)
    writes = sorted({kind for one in told.get("TransactItems", []) for kind in one})
    return Call(
        function=function,
        service=service,
        operation=operation,
        target=_target(service, request, told),
        writes=tuple(writes),
    )


def _writes(operation: str, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Action and partition of each item that a request to the table writes."""
    single = {f"{kind}Item": kind for kind in ("Put", "Update", "Delete")}
    items = [{single[operation]: told}] if operation in single else told.get("TransactItems", [])
    for item in items:
        for kind, write in item.items():
            yield f"dynamodb:{kind}Item", (write.get("Item") or write["Key"])["pk"]["S"]


def _target(service: str, request: AWSPreparedRequest, told: dict[str, Any]) -> str:
    """What it is about, by its name in the stories: an index, a queue, a secret, a part of a bucket."""
    if service == "s3":
        return _bucket(request)
    named = told.get("IndexName") or told.get("QueueUrl") or told.get("SecretId", "")
    return str(named).rpartition("/")[2].rpartition(":")[2].partition("-")[0] if named else ""


def _bucket(request: AWSPreparedRequest) -> str:
    """The bucket and first part of the key; of many keys at once, of the first."""
    host, _, path = request.url.removeprefix("https://").partition("/")
    bucket, key = host.partition(".")[0], path.partition("?")[0]
    body: Any = request.body
    if not key and isinstance(body, bytes):
        key = body.partition(b"<Key>")[2].partition(b"</Key>")[0].decode()
    return f"{bucket}/{key.partition('/')[0]}" if key else bucket
