"""`redress themes`: what texts of a period have in common, from a table, and nothing about a person."""

import json
import logging
from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.ops import cli, shown
from redress.domain import commands as c
from redress.domain.personal_data import REQUEST
from redress.store import keys
from redress.store.table import Table
from tests.support.complaints import SYSTEM, personal, submit
from tests.support.desks import Clock, Office
from tests.support.proofs import NOON

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"
LETTER = (
    "I object to the change of the loyalty programme. Points worth {} EUR were taken from me on Monday."
    " Restore them within fourteen days or I shall take legal steps."
)
SECRET = "Plimsonia"

type Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The command, asked on 15 April 2026, about the table and the local region."""
    monkeypatch.setattr(shown, "now", lambda: datetime(2026, 4, 15, 12, tzinfo=UTC))
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)

    def run(period: str, *more: str, pack: str = "gb-ukgc") -> tuple[int, str, str]:
        where = ["--table", table.name, "--region-file", str(REGION_FILE)]
        status = cli.main(["themes", *where, "--pack", pack, "--period", period, *more])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def written(office: Office, text: str, key: int, **more: Any) -> str:
    """A British complaint of a player of its own with this text."""
    content = {
        "name": f"Player {SECRET}" if key == 0 else "Player Example",
        "email": f"player{key}@example.com",
        "account": f"account-{key}",
        "description": text,
        "transaction_references": [f"TX{key}"],
        "remedy": None,
    }
    command = replace(submit("gb-ukgc", content=content), **more)
    return office.receive(command, key=f"key-{key}", player=f"player-{key}")


def campaign(office: Office, count: int = 6, first: int = 0) -> list[str]:
    text = f"{LETTER} {SECRET} told me so."
    return [written(office, text.format(place * 10), place) for place in range(first, first + count)]


def groups(told: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told)["groups"]
    return found


def test_the_table_says_what_many_wrote_whose_and_since_when(ask: Ask, office: Office) -> None:
    numbers = campaign(office)
    status, told, _ = ask("2026-03")
    assert status == 0
    first, line = told.splitlines()
    assert first == "6 texts compared, 0 of the time before; 0 texts no longer held"
    assert line.startswith("near duplicates  en  6 of 6 players  bonuses  2026-03-02  ")
    assert "loyalty 100 % (0 %)" in line
    assert line.endswith(f"{', '.join(sorted(numbers)[:3])} and 3 more")


def test_json_has_every_number_and_nothing_of_a_person(
    ask: Ask, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """What is known of one player is shown of none, though all of them wrote it."""
    caplog.set_level(logging.INFO)
    numbers = campaign(office)
    _, told, errors = ask("2026-03", "--json")
    [group] = groups(told)
    assert sorted(group["numbers"]) == sorted(numbers)
    assert (group["kind"], group["players"], group["since"]) == ("near_duplicates", 6, "2026-03-02")
    for said in (told, errors, caplog.text):
        assert not {one for one in (SECRET, "example", "account", "player-") if one.lower() in said.lower()}


def test_what_is_written_now_and_was_not_before_is_a_theme(ask: Ask, office: Office) -> None:
    days = ("Monday", "Tuesday", "Friday", "Sunday", "Saturday", "Thursday", "Easter", "noon", "dawn", "dusk")
    office.clock.at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    for place in range(30):
        written(office, f"Nobody answers my letter of {place}.", place)
    office.clock.at = NOON
    for place, day in enumerate(days, start=30):
        written(office, f"{day}: roulette froze.", place)
        written(office, f"No answer to letter {place} either.", place + 50)
    [theme] = groups(ask("2026-03", "--json")[1])
    assert (theme["kind"], theme["complaints"], theme["share_before"]) == ("theme", 10, 0)
    assert {one["word"] for one in theme["words"]} == {"roulette", "froze"}


def test_texts_that_are_erased_or_about_to_be_are_counted_as_gone(
    ask: Ask, office: Office, table: Table
) -> None:
    ordered, erased, *_ = campaign(office)
    for command, actor in (
        (c.Withdraw(content=personal("why")), SYSTEM),
        (c.OrderErasure(because=REQUEST), SYSTEM),
    ):
        office.do(ordered, command, actor)
    table.client.delete_item(
        TableName=table.name, Key={"pk": {"S": keys.complaint(erased)}, "sk": {"S": keys.content(1)}}
    )
    found = json.loads(ask("2026-03", "--json")[1])
    assert (found["texts"], found["texts_no_longer_held"]) == (4, 2)
    [group] = found["groups"]
    assert not {ordered, erased} & set(group["numbers"])


def test_spam_practice_and_what_goes_on_elsewhere_are_left_out(ask: Ask, office: Office) -> None:
    spam, linked, primary, *_ = campaign(office, 5)
    written(office, LETTER, 90, training=True)
    suspected = written(office, LETTER, 91, suspicions=("too_fast",))
    office.do(linked, c.LinkAsDuplicate(primary=primary, content=personal("the same")))
    office.do(suspected, c.RejectAsSpam(content=personal("spam")))
    [group] = groups(ask("2026-03", "--json")[1])
    assert not {linked, suspected} & set(group["numbers"])
    assert group["complaints"] == 4
    assert spam in group["numbers"]


def test_a_period_is_of_local_days_and_a_brand_of_its_own(ask: Ask, office: Office) -> None:
    """April begins in London at eleven in the evening, UTC."""
    office.clock.at = datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC)
    campaign(office, 3)
    office.clock.at += timedelta(seconds=1)
    campaign(office, 4, first=3)
    assert [one["complaints"] for one in groups(ask("2026-03", "--json")[1])] == [3]
    assert [(one["complaints"], one["since"]) for one in groups(ask("2026-04", "--json")[1])] == [
        (4, "2026-04-01")
    ]
    assert [one["complaints"] for one in groups(ask("2026-04", "--json", "--brand", "northlight")[1])] == [4]


def test_a_period_without_texts_says_so(ask: Ask) -> None:
    status, told, _ = ask("2026-01")
    assert (status, told.splitlines()) == (
        0,
        [
            "0 texts compared, 0 of the time before; 0 texts no longer held",
            "Nothing that many have in common.",
        ],
    )


def test_a_complaint_that_the_list_has_and_the_table_not_is_left_out(
    ask: Ask, office: Office, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign(office, 4)
    first = table.list_register("gb-ukgc#2026-03", 1, None).items[0]
    listed = table.list_register("gb-ukgc#2026-03", 10, None)
    lagging = replace(listed, items=(*listed.items, replace(first, number="R7K3-9QXM-3")))
    monkeypatch.setattr(Table, "list_register", lambda *_: lagging)
    status, told, _ = ask("2026-03")
    assert status == 0
    assert told.startswith("4 texts compared, 0 of the time before; 0 texts no longer held")


@pytest.mark.parametrize("index", [True, False])
def test_without_an_answer_of_aws_nothing_is_told(
    ask: Ask,
    office: Office,
    table: Table,
    index: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """Neither of the list of complaints nor of a complaint."""
    campaign(office, 3)

    def refuse(params: dict[str, object], **_more: object) -> None:
        if ("IndexName" in str(params["body"])) is index:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "no"}}, "Query")

    table.client.meta.events.register("before-call.dynamodb.Query", refuse)
    status, told, refusal = ask("2026-03")
    assert (status, told) == (2, "")
    assert "AWS refuses" in refusal
    assert refusal.count("\n") == 1


@pytest.mark.parametrize(
    ("period", "more", "said"),
    [
        ("lately", (), "is no period"),
        ("2026-05", (), "give one that has begun"),
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


def test_a_pack_without_a_licence_is_refused(ask: Ask) -> None:
    assert "no such licence" in ask("2026-03", pack="mt")[2]
