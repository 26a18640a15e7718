"""Returns under any lives of complaints: every total is that of a recount that shares no code with them."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import instants, periods
from redress.domain.milestones import milestones
from redress.domain.periods import Span
from redress.returns import document
from tests.support.complaints import SYSTEM
from tests.support.returns import HOUR, LATER, LICENSED, STEPS, Book, figures, step, stocks
from tests.support.three_years import recount_returns
from tests.support.three_years.recount_returns import recount

FIRST = datetime(2026, 1, 20, tzinfo=UTC)
RULES = settings(max_examples=40)
ADDED_UP = ("gb-ukgc", "cw-cga")

gaps = st.integers(0, 24 * 24).map(lambda hours: hours * HOUR)
anything = st.lists(st.sampled_from(STEPS), max_size=4)
ways = st.sampled_from(
    [
        ("dispute", "answer", "close"),
        ("dispute", "answer", "reopen", "answer", "close"),
        ("complaint", "answer", "close", "refer", "rejected", "close"),
        ("dispute", "deadlock", "refer", "upheld"),
        ("complaint", "overrule", "withdraw"),
        ("duplicate",),
        ("spam",),
        (),
    ]
)
steps = st.builds(lambda way, more: (*way, *more), ways, anything)
told = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["bonuses", "account", "technical"]),
        "suspicions": st.sampled_from([(), (), ("too_fast",)]),
        "training": st.sampled_from([False, False, False, True]),
    }
)


@st.composite
def books(draw: st.DrawFn, pack: str) -> Book:
    """A register of a few complaints, some told of later than they were received."""
    book = Book()
    for _ in range(draw(st.integers(0, 5))):
        at = FIRST + draw(st.integers(0, 150 * 24)) * HOUR
        earlier = draw(st.sampled_from([0, 0, 3, 40])) * 24 * HOUR
        received = instants.to_text(at - earlier) if earlier else None
        case = book.receive(pack, at, received_at=received, **draw(told))
        for what in draw(steps):
            case.now += draw(gaps)
            step(book, case, what)
    return book


def span(pack: str, period: str) -> Span:
    """The instants of a period, by the zone of a pack."""
    zone = LICENSED.pack(pack).timezone
    return periods.span(periods.parse(period), lambda _: zone)


def recounted(book: Book, of: Span, pack: str, as_of: datetime) -> Counter[str]:
    """The recount of a period."""
    lives = [[json.loads(record.text) for record in case.records] for case in book.cases]
    start, end, until = (instants.to_text(at) for at in (of.start, of.end, as_of))
    return recount(lives, recount_returns.Span(pack, start, end, until))


@pytest.mark.parametrize(
    ("pack", "period", "after"),
    [
        ("gb-ukgc", "2026-Q1", datetime(2026, 4, 1, tzinfo=UTC)),
        ("cw-cga", "2026-H1", datetime(2026, 7, 2, tzinfo=UTC)),
        ("mt", "2026-03", datetime(2026, 4, 1, tzinfo=UTC)),
        ("ca-on-igo", "2026-Q2", datetime(2026, 7, 2, tzinfo=UTC)),
        ("us-mi-mgcb", "2026-Q1", datetime(2026, 4, 2, tzinfo=UTC)),
    ],
)
@RULES
@given(data=st.data(), days=st.integers(0, 200))
def test_a_return_is_what_a_recount_of_the_events_says(
    pack: str, period: str, after: datetime, data: st.DataObject, days: int
) -> None:
    book, as_of = data.draw(books(pack)), after + timedelta(days=days)
    told = figures(book.ask(pack, period, 1, as_of))
    found = {name: value for name, value in told.items() if value is not None}
    counts = recounted(book, span(pack, period), pack, as_of)
    assert found == {name: counts[name] for name in found}


def test_a_complaint_that_is_put_on_record_when_its_answer_is_overdue_is_unresolved_since() -> None:
    book = Book()
    case = book.receive("us-mi-mgcb", FIRST, received_at=instants.to_text(FIRST - timedelta(days=60)))
    while (ahead := milestones(case.rules, case.complaint)) and ahead[0].at <= case.now:
        case.do(ahead[0].command, SYSTEM)
    period, as_of = "2026-H1", datetime(2026, 8, 1, tzinfo=UTC)
    assert case.records[-1].at == case.records[0].at
    found = figures(book.ask("us-mi-mgcb", period, 1, as_of))
    counts = recounted(book, span("us-mi-mgcb", period), "us-mi-mgcb", as_of)
    assert found["unresolved_complaint"] == counts["unresolved_complaint"] == 1


@RULES
@given(books("cw-cga"))
def test_each_complaint_has_one_outcome(book: Book) -> None:
    found = figures(book.ask("cw-cga", "2026-H1"))
    ends = [
        value or 0
        for name, value in found.items()
        if name.startswith("outcomes.") and name != "outcomes.answered_in_period"
    ]
    categories = [value or 0 for name, value in found.items() if name.startswith("volumes.category.")]
    assert sum(ends) == sum(categories) == found["volumes"]


@RULES
@given(books("gb-ukgc"))
def test_periods_that_follow_each_other_add_up(book: Book) -> None:
    whole = book.ask("gb-ukgc", "2026-Q1", 1)
    months = [figures(book.ask("gb-ukgc", f"2026-{month:02}", 1)) for month in (1, 2, 3)]
    for name, value in figures(whole).items():
        if name not in stocks(whole):
            assert value == sum(one[name] or 0 for one in months), name


@RULES
@given(books("cw-cga"))
def test_what_is_open_at_an_end_is_open_at_the_next_start(book: Book) -> None:
    first, second = (figures(book.ask("cw-cga", period)) for period in ("2026-H1", "2026-H2"))
    assert first["volumes.open_at_end"] == second["volumes.open_at_start"]


@RULES
@given(books("gb-ukgc"), st.integers(0, 200))
def test_what_happens_later_changes_no_byte(book: Book, days: int) -> None:
    as_of = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=days)
    then = Book()
    for case in book.cases:
        kept = [record for record in case.records if record.at < as_of]
        if kept:
            then.cases.append(case)
    now = document.to_bytes(book.ask("gb-ukgc", "2026-Q1", 1, as_of))
    for case in then.cases:
        del case.records[sum(record.at < as_of for record in case.records) :]
    assert document.to_bytes(then.ask("gb-ukgc", "2026-Q1", 1, as_of)) == now


@RULES
@given(books("gb-ukgc"), st.integers(0, 200))
def test_corrections_lead_from_the_figures_before_to_those_now(book: Book, days: int) -> None:
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=days))
    now = book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)
    before, after = figures(earlier), figures(now)
    corrected = {one["id"]: one for one in now["corrects"]["figures"]}
    for name, value in before.items():
        if name in corrected:
            assert (corrected[name]["before"], corrected[name]["now"]) == (value, after[name])
            since = [one["events"] for one in corrected[name]["complaints"]]
            assert all(since)
            assert all(at >= earlier["as_of"] for events in since for *_, at in events)
        else:
            assert value == after[name]
