"""The guide is true: each of its commands is sent to the handler, in its order, by the local region file."""

import itertools
import re
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType

import httpx
import pytest

from infra import settings
from redress.adapters import action_wiring, wiring
from redress.http.routes import find
from redress.usecases.change import Desk
from tests.support import guide
from tests.support.api_story import MEANWHILE
from tests.support.desks import Clock
from tests.support.guide import Command, Variables
from tests.support.http_door import BASE_URL, door

NOW = datetime(2026, 6, 9, 10, tzinfo=UTC)
# What has happened by itself to the complaint of the path before a command is sent.
BEFORE = {
    "complaints/$number/triage": ("acknowledged", "triaged"),
    "complaints/$number/rejection-as-spam": ("suspected",),
    "complaints/$number/evidence/$evidence": ("files_arrived",),
    "complaints/$number/reopening": ("answered",),
    "complaints/$number/letters/$letter/other-means": ("mail_refused",),
    "complaints/$number/mails": ("mails_came",),
}


@dataclass
class Reader:
    """Somebody who tries the guide, command by command."""

    http: httpx.Client
    desk: Desk
    clock: Clock
    variables: dict[str, str] = field(default_factory=dict)

    def set(self, variables: Variables) -> None:
        """Set variables by hand."""
        self.variables |= {name: self.filled(value) for name, value in variables.values.items()}

    def send(self, command: Command, key: str) -> httpx.Response:
        """What a command is answered."""
        self.clock.move(1)
        for what in BEFORE.get(command.path, ()):
            MEANWHILE[what](self.desk, self.variables["number"])
        headers = {"Idempotency-Key": key, "Redress-User": command.user}
        if command.sent is not None:
            headers["Content-Type"] = "application/json"
        if command.guarded:
            headers["If-Match"] = f'"{self.version_for(command)}"'
        path, body = self.filled(command.path), self.filled(command.sent or "") or None
        answer = self.http.request(command.method, f"/v1/{path}", content=body, headers=headers)
        self.variables |= {name: str(answer.json()[shown]) for name, shown in command.keeps.items()}
        return answer

    def version_for(self, command: Command) -> int:
        """The present version of what a command decides on."""
        store = self.desk.store
        if command.path.startswith("consultations/"):
            return store.consultations.load(self.variables["consultation"], self.clock()).version
        if command.path.startswith("corrective-actions/"):
            known = action_wiring.table().action(self.variables["action"])
            return known.version if known else 1
        return store.load(self.variables["number"]).complaint.version

    def filled(self, text: str) -> str:
        """A text with its variables, as bash fills them."""
        dates = re.sub(r"\$\(date -u \+(\S+?)\)", lambda found: self.date(found[1]), text)
        return re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], dates)

    def date(self, form: str) -> str:
        """What `date -u` prints."""
        return format(self.clock(), form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S"))


@pytest.fixture
def reader(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader of the guide, on the machine where `make up` was run."""
    clock, [local] = Clock(NOW), settings.find("local")
    region = replace(settings.load(local).operator, clients=wiring.region().clients)
    desk = replace(wiring.desk(), region=region, now=clock)
    monkeypatch.setattr(function, "api", replace(function.api, desk=lambda: desk))
    transport = httpx.WSGITransport(app=door(function.handler))
    return Reader(httpx.Client(transport=transport, base_url=BASE_URL), desk, clock)


def test_every_command_does_what_it_shows(reader: Reader) -> None:
    for place, line in enumerate(guide.lines()):
        if isinstance(line, Variables):
            reader.set(line)
            continue
        answer = reader.send(line, f"key-{place}")
        assert answer.status_code in (200, 201), f"{line.line}\n{answer.text}"
        route, _ = find(line.method, f"/v1/{line.path.partition('?')[0]}")
        assert line.guarded >= route.guarded, line.line


def test_no_command_is_overlooked() -> None:
    words = itertools.chain.from_iterable(one.splitlines() for one in guide.texts())
    sending = [one for one in words if re.search(r"\b(get|post|send) ['\"a-zA-Z]", one) and "()" not in one]
    assert len([one for one in guide.lines() if isinstance(one, Command)]) == len(sending)
