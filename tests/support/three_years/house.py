"""An operator of many licences, and when it receives which complaints in three years: the same for a seed.

Some rises are planted, and some complaints come within minutes of local midnights at which months end or the
clocks change.
"""

from collections.abc import Iterator, Mapping
from copy import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from math import pi, sin
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redress.domain.clusters import Key
from redress.region import Cause, Region
from tests.support.cluster_histories import (
    CATEGORIES,
    CHANNELS,
    DAY_OF_FORM,
    GAMES,
    LANGUAGES,
    PRODUCTS,
    PROVIDERS,
    ROUTES,
    WEEK_OF_FORM,
    Cluster,
    Facts,
    poisson,
    some,
)
from tests.support.returns import LICENSED, PACKS

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2028, 12, 31)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
DAYS = (END - START).days

LICENCES: Mapping[str, float] = dict(zip(PACKS, (0.3, 0.25, 0.12, 0.11, 0.09, 0.08, 0.05), strict=True))
"""Which part of the complaints each has."""
BRANDS: Mapping[str, float] = {"northlight": 6, "southwind": 3, "eastgate": 1}
OLD_CAUSE, NEW_CAUSE = "slow_bank", "payment_provider_delay"
CAUSES = (NEW_CAUSE, "unclear_terms", "agent_error", "game_fault", "verification_backlog")
GAMES_PLAYED = {"casino"}

HOUSE: Region = replace(
    LICENSED,
    brands=tuple(replace(LICENSED.brands[0], id=brand, name=brand.title()) for brand in BRANDS),
    causes=tuple(
        Cause(id=one, name=one.replace("_", " "), formerly=(OLD_CAUSE,) if one == NEW_CAUSE else ())
        for one in CAUSES
    ),
)

GROWTH, SWING = 1.25, 0.2
"""A year, and by how much the seasons raise and lower it."""
LEAD_DAYS, SLOT_DAYS = 77, 21
"""Before the first planted rise, and from one to the next."""
LEAST_EXTRA, TRIES = 8, 10
TIMES, LASTING = (5, 10), (6, 24, 48)


class Receipt(NamedTuple):
    """A complaint that is to come: when, and what is known of it; `planted`: it is part of a rise."""

    at: datetime
    facts: Facts
    planted: bool = False


def planted(pack: str, size: int, seed: int) -> list[Cluster]:
    """The rises of a licence that has so many complaints: none of so few that nobody could see it."""
    draw = Random(f"{seed} {pack} rises")  # noqa: S311  (a history, no secret)
    found = []
    for slot in range(LEAD_DAYS, DAYS - SLOT_DAYS, SLOT_DAYS):
        start = START + slot * DAY + draw.randrange(24 * 14) * HOUR
        tried = [_rise(draw, start, size / DAYS) for _ in range(TRIES)]
        found += [one for one in tried if (one.times - 1) * one.usual * one.hours / 24 >= LEAST_EXTRA][:1]
    return found


def _rise(draw: Random, start: datetime, a_day: float) -> Cluster:
    key, usual = _key(draw, a_day)
    return Cluster(key, start, draw.choice(LASTING), draw.choice(TIMES), usual, round(usual, 1))


def _key(draw: Random, a_day: float) -> tuple[Key, float]:
    """A key that a rise may have, and how many complaints a day it usually gets."""
    brand = draw.choice(("northlight", "southwind"))
    of_brand = a_day * BRANDS[brand] / sum(BRANDS.values())
    casino = PRODUCTS["casino"] / sum(PRODUCTS.values())
    banking = CATEGORIES["deposits_withdrawals"] / sum(CATEGORIES.values())
    dimension, value, share = draw.choice(
        (
            *(("game", one, casino * GAMES[one] / sum(GAMES.values())) for one in list(GAMES)[:9]),
            *(("payment_route", one, banking * ROUTES[one] / sum(ROUTES.values())) for one in ROUTES),
            *(("category", one, CATEGORIES[one] / sum(CATEGORIES.values())) for one in list(CATEGORIES)[2:6]),
        )
    )
    return Key(dimension=dimension, value=value, brand=brand), of_brand * share


def receipts(pack: str, size: int, seed: int) -> list[Receipt]:
    """So many complaints in order of time: at the edges of days, of the rises, and as any day brings them."""
    draw = Random(f"{seed} {pack} receipts")  # noqa: S311  (as above)
    zone = ZoneInfo(HOUSE.pack(pack).timezone)
    found = [Receipt(at, facts(draw)) for at in _edges(zone, draw)][: size // 4]
    found += (one for rise in planted(pack, size, seed) for one in _of_rise(rise, draw))
    hours = list(_weights(zone))
    left = max(0, size - len(found))
    for place in draw.choices(range(len(hours)), cum_weights=list(accumulate(hours)), k=left):
        found.append(Receipt(_within(START + place * HOUR, draw), facts(draw)))
    return sorted(found, key=lambda one: one.at)[:size]


def facts(draw: Random, known: Mapping[str, str] | None = None) -> Facts:
    """A complaint of which some facts are known."""
    found = {"brand": some(draw, BRANDS), "language": some(draw, LANGUAGES), "channel": some(draw, CHANNELS)}
    found |= {"category": some(draw, CATEGORIES), "product": some(draw, PRODUCTS), **(known or {})}
    if "game" in found:
        found["product"] = "casino"
    if "payment_route" in found:
        found["category"] = "deposits_withdrawals"
    if found["product"] == "casino":
        found.setdefault("game", some(draw, GAMES))
        found["provider"] = f"provider-{int(found['game'].partition('-')[2]) % PROVIDERS}"
    if found["category"] == "deposits_withdrawals":
        found.setdefault("payment_route", some(draw, ROUTES))
    return found


def _of_rise(rise: Cluster, draw: Random) -> Iterator[Receipt]:
    for hour in range(rise.hours):
        for _ in range(poisson(draw, (rise.times - 1) * rise.usual / 24)):
            known = {rise.key.dimension: rise.key.value, "brand": rise.key.brand}
            yield Receipt(_within(rise.start + hour * HOUR, draw), facts(draw, known), planted=True)


def _within(hour: datetime, draw: Random) -> datetime:
    return hour + timedelta(milliseconds=draw.randrange(3_600_000))


def _weights(zone: ZoneInfo) -> Iterator[float]:
    """How likely each hour of the three years is, by hour, weekday, season and growth."""
    for place in range(24 * DAYS):
        at = START + place * HOUR
        local, years = at.astimezone(zone), (at - START) / (365 * DAY)
        season = 1 + SWING * sin(2 * pi * years)
        yield DAY_OF_FORM[local.hour] * WEEK_OF_FORM[local.weekday()] * season * GROWTH**years


def _edges(zone: ZoneInfo, draw: Random) -> list[datetime]:
    """Instants about the midnights that begin a month, or a day on which the clocks change; in some order."""
    days = [FIRST_DAY + place * DAY for place in range(1, DAYS)]
    chosen = [day for day in days if day.day == 1 or _is_long_or_short(day, zone)]
    midnights = [datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC) for one in chosen]
    around = (-MINUTE, timedelta(milliseconds=-1), timedelta(0), MINUTE)
    found = [at + draw.choice(around) for at in midnights for _ in range(2)]
    draw.shuffle(found)
    return found


def _is_long_or_short(day: date, zone: ZoneInfo) -> bool:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return midnight.utcoffset() != (midnight + DAY).utcoffset()
