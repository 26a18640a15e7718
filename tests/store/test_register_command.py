"""`redress register`: the register of a licence as CSV or JSON Lines, exact at both ends."""

import csv
import io
import json
from copy import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from redress.domain import commands as c
from redress.store.table import Table
from redress.usecases import register
from tests.support.complaints import PERSONAL, SYSTEM, TRIAGE, personal, submit
from tests.support.desks import Clock, Office
from tests.support.proofs import NOON
from tests.support.redress_command import Answer, Ask, asking

MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, about the table, the local region and a file of a folder."""
    command = asking("register", table, capsys, tmp_path)

    def run(since: str, until: str, *more: str, out: str = "r.jsonl", pack: str = "gb-ukgc") -> Answer:
        return command("--from", since, "--to", until, *more, out=out, pack=pack)

    return run


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]


def received(office: Office, at: datetime, key: str, **more: Any) -> str:
    office.clock.at = at
    return office.receive(replace(submit("gb-ukgc"), **more), key=key)


def test_it_is_exact_at_both_ends_in_the_zone_of_the_pack(ask: Ask, office: Office, tmp_path: Path) -> None:
    """April begins in London at eleven in the evening, UTC."""
    start, end = datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2026, 4, 30, 23, tzinfo=UTC)
    instants = [start - MILLISECOND, start, end - MILLISECOND, end]
    numbers = [received(office, at, f"key-{place}") for place, at in enumerate(instants)]
    assert ask("2026-04-01", "2026-05-01")[0] == 0
    assert [one["number"] for one in lines(tmp_path)] == numbers[1:3]
    ask("2026-03-31T22:59:59.999Z", "2026-04-30T22:59:59.999Z")
    assert [one["number"] for one in lines(tmp_path)] == numbers[:2]


def test_spam_and_duplicates_are_marked_and_practice_is_not_there(
    ask: Ask, office: Office, tmp_path: Path
) -> None:
    first, second = (received(office, NOON, f"key-{place}") for place in (1, 2))
    spam = received(office, NOON, "key-3", suspicions=("too_fast",))
    received(office, NOON, "key-4", training=True)
    office.do(first, c.LinkAsDuplicate(primary=second, content=personal("the same")))
    office.do(spam, c.RejectAsSpam(content=personal("spam")))
    status, told, _ = ask("2026-03-02", "2026-03-03")
    assert (status, "3 complaints received" in told) == (0, True)
    found = {one["number"]: one for one in lines(tmp_path)}
    assert set(found) == {first, second, spam}
    assert (found[first]["duplicate_of"], found[spam]["spam"], found[second]["spam"]) == (second, True, False)


def test_every_row_has_every_column_and_nothing_personal(ask: Ask, office: Office, tmp_path: Path) -> None:
    number = received(office, NOON, "key-1", category="=HYPERLINK(1)")
    office.do(number, TRIAGE, SYSTEM)
    ask("2026-03-02", "2026-03-03")
    ask("2026-03-02", "2026-03-03", "--bom", out="r.csv")
    [line] = lines(tmp_path)
    assert tuple(line) == register.COLUMNS
    body = (tmp_path / "r.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbfnumber,received_at,")
    [row] = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert tuple(row) == register.COLUMNS
    assert (row["type"], row["amount_minor"]) == ("'=HYPERLINK(1)", "2550")
    assert not any(PERSONAL.encode() in one.read_bytes() for one in tmp_path.iterdir())


def test_an_amount_is_there_as_people_write_it(ask: Ask, office: Office, tmp_path: Path) -> None:
    """Beside the minor units, which have no, two or three decimals by their currency."""
    for place, currency in enumerate(("GBP", "JPY", "KWD")):
        received(office, NOON + place * timedelta(hours=1), f"key-{place}", currency=currency)
    received(office, NOON + timedelta(hours=3), "key-3", amount_minor=None, currency=None)
    ask("2026-03-02", "2026-03-03")
    told = [(one["amount_minor"], one["currency"], one["amount"]) for one in lines(tmp_path)]
    assert told == [
        (2550, "GBP", "25.50"),
        (2550, "JPY", "2550"),
        (2550, "KWD", "2.550"),
        (None, None, None),
    ]


def test_no_column_moves_is_renamed_or_goes() -> None:
    """What reads the file by the place of a column goes on reading it; a new one comes last."""
    known = (
        "number,received_at,submitted_on,acknowledged_on,acknowledged_at,type,nature,brand,channel,language,"
        "amount_minor,currency,stage,outcome,answered_on,answered_at,closed_at,outside_body,adr_outcome,"
        "duplicate_of,spam,reopened,pack_version,last_event,cause,amount"
    )
    assert ",".join(register.COLUMNS).startswith(known)


def test_many_pages_and_months_are_one_list_the_earliest_first(
    ask: Ask, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.ops.register.PAGE", 2)
    at = [NOON + timedelta(days=days) for days in (0, 1, 2, 20, 35, 36, 70)]
    numbers = [received(office, one, f"key-{place}") for place, one in enumerate(at)]
    ask("2026-03-01", "2026-06-01")
    assert [one["number"] for one in lines(tmp_path)] == numbers


def test_an_empty_register_is_a_file_with_its_header(ask: Ask, tmp_path: Path) -> None:
    assert ask("2026-03-01", "2026-04-01", out="r.csv")[0] == 0
    assert (tmp_path / "r.csv").read_text() == ",".join(register.COLUMNS) + "\n"


def test_a_file_stays_as_it_was_until_the_new_one_is_whole(
    ask: Ask, office: Office, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(office, NOON, "key-1")
    (tmp_path / "r.jsonl").write_text("earlier")
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)

    def refuse(params: dict[str, object], **_more: object) -> None:
        if "IndexName" not in str(params["body"]):
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "no"}}, "Query")

    table.client.meta.events.register("before-call.dynamodb.Query", refuse)
    status, told, refusal = ask("2026-03-01", "2026-04-01")
    assert (status, told) == (2, "")
    assert "AWS refuses" in refusal
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("r.jsonl", "earlier")]


def test_a_question_that_cannot_be_answered_is_refused_in_one_line(ask: Ask) -> None:
    march = ("2026-03-01", "2026-04-01")
    for asked, more, said in [
        (("2026-04-01", "2026-03-01"), {}, "give what comes after --from"),
        (("2026-04-01", "2026-04-01"), {}, "give what comes after --from"),
        (("2026-04-31", "2026-05-01"), {}, "'2026-04-31' is no day"),
        (("2026-04-01T00:00", "2026-05-01"), {}, "names no zone"),
        (march, {"out": "r.xlsx"}, "end the name of the file with .csv or .jsonl"),
        (march, {"out": "missing/r.csv"}, "cannot be written"),
        (march, {"pack": "mt"}, "the region file has no such licence"),
        ((*march, "--bom"), {}, "JSON has none"),
    ]:
        status, told, refusal = ask(*asked, **more)
        assert (status, told) == (2, ""), asked
        assert said in refusal
        assert refusal.count("\n") == 1
