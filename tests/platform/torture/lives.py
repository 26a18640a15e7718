"""Complaints that live while things break: made by form and API, worked on until they are closed."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import httpx

from infra.local import demo
from infra.local.describe import LocalStack
from redress.domain.stages import Stage
from redress.store.table import Table
from tests.platform.torture.witness import Patience

HANDS = 8
ANSWERED, INSISTS = 120.0, 300.0
"""Seconds until a request is answered, and until something is taken: bounds, for what fails alone."""

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
EXPECTED = frozenset({400, 404, 409, 412, 428, 429, 503})
"""What a door may answer besides success. Anything else is a fault of ours."""

type Json = dict[str, Any]


class Unanswered(AssertionError):
    """A door did not take something, however often it was asked."""


@dataclass
class Door:
    """Both doors of the stack for many threads at once; remembers the answers that nothing explains."""

    stack: LocalStack
    odd: list[str] = field(default_factory=list)
    """Answers that nobody expects, and those 429 and 503 that do not say when to come again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=None)
        headers = {"Authorization": f"Bearer {self.stack.token()}"}
        self.app = httpx.Client(
            base_url=f"{self.stack.api_url}/v1/", headers=headers, timeout=ANSWERED, limits=limits
        )
        self.browser = httpx.Client(timeout=ANSWERED, limits=limits)

    def close(self) -> None:
        """Close the connections."""
        self.app.close()
        self.browser.close()

    def post(
        self, path: str, body: Mapping[str, Any], user: str = "agent-1", **headers: str
    ) -> httpx.Response:
        """One POST to the API, under a key of its own where none is given."""
        sent = {"Idempotency-Key": str(uuid4()), "Redress-User": user, **headers}
        return self._saw(self.app.post(path, json=body, headers=sent))

    def insist(self, path: str, body: Mapping[str, Any], user: str = "agent-1") -> Json:
        """POST under one key until it is done. Raises Unanswered."""
        key, deadline = str(uuid4()), time.monotonic() + INSISTS
        while time.monotonic() < deadline:
            try:
                answer = self.post(path, body, user, **{"Idempotency-Key": key})
            except httpx.TransportError:
                continue
            if answer.is_success:
                return dict(answer.json())
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), 2.0))
        raise Unanswered(f"{path}: {answer.status_code} {answer.text}")

    def fill_in(self, told: Mapping[str, str]) -> str:
        """Send the form until it is taken; the address of the private page. Raises Unanswered."""
        hidden: dict[str, str] = {}
        form, deadline = f"{self.stack.portal_url}/complaints", time.monotonic() + INSISTS
        while time.monotonic() < deadline:
            try:
                hidden = hidden or self._form(form, told["category"])
                answer = self._saw(self.browser.post(form, data={**hidden, **told, "again": "yes"}))
            except httpx.TransportError:
                continue
            if answer.status_code == httpx.codes.SEE_OTHER:
                return urljoin(str(answer.url), answer.headers["Location"]).removesuffix("/received")
            time.sleep(1)
        raise Unanswered(f"the form: {answer.status_code}")

    def write(self, page: str, form: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send a form of the private page once."""
        hidden = dict(HIDDEN.findall(self._saw(self.browser.get(page)).text))
        return self._saw(self.browser.post(f"{page}/{form}", data={**hidden, **fields}))

    def _form(self, form: str, category: str) -> dict[str, str]:
        return dict(HIDDEN.findall(self._saw(self.browser.get(form, params={"category": category})).text))

    def _saw(self, answer: httpx.Response) -> httpx.Response:
        status, patience = answer.status_code, answer.headers.get("Retry-After", "")
        with self._lock:
            if status >= httpx.codes.BAD_REQUEST and status not in EXPECTED:
                self.odd.append(f"{_asked(answer)}: {status} {answer.text[:500]}")
            if status in {429, 503} and not patience.isdigit():
                self.odd.append(f"{_asked(answer)}: {status} without Retry-After")
        return answer


def _asked(answer: httpx.Response) -> str:
    return f"{answer.request.method} {answer.request.url.path}"


@dataclass(frozen=True)
class Step:
    """What somebody does as soon as an event has happened."""

    after: str
    path: str
    body: Mapping[str, Any]
    user: str = "agent-1"


ASSIGN = Step("Triaged", "assignment", {"assignee": "agent-1"})
ASK = Step("Assigned", "information-requests", {"question": "Which payment method did you choose?"})
ANSWER = Step("InformationRequested", "replies", {"text": "A bank transfer."})
NOTE = Step("PlayerReplied", "notes", {"text": "The bank confirms it."})
REJECTED = {"outcome": "rejected", "reasons": "The transfer had arrived.", "cause": "no_fault_found"}
PROPOSE = Step("NoteAdded", "decision", REJECTED)
APPROVE = Step("DecisionProposed", "decision/approval", {}, "manager-1")
WITHDRAW = Step("Acknowledged", "withdrawal", {})
LIVES: Sequence[Sequence[Step]] = (
    (ASSIGN, ASK, ANSWER, NOTE, PROPOSE, APPROVE),
    (),
    (ASSIGN, ASK),
    (ASSIGN, ASK, ANSWER, NOTE),
)
"""Decided; left to the deadlock; asked, and never answered; answered, and never decided."""


@dataclass
class Life:
    """A complaint and what people do about it."""

    number: str
    steps: Sequence[Step]
    page: str = ""
    done: int = 0
    version: int = 0
    """What was last read of it."""

    due: bool = False
    """Whether something had come to be done then."""


def told(at: int) -> Json:
    """A new complaint of the sandbox, by a player of its own."""
    return {
        "brand": "northlight",
        "jurisdiction": "sandbox",
        "category": "verification",
        "description": "My documents were refused three times.",
        "name": "Player Example",
        "email": f"torture-{uuid4().hex[:12]}@example.test",
        "account": f"torture-{uuid4().hex[:12]}-{at}",
    }


def begin(door: Door, count: int, *, form_every: int = 3) -> list[Life]:
    """So many complaints, all at once; each third by the form."""

    def one(at: int) -> Life:
        steps, new = LIVES[at % len(LIVES)], told(at)
        if at % form_every == 0:
            page = door.fill_in({name: value for name, value in new.items() if name != "brand"})
            return Life(demo.number_of(page), steps, page)
        return Life(str(door.insist("complaints", new)["number"]), steps)

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(one, range(count)))


def lead(door: Door, table: Table, lives: Sequence[Life]) -> list[str]:
    """Work on complaints until all are closed; the numbers of those on which nothing happens any more."""
    left, patience = list(lives), Patience()
    with ThreadPoolExecutor(HANDS) as hands:
        while left and patience.lasts([(life.number, life.version) for life in left]):
            closed = list(hands.map(lambda life: _turn(door, table, life), left))
            left = [life for life, over in zip(left, closed, strict=True) if not over]
            time.sleep(0.5)
    return [life.number for life in left]


def _turn(door: Door, table: Table, life: Life) -> bool:
    """Do what has come to be done, if anything; whether the complaint is closed."""
    state = table.state(life.number)
    if state and state.version == life.version and not life.due:
        return False
    case = table.load(life.number)
    life.version = case.complaint.version
    happened = {type(record.event).__name__ for record in case.records}
    life.due = life.done < len(life.steps) and life.steps[life.done].after in happened
    if life.due and case.complaint.stage is not Stage.CLOSED:
        _do(door, life)
    return case.complaint.stage is Stage.CLOSED


def _do(door: Door, life: Life) -> None:
    """The next step, once."""
    step = life.steps[life.done]
    headers = {"Idempotency-Key": f"torture {life.number} {step.path}", "If-Match": f'"{life.version}"'}
    try:
        answer = door.post(f"complaints/{life.number}/{step.path}", step.body, step.user, **headers)
    except httpx.TransportError:
        return
    life.done += answer.is_success or answer.status_code == httpx.codes.CONFLICT
