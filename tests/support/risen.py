"""Weeks of complaints as counters have them, then a burst of real ones, and who watches for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from redress.domain import commands as c
from redress.domain.clusters import Key
from redress.domain.counting import RECEIVED, Cell
from redress.letters.rise import render_rise
from redress.region import Region
from redress.store.alarms import AlarmTable
from redress.store.counters import Counters
from redress.store.received import Received
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.count import count
from redress.usecases.watch import WatchDesk
from tests.support.complaints import REGION, submit
from tests.support.desks import Clock, Office
from tests.support.senders import Mailer

PACK = "gb-ukgc"
HOUR = timedelta(hours=1)
QUIET: Mapping[str, str] = {"category": "bonuses", "language": "en", "channel": "form"}
SLOT: Mapping[str, str] = {"product": "casino", "game": "slot-1", "provider": "studio-1"}


def key(dimension: str, value: str, brand: str = "northlight") -> Key:
    """What complaints are counted by."""
    return Key(dimension=dimension, value=value, brand=brand)


@dataclass
class House:
    """The table of an operator, and whoever watches it by the clock of the test."""

    table: Table
    clock: Clock
    region: Region = REGION
    mailer: Mailer = field(default_factory=Mailer)

    def __post_init__(self) -> None:
        self.office = Office(self.table, self.clock)
        self.counters = Counters(self.table.client, self.table.name)
        self.alarms = AlarmTable(self.table.client, self.table.name)

    @property
    def desk(self) -> WatchDesk:
        """What watching needs."""
        return WatchDesk(
            counters=self.counters,
            received=Received(self.table.client, self.table.name),
            alarms=self.alarms,
            region=self.region,
            mailer=self.mailer,
            render=render_rise,
            now=self.clock,
        )

    @property
    def hour(self) -> datetime:
        """The full hour before now."""
        return self.clock().replace(minute=0, second=0, microsecond=0)

    def quiet(self, days: int = 10, brand: str = "northlight") -> None:
        """A complaint about a bonus in the morning and one in the evening, of the days before yesterday."""
        for back in range(25, days * 24, 12):
            self.received(self.hour - back * HOUR, 1, QUIET, brand)

    def received(self, hour: datetime, so_many: int, about: Mapping[str, str], brand: str) -> None:
        """Counters of so many complaints; the complaints themselves are nowhere."""
        for dimension, value in about.items():
            cell = Cell(PACK, hour.date(), brand, RECEIVED, dimension, value, f"{hour:%Y-%m-%dT%H}")
            self.counters.correct({cell: so_many})

    def burst(self, so_many: int = 12, brand: str = "northlight", **about: str) -> None:
        """Counters of the hour before, about bonuses and a game."""
        self.received(self.hour - HOUR, so_many, {**QUIET, **(about or SLOT)}, brand)

    def complain(self, so_many: int, **about: str) -> list[str]:
        """Complaints of the hour before, each received and counted; their numbers, the latest first."""
        now = self.clock.at
        numbers: list[str] = []
        for at in range(so_many):
            self.clock.at = now.replace(minute=at) - HOUR
            numbers.append(self.office.receive(submit(PACK), key=f"key-{len(numbers)}-{about}"))
            self.office.do(numbers[-1], c.StateSubject(**(about or SLOT)))
        self.clock.at = now
        registers = Registers(self.table.client, self.table.name)
        for number in numbers:
            count(registers, self.counters, REGION, number)
        return numbers[::-1]
