"""What a period says of the service: each figure with what it is made of, and nothing where nothing is."""

from datetime import date, timedelta

import pytest

from redress.domain.counting import ALL, Cell
from redress.domain.figures import Asked, Figures, figures
from redress.domain.figures.causes import Remedy
from redress.domain.figures.service import verdict
from redress.domain.figures.statistics import chance, mean, ratio, share

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
DAY = timedelta(days=1)

type Cells = list[tuple[Cell, int]]


def cell(
    measure: str,
    n: int = 1,
    *,
    dimension: str = ALL,
    value: str = ALL,
    day: date = FIRST,
    brand: str = "north",
) -> tuple[Cell, int]:
    """A counter."""
    return Cell("gb-ukgc", day, brand, measure, dimension, value), n


def of(cells: Cells, *remedies: Remedy, brands: tuple[str, ...] | None = None) -> Figures:
    """The figures of March."""
    asked = Asked(pack="gb-ukgc", brands=brands, first=FIRST, last=LAST)
    return figures(asked, cells, remedies)


def taken(measure: str, **steps: int) -> Cells:
    """How long something took, by step."""
    whole = [cell(measure, sum(steps.values()))]
    return whole + [cell(measure, n, dimension="taken", value=name.lstrip("_")) for name, n in steps.items()]


class TestNothing:
    def test_a_month_without_a_counter_has_no_rate_and_says_so(self) -> None:
        made = of([])
        served = made["service"]
        assert (made["counters"], made["totals"]) == (0, {})
        for one in (served["upheld"], served["reopened"], served["responded"], served["adr"]["overturned"]):
            assert one == {"numerator": 0, "denominator": 0, "share": None, "low": None, "high": None}
        assert served["score"]["mean"] is None
        assert (served["answered"]["median"], served["answered"]["p90"]) == (None, None)
        assert made["backlog"]["outlook"] == "nothing_open"
        assert len(made["days"]) == 31

    def test_what_lies_outside_the_period_or_is_of_another_brand_is_not_in_it(self) -> None:
        cells = [
            cell("received", day=FIRST - DAY),
            cell("received", day=LAST + DAY),
            cell("received", brand="south"),
        ]
        assert of(cells, brands=("north",))["totals"] == {}
        assert of(cells)["totals"] == {"received": 1}


class TestStatistics:
    def test_the_interval_of_a_share_is_wilsons(self) -> None:
        """81 of 263: worked by hand from the formula of 1927, which textbooks round to 0.2553 and 0.3662."""
        found = share(81, 263)
        assert (found["share"], found["low"], found["high"]) == (0.308, 0.2553, 0.3662)

    @pytest.mark.parametrize(("part", "whole"), [(0, 5), (5, 5), (1, 3)])
    def test_an_interval_holds_its_share_and_leaves_no_probability(self, part: int, whole: int) -> None:
        found = share(part, whole)
        low, middle, high = found["low"], found["share"], found["high"]
        assert low is not None
        assert middle is not None
        assert high is not None
        assert 0 <= low <= middle <= high <= 1

    def test_more_than_one_for_each_has_no_interval(self) -> None:
        assert ratio(6, 4) == {"numerator": 6, "denominator": 4, "share": 1.5, "low": None, "high": None}
        assert share(6, 4) == ratio(6, 4)

    def test_few_scores_have_a_mean_and_no_interval(self) -> None:
        assert mean({5: 1, 4: 1}) == {"count": 2, "mean": 4.5, "low": None, "high": None}

    def test_many_scores_have_an_interval_within_what_was_given(self) -> None:
        found = mean({1: 10, 5: 90})
        assert (found["mean"], found["low"], found["high"]) == (4.6, 4.3636, 4.8364)

    def test_equal_rates_differ_by_chance_and_very_different_ones_do_not(self) -> None:
        assert chance(10, 28, 10, 28) == 1.0
        certain = chance(60, 28, 10, 28)
        assert certain is not None
        assert certain < 0.0001

    def test_the_chance_is_that_of_the_binomial(self) -> None:
        """Of five, none after: (1 + 1) / 32 by both tails of five throws of a coin."""
        assert chance(5, 28, 0, 28) == 0.0625

    def test_no_day_and_no_complaint_say_nothing(self) -> None:
        assert chance(3, 28, 0, 0) is None
        assert chance(0, 28, 0, 28) is None


class TestTimes:
    def test_median_and_ninth_decile_are_the_steps_under_which_they_lie(self) -> None:
        found = of(taken("answered", _007=5, _028=4, later=1))["service"]["answered"]
        assert (found["count"], found["beyond"]) == (10, 1)
        assert (found["median"], found["p90"]) == (7, 28)
        under = {one["under"]: one["part"]["numerator"] for one in found["steps"]}
        assert (under[5], under[7], under[21], under[28], under[84]) == (0, 5, 5, 9, 9)

    def test_what_lies_above_the_last_step_has_none(self) -> None:
        found = of(taken("answered", _007=1, later=9))["service"]["answered"]
        assert (found["median"], found["p90"]) == (None, None)

    def test_in_time_by_law_and_by_house_are_apart(self) -> None:
        law = [cell("answered", n, dimension="in_time_by_law", value=v) for v, n in (("yes", 3), ("no", 1))]
        served = of([*law, cell("answered", dimension="in_time_by_house", value="no")])["service"]
        assert served["answered_in_time_by_law"]["share"] == 0.75
        assert served["answered_in_time_by_house"]["share"] == 0.0
        assert served["acknowledged_in_time_by_law"]["share"] is None


class TestDecided:
    @pytest.mark.parametrize(
        ("own", "adr", "said"),
        [
            ("rejected", "upheld", "gave_more"),
            ("goodwill", "partly_upheld", "gave_more"),
            ("upheld", "rejected", "gave_less"),
            ("deemed_accepted", "upheld", "agrees"),
            ("rejected", "rejected", "agrees"),
            ("undecided", "upheld", "no_comparison"),
            ("rejected", "settled", "no_comparison"),
        ],
    )
    def test_how_an_outside_decision_compares(self, own: str, adr: str, said: str) -> None:
        assert verdict(own, adr) == said

    def test_what_cannot_be_compared_is_in_no_rate(self) -> None:
        pairs = {"rejected/upheld": 2, "rejected/rejected": 3, "rejected/settled": 5, "undecided/upheld": 7}
        cells = [cell("adr_decided", n, dimension="own_and_adr", value=pair) for pair, n in pairs.items()]
        found = of(cells)["service"]["adr"]
        assert (found["overturned"]["numerator"], found["overturned"]["denominator"]) == (2, 5)
        assert sum(one["count"] for one in found["table"]) == 17

    def test_where_outside_bodies_disagree_is_told_by_category_the_most_overturned_first(self) -> None:
        pairs = {"account/rejected/rejected": 4, "bonuses/rejected/upheld": 2, "bonuses/upheld/rejected": 1}
        cells = [
            cell("adr_decided", n, dimension="category_own_and_adr", value=pair) for pair, n in pairs.items()
        ]
        bonuses, account = of(cells)["service"]["adr"]["by_category"]
        assert (bonuses["category"], account["category"]) == ("bonuses", "account")
        assert (bonuses["overturned"]["numerator"], bonuses["overturned"]["denominator"]) == (3, 3)
        assert (bonuses["gave_more"]["numerator"], account["overturned"]["numerator"]) == (2, 0)
        assert {(one["own"], one["adr"]): one["verdict"] for one in bonuses["table"]} == {
            ("rejected", "upheld"): "gave_more",
            ("upheld", "rejected"): "gave_less",
        }

    def test_redress_is_told_by_currency_and_no_currency_is_a_measure(self) -> None:
        made = of([cell("paid:GBP", 1000), cell("paid:EUR", 250)])
        assert made["service"]["redress_minor"] == {"EUR": 250, "GBP": 1000}
        assert made["totals"] == {}

    def test_what_was_closed_without_a_cause_is_told(self) -> None:
        found = of([cell("closed", 4), cell("closed", 3, dimension="cause", value="terms")])
        assert found["service"]["closed_without_cause"]["numerator"] == 1


class TestCauses:
    def test_a_cause_is_told_with_its_part_its_cost_and_since_when(self) -> None:
        early = date(2025, 11, 7)
        cells = [
            cell("received", 3, dimension="cause", value="terms"),
            cell("received", day=early, dimension="cause", value="terms"),
            cell("paid:GBP"),
            cell("received", 5),
        ]
        [found] = of([*cells, cell("paid:GBP", 900, dimension="cause", value="terms")])["causes"]
        assert (found["received"]["numerator"], found["received"]["denominator"]) == (3, 3)
        assert (found["since"], found["redress_minor"]) == ("2025-11-07", {"GBP": 900})

    def test_before_and_after_leave_out_the_day_itself_and_days_that_are_not_over(self) -> None:
        turned = date(2026, 3, 20)
        days = {turned - 29 * DAY: 50, turned - 28 * DAY: 1, turned - DAY: 2, turned: 40, turned + DAY: 4}
        cells = [cell("received", n, dimension="cause", value="terms", day=day) for day, n in days.items()]
        cells.append(cell("received", day=date(2025, 1, 1)))
        remedy = Remedy(
            id="A-1", title="Rewrite", cause="terms", owner="legal", due_on=turned - DAY, done_on=turned
        )
        [found] = of(cells, remedy)["actions"]
        assert (found["before"], found["days_before"]) == (3, 28)
        assert (found["after"], found["days_after"]) == (4, 11)
        assert found["chance"] is not None

    def test_days_before_the_first_complaint_of_all_are_no_days_without_one(self) -> None:
        turned = date(2026, 3, 20)
        cells = [cell("received", day=turned - 10 * DAY)]
        remedy = Remedy(
            id="A-1", title="Rewrite", cause="terms", owner="legal", due_on=turned - DAY, done_on=turned
        )
        assert [one["days_before"] for one in of(cells, remedy)["actions"]] == [10]
        assert [one["days_before"] for one in of([], remedy)["actions"]] == [0]

    def test_an_action_of_another_time_is_not_told(self) -> None:
        remedy = Remedy(id="A-1", title="Rewrite", cause="terms", owner="legal", due_on=LAST + DAY)
        assert of([], remedy)["actions"] == []


class TestBacklog:
    def test_what_is_open_is_worked_off_at_the_rate_of_the_last_weeks(self) -> None:
        cells = [cell("received", 100, day=date(2025, 6, 1)), cell("closed", 20, day=LAST - 6 * DAY)]
        found = of(cells)["backlog"]
        assert (found["open"], found["outlook"]) == (80, "worked_off")
        assert found["by"] == (LAST + 224 * DAY).isoformat()  # 80 of 20 in 56 days
        assert found["weeks"][-1] == {"last_day": "2026-03-31", "received": 0, "closed": 20}

    @pytest.mark.parametrize(("received", "closed"), [(5, 5), (6, 5), (5_000, 5_001)])
    def test_it_never_is_where_no_more_close_than_come_or_hardly_more(
        self, received: int, closed: int
    ) -> None:
        cells = [
            cell("received", 9_000, day=date(2025, 6, 1)),
            cell("received", received),
            cell("closed", closed),
        ]
        found = of(cells)["backlog"]
        assert (found["outlook"], found["by"]) == ("never", None)

    def test_the_day_tells_what_is_open_at_its_end(self) -> None:
        cells = [cell("received", 7, day=FIRST - DAY), cell("closed", 2), cell("received", day=FIRST + DAY)]
        assert [one["open"] for one in of(cells)["days"][:3]] == [5, 6, 6]
