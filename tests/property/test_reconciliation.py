"""The proof of a day under any timing: nothing due is left out, told twice, or told otherwise later."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain import reconciliation
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.domain.milestones import milestones
from redress.domain.promises import promises
from redress.domain.reconciliation import OURS, Period, Reconciliation
from redress.domain.reconciliation.span import span
from redress.proofs import document
from redress.usecases import reconcile
from tests.support.complaints import APPROVE, APPROVER, PLAYER, PROPOSE, REGION, SYSTEM, TRIAGE, Case, submit

FIRST = date(2026, 3, 2)
DAYS = 75
RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)

hours = st.floats(min_value=0, max_value=24)
ends = st.sampled_from(["answered", "withdrawn", "open"])


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """A British complaint whose workflow runs with delays, sometimes not at all, and that ends somehow."""
    case = Case(submit("gb-ukgc"), RECEIVED + draw(hours) * HOUR)
    case.send(LetterKind.ACKNOWLEDGEMENT, at=case.now + draw(st.sampled_from([0.01, 5, 23, 25, 60])) * HOUR)
    case.do(TRIAGE, SYSTEM)
    stops, end = RECEIVED + draw(st.integers(1, 70)) * 24 * HOUR, draw(ends)
    while ahead := [one for one in milestones(case.rules, case.complaint) if one.at < stops]:
        late = draw(st.sampled_from([0, 0, 0.05, 2, 30]))
        case.do(ahead[0].command, SYSTEM, at=max(ahead[0].at + late * HOUR, case.now))
        post(case)
    at = max(stops, case.now)
    if end == "withdrawn" and case.complaint.stage == "investigating":
        case.do(c.Withdraw(), PLAYER, at=at)
    if end == "answered" and case.complaint.stage == "investigating":
        case.do(PROPOSE, at=at)
        case.do(APPROVE, APPROVER)
        post(case)
    return case


def post(case: Case) -> None:
    """Send every letter that is owed."""
    while owed := [one for one in case.complaint.letters.values() if one.is_live(case.complaint.stage)]:
        case.do(c.ClaimLetter(letter=owed[0].key), SYSTEM)
        case.do(c.RecordLetterSent(letter=owed[0].key, message_id="message-1"), SYSTEM)


@cache
def period(place: int) -> Period:
    """A day, counted from the first."""
    return reconcile.period(REGION, "gb-ukgc", FIRST + timedelta(days=place))


def told(case: Case, place: int, records: int | None = None) -> Reconciliation:
    """The proof of a day, from so many of the records."""
    kept = tuple(case.records[:records])
    of = period(place)
    found = History(number=case.complaint.number, records=kept)
    return reconciliation.reconcile([found], REGION.rules_of, of)


@settings(max_examples=10)
@given(lives())
def test_every_duty_is_told_on_exactly_one_day_and_late_ones_are_gaps(case: Case) -> None:
    days = [told(case, place) for place in range(DAYS)]
    counted = Counter((one.clock, one.due_at) for day in days for one in day.lines if one.duty)
    assert set(counted.values()) <= {1}
    until = days[-1].period.end
    owed = [one for one in promises(case.rules, case.complaint) if one.kind in OURS and one.due_at]
    assert {(one.clock, one.due_at) for one in owed if one.due_at and one.due_at <= until} <= set(counted)
    gaps = {(gap.clock, gap.due_at) for day in days for gap in day.gaps if gap.kind in {"missed", "late"}}
    for one in owed:
        if one.due_at and one.due_at <= until and one.kind != "notice_trigger" and not one.kept:
            assert (one.clock, one.due_at) in gaps


@settings(max_examples=10)
@given(lives())
def test_every_duty_that_was_met_is_told_as_met_on_exactly_one_day(case: Case) -> None:
    """On its own day, or on the day on which it was met at last."""
    days = [told(case, place) for place in range(DAYS)]
    own = Counter((one.clock, one.due_at) for day in days for one in day.lines if one.duty and one.met_at)
    since = Counter((one.clock, one.due_at) for day in days for one in day.met_since)
    last = days[-1].period
    for one in promises(case.rules, case.complaint):
        known = one.met_at is not None and one.met_at < last.told_at
        if one.kind in OURS and one.due_at and one.due_at <= last.end and known:
            assert (own + since)[one.clock, one.due_at] == 1
    assert all(one.late for day in days for one in day.met_since)


@settings(max_examples=10)
@given(lives())
def test_every_milestone_on_record_is_told_on_exactly_one_day(case: Case) -> None:
    days = [told(case, place) for place in range(DAYS)]
    counted = Counter(one.recorded_by for day in days for one in day.lines if one.recorded_by)
    until = days[-1].period
    reached = [
        one.seq
        for one in case.records
        if type(one.event).__name__ == "MilestoneReached" and one.at < until.told_at
    ]
    assert set(counted.values()) <= {1}
    assert set(reached) - {one.seq for one in case.records if one.at >= until.told_before} <= set(counted)


@settings(max_examples=10)
@given(lives(), st.integers(0, DAYS))
def test_what_happens_after_a_day_was_told_of_changes_no_byte_of_it(case: Case, place: int) -> None:
    of = told(case, place).period
    known = sum(1 for one in case.records if one.at < of.told_at)
    bodies = {document.to_bytes(document.of(told(case, place, count))) for count in (known, None) if known}
    assert len(bodies) <= 1


@settings(max_examples=10)
@given(lives())
def test_a_complaint_is_received_once_and_open_until_it_is_closed(case: Case) -> None:
    days = [told(case, place) for place in range(DAYS)]
    assert sum(len(day.received) for day in days) == 1
    assert sum(len(day.closed) for day in days) <= 1
    stands = [bool(day.open) for day in days[days.index(next(day for day in days if day.received)) :]]
    assert stands == sorted(stands, reverse=True)


@settings(max_examples=10)
@given(lives())
def test_a_day_that_a_complaint_does_not_touch_tells_nothing_of_it(case: Case) -> None:
    history = History(number=case.complaint.number, records=tuple(case.records))
    lasts = span(history, REGION.rules_of)
    assert lasts
    parts = {
        place: reconciliation.part(history, REGION.rules_of, period(place)) for place in range(-3, 3 * DAYS)
    }
    assert [place for place, part in parts.items() if part and not lasts.touches(period(place))] == []
    if lasts.over:
        assert not lasts.touches(period(3 * DAYS))
    assert not lasts.touches(period(-3))
