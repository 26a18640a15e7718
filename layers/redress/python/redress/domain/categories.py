"""What complaints are about. Ids are stored; people see the words of their language.

A category that gets another id is in FORMERLY from then on: events keep what was written, and whoever reads
one, of a complaint, a rule pack's version or a list, reads the present id. `redress check --fix` counts the
complaints anew that were counted under the old one.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum


class Category(StrEnum):
    """The subject of a complaint."""

    DEPOSITS_WITHDRAWALS = "deposits_withdrawals"
    BONUSES = "bonuses"
    GAME_RESULTS = "game_results"
    BET_SETTLEMENT = "bet_settlement"
    ACCOUNT = "account"
    VERIFICATION = "verification"
    SAFER_GAMBLING = "safer_gambling"
    TECHNICAL = "technical"
    PRIVACY = "privacy"
    OTHER = "other"


FORMERLY: Mapping[str, Category] = {}
"""Ids of earlier releases, and what each is now. No release has renamed or merged a category yet."""


def present(category: str) -> str:
    """The id that a category has now; what was never one keeps its own."""
    return FORMERLY.get(category, category)


def ever(category: str) -> tuple[str, ...]:
    """Every id that may be stored for a category: its own, and those that it had."""
    return category, *(old for old, now in FORMERLY.items() if now == category)


def faults(formerly: Mapping[str, str], categories: Iterable[str] = Category) -> Iterator[str]:
    """What is wrong with a list of former ids: one that is in use, or one that leads to none in use."""
    known = frozenset(categories)
    for old, now in formerly.items():
        if old in known:
            yield f"{old!r} is in use: what is counted under it would be counted under {now!r}"
        if now in formerly:
            yield f"{old!r} leads to {now!r}, which is a former id itself: name what that is now"
        elif now not in known:
            yield f"{old!r} leads to {now!r}, which is no category"
