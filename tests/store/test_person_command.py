"""`redress person` and `redress hold`: what they write, order, keep, and refuse."""

import json
import stat
from copy import replace
from pathlib import Path

import boto3
import pytest

from infra.ops import cli, person_page
from infra.ops.person import FILES, JSON, PAGE
from redress.adapters import wiring
from redress.adapters.s3 import KEPT, key
from redress.domain import commands as c
from redress.domain import player
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.correspondence import LetterKind
from redress.domain.evidence import Verdict
from redress.store import keys
from redress.store.table import Table
from tests.support.complaints import submit
from tests.support.desks import Office
from tests.support.evidence import PDF, added
from tests.support.redress_command import Answer, Ask, refused

REGION_FILE = str(Path(cli.__file__).parent.parent / "regions" / "local.toml")
SECRET = "0" * 64
HOSTILE = '<script>alert(1)</script> \u202eturned\u2066 \x07bell & "more"'
TOLD = {
    "name": "Player Example",
    "email": "player@example.com",
    "account": None,
    "description": HOSTILE,
    "transaction_references": ["<b>T-1</b>"],
    "remedy": None,
}


@pytest.fixture
def deployment(table: Table) -> list[str]:
    """The arguments that name it."""
    wiring.live_versions.cache_clear()
    arn = boto3.client("secretsmanager").create_secret(Name="player", SecretString=SECRET)["ARN"]
    return ["--table", table.name, "--region-file", REGION_FILE, "--player-index-secret-arn", arn]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, run in this process."""

    def run(*arguments: str) -> Answer:
        status = cli.main(arguments)
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return run


@pytest.fixture
def number(office: Office) -> str:
    """A complaint of the player, with a letter and a file."""
    number = receive(office)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, added("e1"), PLAYER)
    office.do(number, c.RecordScan(evidence="e1", verdict=Verdict.CLEAN), SYSTEM)
    return number


def receive(office: Office, mail_key: str = "one") -> str:
    who = player.index_key(SECRET.encode(), "northlight", None, "player@example.com")
    return office.receive(submit("gb-ukgc", content=TOLD), key=mail_key, player=who)


BY = ("--by", "privacy-1")
WHO = ("--brand", "northlight", "--email", "PLAYER@example.com")


def test_a_player_gets_a_folder_with_everything(
    ask: Ask, number: str, deployment: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "export"
    answer = ask("person", "export", *deployment, *WHO, "--out", str(out))
    assert answer.status == 0, answer.err
    assert "1 complaints" in answer.out
    assert "player@example.com" not in answer.out
    document = json.loads((out / JSON).read_text(encoding="utf-8"))
    [one] = document["complaints"]
    assert (one["number"], one["events"][0]["content"]["description"]) == (number, HOSTILE)
    assert number in one["letters"][0]["subject"]
    page = (out / PAGE).read_text(encoding="utf-8")
    for words in (number, "Player Example", "player@example.com", f"{number}-1.pdf", "application/pdf"):
        assert words in page


def test_hostile_text_does_nothing_on_the_page(
    ask: Ask, number: str, deployment: list[str], tmp_path: Path
) -> None:
    assert number
    assert ask("person", "export", *deployment, *WHO, "--out", str(tmp_path / "export")).status == 0
    page = (tmp_path / "export" / PAGE).read_text(encoding="utf-8")
    assert "<script" not in page.lower()
    assert "<b>" not in page
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; [U+202E]turned[U+2066] [U+0007]bell &amp; &#34;more&#34;"
        in page
    )
    assert not {"\u202e", "\u2066", "\x07"} & set(page)
    assert "default-src 'none'" in page
    assert "http" not in page.partition("<main>")[0].replace("http-equiv", "")


def test_only_the_owner_can_look_into_the_folder(
    ask: Ask, number: str, deployment: list[str], tmp_path: Path
) -> None:
    assert number
    out = tmp_path / "export"
    ask("person", "export", *deployment, *WHO, "--out", str(out))
    modes = {stat.S_IMODE(one.stat().st_mode) for one in (out / JSON, out / PAGE)}
    assert (stat.S_IMODE(out.stat().st_mode), modes) == (0o700, {0o600})
    again = ask("person", "export", *deployment, *WHO, "--out", str(out))
    refused(again, "--out", "cannot be made")


def test_files_lie_beside_the_page(ask: Ask, number: str, deployment: list[str], tmp_path: Path) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    s3.put_object(Bucket="evidence", Key=key(KEPT, number, "e1"), Body=PDF)
    out = tmp_path / "export"
    answer = ask("person", "export", *deployment, *WHO, "--out", str(out), "--evidence-bucket", "evidence")
    assert answer.status == 0, answer.err
    assert (out / FILES / f"{number}-1.pdf").read_bytes() == PDF
    assert f'href="{FILES}/{number}-1.pdf"' in (out / PAGE).read_text(encoding="utf-8")


def test_a_file_that_cannot_be_had_is_said_in_one_line(
    ask: Ask, number: str, deployment: list[str], tmp_path: Path
) -> None:
    assert number
    bucket = ("--evidence-bucket", "nowhere")
    refused(
        ask("person", "export", *deployment, *WHO, "--out", str(tmp_path / "export"), *bucket),
        "AWS refuses, or cannot be reached",
    )


def test_one_complaint_is_exported_by_its_number_without_the_secret(
    ask: Ask, number: str, table: Table, office: Office, tmp_path: Path
) -> None:
    receive(office, "another")
    out = tmp_path / "export"
    where = ("--table", table.name, "--region-file", REGION_FILE)
    answer = ask("person", "export", *where, "--number", number.lower(), "--out", str(out))
    assert answer.status == 0, answer.err
    [one] = json.loads((out / JSON).read_text(encoding="utf-8"))["complaints"]
    assert one["number"] == number


def test_of_who_never_complained_the_page_says_that_nothing_is_held(
    ask: Ask, deployment: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "export"
    who = ("--brand", "northlight", "--account", "nobody")
    assert ask("person", "export", *deployment, *who, "--out", str(out)).status == 0
    assert "Nothing is held." in (out / PAGE).read_text(encoding="utf-8")


def spoil(table: Table, number: str) -> None:
    """An administrator's hand."""
    spot = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(1)}}
    item = table.client.get_item(TableName=table.name, Key=spot)["Item"]
    table.client.put_item(TableName=table.name, Item={**item, "text": {"S": "{"}})


def test_what_cannot_be_read_is_named_in_the_export_which_is_not_everything_then(
    ask: Ask, number: str, office: Office, table: Table, deployment: list[str], tmp_path: Path
) -> None:
    spoilt, out = receive(office, "spoilt"), tmp_path / "export"
    spoil(table, spoilt)
    answer = ask("person", "export", *deployment, *WHO, "--out", str(out))
    assert (answer.status, answer.err) == (1, "")
    assert f"{spoilt}: unreadable." in answer.out
    document = json.loads((out / JSON).read_text(encoding="utf-8"))
    assert [one["number"] for one in document["complaints"]] == [number]
    assert [one["number"] for one in document["unreadable"]] == [spoilt]
    page = (out / PAGE).read_text(encoding="utf-8")
    assert "What is missing here" in page
    assert spoilt in page


def test_if_nothing_can_be_read_the_page_does_not_say_that_nothing_is_held(
    ask: Ask, number: str, table: Table, deployment: list[str], tmp_path: Path
) -> None:
    spoil(table, number)
    assert ask("person", "export", *deployment, *WHO, "--out", str(tmp_path / "export")).status == 1
    page = (tmp_path / "export" / PAGE).read_text(encoding="utf-8")
    assert "Nothing is held" not in page
    assert number in page


def test_one_that_cannot_be_read_is_refused_by_its_number_and_kept_among_others(
    ask: Ask, number: str, table: Table, deployment: list[str], tmp_path: Path
) -> None:
    spoil(table, number)
    out = ("--out", str(tmp_path / "export"))
    refused(ask("person", "export", *deployment[:4], "--number", number, *out), "cannot be read")
    answer = ask("person", "erase", *deployment, *WHO, *BY)
    assert (answer.status, answer.out.startswith(f"{number}: unreadable.")) == (1, True)


def test_one_whose_history_has_a_gap_is_exported_by_its_number_and_said_not_to_be_all(
    ask: Ask, number: str, table: Table, deployment: list[str], tmp_path: Path
) -> None:
    spot = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
    table.client.delete_item(TableName=table.name, Key=spot)
    out = tmp_path / "export"
    answer = ask("person", "export", *deployment[:4], "--number", number, "--out", str(out))
    assert answer.status == 1
    assert f"{number}: unreadable. Its history is not whole" in answer.out
    assert len(json.loads((out / JSON).read_text(encoding="utf-8"))["complaints"]) == 1


def test_a_question_that_names_nobody_or_two_is_refused(
    ask: Ask, deployment: list[str], tmp_path: Path
) -> None:
    out = ("--out", str(tmp_path / "export"))
    refused(ask("person", "export", *deployment, *out), "whose data?")
    refused(ask("person", "export", *deployment, *out, "--brand", "northlight"), "whose data?")
    refused(ask("person", "export", *deployment, *out, *WHO, "--number", "R7K3-9QXM-3"), "one complaint")
    refused(ask("person", "export", *deployment, *out, "--brand", "nobodys", "--account", "a"), "use one of")
    refused(ask("person", "export", *deployment, *out, "--number", "R7K3-9QXM-3"), "no complaint")
    refused(ask("person", "erase", *deployment, "--number", "nonsense", *BY), "no complaint")


def test_without_the_secret_nobody_is_found(ask: Ask, deployment: list[str]) -> None:
    refused(ask("person", "erase", *deployment[:4], *WHO, *BY), "--player-index-secret-arn")


def test_what_is_closed_is_ordered_to_be_erased_and_what_is_open_has_to_stay(
    ask: Ask, number: str, office: Office, deployment: list[str]
) -> None:
    closed = receive(office, "closed")
    office.do(closed, c.Withdraw(), PLAYER)
    answer = ask("person", "erase", *deployment, *WHO, *BY)
    assert answer.status == 1
    assert f"{closed}: ordered." in answer.out
    assert f"{number}: open." in answer.out
    case = office.store.load(closed)
    assert case.complaint.erasure_ordered_at
    assert case.records[-1].actor == "app:operations/privacy-1"
    assert office.complaint(number).erasure_ordered_at is None


def test_one_complaint_is_erased_by_its_number(ask: Ask, office: Office, deployment: list[str]) -> None:
    number = receive(office)
    office.do(number, c.Withdraw(), PLAYER)
    for said in ("ordered", "already"):
        answer = ask("person", "erase", *deployment[:4], "--number", number, *BY)
        assert (answer.status, answer.out.startswith(f"{number}: {said}.")) == (0, True)
    assert office.complaint(number).erasure_ordered_at


def test_one_complaint_is_erased_whose_brand_the_operator_gave_up(
    ask: Ask, office: Office, deployment: list[str]
) -> None:
    number = office.receive(replace(submit("gb-ukgc", content=TOLD), brand="given-up"))
    office.do(number, c.Withdraw(), PLAYER)
    answer = ask("person", "erase", *deployment[:4], "--number", number, *BY)
    assert (answer.status, answer.out.startswith(f"{number}: ordered.")) == (0, True)
    assert office.complaint(number).erasure_ordered_at


def test_a_legal_hold_is_placed_and_lifted_once(
    ask: Ask, number: str, office: Office, deployment: list[str]
) -> None:
    where = deployment[:4]
    for what, on_hold in (("place", True), ("lift", False)):
        asked = ("hold", what, number.lower(), *where, "--reason", "A letter came.", "--by", "lawyer-1")
        assert ask(*asked).status == 0
        assert office.complaint(number).on_legal_hold == on_hold
        refused(ask(*asked), "legal hold")
    case = office.store.load(number)
    assert case.records[-1].actor == "app:operations/lawyer-1"
    assert case.contents[case.complaint.version] == {"reason": "A letter came."}


@pytest.mark.parametrize("by", ["Player Example", "someone@example.com", "-", ""])
def test_a_name_or_an_address_is_no_subject_id(ask: Ask, by: str) -> None:
    asked = ("hold", "place", "R7K3-9QXM-3", "--table", "t", "--region-file", REGION_FILE)
    refused(ask(*asked, "--reason", "why", f"--by={by}"), "is no subject id")


def test_an_unknown_number_is_under_no_hold(ask: Ask, deployment: list[str]) -> None:
    refused(ask("hold", "place", "R7K3-9QXM-3", *deployment[:4], "--reason", "why", *BY), "no complaint")


def test_who_erases_or_holds_says_who_they_are(ask: Ask, deployment: list[str]) -> None:
    refused(ask("person", "erase", *deployment, *WHO), "--by")
    refused(ask("hold", "place", "R7K3-9QXM-3", *deployment[:4], "--reason", "why"), "--by")


def test_unseen_signs_are_shown_by_their_code() -> None:
    assert person_page.seen("a\u200bb\ud800c\r\nd\te") == "a[U+200B]b[U+D800]c\nd\te"


def test_an_instant_is_shown_as_people_read_it() -> None:
    assert person_page.when("2026-04-26T23:00:00.000Z") == "2026-04-26 23:00:00"
    assert person_page.when("on 2026-04-26") == "on 2026-04-26"
