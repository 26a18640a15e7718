"""What holds for the cluster alarm, whatever was received."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from redress.domain.cluster_baseline import Expected, upper_tail
from redress.domain.clusters import Key, Watch, look

HOUR = timedelta(hours=1)
AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
LOUD = Watch(minimum=1, false_alarms=5_000, weeks=3)
"""Raises many, so that what holds of alarms is tried on many."""

type Hours = dict[datetime, int]
type Counts = dict[Key, Hours]

keys = st.builds(
    Key,
    dimension=st.sampled_from(["category", "game", "provider", "language"]),
    value=st.sampled_from(["one", "two", "three"]),
    brand=st.sampled_from(["northlight", "southlight"]),
)
zones = st.sampled_from(["UTC", "Europe/Malta", "America/Detroit", "Asia/Kathmandu", "Australia/Lord_Howe"])
past = st.dictionaries(st.integers(25, 24 * 30), st.integers(0, 40), max_size=30)
lately = st.dictionaries(st.integers(-3, 24), st.integers(0, 60), max_size=8)
means = st.floats(1e-4, 1e4)
shapes = st.floats(0.3, 1e6)


def _hours(back: dict[int, int]) -> Hours:
    return {AT - hours * HOUR: count for hours, count in back.items()}


# Some hours of the weeks before and of the last day, and hours to come; some without a complaint.
received = st.builds(lambda before, now: _hours(before | now), past, lately)
all_counts = st.dictionaries(keys, received, max_size=6)
silences = st.dictionaries(keys, st.integers(-5, 90).map(lambda back: AT - back * HOUR), max_size=4)


@given(all_counts, zones, silences)
@settings(max_examples=80)
def test_an_alarm_is_what_it_says(counts: Counts, zone: str, raised: dict[Key, datetime]) -> None:
    for alarm in look(counts, AT, zone, LOUD, raised):
        in_window = (count for hour, count in counts[alarm.key].items() if alarm.start <= hour < AT)
        assert alarm.end == AT
        assert (alarm.end - alarm.start) // HOUR in LOUD.windows
        assert alarm.count == sum(in_window) >= LOUD.minimum
        assert 0 <= alarm.p <= alarm.level
        assert 0 < alarm.expected < alarm.count
        assert alarm.upper < alarm.count
        assert 0 <= alarm.weeks <= LOUD.weeks


@given(all_counts, zones, silences)
@settings(max_examples=80)
def test_a_key_is_told_once_and_not_while_silent(
    counts: Counts, zone: str, raised: dict[Key, datetime]
) -> None:
    told = look(counts, AT, zone, LOUD, raised)
    leaders = [alarm.key for alarm in told]
    silent = {key for key, then in raised.items() if AT - then < LOUD.cool_down * HOUR}
    assert len(leaders) == len(set(leaders))
    assert silent.isdisjoint(leaders)
    for alarm in told:
        assert all(key.brand == alarm.key.brand for key in alarm.also)
        assert all(key.dimension != alarm.key.dimension for key in alarm.also)
        assert len(alarm.also) == len(set(alarm.also))


@given(all_counts, zones)
@settings(max_examples=60)
def test_who_keeps_what_was_told_hears_nothing_more_of_it(counts: Counts, zone: str) -> None:
    told = look(counts, AT, zone, LOUD, {})
    raised = {key: AT for alarm in told for key in (alarm.key, *alarm.also)}
    assert look(counts, AT, zone, LOUD, raised) == []


@given(all_counts, zones, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_keys_and_hours_does_not_matter(counts: Counts, zone: str, chance: Random) -> None:
    def shuffled[K, V](mapping: dict[K, V]) -> dict[K, V]:
        pairs = list(mapping.items())
        chance.shuffle(pairs)
        return dict(pairs)

    again = {key: shuffled(hours) for key, hours in shuffled(counts).items()}
    assert look(again, AT, zone, LOUD, {}) == look(counts, AT, zone, LOUD, {})


@given(received, zones, st.integers(1, 50))
@settings(max_examples=60)
def test_more_complaints_never_take_an_alarm_away(hours: Hours, zone: str, more: int) -> None:
    key = Key(dimension="category", value="one", brand="northlight")
    assume(look({key: hours}, AT, zone, LOUD, {}))
    last = AT - HOUR
    assert look({key: hours | {last: hours.get(last, 0) + more}}, AT, zone, LOUD, {})


@given(means, shapes, st.integers(1, 5_000))
def test_more_complaints_are_never_more_probable(mean: float, shape: float, count: int) -> None:
    likely, rare = (upper_tail(count + more, Expected(mean, shape)) for more in (0, 1))
    assert 0 <= rare <= likely * (1 + 1e-9) <= 1 + 2e-9


@given(st.integers(1, 300), shapes, means, st.floats(1.01, 10))
def test_the_more_is_expected_the_less_a_count_surprises(
    count: int, shape: float, mean: float, times: float
) -> None:
    assert upper_tail(count, Expected(mean, shape)) <= upper_tail(count, Expected(mean * times, shape)) + 1e-9
