"""`redress check --fix` while somebody counts: in the end every counter says what the events say."""

from collections.abc import Callable, Iterator

import pytest

from infra.ops.check_counters import print_counters
from redress.domain import commands as c
from redress.domain.counting import Cell, Counts
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.count import count
from redress.usecases.recount import READINGS, drift
from tests.support.complaints import REGION
from tests.support.desks import Office


class Interrupted(Counters):
    """Counters between whose readings, or before whose correction, somebody else counts."""

    between: Callable[[], None] = staticmethod(lambda: None)
    before_correcting: Callable[[], None] = staticmethod(lambda: None)

    def all(self) -> Iterator[tuple[Cell, int]]:
        """Somebody counts after the complaints were read, and before the counters are."""
        type(self).between()
        return super().all()

    def correct(self, by: Counts) -> None:
        """Somebody counts after all was read."""
        type(self).before_correcting()
        super().correct(by)


@pytest.fixture
def counters(table: Table, monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    """Those that the command reads and mends."""
    monkeypatch.setattr("infra.ops.check_counters.Counters", Interrupted)
    return Interrupted(table.client, table.name)


@pytest.fixture
def numbers(office: Office, table: Table) -> list[str]:
    """Two complaints that are counted."""
    found = [office.receive(key="key-1"), office.receive(key="key-2")]
    for number in found:
        counted(table, number)
    return found


def counted(table: Table, number: str) -> None:
    """The function that counts, called for a complaint."""
    registers = Registers(table.client, table.name)
    count(registers, Counters(table.client, table.name), REGION, number)


def summed(counters: Counters) -> dict[Cell, int]:
    """What the complaints were counted for, together."""
    total: dict[Cell, int] = {}
    for _, one in counters.recorded():
        for cell, n in one.counts.items():
            total[cell] = total.get(cell, 0) + n
    return total


def test_what_is_counted_between_reading_and_correcting_is_kept(
    table: Table, office: Office, counters: Interrupted, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter that somebody moved is moved back, and both complaints count once for what they say."""
    moved = next(cell for cell in dict(counters.all()) if cell.dimension == "category")
    Counters(table.client, table.name).correct({moved: 5})
    for number in numbers:
        office.do(number, c.StateSubject(game="slot-1"))
    monkeypatch.setattr(Interrupted, "before_correcting", staticmethod(lambda: counted(table, numbers[0])))
    bench = Workbench(table.client, table.name)
    print_counters(bench, REGION, numbers, fix=True)
    assert dict(counters.all()) == summed(counters)
    assert not print_counters(bench, REGION, numbers, fix=False)


def test_who_counts_at_every_reading_makes_no_counter_wrong(
    table: Table, office: Office, counters: Interrupted, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under load: each time the complaints were read, one more was counted before the counters were."""
    arrived: list[str] = []

    def one_more() -> None:
        arrived.append(office.receive(key=f"later-{len(arrived)}"))
        counted(table, arrived[-1])

    monkeypatch.setattr(Interrupted, "between", staticmethod(one_more))
    assert drift(counters) == {}
    assert len(arrived) == READINGS
    print_counters(Workbench(table.client, table.name), REGION, numbers, fix=True)
    monkeypatch.undo()
    assert dict(counters.all()) == summed(counters)


def test_a_counter_that_is_off_is_found_although_others_are_being_counted(
    table: Table, office: Office, counters: Interrupted, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.do(numbers[0], c.StateSubject(game="slot-1"))
    counted(table, numbers[0])
    [moved] = [cell for cell in dict(counters.all()) if cell.value == "slot-1" and cell.measure == "received"]
    Counters(table.client, table.name).correct({moved: 2})
    turns = iter(range(100))

    def one_more() -> None:
        counted(table, office.receive(key=f"later-{next(turns)}"))

    monkeypatch.setattr(Interrupted, "between", staticmethod(one_more))
    assert drift(counters) == {moved: -2}
