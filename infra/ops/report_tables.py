"""The figures of a period as tables: what the page shows beside its charts, and what the CSVs hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from redress.domain import money
from redress.domain.figures import Figures
from redress.domain.figures.statistics import Share
from redress.domain.values import Value

SHARE = ("numerator", "denominator", "share", "low", "high")
PAID = ("currency", "amount", "amount_minor_units")

type Row = Mapping[str, Any]


class Table(Value):
    """Rows under columns; `name` is that of the file, `caption` says what is counted."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(made: Figures) -> dict[str, Table]:
    """All tables by their names."""
    found = (
        *_volumes(made),
        *_service(made),
        *_causes(made),
        *_backlog(made),
    )
    return {one.name: one for one in found}


def _volumes(made: Figures) -> Iterator[Table]:
    totals = [{"what": name, "count": n} for name, n in made["totals"].items()]
    yield _table("totals", "How often each thing happened in the period.", ("what", "count"), totals)
    columns = ("day", "received", "closed", "open")
    yield _table("days", "Each local day; open at its end.", columns, made["days"])
    rows = [
        {"dimension": part["dimension"], "value": one["value"], **one["received"]}
        for part in made["volumes"]
        for one in part["values"]
    ]
    rows += [
        {
            "dimension": part["dimension"],
            "numerator": part["unknown"],
            "denominator": made["totals"].get("received", 0),
        }
        for part in made["volumes"]
        if part["unknown"]
    ]
    caption = "Complaints received, of all that were received. Not known: there is no value."
    yield _table("volumes", caption, ("dimension", "value", *SHARE), rows)


def _service(made: Figures) -> Iterator[Table]:
    served = made["service"]
    caption = "How many took less than so long, of all that were acknowledged or answered in the period."
    steps = [
        {"what": what, "under": one["under"], "unit": served[what]["unit"], **one["part"]}
        for what in ("acknowledged", "answered")
        for one in served[what]["steps"]
    ]
    yield _table("times", caption, ("what", "under", "unit", *SHARE), steps)
    rates = [{"rate": name, **part} for name, part in _rates(made).items()]
    caption = "How many, of how many, the share and its interval of 95 % (Wilson)."
    yield _table("rates", caption, ("rate", *SHARE), rates)
    decided = [{"outcome": name, "count": n} for name, n in served["decisions"].items()]
    yield _table("decisions", "The operator's decisions in the period.", ("outcome", "count"), decided)
    missed = [{"clock": name, "count": n} for name, n in served["breaches"].items()]
    yield _table("breaches", "Dates that were not kept, by clock.", ("clock", "count"), missed)
    paid = _paid(served["redress_minor"])
    yield _table("redress", "Redress paid in the period, by currency.", PAID, paid)
    caption = "What outside bodies decided, where the operator had decided so."
    yield _table("adr", caption, ("own", "adr", "count", "verdict"), served["adr"]["table"])
    rows = [
        {"category": one["category"], **each} for one in served["adr"]["by_category"] for each in one["table"]
    ]
    caption = "What outside bodies decided, where the operator had decided so, by category."
    yield _table("adr_by_category", caption, ("category", "own", "adr", "count", "verdict"), rows)
    overturned = [{"category": one["category"], **one["overturned"]} for one in served["adr"]["by_category"]]
    caption = "Where outside bodies decided otherwise, of their decisions that can be compared."
    yield _table("overturned", caption, ("category", *SHARE), overturned)
    scores = [{"score": int(name), "count": n} for name, n in served["scores"].items()]
    yield _table("scores", "Scores that players gave.", ("score", "count"), scores)


def _rates(made: Figures) -> dict[str, Share]:
    served = made["service"]
    return {
        "acknowledged_in_time_by_law": served["acknowledged_in_time_by_law"],
        "acknowledged_in_time_by_house": served["acknowledged_in_time_by_house"],
        "answered_in_time_by_law": served["answered_in_time_by_law"],
        "answered_in_time_by_house": served["answered_in_time_by_house"],
        "upheld_of_decisions": served["upheld"],
        "reopened_for_each_answer": served["reopened"],
        "overturned_outside": served["adr"]["overturned"],
        "responded_to_survey": served["responded"],
        "closed_without_cause": served["closed_without_cause"],
    }


def _causes(made: Figures) -> Iterator[Table]:
    found = [
        {
            "cause": one["cause"],
            **one["received"],
            "since": one["since"],
            "redress_paid": _money(one["redress_minor"]),
        }
        for one in made["causes"]
    ]
    caption = (
        "Complaints received, by cause, of those whose cause is known. Since: the day of the first one ever."
    )
    yield _table("causes", caption, ("cause", *SHARE, "since", "redress_paid"), found)
    paid = [{"cause": one["cause"], **row} for one in made["causes"] for row in _paid(one["redress_minor"])]
    caption = "Redress paid in the period, by cause and currency."
    yield _table("redress_by_cause", caption, ("cause", *PAID), paid)
    columns = (
        *("action", "title", "cause", "turned_on", "done"),
        *("before", "days_before", "per_day_before", "after", "days_after", "per_day_after", "chance"),
        *("owner", "due_on"),
    )
    caption = (
        "Complaints for the cause in the days before and after the action was done, or is due. Chance: how"
        " likely such a difference is if nothing changed (conditional test of two Poisson rates)."
    )
    yield _table("actions", caption, columns, made["actions"])


def _backlog(made: Figures) -> Iterator[Table]:
    yield _table(
        "weeks",
        "The last eight weeks, by the last day of each.",
        ("last_day", "received", "closed"),
        made["backlog"]["weeks"],
    )


def _paid(amounts: Mapping[str, int]) -> list[Row]:
    """Amounts as rows, one for each currency."""
    return [
        {"currency": name, "amount": money.decimal_text(n, name), "amount_minor_units": n}
        for name, n in amounts.items()
    ]


def _money(amounts: Mapping[str, int]) -> str | None:
    """Amounts as people read them; those of different currencies are never added up."""
    return "; ".join(money.display(n, currency) for currency, n in amounts.items()) or None


def _table(name: str, caption: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Table:
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows))
