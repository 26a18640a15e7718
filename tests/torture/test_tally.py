"""The table at the end of the run: one line for each campaign, and a sum."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.torture import conftest, tally
from tests.torture.tally import Line, table


def line(campaign: str, faults: int, checks: int, violations: int = 0) -> Line:
    return Line(campaign=campaign, faults=faults, checks=checks, violations=violations)


def test_what_the_tests_of_a_campaign_report_is_one_line_and_all_of_it_the_sum() -> None:
    told = [line("races", 10, 200), line("calls", 900, 4_000, 1), line("calls", 100, 500)]
    assert [row.split() for row in table(told)] == [
        ["campaign", "faults", "checked", "violations"],
        ["calls", "1,000", "4,500", "1"],
        ["races", "10", "200", "0"],
        ["sum", "1,010", "4,700", "1"],
    ]


def test_a_run_without_a_campaign_prints_nothing() -> None:
    assert table([]) == []


def test_several_runs_that_keep_what_they_did_share_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.json"
    assert tally.kept(file) == []
    for lines in ([line("calls", 900, 4_000)], [line("races", 10, 200, 1)]):
        monkeypatch.setattr(tally, "reported", lines)
        tally.keep(file)
    assert tally.kept(file) == [line("calls", 900, 4_000), line("races", 10, 200, 1)]


def test_what_a_worker_did_is_kept_once_by_the_process_that_it_works_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.json"
    monkeypatch.setenv("REDRESS_TALLY", str(file))
    monkeypatch.setattr(tally, "reported", [line("calls", 900, 4_000)])
    worker: Any = SimpleNamespace(config=SimpleNamespace(workeroutput={}))
    conftest.pytest_terminal_summary(worker)
    assert not file.exists()
    conftest.pytest_terminal_summary(SimpleNamespace(config=SimpleNamespace()))  # type: ignore[arg-type]
    assert tally.kept(file) == [line("calls", 900, 4_000)]
