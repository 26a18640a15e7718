"""A desk with a clock that tests set, over a store in memory, and complaints brought in through intake."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from redress.domain import commands as c
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.usecases.change import Changed, Desk, change
from redress.usecases.ports import Request, Store
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support.complaints import HANDLER, PLAYER, REGION, SYSTEM, T0, TRIAGE, submit

DAY = timedelta(days=1)


@dataclass
class Clock:
    """An instant that tests move."""

    at: datetime = T0

    def __call__(self) -> datetime:
        """The instant, as a desk asks for it."""
        return self.at

    def move(self, seconds: float) -> datetime:
        """Go forward, and say where that is."""
        self.at += timedelta(seconds=seconds)
        return self.at


@dataclass
class Office:
    """A desk and its clock. `pauses` lists the attempts before which the desk waited."""

    store: Store
    clock: Clock
    pauses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        self.desk = Desk(
            store=self.store, region=REGION, now=self.clock, salt=bytes, pause=self.pauses.append
        )
        self.intake = Intake(desk=self.desk, random_bits=lambda _bits: next(numbers))

    def request(self, key: str = "key-1", fingerprint: str = "hash-1") -> Request:
        """A request that is remembered for a day."""
        return Request(client="form", key=key, fingerprint=fingerprint, expires_at=self.clock() + DAY)

    def receive(
        self, command: c.Submit | None = None, *, key: str = "key-1", player: str = "player-1"
    ) -> str:
        """Take a complaint in; its number."""
        request = self.request(key)
        return submit_complaint(self.intake, command or submit(), PLAYER, request, player).number

    def do(self, number: str, command: Command, actor: str = HANDLER) -> Changed:
        """Change a complaint."""
        return change(self.desk, number, command, actor)

    def send(self, number: str, kind: LetterKind) -> None:
        """Claim and send the latest letter of a kind."""
        key = [one.key for one in self.complaint(number).letters.values() if one.kind is kind][-1]
        self.do(number, c.ClaimLetter(letter=key), SYSTEM)
        self.do(number, c.RecordLetterSent(letter=key, message_id="message-1"), SYSTEM)

    def complaint(self, number: str) -> Complaint:
        """The complaint as it is stored."""
        return self.store.load(number).complaint


def british(office: Office) -> str:
    """A complaint under the British licence, acknowledged within a minute, and weighed."""
    number = office.receive(submit("gb-ukgc"))
    office.clock.move(60)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    return number
