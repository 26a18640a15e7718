"""What the mail service tells of a letter comes late, twice and in any order; each fact counts once."""

from collections.abc import Callable
from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind, LetterStatus
from redress.domain.errors import IllegalTransition
from redress.domain.milestones import milestones
from redress.domain.next_step import NextStep, Step
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    CLAIM_EXPIRY,
    PLAYER,
    PROPOSE,
    SYSTEM,
    TRIAGE,
    Case,
    at_stage,
    personal,
)
from tests.support.deliveries import claim, leave, owed, tasks, told

ACK, FINAL, QUESTION = (
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.FINAL_RESPONSE,
    LetterKind.INFORMATION_REQUEST,
)
ASK = c.RequestInformation(content=personal("question"))


def asked() -> Case:
    """A question to the player is owed."""
    case = at_stage(Stage.INVESTIGATING)
    case.do(ASK)
    return case


# --- A letter that did not arrive ----------------------------------------------------------------------


def test_a_bounced_acknowledgement_is_owed_to_the_next_address_and_a_person_is_asked() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    assert told(case, ACK, Delivery.BOUNCED, other=True) == ["LetterBounced", "TaskOpened"]
    assert case.letter(ACK).status is LetterStatus.OWED
    assert owed(case).step is Step.ACKNOWLEDGE
    assert tasks(case) == [("letter_bounced", "acknowledgement-1")]


def test_the_second_delivery_closes_the_task() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.BOUNCED, other=True)
    leave(case, ACK, "message-2", contact=1)
    assert told(case, ACK, Delivery.DELIVERED, "message-2") == ["LetterDelivered", "TaskClosed"]
    assert tasks(case) == []


def test_an_acknowledgement_that_goes_again_acknowledges_nothing_anew() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    before = case.complaint.acknowledged_at
    told(case, ACK, Delivery.BOUNCED, other=True)
    case.do(TRIAGE, SYSTEM, at=case.now + timedelta(seconds=2))
    leave(case, ACK, "message-2", contact=1)
    assert (case.complaint.acknowledged_at, case.complaint.stage) == (before, Stage.INVESTIGATING)


def test_without_another_address_the_letter_rests_and_the_task_stays() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.BOUNCED)
    assert case.letter(ACK).status is LetterStatus.SENT
    assert tasks(case) == [("letter_bounced", "acknowledgement-1")]


@pytest.mark.parametrize("stage", [Stage.RESOLVED, Stage.CLOSED])
def test_a_bounced_answer_goes_again_even_when_the_complaint_has_gone_on(stage: Stage) -> None:
    case = at_stage(stage)
    told(case, FINAL, Delivery.BOUNCED, other=True)
    assert owed(case) == NextStep(step=Step.RESOLVE, letter=case.letter(FINAL))


def kept(case: Case) -> dict[str, object]:
    """What a repeat of the answer must not touch."""
    complaint = case.complaint
    facts = ("stage", "final_response_sent_at", "last_response_sent_at", "closed_at", "acknowledged_at")
    feedback = [one for one in complaint.letters.values() if one.kind is LetterKind.FEEDBACK_REQUEST]
    dates = {(one.clock, one.name, one.at) for one in milestones(case.rules, complaint)}
    return {name: getattr(complaint, name) for name in facts} | {"feedback": feedback, "dates": dates}


@pytest.mark.parametrize("stage", [Stage.RESOLVED, Stage.CLOSED])
def test_an_answer_that_goes_again_moves_no_date_and_reopens_nothing(stage: Stage) -> None:
    case = at_stage(stage)
    before = kept(case)
    told(case, FINAL, Delivery.BOUNCED, other=True)
    case.now += timedelta(seconds=3)
    leave(case, FINAL, "message-2", contact=1)
    told(case, FINAL, Delivery.DELIVERED, "message-2")
    assert kept(case) == before
    assert case.letter(FINAL).delivery is Delivery.DELIVERED


def test_each_letter_asks_a_person_once_however_often_it_bounces() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.BOUNCED, other=True)
    leave(case, ACK, "message-2", contact=1)
    told(case, ACK, Delivery.BOUNCED, "message-2")
    assert tasks(case) == [("letter_bounced", "acknowledgement-1")]


def test_a_letter_that_need_not_arrive_bounces_without_a_task() -> None:
    case = at_stage(Stage.RESOLVED)
    case.send(LetterKind.FEEDBACK_REQUEST)
    assert told(case, LetterKind.FEEDBACK_REQUEST, Delivery.BOUNCED, other=True) == ["LetterBounced"]
    assert case.letter(LetterKind.FEEDBACK_REQUEST).status is LetterStatus.SENT


# --- What would say what holds no longer ---------------------------------------------------------------


def _answered(case: Case) -> None:
    case.do(c.Reply(content=personal("reply")), PLAYER)


def _decided_anew(case: Case) -> None:
    case.do(c.Reopen(ground="disputed", content=personal("ground")))
    case.do(PROPOSE, "app:back-office/second")
    case.do(APPROVE, "app:back-office/third")


def _withdrawn(case: Case) -> None:
    case.do(c.Withdraw(), PLAYER)


def _resumed(case: Case) -> None:
    case.do(c.ResumeClock(reason="police"))


@pytest.mark.parametrize(
    ("stage", "command", "kind", "meanwhile"),
    [
        (Stage.INVESTIGATING, ASK, QUESTION, _answered),
        (Stage.RESOLVED, None, FINAL, _decided_anew),
        (Stage.DEADLOCKED, None, LetterKind.DEADLOCK, _withdrawn),
        (
            Stage.INVESTIGATING,
            c.PauseClock(reason="police", content=personal("explanation")),
            LetterKind.PAUSE,
            _resumed,
        ),
    ],
)
def test_what_holds_no_longer_does_not_go_again(
    stage: Stage, command: c.Command | None, kind: LetterKind, meanwhile: Callable[[Case], None]
) -> None:
    case = at_stage(stage)
    if command:
        case.do(command)
    key = case.letter(kind).key
    if case.letter(kind).status is not LetterStatus.SENT:
        leave(case, kind, "message-1")
    meanwhile(case)
    bounced = c.RecordDelivery(
        letter=key, message_id="message-1", outcome="bounced", permanent=True, other_contact=True
    )
    case.do(bounced, SYSTEM)
    assert not case.complaint.letters[key].again
    assert (case.complaint.letters[key].delivery, owed(case).letter == case.complaint.letters[key]) == (
        Delivery.BOUNCED,
        False,
    )


def test_a_letter_that_came_back_does_not_follow_a_player_who_withdraws() -> None:
    case = at_stage(Stage.DEADLOCKED)
    case.send(LetterKind.DEADLOCK)
    told(case, LetterKind.DEADLOCK, Delivery.BOUNCED, other=True)
    assert owed(case).step is Step.REFER_TO_ADR
    _withdrawn(case)
    assert owed(case).step is Step.DONE


# --- The answer of the mail service was lost -----------------------------------------------------------


@pytest.mark.parametrize("outcome", Delivery)
def test_whatever_is_told_of_a_claimed_letter_says_that_it_left(outcome: Delivery) -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    assert told(case, ACK, outcome)[:2] == ["LetterSent", "Acknowledged"]
    assert case.letter(ACK).delivery is outcome
    assert case.complaint.stage is Stage.ACKNOWLEDGED
    assert owed(case).step is Step.TRIAGE  # and not the letter once more


def test_a_letter_that_left_unseen_and_was_then_refused_does_not_go_again() -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    case.now += CLAIM_EXPIRY
    claim(case, ACK)
    key = case.letter(ACK).key
    case.do(c.RecordLetterRefused(letter=key, reason="TooManyRequestsException", permanent=False), SYSTEM)
    assert told(case, ACK, Delivery.DELIVERED) == ["LetterSent", "Acknowledged", "LetterDelivered"]
    assert case.letter(ACK).status is LetterStatus.SENT


def test_who_hears_of_it_late_says_nothing_new() -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    told(case, ACK, Delivery.BOUNCED, other=True)
    key = case.letter(ACK).key
    assert case.do(c.RecordLetterSent(letter=key, message_id="message-1"), SYSTEM) == []
    assert case.letter(ACK).status is LetterStatus.OWED  # to the next address, still


def given_up() -> Case:
    """A question that nobody knows the fate of, so that a person has to look."""
    case = asked()
    claim(case, QUESTION)
    case.do(c.AbandonLetter(letter=case.letter(QUESTION).key), SYSTEM, at=case.now + CLAIM_EXPIRY)
    assert [task for task, _ in tasks(case)] == ["letter_outcome_unknown"]
    return case


def test_a_letter_that_was_given_up_and_arrives_after_all_closes_its_task() -> None:
    case = given_up()
    assert told(case, QUESTION, Delivery.DELIVERED) == ["LetterSent", "TaskClosed", "LetterDelivered"]
    assert tasks(case) == []


def test_a_letter_that_was_given_up_and_bounces_goes_to_the_next_address() -> None:
    case = given_up()
    told(case, QUESTION, Delivery.BOUNCED, other=True)
    assert [task for task, _ in tasks(case)] == ["letter_bounced"]
    assert owed(case) == NextStep(step=Step.INFORM_PLAYER, letter=case.letter(QUESTION))


def test_who_records_late_that_a_letter_left_closes_the_task_about_it() -> None:
    case = given_up()
    key = case.letter(QUESTION).key
    case.do(c.RecordLetterSent(letter=key, message_id="message-1"), SYSTEM)
    assert tasks(case) == []


def test_a_letter_refused_for_good_that_had_left_before_arrives_and_closes_its_task() -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    case.now += CLAIM_EXPIRY
    claim(case, ACK)
    key = case.letter(ACK).key
    case.do(c.RecordLetterRefused(letter=key, reason="BadRequestException", permanent=True), SYSTEM)
    told(case, ACK, Delivery.DELIVERED)
    assert tasks(case) == []
    assert case.complaint.acknowledged_at


# --- Late, twice, in any order -------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", Delivery)
def test_what_is_told_twice_is_on_record_once(outcome: Delivery) -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    assert told(case, ACK, outcome)
    assert told(case, ACK, outcome) == []


@pytest.mark.parametrize("late", Delivery)
def test_nothing_more_is_told_of_a_mail_that_came_back(late: Delivery) -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.BOUNCED, other=True)
    assert told(case, ACK, late) == []
    leave(case, ACK, "message-2", contact=1)
    assert told(case, ACK, late) == []
    told(case, ACK, Delivery.BOUNCED, "message-2", other=True)
    claim(case, ACK, contact=2)
    assert told(case, ACK, late) == []
    assert case.letter(ACK).status is LetterStatus.CLAIMED


def test_of_two_copies_the_one_on_record_bounces_and_either_may_arrive() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    assert told(case, ACK, Delivery.BOUNCED, "the other copy") == []
    assert told(case, ACK, Delivery.DELIVERED, "the other copy") == ["LetterDelivered"]
    assert told(case, ACK, Delivery.DELIVERED) == []


def test_who_hears_of_a_refusal_late_does_not_release_the_claim_of_another() -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    case.now += CLAIM_EXPIRY
    claim(case, ACK)
    told(case, ACK, Delivery.BOUNCED, other=True)  # the first mail: it goes on to the next address
    claim(case, ACK, contact=1)
    late = c.RecordLetterRefused(letter=case.letter(ACK).key, reason="x", permanent=False, attempt=2)
    assert case.do(late, SYSTEM) == []
    assert case.letter(ACK).status is LetterStatus.CLAIMED
    case.do(replace(late, attempt=3), SYSTEM)
    assert case.letter(ACK).status is LetterStatus.REFUSED


def test_a_server_may_take_a_mail_and_return_it() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.DELIVERED)
    assert told(case, ACK, Delivery.BOUNCED) == ["LetterBounced", "TaskOpened"]


def test_a_letter_that_was_never_owed_is_an_error() -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    command = c.RecordDelivery(letter="progress-9", message_id="m", outcome="delivered")
    with pytest.raises(IllegalTransition, match="progress-9"):
        case.do(command, SYSTEM)
