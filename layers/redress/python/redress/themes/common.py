"""What many people write of that was not written of before: words that come together, and did not.

Of a language, over people (whoever writes twice counts once, a text that many sent counts once):

1. Each two terms that at least `FEWEST_PLAYERS` people have in common are a pair if chance does not bring
   them together: their likelihood ratio (Dunning 1993) over all people, now and before, is at least `SURE`,
   and the cosine of their people now at least `TOGETHER`. The cosine does not change with texts that have
   neither (null-invariant: Tan, Kumar, Srivastava 2002): more texts about something else move no pair.
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
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import combinations

from redress.domain.values import Value
from redress.themes.vocabulary import FEWEST_PLAYERS, MOST_TERMS

SURE = 33.0
"""By chance one pair in a hundred million is so (chi-square with one degree): of a million, hardly any."""
TOGETHER = 0.4
RISEN = 15.1
"""Once in ten thousand it is so by chance: a language has hundreds of pairs that always go together."""
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
    now: Sequence[Set[str]], before: Sequence[Set[str]], compared: Callable[[], None] = lambda: None
) -> Iterator[Theme]:
    """The themes of people by the terms that each wrote now, and others before, the strongest first."""
    crowd = _Crowd(now, before)
    found = 0
    for one, other in crowd.risen(compared):
        if found == MOST_THEMES:
            return
        if not crowd.strength(crowd.bits[one], crowd.bits[other]):
            continue
        theme = _grown(crowd, one, other)
        members = _members(theme, crowd)
        if members.bit_count() >= FEWEST_PLAYERS:
            found += 1
            crowd.take(members)
            yield theme


class _Crowd:
    """The people of now, who are the last bits, and those before, with the people of each term."""

    def __init__(self, now: Sequence[Set[str]], before: Sequence[Set[str]]) -> None:
        counts = Counter(term for terms in now for term in terms)
        most = sorted(counts, key=lambda term: (-counts[term], term))[:MOST_TERMS]
        self.now: People = (1 << len(now)) - 1
        self.all: People = (1 << len(now) + len(before)) - 1
        wanted = {term for term in most if counts[term] >= FEWEST_PLAYERS}
        self.bits: dict[str, People] = dict(_bits([*now, *before], wanted))
        self._sizes = len(now), len(before)

    def risen(self, compared: Callable[[], None]) -> list[tuple[str, str]]:
        """The pairs that more people write than before, the strongest first."""
        found: list[tuple[float, str, str]] = []
        for one, other in combinations(self.bits, 2):
            compared()
            people = self.bits[one], self.bits[other]
            strength = self.strength(*people)
            if strength and self._has_risen(people[0] & people[1]):
                found.append((-strength, one, other))
        return [(one, other) for _, one, other in sorted(found)]

    def strength(self, one: People, other: People) -> float:
        """People of now by the cosine of two terms, 0 for what chance may have brought together."""
        both = (one & other & self.now).bit_count()
        if both < FEWEST_PLAYERS:
            return 0.0
        cosine = both / math.sqrt((one & self.now).bit_count() * (other & self.now).bit_count())
        if cosine < TOGETHER:
            return 0.0
        counts = ((one & other).bit_count(), one.bit_count(), other.bit_count(), self.all.bit_count())
        return both * cosine if likelihood_ratio(*counts) >= SURE else 0.0

    def take(self, people: People) -> None:
        """These are in a theme: they count no longer."""
        self.now &= ~people
        self.all &= ~people
        self.bits = {term: of & ~people for term, of in self.bits.items()}

    def _has_risen(self, both: People) -> bool:
        size, earlier = self._sizes
        count = (both & self.now).bit_count()
        usual = both.bit_count() - count
        if count * earlier < RISE * usual * size:
            return False
        return likelihood_ratio(count, size, count + usual, size + earlier) >= RISEN


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


def _bits(people: Sequence[Set[str]], wanted: Set[str]) -> Mapping[str, People]:
    rows = {term: bytearray(len(people) // 8 + 1) for term in sorted(wanted)}
    for place, terms in enumerate(people):
        for term in terms & wanted:
            rows[term][place // 8] |= 1 << place % 8
    return {term: int.from_bytes(row, "little") for term, row in rows.items()}


def _grown(crowd: _Crowd, one: str, other: str) -> Theme:
    """The pair with the further words of those who wrote it."""
    seed = crowd.bits[one] & crowd.bits[other]
    size = (seed & crowd.now).bit_count()
    told: list[tuple[float, str]] = []
    for term, people in crowd.bits.items():
        if term not in {one, other} and (people & seed & crowd.now).bit_count() >= HALF * size:
            strength = crowd.strength(people, seed)
            if strength:
                told.append((-strength, term))
    further = [term for _, term in sorted(told)[: MOST_WORDS - 2]]
    return Theme(terms=(one, other, *further), pair=frozenset({one, other}))


def _members(theme: Theme, crowd: _Crowd) -> People:
    """Who wrote as many of the terms as are needed, one of the pair among them."""
    at_least = [crowd.now, *([0] * theme.needed)]
    for term in theme.terms:
        for needed in range(theme.needed, 0, -1):
            at_least[needed] |= crowd.bits[term] & at_least[needed - 1]
    one, other = (crowd.bits[term] for term in theme.pair)
    return at_least[theme.needed] & (one | other)
