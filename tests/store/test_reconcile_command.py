"""`redress reconcile`: the documents of a day from a table, as the function would write them."""

from datetime import timedelta
from pathlib import Path

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.proofs import document
from redress.store import keys
from redress.store.table import Table
from tests.support.complaints import submit
from tests.support.desks import DAY, Clock, Office, british
from tests.support.proofs import NOON
from tests.support.races import calls_of
from tests.support.redress_command import Ask, asking


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, about the table, the local region and a folder."""
    return asking("reconcile", table, capsys, tmp_path)


def test_each_day_has_its_documents_and_its_counts(ask: Ask, office: Office, tmp_path: Path) -> None:
    number = british(office)
    status, told, _ = ask("--day", "2026-03-02", "--until", "2026-03-03")
    assert status == 0
    assert "gb-ukgc 2026-03-03: 1 duties of law or licence, 1 in time, 0 targets, 0 in time" in told
    assert "complaints received 1, closed 0, open 1; gaps 0" in told
    days, kinds = ("2026-03-02", "2026-03-03"), ("json", "csv", "html")
    assert {one.name for one in tmp_path.iterdir()} == {f"{day}.{kind}" for day in days for kind in kinds}
    proof = document.read((tmp_path / "2026-03-02.json").read_bytes())
    assert [one["number"] for one in proof["received"]] == [number]


def test_a_gap_is_told_and_is_the_status(ask: Ask, office: Office) -> None:
    number = office.receive(submit("gb-ukgc"))
    status, told, _ = ask("--day", "2026-03-03")
    assert status == 1
    assert f"GAP {number} missed ack due: Not met" in told
    assert f"GAP {number} unsent acknowledgement-1: Not sent" in told


def test_what_was_missed_before_is_told_on_the_day_on_which_it_was_met(ask: Ask, office: Office) -> None:
    number = office.receive(submit("gb-ukgc"))
    office.clock.move(3 * 86_400)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    _, told, _ = ask("--day", "2026-03-05")
    assert (
        f"MET {number} ack due: missed 2026-03-03T12:00:00.000Z, met 2026-03-05T12:00:00.000Z, event 4"
        in told
    )


def test_a_chain_that_does_not_hold_is_told_with_the_event_to_look_at(
    ask: Ask, office: Office, table: Table
) -> None:
    number = british(office)
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
    table.client.put_item(TableName=table.name, Item={**key, "text": {"S": "{}"}})
    status, told, _ = ask("--day", "2026-03-02")
    assert status == 1
    assert f"GAP {number} chain event 2: The chain of events does not hold: EVENT#000002 is no event" in told


def test_what_was_closed_long_ago_and_touched_on_the_day_is_found(
    ask: Ask, office: Office, tmp_path: Path
) -> None:
    office.clock.at = NOON - 400 * DAY
    number = british(office)
    office.clock.at = NOON
    ask("--day", "2026-03-02")
    assert number in document.read((tmp_path / "2026-03-02.json").read_bytes())["open"]


def test_a_complaint_closed_on_a_day_that_is_long_over_is_found(
    ask: Ask, office: Office, table: Table, tmp_path: Path
) -> None:
    """The registers that are read are those before the day, and not those before whoever asks."""
    office.clock.at = NOON - 600 * DAY
    number = british(office)
    office.clock.at = NOON
    office.do(number, c.Withdraw(), "player")
    case = table.load(number)
    assert table.rest(number, case.complaint.version, case.generation)
    ask("--day", "2026-03-02")
    proof = document.read((tmp_path / "2026-03-02.json").read_bytes())
    assert [one["number"] for one in proof["closed"]] == [number]


def test_nothing_is_scanned_and_no_content_is_asked_for(
    ask: Ask, office: Office, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    british(office)
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)
    with calls_of(table.client) as sent:
        ask("--day", "2026-03-02")
    assert set(sent) == {"Query"}


def test_a_question_that_cannot_be_answered_is_refused_in_one_line(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tomorrow = f"{NOON + timedelta(days=30_000):%Y-%m-%d}"
    for arguments, pack, said in [
        (("--day", "lately"), "gb-ukgc", "'lately' is no day: write it as 2026-03-02"),
        (("--day", "2026-03-02", "--until", "2026-03-01"), "gb-ukgc", "give a day from --day on"),
        (("--day", "2024-03-02", "--until", "2026-03-01"), "gb-ukgc", "at most 366 days"),
        (("--day", tomorrow), "gb-ukgc", "an hour after its end"),
        (("--day", "9999-12-31"), "gb-ukgc", "outside the years 1 to 9999"),
        (("--day", "0001-01-01"), "gb-ukgc", "outside the years 1 to 9999"),
        (("--day", "2026-03-02"), "mt", "the region file has no such licence, but gb-ukgc, sandbox"),
        (("--day", "2026-03-02", "--out", str(tmp_path / "file")), "gb-ukgc", "cannot be written"),
    ]:
        status, told, refusal = ask(*arguments, pack=pack)
        assert (status, told) == (2, ""), arguments
        assert said in refusal
        assert refusal.startswith("redress: ")
        assert refusal.count("\n") == 1
