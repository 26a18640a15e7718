"""Mails that a person has to look at, from the mailbox on: what counts at once, what later, since when."""

from redress.domain import commands as c
from redress.domain import reply_address
from redress.domain.complaint import CHECK_MAIL
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from tests.support.complaints import PROPOSE, SYSTEM, TRIAGE
from tests.support.mail import FORGED, Postbox, signed, written

HARM = "I cannot stop gambling and I want to kill myself."


def test_a_mail_to_a_complaint_that_nobody_can_reopen_can_still_be_taken_as_the_players(
    post: Postbox, number: str
) -> None:
    post.office.do(number, c.Withdraw())
    post.arrives(written("You talked me into withdrawing it. I complain again."), signed(number))
    post.accepted(number)
    assert post.complaint(number).held_mails == ()
    assert post.content(number, "MailAccepted")["text"].startswith("You talked me into")


def test_who_disputes_the_answer_by_mail_is_heard_before_the_complaint_is_closed(
    post: Postbox, number: str
) -> None:
    """The letter says: you can answer this e-mail, and what you write becomes part of your complaint."""
    post.office.send(number, LetterKind.ACKNOWLEDGEMENT)
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, PROPOSE)
    post.office.do(number, c.ApproveDecision(second_person=False))
    post.office.send(number, LetterKind.FINAL_RESPONSE)
    post.arrives(written("I do not accept your decision."), signed(number))
    assert post.complaint(number).stage is Stage.RESOLVED
    assert CHECK_MAIL in post.tasks(number)


def test_a_wish_for_no_survey_that_a_person_accepts_is_that_wish_and_no_answer(
    post: Postbox, number: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    address = signed(number, reply_address.DECLINE_SURVEY)
    post.arrives(written("unsubscribe"), address, verdicts=FORGED)
    post.accepted(number)
    assert post.complaint(number).waiting_for_player
    assert "SurveyDeclined" in post.names(number)


def test_a_mail_of_harm_to_a_closed_complaint_calls_a_human(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.Withdraw())
    post.arrives(written(HARM), signed(number))
    assert "HarmSignalled" in post.names(number)


def test_a_mail_of_harm_that_waits_is_seen_before_all_others(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.arrives(written(HARM), signed(number), verdicts=FORGED)
    assert post.complaint(number).seen_at_once


def test_the_clock_runs_from_when_the_answer_came_and_not_from_when_somebody_looked(
    post: Postbox, number: str
) -> None:
    """Otherwise the operator gains the days for which a player's answer lay unread."""
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    post.arrives(written("The blue one."), signed(number), verdicts=FORGED)
    came_at = post.clock()
    post.clock.move(5)
    post.accepted(number)
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == came_at


def test_an_answer_that_the_queue_brings_late_ended_the_pause_when_it_came(
    post: Postbox, number: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    arrived = post.put(written("The blue one."), signed(number))
    post.clock.move(5)
    post.tell(arrived)
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == arrived.at
