"""The charts of a report: SVG with text as text, drawn by Vega-Lite, the same bytes for the same figures.

Colours are written as attributes, which the page's style sheet replaces in the dark.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import altair as alt
import vl_convert

from redress.domain.calendars import DAY
from redress.domain.figures import Figures
from redress.domain.figures.service import Times

INK, SOFT, LINE = "#1b1f23", "#57606a", "#d0d7de"
FIRST, SECOND, GOOD, BAD = "#2f66b0", "#b85c00", "#1d7a4b", "#b3261e"
WIDTH = 380
SINGLE_DAYS = 62
"""A longer period is drawn by weeks."""
MOST = 8
"""Bars of a chart: the table beside it has the rest."""
VERDICTS = {
    "agrees": (GOOD, "circle"),
    "gave_more": (BAD, "triangle-up"),
    "gave_less": (SECOND, "triangle-down"),
    "no_comparison": (SOFT, "square"),
}

CONFIG = {
    "aria": False,
    "background": None,
    "font": "Arial, Liberation Sans, Helvetica, sans-serif",  # drawn as wide as it is measured
    "padding": {"left": 28, "right": 28, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": LINE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 150,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "orient": "top", "title": None},
    "text": {"color": INK, "fontSize": 12},
}

ROLES = re.compile(r' (?:role|aria-roledescription|aria-label)="[^"]*"')

type Records = Sequence[Mapping[str, Any]]


def charts(made: Figures) -> dict[str, str]:
    """Figures of HTML by the name of the table that they are of; without figures there is no chart."""
    served = made["service"]
    found = {
        "days": _flow(made) if made["known_from"] else None,
        "open": _open(made) if made["known_from"] else None,
        "acknowledged": _times(served["acknowledged"], "acknowledged"),
        "answered": _times(served["answered"], "answered"),
        "rates": _rates(made),
        "decisions": _bars(_listed(served["decisions"]), "Decisions"),
        "adr": _adr(made),
        "scores": _columns(_listed(served["scores"]), "Score", "How often it was given"),
        "causes": _bars(
            [{"name": one["cause"], "n": one["received"]["numerator"]} for one in made["causes"]],
            "Complaints by cause",
        ),
        "actions": _actions(made),
        "weeks": _weeks(made) if made["known_from"] else None,
    }
    for part in made["volumes"]:
        values = [{"name": one["value"], "n": one["received"]["numerator"]} for one in part["values"]]
        found[part["dimension"]] = _bars(values, f"Complaints by {_words(part['dimension'])}")
    return {name: svg for name, svg in found.items() if svg}


def _flow(made: Figures) -> str:
    grouped = _grouped(made)
    rows = [
        {"day": one["day"], "what": what, "n": one[what]}
        for one in grouped
        for what in ("received", "closed")
    ]
    drawn = (
        alt.Chart(_data(rows))
        .mark_line(strokeWidth=2, point=len(grouped) == 1)
        .encode(
            x=_day_axis(made),
            y=_count("Complaints"),
            color=_kinds("received", "closed"),
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=["received", "closed"], range=[[1, 0], [6, 3]])
            ),
        )
    )
    by = "day" if _by_day(made) else "week"
    return _svg(drawn, f"Complaints received and closed by {by}")


def _open(made: Figures) -> str:
    rows = [{"day": one["day"], "n": one["open"]} for one in _grouped(made)]
    drawn = (
        alt.Chart(_data(rows))
        .mark_area(color=FIRST, opacity=0.25, line={"color": FIRST})
        .encode(x=_day_axis(made), y=_count("Open complaints"))
    )
    return _svg(drawn, "Complaints open at the end of the day")


def _by_day(made: Figures) -> bool:
    return len(made["days"]) <= SINGLE_DAYS


def _grouped(made: Figures) -> list[dict[str, Any]]:
    """Days, or whole weeks from Monday on: what is cut off at either end of the period is left out."""
    if _by_day(made):
        return [dict(one) for one in made["days"]]
    weeks: dict[date, dict[str, Any]] = {}
    sizes: dict[date, int] = {}
    for one in made["days"]:
        day = date.fromisoformat(one["day"])
        monday = day - day.weekday() * DAY
        week = weeks.setdefault(monday, {"day": monday.isoformat(), "received": 0, "closed": 0, "open": 0})
        week["received"] += one["received"]
        week["closed"] += one["closed"]
        week["open"] = one["open"]
        sizes[monday] = sizes.get(monday, 0) + 1
    return [week for monday, week in weeks.items() if sizes[monday] == 7]


def _times(times: Times, what: str) -> str | None:
    if not times["count"]:
        return None
    rows = [{"name": f"{one['under']}", "n": one["part"]["share"]} for one in times["steps"]]
    drawn = (
        alt.Chart(_data(rows))
        .mark_bar(color=FIRST)
        .encode(
            x=alt.X("name:O", sort=None, title=f"Less than … {times['unit']}", axis=alt.Axis(labelAngle=0)),
            y=_percent(f"Of those {what}"),
        )
    )
    return _svg(drawn, f"Share {what} in less than so many {times['unit']}")


def _rates(made: Figures) -> str | None:
    served = made["service"]
    named = {
        "Acknowledged, by law": served["acknowledged_in_time_by_law"],
        "Acknowledged, by house": served["acknowledged_in_time_by_house"],
        "Answered, by law": served["answered_in_time_by_law"],
        "Answered, by house": served["answered_in_time_by_house"],
    }
    rows = [{"name": name, **one} for name, one in named.items() if one["denominator"]]
    if not rows:
        return None
    base = alt.Chart(_data(rows)).encode(y=alt.Y("name:N", sort=None, title=None))
    whole = alt.Scale(domain=[0, 1])
    line = base.mark_rule(color=FIRST, strokeWidth=2).encode(
        x=alt.X(
            "low:Q",
            scale=whole,
            title="In time, with its interval",
            axis=alt.Axis(format="%", values=[0, 0.5, 1]),
        ),
        x2="high:Q",
    )
    point = base.mark_point(color=FIRST, filled=True, size=70, opacity=1).encode(
        x=alt.X("share:Q", scale=whole)
    )
    return _svg(alt.layer(line, point), "Share in time", height=32 * len(rows))


def _adr(made: Figures) -> str | None:
    rows = [
        {"own": _words(one["own"]), "adr": _words(one["adr"]), "n": one["count"], "verdict": one["verdict"]}
        for one in made["service"]["adr"]["table"]
    ]
    if not rows:
        return None
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(
            "adr:N",
            title="Decided outside",
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("own:N", title=None),
    )
    colours, shapes = zip(*VERDICTS.values(), strict=True)
    legend = alt.Legend(labelExpr="replace(datum.label, '_', ' ')", columns=2)
    dots = base.mark_point(filled=True, opacity=0.35).encode(
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[200, 1200], zero=True)),
        color=alt.Color("verdict:N", scale=alt.Scale(domain=list(VERDICTS), range=colours), legend=legend),
        shape=alt.Shape("verdict:N", scale=alt.Scale(domain=list(VERDICTS), range=shapes), legend=legend),
    )
    return _svg(
        alt.layer(dots, base.mark_text().encode(text="n:Q")),
        "Decided here (down) and outside (across)",
        height=44 * len({one["own"] for one in rows}),
    )


def _actions(made: Figures) -> str | None:
    rows = [
        {"name": one["action"], "when": when, "n": rate}
        for one in made["actions"][:MOST]
        for when, rate in (("before", one["per_day_before"]), ("after", one["per_day_after"]))
        if rate is not None
    ]
    if not rows:
        return None
    drawn = (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None),
            yOffset=alt.YOffset("when:N", sort=["before", "after"]),
            x=alt.X("n:Q", title="Complaints of its cause a day"),
            color=_kinds("before", "after"),
        )
    )
    return _svg(
        drawn, "Complaints a day before and after each action", height=52 * len({one["name"] for one in rows})
    )


def _weeks(made: Figures) -> str:
    rows = [
        {"day": one["last_day"][5:], "what": what, "n": n}
        for one in made["backlog"]["weeks"]
        for what, n in (("received", one["received"]), ("closed", one["closed"]))
    ]
    drawn = (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("day:O", sort=None, title="Week that ended on", axis=alt.Axis(labelAngle=-40)),
            xOffset=alt.XOffset("what:N", sort=["received", "closed"]),
            y=_count("Complaints"),
            color=_kinds("received", "closed"),
        )
    )
    return _svg(drawn, "Received and closed in the last eight weeks")


def _bars(rows: Records, label: str) -> str | None:
    if not rows:
        return None
    shown = [{**one, "name": _words(one["name"])} for one in rows[:MOST]]
    base = alt.Chart(_data(shown)).encode(
        y=alt.Y("name:N", sort=None, title=None), x=alt.X("n:Q", title=None, axis=None)
    )
    drawn = alt.layer(
        base.mark_bar(color=FIRST),
        base.mark_text(align="left", dx=4).encode(text=alt.Text("n:Q", format=",")),
    )
    return _svg(drawn, label, height=26 * len(shown))


def _columns(rows: Records, across: str, up: str) -> str | None:
    if not rows:
        return None
    drawn = (
        alt.Chart(_data(rows))
        .mark_bar(color=FIRST)
        .encode(x=alt.X("name:O", sort=None, title=across, axis=alt.Axis(labelAngle=0)), y=_count(up))
    )
    return _svg(drawn, f"{up}, by {across.lower()}")


def _listed(counts: Mapping[str, int]) -> Records:
    return [{"name": name, "n": n} for name, n in counts.items()]


def _data(rows: Records) -> alt.InlineData:
    return alt.InlineData(values=[dict(one) for one in rows])


def _day_axis(made: Figures) -> alt.X:
    """Days are local, and none of them is moved by the zone of whoever draws: they are drawn as UTC."""
    shown = "%-d %b" if _by_day(made) else "%b %Y"
    return alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format=shown, tickCount=5, labelOverlap=True),
    )


def _count(title: str) -> alt.Y:
    return alt.Y("n:Q", title=title, axis=alt.Axis(tickMinStep=1, tickCount=5))


def _percent(title: str) -> alt.Y:
    return alt.Y("n:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))


def _kinds(first: str, second: str) -> alt.Color:
    """Two kinds, told apart by colour and by their place or line, in the order of the legend."""
    field = "when" if first == "before" else "what"
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=[first, second], range=[FIRST, SECOND]))


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _svg(drawn: alt.Chart | alt.LayerChart | alt.FacetChart, label: str, height: int = 200) -> str:
    """The drawing under its title, named for those who do not see it: the table beside it says the rest.

    What Vega-Lite calls the parts of a drawing is left out: they have no names, and are one picture.
    """
    sized = drawn.properties(width=WIDTH, height=height).to_dict()
    svg = vl_convert.vegalite_to_svg(
        {**sized, "config": CONFIG, "autosize": {"type": "fit-x", "contains": "padding"}}
    )
    title, bare = escape(label), ROLES.sub("", svg)
    named = bare.replace(
        "<svg ", f'<svg role="img" aria-label="Chart: {title}. The table has its numbers." ', 1
    )
    return f"<figure><figcaption>{title}</figcaption>{named}</figure>"
