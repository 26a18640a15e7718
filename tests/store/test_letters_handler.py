"""The function that sends: wired from its environment, over the real table and SES in memory."""

import email
import email.policy
import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from redress.adapters.clients import client
from redress.domain import commands as c
from redress.domain import private_link, reply_address
from redress.letters.blocks import LetterIncomplete
from redress.store.table import Table
from tests.support.complaints import HANDLER, TRIAGE
from tests.support.desks import Clock
from tests.support.letters import WRITTEN, Story
from tests.support.letters_function import (
    KEY,
    LINK_SECRET,
    PORTAL,
    TO,
    loaded,
    message,
    notice,
    post,
    send,
    take,
)


@pytest.fixture
def story(table: Table) -> Story:
    """A complaint in the table."""
    return Story("sandbox", store=table)


@pytest.fixture
def handler(story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module, as Lambda would load it."""
    with loaded(monkeypatch, tmp_path, Clock(story.now)) as module:
        yield module


def read(place: int = -1) -> EmailMessage:
    """A mail that reached SES, as a mail program reads it."""
    return email.message_from_string(post()[place].raw_data, policy=email.policy.default)


def told(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The last line of the log."""
    return vars([record for record in caplog.records if record.name == "redress"][-1])


# --- Letters -------------------------------------------------------------------------------------------


def test_the_letter_leaves_with_a_link_that_opens_the_complaint(handler: ModuleType, story: Story) -> None:
    assert send(handler, story) == {"outcome": "sent"}
    text = read().get_body(("plain",))
    assert text is not None
    [line] = [line for line in text.get_content().splitlines() if "/complaints/" in line]
    prefix, _, key = line.rpartition("/")
    assert prefix == f"{PORTAL}/complaints/{story.number}"
    assert private_link.opens([LINK_SECRET.encode()], key, story.number, 1, story.now)


def test_an_answer_to_the_letter_comes_to_the_signed_address(handler: ModuleType, story: Story) -> None:
    send(handler, story)
    address = str(read()["Reply-To"])
    signed = reply_address.read([LINK_SECRET.encode()], address)
    assert signed
    assert (signed.number, address.rpartition("@")[2]) == (story.number, "mail.example.test")


def test_where_no_mail_is_read_the_letter_names_no_signed_address(
    handler: ModuleType, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOUND_MAIL", "no")
    send(handler, story)
    assert read()["Reply-To"] is None


def test_the_outcome_is_in_the_answer_and_on_record(handler: ModuleType, story: Story) -> None:
    assert [send(handler, story), send(handler, story)] == [{"outcome": "sent"}, {"outcome": "not_owed"}]
    assert story.case.complaint.stage == "acknowledged"


def test_the_log_names_complaint_letter_and_outcome_and_nobody(
    handler: ModuleType, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    send(handler, story)
    logged = told(caplog)
    assert (logged["number"], logged["letter"], logged["outcome"]) == (
        story.number,
        "acknowledgement-1",
        "sent",
    )
    assert not any(private in str(logged) for private in (WRITTEN["name"], WRITTEN["email"], LINK_SECRET))


def test_no_item_holds_the_address_that_is_counted(handler: ModuleType, story: Story, table: Table) -> None:
    story.do(TRIAGE)
    story.do(c.AddNote(visibility="player", content={"text": "We have asked."}), HANDLER)
    [key] = [key for key in story.case.complaint.letters if key.startswith("message")]
    assert send(handler, story, key) == {"outcome": "sent"}
    items = table.client.scan(TableName=table.name)["Items"]
    [cap] = [item for item in items if item["pk"]["S"].startswith("CAP#")]
    assert cap["count"] == {"N": "1"}
    assert "@" not in str(cap)


# --- What the law asks for and cannot leave ------------------------------------------------------------


def waiting(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metrics of letters that wait."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line for line in lines if "StatutoryLetterWaiting" in line]


def without_mail(story: Story) -> None:
    """The player's address fails for good."""
    key = "acknowledgement-1"
    story.do(c.ClaimLetter(letter=key))
    story.do(c.RecordDelivery(letter=key, message_id="m", outcome="bounced", permanent=True))


def test_a_letter_that_leaves_rings_no_alarm(
    handler: ModuleType, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    send(handler, story)
    assert waiting(capsys) == []


def test_a_statutory_letter_that_is_refused_rings_the_alarm(
    handler: ModuleType, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    client("sesv2", attempts=1).delete_email_identity(EmailIdentity="mail.example.test")
    assert send(handler, story) == {"outcome": "refused"}
    [metric] = waiting(capsys)
    [said] = metric["_aws"]["CloudWatchMetrics"]
    assert said["Namespace"] == "Redress"
    assert [set(names) for names in said["Dimensions"]] == [{"function", "service"}]
    assert (metric["function"], metric["service"]) == ("letters", "redress")
    assert metric["StatutoryLetterWaiting"] == [1.0]
    assert said["Metrics"] == [{"Name": "StatutoryLetterWaiting", "Unit": "Count"}]


def test_a_statutory_letter_that_cannot_be_written_rings_the_alarm_and_the_error_surfaces(
    handler: ModuleType, story: Story, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"pk": {"S": f"COMPLAINT#{story.number}"}, "sk": {"S": "CONTENT#000001"}}
    table.client.delete_item(TableName=table.name, Key=key)
    with pytest.raises(LetterIncomplete):
        send(handler, story)
    assert len(waiting(capsys)) == 1


def test_another_letter_that_cannot_leave_rings_none(
    handler: ModuleType, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    without_mail(story)
    story.do(TRIAGE)
    story.do(c.AddNote(visibility="player", content={"text": "We have asked."}), HANDLER)
    [key] = [key for key in story.case.complaint.letters if key.startswith("message")]
    assert send(handler, story, key) == {"outcome": "refused"}
    assert waiting(capsys) == []


# --- Notices -------------------------------------------------------------------------------------------


def test_a_notice_leaves_and_answers_the_mail_that_asked(handler: ModuleType) -> None:
    assert take(handler, message(notice())) == []
    mail, [reached] = read(), post()
    assert set(reached.destinations) == {TO}
    assert (mail["References"], mail["In-Reply-To"]) == ("<1@example.com>", "<1@example.com>")
    assert mail["Reply-To"] is None
    text = mail.get_body(("plain",))
    assert text is not None
    assert KEY in text.get_content()


def test_a_message_that_comes_again_sends_nothing(handler: ModuleType) -> None:
    for received in (1, 2):
        assert take(handler, message(notice(), received=received)) == []
    assert len(post()) == 1


@pytest.mark.parametrize(
    "unread",
    [
        "no json",
        "[]",
        "{}",
        json.dumps(notice() | {"more": 1}),
        notice(kind="greeting"),
        notice(brand="closed"),
    ],
)
def test_a_message_that_cannot_be_read_comes_again_alone(handler: ModuleType, unread: object) -> None:
    failed = take(handler, message(unread, "bad"), message(notice(), "good"))
    assert (failed, len(post())) == (["bad"], 1)


def test_the_log_of_a_notice_names_no_address_and_no_key(
    handler: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    take(handler, message(notice()))
    assert told(caplog)["outcome"] == "sent"
    take(handler, message(notice(brand="closed"), "other"))
    assert told(caplog)["error"] == "LetterIncomplete"
    for record in caplog.records:
        assert not any(private in str(vars(record)) for private in (TO, KEY, "1@example.com"))


def test_one_address_is_not_written_to_without_end(
    handler: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(25):
        assert take(handler, message(notice(), f"message-{number}")) == []
    assert len(post()) == 20
    assert told(caplog)["outcome"] == "too_many"
