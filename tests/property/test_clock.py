"""What holds for every deadline, anchor, pause and extension, not only for the examples."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import clock, instants
from redress.domain.calendars import Calendar
from redress.domain.clock import Interval
from redress.domain.rulepack import Deadline, Length
from tests.support import clock_cases

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
FAST = settings(max_examples=150)

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2041, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
YEARS = range(2020, 2049)


@st.composite
def any_calendar(draw: st.DrawFn) -> Calendar:
    """Some weekend, and up to 15 days of the year off, in every year that may come up."""
    off = draw(st.sets(st.integers(0, 364), max_size=15))
    return Calendar(
        name="test 1",
        weekend=draw(st.sampled_from([(6, 7), (5, 6), (7,), ()])),
        holidays={date(year, 1, 1) + timedelta(days=day): "holiday" for year in YEARS for day in off},
    )


calendars = any_calendar()
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


@st.composite
def extended(draw: st.DrawFn) -> tuple[Deadline, list[Length]]:
    """A deadline with extensions, in its own unit or another."""
    deadline = draw(deadlines)
    units = ["hours"] if deadline.elapsed else ["calendar_days", "business_days", "weeks", "months"]
    lengths = st.builds(Length, amount=st.integers(1, 12), unit=st.sampled_from([deadline.unit, *units]))
    return deadline, draw(st.lists(lengths, max_size=2))


@FAST
@given(extended(), moments, st.timedeltas(timedelta(0), timedelta(days=60)), zones, calendars)
def test_a_later_anchor_never_gives_an_earlier_end(
    rule: tuple[Deadline, list[Length]], anchor: datetime, later: timedelta, zone: str, calendar: Calendar
) -> None:
    deadline, extensions = rule
    first, second = (
        clock.due(deadline, at, zone=zone, calendar=calendar, extensions=extensions)
        for at in (anchor, anchor + later)
    )
    assert instant(first) <= instant(second)
    assert first.last_day <= second.last_day


@FAST
@given(
    deadlines.filter(lambda one: one.unit not in ("months", "business_days")),
    lives(),
    st.timedeltas(timedelta(0), timedelta(days=60)),
    zones,
    calendars,
)
def test_nor_does_it_with_the_same_pauses_for_hours_days_and_weeks(
    deadline: Deadline,
    life: tuple[datetime, list[Interval]],
    later: timedelta,
    zone: str,
    calendar: Calendar,
) -> None:
    anchor, stops = life
    first = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    second = clock.due(deadline, anchor + later, zone=zone, calendar=calendar, pauses=stops)
    assert instant(first) <= instant(second)


@pytest.mark.parametrize(
    ("unit", "amount", "anchors", "last_days"),
    [
        # The shift counts a day of pause more for the earlier anchor, while both months end on 28 February.
        ("months", 1, ("2026-01-30T12:00Z", "2026-01-31T12:00Z"), (date(2026, 3, 6), date(2026, 3, 5))),
        # The anchor's day is a paused business day for Friday, and none for Saturday.
        (
            "business_days",
            2,
            ("2026-01-30T12:00Z", "2026-01-31T12:00Z"),
            (date(2026, 2, 9), date(2026, 2, 6)),
        ),
    ],
)
def test_an_anchor_within_a_pause_may_by_the_rules_end_months_and_business_days_earlier_than_one_before_it(
    unit: str, amount: int, anchors: tuple[str, str], last_days: tuple[date, date]
) -> None:
    """A known consequence of counting pauses by local dates from the day of the pause on."""
    deadline = Deadline(kind="duty", amount=amount, unit=unit, anchor="received")  # type: ignore[arg-type]
    pause = Interval(
        start=datetime.fromisoformat("2026-01-20T12:00Z"), end=datetime.fromisoformat("2026-02-05T12:00Z")
    )
    weekends = Calendar(name="no holidays", holidays={})
    found = [
        clock.due(
            deadline, datetime.fromisoformat(at), zone="Europe/London", calendar=weekends, pauses=[pause]
        ).last_day
        for at in anchors
    ]
    assert tuple(found) == last_days


@FAST
@given(extended(), lives(), st.integers(-5_000, 80_000), st.none() | st.integers(0, 43_200), zones, calendars)
def test_a_further_pause_never_gives_an_earlier_end(
    rule: tuple[Deadline, list[Length]],
    life: tuple[datetime, list[Interval]],
    starts: int,
    lasts: int | None,
    zone: str,
    calendar: Calendar,
) -> None:
    (deadline, extensions), (anchor, stops) = rule, life
    start = anchor + timedelta(minutes=starts)
    further = Interval(start=start, end=None if lasts is None else start + timedelta(minutes=lasts))
    without, paused = (
        clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=given_, extensions=extensions)
        for given_ in (stops, [*stops, further])
    )
    assert paused.due_at is None or instant(without) <= paused.due_at
    assert lasts is None or without.last_day <= paused.last_day


@FAST
@given(extended(), lives(), st.lists(st.floats(0, 1), max_size=3), zones, calendars)
def test_cutting_a_pause_into_touching_pieces_changes_nothing(
    rule: tuple[Deadline, list[Length]],
    life: tuple[datetime, list[Interval]],
    cuts: list[float],
    zone: str,
    calendar: Calendar,
) -> None:
    (deadline, extensions), (anchor, stops) = rule, life
    pieces = []
    for stop in stops:
        assert stop.end is not None
        edges = [stop.start, *(stop.start + (stop.end - stop.start) * cut for cut in sorted(cuts)), stop.end]
        pieces += [Interval(start=start, end=end) for start, end in pairwise(edges)]
    whole, cut = (
        clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=given_, extensions=extensions)
        for given_ in (stops, pieces)
    )
    assert whole == cut


@FAST
@given(deadlines, lives(), st.floats(0, 1), st.floats(0, 1), st.booleans(), zones, calendars)
def test_a_pause_within_another_changes_nothing(
    deadline: Deadline,
    life: tuple[datetime, list[Interval]],
    one: float,
    other: float,
    outer_is_open: bool,  # noqa: FBT001  # drawn, not passed by a caller
    zone: str,
    calendar: Calendar,
) -> None:
    anchor, stops = life
    inner = []
    for stop in stops:
        assert stop.end is not None
        length = stop.end - stop.start
        inner.append(
            Interval(start=stop.start + length * min(one, other), end=stop.start + length * max(one, other))
        )
    if outer_is_open and stops:
        stops = [*stops[1:], Interval(start=stops[0].start)]
    alone = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    assert clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=[*stops, *inner]) == alone


@FAST
@given(extended(), lives(), st.booleans(), zones, calendars, st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_pauses_do_not_matter(
    rule: tuple[Deadline, list[Length]],
    life: tuple[datetime, list[Interval]],
    still_paused: bool,  # noqa: FBT001  # drawn, not passed by a caller
    zone: str,
    calendar: Calendar,
    chance: Random,
) -> None:
    (deadline, extensions), (anchor, stops) = rule, life
    stops = [*stops, Interval(start=anchor + timedelta(days=9))] if still_paused else stops
    shuffled = [*stops, *stops[:2]]
    chance.shuffle(shuffled)
    first, second = (
        clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=given_, extensions=extensions)
        for given_ in (stops, shuffled)
    )
    assert first == second


@FAST
@given(deadlines, lives(), zones, zones, calendars)
def test_an_instant_counts_in_whatever_zone_it_is_written(
    deadline: Deadline, life: tuple[datetime, list[Interval]], zone: str, written: str, calendar: Calendar
) -> None:
    anchor, stops = life
    keeper = ZoneInfo(written)
    elsewhere = [
        Interval(start=stop.start.astimezone(keeper), end=stop.end and stop.end.astimezone(keeper))
        for stop in stops
    ]
    in_utc = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops)
    there = clock.due(deadline, anchor.astimezone(keeper), zone=zone, calendar=calendar, pauses=elsewhere)
    assert there == in_utc


@FAST
@given(extended(), lives(), zones, calendars)
def test_what_was_stored_as_text_gives_the_same_again(
    rule: tuple[Deadline, list[Length]],
    life: tuple[datetime, list[Interval]],
    zone: str,
    calendar: Calendar,
) -> None:
    """Texts hold milliseconds: what is finer moves no day, and hours by as little as was cut off."""

    def stored(moment: datetime) -> datetime:
        return instants.from_text(instants.to_text(moment))

    (deadline, extensions), (anchor, stops) = rule, life
    kept = [Interval(start=stored(stop.start), end=stop.end and stored(stop.end)) for stop in stops]
    found, again = (
        clock.due(deadline, at, zone=zone, calendar=calendar, pauses=given_, extensions=extensions)
        for at, given_ in ((anchor, stops), (stored(anchor), kept))
    )
    assert stored(instant(found)) == instant(again) == stored(instant(again))
    assert found.last_day == again.last_day


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
    assert kinds.count("end") == (found.due_at is not None) == (kinds[-1] == "end")
    assert all(step.text and step.source for step in found.explain)
    if found.due_at is not None:
        assert instants.to_text(found.due_at) in found.explain[-1].text


@FAST
@given(extended(), lives(), zones, calendars)
def test_an_end_lies_after_its_anchor(
    rule: tuple[Deadline, list[Length]],
    life: tuple[datetime, list[Interval]],
    zone: str,
    calendar: Calendar,
) -> None:
    (deadline, extensions), (anchor, stops) = rule, life
    found = clock.due(deadline, anchor, zone=zone, calendar=calendar, pauses=stops, extensions=extensions)
    if clock_cases.ends_after_any_anchor(deadline):
        assert instant(found) > anchor


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"rollover": "previous_business_day"}, "2026-03-07T00:00Z"),  # Sunday back to the end of Friday
        (
            {"count_start": "include_anchor_day", "end_at": "close_of_business", "close_time": time(12)},
            "2026-03-07T12:00Z",
        ),
    ],
)
def test_only_rolling_back_and_the_close_of_the_anchor_day_can_end_before_the_anchor(
    more: dict[str, object], expected: str
) -> None:
    deadline = Deadline(kind="duty", amount=1, unit="calendar_days", anchor="received", **more)  # type: ignore[arg-type]
    anchor = datetime.fromisoformat("2026-03-07T18:00Z")  # a Saturday
    found = clock.due(
        deadline, anchor, zone="Europe/London", calendar=Calendar(name="no holidays", holidays={})
    )
    assert found.due_at == datetime.fromisoformat(expected)


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
