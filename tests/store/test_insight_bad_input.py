"""What the commands of insight do with what nobody should ask of them, or with nothing to tell of."""

import json
import re
from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from infra.ops import check, cli, shown
from redress.domain import categories
from redress.domain import commands as c
from redress.domain.categories import Category
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.count import count
from redress.usecases.ports import Narrow
from tests.support.complaints import REGION, personal, submit
from tests.support.desks import Clock, Office
from tests.support.proofs import NOON

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"

type Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026."""
    return Clock(NOON)


@pytest.fixture
def ask(
    table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """A command, asked on 15 April 2026, about the table, the local region and what is written to."""
    monkeypatch.setattr(shown, "now", lambda: datetime(2026, 4, 15, 12, tzinfo=UTC))
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)

    def run(command: str, *more: str, pack: str = "gb-ukgc") -> tuple[int, str, str]:
        out = tmp_path / ("register.jsonl" if command == "register" else "out")
        where = ["--table", table.name, "--region-file", str(REGION_FILE), "--out", str(out)]
        status = cli.main([command, *where, "--pack", pack, *more])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def counted(table: Table, *numbers: str) -> None:
    for number in numbers:
        count(Registers(table.client, table.name), Counters(table.client, table.name), REGION, number)


def page(folder: Path) -> str:
    return (folder / "out" / "report.html").read_text(encoding="utf-8")


class TestAPeriodThatIsNotOver:
    def test_figures_say_so_and_when_they_were_known(self, ask: Ask, tmp_path: Path) -> None:
        status, told, _ = ask("report", "--period", "2026-04")
        assert status == 0
        assert "the period is not over: these are the figures at 2026-04-15T12:00:00.000Z" in told
        assert "The period is not over" in page(tmp_path)
        figures = json.loads((tmp_path / "out" / "figures.json").read_bytes())
        assert (figures["over"], figures["last_day"]) == (False, "2026-04-15")

    def test_figures_of_one_that_is_over_name_no_instant(self, ask: Ask, tmp_path: Path) -> None:
        assert "not over" not in ask("report", "--period", "2026-03")[1]
        figures = json.loads((tmp_path / "out" / "figures.json").read_bytes())
        assert (figures["over"], figures["as_of"]) == (True, None)

    def test_a_return_is_refused_or_a_draft_that_says_what_is_missing(self, ask: Ask, tmp_path: Path) -> None:
        status, _, refusal = ask("return", "--period", "2026-Q2")
        assert (status, "is not over" in refusal) == (2, True)
        status, told, _ = ask("return", "--period", "2026-Q2", "--draft")
        assert status == 0
        assert "the period is not over: what happens until 2026-06-30T23:00:00.000Z is missing" in told
        [document] = (tmp_path / "out").glob("*-draft.html")
        assert "Draft: not a return." in document.read_text(encoding="utf-8")
        assert "what happens until 2026-06-30T23:00:00.000Z is missing" in document.read_text(
            encoding="utf-8"
        )

    def test_a_register_says_from_when_on_it_is_missing(self, ask: Ask) -> None:
        status, told, _ = ask("register", "--from", "2026-04-01", "--to", "2026-05-01")
        assert status == 0
        assert "what is received from 2026-04-15T12:00:00.000Z on is missing" in told
        assert "missing" not in ask("register", "--from", "2026-03-01", "--to", "2026-04-01")[1]


class TestAPackWithoutReports:
    def test_a_return_names_the_pack_and_those_that_have_returns(self, ask: Ask) -> None:
        status, told, refusal = ask("return", "--period", "2026-Q1", pack="sandbox")
        assert (status, told) == (2, "")
        assert "sandbox names no report" in refusal
        assert re.search(r"with returns: .*gb-ukgc", refusal)

    def test_figures_and_register_need_no_report(self, ask: Ask) -> None:
        assert ask("report", "--period", "2026-03", pack="sandbox")[0] == 0
        assert ask("register", "--from", "2026-03-01", "--to", "2026-04-01", pack="sandbox")[0] == 0


class TestCountersBehind:
    def test_figures_say_how_many_of_the_last_complaints_are_not_counted(
        self, ask: Ask, office: Office, table: Table, tmp_path: Path
    ) -> None:
        office.clock.at = datetime(2026, 4, 15, 11, tzinfo=UTC)
        first = office.receive(submit("gb-ukgc"), key="key-1")
        office.clock.move(60)
        office.receive(submit("gb-ukgc"), key="key-2")
        counted(table, first)
        told = ask("report", "--period", "2026-04")[1]
        assert "1 of the last 2 complaints received are not counted for all their events" in told
        assert "the earliest received at 2026-04-15T11:01:00.000Z" in told
        assert "Counting is behind" in page(tmp_path)

    def test_what_happened_since_it_was_counted_shows_and_counting_it_ends_that(
        self, ask: Ask, office: Office, table: Table
    ) -> None:
        office.clock.at = datetime(2026, 3, 20, 11, tzinfo=UTC)
        number = office.receive(submit("gb-ukgc"))
        counted(table, number)
        office.do(number, c.FindCause(cause="unclear_terms"))
        assert "counting is behind: 1 of the last 1" in ask("report", "--period", "2026-03")[1]
        counted(table, number)
        assert "behind" not in ask("report", "--period", "2026-03")[1]

    def test_return_and_register_read_the_events_and_need_no_counter(self, ask: Ask, office: Office) -> None:
        office.receive(submit("gb-ukgc"))
        assert "complaints looked at 1" in ask("return", "--period", "2026-Q1")[1]
        assert "1 complaints received" in ask("register", "--from", "2026-03-01", "--to", "2026-04-01")[1]


class TestAnEmptyMonth:
    def test_figures_are_zeros_without_a_rate_and_nothing_is_divided(self, ask: Ask, tmp_path: Path) -> None:
        status, told, _ = ask("report", "--period", "2026-02")
        assert (status, "received 0, closed 0, open 0" in told) == (0, True)
        assert "nothing was counted in this period" in told
        for file in (tmp_path / "out").iterdir():
            assert not re.search(r"\b(nan|inf|infinity)\b", file.read_text("utf-8"), re.IGNORECASE), file

    def test_one_after_others_is_drawn_with_what_is_open(
        self, ask: Ask, office: Office, table: Table, tmp_path: Path
    ) -> None:
        counted(table, office.receive(submit("gb-ukgc")))
        told = ask("report", "--period", "2026-04-10")[1]
        assert "received 0, closed 0, open 1; nothing was counted in this period" in told
        assert page(tmp_path).count("<svg") == 3
        assert "NaN" not in page(tmp_path)

    def test_a_return_is_nil_and_a_register_has_its_heading(self, ask: Ask, tmp_path: Path) -> None:
        assert ask("return", "--period", "2026-Q1")[0] == 0
        [document] = (tmp_path / "out").glob("*.json")
        assert json.loads(document.read_bytes())["nil"] is True
        told = ask("register", "--from", "2026-02-01", "--to", "2026-03-01")[1]
        assert "0 complaints received" in told
        assert (tmp_path / "register.jsonl").read_bytes() == b""


class TestClosedWithoutACause:
    def test_the_report_tells_how_many_and_the_register_which(
        self, ask: Ask, office: Office, table: Table, tmp_path: Path
    ) -> None:
        withdrawn, found = (office.receive(submit("gb-ukgc"), key=key) for key in ("key-1", "key-2"))
        office.do(found, c.FindCause(cause="unclear_terms"))
        for number in (withdrawn, found):
            office.do(number, c.Withdraw(content=personal("why")))
        counted(table, withdrawn, found)
        assert "closed without a cause: 1 of 2" in ask("report", "--period", "2026-03")[1]
        ask("register", "--from", "2026-03-01", "--to", "2026-04-01")
        rows = [json.loads(line) for line in (tmp_path / "register.jsonl").read_text().splitlines()]
        causes = {row["number"]: row["cause"] for row in rows if row["closed_at"]}
        assert causes == {withdrawn: None, found: "unclear_terms"}


class TestARenamedCategory:
    OLD, NEW = "cash_out", Category.DEPOSITS_WITHDRAWALS

    @pytest.fixture
    def number(self, office: Office, table: Table, monkeypatch: pytest.MonkeyPatch) -> str:
        """A complaint that was received and counted before the release that renamed its category."""
        number = office.receive(replace(submit("gb-ukgc"), category=self.OLD))
        counted(table, number)
        monkeypatch.setitem(cast("dict[str, Category]", categories.FORMERLY), self.OLD, self.NEW)
        return number

    def test_check_names_it_and_with_fix_it_is_counted_under_the_new_id(
        self, ask: Ask, table: Table, number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bench, question = Workbench(table.client, table.name), check.Question(None, None, fix=False)
        assert check.print_check(bench, REGION, question, shown.now) == 1
        assert f"{number} is not counted for what its events say" in capsys.readouterr().out
        assert check.print_check(bench, REGION, question._replace(fix=True), shown.now) == 0
        assert check.print_check(bench, REGION, question, shown.now) == 0
        ask("report", "--period", "2026-03")
        figures = json.loads((tmp_path / "out" / "figures.json").read_bytes())
        [by] = [part["values"] for part in figures["volumes"] if part["dimension"] == "category"]
        assert [one["value"] for one in by] == [self.NEW]

    def test_lists_find_it_under_the_new_id_although_the_old_one_is_stored(
        self, table: Table, number: str
    ) -> None:
        page = table.list_register("gb-ukgc#2026-03", 25, None, Narrow(category=self.NEW))
        assert [(one.number, one.category) for one in page.items] == [(number, self.NEW)]

    def test_return_and_register_tell_the_new_id(self, ask: Ask, number: str, tmp_path: Path) -> None:
        ask("register", "--from", "2026-03-01", "--to", "2026-04-01")
        [row] = [json.loads(line) for line in (tmp_path / "register.jsonl").read_text().splitlines()]
        assert (row["number"], row["type"]) == (number, self.NEW)
        ask("return", "--period", "2026-Q1")
        [document] = (tmp_path / "out").glob("*.json")
        assert self.OLD not in document.read_text(encoding="utf-8")
