"""The cluster alarm: what raises one, what does not, and what it says."""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from redress.domain.cluster_baseline import Baseline, Expected, upper_tail
from redress.domain.clusters import Alarm, Key, Watch, learn, look, look_against

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
AT = datetime(2026, 3, 18, 15, tzinfo=UTC)
LONG_AGO = AT - 12 * WEEK
WATCH = Watch()
ZONE = "Europe/Malta"

type Hours = dict[datetime, int]


def key(dimension: str, value: str, brand: str = "northlight") -> Key:
    return Key(dimension=dimension, value=value, brand=brand)


BONUSES, ACCOUNT = key("category", "bonuses"), key("category", "account")
GAME, OTHER_GAME = key("game", "comet"), key("game", "harbour")
PROVIDER, PRODUCT = key("provider", "studio"), key("product", "casino")


def every(hours: int, *, since: datetime = LONG_AGO, until: datetime = AT) -> Hours:
    """A complaint at every so many hours."""
    return {since + step * HOUR: 1 for step in range(0, (until - since) // HOUR, hours)}


def with_more(usual: Hours, more: Mapping[int, int]) -> Hours:
    """With more complaints; `more` says how many, by hours before AT."""
    added = {AT - back * HOUR: count for back, count in more.items()}
    return {hour: usual.get(hour, 0) + added.get(hour, 0) for hour in {*usual, *added}}


def house() -> dict[Key, Hours]:
    """A house with about 24 complaints a day."""
    return {
        BONUSES: every(2),
        ACCOUNT: every(2, since=LONG_AGO + HOUR),
        GAME: every(24 * 7),
        OTHER_GAME: every(24 * 9),
        PROVIDER: every(24 * 2),
        PRODUCT: every(3),
    }


def raised_by(
    changed: Mapping[Key, Hours],
    watch: Watch = WATCH,
    raised: Mapping[Key, datetime] | None = None,
    at: datetime = AT,
) -> list[Alarm]:
    """The alarms of the house with some keys changed."""
    return look({**house(), **changed}, at, ZONE, watch, raised or {})


def only(alarms: Iterable[Alarm]) -> Alarm:
    (alarm,) = alarms
    return alarm


class TestOneAlarm:
    def test_an_ordinary_hour_raises_none(self) -> None:
        assert raised_by({}) == []

    def test_a_burst_raises_one_that_says_what_was_seen_and_what_was_expected(self) -> None:
        alarm = only(raised_by({BONUSES: with_more(every(2), {1: 2, 2: 5, 3: 5, 5: 8})}))
        assert (alarm.key, alarm.also) == (BONUSES, ())
        assert (alarm.start, alarm.end) == (AT - 6 * HOUR, AT)
        assert alarm.count == 23
        assert alarm.expected == pytest.approx(3, rel=0.15)
        assert alarm.expected < alarm.upper < alarm.count
        assert alarm.p <= alarm.level < 1e-3
        assert alarm.weeks == 8

    def test_the_window_that_shows_it_best_is_told(self) -> None:
        alarm = only(raised_by({BONUSES: with_more(every(2), {1: 12, 2: 8})}))
        assert alarm.end - alarm.start == HOUR

    def test_the_expected_range_ends_where_the_alarm_begins(self) -> None:
        upper = only(raised_by({BONUSES: with_more(every(2), {1: 20})}, Watch(windows=(1,)))).upper
        assert raised_by({BONUSES: with_more(every(2), {1: upper - 1})}, Watch(windows=(1,))) == []
        told = only(raised_by({BONUSES: with_more(every(2), {1: upper + 1})}, Watch(windows=(1,))))
        assert told.upper < told.count <= upper + 2

    def test_a_slow_rise_is_seen_in_the_longest_window(self) -> None:
        alarm = only(raised_by({BONUSES: with_more(every(2), dict.fromkeys(range(1, 25), 2))}))
        assert alarm.end - alarm.start == DAY
        assert alarm.count == 60

    def test_a_rare_key_needs_the_least_number_of_complaints(self) -> None:
        assert raised_by({GAME: with_more(every(24 * 7), {1: 3})}) == []
        assert only(raised_by({GAME: with_more(every(24 * 7), {1: 5})})).count == 5
        assert raised_by({GAME: with_more(every(24 * 7), {1: 5})}, Watch(minimum=6)) == []

    def test_a_large_key_that_rises_by_less_than_half_raises_none(self) -> None:
        usual = dict.fromkeys(every(1), 200)
        more = dict.fromkeys(range(1, 25), 80)
        assert raised_by({BONUSES: with_more(usual, more)}) == []
        twice = dict.fromkeys(range(1, 25), 200)
        assert only(raised_by({BONUSES: with_more(usual, twice)})).key == BONUSES

    def test_hours_that_are_not_over_do_not_count(self) -> None:
        assert raised_by({BONUSES: with_more(every(2), {0: 50, -1: 50})}) == []

    def test_it_is_the_same_within_the_hour(self) -> None:
        burst = {BONUSES: with_more(every(2), {1: 12, 2: 8})}
        assert raised_by(burst, at=AT + timedelta(minutes=7)) == raised_by(burst)

    def test_what_is_usual_is_learned_once_a_day(self) -> None:
        counts = {**house(), BONUSES: with_more(every(2), {1: 12, 2: 8})}
        baseline = learn(counts, AT.replace(hour=0), ZONE, WATCH)
        assert look_against(baseline, counts, AT, WATCH, {}) == look(counts, AT, ZONE, WATCH, {}) != []


class TestLevel:
    def test_a_thousand_games_do_not_make_the_categories_deaf(self) -> None:
        burst = {BONUSES: with_more(every(2), {1: 12, 2: 8})}
        games = {key("game", f"game-{number}"): every(24 * 30) for number in range(1_000)}
        assert only(raised_by({**burst, **games})).level == only(raised_by(burst)).level

    def test_each_further_game_makes_an_alarm_of_a_game_harder(self) -> None:
        burst = {GAME: with_more(every(24 * 7), {1: 8})}
        games = {key("game", f"game-{number}"): every(24 * 30) for number in range(18)}
        assert only(raised_by({**burst, **games})).level == pytest.approx(only(raised_by(burst)).level / 10)

    def test_who_bears_more_false_alarms_hears_more(self) -> None:
        few = {BONUSES: with_more(every(2), {1: 3, 2: 3, 3: 3})}
        assert raised_by(few, Watch(false_alarms=0.01)) == []
        assert only(raised_by(few, Watch(false_alarms=1_000))).key == BONUSES

    def test_looks_at_a_day_overlap_so_each_may_spend_more(self) -> None:
        """Nine complaints where next to none are expected come in clumps of which nine fit in the window."""
        nine = {GAME: with_more(every(24 * 7), dict.fromkeys(range(2, 20, 2), 1))}
        hour = only(raised_by({GAME: with_more(every(24 * 7), {1: 9})}, Watch(windows=(1,))))
        day = only(raised_by(nine, Watch(windows=(24,))))
        assert day.count == hour.count == 9
        assert day.level == pytest.approx(24 / 9 * hour.level, rel=0.05)

    @pytest.mark.parametrize(
        "wrong",
        [{"windows": ()}, {"windows": (0, 6)}, {"weeks": 0}, {"minimum": 0}, {"false_alarms": 0}],
    )
    def test_a_watch_that_cannot_work_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="give"):
            Watch(**wrong)  # type: ignore[arg-type]

    def test_a_cool_down_shorter_than_a_window_would_tell_complaints_twice(self) -> None:
        with pytest.raises(ValueError, match="cool_down"):
            Watch(windows=(1, 72), cool_down=48)


class TestHistory:
    def test_without_any_history_nothing_is_tested(self) -> None:
        assert look({}, AT, ZONE, WATCH, {}) == []
        assert look({BONUSES: {AT - HOUR: 500}}, AT, ZONE, WATCH, {}) == []

    def test_an_operator_with_two_weeks_of_history_says_so_and_tests_more_carefully(self) -> None:
        since = AT - 17 * DAY
        young = {one: {at: n for at, n in hours.items() if at >= since} for one, hours in house().items()}
        burst = {1: 12, 2: 8}
        alarm = only(look({**young, BONUSES: with_more(young[BONUSES], burst)}, AT, ZONE, WATCH, {}))
        old = only(raised_by({BONUSES: with_more(every(2), burst)}))
        assert alarm.weeks == 2
        assert alarm.level == pytest.approx(old.level / 4, rel=0.1)
        assert alarm.p > old.p
        assert alarm.upper > old.upper

    def test_less_than_a_week_is_no_history(self) -> None:
        young = {BONUSES: every(2, since=AT - 7 * DAY)}
        assert look({BONUSES: with_more(young[BONUSES], {1: 50})}, AT, ZONE, WATCH, {}) == []

    def test_a_key_never_seen_before_is_told_as_new(self) -> None:
        new = key("game", "new this morning")
        assert raised_by({new: with_more({}, {3: 1, 1: 2})}) == []
        alarm = only(raised_by({new: with_more({}, {3: 3, 2: 4, 1: 4})}))
        assert (alarm.key, alarm.weeks, alarm.count) == (new, 0, 11)
        assert alarm.expected < 1

    def test_a_past_outbreak_does_not_hide_the_next(self) -> None:
        outbreak, burst = dict.fromkeys(range(24 * 20, 24 * 22), 20), {1: 20, 2: 20}
        day = Watch(windows=(24,))
        plain = only(raised_by({BONUSES: with_more(every(2), burst)}, day))
        again = only(raised_by({BONUSES: with_more(every(2), outbreak | burst)}, day))
        assert again.expected == pytest.approx(plain.expected, rel=0.25)
        assert again.upper <= 1.3 * plain.upper

    def test_a_rise_that_stays_becomes_usual(self) -> None:
        """Three times as many for good: news in the first days, not after four weeks."""
        first = only(raised_by({BONUSES: with_more(every(2), dict.fromkeys(range(1, 25), 1))}))
        stays = dict.fromkeys(range(1, 28 * 24), 1)
        assert first.key == BONUSES
        assert raised_by({BONUSES: with_more(every(2), stays)}) == []

    def test_slow_growth_is_no_rise(self) -> None:
        """Two in a hundred more every week, for a key with 240 complaints a day."""
        growing = {hour: round(10 * 1.02 ** ((hour - LONG_AGO) / WEEK)) for hour in every(1)}
        assert raised_by({BONUSES: growing}) == []

    def test_recent_weeks_weigh_more(self) -> None:
        """From 12 to 24 a day four weeks ago: half the weeks, and more than half of what is expected."""
        grown = every(2) | every(2, since=AT - 29 * DAY + HOUR)
        baseline = learn({**house(), BONUSES: grown}, AT, ZONE, WATCH)
        assert baseline.habit(BONUSES).rate * 24 > 18.5

    def test_a_key_whose_days_differ_has_a_wider_range(self) -> None:
        days = range((AT - LONG_AGO) // DAY)
        moody = {
            LONG_AGO + day * DAY + hour * HOUR: 1
            for day in days
            for hour in range(0, 24, 1 if day % 4 == 0 else 3)
        }
        usual = learn({**house(), ACCOUNT: moody}, AT, ZONE, WATCH)
        cells = range(24)
        steady, differing = (usual.expected(usual.habit(one), cells) for one in (BONUSES, ACCOUNT))
        assert differing.mean == pytest.approx(steady.mean, rel=0.15)
        assert differing.shape < steady.shape / 2

    def test_a_key_that_few_complaints_tell_of_has_a_wider_range_for_its_size(self) -> None:
        usual = learn(house(), AT, ZONE, WATCH)
        rare, common = (usual.expected(usual.habit(one), range(24)) for one in (GAME, BONUSES))
        assert rare.mean < common.mean
        assert rare.shape < common.shape / 3


class TestWeek:
    SATURDAY = datetime(2026, 3, 21, 19, tzinfo=UTC)

    def saturdays(self, until: datetime) -> Hours:
        """Eight complaints in each of four hours of a Saturday evening."""
        evenings = (until - weeks * WEEK - hour * HOUR for weeks in range(12) for hour in range(1, 5))
        return dict.fromkeys(evenings, 8)

    def test_the_usual_evening_is_none_and_the_same_count_on_another_day_is(self) -> None:
        counts = {**house(), BONUSES: self.saturdays(self.SATURDAY)}
        assert look(counts, self.SATURDAY, ZONE, WATCH, {}) == []
        tuesday = self.SATURDAY - 4 * DAY
        early = dict.fromkeys((tuesday - hour * HOUR for hour in range(1, 5)), 8)
        past = {hour: count for hour, count in counts[BONUSES].items() if hour < tuesday}
        alarm = only(look({**counts, BONUSES: past | early}, tuesday, ZONE, WATCH, {}))
        assert alarm.key == BONUSES

    def test_a_rare_key_has_the_week_of_all_complaints(self) -> None:
        busy = {hour: 1 if 8 <= hour.hour < 20 else 0 for hour in every(1)}
        counts = {**{key("category", str(number)): busy for number in range(12)}, GAME: every(24 * 7)}
        baseline = learn(counts, AT, "UTC", WATCH)
        habit = baseline.habit(GAME)
        noon, night = (habit.week[24 * 2 + hour] for hour in (12, 2))
        assert noon > 3 * night > 0

    def test_the_week_is_that_of_the_zone_when_the_clocks_change(self) -> None:
        """A desk that opens at nine gets its complaints at nine, in summer an hour of UTC earlier."""
        zone = ZoneInfo(ZONE)
        start = datetime(2026, 1, 19, 9, tzinfo=zone)
        nines = {(start + day * DAY).astimezone(UTC): 6 for day in range(72)}
        assert {hour.hour for hour in nines} == {7, 8}
        monday = datetime(2026, 3, 30, 8, tzinfo=UTC)
        counts = {**house(), BONUSES: nines}
        assert look(counts, monday, ZONE, WATCH, {}) == []
        surprised = look(counts, monday, "UTC", WATCH, {})
        assert [alarm.key for alarm in surprised] == [BONUSES]

    def test_a_day_of_25_hours_has_both_and_one_of_23_has_none_of_the_hour_that_changes(self) -> None:
        baseline = Baseline[Key]({}, AT, zone=ZONE, weeks=8, windows=(1,), views=1)
        sunday = 6 * 24
        autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
        assert [baseline.cell(autumn + hour * HOUR) - sunday for hour in range(5)] == [0, 1, 2, 2, 3]
        spring = datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert [baseline.cell(spring + hour * HOUR) - sunday for hour in range(4)] == [0, 1, 3, 4]

    def test_an_unknown_zone_is_refused(self) -> None:
        with pytest.raises(ZoneInfoNotFoundError):
            look(house(), AT, "Europe/Atlantis", WATCH, {})


class TestCoolDown:
    BURST: Mapping[Key, Hours] = {BONUSES: with_more(every(2), {1: 12, 2: 8})}

    def test_a_key_is_silent_after_its_alarm(self) -> None:
        assert raised_by(self.BURST, raised={BONUSES: AT - 47 * HOUR}) == []
        assert only(raised_by(self.BURST, raised={BONUSES: AT - 48 * HOUR})).key == BONUSES

    def test_another_key_is_not(self) -> None:
        assert only(raised_by(self.BURST, raised={GAME: AT - HOUR})).key == BONUSES

    def test_what_follows_from_a_known_rise_is_known(self) -> None:
        """The provider passes its level an hour after its game was told."""
        burst = {1: 7, 2: 7}
        both = {
            GAME: with_more(every(24 * 7), burst),
            PROVIDER: with_more(every(24 * 2), burst),
        }
        assert raised_by(both, raised={GAME: AT - HOUR}) == []
        assert only(raised_by({PROVIDER: both[PROVIDER]}, raised={GAME: AT - HOUR})).key == PROVIDER


class TestSameComplaints:
    BURST: Mapping[int, int] = {1: 9, 2: 7}

    def test_a_game_its_provider_and_its_product_are_one_alarm_for_the_game(self) -> None:
        usual = house()
        rising = {one: with_more(usual[one], self.BURST) for one in (GAME, PROVIDER, PRODUCT)}
        alarm = only(raised_by(rising))
        assert alarm.key == GAME
        assert set(alarm.also) == {PROVIDER, PRODUCT}

    def test_two_games_of_one_provider_are_one_alarm_for_the_provider(self) -> None:
        usual = house()
        alarm = only(
            raised_by(
                {
                    GAME: with_more(usual[GAME], {1: 5, 2: 4}),
                    OTHER_GAME: with_more(usual[OTHER_GAME], {1: 4, 2: 3}),
                    PROVIDER: with_more(usual[PROVIDER], {1: 9, 2: 7}),
                }
            )
        )
        assert alarm.key == PROVIDER
        assert set(alarm.also) == {GAME, OTHER_GAME}

    def test_a_language_that_gets_its_usual_share_of_a_rise_is_named_in_it(self) -> None:
        english, german = key("language", "en"), key("language", "de")
        burst = dict.fromkeys(range(1, 7), 10)
        alarm = only(
            raised_by(
                {
                    PRODUCT: with_more(every(3), burst),
                    english: with_more(every(4), dict.fromkeys(burst, 7)),
                    german: with_more(every(10), dict.fromkeys(burst, 3)),
                }
            )
        )
        assert alarm.key == PRODUCT
        assert set(alarm.also) == {english, german}

    def test_a_share_of_it_at_another_time_is_another_rise(self) -> None:
        german = key("language", "de")
        rising = {
            PRODUCT: with_more(every(3), dict.fromkeys(range(1, 7), 20)),
            german: with_more(every(10), dict.fromkeys(range(14, 20), 3)),
        }
        assert {alarm.key for alarm in raised_by(rising)} == {PRODUCT, german}

    def test_two_rises_of_one_dimension_are_two_alarms(self) -> None:
        usual = house()
        rising = {one: with_more(usual[one], self.BURST) for one in (GAME, OTHER_GAME)}
        assert {alarm.key for alarm in raised_by(rising)} == {GAME, OTHER_GAME}

    def test_rises_that_share_no_hour_are_two_alarms(self) -> None:
        usual = house()
        rising = {
            GAME: with_more(usual[GAME], dict.fromkeys(range(1, 6), 2)),
            PROVIDER: with_more(usual[PROVIDER], dict.fromkeys(range(12, 17), 2)),
        }
        assert {alarm.key for alarm in raised_by(rising)} == {GAME, PROVIDER}

    def test_rises_of_different_size_are_two_alarms(self) -> None:
        usual = house()
        rising = {
            BONUSES: with_more(usual[BONUSES], {1: 60, 2: 60}),
            GAME: with_more(usual[GAME], {1: 9, 2: 7}),
        }
        assert {alarm.key for alarm in raised_by(rising)} == {BONUSES, GAME}

    def test_another_brand_has_its_own_alarm(self) -> None:
        other = replace(GAME, brand="southlight")
        rising = {one: with_more(every(24 * 7), self.BURST) for one in (GAME, other)}
        assert [alarm.key for alarm in raised_by(rising)] == [GAME, other]


class TestUpperTail:
    @pytest.mark.parametrize("shape", [1, 2, 5, 40])
    @pytest.mark.parametrize("mean", [Fraction(1, 50), Fraction(1), Fraction(7), Fraction(90)])
    @pytest.mark.parametrize("count", [1, 2, 5, 12, 40, 150])
    def test_it_is_that_of_exact_fractions(self, count: int, mean: Fraction, shape: int) -> None:
        """With a whole shape, the probability is a sum of fractions: here without any rounding."""
        share = mean / (mean + shape)
        below = sum(comb(k + shape - 1, k) * share**k * (1 - share) ** shape for k in range(count))
        assert upper_tail(count, Expected(float(mean), float(shape))) == pytest.approx(
            float(1 - below), rel=1e-9
        )

    def test_far_out_it_is_small_and_not_zero(self) -> None:
        assert 0 < upper_tail(100, Expected(1, 50)) < 1e-60

    def test_with_a_large_shape_it_is_that_of_poisson(self) -> None:
        assert upper_tail(10, Expected(1, 1e7)) == pytest.approx(1.1142547833872e-07, rel=1e-4)

    def test_no_complaints_or_more_are_certain(self) -> None:
        assert upper_tail(0, Expected(3, 5)) == 1
