"""`redress rebuild` and `redress check` as they are typed, on a table and a copy of the journal."""

from copy import replace
from pathlib import Path

import pytest

from infra import settings
from infra.ops import cli, shown
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.store import keys
from redress.store.rebuild import Workbench
from redress.store.table import Table
from tests.support import restores
from tests.support.complaints import PLAYER, SYSTEM, TRIAGE, personal
from tests.support.desks import Office
from tests.support.redress_command import Answer, Ask, refused

REGION_FILE = str(Path(cli.__file__).parent.parent / "regions" / "local.toml")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, run in this process."""

    def run(*arguments: str) -> Answer:
        status = cli.main(arguments)
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return run


@pytest.fixture
def bench(table: Table) -> Workbench:
    """The table, item by item."""
    return Workbench(table.client, table.name)


@pytest.fixture
def local(office: Office) -> Office:
    """A desk of the deployment whose region file the command is given."""
    region = settings.load(Path(REGION_FILE)).operator
    office.desk = replace(office.desk, region=region)
    office.intake = replace(office.intake, desk=office.desk)
    return office


@pytest.fixture
def number(local: Office) -> str:
    """A complaint that is looked into."""
    known = local.receive()
    local.send(known, LetterKind.ACKNOWLEDGEMENT)
    local.do(known, TRIAGE, SYSTEM)
    return known


@pytest.fixture
def journal(table: Table, number: str, tmp_path: Path) -> str:
    """A copy of the journal with all of its events."""
    assert number
    return str(restores.sync(restores.events_of(restores.dump(table.client)), tmp_path / "journal"))


def test_a_table_is_checked_rebuilt_and_checked_again(
    ask: Ask, bench: Workbench, number: str, journal: str, tmp_path: Path
) -> None:
    deployment = ("--table", bench.name, "--region-file", REGION_FILE)
    report = str(tmp_path / "report")
    rebuild = ("rebuild", *deployment, "--journal", journal, "--report", report)
    restores.drop(bench, number, keys.event(2))
    broken = ask("check", *deployment, "--journal", journal)
    assert broken.status == 1
    assert f"{number} BROKEN: Complaint {number}, event 2: is missing: the journal has it" in broken.out

    held = restores.dump(bench.client)
    dry = ask(*rebuild, "--dry-run")
    assert (dry.status, dry.err) == (0, "")
    assert "to put back: 1 events" in dry.out
    assert restores.dump(bench.client) == held

    done = ask(*rebuild)
    assert (done.status, done.err) == (0, "")
    assert "put back: 1 events" in done.out
    lost = str(tmp_path / "report" / "lost-content.csv")
    counted = ask("check", *deployment, "--journal", journal, "--lost", lost, "--fix")
    assert "1 complaints counted anew" in counted.out
    right = ask("check", *deployment, "--journal", journal, "--lost", lost)
    assert (right.status, right.err) == (0, "")
    assert "1 complaints compared, 0 with differences" in right.out


def test_a_difference_is_mended_when_that_is_asked(ask: Ask, bench: Workbench, number: str) -> None:
    restores.alter(bench, number, keys.STATE, lambda item: item.update(team={"S": "nobody"}))
    deployment = ("--table", bench.name, "--region-file", REGION_FILE)
    assert ask("check", *deployment).status == 1
    mended = ask("check", *deployment, "--fix")
    assert mended.status == 0
    assert "1 differences mended" in mended.out
    assert ask("check", *deployment).status == 0


def test_a_complaint_that_changes_under_the_mending_is_read_again(
    ask: Ask, bench: Workbench, local: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is mended by whoever changes it, and no reading of before overwrites that."""
    restores.alter(bench, number, keys.STATE, lambda item: item.update(team={"S": "nobody"}))
    mend, reply = Workbench.mend, c.Reply(content=personal("reply"))

    def overtaken(self: Workbench, *read: object) -> object:
        writes = mend(self, *read)  # type: ignore[arg-type]
        local.do(number, reply, PLAYER)
        return writes

    monkeypatch.setattr(Workbench, "mend", overtaken)
    answer = ask("check", "--table", bench.name, "--region-file", REGION_FILE, "--fix")
    assert answer.status == 0
    assert bench.load(number).whole


def test_an_event_that_the_journal_has_otherwise_is_named(
    ask: Ask, bench: Workbench, number: str, journal: str
) -> None:
    """Whoever rewrote a whole chain in the table did not rewrite the journal."""
    other = restores.rewritten(bench, number)
    assert other
    deployment = ("--table", bench.name, "--region-file", REGION_FILE)
    assert ask("check", *deployment, "--fix").status == 0
    answer = ask("check", *deployment, "--journal", journal)
    assert answer.status == 1
    assert f"Complaint {number}, event 1: is not in the table what it is in the journal" in answer.out


def test_a_complaint_that_was_dropped_whole_is_named_by_the_journal(
    ask: Ask, bench: Workbench, number: str, journal: str
) -> None:
    for _, sk in restores.dump(bench.client):
        restores.drop(bench, number, sk)
    deployment = ("--table", bench.name, "--region-file", REGION_FILE)
    assert ask("check", *deployment).status == 0
    answer = ask("check", *deployment, "--journal", journal)
    assert f"{number} BROKEN: Complaint {number}, event 1: is missing: the journal has it" in answer.out


def test_a_broken_copy_is_compared_with_nothing(
    ask: Ask, bench: Workbench, number: str, journal: str
) -> None:
    next(Path(journal).rglob(f"{number}/000002.json")).unlink()
    answer = ask("check", "--table", bench.name, "--region-file", REGION_FILE, "--journal", journal)
    assert answer.status == 1
    assert answer.out.startswith("BROKEN: ")
    assert "compared" not in answer.out


def test_a_long_run_tells_how_far_it_is(
    ask: Ask, bench: Workbench, local: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "PROGRESS", 1)
    local.receive(key="2")
    answer = ask("check", "--table", bench.name, "--region-file", REGION_FILE)
    assert answer.err.splitlines() == [
        "redress: 1 of 2 complaints compared",
        "redress: 2 of 2 complaints compared",
        "redress: 1 of 2 complaints recounted",
        "redress: 2 of 2 complaints recounted",
    ]
    assert number


@pytest.mark.parametrize("command", ["rebuild", "check"])
def test_what_is_needed_is_asked_for_in_one_line(ask: Ask, command: str, tmp_path: Path) -> None:
    refused(ask(command, "--table", "complaints"), "--region-file")
    empty = ("--journal", str(tmp_path))
    refused(ask(command, "--table", "complaints", *empty, "--region-file", REGION_FILE), "no digests/ in it")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("command", ["rebuild", "check"])
def test_a_table_that_is_not_there_is_said_in_one_line(ask: Ask, command: str, tmp_path: Path) -> None:
    from tests.support.journals import chain, day  # noqa: PLC0415 - of this test alone

    journal = str(restores.sync(chain("R7K3-9QXM-2", day(1)), tmp_path))
    answer = ask(command, "--table", "nowhere", "--journal", journal, "--region-file", REGION_FILE)
    assert answer.status == 2
    assert answer.err.startswith("redress: AWS refuses, or cannot be reached: ")
    assert answer.err.count("\n") == 1
