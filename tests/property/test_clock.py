"""What holds for every deadline, anchor, pause and extension, not only for the examples."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import clock, instants
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.rulepack import Deadline, Length

ZONES = (
    "Europe/London",
    "Atlantic/Azores",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
)
FAST = settings(max_examples=150, deadline=None)

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2025, 1, 1), date(2031, 12, 31))
calendars = st.builds(
    Calendar,
    name=st.just("test 1"),
    weekend=st.sampled_from([(6, 7), (5, 6), (7,), ()]),
    holidays=st.dictionaries(days, st.just("holiday"), max_size=30),
)
elapsed_deadlines = st.builds(
    Deadline,
    kind=st.just("duty"),
    amount=st.integers(1, 2000),
    unit=st.just("hours"),
    anchor=st.just("received"),
    count_start=st.just("exact_instant"),
    end_at=st.just("exact_instant"),
)


@st.composite
def day_deadlines(draw: st.DrawFn) -> Deadline:
    """Any deadline by local days that the schema allows."""
    unit = draw(st.sampled_from(["calendar_days", "business_days", "weeks", "months"]))
    starts = ["exclude_anchor_day"] + ["include_anchor_day"] * (unit in ("calendar_days", "weeks"))
    close_time = draw(st.sampled_from([None, None, time(17), time(0, 30)]))
    return Deadline(
        kind="duty",
        amount=draw(st.integers(1, 40)),
        unit=unit,  # type: ignore[arg-type]
        anchor="received",
        count_start=draw(st.sampled_from(starts)),
        end_at="close_of_business" if close_time else "end_of_local_day",
        close_time=close_time,
        rollover=draw(st.sampled_from(["none", "next_business_day", "previous_business_day"])),
        month_overflow=draw(st.sampled_from(["clamp_last_day", "next_month_first"])),
    )


@st.composite
def pauses(draw: st.DrawFn) -> Interval:
    """A closed pause around the life of a complaint, of up to 30 days."""
    start = draw(moments)
    return Interval(start=start, end=start + timedelta(minutes=draw(st.integers(0, 43_200))))


@st.composite
def lives(draw: st.DrawFn) -> tuple[datetime, list[Interval]]:
    """An anchor, and pauses close enough to it to matter."""
    anchor = draw(moments)
    stops = []
    for _ in range(draw(st.integers(0, 5))):
        start = anchor + timedelta(minutes=draw(st.integers(-5_000, 60_000)))
        stops.append(Interval(start=start, end=start + timedelta(minutes=draw(st.integers(0, 20_000)))))
    return anchor, stops


deadlines = st.one_of(day_deadlines(), elapsed_deadlines)


def instant(found: clock.Due) -> datetime:
    assert found.due_at is not None
    return found.due_at


@FAST
@given(deadlines, moments, st.timedeltas(timedelta(0), timedelta(days=60)), zones, calendars)
def test_a_later_anchor_never_gives_an_earlier_end(
    deadline: Deadline, anchor: datetime, later: timedelta, zone: str, calendar: Calendar
) -> None:
    first = clock.due(deadline, anchor, zone=zone, calendar=calendar)
    second = clock.due(deadline, anchor + later, zone=zone, calendar=calendar)
    assert instant(first) <= instant(second)


@FAST
@given(deadlines, lives(), pauses(), zones, calendars)
def test_a_further_pause_never_gives_an_earlier_end(
    deadline: Deadline,
    life: tuple[datetime, list[Interval]],
    further: Interval,
    zone: str,
    calendar: Calendar,
) -> None:
    anchor, stops = life
    without = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    paused = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=[*stops, further])
    assert instant(without) <= instant(paused)


@FAST
@given(deadlines, lives(), zones, calendars, st.randoms(use_true_random=False))
def test_pauses_count_once_however_they_are_cut_repeated_and_ordered(
    deadline: Deadline, life: tuple[datetime, list[Interval]], zone: str, calendar: Calendar, chance: object
) -> None:
    anchor, stops = life
    pieces = [*stops]
    for stop in stops:
        assert stop.end is not None
        middle = stop.start + (stop.end - stop.start) / 2
        pieces += [Interval(start=stop.start, end=middle), Interval(start=middle, end=stop.end)]
    chance.shuffle(pieces)  # type: ignore[attr-defined]
    whole = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    assert clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=pieces) == whole


@FAST
@given(elapsed_deadlines, lives(), zones, calendars)
def test_hours_move_by_exactly_the_paused_time_before_their_end(
    deadline: Deadline, life: tuple[datetime, list[Interval]], zone: str, calendar: Calendar
) -> None:
    anchor, stops = life
    end = instant(clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops))
    edges = sorted({anchor, end, *(edge for stop in stops for edge in (stop.start, stop.end) if edge)})
    running = sum(
        (
            later - earlier
            for earlier, later in pairwise(edges)
            if anchor <= earlier < end
            and not any(stop.start <= earlier and stop.end and later <= stop.end for stop in stops)
        ),
        timedelta(0),
    )
    assert running == timedelta(hours=deadline.amount)


@FAST
@given(day_deadlines(), lives(), st.integers(1, 30), st.booleans(), zones, calendars)
def test_an_extension_never_gives_an_earlier_end(
    deadline: Deadline,
    life: tuple[datetime, list[Interval]],
    amount: int,
    same_unit: bool,  # noqa: FBT001  # drawn, not passed by a caller
    zone: str,
    calendar: Calendar,
) -> None:
    anchor, stops = life
    extension = Length(amount=amount, unit=deadline.unit if same_unit else "calendar_days")
    usual = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    longer = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops, extensions=[extension])
    assert instant(usual) <= instant(longer)


@FAST
@given(day_deadlines(), lives(), zones, calendars)
def test_what_ends_with_a_local_day_ends_at_the_first_instant_of_the_next(
    deadline: Deadline, life: tuple[datetime, list[Interval]], zone: str, calendar: Calendar
) -> None:
    anchor, stops = life
    found = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    end = instant(found)
    assert clock.local_day(end - clock.TICK, zone) <= found.last_day
    if deadline.end_at == "end_of_local_day":
        assert clock.local_day(end, zone) == found.last_day + timedelta(days=1)
        assert clock.local_day(end - clock.TICK, zone) == found.last_day


@FAST
@given(day_deadlines(), lives(), zones, calendars)
def test_what_rolls_over_ends_on_a_worked_day(
    deadline: Deadline, life: tuple[datetime, list[Interval]], zone: str, calendar: Calendar
) -> None:
    anchor, stops = life
    found = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    if deadline.rollover != "none":
        assert calendar.works(found.last_day)


@FAST
@given(deadlines, lives(), st.booleans(), st.integers(0, 2), zones, calendars)
def test_every_date_is_explained_from_its_anchor_to_its_end(
    deadline: Deadline,
    life: tuple[datetime, list[Interval]],
    still_paused: bool,  # noqa: FBT001  # drawn, not passed by a caller
    extended: int,
    zone: str,
    calendar: Calendar,
) -> None:
    anchor, stops = life
    if still_paused:
        stops = [*stops, Interval(start=anchor + timedelta(hours=1))]
    extensions = [Length(amount=1, unit="hours" if deadline.elapsed else "weeks")] * extended
    found = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops, extensions=extensions)
    kinds = [step.kind for step in found.explain]
    assert kinds[:2] == ["anchor", "count"]
    assert kinds.count("extension") == extended
    assert ("end" in kinds) == (found.due_at is not None)
    assert all(step.text and step.source for step in found.explain)
    if found.due_at is not None:
        assert instants.to_text(found.due_at) in found.explain[-1].text


@FAST
@given(deadlines, moments, zones, calendars)
def test_nothing_is_due_before_its_anchor(
    deadline: Deadline, anchor: datetime, zone: str, calendar: Calendar
) -> None:
    found = clock.due(deadline, anchor, zone=zone, calendar=calendar)
    rolls_back = deadline.rollover == "previous_business_day"
    assert rolls_back or deadline.close_time or instant(found) > anchor


@FAST
@given(
    moments,
    st.integers(1, 60),
    st.sampled_from(["seconds", "hours", "calendar_days", "business_days", "weeks", "months"]),
    zones,
    calendars,
)
def test_a_point_before_an_instant_leaves_at_least_the_length_named(
    instant_: datetime, amount: int, unit: str, zone: str, calendar: Calendar
) -> None:
    point = clock.before(instant_, amount, unit, zone, calendar)  # type: ignore[arg-type]
    assert point < instant_
    if unit == "business_days":
        assert calendar.works(clock.local_day(point, zone))
        last = clock.local_day(instant_ - clock.TICK, zone)
        assert calendar.worked_between(clock.local_day(point, zone), last) == amount


@FAST
@given(moments, st.timedeltas(timedelta(0), timedelta(days=400)), st.integers(1, 99))
def test_a_share_lies_between_anchor_and_end(anchor: datetime, length: timedelta, percent: int) -> None:
    assert anchor <= clock.fraction(anchor, anchor + length, percent) <= anchor + length


@FAST
@given(moments, moments)
def test_the_order_of_texts_is_the_order_of_instants(first: datetime, second: datetime) -> None:
    texts = instants.to_text(first), instants.to_text(second)
    assert instants.from_text(texts[0]) == first - timedelta(microseconds=first.microsecond % 1000)
    if texts[0] != texts[1]:
        assert (texts[0] < texts[1]) == (first < second)
