"""`redress rebuild` and `redress check` on what nobody wrote on purpose: content that no event has, and
events that follow from each other and tell what cannot have happened.

Each is named, and holds up no other complaint.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from infra.ops import check, rebuild
from redress.domain import audit, events
from redress.domain.audit import Record
from redress.store import keys
from redress.store.rebuild import Workbench
from redress.store.table import Table
from tests.support import restores
from tests.support.complaints import REGION, SYSTEM
from tests.support.desks import Office
from tests.support.lost_tables import Lost, lose

NOBODY = "ZZZZ-ZZZZ-0"
CLAIM = events.LetterClaimed(letter="none", kind="acknowledgement", attempt=1, contact=1)


@pytest.fixture
def lost(office: Office, table: Table) -> Lost:
    """What a table held at a point in time, and what it held when it was lost."""
    return lose(office, table)


@pytest.fixture
def bench(lost: Lost) -> Workbench:
    """The table as it was restored."""
    return lost.restored()


def synced(records: list[Record], tmp_path: Path) -> Path:
    """A copy of the journal that has these events."""
    return restores.sync(records, tmp_path / "journal")


def put(bench: Workbench, number: str, sk: str, like: tuple[str, str]) -> None:
    """An item like another, where none should be."""
    item = restores.dump(bench.client, bench.name)[like]
    place = {"pk": {"S": keys.complaint(number)}, "sk": {"S": sk}}
    bench.client.put_item(TableName=bench.name, Item={**item, **place})


def rows(journal: Path, name: str) -> list[list[str]]:
    """A list of the report, without its header."""
    with (journal.parent / "report" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def strange(lost: Lost, number: str, event: events.Event = CLAIM) -> list[Record]:
    """The events of all complaints, with one more of a complaint, which follows and cannot have happened."""
    known = restores.events_of(lost.after)
    last = [one for one in known if one.number == number][-1]
    at = lost.office.clock()
    return [*known, audit.write(number, last.seq + 1, at, SYSTEM, event, last.hash, None)]


class TestContentThatNoEventHas:
    def test_alone_under_a_number_it_is_listed_and_everything_else_is_rebuilt(
        self, bench: Workbench, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        journal = synced(restores.events_of(lost.after), tmp_path)
        put(bench, NOBODY, keys.content(1), (keys.complaint(lost.known), keys.content(1)))
        assert lost.rebuild(bench, journal) == 0
        assert rows(journal, rebuild.STRAY) == [[NOBODY, keys.content(1)]]
        assert f"{NOBODY} {keys.content(1)}" in capsys.readouterr().out
        rebuilt = restores.dump(bench.client, bench.name)
        stray = rebuilt.pop((keys.complaint(NOBODY), keys.content(1)))  # type: ignore[attr-defined]
        assert stray["content"]
        assert restores.registered(rebuilt, "player") == restores.registered(lost.after, "player")

    def test_beside_the_events_of_a_complaint_it_is_listed_kept_and_not_shown(
        self, bench: Workbench, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        journal = synced(restores.events_of(lost.after), tmp_path)
        put(bench, lost.known, keys.content(999), (keys.complaint(lost.known), keys.content(1)))
        assert lost.rebuild(bench, journal) == 0
        assert rows(journal, rebuild.STRAY) == [[lost.known, keys.content(999)]]
        assert (keys.complaint(lost.known), keys.content(999)) in restores.dump(bench.client, bench.name)
        assert "PERSONAL" not in capsys.readouterr().out

    def test_of_who_is_to_be_forgotten_it_goes_with_the_rest(
        self, bench: Workbench, lost: Lost, tmp_path: Path
    ) -> None:
        journal = synced(restores.events_of(lost.after), tmp_path)
        put(bench, lost.closed, keys.content(999), (keys.complaint(lost.closed), keys.content(1)))
        assert lost.rebuild(bench, journal) == 0
        assert rows(journal, rebuild.STRAY) == []
        assert (keys.complaint(lost.closed), keys.content(999)) not in restores.dump(bench.client, bench.name)

    def test_a_state_without_any_event_is_still_refused(
        self, bench: Workbench, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A complaint was there once: its events are gone from the table and from the journal."""
        journal = synced(restores.events_of(lost.after), tmp_path)
        put(bench, NOBODY, keys.STATE, (keys.complaint(lost.known), keys.STATE))
        held = restores.dump(bench.client, bench.name)
        assert lost.rebuild(bench, journal) == 1
        assert f"REFUSED: Complaint {NOBODY}, event 1: is missing" in capsys.readouterr().out
        assert restores.dump(bench.client, bench.name) == held


IMPOSSIBLE: list[events.Event] = [
    CLAIM,  # of a letter that nobody owed
    events.ClockPaused(reason="x", clocks=("sandbox:final",), notice="pause", ends_at="some day"),
    events.ReferredToAdr(pack="sandbox", body="adr", complete_file_at="9999-12-31T23:59:59.999Z"),
]


class TestWhatCannotHaveHappened:
    @pytest.mark.parametrize("event", IMPOSSIBLE, ids=lambda one: type(one).__name__)
    def test_a_rebuild_names_complaint_and_event_leaves_it_and_does_the_others(
        self,
        bench: Workbench,
        lost: Lost,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        event: events.Event,
    ) -> None:
        records = strange(lost, lost.known, event)
        journal = synced(records, tmp_path)
        assert lost.rebuild(bench, journal) == 1
        seq, kind = str(records[-1].seq), type(event).__name__
        problem = "tells what cannot have happened"
        assert rows(journal, rebuild.IMPOSSIBLE) == [[lost.known, seq, kind, problem]]
        told = capsys.readouterr().out
        assert "1 complaints PASSED OVER" in told
        assert f"{lost.known} {seq} {kind} {problem}" in told
        found = restores.dump(bench.client, bench.name)
        assert of(lost.known, found) == of(lost.known, lost.before)
        rebuilt, whole = (restores.registered(one, "player") for one in (found, lost.after))
        for number in (lost.closed, lost.later):
            assert of(number, rebuilt) == of(number, whole)

    def test_what_follows_the_impossible_event_is_not_named_for_it(
        self, bench: Workbench, lost: Lost, tmp_path: Path
    ) -> None:
        records = strange(lost, lost.known)
        last = records[-1]
        note = audit.write(*(lost.known, last.seq + 1, last.at, SYSTEM, CLAIM, last.hash, None))
        journal = synced([*records, note], tmp_path)
        assert lost.rebuild(bench, journal) == 1
        [row] = rows(journal, rebuild.IMPOSSIBLE)
        assert row[:3] == [lost.known, str(last.seq), "LetterClaimed"]

    @pytest.mark.parametrize("fix", [False, True])
    def test_a_check_names_complaint_and_event_and_compares_the_others(
        self, table: Table, lost: Lost, capsys: pytest.CaptureFixture[str], *, fix: bool
    ) -> None:
        whole = Workbench(table.client, table.name)
        record = strange(lost, lost.known)[-1]
        item = {**restores.dump(table.client)[keys.complaint(lost.known), keys.event(1)]}
        item |= {"sk": {"S": keys.event(record.seq)}, "text": {"S": record.text}}
        table.client.put_item(TableName=table.name, Item=item)
        tip = {"head": {"S": record.hash}, "version": {"N": str(record.seq)}}
        restores.alter(whole, lost.known, keys.STATE, restores.setting(**tip))
        restores.alter(whole, lost.later, keys.STATE, restores.setting(team={"S": "nobody"}))
        question = check.Question(journal=None, lost=None, fix=fix)
        assert check.print_check(whole, REGION, question, lost.office.clock) == 1
        told = capsys.readouterr().out
        said = f"{lost.known} BROKEN: Complaint {lost.known}, event {record.seq}: tells what cannot have"
        assert said in told
        assert (f"{lost.later} STATE team: is nobody" in told) is not fix
        assert f"3 complaints compared, {1 if fix else 2} with differences" in told
        assert (f"{lost.known} is not counted" in told) is False

    def test_an_event_that_names_a_pack_nobody_has_is_named_with_the_reason(
        self, bench: Workbench, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        adopted = events.PackVersionAdopted(pack="sandbox", pack_version="1999.1")
        journal = synced(strange(lost, lost.known, adopted), tmp_path)
        assert lost.rebuild(bench, journal) == 1
        told = capsys.readouterr().out
        assert "PackVersionAdopted needs rules that cannot be used: Rule pack sandbox: there is no" in told


def of(number: str, items: Any) -> Any:
    """The items of a complaint."""
    return {key: item for key, item in items.items() if key[0] == keys.complaint(number)}
