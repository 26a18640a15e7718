"""What the product says of a licence's three years, and what the recount says: every total, every period."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from redress.domain import instants
from redress.domain.counting import counts
from redress.domain.figures import Asked, Figures
from redress.domain.figures import figures as of_asked
from redress.domain.rules import on_day
from redress.returns.document import Document
from redress.usecases import insight, register, returns
from redress.usecases.count import renamed
from tests.support.returns import figures
from tests.support.three_years.archive import Archive, Counters, Since
from tests.support.three_years.house import BRANDS, DAY, FIRST_DAY, HOUSE, LAST_DAY, NEW_CAUSE, OLD_CAUSE
from tests.support.three_years.lives import Told, histories
from tests.support.three_years.recount_figures import Event, Recount, midnight, rests
from tests.support.three_years.recount_returns import Span, recount

YEARS = (2026, 2027, 2028)
MONTHS = tuple(f"{year}-{month:02d}" for year in YEARS for month in range(1, 13))
QUARTERS = tuple(f"{year}-Q{part}" for year in YEARS for part in range(1, 5))
HALVES = tuple(f"{year}-H{part}" for year in YEARS for part in (1, 2))
WHOLE = "2026 to 2028"
PERIODS: Mapping[str, tuple[date, date]] = {
    **{text: (date(int(text[:4]), int(text[5:]), 1), date.max) for text in MONTHS},
    **{text: (date(int(text[:4]), int(text[6:]) * 3 - 2, 1), date.max) for text in QUARTERS},
    **{text: (date(int(text[:4]), int(text[6:]) * 6 - 5, 1), date.max) for text in HALVES},
    **{str(year): (date(year, 1, 1), date(year, 12, 31)) for year in YEARS},
    WHOLE: (FIRST_DAY, LAST_DAY),
}
CADENCES: Mapping[str, tuple[str, ...]] = {
    "monthly": MONTHS,
    "quarterly": QUARTERS,
    "half_yearly": HALVES,
    "on_return": (*MONTHS, *QUARTERS, *HALVES, *map(str, YEARS)),
    "on_request": (*map(str, YEARS), "2027-03-28"),
    "event": (*HALVES, "2028-10-29"),
}
"""Which periods a report is made of here, by its cadence: all, or some where anybody may ask."""
WAIT = 20 * DAY
"""From the end of a period to its return."""


class Compared(NamedTuple):
    """So many totals were compared, and these differ: what, the product's, the recount's."""

    what: str
    totals: int
    differences: tuple[str, ...]


class Licence:
    """A licence's histories, what is counted of them, and the same counted once more."""

    def __init__(self, pack: str, archive: Archive) -> None:
        self.pack, self.archive = pack, archive
        self.counters = Counters()
        self.recount = Recount(pack, {OLD_CAUSE: NEW_CAUSE})
        self._rests: set[str] = set()

    def take(self, told: Told) -> None:
        """One more complaint."""
        life = told.life
        self.archive.keep(life)
        self.counters.add(counts(life.records, life.rules, renamed(HOUSE)))
        events = [json.loads(record.text) for record in life.records]
        self.recount.add(events)
        if rests(events):
            self._rests.add(life.complaint.number)

    def events(self, touched_since: str) -> Iterator[list[Event]]:
        """Each complaint's events, from the texts: all that are open, or that something happened to since."""
        for number, filed in self.archive.index.items():
            if number not in self._rests or instants.to_text(filed.last_at) >= touched_since:
                yield self.archive.events(number)


def lived(pack: str, size: int, seed: int, path: Path) -> Licence:
    """A licence of so many complaints."""
    licence = Licence(pack, Archive(path))
    for told in histories(pack, size, seed):
        licence.take(told)
    return licence


def told_of(licence: Licence, first: date, last: date, brands: tuple[str, ...] | None = None) -> Figures:
    """The figures from one local day to another, from the counters."""
    asked = Asked(pack=licence.pack, brands=brands, first=first, last=last, as_of=None)
    return of_asked(asked, licence.counters.told(licence.pack, insight.months(first, last)))


def last_day(text: str) -> date:
    """The last day of a period."""
    first, last = PERIODS[text]
    months = 3 if "Q" in text else 6 if "H" in text else 1
    after = first.month - 1 + months
    return last if last != date.max else date(first.year + after // 12, after % 12 + 1, 1) - DAY


def of_figures(licence: Licence) -> Iterator[Compared]:
    """Every figure of every period, and of one brand by the year."""
    asked = [(text, None) for text in PERIODS] + [(str(year), brand) for year in YEARS for brand in BRANDS]
    for text, brand in asked:
        first, last = PERIODS[text][0], last_day(text)
        made = told_of(licence, first, last, (brand,) if brand else None)
        counted = licence.recount.between(first, last, brand)
        yield compared(f"figures {licence.pack} {text} {brand or ''}".strip(), _flat(made), counted)


def compared(what: str, ours: Mapping[str, int], theirs: Mapping[str, int]) -> Compared:
    """The totals of either side; what one of them does not name is nought."""
    names = sorted({name for side in (ours, theirs) for name, n in side.items() if n})
    wrong = [
        f"{what}: {name}: {ours.get(name, 0)}, recounted {theirs.get(name, 0)}"
        for name in names
        if ours.get(name, 0) != theirs.get(name, 0)
    ]
    return Compared(what, len(names), tuple(wrong))


def _flat(made: Figures) -> dict[str, int]:
    """All counts of the figures by the names of the recount."""
    return dict(
        [
            *((f"total {name}", n) for name, n in made["totals"].items()),
            *_days(made),
            *_volumes(made),
            *_service(made),
            *_outside(made),
            *_paid(made),
            ("open in the end", made["backlog"]["open"]),
        ]
    )


def _days(made: Figures) -> Iterator[tuple[str, int]]:
    for one in made["days"]:
        yield f"day {one['day']} received", one["received"]
        yield f"day {one['day']} closed", one["closed"]
        yield f"day {one['day']} open", one["open"]


def _volumes(made: Figures) -> Iterator[tuple[str, int]]:
    for part in made["volumes"]:
        for one in part["values"]:
            yield f"received {part['dimension']} {one['value']}", one["received"]["numerator"]
        yield f"received {part['dimension']} unknown", part["unknown"]


def _service(made: Figures) -> Iterator[tuple[str, int]]:
    served = made["service"]
    for what, times in (("acknowledged", served["acknowledged"]), ("answered", served["answered"])):
        for one in times["steps"]:
            yield f"{what} under {one['under']}", one["part"]["numerator"]
        yield f"{what} later", times["beyond"]
    for name, kept in (
        ("acknowledged late by law", served["acknowledged_in_time_by_law"]),
        ("acknowledged late by house", served["acknowledged_in_time_by_house"]),
        ("answered late by law", served["answered_in_time_by_law"]),
        ("answered late by house", served["answered_in_time_by_house"]),
    ):
        yield name, kept["denominator"] - kept["numerator"]
    yield from ((f"breach {clock}", n) for clock, n in served["breaches"].items())
    yield from ((f"decision {outcome}", n) for outcome, n in served["decisions"].items())
    yield from ((f"score {score}", n) for score, n in served["scores"].items())
    yield "closed without cause", served["closed_without_cause"]["numerator"]


def _outside(made: Figures) -> Iterator[tuple[str, int]]:
    for one in made["service"]["adr"]["table"]:
        yield f"adr {one['own']} {one['adr']} {one['verdict']}", one["count"]


def _paid(made: Figures) -> Iterator[tuple[str, int]]:
    for currency, minor in made["service"]["redress_minor"].items():
        yield f"paid {currency}", minor
    for one in made["causes"]:
        for currency, minor in one["redress_minor"].items():
            yield f"paid {currency} for {one['cause']}", minor


class Made(NamedTuple):
    """A return, and how it compares."""

    document: Document
    compared: Compared


def of_returns(licence: Licence, since: str = "") -> Iterator[Made]:
    """Every return of every period that the pack's reports are about, from `since` on."""
    reports = on_day(licence.pack, LAST_DAY, HOUSE.rules).reports
    for number, report in enumerate(reports, start=1):
        for text in CADENCES[report.cadence]:
            if text >= since:
                yield _of_return(licence, number, text)


def _of_return(licence: Licence, number: int, text: str) -> Made:
    pack = licence.pack
    first = PERIODS[text][0] if text in PERIODS else date.fromisoformat(text)
    last = last_day(text) if text in PERIODS else first
    start, end = midnight(first, pack), midnight(last + DAY, pack)
    as_of = instants.from_text(end) + WAIT
    asked = returns.ask(HOUSE, pack, number, text, as_of, draft=False)
    made = returns.make(Since(licence.archive, instants.from_text(start)), HOUSE, asked)
    counted = recount(licence.events(start), Span(pack, start, end, instants.to_text(as_of)))
    ours = {name: n for name, n in figures(made).items() if n is not None}
    theirs = {name: counted[name] for name in ours}
    what = f"return {pack} {number} {text}"
    return Made(made, _with_rows(compared(what, ours, theirs), made, ours))


def _with_rows(found: Compared, made: Document, ours: Mapping[str, int]) -> Compared:
    """And as many rows as their figure says."""
    rows = {part["id"]: len(part["rows"]) for part in made["sections"] if part["id"] in _ROWS}
    wrong = [
        f"{found.what}: {part} has {n} rows, not {ours[_ROWS[part]]}"
        for part, n in rows.items()
        if n != ours[_ROWS[part]]
    ]
    is_nil = bool(ours) and not any(ours.values())  # of what a person fills in nobody knows it
    told = (f"{found.what}: nil is {made['nil']}",) if made["nil"] != is_nil else ()
    return Compared(found.what, found.totals + len(rows) + 1, (*found.differences, *wrong, *told))


_ROWS = {
    "records_of_complaints": "records_of_complaints",
    "details": "disputes_unresolved_for_90_days",
    "unresolved_complaint": "unresolved_complaint",
    "response": "unresolved_complaint",
    "disputes": "disputes",
    "conclusions": "conclusions.concluded",
}


def of_register(licence: Licence, rows: Iterable[Mapping[str, object]] | None = None) -> Compared:
    """How many rows the register of all three years has, and of which kinds."""
    ours: Counter[str] = Counter()
    for row in rows if rows is not None else register_rows(licence):
        ours["rows"] += 1
        ours[f"type {row['type']}"] += 1
        ours.update(f"{name}" for name in ("spam", "reopened", "duplicate_of", "outside_body") if row[name])
    return compared(f"register {licence.pack}", ours, Counter(_registered(licence)))


def register_rows(licence: Licence) -> Iterator[Mapping[str, object]]:
    """The register of all three years, by UTC."""
    since, until = (datetime.fromisoformat(f"{year}-01-01T00:00:00Z") for year in (2025, 2030))
    return register.rows(licence.archive, HOUSE, licence.pack, since, until + timedelta(days=1))


def _registered(licence: Licence) -> Iterator[str]:
    for events in licence.events(""):
        kinds = {one["type"] for one in events}
        if events[0]["data"]["training"]:
            continue
        filed_under = [one["data"]["category"] for one in events if one["type"] == "Recategorised"]
        yield from ("rows", f"type {[events[0]['data']['category'], *filed_under][-1]}")
        yield from ("reopened",) if "Reopened" in kinds else ()
        yield from ("duplicate_of",) if "LinkedAsDuplicate" in kinds else ()
        yield from ("outside_body",) if "ReferredToAdr" in kinds else ()
        yield from ("spam",) if _is_spam(events) else ()


def _is_spam(events: list[Event]) -> bool:
    turns = [
        one["data"].get("reason")
        for one in events
        if one["type"] in {"Closed", "Released", "ReferredToAdr"}
        and one["data"].get("reason", "spam") == "spam"
    ]
    return turns[-1:] == ["spam"]
