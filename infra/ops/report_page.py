"""A report as one page that a person reads and prints: no script, nothing loaded from elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from infra.ops import templates
from infra.ops.report_charts import MOST, charts
from infra.ops.report_tables import Table, tables
from redress.domain.figures import Figures
from redress.domain.figures.service import Times
from redress.domain.figures.statistics import Share
from redress.domain.values import Value
from redress.proofs.document import day_words

PERCENT = frozenset({"share", "low", "high"})
TEXTS = frozenset(
    {
        "what",
        "dimension",
        "value",
        "rate",
        "outcome",
        "clock",
        "own",
        "adr",
        "verdict",
        "cause",
        "unit",
        "category",
    }
)
PLAIN = frozenset(
    {
        *("day", "last_day", "since", "turned_on", "due_on", "action", "title", "owner", "done"),
        *("currency", "amount", "redress_paid"),
    }
)
WELL = "A part of a whole has its interval of 95 % (Wilson's score); reopenings are for each answer."
DECIDED = "What was decided here and outside, what was paid, and how it was rated."
CAUSES = "What the complaints of the period came from, what was paid for it, and what was done about it."
ABOUT = f"Complaints received in the period. A chart shows the {MOST} most frequent values."
UNBROKEN = frozenset({"day", "last_day", "since", "turned_on", "due_on", "action"})
HEADS = {
    "numerator": "number",
    "denominator": "of",
    "own": "decided here",
    "adr": "decided outside",
    "turned_on": "done or due on",
}
"""What some columns are called on the page."""
IN_CSV = frozenset({"amount_minor_units"})
"""For programs: the page has the amount."""
LONG = 20
"""Rows above which a table scrolls on a screen; printed it is whole."""

type Names = Callable[[str, str], str]  # what a value of a dimension is called


class Headline(Value):
    """A figure that comes first, and what it is made of."""

    name: str
    figure: str
    of: str


class Shown(Value):
    """A chart, or some, and the table beside it, with what each column holds: numbers, text, or what is not
    broken."""

    chart: Markup | None
    caption: str
    heads: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, ...], ...]
    long: bool


class Section(Value):
    """A part of the page."""

    title: str
    words: str
    shown: tuple[Shown, ...]


def page(made: Figures, title: str, names: Names, more: str = "") -> bytes:
    """The page, in UTF-8; `more` is a section of its own."""
    template = templates.environment().get_template("report_page.html.jinja")
    words = template.render(
        made=made,
        title=title,
        first=day_words(date.fromisoformat(made["first_day"])),
        last=day_words(date.fromisoformat(made["last_day"])),
        headlines=list(_headlines(made)),
        sections=list(_sections(made, names)),
        more=more,
    )
    return words.encode()


def _headlines(made: Figures) -> Iterator[Headline]:
    served, totals = made["service"], made["totals"]
    yield Headline(name="Received", figure=f"{totals.get('received', 0):,}", of="complaints")
    yield Headline(name="Closed", figure=f"{totals.get('closed', 0):,}", of="complaints")
    yield Headline(name="Open", figure=f"{made['backlog']['open']:,}", of="at the end")
    yield _headline("Answered in time", served["answered_in_time_by_law"], "owed by law")
    yield Headline(
        name="Half answered",
        figure=_under(served["answered"]),
        of=f"of {served['answered']['count']:,} answered",
    )
    yield _headline("Upheld", served["upheld"], "decisions")
    yield _headline("Overturned outside", served["adr"]["overturned"], "compared")
    score = served["score"]
    yield Headline(
        name="Mean score",
        figure="none" if score["mean"] is None else f"{score['mean']:.2f}",
        of=f"of {score['count']:,}" if score["low"] is None else f"{score['low']:.2f} to {score['high']:.2f}",
    )


def _headline(name: str, of: Share, words: str) -> Headline:
    return Headline(
        name=name, figure=percent(of["share"]), of=f"{of['numerator']:,} of {of['denominator']:,} {words}"
    )


def _under(times: Times) -> str:
    if not times["count"]:
        return "none"
    last = times["steps"][-1]["under"]
    median, unit = times["median"], times["unit"]
    if median is None:
        return f"≥ {last} {unit}"
    return f"< {median} {unit if median > 1 else unit.removesuffix('s')}"


def percent(share: float | None) -> str:
    """A share as people read it; without a denominator there is none."""
    return "none" if share is None else f"{share * 100:.1f}\N{NO-BREAK SPACE}%"


def _sections(made: Figures, names: Names) -> Iterator[Section]:
    drawn, found = charts(_named(made, names)), tables(made)

    def show(table: str, *names_of_charts: str, rows: Table | None = None) -> Shown:
        svg = "".join(drawn.get(one, "") for one in names_of_charts)
        return _shown(rows or found[table], Markup(svg) if svg else None, names)  # noqa: S704 - drawn here

    flow = (show("days", "days", "open"), show("weeks", "weeks"), show("totals"))
    yield Section(title="What came and went", words=_outlook(made), shown=flow)
    times = [
        show("times", one, rows=_part(found["times"], "what", one)) for one in ("acknowledged", "answered")
    ]
    yield Section(title="How soon", words=_times_words(made), shown=tuple(times))
    yield Section(title="How well", words=WELL, shown=(show("rates", "rates"), show("breaches")))
    tables_of = ("decisions", "adr", "overturned", "adr_by_category", "redress", "scores")
    decided = [show(one, one) for one in tables_of]
    yield Section(title="Decided and paid", words=DECIDED, shown=tuple(decided))
    yield Section(title="Causes", words=CAUSES, shown=(show("causes", "causes"), show("actions", "actions")))
    volumes = [
        show("volumes", dimension, rows=_part(found["volumes"], "dimension", dimension))
        for dimension in [part["dimension"] for part in made["volumes"] if part["values"]]
    ]
    yield Section(title="What complaints were about", words=ABOUT, shown=tuple(volumes))


def _outlook(made: Figures) -> str:
    backlog = made["backlog"]
    came, closed = backlog["received_per_week"], backlog["closed_per_week"]
    words = {
        "nothing_open": "Nothing is open.",
        "worked_off": f"At that rate what is open is worked off on {backlog['by']}.",
        "never": _never(came, closed),
    }
    return (
        f"{backlog['open']:,} open at the end. In the last eight weeks {came:.1f} came a week and"
        f" {closed:.1f} closed. {words[backlog['outlook']]} A projection, no promise."
    )


def _never(came: float, closed: float) -> str:
    """Why what is open is not worked off: a house that keeps up has some open all the same."""
    if came == closed:
        return "At that rate as many stay open."
    if came > closed:
        return "At that rate ever more are open."
    return "At that rate it takes more than ten years to work off what is open."


def _times_words(made: Figures) -> str:
    told = []
    for what in ("acknowledged", "answered"):
        times: Times = made["service"][what]
        if times["count"]:
            half, most = _step(times["median"], times), _step(times["p90"], times)
            told.append(f"Of {times['count']:,} {what}, half took {half}, nine tenths {most}.")
    return " ".join(told) or "Nothing was acknowledged or answered."


def _step(under: int | None, times: Times) -> str:
    """How long a part of them took, in words."""
    if under is None:
        return f"more than {times['steps'][-1]['under']} {times['unit']}"
    return f"less than {under} {times['unit'] if under > 1 else times['unit'].removesuffix('s')}"


def _named(made: Figures, names: Names) -> Figures:
    """The same with the names of values, for the charts."""
    return {
        **made,
        "causes": [{**one, "cause": names("cause", one["cause"])} for one in made["causes"]],
        "volumes": [
            {
                **part,
                "values": [
                    {**one, "value": names(part["dimension"], one["value"])} for one in part["values"]
                ],
            }
            for part in made["volumes"]
        ],
    }


def _part(table: Table, column: str, value: str) -> Table:
    """The rows of a table that are about one thing, without the column that says so."""
    rows = tuple(row for row in table.rows if row[column] == value)
    columns = tuple(name for name in table.columns if name != column)
    caption = f"{value.replace('_', ' ').capitalize()}. {table.caption}"
    return Table(name=table.name, caption=caption, columns=columns, rows=rows)


def _shown(table: Table, chart: Markup | None, names: Names) -> Shown:
    columns = [name for name in table.columns if name not in IN_CSV]
    return Shown(
        chart=chart,
        caption=table.caption,
        heads=tuple((HEADS.get(name, name.replace("_", " ")), _kind(name)) for name in columns),
        lines=tuple(tuple(_cell(name, row, names) for name in columns) for row in table.rows),
        long=len(table.rows) > LONG,
    )


def _kind(column: str) -> str:
    if column in UNBROKEN:
        return "day"
    return "text" if column in (TEXTS | PLAIN) - {"amount"} else "number"


def _cell(column: str, row: Mapping[str, Any], names: Names) -> str:
    value = row.get(column)
    if column in PERCENT:
        return percent(value) if value is not None else ""
    if value is None:
        return "not known" if column == "value" else ""
    if column in {"cause", "value"}:
        return names("cause" if column == "cause" else row["dimension"], value)
    if column in PLAIN:
        return {True: "yes", False: "not yet"}[value] if isinstance(value, bool) else str(value)
    return str(value).replace("_", " ") if column in TEXTS else f"{value:,}"
