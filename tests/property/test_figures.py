"""Figures hold together, whatever the complaints did, and say what their events say."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain.counting import Cell
from redress.domain.figures import Asked, Figures, figures
from tests.support import figured
from tests.support.returns import Book

FIRST, LENGTH = date(2026, 1, 1), 150
DAY = timedelta(days=1)
FAST = settings(max_examples=60)
SEEDS = st.integers(min_value=1, max_value=4)
OFFSETS = st.integers(min_value=0, max_value=LENGTH)


@cache
def _book(seed: int) -> tuple[Book, list[tuple[Cell, int]]]:
    made = figured.book(seed, 30)
    return made, figured.cells(made)


def of(seed: int, first: int, last: int) -> Figures:
    """The figures of some days."""
    asked = Asked(pack="gb-ukgc", brands=None, first=FIRST + first * DAY, last=FIRST + last * DAY)
    return figures(asked, _book(seed)[1])


@FAST
@given(SEEDS, OFFSETS, OFFSETS, OFFSETS)
def test_figures_add_up_over_periods_that_follow_each_other(seed: int, a: int, b: int, c: int) -> None:
    first, middle, last = sorted((a, b, c))
    early, late, whole = of(seed, first, middle), of(seed, middle + 1, last + 1), of(seed, first, last + 1)
    added = Counter(early["totals"]) + Counter(late["totals"])
    assert added == Counter(whole["totals"])
    assert early["days"] + late["days"] == whole["days"]
    paid = [Counter(one["service"]["redress_minor"]) for one in (early, late, whole)]
    assert paid[0] + paid[1] == paid[2]
    assert late["backlog"] == whole["backlog"]


@FAST
@given(SEEDS, OFFSETS, OFFSETS)
def test_no_dimension_has_more_than_there_are(seed: int, a: int, b: int) -> None:
    made = of(seed, *sorted((a, b)))
    received = made["totals"].get("received", 0)
    for part in made["volumes"]:
        assert sum(one["received"]["numerator"] for one in part["values"]) + part["unknown"] == received
        assert part["unknown"] >= 0


@FAST
@given(SEEDS, OFFSETS, OFFSETS)
def test_the_shares_under_each_step_rise_to_what_is_not_beyond(seed: int, a: int, b: int) -> None:
    served = of(seed, *sorted((a, b)))["service"]
    for times in (served["acknowledged"], served["answered"]):
        under = [one["part"]["numerator"] for one in times["steps"]]
        assert under == sorted(under)
        assert under[-1] + times["beyond"] == times["count"]


@FAST
@given(SEEDS, OFFSETS, OFFSETS)
def test_the_counters_say_what_the_events_say(seed: int, a: int, b: int) -> None:
    first, last = sorted((a, b))
    told = of(seed, first, last)["totals"]
    expected = figured.recount(_book(seed)[0], FIRST + first * DAY, FIRST + last * DAY)
    assert {name: told.get(name, 0) for name in expected} == expected
    assert set(told) & set(figured.NAMES.values()) <= set(expected)


def test_the_lives_are_of_many_kinds() -> None:
    """Nothing above is told of complaints to which nothing happens."""
    seen: set[str] = set()
    for seed in range(1, 5):
        seen |= set(of(seed, 0, 2 * LENGTH)["totals"])
    assert set(figured.NAMES.values()) <= seen
