"""A rebuild that is interrupted or overtaken, and what a restore brought back of a forgotten person."""

import csv
from collections.abc import Callable
from copy import replace
from pathlib import Path
from typing import Any

import pytest

from infra.ops import rebuild as command
from infra.ops.asked import UsageError
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.store import keys, rebuild
from redress.store.rebuild import TableChanged, Workbench
from redress.store.table import Table
from redress.usecases.rebuild import derive
from tests.support import restores
from tests.support.complaints import PLAYER, REGION, SYSTEM, personal, submit
from tests.support.desks import Office
from tests.support.lost_tables import Lost, lose
from tests.support.mail_commands import mail


@pytest.fixture
def lost(office: Office, table: Table) -> Lost:
    """What a table held at a point in time, and what it held when it was lost."""
    return lose(office, table)


@pytest.fixture
def journal(lost: Lost, tmp_path: Path) -> Path:
    """A copy of the journal, which has everything."""
    return restores.sync(restores.events_of(lost.after), tmp_path / "journal")


class PowerCut(Exception):
    """The command ends here."""


class CutOff:
    """A DynamoDB client that ends with one of its writes: before it, or before its answer is heard."""

    def __init__(self, client: Any, at: int, *, heard: bool) -> None:
        self._client, self._left, self._heard = client, at, heard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **writes: Any) -> object:
        """Write, unless it ends here."""
        self._left -= 1
        if self._left < 0 and self._heard:
            raise PowerCut
        answer = self._client.transact_write_items(**writes)
        if self._left < 0:
            raise PowerCut
        return answer


@pytest.mark.parametrize("heard", [True, False])
def test_it_may_end_between_any_two_writes_and_is_finished_by_running_it_again(
    lost: Lost, journal: Path, monkeypatch: pytest.MonkeyPatch, *, heard: bool
) -> None:
    monkeypatch.setattr(rebuild, "MOST_WRITES", 1)
    bench = lost.restored()
    assert lost.rebuild(bench, journal) == 0
    done = restores.registered(restores.dump(bench.client, bench.name))
    contents = restores.contents(restores.dump(bench.client, bench.name))
    cuts = 0
    while True:
        bench = lost.restored()
        cut = Workbench(CutOff(bench.client, cuts, heard=heard), bench.name)  # type: ignore[arg-type]
        try:
            lost.rebuild(cut, journal)
        except PowerCut:
            cuts += 1
        else:
            break
        assert lost.rebuild(bench, journal) == 0
        found = restores.dump(bench.client, bench.name)
        assert restores.registered(found) == done
        assert restores.contents(found) == contents
        generations = {
            item["number"]["S"]: item["generation"]["N"] for item in restores.states(found).values()
        }
        assert generations == {lost.known: "1001", lost.later: "1001", lost.closed: "1"}
    missing = len(restores.events_of(lost.after)) - len(restores.events_of(lost.before))
    assert cuts > missing


def test_who_writes_to_the_table_meanwhile_ends_it_and_nothing_is_overwritten(
    lost: Lost, journal: Path
) -> None:
    bench = lost.restored()
    items = bench.items

    def overtaken(number: str) -> rebuild.Items:
        found = items(number)
        if number == lost.known:
            restores.alter(bench, number, keys.STATE, lambda item: item.update(generation={"N": "7"}))
        return found

    records = restores.events_of(lost.after)
    mine = [one for one in records if one.number == lost.known]
    derived = derive(REGION, mine, lost.office.clock())
    with pytest.raises(TableChanged, match="switch off what writes"):
        bench.carry_out(lost.known, bench.rebuild(overtaken(lost.known), derived, bench.mark()))
    found = restores.dump(bench.client, bench.name)
    assert restores.events_of(found) == restores.events_of(lost.before)
    assert found[keys.complaint(lost.known), keys.STATE]["generation"] == {"N": "7"}
    assert journal.is_dir()


def test_a_refusal_of_another_kind_is_not_taken_for_a_change(lost: Lost) -> None:
    bench = lost.restored()
    nothing = {"Delete": {"TableName": "nowhere", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}}
    with pytest.raises(bench.client.exceptions.TransactionCanceledException):
        bench.carry_out(lost.known, [nothing])  # type: ignore[list-item]


@pytest.fixture
def forgotten(office: Office, table: Table) -> str:
    """A closed complaint with a file and a mail, whose erasure was ordered and done."""
    number = office.receive(replace(submit(), consultation="Q-1"))
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(
        number,
        c.AddEvidence(
            evidence="file-1", media_type="image/png", size=1, content={"sha256": "0"}, scanned=False
        ),
        PLAYER,
    )
    office.do(number, mail("reply", mail_id="mail-1"), PLAYER)
    office.do(number, c.Withdraw(content=personal("withdrawal")), PLAYER)
    put = table.client.put_item
    for seq, item in ((1, {"text": {"S": "A question."}}), (2, {})):
        key = {"pk": {"S": keys.consultation("Q-1")}, "sk": {"S": keys.message(seq)}}
        put(TableName=table.name, Item={**key, "facts": {"S": "{}"}, **item})
    return number


@pytest.mark.parametrize("done", [True, False])
def test_whatever_a_restore_brought_back_of_a_forgotten_person_goes_or_is_listed(
    office: Office, table: Table, forgotten: str, tmp_path: Path, *, done: bool
) -> None:
    before = restores.dump(table.client)
    office.do(forgotten, c.OrderErasure(because="request"), SYSTEM)
    if done:
        office.do(forgotten, c.RecordErased(contents=4, files=1, mails=1), SYSTEM)
    after = restores.dump(table.client)
    journal = restores.sync(restores.events_of(after), tmp_path / "journal")
    bench = restores.restore(table.client, before)
    report = tmp_path / "report"
    assert command.print_rebuild(bench, REGION, journal, report, office.clock, dry_run=False) == 0
    found = restores.dump(bench.client, bench.name)
    assert not restores.contents(found)
    consultation = [item for (pk, _), item in found.items() if pk == keys.consultation("Q-1")]
    assert len(consultation) == 2
    assert not any("text" in item for item in consultation)
    with (report / command.FILES).open(encoding="utf-8", newline="") as file:
        assert [(row["bucket"], row["key"]) for row in csv.DictReader(file)] == [
            ("evidence", f"kept/{forgotten}/file-1"),
            ("evidence", f"incoming/{forgotten}/file-1"),
            ("mail", "received/mail-1"),
        ]


@pytest.mark.parametrize("write", [Path.write_text, Path.mkdir])
def test_a_report_that_cannot_be_written_stops_it_before_the_table_is(
    lost: Lost, journal: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., object]
) -> None:
    def be_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    bench = lost.restored()
    monkeypatch.setattr(Path, write.__name__, be_full)
    with pytest.raises(UsageError, match="No space left"):
        lost.rebuild(bench, journal)
    assert restores.dump(bench.client, bench.name) == lost.before
