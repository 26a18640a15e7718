"""The life of one complaint on the running stack, shown as it happens.

The complaint is written in the portal's form in the sandbox jurisdiction, where seconds stand for days. What
people would do, the demo does through the same doors: the operator's API and the player's private page.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import httpx

from infra.local.describe import LocalStack
from redress.domain import instants

LONGEST_LIFE_SECONDS = 120
POLL_SECONDS = 0.25
DECISION_ATTEMPTS = 10
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
TOLD = {
    "name": "A player",
    "email": "player@example.com",
    "account": "demo-player",
    "jurisdiction": "sandbox",
    "category": "deposits_withdrawals",
    "description": "I asked for my withdrawal of 250 pounds twelve days ago and it is still pending.",
    "amount": "250.00",
    "currency": "GBP",
    "transaction_references": "WD-2026-0042",
    "remedy": "Please pay the withdrawal out.",
}

type Event = Mapping[str, Any]


class DemoError(RuntimeError):
    """The complaint did not live as it should; the message says where it stopped."""


@dataclass(frozen=True)
class Operator:
    """The operator's app: one person of its staff, working through the API."""

    http: httpx.Client
    number: str

    def complaint(self) -> Mapping[str, Any]:
        """The complaint as it is now."""
        return dict(self._checked(self.http.get(f"complaints/{self.number}")).json())

    def events(self) -> list[Event]:
        """Everything that happened so far."""
        return list(self._checked(self.http.get(f"complaints/{self.number}/events")).json()["items"])

    def clock(self) -> Mapping[str, Any]:
        """Every promised date of the complaint, explained."""
        return dict(self._checked(self.http.get(f"complaints/{self.number}/clock")).json())

    def do(self, path: str, body: Mapping[str, object], user: str) -> None:
        """Ask something of the complaint on its newest version, reading again if it moved meanwhile."""
        headers = {"Idempotency-Key": f"demo {self.number} {path}", "Redress-User": user}
        for _ in range(DECISION_ATTEMPTS):
            headers["If-Match"] = self.http.get(f"complaints/{self.number}").headers["ETag"]
            answer = self.http.post(f"complaints/{self.number}/{path}", json=body, headers=headers)
            if answer.status_code != httpx.codes.PRECONDITION_FAILED:
                break
        self._checked(answer)

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise DemoError(
                f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
            )
        return answer


def play(stack: LocalStack) -> None:
    """Submit a complaint, do what its people would do, and print what happens until it is closed.

    Raises DemoError when it is not closed in LONGEST_LIFE_SECONDS.
    """
    with httpx.Client(timeout=30) as browser, operator_client(stack) as http:
        page = submit(browser, stack.portal_url)
        number = number_of(page)
        print(f"Complaint {number}: its private page is {page}\n", flush=True)
        operator = Operator(http, number)
        begun: datetime | None = None
        for event in _as_they_happen(operator):
            at = instants.from_text(event["at"])
            begun = begun or at
            if event["type"] == "LetterClaimed":
                continue  # what became of it is told
            since = f"+{(at - begun).total_seconds():.1f} s"
            print(f"  {at:%H:%M:%S}  {since:>7}  {describe(event)}", flush=True)
            _answer(event, operator, browser, page)
        print("\nClosed: a whole life, each step on record. How its final date came about:\n")
        print("\n".join(_explained(operator)), flush=True)


def _explained(operator: Operator) -> Iterator[str]:
    """The steps behind the date of the final response, as the API explains it."""
    promises = {promise["clock"]: promise for promise in operator.clock()["promises"]}
    for step in promises["final"]["steps"]:
        yield f"  {step['text']}  [{step['source']}]"


def operator_client(stack: LocalStack) -> httpx.Client:
    """The operator's app with all its permissions; the caller closes it."""
    headers = {"Authorization": f"Bearer {stack.token()}"}
    return httpx.Client(base_url=f"{stack.api_url}/v1/", headers=headers, timeout=30)


def submit(browser: httpx.Client, portal_url: str) -> str:
    """Fill in the form; the address of the private page that it leads to.

    Each time it is another complaint, though it says the same.
    """
    form = browser.get(f"{portal_url}/complaints", params={"category": TOLD["category"]}).raise_for_status()
    answer = browser.post(f"{portal_url}/complaints", data={**_hidden(form.text), **TOLD, "again": "yes"})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise DemoError(f"The form was answered with {answer.status_code}: {answer.text[:2000]}")
    return urljoin(str(answer.url), answer.headers["Location"]).removesuffix("/received")


def _hidden(page: str) -> dict[str, str]:
    """What the page's form sends besides what is typed, the nonce among it."""
    return dict(HIDDEN.findall(page))


def number_of(page: str) -> str:
    """The complaint's number, from the address of its private page."""
    return page.partition("/complaints/")[2].partition("/")[0]


def _as_they_happen(operator: Operator) -> Iterator[Event]:
    """Each event once, until the complaint is closed."""
    shown, end = 0, time.monotonic() + LONGEST_LIFE_SECONDS
    while time.monotonic() < end:
        for event in operator.events()[shown:]:
            shown = event["seq"]
            yield event
            if event["type"] == "Closed":
                return
        time.sleep(POLL_SECONDS)
    raise DemoError(
        f"The complaint is not closed after {LONGEST_LIFE_SECONDS} s; it is: {operator.complaint()}"
    )


def _answer(event: Event, operator: Operator, browser: httpx.Client, page: str) -> None:
    """What people do when they see the event."""
    data = event["data"]
    match event["type"]:
        case "Triaged":
            operator.do("assignment", {"assignee": "payments-agent"}, "payments-agent")
        case "Assigned":
            question = {"question": "Which payment method did you choose for the withdrawal?"}
            operator.do("information-requests", question, "payments-agent")
        case "LetterSent" if data["kind"] == "information_request":
            _write(browser, page, "reply", {"text": "A bank transfer to my own account."})
        case "Escalated" if data["level"] == 2:
            operator.do("decision", DECISION, "payments-agent")
            operator.do("decision/approval", {}, "complaints-manager")
        case "TaskOpened" if data["task"] == "pay_redress":
            paid = {name: data[name] for name in ("amount_minor", "currency")}
            operator.do("redress-payments", {**paid, "paid_on": event["at"][:10]}, "accountant")
        case "LetterSent" if data["kind"] == "feedback_request":
            _write(browser, page, "feedback", {"score": "5", "comment": "Clear and in time."})
        case _:
            return


DECISION = {
    "outcome": "upheld",
    "reasons": "The withdrawal was held by a check that should have ended after one day.",
    "redress_minor": 25_000,
    "currency": "GBP",
    "cause": "verification_backlog",
}


def _write(browser: httpx.Client, page: str, form: str, fields: Mapping[str, str]) -> None:
    """Send a form of the player's private page."""
    hidden = _hidden(browser.get(page).raise_for_status().text)
    answer = browser.post(f"{page}/{form}", data={**hidden, **fields})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise DemoError(f"The {form} was answered with {answer.status_code}")


def describe(event: Event) -> str:
    """An event in a line: what happened, and what caused it."""
    data, actor = event["data"], event["actor"]
    words = _WORDS.get(event["type"])
    happened = words(data) if words else str(event["type"])
    cause = _CAUSES.get(event["type"]) or _by(actor)
    return f"{happened:<58} {cause}"


def _by(actor: str) -> str:
    return {"player": "by the player", "system": "by the workflow"}.get(
        actor, f"by {actor.partition('/')[2]}"
    )


def _milestone(data: Event) -> str:
    name = data["milestone"].replace("_", " ")
    breach = " — BREACH" if data["breach"] else ""
    return f"{'warning' if 'warning' in name else 'milestone'}: {data['clock']} {name}{breach}"


def _decision(verb: str) -> Callable[[Event], str]:
    return lambda data: f"{verb}: {data['outcome']}"


_WORDS: Mapping[str, Callable[[Event], str]] = {
    "ComplaintReceived": lambda d: f"received: {d['category']}, {d['jurisdiction']}",
    "LetterSent": lambda d: f"letter sent: {d['kind'].replace('_', ' ')}",
    "LetterRefused": lambda d: f"letter refused: {d['kind'].replace('_', ' ')}, {d['reason']}",
    "Acknowledged": lambda _: "acknowledged",
    "Triaged": lambda d: f"triaged: team {d['team']}, severity {d['severity']}",
    "Assigned": lambda d: f"investigated: assigned to {d['assignee']}",
    "InformationRequested": lambda _: "question put to the player",
    "PlayerReplied": lambda _: "reply received",
    "MilestoneReached": _milestone,
    "Escalated": lambda d: f"escalated to level {d['level']}",
    "DecisionProposed": _decision("decision proposed"),
    "DecisionApproved": _decision("decided"),
    "DeadlockDeclared": lambda _: "deadlock declared",
    "TaskOpened": lambda d: f"asked of {d['team'] or 'the team'}: {d['task'].replace('_', ' ')}",
    "TaskClosed": lambda d: f"task {d['outcome'].replace('_', ' ')}",
    "RedressPaid": lambda d: f"redress paid: {d['amount_minor'] / 100:.2f} {d['currency']}",
    "FeedbackGiven": lambda d: f"feedback: {d['score']} of 5",
    "Closed": lambda d: f"closed: {d['reason'].replace('_', ' ')}",
}
_CAUSES: Mapping[str, str] = {
    "ComplaintReceived": "by the player, in the form",
    "Acknowledged": "because the acknowledgement left",
    "MilestoneReached": "because its instant passed",
    "Escalated": "because nothing was decided by then",
    "DeadlockDeclared": "because the final date is near",
    "Closed": "because nothing more is owed",
}
