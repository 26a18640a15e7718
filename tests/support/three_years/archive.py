"""Histories of a licence in a file, and the counters of them in memory: what use cases read them through."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from redress.domain import audit
from redress.domain.counting import WHOLE_DAY, Cell, Counts
from redress.domain.history import History
from redress.domain.stages import Stage
from redress.usecases.ports import Listed, Page
from tests.support.three_years.lives import Life

PAGE = 500
REMEMBERED = 4000
"""Complaints that were read last: the next period asks for many of them again."""


class Filed(NamedTuple):
    """Where the texts of a complaint lie in the file; `rests`: nothing is open, here or outside."""

    offset: int
    length: int
    listed: Listed
    last_at: datetime
    rests: bool


class Archive:
    """The histories of one licence: written once, then read as often as anybody asks."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("w+b")
        self.index: dict[str, Filed] = {}
        self._months: dict[str, list[Listed]] = defaultdict(list)
        self.events = lru_cache(REMEMBERED)(self._events)
        self._history = lru_cache(REMEMBERED)(self._read)

    def keep(self, life: Life) -> None:
        """Take a life in."""
        one, texts = life.complaint, "\n".join(record.text for record in life.records).encode()
        waits = one.referral is not None and one.referral.outcome is None
        offset = self._file.seek(0, 2)
        self._file.write(texts)
        listed = _listed(life)
        rests = one.stage is Stage.CLOSED and not waits
        self.index[one.number] = Filed(offset, len(texts), listed, life.records[-1].at, rests)
        if not one.training:
            self._months[f"{listed.received_at:%Y-%m}"].append(listed)

    def _texts(self, number: str) -> list[str]:
        """The texts of a complaint's events in order."""
        filed = self.index[number]
        self._file.seek(filed.offset)
        return self._file.read(filed.length).decode().split("\n")

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records, read one complaint after the other."""
        return map(self._history, numbers)

    def _read(self, number: str) -> History:
        records = tuple(audit.read(text) for text in self._texts(number))
        return History(number=number, records=records, head=records[-1].hash)

    def _events(self, number: str) -> list[dict[str, Any]]:
        """A complaint's events as their texts say them."""
        return [json.loads(text) for text in self._texts(number)]

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of a month's register."""
        begin = int(cursor or 0)
        found = [one for one in self._months[f"{month:%Y-%m}"] if one.jurisdiction == pack]
        after = str(begin + PAGE) if begin + PAGE < len(found) else None
        return Page(items=tuple(found[begin : begin + PAGE]), cursor=after)

    def close(self) -> None:
        """The file may go."""
        self._file.close()


class Since(NamedTuple):
    """An archive without what was over before an instant, and nothing happened to since: returns of later
    periods read no less by it, and the recount would see it if they did.
    """

    archive: Archive
    start: datetime

    def numbers(self, pack: str, since: datetime, until: datetime) -> Iterator[str]:
        """Complaints of a licence's pack that were received between, or came on record then."""
        for number, filed in self.archive.index.items():
            one = filed.listed
            touched = not filed.rests or filed.last_at >= self.start
            if touched and one.jurisdiction == pack and since <= one.received_at <= until:
                yield number

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records."""
        return self.archive.histories(numbers)


def _listed(life: Life) -> Listed:
    one = life.complaint
    return Listed(
        number=one.number,
        version=one.version,
        generation=1,
        stage=one.stage,
        brand=one.brand,
        jurisdiction=one.jurisdiction,
        category=one.category,
        team=one.team,
        assignee=one.assignee,
        received_at=one.own_received_at,
        due_at=None,
    )


class Counters:
    """The sums of what complaints count for."""

    def __init__(self) -> None:
        self._months: dict[tuple[str, str], Counter[Cell]] = defaultdict(Counter)
        self._days: dict[str, Counter[Cell]] = defaultdict(Counter)

    def add(self, counts: Counts) -> None:
        """One more complaint."""
        for cell, n in counts.items():
            if cell.hour == WHOLE_DAY:
                self._days[cell.pack][cell._replace(hour="")] += n
            else:
                self._months[cell.pack, f"{cell.day:%Y-%m}"][cell] += n

    def told(self, pack: str, months: Sequence[str]) -> Iterator[tuple[Cell, int]]:
        """The counters of a licence in some local months, and the days before that are looked back at."""
        yield from ((cell, n) for cell, n in self._days[pack].items() if f"{cell.day:%Y-%m}" < months[0])
        for month in months:
            yield from self._months[pack, month].items()
