"""`redress check` on the counters: whatever they say that the events do not is named, and can be mended."""

import pytest

from infra.ops.check_counters import print_counters
from redress.domain import commands as c
from redress.domain.counting import WHOLE_DAY
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.count import count
from tests.support.complaints import REGION
from tests.support.desks import Office


@pytest.fixture
def bench(table: Table) -> Workbench:
    return Workbench(table.client, table.name)


@pytest.fixture
def counters(table: Table) -> Counters:
    return Counters(table.client, table.name)


@pytest.fixture
def numbers(office: Office, table: Table, counters: Counters) -> list[str]:
    """Two complaints that are counted."""
    found = [office.receive(key="key-1"), office.receive(key="key-2")]
    for number in found:
        count(Registers(table.client, table.name), counters, REGION, number)
    return found


def check(bench: Workbench, numbers: list[str], *, fix: bool = False) -> bool:
    return print_counters(bench, REGION, numbers, fix=fix)


def test_counters_that_say_what_the_events_say_are_right(
    bench: Workbench, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not check(bench, numbers)
    assert "0 complaints counted wrong, 0 counters off" in capsys.readouterr().out


def test_a_complaint_whose_message_was_lost_is_named_and_counted_anew(
    bench: Workbench, office: Office, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    office.do(numbers[0], c.StateSubject(game="slot-1"))
    assert check(bench, numbers)
    assert f"{numbers[0]} is not counted for what its events say" in capsys.readouterr().out
    assert not check(bench, numbers, fix=True)
    assert not check(bench, numbers)


def test_a_complaint_that_nobody_counted_is_one_of_them(
    bench: Workbench, office: Office, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    forgotten = office.receive(key="key-3")
    assert check(bench, [*numbers, forgotten])
    assert f"{forgotten} is not counted" in capsys.readouterr().out


def test_a_counter_that_somebody_moved_is_named_by_how_much_and_moved_back(
    bench: Workbench, counters: Counters, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(counters.all())
    moved = next(cell for cell in before if cell.dimension == "category")
    counters.correct({moved: 5})
    assert check(bench, numbers)
    out = capsys.readouterr().out
    assert "0 complaints counted wrong, 1 counters off" in out
    assert f"received category bonuses {moved.hour}: -5 would be right" in out
    check(bench, numbers, fix=True)
    assert dict(counters.all()) == before


def test_the_days_that_are_looked_back_at_are_compared_and_mended_for_themselves(
    bench: Workbench, counters: Counters, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(counters.all())
    moved = next(cell for cell in before if cell.hour == WHOLE_DAY)
    counters.correct({moved: 3})
    assert check(bench, numbers)
    out = capsys.readouterr().out
    assert "0 complaints counted wrong, 1 counters off" in out
    assert f"{moved.measure} all all day: -3 would be right" in out
    check(bench, numbers, fix=True)
    assert dict(counters.all()) == before


def test_counters_that_are_gone_are_made_again(
    bench: Workbench, table: Table, counters: Counters, numbers: list[str]
) -> None:
    before = dict(counters.all())
    for item in table.client.scan(TableName=table.name)["Items"]:
        if item["pk"]["S"].startswith("COUNT"):
            table.client.delete_item(TableName=table.name, Key={"pk": item["pk"], "sk": item["sk"]})
    check(bench, numbers, fix=True)
    assert dict(counters.all()) == before
