"""`redress report`: a page with charts and CSVs from the counters of a table, the same each time."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.ops import cli, shown
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.store.counters import Counters
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases import insight
from redress.usecases.count import count
from tests.support.complaints import REGION, submit
from tests.support.desks import Clock, Office
from tests.support.proofs import NOON
from tests.support.races import calls_of

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"

type Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(
    table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """The command, asked on 15 April 2026, about the table, the local region and a folder."""
    monkeypatch.setattr(shown, "now", lambda: datetime(2026, 4, 15, 12, tzinfo=UTC))
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)

    def run(period: str, *more: str, pack: str = "gb-ukgc", out: str = "out") -> tuple[int, str, str]:
        where = ["--table", table.name, "--region-file", str(REGION_FILE), "--out", str(tmp_path / out)]
        status = cli.main(["report", *where, "--pack", pack, "--period", period, *more])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def counted(office: Office, table: Table) -> str:
    """A British complaint of March with a letter and a cause, and its counters."""
    number = office.receive(submit("gb-ukgc"))
    office.clock.move(60)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, c.FindCause(cause="unclear_terms"))
    count(Registers(table.client, table.name), Counters(table.client, table.name), REGION, number)
    return number


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(folder: Path, out: str = "out") -> str:
    return (folder / out / "report.html").read_text(encoding="utf-8")


def test_the_page_the_tables_and_the_lines_say_the_same(
    ask: Ask, office: Office, table: Table, tmp_path: Path
) -> None:
    counted(office, table)
    status, told, _ = ask("2026-03")
    assert status == 0
    assert "gb-ukgc 2026-03-01 to 2026-03-31: received 1, closed 0, open 1" in told
    assert {one["what"]: one["count"] for one in rows(tmp_path, "totals")} == {
        "acknowledged": "1",
        "received": "1",
    }
    assert [one["day"] for one in rows(tmp_path, "days") if one["received"] == "1"] == ["2026-03-02"]
    assert [(one["cause"], one["since"]) for one in rows(tmp_path, "causes")] == [
        ("unclear_terms", "2026-03-02")
    ]
    figures = json.loads((tmp_path / "out" / "figures.json").read_bytes())
    assert figures["service"]["acknowledged"]["median"] == 1
    assert "not over" not in page(tmp_path)


class _Charts(HTMLParser):
    """What stands in a page, as far as those need it who see, hear or print it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.unnamed = 0
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.unnamed += tag == "svg" and not (found.get("role") == "img" and found.get("aria-label"))
        self.loaded += [name for name in ("src", "href", "xlink:href", "onclick", "id") if name in found]


def test_the_page_runs_and_loads_nothing_and_its_charts_have_names(
    ask: Ask, office: Office, table: Table, tmp_path: Path
) -> None:
    counted(office, table)
    ask("2026-03")
    seen = _Charts()
    seen.feed(page(tmp_path))
    assert seen.tags.count("svg") > 5
    assert seen.tags.count("table") > 5
    assert (seen.unnamed, seen.loaded, "script" in seen.tags) == (0, [], False)
    assert "url(" not in page(tmp_path)


def test_the_same_counters_give_the_same_bytes(
    ask: Ask, office: Office, table: Table, tmp_path: Path
) -> None:
    counted(office, table)
    for out in ("out", "again"):
        ask("2026-Q1", out=out)
    names = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert len(names) > 10
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_a_period_without_counters_says_so_and_draws_nothing(ask: Ask, tmp_path: Path) -> None:
    status, told, _ = ask("2025")
    assert status == 0
    assert "received 0, closed 0, open 0; nothing was counted in this period" in told
    assert "answered in time by law: 0 of 0, none" in told
    assert "Nothing was counted in this period." in page(tmp_path)
    assert "<svg" not in page(tmp_path)
    assert len(rows(tmp_path, "days")) == 365


def test_a_month_that_is_not_over_is_told_up_to_today(
    ask: Ask, office: Office, table: Table, tmp_path: Path
) -> None:
    counted(office, table)
    _, told, _ = ask("2026-04")
    assert "2026-04-01 to 2026-04-15: received 0, closed 0, open 1" in told
    assert "The period is not over" in page(tmp_path)


@pytest.mark.parametrize(
    ("period", "months"), [("2026-03-02", 1), ("2026-03", 1), ("2025-Q4", 3), ("2025", 12)]
)
def test_how_many_calls_it_takes_follows_from_the_period_alone(
    ask: Ask, office: Office, table: Table, period: str, months: int
) -> None:
    """A query for each month, one for what was before, one for the actions; and three for the lag."""
    counted(office, table)
    with calls_of(table.client) as sent:
        ask(period)
    assert Counter(sent) == {"Query": months + 2 + 2, "BatchGetItem": 1}


def test_what_was_open_is_known_from_the_first_day_of_all(
    ask: Ask, office: Office, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(office, table)
    monkeypatch.setattr(shown, "now", lambda: datetime(2036, 4, 15, 12, tzinfo=UTC))
    assert "received 0, closed 0, open 1" in ask("2036-03")[1]


def test_the_months_of_a_period_are_those_of_the_calendar() -> None:
    assert insight.months(date(2025, 12, 31), date(2026, 2, 1)) == ["2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize(
    ("period", "more", "said"),
    [
        ("lately", (), "is no period"),
        ("2026-05", (), "give one that begins from 2000-01-01 to 2026-04-15"),
        ("1999", (), "give one that begins from"),
        ("2026-03", ("--brand", "nobody"), "the region file has no such brand"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_one_line(
    ask: Ask, period: str, more: tuple[str, ...], said: str
) -> None:
    status, told, refusal = ask(period, *more)
    assert (status, told) == (2, "")
    assert said in refusal
    assert refusal.count("\n") == 1


def test_a_pack_without_a_licence_and_a_folder_that_is_a_file_are_refused(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "no such licence" in ask("2026-03", pack="mt")[2]
    assert "cannot be written" in ask("2026-03", out="file")[2]


def test_without_an_answer_of_aws_nothing_is_written(
    ask: Ask, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Query")

    monkeypatch.setattr(table.client, "get_paginator", refuse)
    status, _, refusal = ask("2026-03")
    assert status == 2
    assert re.search("AWS refuses", refusal)
    assert not (tmp_path / "out").exists()
