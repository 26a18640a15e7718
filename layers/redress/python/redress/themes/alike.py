"""Texts that are nearly the same: one was written after the other, or both after a third.

A text is the set of all its three words in a row (shingles: Broder 1997), what is no word taken for one. Two
are alike if of all shingles in either at least half are in both (Jaccard). The first text of a group speaks
for it: each other one is alike to the first, which anybody can check. Firsts are found by their rare
shingles: of sets that are alike, the rarest half of one and of the other share something (prefix filter:
Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007), so that nothing alike is overlooked, unless a
shingle among the rarest is that of more than `MOST_FIRSTS` groups.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from zlib import crc32

ALIKE = 0.5
SHINGLE = 3
FEWEST_WORDS = 8
"""A shorter text is like many others without being written after any."""
MOST_FIRSTS = 50
"""Groups that one shingle leads to."""
_BITS = 64
_FACTOR = 0x9E3779B97F4A7C15  # spreads the words of a shingle over all bits
_COUNTERS = 1 << 20
"""Shingles are counted here by their last bits: one that is counted once is in one text for certain."""

type Shingles = Sequence[int]
type Counted = Callable[[], None]  # called for each two texts that are compared


def shingles(words: Sequence[str]) -> Shingles:
    """The shingles of a text as different numbers; none of a short one."""
    if len(words) < FEWEST_WORDS:
        return array("Q")
    numbers = [_number(one) for one in words]
    found = {_together(numbers[at : at + SHINGLE]) for at in range(len(numbers) - SHINGLE + 1)}
    return array("Q", sorted(found))


def groups(texts: Sequence[Shingles], compared: Counted = lambda: None) -> Iterator[list[int]]:
    """The places of texts that are alike, the first of each group first; one alone is no group."""
    counts = _counts(texts)
    index: dict[int, list[int]] = {}
    found: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        if not text:
            continue
        rarest = _rarest(text, counts)
        first = _likest(text, texts, _candidates(rarest, index), compared)
        if first is not None:
            found[first].append(place)
            continue
        found[place] = [place]
        for one in rarest:
            firsts = index.setdefault(one, [])
            if len(firsts) < MOST_FIRSTS:
                firsts.append(place)
    return (places for places in found.values() if len(places) > 1)


def likeness(one: Shingles, other: Shingles) -> float:
    """Which part of all shingles in either text is in both."""
    both = len(set(one).intersection(other))
    return both / (len(one) + len(other) - both)


def _likest(
    text: Shingles, texts: Sequence[Shingles], firsts: Iterable[int], compared: Counted
) -> int | None:
    """The first that a text is likest to, the earliest of several; None where it is alike to none."""
    best, likest = ALIKE, None
    for first in sorted(firsts):
        if not ALIKE <= len(text) / len(texts[first]) <= 1 / ALIKE:
            continue
        compared()
        found = likeness(text, texts[first])
        if found > best or (likest is None and found >= best):
            best, likest = found, first
    return likest


def _candidates(rarest: Iterable[int], index: dict[int, list[int]]) -> set[int]:
    return {first for one in rarest for first in index.get(one, ())}


def _rarest(text: Shingles, counts: "array[int]") -> list[int]:
    """So many of the rarest that a text alike has one of them; without those that no other text has."""
    ordered = sorted(text, key=lambda one: (counts[one % _COUNTERS], one))
    most = len(text) - int(ALIKE * len(text) - 1e-9)
    return [one for one in ordered[:most] if counts[one % _COUNTERS] > 1]


def _counts(texts: Iterable[Shingles]) -> "array[int]":
    counts = array("L", bytes(_COUNTERS * array("L").itemsize))
    for text in texts:
        for one in text:
            counts[one % _COUNTERS] += 1
    return counts


@lru_cache(maxsize=200_000)
def _number(word: str) -> int:
    return crc32(word.encode())


def _together(numbers: Iterable[int]) -> int:
    found = 0
    for one in numbers:
        found = ((found ^ one) * _FACTOR) % (1 << _BITS)
    return found
