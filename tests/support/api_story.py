"""Tells the story of `functions/operator_api/examples.toml` to an API, as its description shows it.

The clock, the salts and the numbers are those of the story, so the same answers come every time.
"""

import itertools
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any

import boto3
import httpx

from infra.api_examples import STORY, Exchange
from redress.adapters import s3, wiring
from redress.adapters.clients import client
from redress.adapters.webhook_queue import DeliveriesQueue
from redress.domain import commands
from redress.domain.clusters import Alarm, Key
from redress.domain.correspondence import Delivery, LetterKind
from redress.domain.raised import Raised
from redress.http.routes import ROUTES, Route
from redress.region import Cause, Client, Macro, Team
from redress.store.actions import ActionTable
from redress.store.alarms import AlarmTable
from redress.store.webhooks import WebhookTable
from redress.usecases.change import Desk, change
from redress.usecases.evidence_ports import Download, Upload
from redress.usecases.ports import Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from redress.usecases.webhooks import WebhookDesk
from tests.support import tables
from tests.support.complaints import PLAYER, REGION, SYSTEM
from tests.support.desks import Clock
from tests.support.faq import delivered
from tests.support.http_door import BASE_URL, Door, door
from tests.support.mail_commands import go_out, mail

_ADR = REGION.brands[0].jurisdictions["sandbox"]
_BRAND = replace(REGION.brands[0], jurisdictions=dict.fromkeys(("gb-ukgc", "cw-cga"), _ADR))
_CLIENT = Client(id="back-office", brands=("northlight",), scopes=("read", "write", "decide", "admin"))
_TEAMS = (
    Team(
        id="care",
        name="Player Care",
        email="care@example.test",
        categories=("account", "other"),
        members=("handler-7", "handler-8", "handler-9"),
    ),
    Team(
        id="payments",
        name="Payments",
        email="payments@example.test",
        categories=("bonuses", "deposits_withdrawals"),
    ),
    Team(id="finance", name="Finance", email="finance@example.test", categories=()),
)
_MACRO = Macro(
    id="waiting",
    title="We are waiting for somebody",
    texts={
        "en": "Dear {player_name}, your complaint {number} is not forgotten: you hear from us by {due_on}."
    },
)
_CAUSES = (
    Cause(id="unclear_terms", name="Our terms or our offer could be misread", formerly=("terms",)),
    Cause(id="payment_provider_delay", name="A payment provider or bank was slow"),
    Cause(id="no_fault_found", name="Nothing went wrong"),
)
STORY_REGION = replace(
    REGION,
    brands=(_BRAND,),
    clients=(_CLIENT,),
    teams=_TEAMS,
    macros=(_MACRO,),
    causes=_CAUSES,
    redress_team="finance",
)

SUSPECTED = 6_543_210_987  # the number 0630-2YFB-D

ROUTE_OF: Mapping[str, Route] = {route.name: route for route in ROUTES}


# The files that the story's player sends, by id: the first is scanned, the second waits.
FILES: Mapping[str, str] = {
    "5b1f0c6a9d3e47f28a60c4d1e7b2935f": "image/jpeg",
    "c07d4e21b86f4a9397d5e8f1a2b3c4d6": "application/pdf",
}


# The mails that come to the story's last complaint: what each is taken as, the verdict on it, its text.
MAILS = (
    ("reply", "pass", "The error says that my account does not exist."),
    ("held", "fail", "It is the account of my other address."),
    ("held", "fail", "Please send the password to this address."),
)


class Unfinished(AssertionError):
    """A step of the story was not answered as it says."""


@dataclass(frozen=True)
class Step:
    """A request of the story; the fields are explained in the file."""

    name: str
    tells: str
    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    user: str = "-"
    keep: Mapping[str, str] = field(default_factory=dict)
    if_match: str | None = None
    status: int | None = None
    meanwhile: tuple[str, ...] = ()
    days: float = 0


@cache
def steps() -> tuple[Step, ...]:
    """The story."""
    told = tomllib.loads(STORY.read_text(encoding="utf-8"))["step"]
    return tuple(Step(**{**one, "meanwhile": tuple(one.get("meanwhile", ()))}) for one in told)


@dataclass
class Teller:
    """Tells the story through a door. `kept` is what its steps kept so far."""

    door: Door
    desk: Desk
    clock: Clock
    kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=httpx.WSGITransport(app=self.door), base_url=BASE_URL)

    def tell(self) -> Iterator[Exchange]:
        """Every step in order, with its answer. Raises Unfinished for one that is not answered as it says."""
        for step in steps():
            yield self.take(step)

    def take(self, step: Step) -> Exchange:
        """One step."""
        self.go_on(step)
        route = ROUTE_OF[step.operation]
        path = {place: self._filled(step.path.get(place, f"{{{place}}}")) for place in route.places}
        body = self.body(step)
        query = {name: self._filled(value) for name, value in step.query.items()}
        sent = {"Idempotency-Key": step.name, "Redress-User": step.user, **self._if_match(step, route, path)}
        answer = self.http.request(
            route.method, route.path.format(**path), params=query, json=body, headers=sent
        )
        document: dict[str, Any] | None = answer.json() if answer.content else None
        if answer.status_code != (step.status or route.status):
            raise Unfinished(f"{step.name}: {answer.status_code} {document}")
        self.kept |= {name: _at(document, shown) for name, shown in step.keep.items()}
        return Exchange(
            step.name, step.tells, step.operation, path, query, body, answer.status_code, document
        )

    def body(self, step: Step) -> dict[str, Any] | None:
        """What a step sends, with what was kept so far."""
        sent: dict[str, Any] | None = json.loads(self._filled(json.dumps(step.body)))
        return sent

    def go_on(self, step: Step) -> None:
        """What happens by itself before a step."""
        self.clock.at += timedelta(days=step.days)
        for what in step.meanwhile:
            MEANWHILE[what](self.desk, self.kept["number"])

    def _if_match(self, step: Step, route: Route, path: Mapping[str, str]) -> dict[str, str]:
        if not route.guarded or step.if_match == "":
            return {}
        if step.if_match:
            return {"If-Match": step.if_match}
        store = self.desk.store
        if "consultation" in path:
            version = store.consultations.load(path["consultation"], self.clock()).version
        elif "action" in path:
            known = _actions().action(path["action"])
            version = known.version if known else 1
        else:
            version = store.load(path["number"]).complaint.version
        return {"If-Match": f'"{version}"'}

    def _filled(self, text: str) -> str:
        for name, value in self.kept.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def _at(document: Any, place: str) -> str:
    """What stands in an answer at a place such as `items.1.received`."""
    for part in place.split("."):
        document = document[int(part) if part.isdecimal() else part]
    return str(document)


def story_of(function: ModuleType, api: Any) -> Teller:
    """The story from its beginning, told to the handler's module, over the table of the environment.

    `api` is the module's own, which this replaces by one of the story's region, clock and chance.
    """
    clock, salts, bits = Clock(), itertools.count(1), itertools.count(7_777_777_777, 987_654_321)
    desk = replace(
        wiring.desk(), region=STORY_REGION, now=clock, salt=lambda size: next(salts).to_bytes(size)
    )
    vars(function)["api"] = replace(
        api,
        desk=lambda: desk,
        random_bits=lambda size: next(bits) % 2**size,
        webhooks=cache(lambda: _webhooks(clock)),
        evidence=_StoryDoor,
        actions=_actions,
        faq=delivered,
    )
    return Teller(door(function.handler), desk, clock)


def _actions() -> ActionTable:
    return ActionTable(client("dynamodb"), tables.NAME)


def _webhooks(clock: Clock) -> WebhookDesk:
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName="deliveries")["QueueUrl"]
    return WebhookDesk(
        store=WebhookTable(client("dynamodb"), tables.NAME),
        queue=DeliveriesQueue(queues, url),
        secrets=lambda: (b"0" * 64,),
        allow_private=False,
        now=clock,
    )


class _StoryDoor:
    """Signs as the real one does, but for the signature, which tells the time of day."""

    origin = "https://files.example.com"

    def upload(self, number: str, evidence: str, by: str, now: datetime, back: str | None = None) -> Upload:
        """A form for one file."""
        assert back is None
        fields = {
            "key": s3.key(s3.INCOMING, number, evidence),
            s3.BY: by,
            "policy": "eyJleHBpcmF0aW9uIjo…",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": "ASIAEXAMPLE/20260305/eu-west-2/s3/aws4_request",
            "x-amz-date": "20260305T120000Z",
            "x-amz-security-token": "IQoJb3JpZ2luX2VjE…",
            "x-amz-signature": "9a0364b9e99bb480dd25e1f0284c8555…",
        }
        return Upload(
            evidence=evidence, url=f"{self.origin}/", fields=fields, expires_at=now + s3.UPLOAD_TIME
        )

    def download(self, number: str, evidence: str, media_type: str, name: str, now: datetime) -> Download:
        """An address of one file."""
        del media_type, name
        url = f"{self.origin}/{s3.key(s3.KEPT, number, evidence)}?X-Amz-Expires=300&X-Amz-Signature=…"
        return Download(url=url, expires_at=now + s3.DOWNLOAD_TIME)


def _files(desk: Desk, number: str) -> None:
    for evidence, media_type in FILES.items():
        came = commands.AddEvidence(
            evidence=evidence, media_type=media_type, size=348_160, content={"sha256": evidence * 2}
        )
        change(desk, number, came, PLAYER)
    change(desk, number, commands.RecordScan(evidence=next(iter(FILES)), verdict="clean"), SYSTEM)


def send(desk: Desk, number: str, kind: LetterKind) -> None:
    """Claim and send the latest letter of a kind, as the workflow does."""
    key = _claimed(desk, number, kind)
    change(desk, number, commands.RecordLetterSent(letter=key, message_id=f"message-{key}"), SYSTEM)


def _refuse(desk: Desk, number: str, kind: LetterKind) -> None:
    key = _claimed(desk, number, kind)
    refused = commands.RecordLetterRefused(letter=key, reason="mailbox_unknown", permanent=True)
    change(desk, number, refused, SYSTEM)


def _claimed(desk: Desk, number: str, kind: LetterKind) -> str:
    letters = desk.store.load(number).complaint.letters.values()
    key = [one.key for one in letters if one.kind is kind][-1]
    change(desk, number, commands.ClaimLetter(letter=key), SYSTEM)
    return key


def _acknowledged(desk: Desk, number: str, contact: int, outcome: Delivery) -> None:
    """The acknowledgement goes to an address, and the mail service tells what became of it."""
    go_out(
        lambda: desk.store.load(number),
        lambda command: change(desk, number, command, SYSTEM),
        LetterKind.ACKNOWLEDGEMENT,
        outcome,
        contact,
    )


def _bounced_twice(desk: Desk, number: str) -> None:
    for contact in (0, 1):
        _acknowledged(desk, number, contact, Delivery.BOUNCED)


def _mails(desk: Desk, number: str) -> None:
    """A reply, and two mails that wait for a person; the text of what waits is kept with it."""
    for place, (taken_as, dmarc, text) in enumerate(MAILS, 1):
        came = mail(taken_as, text, mail_id=f"mail-{place}", dmarc=dmarc)
        change(desk, number, came, SYSTEM)


def _triage(desk: Desk, number: str) -> None:
    team = desk.region.team_for(desk.store.load(number).complaint.category).id
    change(desk, number, commands.Triage(team=team, severity="normal", reasons=("no_rule_fired",)), SYSTEM)


def _suspect(desk: Desk, _number: str) -> None:
    """A complaint comes by the portal that a machine may have written; its number is always the same."""
    submit = commands.Submit(
        brand="northlight",
        jurisdiction="gb-ukgc",
        pack_version=desk.region.pack("gb-ukgc").version,
        channel="form",
        language="en",
        category="account",
        occurred_on=None,
        amount_minor=None,
        currency=None,
        suspicions=("too_fast",),
        content={"name": "Player Example", "email": "third-player@example.com", "description": "Closed."},
    )
    intake = Intake(desk=desk, random_bits=lambda _: SUSPECTED)
    request = Request(client="portal", key="suspected", fingerprint="", expires_at=desk.now())
    submit_complaint(intake, submit, "player", request, "0" * 64)


def _rose(_desk: Desk, number: str) -> None:
    """Whoever looks at the hours finds one that chance does not explain, and its owner is told."""
    end = datetime(2026, 3, 6, 12, tzinfo=UTC)
    alarm = Alarm(
        key=Key(dimension="game", value="slot-1842", brand="northlight"),
        start=end - timedelta(hours=1),
        end=end,
        count=14,
        expected=0.42,
        upper=6,
        p=3.1e-12,
        level=2.4e-6,
        weeks=8,
        also=(Key(dimension="provider", value="studio-7", brand="northlight"),),
    )
    raised = Raised(
        pack="gb-ukgc",
        alarm=alarm,
        complaints=(number,),
        raised_at=end + timedelta(minutes=20),
        silent_until=end + timedelta(days=2),
    )
    alarms = AlarmTable(client("dynamodb"), tables.NAME)
    alarms.add(raised.pack, end, [raised])
    alarms.told(raised, raised.raised_at, "message-rise")


# What happens to a complaint without a request.
MEANWHILE: Mapping[str, Callable[[Desk, str], None]] = {
    "files_arrived": _files,
    "rose": _rose,
    "acknowledged": lambda desk, number: send(desk, number, LetterKind.ACKNOWLEDGEMENT),
    "triaged": _triage,
    "suspected": _suspect,
    "mail_refused": lambda desk, number: _refuse(desk, number, LetterKind.ACKNOWLEDGEMENT),
    "mail_bounced": _bounced_twice,
    "mail_delivered": lambda desk, number: _acknowledged(desk, number, 2, Delivery.DELIVERED),
    "mails_came": _mails,
    "answered": lambda desk, number: send(desk, number, LetterKind.FINAL_RESPONSE),
}
