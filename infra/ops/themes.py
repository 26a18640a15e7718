"""`redress themes`: what the texts of a period have in common, with the words that say so."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import batched
from typing import Any

from infra.ops import shown
from infra.ops.asked import UsageError
from infra.ops.returns import check_brand, check_licence
from infra.ops.what_if import PAGE
from redress.domain import periods
from redress.domain.errors import NotFound
from redress.domain.values import Value
from redress.region import Region
from redress.store import keys
from redress.store.registers import AHEAD, READERS
from redress.store.table import Table
from redress.themes.groups import Group
from redress.usecases import insight, themes
from redress.usecases.ports import CaseFile, Page
from redress.usecases.themes import Themes

FEW = 3
"""Numbers of a group that the table shows; JSON has all."""


class Question(Value):
    """Which period of a pack, and which brand (None: all)."""

    pack: str
    period: str
    brand: str | None


class Cases:
    """The complaints of a table with their content, some at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of a pack and a month."""
        return self._table.list_register(keys.register(pack, month), PAGE, cursor)

    def cases(self, numbers: Iterable[str]) -> Iterator[CaseFile]:
        """Those that are there: the list of them may lag."""
        with ThreadPoolExecutor(READERS) as readers:
            for some in batched(numbers, AHEAD, strict=False):
                yield from filter(None, readers.map(self._case, some))

    def _case(self, number: str) -> CaseFile | None:
        try:
            return self._table.load(number)
        except NotFound:
            return None


def print_themes(table: Table, region: Region, question: Question, now: datetime, *, as_json: bool) -> int:
    """Print the groups. Raises UsageError, RedressError."""
    check_licence(region, question.pack)
    check_brand(region, question.brand)
    period = periods.parse(question.period)
    if period.first > insight.today(region, question.pack, now):
        raise UsageError(f"--period {period}: give one that has begun")
    brands = None if question.brand is None else (question.brand,)
    found = themes.themes(Cases(table), region, question.pack, brands, period)
    if as_json:
        shown.print_json(document(found, question.pack, str(period), brands))
    else:
        print("\n".join(_lines(found)))
    return 0


def document(found: Themes, pack: str, period: str, brands: tuple[str, ...] | None) -> Mapping[str, Any]:
    """The groups as JSON has them; shares are from 0 to 1."""
    return {
        "pack": pack,
        "period": period,
        "brands": None if brands is None else list(brands),
        "texts": found.texts,
        "texts_no_longer_held": found.gone,
        "texts_before": found.before,
        "groups": [_group(one) for one in found.groups],
    }


def percent(share: float | None) -> str:
    """A share in whole per cent, and what is little but not nothing as such."""
    if share is None:
        return ""
    return "<1 %" if 0 < share < 0.01 else f"{share * 100:.0f} %"


def _group(one: Group) -> Mapping[str, Any]:
    return {
        "kind": one.kind,
        "language": one.language,
        "complaints": one.count,
        "players": one.players,
        "category": one.category,
        "since": one.since.isoformat(),
        "share_before": one.before,
        "words": [{"word": told.word, "inside": told.inside, "outside": told.outside} for told in one.words],
        "numbers": list(one.numbers),
    }


def _lines(found: Themes) -> Iterator[str]:
    yield (
        f"{found.texts} texts compared, {found.before} of the time before; {found.gone} texts no longer held"
    )
    yield from shown.table(_row(one) for one in found.groups)
    if not found.groups:
        yield "Nothing that many have in common."


def _row(one: Group) -> Mapping[str, str]:
    words = ", ".join(f"{told.word} {percent(told.inside)} ({percent(told.outside)})" for told in one.words)
    more = f" and {one.count - FEW} more" if one.count > FEW else ""
    return {
        "kind": one.kind.replace("_", " "),
        "language": one.language,
        "complaints": f"{one.count} of {one.players} players",
        "category": one.category,
        "since": one.since.isoformat(),
        "words": words or "no word may be shown",
        "numbers": ", ".join(one.numbers[:FEW]) + more,
    }
