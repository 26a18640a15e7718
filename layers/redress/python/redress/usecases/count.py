"""A complaint is counted: whatever its counters say, they come to say what its events say."""

from collections.abc import Mapping
from typing import Protocol

from redress.domain import audit
from redress.domain.complaint import fold
from redress.domain.counting import DEFINITION, Counted, Counts, counts
from redress.domain.errors import RedressError
from redress.domain.history import History
from redress.region import Region
from redress.usecases.ports import VersionConflict

TRIES = 5
"""How often it is tried where others count at once."""


class Histories(Protocol):
    """The complaints of the table."""

    def history(self, number: str) -> History:
        """One complaint's records; what cannot be read is said to be so."""


class Counting(Protocol):
    """The counters."""

    def counted(self, number: str) -> Counted:
        """What a complaint was counted for."""

    def count(self, number: str, before: Counted, seq: int, now: Counts) -> None:
        """Have it counted for something else. Raises VersionConflict."""


class Uncountable(RedressError):
    """The complaint cannot be read, or others kept counting it."""

    def __init__(self, number: str, problem: str) -> None:
        self.number, self.problem = number, problem
        super().__init__(f"Complaint {number} cannot be counted: {problem}.")


def count(
    histories: Histories, counters: Counting, region: Region, number: str, seq: int | None = None
) -> bool:
    """Whether anything changed. The order and number of the calls change nothing in the end.

    `seq` is the event that the caller heard of: what is counted up to there already is not read again.
    Without it, it is. Raises Uncountable, RulePackInvalid.
    """
    for _ in range(TRIES):
        before = counters.counted(number)
        if seq is not None and seq <= before.seq and before.definition == DEFINITION:
            return False
        found = histories.history(number)
        now = of(found, region)
        last = found.records[-1].seq
        if before.seq == last and before.says(now):
            return False
        try:
            counters.count(number, before, last, now)
        except VersionConflict:
            continue
        return True
    raise Uncountable(number, "others count at once")


def of(found: History, region: Region) -> Counts:
    """What a complaint counts for in this region. Raises Uncountable, RulePackInvalid."""
    if found.unread or not found.records:
        raise Uncountable(found.number, found.unread or "there is no such complaint")
    try:
        return counts(found.records, region.rules_of(fold(found.records)), renamed(region))
    except audit.UNREADABLE as broken:
        raise Uncountable(found.number, "its events tell no story") from broken


def renamed(region: Region) -> Mapping[str, Mapping[str, str]]:
    """By dimension, which values are called otherwise now."""
    return {"cause": {old: one.id for one in region.causes for old in one.formerly}}
