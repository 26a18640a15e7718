"""A conversation stays together in the player's mail program, and answers to it come back signed."""

from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import private_link, reply_address
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.letters.thread import threaded
from redress.usecases.ports import Mail
from tests.support.letters import Story, investigating, told

SECRET = b"the-link-secret"
ACK = LetterKind.ACKNOWLEDGEMENT


def thread(story: Story, kind: LetterKind = ACK, *, read: bool = True) -> Mail:
    """The latest letter of a kind with its headers."""
    mail = Mail(
        letter_id="id",
        sender="Northlight <complaints@mail.example.test>",
        to="",
        subject="",
        text="",
        html="",
    )
    return threaded(mail, story.letter(kind), story.case, SECRET, read=read)


def write(story: Story, message_id: object, taken_as: str = "reply", number: int = 1) -> None:
    """The player writes."""
    verdicts: dict[str, Any] = dict.fromkeys(("spf", "dkim", "dmarc", "spam", "virus"), "pass")
    content = {"message_id": message_id, "text": "On my phone."}
    story.do(c.ReceiveMail(mail=f"mail-{number}", taken_as=taken_as, content=content, **verdicts), "player")


def signed(story: Story, purpose: str = reply_address.REPLY) -> str:
    return f"{reply_address.make(SECRET, story.number, purpose)}@mail.example.test"


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - TO_STAFF))
def test_every_letter_to_the_player_hangs_on_the_signed_root_and_asks_for_answers_there(
    kind: LetterKind,
) -> None:
    story = told(kind)
    mail = thread(story, kind)
    assert mail.references == (f"<{signed(story)}>",)
    assert mail.reply_to == signed(story)


@pytest.mark.parametrize("kind", sorted(TO_STAFF))
def test_an_answer_of_staff_to_a_notice_is_not_taken_for_the_players(kind: LetterKind) -> None:
    story = told(kind)
    mail = thread(story, kind)
    assert mail.references == (f"<staff.{story.number}@mail.example.test>",)
    assert (mail.reply_to, mail.unsubscribe) == (None, None)
    assert not any(reply_address.read([SECRET], one) for one in mail.references)


def test_one_kind_of_letter_can_be_declined() -> None:
    kinds = {kind for kind in LetterKind if thread(told(kind), kind).unsubscribe}
    assert kinds == {LetterKind.FEEDBACK_REQUEST}
    story = told(LetterKind.FEEDBACK_REQUEST)
    declined = signed(story, reply_address.DECLINE_SURVEY)
    assert thread(story, LetterKind.FEEDBACK_REQUEST).unsubscribe == declined


def test_where_no_mail_is_read_nobody_is_asked_to_write() -> None:
    story = told(LetterKind.FEEDBACK_REQUEST)
    mail = thread(story, LetterKind.FEEDBACK_REQUEST, read=False)
    assert (mail.reply_to, mail.unsubscribe) == (None, None)
    assert mail.references == (f"<{signed(story)}>",)


def test_a_letter_answers_the_players_latest_mail() -> None:
    story = investigating(Story())
    write(story, "<1@example.com>")
    write(story, "<2@example.com>", number=2)
    assert thread(story).references == (f"<{signed(story)}>", "<2@example.com>")


@pytest.mark.parametrize("taken_as", ["held", "automatic", "survey_declined"])
def test_a_mail_that_nobody_vouches_for_is_in_no_thread(taken_as: str) -> None:
    story = investigating(Story())
    write(story, "<1@example.com>", taken_as)
    assert thread(story).references == (f"<{signed(story)}>",)


def test_a_mail_that_a_person_accepted_is_in_the_thread() -> None:
    story = investigating(Story())
    write(story, "<1@example.com>", "held")
    [held] = story.case.complaint.held_mails
    story.do(c.AcceptMail(received=held.seq, content={"text": "On my phone."}), "app:back-office/handler")
    assert thread(story).references[-1] == "<1@example.com>"


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "",
        7,
        "1@example.com",
        "<>",
        "<1@example.com>\r\nBcc: victim@example.com",
        "<1@example.com> <2@example.com>",
        "<1@exam ple.com>",
        "<<1@example.com>>",
        "<1@example.com",
        "<игрок@example.com>",
        "<1\x00@example.com>",
        f"<{'x' * 201}>",
        ["<1@example.com>"],
    ],
)
def test_what_is_no_message_id_never_reaches_a_header(hostile: object) -> None:
    story = investigating(Story())
    write(story, "<first@example.com>")
    write(story, hostile, number=2)
    assert thread(story).references == (f"<{signed(story)}>", "<first@example.com>")


def test_the_root_opens_no_private_page() -> None:
    story = Story()
    made = reply_address.make(SECRET, story.number)
    for key in (made, made.rpartition(".")[2]):
        assert not private_link.opens([SECRET], key, story.number, 1, story.now)
