"""A client of the operator's API that behaves as one should, and keeps count of what it met.

Each POST has a key and is repeated under it when the answer is lost or the service is busy; now and then
it is repeated although the answer came. What decides something names the version, and reads again when that
is stale.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

TRIES = 8  # of a request
LOOKS = 40  # at the newest version, for a decision: where seconds stand for days, letters leave all the time
REPEATED = 11  # of so many POSTs, one is sent again although it was answered
LONGEST_WAIT = 5.0  # seconds between two tries, whatever Retry-After says
AGAIN = {429, 503}

type Json = dict[str, Any]


class Unexpected(Exception):
    """An answer that nothing explains. It is counted as a failure."""


class Overtaken(Exception):
    """The complaint went on before the request came: its stage does not allow it any more."""


@dataclass
class Ledger:
    """What the clients met, all together."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # by method and status
    retried: int = 0
    repeated: int = 0
    replayed: int = 0
    stale: int = 0
    overtaken: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0
    slowest: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """All that were answered, repetitions among them."""
        return sum(self.answers.values())

    def saw(self, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self.answers[method, status] += 1
            self.seconds += seconds
            self.slowest = max(self.slowest, seconds)

    def count(self, **more: int) -> None:
        """Add to counters."""
        with self._lock:
            for name, value in more.items():
                setattr(self, name, getattr(self, name) + value)

    def fail(self, what: str) -> Unexpected:
        """Note something that should not happen."""
        with self._lock:
            self.failures.append(what)
        return Unexpected(what)


@dataclass
class Api:
    """The API with the token of an application, for many threads at once."""

    http: httpx.Client
    ledger: Ledger
    _tags: dict[str, str] = field(default_factory=dict)
    _posts: "itertools.count[int]" = field(default_factory=itertools.count)

    def get(self, path: str, **query: str) -> Json:
        """What a GET shows. Raises Unexpected."""
        return self._read(path, query)[0]

    def delete(self, path: str, user: str) -> Json:
        """DELETE as a person, for what may be repeated without harm. Raises Unexpected."""
        answer = self._send("DELETE", path, None, {"Redress-User": user})
        return self._expected(answer)

    def post(self, path: str, body: Mapping[str, Any], user: str) -> Json:
        """POST as a person. Raises Unexpected, and Overtaken for 409 by the stage."""
        return self._expected(self._once(path, body, {"Redress-User": user, "Idempotency-Key": str(uuid4())}))

    def decide(self, number: str, what: str, body: Mapping[str, Any], user: str) -> Json:
        """POST on the version last seen of a complaint, which is read again when it is stale.

        A refused request used up nothing, so the key stays. Raises as `post`.
        """
        key, place = str(uuid4()), f"complaints/{number}"
        for _ in range(LOOKS):
            tag = self._tags.pop(place, "") or self._read(place, {})[1]
            headers = {"Redress-User": user, "Idempotency-Key": key, "If-Match": tag}
            answer = self._once(f"{place}/{what}", body, headers)
            if answer.status_code != httpx.codes.PRECONDITION_FAILED:
                return self._expected(answer)
            self.ledger.count(stale=1)
        raise self.ledger.fail(f"{number} {what}: stale {LOOKS} times")

    def _read(self, path: str, query: Mapping[str, str]) -> tuple[Json, str]:
        answer = self._send("GET", path, None, {}, query)
        return self._expected(answer), answer.headers.get("ETag", "")

    def _once(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        """A POST, and sometimes the same again as if its answer had been lost."""
        answer = self._send("POST", path, body, headers)
        if next(self._posts) % REPEATED == 0 and answer.is_success:
            again = self._send("POST", path, body, headers)
            self.ledger.count(repeated=1)
            self._compare(path, answer, again)
        return answer

    def _compare(self, path: str, first: httpx.Response, again: httpx.Response) -> None:
        """The same request has the same outcome. That a queue was empty is not remembered."""
        outcomes = [_outcome(one.json()) for one in (first, again)]
        if first.json().get("complaint", ...) is None:
            return
        if first.status_code != again.status_code or outcomes[0] != outcomes[1]:
            self.ledger.fail(f"{path}: repeated, {again.status_code} {again.text} after {first.text}")
        elif again.headers.get("Idempotency-Replayed") != "true":
            self.ledger.fail(f"{path}: repeated, and not said so")

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A request, repeated under the same key while its answer is lost or asks for patience."""
        for attempt in range(1, TRIES + 1):
            begun = time.monotonic()
            try:
                answer = self.http.request(method, path, json=body, headers=headers, params=query)
            except httpx.TransportError:
                self.ledger.saw(method, 0, time.monotonic() - begun)
                self.ledger.count(retried=1)
                continue
            self.ledger.saw(method, answer.status_code, time.monotonic() - begun)
            if answer.headers.get("Idempotency-Replayed") == "true":
                self.ledger.count(replayed=1)
            if answer.status_code not in AGAIN or attempt == TRIES:
                return answer
            self.ledger.count(retried=1)
            # Retry-After is the condition that is waited for: the service asks for it.
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), LONGEST_WAIT))
        raise self.ledger.fail(f"{method} {path}: no answer {TRIES} times")

    def _expected(self, answer: httpx.Response) -> Json:
        if answer.is_success:
            shown = dict(answer.json())
            if answer.request.method == "POST" and "ETag" in answer.headers:
                self._tags[f"complaints/{shown['number']}"] = answer.headers["ETag"]
            return shown
        said = f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
        if answer.status_code == httpx.codes.CONFLICT and "illegal-transition" in answer.text:
            self.ledger.count(overtaken=1)
            raise Overtaken(said)
        raise self.ledger.fail(said)


def _outcome(document: Json) -> Json:
    """What a request led to; of a complaint that was drawn the number, since its lease runs on."""
    drawn = document.get("complaint") or {}
    return {name: document.get(name, drawn.get(name)) for name in ("number", "webhook", "secret", "queued")}
