"""What many people write of that was not written of before: words that come together, and did not.

Of a language, over people (whoever writes twice counts once, a text that many sent counts once):

1. Each two terms that at least `FEWEST_PLAYERS` people have in common are a pair if chance does not bring
   them together: their likelihood ratio (Dunning 1993) is at least `SURE`, and the cosine of their people at
   least `TOGETHER`. The cosine does not change with texts that have neither (null-invariant: Tan, Kumar,
   Srivastava 2002), so that more texts about something else move no pair.
2. A pair has risen if its part of the people is `RISE` times what it was before, and the likelihood ratio of
   now and before at least `RISEN`: what always goes together (`bank transfer`) is no news. Where nothing was
   written before, nothing has risen.
3. The risen pair with the highest people x cosine begins a theme. Its further words are those which `HALF` of
   these people wrote, by the measures of 1. In the theme is who wrote `needed` of its words, one of the pair
   among them.
4. 3. again among those who are in no theme, while there are pairs, up to `MOST_THEMES`.

People are bits of a whole number, and two terms are compared by one operation: `MOST_TERMS` by `MOST_TERMS`
/ 2 for a language at most, however many texts there are.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations

from redress.domain.values import Value
from redress.themes.vocabulary import FEWEST_PLAYERS, MOST_TERMS

SURE = 33.0
"""By chance one pair in a hundred million is so (chi-square with one degree): of a million, hardly any."""
TOGETHER = 0.4
RISEN = 10.8
"""Once in a thousand it is so by chance."""
RISE = 2.0
HALF = 0.5
MOST_WORDS = 8
MOST_THEMES = 20

type People = int  # a bit for each


class Theme(Value):
    """The terms of a theme, the most telling first, and the people who wrote of it."""

    terms: tuple[str, ...]
    pair: frozenset[str]

    @property
    def needed(self) -> int:
        """How many of its terms a text has to have."""
        return 2 if len(self.terms) < 6 else 3

    def holds(self, terms: Set[str]) -> bool:
        """Whether a text of these terms is about it."""
        return not self.pair.isdisjoint(terms) and len(terms & set(self.terms)) >= self.needed


def themes(
    people: Sequence[Set[str]], before: Sequence[Set[str]], compared: Callable[[], None] = lambda: None
) -> Iterator[Theme]:
    """The themes of people by the terms that each wrote now, and others before, the strongest first."""
    bits = _bits(people)
    free: People = (1 << len(people)) - 1
    found = 0
    for one, other in _risen(_pairs(bits, len(people), compared), bits, len(people), before):
        if found == MOST_THEMES:
            return
        if not _strength(bits[one] & free, bits[other] & free, free.bit_count()):
            continue
        theme = _grown(bits, one, other, free)
        members = _members(theme, bits) & free
        if members.bit_count() >= FEWEST_PLAYERS:
            found += 1
            free &= ~members
            yield theme


def _risen(
    pairs: Iterable[tuple[str, str]], bits: Mapping[str, People], now: int, before: Sequence[Set[str]]
) -> Iterator[tuple[str, str]]:
    """The pairs that more people write than before."""
    earlier = _as_bits(before, bits.keys())
    for one, other in pairs:
        both, usual = ((of[one] & of[other]).bit_count() for of in (bits, earlier))
        if (
            both * len(before) >= RISE * usual * now
            and likelihood_ratio(both, now, both + usual, now + len(before)) >= RISEN
        ):
            yield one, other


def likelihood_ratio(both: int, one: int, other: int, all_of: int) -> float:
    """Dunning's G² of how many have one thing, another, and both of them; 0 where both are not more than
    chance explains.
    """
    if both * all_of <= one * other:
        return 0.0
    cells = (
        (both, one * other),
        (one - both, one * (all_of - other)),
        (other - both, (all_of - one) * other),
        (all_of - one - other + both, (all_of - one) * (all_of - other)),
    )
    return 2 * sum(seen * math.log(seen * all_of / chance) for seen, chance in cells if seen)


def _bits(people: Sequence[Set[str]]) -> Mapping[str, People]:
    """The people of each term, for the terms of the most."""
    counts = Counter(term for terms in people for term in terms)
    most = sorted(counts, key=lambda term: (-counts[term], term))[:MOST_TERMS]
    return _as_bits(people, {term for term in most if counts[term] >= FEWEST_PLAYERS})


def _as_bits(people: Sequence[Set[str]], wanted: Set[str]) -> Mapping[str, People]:
    rows = {term: bytearray(len(people) // 8 + 1) for term in sorted(wanted)}
    for place, terms in enumerate(people):
        for term in terms & wanted:
            rows[term][place // 8] |= 1 << place % 8
    return {term: int.from_bytes(row, "little") for term, row in rows.items()}


def _pairs(bits: Mapping[str, People], all_of: int, compared: Callable[[], None]) -> list[tuple[str, str]]:
    """The pairs, the strongest first."""
    found: list[tuple[float, str, str]] = []
    for one, other in combinations(sorted(bits), 2):
        compared()
        strength = _strength(bits[one], bits[other], all_of)
        if strength:
            found.append((-strength, one, other))
    return [(one, other) for _, one, other in sorted(found)]


def _strength(one: People, other: People, all_of: int) -> float:
    """People by cosine of a pair; 0 for what is none."""
    both = (one & other).bit_count()
    if both < FEWEST_PLAYERS:
        return 0.0
    of_one, of_other = one.bit_count(), other.bit_count()
    cosine = both / math.sqrt(of_one * of_other)
    if cosine < TOGETHER or likelihood_ratio(both, of_one, of_other, all_of) < SURE:
        return 0.0
    return both * cosine


def _grown(bits: Mapping[str, People], one: str, other: str, free: People) -> Theme:
    """The pair with the further words of those who wrote it."""
    seed, all_of = bits[one] & bits[other] & free, free.bit_count()
    size = seed.bit_count()
    told: list[tuple[float, str]] = []
    for term, people in bits.items():
        inside = (people & seed).bit_count()
        if term in {one, other} or inside < max(FEWEST_PLAYERS, HALF * size):
            continue
        strength = _strength(people & free, seed, all_of)
        if strength:
            told.append((-strength, term))
    further = [term for _, term in sorted(told)[: MOST_WORDS - 2]]
    return Theme(terms=(one, other, *further), pair=frozenset({one, other}))


def _members(theme: Theme, bits: Mapping[str, People]) -> People:
    """Who wrote as many of the terms as are needed, one of the pair among them."""
    at_least = [0] * (theme.needed + 1)
    for term in theme.terms:
        for needed in range(theme.needed, 0, -1):
            more = bits[term] if needed == 1 else bits[term] & at_least[needed - 1]
            at_least[needed] |= more
    one, other = (bits[term] for term in theme.pair)
    return at_least[theme.needed] & (one | other)
