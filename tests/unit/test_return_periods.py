"""In which period what happened to a complaint counts, exact at both ends, and what it counts as."""

from copy import replace
from datetime import UTC, datetime

import pytest

from redress.domain import commands as c
from redress.domain import return_lives
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from redress.usecases import returns
from tests.support.complaints import PLAYER, SYSTEM, personal
from tests.support.returns import DAY, LATER, LICENSED, SECOND, THIRD, Book, figures, rows

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def book() -> Book:
    """A register without a complaint."""
    return Book()


def test_a_deadlock_is_an_outcome_and_no_silence(book: Book) -> None:
    """The letter that names the outside body answered the player."""
    case = book.receive("gb-ukgc", MARCH)
    case.triage("dispute")
    case.do(c.DeclareDeadlock(content=personal("no way")))
    case.send(LetterKind.DEADLOCK)
    told = [rows(book.ask("gb-ukgc", "2026-Q1", 2), "records_of_complaints")]
    case.now += 400 * DAY
    case.do(c.Close(reason="adr_window_ended"), SYSTEM)
    later = case.now + DAY
    told.append(rows(book.ask("gb-ukgc", "2026-Q1", 2, as_of=later), "records_of_complaints"))
    assert [one["outcome"] for [one] in told] == ["open", "deadlock"]


def test_an_answer_counts_in_its_period_although_there_was_another_one_later(book: Book) -> None:
    case = book.receive("cw-cga", datetime(2026, 6, 20, 12, tzinfo=UTC))
    case.triage()
    case.answer("rejected")
    before = figures(book.ask("cw-cga", "2026-H1", as_of=datetime(2026, 7, 2, tzinfo=UTC)))
    case.do(c.Reopen(ground="disputed", content=personal("no")), PLAYER, at=case.now + 12 * DAY)
    case.do(c.ProposeDecision(outcome="upheld", content=personal("yes")), SECOND)
    case.do(c.ApproveDecision(), THIRD)
    case.send(LetterKind.FINAL_RESPONSE)
    after = figures(book.ask("cw-cga", "2026-H1"))
    assert before["outcomes.answered_in_period"] == after["outcomes.answered_in_period"] == 1


def test_what_was_reopened_and_is_open_at_the_end_is_told_although_it_was_closed_since(
    book: Book,
) -> None:
    case = book.receive("cw-cga", datetime(2026, 6, 20, 12, tzinfo=UTC))
    case.triage()
    case.answer("rejected")
    case.do(c.Close(reason="completed"), SYSTEM)
    july = datetime(2026, 7, 5, tzinfo=UTC)
    case.do(c.Reopen(ground="new_information", content=personal("look")), PLAYER, at=july)
    case.now = datetime(2027, 1, 5, tzinfo=UTC)
    case.do(c.ProposeDecision(outcome="upheld", content=personal("yes")), SECOND)
    case.do(c.ApproveDecision(), THIRD)
    case.send(LetterKind.FINAL_RESPONSE)
    case.do(c.Close(reason="completed"), SYSTEM)
    summer = datetime(2027, 8, 1, tzinfo=UTC)
    second, third = (figures(book.ask("cw-cga", period, as_of=summer)) for period in ("2026-H2", "2027-H1"))
    assert second["volumes.open_at_end"] == third["volumes.open_at_start"] == 1


def test_what_was_closed_at_the_first_instant_of_a_period_is_of_that_one_alone(book: Book) -> None:
    case = book.receive("cw-cga", datetime(2026, 6, 20, 12, tzinfo=UTC))
    case.triage()
    case.answer("rejected")
    case.do(c.Close(reason="completed"), SYSTEM, at=datetime(2026, 7, 1, 4, tzinfo=UTC))
    first, second = (book.ask("cw-cga", period) for period in ("2026-H1", "2026-H2"))
    assert [figures(one)["volumes.closed"] for one in (first, second)] == [0, 1]
    assert [figures(one)["volumes.open_at_end"] for one in (first, second)] == [1, 0]


def test_a_closing_alone_makes_a_complaint_part_of_its_period(book: Book) -> None:
    """Nothing else of it falls into the period, which is exact at both ends."""
    case = book.receive("cw-cga", MARCH)
    case.triage()
    case.answer("rejected")
    asked = returns.ask(LICENSED, "cw-cga", None, "2026-H2", LATER, draft=False)
    [life] = return_lives.lives([case.history], LICENSED.rules_of, "cw-cga", asked.of, LATER, None)
    old = replace(life, at_start=Stage.CLOSED, at_end=Stage.CLOSED)
    assert not return_lives.concerns(old, asked.of)
    closed = replace(old, complaint=replace(old.complaint, closed_at=asked.of.start))
    assert return_lives.concerns(closed, asked.of)
    late = replace(old, complaint=replace(old.complaint, closed_at=asked.of.end))
    assert not return_lives.concerns(late, asked.of)


def test_what_is_a_part_follows_what_it_is_a_part_of(book: Book) -> None:
    """A line that begins small is read as a part of the line above that does not."""
    for part in book.ask("gb-ukgc", "2026-Q1")["sections"] + book.ask("cw-cga", "2026-H1")["sections"]:
        whole = ""
        for one in part["figures"]:
            whole = one["label"] if one["label"][0].isupper() else whole
            assert one["label"][0].isupper() or not whole.startswith("Not counted"), one["label"]
