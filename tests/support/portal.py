"""A browser without a browser: what it sends to the portal, and what comes back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import count
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from redress.domain import commands, milestones, private_link
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.region import ExternalBody, Region
from redress.usecases.change import Desk, change
from redress.usecases.ports import Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from redress.web import routes
from redress.web.visit import Portal
from tests.support.complaints import REGION, SYSTEM, T0
from tests.support.evidence import DOOR
from tests.support.faq import delivered
from tests.support.memory_store import MemoryStore

ADDRESS = "https://complaints.example.test"
STAGE = "v"
FORM = "application/x-www-form-urlencoded"

FORM_ADDRESS = "/complaints?category=bonuses"

COMPLAINT: Mapping[str, str] = {
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "occurred_day": "1",
    "occurred_month": "3",
    "occurred_year": "2026",
    "amount": "25.50",
    "currency": "GBP",
    "transaction_references": "T-1\r\nT-2",
    "remedy": "Pay it.",
    "name": "Player",
    "email": "player@example.test",
    "account": "player-1",
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
}


WRITING = timedelta(minutes=5)  # what it takes to fill in a form


@dataclass(frozen=True)
class Answer:
    """A response. `path` is the path it answers."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        reader = _Text()
        reader.feed(self.body)
        return " ".join(" ".join(reader.parts).split())

    @property
    def title(self) -> str:
        """The page's title."""
        found = re.search(r"<title>(.*?)</title>", self.body)
        return unescape(found[1]) if found else ""

    @property
    def location(self) -> str:
        """The path and query that a redirect leads to."""
        target = urlsplit(urljoin(f"{ADDRESS}{self.path}", self.headers["location"]))
        return f"{target.path}?{target.query}".rstrip("?")

    def nonce(self, action: str = "complaints") -> str:
        """The nonce of the form whose action ends so."""
        found = re.search(rf'action="[^"]*{action}".*?name="nonce" value="([^"]+)"', self.body, re.DOTALL)
        assert found, f"no form for {action}"
        return found[1]

    def value(self, name: str) -> str:
        """What a text field holds."""
        pattern = (
            rf'<input[^>]*name="{name}" value="([^"]*)"|<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>'
        )
        found = re.search(pattern, self.body, re.DOTALL)
        assert found, f"no field {name}"
        return unescape(found[1] if found[1] is not None else found[2])


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep what stands between tags."""
        self.parts.append(data)


@dataclass
class Visitor:
    """A portal over a store in memory, and somebody who uses it. `now` is the clock of both."""

    region: Region = REGION
    now: datetime = T0
    secrets: tuple[bytes, ...] = (b"secret of links",)
    url: str | None = ADDRESS
    first_number: int = 1
    store: MemoryStore = field(init=False)
    desk: Desk = field(init=False)
    portal: Portal = field(init=False)

    def __post_init__(self) -> None:
        self.store = MemoryStore(now=lambda: self.now)
        self.desk = Desk(
            store=self.store,
            region=self.region,
            now=lambda: self.now,
            salt=bytes,
            pause=lambda _: None,
        )
        numbers = count(self.first_number)
        self.portal = Portal(
            desk=lambda: self.desk,
            link_secrets=lambda: self.secrets,
            player_secret=lambda: b"secret of players",
            random_bits=lambda _: next(numbers),
            evidence=lambda: DOOR,
            url=self.url,
            faq=delivered,
        )

    def get(self, address: str) -> Answer:
        """Open a path, with or without a query."""
        return self.send("GET", address)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self.send("POST", path, urlencode(fields))

    def send(
        self,
        method: str,
        address: str,
        body: str | None = None,
        *,
        content_type: str = FORM,
        base64: bool = False,
    ) -> Answer:
        """Send anything."""
        return self.answer(event(method, address, body, content_type=content_type, base64=base64))

    def answer(self, sent: dict[str, Any]) -> Answer:
        """What the portal says to an event of API Gateway."""
        return answer(sent["path"], routes.answer(self.portal, sent).to_gateway())

    def fill(self, **changes: str) -> dict[str, str]:
        """A filled-in complaint with the nonce of a fresh form."""
        sends_at, self.now = self.now, self.now - WRITING
        form = self.get(FORM_ADDRESS)
        self.now = sends_at
        return {**COMPLAINT, "nonce": form.nonce(), "form_token": form.value("form_token"), **changes}

    def complain(self, **changes: str) -> Answer:
        """Fill in the form and send it."""
        return self.post("/complaints", self.fill(**changes))

    def complained(self, **changes: str) -> str:
        """The path of the tracking page of a new complaint."""
        return self.complain(**changes).location.removesuffix("/received")

    def operator(
        self, path: str, *commands_: Command, later: timedelta = timedelta(minutes=1), actor: str = SYSTEM
    ) -> None:
        """What the operator and its system do to the complaint behind a tracking page."""
        for command in commands_:
            self.now += later
            change(self.desk, path.split("/")[2], command, actor)

    def letter(self, path: str, kind: LetterKind) -> None:
        """The latest letter of a kind goes out."""
        self._mail(path, [one.key for one in self.complaint(path).letters.values() if one.kind is kind][-1])

    def complaint(self, path: str) -> Complaint:
        """The complaint behind a tracking page."""
        return self.store.load(path.split("/")[2]).complaint

    def passed_on(self, command: commands.Submit) -> str:
        """The path of the tracking page of a complaint that an app of the operator passes on."""
        intake = Intake(desk=self.desk, random_bits=self.portal.random_bits)
        expires_at = self.now + timedelta(days=1)
        request = Request(client="app", key=str(self.now), fingerprint="f", expires_at=expires_at)
        number = submit_complaint(intake, command, "app:phone-desk/agent", request, "player-key").number
        validity = timedelta(days=self.region.link_days)
        key = private_link.make(
            self.secrets[0], number, self.store.load(number).link_version, self.now, validity
        )
        return f"/complaints/{number}/{key}"

    def wait(self, path: str, *, until: datetime) -> None:
        """Time passes: what falls due is recorded at its instant, and letters leave two minutes after."""
        self._mail_all(path)
        while self.falls_due(path, until=until):
            self._mail_all(path)
        self.now = until

    def falls_due(self, path: str, *, until: datetime) -> bool:
        """The next thing that falls due is recorded at its instant, if there is one until then."""
        complaint = self.complaint(path)
        ahead = milestones.milestones(self.region.rules_of(complaint), complaint)
        if not ahead or ahead[0].at > until:
            return False
        self.now = max(self.now, ahead[0].at)
        self.operator(path, ahead[0].command, later=timedelta())
        return True

    def _mail_all(self, path: str) -> None:
        complaint = self.complaint(path)
        for letter in complaint.letters.values():
            if letter.status is LetterStatus.OWED and letter.is_live(self.complaint(path).stage):
                self._mail(path, letter.key)

    def _mail(self, path: str, key: str) -> None:
        sent = commands.RecordLetterSent(letter=key, message_id="message-1")
        self.operator(path, commands.ClaimLetter(letter=key), sent)


def region(**bodies: str) -> Region:
    """The test's region with its brand under more rule packs (`dk_spillemyndigheden`), each with a body."""
    brand = REGION.brands[0]
    more = {
        pack.replace("_", "-"): ExternalBody(
            name=name,
            contact=f"cases@{pack[:2]}.example.test",
            url=f"https://{pack[:2]}.example.test",
            scope_limits="Disputes of every amount.",
        )
        for pack, name in bodies.items()
    }
    wider = replace(brand, jurisdictions={**brand.jurisdictions, **more})
    return replace(REGION, brands=(wider,))


def event(
    method: str, address: str, body: str | None = None, *, content_type: str = FORM, base64: bool = False
) -> dict[str, Any]:
    """A request as API Gateway's REST proxy integration hands it over."""
    path, _, query = address.partition("?")
    pairs = dict(pair.partition("=")[::2] for pair in query.split("&")) if query else None
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": content_type},
        "multiValueHeaders": {"Content-Type": [content_type]},
        "queryStringParameters": pairs,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "stage": STAGE,
            "path": f"/{STAGE}{path}",
            "domainName": "portal.example.test",
            "httpMethod": method,
        },
        "body": body,
        "isBase64Encoded": base64,
    }


def answer(path: str, response: Mapping[str, Any]) -> Answer:
    """The response of a proxy integration."""
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Answer(path, response["statusCode"], headers, response["body"] or "")
