"""The groups of the texts of a period, each with the words that made it, and nothing about a person.

Memory (measured): 40 KB for a text of 2,000 characters of the period, and 50 MB.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import replace
from datetime import date
from typing import Literal

from redress.domain.values import Value
from redress.themes import alike, common, personal, reading
from redress.themes.reading import Text, Word
from redress.themes.vocabulary import FEWEST_PLAYERS, vocabulary

FEWEST_ALIKE = 3
"""Two texts that are alike are a duplicate: somebody links them."""
MOST_TOLD = 8
HALF = 0.5
"""Which part of texts that are alike has to have a word that is told of them."""

type Kind = Literal["near_duplicates", "theme"]
type Terms = frozenset[str]


class Telling(Value):
    """A word, and which part of the group's texts has it, against which part of the language's others."""

    word: str
    inside: float
    outside: float


class Group(Value):
    """Texts that have something in common. `category` is the one that most are of; `since` a local day.

    `before` is the part of the earlier people of its language who wrote of the theme; None of near
    duplicates.
    """

    kind: Kind
    language: str
    words: tuple[Telling, ...]
    numbers: tuple[str, ...]
    players: int
    category: str
    since: date
    before: float | None = None

    @property
    def count(self) -> int:
        """How many complaints."""
        return len(self.numbers)


class _Period:
    """The texts in their order, the words of each, and what may be shown of each language."""

    def __init__(self, texts: Iterable[Text], ids: Iterable[str]) -> None:
        self.texts = sorted(texts, key=lambda one: (one.day, one.number))
        self.words: list[list[Word | None]] = [reading.read(one.text) for one in self.texts]
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.texts):
            self.places[one.language].append(place)
        kept_back, things = personal.known(self.texts), personal.things(ids)
        self.vocabularies = {
            language: vocabulary(
                [(self.texts[place].player, self.words[place]) for place in places],
                language,
                kept_back,
                things,
            )
            for language, places in self.places.items()
        }
        self.terms: list[Terms] = [
            self.vocabularies[one.language].of(words)
            for one, words in zip(self.texts, self.words, strict=True)
        ]
        self.having: Mapping[str, Counter[str]] = {
            language: Counter(term for place in places for term in self.terms[place])
            for language, places in self.places.items()
        }


def groups(
    texts: Iterable[Text],
    before: Iterable[Text],
    ids: Iterable[str] = (),
    compared: Callable[[], None] = lambda: None,
) -> list[Group]:
    """The groups, near duplicates first, then by how many complaints each has.

    `before` are texts of the time before, which say what is no news; they are read once, and not kept.
    `ids` are what the register calls games and providers: they may be shown. `compared` is called for each
    two texts, and each two words, that are compared.
    """
    period = _Period(texts, ids)
    alike_ = list(alike.groups([alike.shingles(reading.compared(one)) for one in period.words], compared))
    found = [_group(period, "near_duplicates", places) for places in alike_ if len(places) >= FEWEST_ALIKE]
    again = {place: places[0] for places in alike_ for place in places}
    earlier = _earlier(period, before)
    for language in sorted(period.places):
        found += _themes(period, language, again, earlier.get(language, []), compared)
    return sorted(found, key=lambda one: (one.kind, -one.count, one.language, one.numbers))


def _earlier(period: _Period, before: Iterable[Text]) -> Mapping[str, list[Terms]]:
    """What each of the people before wrote, in terms of the period, by language."""
    people: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for text in before:
        known = period.vocabularies.get(text.language)
        if known:
            people[text.language][text.player] |= known.of(reading.read(text.text))
    return {language: list(map(frozenset, of.values())) for language, of in people.items()}


def _themes(
    period: _Period,
    language: str,
    again: Mapping[int, int],
    before: Sequence[Terms],
    compared: Callable[[], None],
) -> Iterator[Group]:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for place in period.places[language]:
        if again.get(place, place) == place:  # of texts that are alike the first speaks for all
            people[period.texts[place].player] |= period.terms[place]
    left = list(period.places[language])
    for theme in common.themes([people[one] for one in sorted(people)], before, compared):
        inside = [place for place in left if theme.holds(period.terms[place])]
        if len({period.texts[place].player for place in inside}) >= FEWEST_PLAYERS:
            left = [place for place in left if not theme.holds(period.terms[place])]
            usual = sum(map(theme.holds, before)) / len(before)
            yield replace(_group(period, "theme", inside, theme.terms), before=usual)


def _group(period: _Period, kind: Kind, places: Sequence[int], terms: Sequence[str] | None = None) -> Group:
    texts = [period.texts[place] for place in places]
    language = _most(one.language for one in texts)
    told = _told(period, language, places)
    if terms is not None:
        told = {term: told[term] for term in terms if term in told}
    else:
        told = {term: share for term, share in told.items() if share[0] >= HALF}
    shown = period.vocabularies[language].shown
    strongest = sorted(told, key=lambda term: (told[term][1] - told[term][0], shown[term]))[:MOST_TOLD]
    return Group(
        kind=kind,
        language=language,
        words=tuple(Telling(word=shown[one], inside=told[one][0], outside=told[one][1]) for one in strongest),
        numbers=tuple(one.number for one in texts),
        players=len({one.player for one in texts}),
        category=_most(one.category for one in texts),
        since=min(one.day for one in texts),
    )


def _told(period: _Period, language: str, places: Sequence[int]) -> Mapping[str, tuple[float, float]]:
    """The terms of a group, each with its share inside and outside, where inside it is larger."""
    own = [place for place in places if period.texts[place].language == language]
    others = len(period.places[language]) - len(own)
    having = Counter(term for place in own for term in period.terms[place])
    shares = {
        term: (count / len(own), (period.having[language][term] - count) / others if others else 0.0)
        for term, count in having.items()
    }
    return {term: share for term, share in shares.items() if share[0] > share[1]}


def _most(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda one: (-counts[one], one))
