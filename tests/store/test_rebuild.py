"""`redress rebuild`: a table restored to a point in time is what it was, but for content, and goes on."""

import csv
import json
from pathlib import Path

import pytest

from infra.ops import rebuild
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.next_step import Step
from redress.store import keys
from redress.store.rebuild import REBUILT, STRIDE, Workbench
from redress.store.table import Table
from redress.usecases.change import Desk
from redress.usecases.plan_next import Question, plan_next
from tests.support import restores
from tests.support.desks import Office
from tests.support.lost_tables import Lost, lose
from tests.support.restores import Dump


@pytest.fixture
def lost(office: Office, table: Table) -> Lost:
    """What a table held at a point in time, and what it held when it was lost."""
    return lose(office, table)


@pytest.fixture
def bench(lost: Lost) -> Workbench:
    """The table as it was restored."""
    return lost.restored()


@pytest.fixture
def journal(lost: Lost, tmp_path: Path) -> Path:
    """A copy of the journal, which has everything."""
    return restores.sync(restores.events_of(lost.after), tmp_path / "journal")


def rows(journal: Path, name: str) -> list[dict[str, str]]:
    """A list of the report."""
    with (journal.parent / "report" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state(dump: Dump, number: str) -> dict[str, dict[str, str]]:
    return dict(dump[keys.complaint(number), keys.STATE])


def desk(lost: Lost, bench: Workbench) -> Desk:
    """A desk over the restored table."""
    return Office(bench, lost.office.clock).desk


def test_events_state_and_tasks_are_again_what_they_were(bench: Workbench, lost: Lost, journal: Path) -> None:
    assert lost.rebuild(bench, journal) == 0
    rebuilt = restores.dump(bench.client, bench.name)
    assert restores.registered(rebuilt, "player") == restores.registered(lost.after, "player")
    assert state(rebuilt, lost.known)["player"] == state(lost.after, lost.known)["player"]


def test_content_of_before_the_point_is_kept_and_what_came_later_is_told_to_be_lost(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost.rebuild(bench, journal)
    rebuilt, told = restores.dump(bench.client, bench.name), capsys.readouterr().out
    kept = {key: item for key, item in restores.contents(lost.before).items() if lost.closed not in key[0]}
    assert restores.contents(rebuilt) == kept
    gone = restores.contents(lost.after).keys() - kept.keys()
    listed = {
        (keys.complaint(row["number"]), keys.content(int(row["seq"]))) for row in rows(journal, rebuild.LOST)
    }
    assert listed == {key for key in gone if lost.closed not in key[0]}
    types = {row["type"] for row in rows(journal, rebuild.LOST)}
    assert types == {"TaskOpened", "PlayerReplied", "DecisionProposed", "ComplaintReceived"}
    for row in rows(journal, rebuild.LOST):
        assert f"{row['number']} {row['seq']} {row['type']}" in told
    document = json.loads((journal.parent / "report" / rebuild.WHOLE).read_text(encoding="utf-8"))
    assert [{**row, "seq": str(row["seq"])} for row in document[rebuild.LOST]] == rows(journal, rebuild.LOST)


def test_running_it_again_changes_nothing(bench: Workbench, lost: Lost, journal: Path) -> None:
    lost.rebuild(bench, journal)
    once = restores.dump(bench.client, bench.name)
    lists = [rows(journal, name) for name in (rebuild.LOST, rebuild.AHEAD, rebuild.FILES)]
    lost.office.clock.move(3600)
    assert lost.rebuild(bench, journal) == 0
    assert restores.dump(bench.client, bench.name) == once
    assert [rows(journal, name) for name in (rebuild.LOST, rebuild.AHEAD, rebuild.FILES)] == lists


def test_a_dry_run_writes_lists_and_nothing_to_the_table(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lost.rebuild(bench, journal, dry_run=True) == 0
    assert restores.dump(bench.client, bench.name) == lost.before
    assert rows(journal, rebuild.LOST)
    told = capsys.readouterr().out
    missing = len(restores.events_of(lost.after)) - len(restores.events_of(lost.before))
    assert f"to put back: {missing} events" in told
    assert "3 complaints, 1 of them not in the table" in told


def test_a_letter_that_the_journal_knows_as_sent_is_not_sent_again(
    bench: Workbench, lost: Lost, journal: Path
) -> None:
    lost.rebuild(bench, journal)
    case = bench.load(lost.known)
    letters = {one.kind: one.status for one in case.complaint.letters.values()}
    assert letters[LetterKind.FINAL_RESPONSE] is LetterStatus.SENT
    question = Question(
        number=lost.known,
        generation=case.generation,
        turns=0,
        started_at=lost.office.clock(),
        definition="digest",
    )
    plan = plan_next(desk(lost, bench), question, "digest")
    asked = {one.key for one in case.complaint.letters.values() if one.status is LetterStatus.SENT}
    assert plan.letter not in asked
    assert plan.next == Step.ASK_FOR_FEEDBACK


def test_executions_begin_under_names_that_nobody_used(bench: Workbench, lost: Lost, journal: Path) -> None:
    lost.rebuild(bench, journal)
    rebuilt = restores.dump(bench.client, bench.name)
    for number in (lost.known, lost.later):
        assert state(rebuilt, number)["generation"] == {"N": str(1 + STRIDE)}
        assert {"attention", "attention_at"} <= state(rebuilt, number).keys()
        assert "token" not in state(rebuilt, number)
    assert state(rebuilt, lost.closed)["generation"] == {"N": "1"}


def test_a_state_that_lost_its_generation_gets_one_that_nobody_used(
    bench: Workbench, lost: Lost, journal: Path
) -> None:
    restores.alter(bench, lost.known, keys.STATE, restores.without("generation"))
    assert lost.rebuild(bench, journal) == 0
    assert state(restores.dump(bench.client, bench.name), lost.known)["generation"] == {"N": str(1 + STRIDE)}


def test_another_restore_raises_generations_again(bench: Workbench, lost: Lost, journal: Path) -> None:
    lost.rebuild(bench, journal)
    once = restores.dump(bench.client, bench.name)
    assert state(once, lost.known)[REBUILT] == {"S": bench.mark()}
    again = restores.restore(bench.client, once, "restored-again")
    lost.rebuild(again, journal)
    found = restores.dump(again.client, again.name)
    assert state(found, lost.known)["generation"] == {"N": str(1 + 2 * STRIDE)}


def test_the_token_of_an_execution_of_before_is_forgotten(
    bench: Workbench, lost: Lost, journal: Path
) -> None:
    restores.alter(bench, lost.known, keys.STATE, lambda item: item.update(token={"S": "of before"}))
    lost.rebuild(bench, journal)
    assert bench.state(lost.known).token is None  # type: ignore[union-attr]


def test_who_was_forgotten_is_forgotten_again(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "player" in state(lost.before, lost.closed)
    lost.rebuild(bench, journal)
    rebuilt = restores.dump(bench.client, bench.name)
    assert not [key for key in restores.contents(rebuilt) if lost.closed in key[0]]
    assert "player" not in state(rebuilt, lost.closed)
    assert bench.load(lost.closed).link_version == 2
    assert lost.closed not in {row["number"] for row in rows(journal, rebuild.LOST)}
    assert "1 complaints are of persons who are to be forgotten" in capsys.readouterr().out


def test_a_closed_complaint_is_out_of_the_queue_of_its_team_and_off_the_list_of_the_sweep(
    bench: Workbench, lost: Lost, journal: Path
) -> None:
    lost.rebuild(bench, journal)
    found = state(restores.dump(bench.client, bench.name), lost.closed)
    assert found.get("queue") == state(lost.after, lost.closed).get("queue")
    assert not {"attention", "attention_at"} & found.keys()


def test_what_is_ahead_of_the_journal_is_kept_and_listed(
    lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = restores.restore(lost.table.client, lost.after)
    early = restores.sync(restores.events_of(lost.before), tmp_path / "journal")
    assert lost.rebuild(bench, early) == 0
    rebuilt = restores.dump(bench.client, bench.name)
    assert restores.registered(rebuilt) == restores.registered(lost.after)
    before = {(one.number, one.seq) for one in restores.events_of(lost.before)}
    after = {(one.number, one.seq) for one in restores.events_of(lost.after)}
    assert {(row["number"], int(row["seq"])) for row in rows(early, rebuild.AHEAD)} == after - before
    assert "events that the journal does not have: kept" in capsys.readouterr().out


def test_a_broken_journal_is_refused_and_nothing_is_written(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next((journal / "events").rglob(f"{lost.known}/000003.json"))
    path.write_bytes(path.read_bytes().replace(b"system", b"nobody"))
    assert lost.rebuild(bench, journal) == 1
    assert f"BROKEN: Complaint {lost.known}, event 3: was changed" in capsys.readouterr().out
    assert restores.dump(bench.client, bench.name) == lost.before


def test_a_table_that_says_otherwise_is_refused_by_complaint_and_first_event(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seq in (2, 3):
        text = lost.before[keys.complaint(lost.closed), keys.event(seq)]["text"]["S"]
        other = {"S": text.replace('"at":"2', '"at":"1')}
        restores.alter(bench, lost.closed, keys.event(seq), restores.setting(text=other))
    held = restores.dump(bench.client, bench.name)
    assert lost.rebuild(bench, journal) == 1
    told = capsys.readouterr().out
    assert f"REFUSED: Complaint {lost.closed}, event 2: is not in the table what it is in the journal" in told
    assert restores.dump(bench.client, bench.name) == held


def test_an_event_that_cannot_be_read_is_refused(
    bench: Workbench, lost: Lost, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    restores.alter(bench, lost.known, keys.event(1), lambda item: item.update(text={"S": "{}"}))
    assert lost.rebuild(bench, journal) == 1
    told = capsys.readouterr().out
    assert f"Complaint {lost.known}, event 1: holds nothing that Redress wrote" in told
