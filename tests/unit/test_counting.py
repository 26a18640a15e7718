"""What a complaint counts for: each thing that happened, on its local day, by what is known of it now."""

from collections import Counter
from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.domain.counting import ALL, FACTS, WHOLE_DAY, Cell, Counts, counts, within
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    NUMBER,
    PLAYER,
    PROPOSE_REDRESS,
    SYSTEM,
    Case,
    at_stage,
    milestone,
    personal,
    submit,
)

SUMMER = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # the first of July in London

REFER = c.ReferToAdr(body="adr", complete_file_at="2026-03-02T12:00:00.000Z", content={"reference": "1"})


def counted(case: Case) -> Counts:
    return counts(case.records, case.rules, {})


def of(found: Counts, measure: str, dimension: str = ALL) -> Counter[str]:
    """How often, by value, whenever it was."""
    total: Counter[str] = Counter()
    for cell, n in found.items():
        if (cell.measure, cell.dimension) == (measure, dimension) and cell.hour != WHOLE_DAY:
            total[cell.value] += n
    return total


def resolved() -> Case:
    case = at_stage(Stage.INVESTIGATING)
    case.do(PROPOSE_REDRESS)
    case.do(APPROVE, APPROVER)
    case.send(LetterKind.FINAL_RESPONSE, at=case.now + timedelta(seconds=2))
    return case


def test_a_complaint_is_received_on_the_day_of_its_packs_zone_and_in_its_hour_of_utc() -> None:
    case = Case(submit("gb-ukgc"), SUMMER)
    found = {cell for cell in counted(case) if cell.dimension == ALL}
    assert found == {
        Cell("gb-ukgc", date(2026, 7, 1), "northlight", "received", ALL, ALL, "2026-06-30T23"),
        Cell("gb-ukgc", date(2026, 7, 1), "northlight", "received", ALL, ALL, WHOLE_DAY),
    }


def test_what_later_periods_look_back_at_is_counted_by_the_day_besides() -> None:
    case = resolved()
    case.do(c.FindCause(cause="unclear_terms"))
    case.do(c.Close(reason="completed"), SYSTEM)
    besides = {cell[3:6]: n for cell, n in counted(case).items() if cell.hour == WHOLE_DAY}
    assert besides == {
        ("received", ALL, ALL): 1,
        ("closed", ALL, ALL): 1,
        ("received", "cause", "unclear_terms"): 1,
    }


def test_it_counts_by_everything_that_is_known_of_it_and_by_nothing_that_is_not() -> None:
    case = Case(submit("gb-ukgc"))
    case.do(c.StateSubject(game="slot-1842", payment_route="card"))
    case.do(c.FindCause(cause="unclear_terms"))
    by = {cell.dimension: cell.value for cell in counted(case)}
    assert by == {
        "all": "all",
        "category": "bonuses",
        "cause": "unclear_terms",
        "game": "slot-1842",
        "payment_route": "card",
        "language": "en",
        "channel": "form",
    }


def test_what_is_learnt_later_counts_as_if_it_had_been_known() -> None:
    case = at_stage(Stage.INVESTIGATING)
    assert of(counted(case), "received", "category") == {"bonuses": 1}
    case.do(c.Recategorise(category="account", team="care", content=personal("why")))
    assert of(counted(case), "received", "category") == {"account": 1}


def test_a_whole_life_counts_each_step_once() -> None:
    case = resolved()
    [owed] = case.complaint.unpaid
    case.do(c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-02", opened=owed.opened))
    case.send(LetterKind.FEEDBACK_REQUEST)
    case.do(c.GiveFeedback(score=4), PLAYER)
    case.do(c.Close(reason="completed"), SYSTEM)
    found = counted(case)
    happened = {cell.measure: n for cell, n in found.items() if cell.dimension == ALL}
    assert happened == {
        "received": 1,
        "acknowledged": 1,
        "decided": 1,
        "answered": 1,
        "paid:GBP": 1000,
        "surveyed": 1,
        "rated": 1,
        "closed": 1,
    }
    assert of(found, "answered", "outcome") == {"partly_upheld": 1}
    assert of(found, "rated", "score") == {"4": 1}
    assert of(found, "closed", "reason") == {"completed": 1}
    assert of(found, "paid:GBP", "team") == {"payments": 1000}


def test_how_soon_and_whether_in_time_is_counted_with_the_letter() -> None:
    found = counted(resolved())
    assert of(found, "acknowledged", "taken") == {"001": 1}
    assert of(found, "answered", "taken") == {"001": 1}
    assert of(found, "answered", "in_time_by_law") == {"yes": 1}


def test_an_answer_after_its_last_day_counts_as_late_by_law() -> None:
    case = at_stage(Stage.INVESTIGATING, submit("gb-ukgc"))
    late = case.now + timedelta(weeks=9)
    case.do(PROPOSE_REDRESS, at=late)
    case.do(APPROVE, APPROVER)
    case.send(LetterKind.FINAL_RESPONSE)
    found = counted(case)
    assert of(found, "answered", "in_time_by_law") == {"no": 1}
    assert of(found, "answered", "taken") == {"070": 1}


def test_a_referral_to_the_outside_body_and_its_decision_count_beside_the_operators_own() -> None:
    case = resolved()
    case.do(REFER)
    case.do(c.RecordAdrOutcome(outcome="upheld"))
    found = counted(case)
    assert of(found, "referred", "body") == {"adr": 1}
    assert of(found, "adr_decided", "own_and_adr") == {"partly_upheld/upheld": 1}
    assert of(found, "adr_decided", "category_own_and_adr") == {"bonuses/partly_upheld/upheld": 1}


def test_a_complaint_counts_as_closed_once_however_often_it_was() -> None:
    case = resolved()
    case.do(c.Close(reason="completed"), SYSTEM)
    case.do(REFER)
    assert of(counted(case), "closed") == {}
    case.do(c.RecordAdrOutcome(outcome="rejected"))
    case.do(c.Close(reason="adr_decided"), SYSTEM)
    assert of(counted(case), "closed", "reason") == {"adr_decided": 1}


def test_reopening_escalation_and_a_breach_count_with_what_they_are() -> None:
    case = resolved()
    case.do(milestone("due", breach=True), SYSTEM)
    case.do(c.Reopen(ground="disputed", content=personal("why")), PLAYER)
    case.do(c.Escalate(content=personal("why")))
    found = counted(case)
    assert of(found, "reopened", "ground") == {"disputed": 1}
    assert of(found, "escalated", "level") == {"1": 1}
    assert of(found, "breached", "clock") == {"final": 1}


def test_a_duplicate_counts_as_that_and_as_nothing_else() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=personal("why")))
    assert {cell.measure for cell in counted(case)} == {"duplicates"}


def test_practice_counts_nowhere() -> None:
    assert counted(Case(replace(submit(), training=True))) == {}


def test_spam_counts_nowhere_and_counts_again_once_it_is_found_to_be_none() -> None:
    case = Case(replace(submit(), suspicions=("honeypot",)))
    case.do(c.RejectAsSpam(content=personal("why")))
    assert counted(case) == {}
    case.do(c.Release(content=personal("why")))
    assert of(counted(case), "received") == {ALL: 1}
    assert of(counted(case), "closed") == {}


def test_a_renamed_value_counts_under_its_present_name() -> None:
    case = Case()
    case.do(c.FindCause(cause="old_name"))
    found = counts(case.records, case.rules, {"cause": {"old_name": "new_name"}})
    assert of(found, "received", "cause") == {"new_name": 1}


def test_what_a_complaint_counts_for_says_nothing_personal() -> None:
    case = resolved()
    assert "PERSONAL" not in repr(counted(case))
    assert NUMBER not in repr(counted(case))


@pytest.mark.parametrize(
    ("taken", "step"),
    [
        (timedelta(0), "001"),
        (timedelta(hours=1) - timedelta(milliseconds=1), "001"),
        (timedelta(hours=1), "004"),
        (timedelta(hours=23, minutes=59), "024"),
        (timedelta(hours=24), "048"),
        (timedelta(hours=48), "later"),
    ],
)
def test_a_time_belongs_to_the_first_step_that_it_is_under(taken: timedelta, step: str) -> None:
    assert within(taken, timedelta(hours=1), (1, 4, 24, 48)) == step


def test_the_facts_that_are_counted_are_facts_of_a_complaint() -> None:
    assert set(FACTS) <= Complaint.__annotations__.keys()
