"""Where a return differs from one that was made earlier: what was counted before, what now, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain.return_lives import ReturnRefused
from tests.support.complaints import PLAYER
from tests.support.returns import DAY, LATER, Book, figures

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPRING = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def book() -> Book:
    """A register without a complaint."""
    return Book()


def test_what_came_later_is_shown_as_a_correction_by_whose_events(book: Book) -> None:
    case = book.receive("gb-ukgc", MARCH)
    case.triage("dispute")
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    case.now = SPRING + DAY
    case.answer("rejected")
    case.refer()
    now = book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)
    [one] = now["corrects"]["figures"]
    assert (one["id"], one["before"], one["now"]) == ("of_which_to_adr", 0, 1)
    [because] = one["complaints"]
    assert (because["number"], because["counted_before"], because["counted_now"]) == (
        case.complaint.number,
        False,
        True,
    )
    assert "ReferredToAdr" in [kind for _, kind, _ in because["events"]]
    assert now["corrects"]["digest"] == earlier["digest"] != now["digest"]


def test_the_same_count_of_other_complaints_is_a_correction_too(book: Book) -> None:
    first = book.receive("gb-ukgc", MARCH)
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    second = book.receive("gb-ukgc", SPRING + DAY)
    book.link(first, second)
    now = book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)
    one = next(one for one in now["corrects"]["figures"] if one["id"] == "formal_complaints")
    assert (one["before"], one["now"]) == (1, 1)
    assert [(each["counted_before"], each["counted_now"]) for each in one["complaints"]] == [
        (True, False),
        (False, True),
    ]


def test_what_came_at_the_very_instant_is_of_the_later_return(book: Book) -> None:
    case = book.receive("gb-ukgc", MARCH)
    case.triage("dispute")
    case.do(c.Withdraw(), PLAYER, at=SPRING)
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    assert figures(earlier)["formal_complaints.withdrawn"] == 0
    now = book.ask("gb-ukgc", "2026-Q1", 1, SPRING + timedelta(milliseconds=1), earlier)
    [one] = now["corrects"]["figures"]
    assert [kind for _, kind, _ in one["complaints"][0]["events"]][:1] == ["Withdrawn"]


def test_nothing_new_is_no_correction(book: Book) -> None:
    book.receive("gb-ukgc", MARCH)
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    assert book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)["corrects"]["figures"] == []


def test_another_return_is_corrected_by_none(book: Book) -> None:
    quarter = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    for wrong, said in [
        (book.ask("gb-ukgc", "2026-03", 1, SPRING), "about another period"),
        (book.ask("gb-ukgc", "2026-Q1", 2, SPRING), "about another content"),
        (book.ask("cw-cga", "2025-H2", 1, SPRING), "about another pack"),
        (book.ask("gb-ukgc", "2026-Q1", 1, SPRING, draft=True), "is a draft"),
        ({**quarter, "format": "redress-proof/1"}, "is no return"),
        (book.ask("gb-ukgc", "2026-Q1", 1, LATER + DAY), "is the later one"),
    ]:
        with pytest.raises(ReturnRefused, match=said):
            book.ask("gb-ukgc", "2026-Q1", 1, LATER, wrong)
