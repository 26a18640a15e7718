"""The page of a report, with figures of all kinds: money, long tables, decisions of outside bodies."""

import csv
import re
from copy import replace
from datetime import date
from functools import cache

import pytest

from infra.ops import report_themes
from infra.ops.report_page import LONG, page
from infra.ops.report_tables import tables
from redress import exports
from redress.domain.counting import Cell
from redress.domain.figures import Asked, Figures, figures
from redress.domain.figures.backlog import Outlook
from redress.domain.figures.causes import Remedy
from redress.themes.groups import Group, Telling
from redress.usecases.themes import Themes
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


def test_what_was_paid_for_a_cause_is_a_number_in_a_table_of_its_own(made: Figures) -> None:
    """For spreadsheets: in the table of causes amounts of all currencies stand in one cell, for people."""
    one = tables(made)["redress_by_cause"]
    found = list(csv.DictReader(exports.to_csv(one.columns, one.rows).decode().splitlines()))
    cause = made["causes"][0]["cause"]
    assert [row for row in found if row["cause"] == cause] == [
        {"cause": cause, "currency": "GBP", "amount": "12345.50", "amount_minor_units": "1234550"},
        {"cause": cause, "currency": "JPY", "amount": "25000", "amount_minor_units": "25000"},
        {"cause": cause, "currency": "KWD", "amount": "125.500", "amount_minor_units": "125500"},
    ]


def test_a_long_list_of_themes_scrolls_on_a_screen_and_is_whole_in_print() -> None:
    def found(count: int) -> str:
        group = Group(
            kind="theme",
            language="en",
            words=(Telling(word="wheel", inside=1.0, outside=0.0),),
            numbers=("R7K3-9QXM-2",),
            players=5,
            category="bonuses",
            since=date(2026, 3, 1),
            before=0.0,
        )
        return report_themes.section(Themes(groups=(group,) * count, texts=200, gone=0, before=400))

    assert 'class="wide"' in found(LONG)
    assert 'class="wide long"' in found(LONG + 1)


def test_the_table_of_causes_says_that_it_leaves_out_what_has_none(made: Figures) -> None:
    """Its shares are greater than those of the volumes, which are of all that were received."""
    causes, volumes = (
        next(row for row in tables(made)[name].rows if made["causes"][0]["cause"] in row.values())
        for name in ("causes", "volumes")
    )
    assert causes["numerator"] == volumes["numerator"]
    assert causes["denominator"] < volumes["denominator"] == made["totals"]["received"]
    assert "of those whose cause is known" in tables(made)["causes"].caption


def test_an_action_is_shown_with_the_day_on_which_it_was_done_or_is_due() -> None:
    asked = Asked(pack="gb-ukgc", brands=None, first=date(2026, 1, 1), last=date(2026, 3, 31))
    day = date(2026, 2, 10)
    done = Remedy(id="7", title="Terms", cause="unclear_terms", owner="payments", due_on=day, done_on=day)
    words = shown(figures(asked, _cells(), [done, replace(done, id="8", done_on=None)]))
    assert ">done or due on</th>" in words
    rows = re.findall(r'<tr><th scope="row" class="day">[78]</th>.*?</tr>', words)
    assert all(">payments<" in row and row.count("2026-02-10") == 2 for row in rows)
    assert [("2026-02-10" in row, ">yes<" in row, ">not yet<" in row) for row in rows] == [
        (True, True, False),
        (True, False, True),
    ]


@pytest.mark.parametrize(
    ("came", "closed", "outlook", "said"),
    [
        (3.0, 3.0, "never", "At that rate as many stay open."),
        (3.5, 3.0, "never", "At that rate ever more are open."),
        (3.0, 3.1, "never", "At that rate it takes more than ten years to work off what is open."),
        (3.0, 4.0, "worked_off", "At that rate what is open is worked off on 2026-05-01."),
        (0.0, 0.0, "nothing_open", "Nothing is open."),
    ],
)
def test_the_backlog_is_told_as_it_goes(
    made: Figures, came: float, closed: float, outlook: Outlook, said: str
) -> None:
    """A house that keeps up has some open all the same: that is no alarm."""
    made["backlog"] |= {"received_per_week": came, "closed_per_week": closed, "outlook": outlook}
    made["backlog"]["by"] = "2026-05-01"
    assert said in shown(made)


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
