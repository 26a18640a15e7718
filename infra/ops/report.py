"""`redress report`: what the complaints of a period say, as a page with charts, as CSVs and as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from infra.ops import report_themes
from infra.ops.asked import UsageError
from infra.ops.report_page import page, percent
from infra.ops.report_tables import tables
from infra.ops.returns import check_brand, check_licence
from redress import exports
from redress.domain import periods
from redress.domain.figures import Figures
from redress.domain.values import Value
from redress.region import Region
from redress.usecases import insight
from redress.usecases.insight import InsightDesk
from redress.usecases.themes import Cases, Themes, themes


class Question(Value):
    """Which period of a pack, which brand (None: all), the folder, and whether CSVs begin with a mark."""

    pack: str
    period: str
    brand: str | None
    out: Path
    bom: bool


def write(
    desk: InsightDesk, region: Region, question: Question, now: datetime, cases: Cases | None = None
) -> int:
    """Write the page and the tables, and print the first figures; what texts have in common, if there are
    `cases`. Raises UsageError, RedressError.
    """
    check_licence(region, question.pack)
    check_brand(region, question.brand)
    period = periods.parse(question.period)
    today = insight.today(region, question.pack, now)
    if not insight.EARLIEST <= period.first <= today:
        raise UsageError(f"--period {period}: give one that begins from {insight.EARLIEST} to {today}")
    brands = None if question.brand is None else (question.brand,)
    made = insight.report(desk, region, question.pack, brands, period.first, period.last, now)
    title = f"Complaints: {question.pack}, {period}"
    found = themes(cases, region, question.pack, brands, period) if cases else None
    body = page(made, title, _names(region), report_themes.section(found) if found else "")
    _write(question.out, {"report.html": body, **_data(made, found, bom=question.bom)})
    print("\n".join(_lines(made, question)))
    return 0


def _names(region: Region) -> Callable[[str, str], str]:
    """What people call a value: by the region file, or in its own words."""
    named: Mapping[str, Mapping[str, str]] = {
        "cause": {one.id: one.name for one in region.causes},
        "brand": {one.id: one.name for one in region.brands},
    }

    def name(dimension: str, value: str) -> str:
        if dimension in {"category", "severity", "nature", "channel", "outcome", "payment_route"}:
            return value.replace("_", " ")
        return named.get(dimension, {}).get(value, value)

    return name


def _data(made: Figures, found: Themes | None, *, bom: bool) -> dict[str, bytes]:
    all_of = [*tables(made).values(), *([report_themes.table(found)] if found else [])]
    files = {f"{one.name}.csv": exports.to_csv(one.columns, one.rows, bom=bom) for one in all_of}
    figures = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    return {"figures.json": f"{figures}\n".encode(), **files}


def _write(folder: Path, bodies: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in bodies.items():
            (folder / name).write_bytes(body)
    except OSError as error:
        raise UsageError(f"--out {folder}: cannot be written: {error.strerror}") from None


def _lines(made: Figures, question: Question) -> list[str]:
    totals, kept = made["totals"], made["service"]["answered_in_time_by_law"]
    last = date.fromisoformat(made["last_day"])
    told = "" if made["counters"] else "; nothing was counted in this period"
    counted = f"received {totals.get('received', 0)}, closed {totals.get('closed', 0)}"
    return [
        f"{question.out / 'report.html'}",
        f"{made['pack']} {made['first_day']} to {last}: {counted}, open {made['backlog']['open']}{told}",
        f"  answered in time by law: {kept['numerator']} of {kept['denominator']}, {percent(kept['share'])}",
        *_warnings(made),
    ]


def _warnings(made: Figures) -> Iterator[str]:
    lag, without = made["lag"], made["service"]["closed_without_cause"]
    if not made["over"]:
        yield f"  the period is not over: these are the figures at {made['as_of']}"
    if lag["uncounted"]:
        yield (
            f"  counting is behind: {lag['uncounted']} of the last {lag['looked_at']} complaints received are"
            f" not counted for all their events, the earliest received at {lag['since']}"
        )
    if without["numerator"]:
        yield (
            f"  closed without a cause: {without['numerator']} of {without['denominator']}; in the CSV of"
            " redress register they have closed_at and no cause"
        )
