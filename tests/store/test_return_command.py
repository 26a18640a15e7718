"""`redress return`: what a licence owes its authority about a period, as documents from a table."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.ops import cli
from redress.domain import commands as c
from redress.returns import document
from redress.store.table import Table
from tests.support.complaints import PERSONAL, PLAYER, SYSTEM, personal
from tests.support.desks import DAY, Clock, Office, british
from tests.support.proofs import NOON
from tests.support.races import calls_of
from tests.support.redress_command import Ask, asking

SUMMER = "2026-08-01T00:00Z"


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, about the table, the local region and a folder."""
    return asking("return", table, capsys, tmp_path)


def kept(tmp_path: Path, name: str = "gb-ukgc-1-2026-Q1") -> document.Document:
    """The document that was written."""
    return document.read((tmp_path / f"{name}.json").read_bytes())


def test_a_return_has_its_documents_and_its_figures(ask: Ask, office: Office, tmp_path: Path) -> None:
    number = british(office)
    status, told, _ = ask("--period", "2026-Q1")
    assert status == 0
    assert "formal_complaints: 1" in told
    assert "complaints looked at 1, digest " in told
    names = {f"gb-ukgc-1-2026-Q1.{kind}" for kind in ("json", "csv", "html")}
    assert {one.name for one in tmp_path.iterdir()} == names
    assert [one[0] for one in kept(tmp_path)["inputs"]] == [number]
    assert not any(PERSONAL.encode() in one.read_bytes() for one in tmp_path.iterdir())


def test_made_again_as_of_the_same_instant_it_is_the_same_to_the_byte(
    ask: Ask, office: Office, tmp_path: Path
) -> None:
    """Whatever happened since: another complaint, an answer, a closing, an erasure."""
    number = british(office)
    ask("--period", "2026-Q1", "--as-of", SUMMER)
    bodies = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    office.clock.at = NOON + 200 * DAY
    office.do(number, c.Withdraw(), PLAYER)
    office.do(number, c.OrderErasure(because="request"), SYSTEM)
    british(office)
    ask("--period", "2026-Q1", "--as-of", SUMMER)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == bodies


def test_what_came_later_is_shown_as_a_correction(ask: Ask, office: Office, tmp_path: Path) -> None:
    number = british(office)
    ask("--period", "2026-Q1", "--as-of", SUMMER)
    earlier = tmp_path / "earlier.json"
    (tmp_path / "gb-ukgc-1-2026-Q1.json").rename(earlier)
    office.clock.at = NOON + 200 * DAY
    office.do(number, c.Withdraw(content=personal("no more")), PLAYER)
    status, told, _ = ask("--period", "2026-Q1", "--correcting", str(earlier))
    assert status == 0
    assert f"CORRECTED formal_complaints.withdrawn: 0 before, 1 now, by {number}" in told
    [one] = kept(tmp_path)["corrects"]["figures"]
    assert "Withdrawn" in [kind for _, kind, _ in one["complaints"][0]["events"]]


def test_a_draft_is_named_as_one(ask: Ask, office: Office, tmp_path: Path) -> None:
    british(office)
    status, told, _ = ask("--period", "2026-Q1", "--as-of", "2026-03-09T00:00Z", "--draft")
    assert status == 0
    assert "DRAFT" in told
    assert kept(tmp_path, "gb-ukgc-1-2026-Q1-draft")["draft"]


def test_no_complaint_is_a_return_too(ask: Ask, office: Office, tmp_path: Path) -> None:
    assert office.clock.at == NOON
    status, told, _ = ask("--period", "2026-Q1", "--report", "2")
    assert status == 0
    assert "records_of_complaints: 0" in told
    assert kept(tmp_path, "gb-ukgc-2-2026-Q1")["nil"]


def test_nothing_is_scanned_and_no_content_is_asked_for(
    ask: Ask, office: Office, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    british(office)
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)
    with calls_of(table.client) as sent:
        ask("--period", "2026-Q1")
    assert set(sent) == {"Query"}


def test_what_a_pack_owes_is_listed_without_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    for pack, said in [
        (
            "mt",
            ("1. MGA, Licensee Portal: disputes, conclusions", "monthly; due: no time is known (not_found)"),
        ),
        ("ca-on-igo", ("quarterly; due: within 30 calendar days of the end of the period",)),
        ("gb-ukgc", ("1. Gambling Commission", "2. Gambling Commission", "3. Gambling Commission")),
        ("es-dgoj", ("nothing is owed",)),
    ]:
        assert cli.main(["return", "--pack", pack]) == 0
        told = capsys.readouterr().out
        assert all(words in told for words in said)


def test_a_question_that_cannot_be_answered_is_refused_in_one_line(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no return")
    wrong = str(tmp_path / "file")
    for arguments, pack, said in [
        (("--period", "2026-Q9"), "gb-ukgc", "write a month as 2026-03"),
        (("--period", "2026-03-09"), "gb-ukgc", "write 2026-03 or 2026-Q1"),
        (("--period", "2026-Q1", "--as-of", "2026-03-09T00:00Z"), "gb-ukgc", "is not over"),
        (("--period", "2026-Q1", "--as-of", "9000-01-01T00:00Z"), "gb-ukgc", "a quarter of an hour ago"),
        (("--period", "9000-Q1", "--draft"), "gb-ukgc", "has not begun"),
        (("--period", "2026-Q1", "--report", "7"), "gb-ukgc", "has no report 7"),
        (("--period", "2026-Q1"), "sandbox", "names no report"),
        (("--period", "2026-03"), "mt", "the region file has no such licence, but gb-ukgc, sandbox"),
        (("--period", "2026-Q1", "--correcting", wrong), "gb-ukgc", "no return that Redress wrote"),
        (("--period", "2026-Q1", "--correcting", f"{wrong}2"), "gb-ukgc", "cannot be read"),
        (("--period", "2026-Q1", "--out", wrong), "gb-ukgc", "cannot be written"),
        (("--draft",), "gb-ukgc", "give --period, too"),
    ]:
        status, told, refusal = ask(*arguments, pack=pack)
        assert (status, told) == (2, ""), arguments
        assert said in refusal
        assert refusal.startswith("redress: ")
        assert refusal.count("\n") == 1


def test_a_return_needs_a_region_and_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["return", "--pack", "gb-ukgc", "--period", "2026-Q1"]) == 2
    assert "a return needs --region-file and --out" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException"])
def test_a_table_that_refuses_leaves_no_document(
    ask: Ask, office: Office, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    british(office)
    client = table.client
    monkeypatch.setattr("infra.ops.stored.client", lambda _: client)

    def refuse(**_arguments: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Query")

    client.meta.events.register("before-call.dynamodb.Query", refuse)
    status, told, refusal = ask("--period", "2026-Q1")
    assert (status, told) == (2, "")
    assert "AWS refuses, or cannot be reached" in refusal
    assert list(tmp_path.iterdir()) == []
