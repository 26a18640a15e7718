"""A closed complaint may still be rated, once and for a while, and stays closed."""

from datetime import timedelta

import pytest

from redress.domain import casework_decisions, milestones
from redress.domain import commands as c
from redress.domain.errors import IllegalTransition
from redress.domain.next_step import Step, next_step
from redress.domain.stages import Stage
from tests.support.complaints import CLAIM_EXPIRY, PLAYER, SYSTEM, Case, at_stage, personal

RATE = c.GiveFeedback(score=2)
MONTH = casework_decisions.RATED_WITHIN
TICK = timedelta(milliseconds=1)


def closed() -> Case:
    """A complaint that was answered and closed, and not rated."""
    case = at_stage(Stage.RESOLVED)
    case.do(c.Close(reason="feedback_window_ended"), SYSTEM)
    return case


def test_a_closed_complaint_is_rated_and_stays_closed() -> None:
    case = closed()
    case.do(RATE, PLAYER, at=case.now + MONTH - TICK)
    assert case.complaint.feedback_score == 2
    assert case.complaint.stage is Stage.CLOSED
    assert case.complaint.closed_because == "feedback_window_ended"


def test_the_workflow_has_nothing_to_do_about_it() -> None:
    case = closed()
    case.do(RATE, PLAYER)
    owed = milestones.milestones(case.rules, case.complaint)
    assert next_step(case.complaint, owed, case.now, CLAIM_EXPIRY).step is Step.DONE


def test_after_thirty_days_it_is_not_rated_any_more() -> None:
    case = closed()
    with pytest.raises(IllegalTransition, match="time to rate it ended"):
        case.do(RATE, PLAYER, at=case.now + MONTH)


def test_it_is_rated_once_before_or_after_closing() -> None:
    case = at_stage(Stage.RESOLVED)
    case.do(RATE, PLAYER)
    case.do(c.Close(reason="completed"), SYSTEM)
    with pytest.raises(IllegalTransition, match="given already"):
        case.do(RATE, PLAYER)
    assert casework_decisions.may_rate_until(case.complaint) is None


def test_a_rating_that_speaks_of_harm_calls_a_person_even_then() -> None:
    case = closed()
    case.do(c.GiveFeedback(score=1, content=personal("comment"), harm={"signals": ["distress"]}), PLAYER)
    assert case.complaint.needs_human
    assert [task.task for task in case.complaint.open_tasks] == ["harm_signalled"]


def test_what_the_player_took_back_may_be_rated_too() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.Withdraw(), PLAYER)
    case.do(RATE, PLAYER)
    assert case.complaint.feedback_score == 2


def test_what_goes_on_in_another_complaint_is_rated_there() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=personal("why")))
    with pytest.raises(IllegalTransition, match="nothing to rate"):
        case.do(RATE, PLAYER)


def test_until_when_a_second_look_is_possible_is_until_when_it_is_granted() -> None:
    case = at_stage(Stage.RESOLVED)
    until = casework_decisions.may_reopen_until(case.complaint, case.rules)
    assert until
    again = c.Reopen(ground="disputed", content=personal("why"))
    with pytest.raises(IllegalTransition, match="time to reopen it ended"):
        case.do(again, PLAYER, at=until)
    case.do(again, PLAYER, at=until - TICK)
    assert case.complaint.review


@pytest.mark.parametrize("stage", [one for one in Stage if one not in {Stage.RESOLVED, Stage.CLOSED}])
def test_without_an_answer_there_is_no_second_look(stage: Stage) -> None:
    case = at_stage(stage)
    assert casework_decisions.may_reopen_until(case.complaint, case.rules) is None


def test_there_is_no_third_look() -> None:
    case = at_stage(Stage.RESOLVED)
    case.do(c.Reopen(ground="disputed", content=personal("why")), PLAYER)
    assert casework_decisions.may_reopen_until(case.complaint, case.rules) is None


def test_what_an_outside_body_has_is_not_looked_at_again() -> None:
    case = at_stage(Stage.RESOLVED)
    case.do(c.ReferToAdr(body="adr", complete_file_at="2026-03-02T12:00:00.000Z"))
    assert casework_decisions.may_reopen_until(case.complaint, case.rules) is None
