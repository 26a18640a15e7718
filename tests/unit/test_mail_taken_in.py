"""A mail that comes in changes a complaint only as far as it can be trusted, and never without end."""

from collections.abc import Mapping
from copy import replace
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.mail_decisions import MOST_AUTOMATIC, MOST_HELD
from redress.domain.next_step import Step
from redress.domain.stages import Stage
from tests.support.complaints import PLAYER, SYSTEM, Case, at_stage, personal
from tests.support.deliveries import names, owed, tasks

VERDICTS: Mapping[str, Any] = dict.fromkeys(("spf", "dkim", "dmarc", "spam", "virus"), "pass")
FINAL = LetterKind.FINAL_RESPONSE
TEXT = personal("reply")["text"]
ABOUT = {"message_id": "<1@example.com>", "from": "player@example.com", "subject": "Re: it"}


def mail(taken_as: str = "reply", number: int = 1, reasons: tuple[str, ...] = ()) -> c.ReceiveMail:
    """A mail, as it was found to be."""
    content = {**ABOUT, "text": TEXT} if taken_as in {"reply", "held"} else ABOUT
    return c.ReceiveMail(
        mail=f"mail-{number}", taken_as=taken_as, reasons=reasons, content=content, **VERDICTS
    )


def receive(case: Case, command: c.ReceiveMail) -> list[str]:
    return names(case.do(command, PLAYER))


def waiting() -> Case:
    """A complaint whose clock stands still until the player answers."""
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.RequestInformation(content=personal("question"), pause=True))
    return case


# --- What can be trusted ---------------------------------------------------------------------------------


def test_a_reply_is_the_players_answer_and_lets_the_clock_run() -> None:
    case = waiting()
    changes = case.do(mail(), PLAYER)
    assert names(changes) == ["MailReceived", "PlayerReplied", "ClockResumed"]
    assert not case.complaint.waiting_for_player
    about, reply, _ = (change.content for change in changes)
    assert (about, reply) == (ABOUT, {"text": TEXT})  # the text is kept once, beside the reply


def test_a_reply_that_speaks_of_harm_calls_a_human() -> None:
    case = at_stage(Stage.INVESTIGATING)
    assert "HarmSignalled" in receive(case, replace(mail(), harm={"sentences": ["…"]}))
    assert case.complaint.needs_human


@pytest.mark.parametrize("taken_as", ["reply", "held", "automatic", "survey_declined"])
def test_a_mail_that_comes_twice_is_taken_once(taken_as: str) -> None:
    case = at_stage(Stage.INVESTIGATING)
    receive(case, mail(taken_as))
    assert receive(case, mail(taken_as)) == []


# --- What waits for a person ---------------------------------------------------------------------------


def test_a_forged_mail_changes_nothing_but_asks_a_person() -> None:
    case = waiting()
    assert receive(case, mail("held", reasons=("dmarc",))) == ["MailReceived", "TaskOpened"]
    assert case.complaint.waiting_for_player
    assert case.complaint.pause("awaiting_player_info")
    assert tasks(case) == [("check_mail", None)]


def test_several_that_wait_ask_once_and_the_last_that_is_seen_to_ends_the_task() -> None:
    case = waiting()
    for number in (1, 2):
        receive(case, mail("held", number))
    assert len(tasks(case)) == 1
    first, second = case.complaint.held_mails
    assert names(case.do(c.RejectMail(received=first.seq, content=personal("why")))) == ["MailRejected"]
    accepted = case.do(c.AcceptMail(received=second.seq, content=personal("text")))
    assert names(accepted) == ["MailAccepted", "PlayerReplied", "ClockResumed", "TaskClosed"]
    assert (tasks(case), case.complaint.held_mails) == ([], ())


@pytest.mark.parametrize("found", [c.AcceptMail, c.RejectMail])
def test_a_mail_is_looked_at_once(found: type[c.AcceptMail | c.RejectMail]) -> None:
    case = waiting()
    receive(case, mail("held"))
    [held] = case.complaint.held_mails
    case.do(c.RejectMail(received=held.seq, content=personal("why")))
    with pytest.raises(IllegalTransition):
        case.do(found(received=held.seq, content=personal("text")))


def test_what_was_taken_at_once_waits_for_nobody() -> None:
    case = waiting()
    receive(case, mail())
    [came] = case.complaint.mails.values()
    with pytest.raises(IllegalTransition):
        case.do(c.AcceptMail(received=came.seq, content=personal("text")))


def test_a_reply_to_a_closed_complaint_waits_for_a_person_and_reopens_nothing() -> None:
    case = at_stage(Stage.CLOSED)
    assert receive(case, mail()) == ["MailReceived", "TaskOpened"]
    [held] = case.complaint.held_mails
    assert (held.taken_as, held.reasons) == ("held", ("closed",))
    assert case.complaint.stage is Stage.CLOSED


def test_at_a_closed_complaint_a_held_mail_may_be_rejected_and_not_accepted() -> None:
    case = at_stage(Stage.CLOSED)
    receive(case, mail())
    [held] = case.complaint.held_mails
    with pytest.raises(IllegalTransition, match="closed"):
        case.do(c.AcceptMail(received=held.seq, content=personal("text")))
    case.do(c.RejectMail(received=held.seq, content=personal("why")))
    assert tasks(case) == []


# --- What programs send --------------------------------------------------------------------------------


def test_an_automatic_mail_owes_no_letter_and_changes_nothing() -> None:
    case = waiting()
    before = case.complaint
    assert receive(case, mail("automatic")) == ["MailReceived"]
    after = replace(case.complaint, version=before.version, mails=before.mails)
    assert after == before


@pytest.mark.parametrize(
    ("taken_as", "most", "stage"),
    [
        ("automatic", MOST_AUTOMATIC, Stage.INVESTIGATING),
        ("held", MOST_HELD, Stage.INVESTIGATING),
        ("reply", MOST_HELD, Stage.CLOSED),  # where it is held
    ],
)
def test_nobody_can_fill_a_complaint_with_mails(taken_as: str, most: int, stage: Stage) -> None:
    case = at_stage(stage)
    for number in range(most + 5):
        receive(case, mail(taken_as, number))
    assert len(case.complaint.mails) == most


def test_replies_are_taken_however_many_mails_wait() -> None:
    case = at_stage(Stage.INVESTIGATING)
    for number in range(MOST_HELD):
        receive(case, mail("held", number))
    assert receive(case, mail("reply", MOST_HELD)) == ["MailReceived", "PlayerReplied"]


# --- No more questions about how it went ---------------------------------------------------------------


def test_a_question_about_how_it_went_goes_to_nobody_who_wants_none() -> None:
    case = at_stage(Stage.RESOLVED)
    assert owed(case).step is Step.ASK_FOR_FEEDBACK
    assert receive(case, mail("survey_declined")) == ["MailReceived", "SurveyDeclined"]
    assert owed(case).letter is None


def test_nor_does_one_that_would_be_owed_later() -> None:
    case = at_stage(Stage.DECIDED)
    receive(case, mail("survey_declined"))
    case.send(FINAL)
    assert not [one for one in case.complaint.letters.values() if one.kind is LetterKind.FEEDBACK_REQUEST]


def test_one_that_is_on_its_way_cannot_be_called_back() -> None:
    case = at_stage(Stage.RESOLVED)
    key = case.letter(LetterKind.FEEDBACK_REQUEST).key
    case.do(c.ClaimLetter(letter=key), SYSTEM)
    receive(case, mail("survey_declined"))
    sent = case.do(c.RecordLetterSent(letter=key, message_id="message-2"), SYSTEM)
    assert [type(change.event) for change in sent] == [e.LetterSent]


def test_it_is_declined_once() -> None:
    case = at_stage(Stage.RESOLVED)
    receive(case, mail("survey_declined"))
    assert receive(case, mail("survey_declined", 2)) == ["MailReceived"]
