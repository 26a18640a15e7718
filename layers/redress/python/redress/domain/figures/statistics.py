"""Shares with their intervals, a mean with its, and whether two rates differ by more than chance."""

import math
from collections.abc import Mapping
from typing import TypedDict

NORMAL = 1.959964
"""The quantile of the normal distribution that leaves 2.5 % beyond it: intervals are of 95 %."""
ENOUGH = 30
"""Scores below which a mean has no interval: the normal approximation does not hold."""
DIGITS = 4


class Share(TypedDict):
    """A part of a whole, as numbers and as a share of 1; null where there is no whole.

    `low` and `high` bound the interval of 95 % by Wilson's score method; null where the numerator is not
    taken from the denominator, as with reopenings for each answer, which may be more than one.
    """

    numerator: int
    denominator: int
    share: float | None
    low: float | None
    high: float | None


class Mean(TypedDict):
    """The mean of so many scores, with its interval of 95 % by the normal approximation.

    Fewer than thirty scores have no interval, none have no mean.
    """

    count: int
    mean: float | None
    low: float | None
    high: float | None


def share(numerator: int, denominator: int) -> Share:
    """A part of a whole.

    Its interval: E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not 0 <= numerator <= denominator or not denominator:
        return ratio(numerator, denominator)
    n, z2 = denominator, NORMAL**2
    part = numerator / n
    middle = (part + z2 / (2 * n)) / (1 + z2 / n)
    reach = NORMAL * math.sqrt(part * (1 - part) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return {
        **ratio(numerator, denominator),
        "low": rounded(max(0.0, middle - reach)),
        "high": rounded(min(1.0, middle + reach)),
    }


def ratio(numerator: int, denominator: int) -> Share:
    """So many for each of something else: no interval."""
    found = rounded(numerator / denominator) if denominator else None
    return {"numerator": numerator, "denominator": denominator, "share": found, "low": None, "high": None}


def mean(scores: Mapping[int, int]) -> Mean:
    """The mean of scores, each with how often it was given."""
    count = sum(scores.values())
    if not count:
        return {"count": 0, "mean": None, "low": None, "high": None}
    middle = sum(score * n for score, n in scores.items()) / count
    if count < ENOUGH:
        return {"count": count, "mean": rounded(middle), "low": None, "high": None}
    spread = sum(n * (score - middle) ** 2 for score, n in scores.items()) / (count - 1)
    reach = NORMAL * math.sqrt(spread / count)
    low, high = max(middle - reach, min(scores)), min(middle + reach, max(scores))
    return {"count": count, "mean": rounded(middle), "low": rounded(low), "high": rounded(high)}


def chance(before: int, days_before: int, after: int, days_after: int) -> float | None:
    """How likely counts as far apart as these, or farther, are at one rate; None where nothing was counted.

    The conditional test of two Poisson rates, two-sided by the probabilities of the outcomes: of all that was
    counted, the part after is binomial. J. Przyborowski and H. Wilenski, Biometrika 31 (1940), 313-323.
    """
    total = before + after
    if not total or not days_before or not days_after:
        return None
    part = days_after / (days_before + days_after)
    known = math.lgamma(total + 1)
    odds = [
        known
        - math.lgamma(k + 1)
        - math.lgamma(total - k + 1)
        + k * math.log(part)
        + (total - k) * math.log1p(-part)
        for k in range(total + 1)
    ]
    limit = odds[after] + 1e-9  # those that are as likely but for the rounding
    return rounded(min(1.0, math.fsum(math.exp(one) for one in odds if one <= limit)))


def rounded(value: float) -> float:
    """To four digits: the same on every machine."""
    return round(value, DIGITS)
