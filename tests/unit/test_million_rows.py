"""A million rows: what is counted, read and written takes them one after the other, or a month at a time."""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from redress import exports
from redress.domain.counting import ALL, Cell
from redress.domain.figures import Asked, figures
from redress.domain.history import History
from redress.exports import Row
from redress.usecases import register
from redress.usecases.ports import Listed, Page
from tests.support.complaints import REGION, Case, submit

MILLION = 1_000_000
MEGABYTE = 1_000_000
COLUMNS = ("number", "received_at", "type", "amount_minor")
FIRST, DAY = date(2026, 1, 1), timedelta(days=1)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def peak(work: Callable[[], object]) -> int:
    """How many bytes it needed at most, beyond what there was."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestWritten:
    def test_a_million_lines_of_json_are_written_one_by_one(self) -> None:
        drawn = 0

        def rows() -> Iterator[Row]:
            nonlocal drawn
            for drawn in range(1, MILLION + 1):
                yield {"number": drawn, "received_at": JANUARY, "type": "bonuses"}

        lines = exports.json_lines(("number", "type"), rows())
        assert len(list(islice(lines, 3))) == 3
        assert drawn == 3
        assert sum(1 for _ in lines) == MILLION - 3

    def test_a_hundred_times_the_rows_need_no_more_memory(self) -> None:
        def write(rows: int) -> int:
            told = ({"number": place, "type": "bonuses", "amount_minor": 100} for place in range(rows))
            lines = exports.csv_lines(COLUMNS, told)
            return peak(lambda: sum(map(len, lines)))

        few, many = write(1_000), write(100_000)
        assert many < few + MEGABYTE / 100


class TestCounted:
    def test_figures_of_a_million_counters_need_the_memory_of_a_few(self) -> None:
        counted = 0

        def cells(many: int) -> Iterator[tuple[Cell, int]]:
            nonlocal counted
            values = [f"game-{place}" for place in range(200)]
            for place in range(many):
                counted += 1
                day = FIRST + place % 365 * DAY
                yield Cell("gb-ukgc", day, "northlight", "received", "game", values[place % 200]), 1
            yield Cell("gb-ukgc", FIRST, "northlight", "received", ALL, ALL), many

        asked = Asked(pack="gb-ukgc", brands=None, first=FIRST, last=FIRST + 364 * DAY)
        made = figures(asked, cells(MILLION))
        assert counted == MILLION
        [games] = [one["values"] for one in made["volumes"] if one["dimension"] == "game"]
        assert {one["received"]["numerator"] for one in games} == {MILLION // 200}
        few, many = (peak(lambda n=n: figures(asked, cells(n))) for n in (2_000, 50_000))  # type: ignore[misc]
        assert many < few + MEGABYTE / 10


class Register:
    """Five complaints a month for ever, two of them on a page; `asked` are the pages and histories read."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """A page of two."""
        begin = int(cursor or 0)
        self.asked.append(f"{month:%Y-%m} from {begin}")
        found = tuple(listed(pack, month, place) for place in range(begin, min(begin + 2, 5)))
        return Page(items=found, cursor=str(begin + 2) if begin + 2 < 5 else None)

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Each by itself."""
        for number in numbers:
            self.asked.append(number)
            year, month, place = map(int, number.split("-"))
            case = Case(submit("gb-ukgc"), datetime(year, month, 1 + place, tzinfo=UTC), number)
            yield History(number=number, records=tuple(case.records), head=case.head)


def listed(pack: str, month: datetime, place: int) -> Listed:
    """A complaint of the register."""
    return Listed(
        number=f"{month:%Y-%m}-{place}",
        version=1,
        generation=1,
        stage="received",
        brand="northlight",
        jurisdiction=pack,
        category="bonuses",
        team=None,
        assignee=None,
        received_at=month + place * DAY,
        due_at=None,
    )


class TestRegister:
    def test_a_month_is_read_when_the_one_before_it_is_written(self) -> None:
        """Page by page: what is held is one month, and not the years."""
        source = Register()
        found = register.rows(source, REGION, "gb-ukgc", JANUARY, JANUARY.replace(year=9_000))
        assert [row["number"] for row in islice(found, 5)] == [f"2026-01-{place}" for place in range(5)]
        assert {one[:7] for one in source.asked} == {"2026-01"}
        pages = [one for one in source.asked if "from" in one]
        assert pages == ["2026-01 from 0", "2026-01 from 2", "2026-01 from 4"]
        next(found)
        assert {one[:7] for one in source.asked} == {"2026-01", "2026-02"}
