"""A mail that comes in changes a complaint only as far as it can be trusted, and never without end."""

from collections.abc import Mapping
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain import instants
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


def test_at_a_closed_complaint_an_accepted_mail_is_on_record_with_its_text_and_changes_nothing() -> None:
    case = at_stage(Stage.CLOSED)
    receive(case, mail())
    [held] = case.complaint.held_mails
    before = case.complaint
    accepted, closed = case.do(c.AcceptMail(received=held.seq, content={"text": TEXT}))
    assert (accepted.event, accepted.content) == (
        e.MailAccepted(received=held.seq, mail=held.mail),
        {"text": TEXT},
    )
    assert isinstance(closed.event, e.TaskClosed)
    after = case.complaint
    assert replace(after, version=before.version, mails=before.mails, tasks=before.tasks) == before


def test_at_a_closed_complaint_a_held_mail_may_be_rejected() -> None:
    case = at_stage(Stage.CLOSED)
    receive(case, mail())
    [held] = case.complaint.held_mails
    case.do(c.RejectMail(received=held.seq, content=personal("why")))
    assert tasks(case) == []


def test_nobody_closes_the_task_of_looking_by_hand_while_mails_wait() -> None:
    case = waiting()
    receive(case, mail("held"))
    [task] = case.complaint.open_tasks
    with pytest.raises(IllegalTransition, match="accept or reject"):
        case.do(c.CloseTask(opened=task.opened, outcome="done"))


# --- What asks for a human -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken_as", "stage"),
    [("held", Stage.INVESTIGATING), ("reply", Stage.CLOSED), ("survey_declined", Stage.RESOLVED)],
)
def test_harm_calls_a_human_at_once_whatever_becomes_of_the_mail(taken_as: str, stage: Stage) -> None:
    case = at_stage(stage)
    changes = receive(case, replace(mail(taken_as), harm={"sentences": ["…"]}))
    assert changes[:3] == ["MailReceived", "HarmSignalled", "TaskOpened"]
    assert ("harm_signalled", None) in tasks(case)
    assert case.complaint.seen_at_once


def test_harm_calls_once_and_not_again_when_a_person_accepts_the_mail() -> None:
    case = waiting()
    receive(case, replace(mail("held"), harm={"sentences": ["…"]}))
    [held] = case.complaint.held_mails
    accepted = case.do(c.AcceptMail(received=held.seq, content={"text": TEXT}))
    assert names(accepted) == ["MailAccepted", "PlayerReplied", "ClockResumed", "TaskClosed"]
    assert tasks(case) == [("harm_signalled", None)]


# --- A reply to the answer -----------------------------------------------------------------------------


def test_a_reply_to_the_answer_asks_a_person_whether_it_is_a_dispute() -> None:
    case = at_stage(Stage.RESOLVED)
    assert receive(case, mail()) == ["MailReceived", "PlayerReplied", "TaskOpened"]
    assert receive(case, mail(number=2)) == ["MailReceived", "PlayerReplied"]
    [task] = case.complaint.open_tasks
    assert task.task == "check_mail"
    case.do(c.CloseTask(opened=task.opened, outcome="done"))
    assert tasks(case) == []


@pytest.mark.parametrize("stage", [Stage.INVESTIGATING, Stage.DECIDED, Stage.DEADLOCKED])
def test_a_reply_before_the_answer_asks_nobody(stage: Stage) -> None:
    case = at_stage(stage)
    receive(case, mail())
    assert tasks(case) == []


@pytest.mark.parametrize("held_first", [True, False])
def test_a_rejected_mail_leaves_the_task_about_a_reply_to_the_answer_open(
    held_first: bool,  # noqa: FBT001
) -> None:
    case = at_stage(Stage.RESOLVED)
    coming = [mail("held", 1), mail("reply", 2)]
    for one in coming if held_first else reversed(coming):
        receive(case, one)
    [held] = case.complaint.held_mails
    assert names(case.do(c.RejectMail(received=held.seq, content=personal("why")))) == ["MailRejected"]
    assert tasks(case) == [("check_mail", None)]


# --- When it counts from -------------------------------------------------------------------------------


def came(case: Case, *, after: int) -> str:
    """An instant so many seconds after now."""
    return instants.to_text(case.now + timedelta(seconds=after))


@pytest.mark.parametrize("taken_as", ["reply", "held"])
def test_a_pause_ends_when_the_mail_came_however_late_it_is_read(taken_as: str) -> None:
    case = waiting()
    came_at = came(case, after=5)
    case.now += timedelta(seconds=60)
    receive(case, replace(mail(taken_as), came_at=came_at))
    if taken_as == "held":
        [held] = case.complaint.held_mails
        case.do(c.AcceptMail(received=held.seq, content={"text": TEXT}))
    [pause] = case.complaint.pauses
    assert instants.to_text(pause.ended_at or case.now) == came_at
    assert instants.to_text(case.complaint.replied_at or case.now) == came_at


def test_no_pause_ends_before_it_began() -> None:
    case = waiting()
    resumed = case.do(replace(mail(), came_at=came(case, after=-3600)), PLAYER)[-1].event
    [pause] = case.complaint.pauses
    assert pause.ended_at == pause.started_at
    assert isinstance(resumed, e.ClockResumed)
    assert resumed.ended_at == instants.to_text(pause.started_at)


def test_the_clock_of_the_mail_service_may_be_ahead() -> None:
    case = waiting()
    receive(case, replace(mail(), came_at=came(case, after=3600)))
    [pause] = case.complaint.pauses
    assert (pause.ended_at, case.complaint.replied_at) == (case.now, case.now)


def test_of_a_mail_that_says_nothing_of_when_it_came_the_record_does() -> None:
    case = waiting()
    case.now += timedelta(seconds=7)
    receive(case, mail())
    [pause] = case.complaint.pauses
    assert (pause.ended_at, case.complaint.replied_at) == (case.now, case.now)


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


@pytest.mark.parametrize("stage", [Stage.INVESTIGATING, Stage.RESOLVED, Stage.CLOSED])
def test_a_wish_for_none_that_a_person_accepts_is_that_wish_and_no_reply(stage: Stage) -> None:
    case = at_stage(stage)
    receive(case, mail("held", reasons=("dmarc", "survey_declined")))
    assert not case.complaint.survey_declined
    [held] = case.complaint.held_mails
    accepted = case.do(c.AcceptMail(received=held.seq, content={"text": TEXT}))
    assert names(accepted) == ["MailAccepted", "SurveyDeclined", "TaskClosed"]
    assert case.complaint.survey_declined


def test_it_is_declined_once() -> None:
    case = at_stage(Stage.RESOLVED)
    receive(case, mail("survey_declined"))
    assert receive(case, mail("survey_declined", 2)) == ["MailReceived"]
