"""The page of a report, with figures of all kinds: money, long tables, decisions of outside bodies."""

import csv
import re
from datetime import date
from functools import cache

import pytest

from infra.ops.report_page import page
from infra.ops.report_tables import tables
from redress import exports
from redress.domain.counting import Cell
from redress.domain.figures import Asked, Figures, figures
from tests.support import figured

PAID = {"GBP": 1_234_550, "JPY": 25_000, "KWD": 125_500}


@cache
def _cells() -> list[tuple[Cell, int]]:
    return figured.cells(figured.book(3, 60))


@pytest.fixture
def made() -> Figures:
    """A quarter in which redress was paid in currencies of two, no and three decimals."""
    asked = Asked(pack="gb-ukgc", brands=None, first=date(2026, 1, 1), last=date(2026, 3, 31))
    found = figures(asked, _cells())
    found["service"]["redress_minor"] = dict(PAID)
    found["causes"][0]["redress_minor"] = dict(PAID)
    return found


def shown(made: Figures) -> str:
    """The page."""
    return page(made, "Complaints", lambda _, value: value).decode()


def test_money_is_shown_in_its_currency_with_its_decimals(made: Figures) -> None:
    words = shown(made)
    assert '<tr><th scope="row" class="text">GBP</th><td class="number">12345.50</td></tr>' in words
    assert '<tr><th scope="row" class="text">JPY</th><td class="number">25000</td></tr>' in words
    assert '<tr><th scope="row" class="text">KWD</th><td class="number">125.500</td></tr>' in words
    assert "12,345.50 GBP; 25,000 JPY; 125.500 KWD" in words
    assert "1234550" not in words
    assert "1,234,550" not in words


def test_the_table_for_programs_says_which_amount_is_in_minor_units(made: Figures) -> None:
    one = tables(made)["redress"]
    [first, *_] = csv.DictReader(exports.to_csv(one.columns, one.rows).decode().splitlines())
    assert first == {"currency": "GBP", "amount": "12345.50", "amount_minor_units": "1234550"}


def test_nothing_is_folded_away_and_a_long_table_is_whole(made: Figures) -> None:
    words = shown(made)
    assert "<details" not in words
    assert all(one["day"] in words for one in made["days"])
    assert 'class="wide long"' in words


def test_each_chart_is_one_picture_with_a_title_that_is_seen_and_heard(made: Figures) -> None:
    words = shown(made)
    drawings = re.findall(r"<figure>(.*?)</figure>", words, re.DOTALL)
    assert len(drawings) > 10
    for one in drawings:
        [title] = re.findall(r"<figcaption>(.*?)</figcaption>", one)
        assert f'aria-label="Chart: {title}. ' in one
        assert one.count("role=") == 1


def test_no_chart_tells_by_colour_alone(made: Figures) -> None:
    """Two lines differ in their dashes, verdicts on outside decisions in their shapes."""
    words = shown(made)
    lines = re.findall(r'stroke-dasharray="([^"]+)"', words)
    assert len(set(lines)) > 1
    table = next(one for one in re.findall(r"<figure>.*?</figure>", words, re.DOTALL) if "(across)" in one)
    assert {"gave more", "gave less", "no comparison"} <= set(re.findall(r">([a-z ]+)</text>", table))
    symbols = re.findall(r'class="mark-symbol role-legend-symbol".*?</g>', table, re.DOTALL)
    assert len({re.sub(r"[0-9.-]+", "0", one) for one in symbols}) >= 3


def test_one_of_a_unit_is_said_as_one(made: Figures) -> None:
    assert made["service"]["acknowledged"]["median"] == 1
    assert "half took less than 1 hour," in shown(made)


def test_a_page_of_nothing_has_its_headings_in_order() -> None:
    asked = Asked(pack="gb-ukgc", brands=None, first=date(2025, 1, 1), last=date(2025, 1, 31))
    levels = re.findall(r"<h([1-6])", shown(figures(asked, [])))
    assert levels[0] == "1"
    assert set(levels[1:]) == {"2"}
