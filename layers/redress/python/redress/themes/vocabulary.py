"""The words of a language in a period that may be shown, and who wrote them.

Words are told by their stems, and shown in the form that most people wrote. Shown is only what at least
`FEWEST_PLAYERS` different players wrote, each form by itself; no number, address, link or id; nothing that is
kept back (`personal`), and no word that its language uses all the time (`locales/<code>/words.json`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache
from itertools import groupby

from redress.domain.signals import fold
from redress.domain.values import Value
from redress.faq.words import STEMMERS, term
from redress.language import LOCALES
from redress.themes.personal import Known, named
from redress.themes.reading import Word

FEWEST_PLAYERS = 5
SHORTEST_WORD = 3
MOST_TERMS = 1_500
"""Terms of a language that themes are looked for among, those of the most players first."""

type Spelt = Mapping[str, str]  # the term of each spelling that may be shown


class Vocabulary(Value):
    """What may be shown of a language: the term that each spelling counts as, and how each term is shown."""

    terms: Spelt
    shown: Mapping[str, str]

    def of(self, words: Iterable[Word | None]) -> frozenset[str]:
        """The terms of a text."""
        found = (self.terms.get(word.spelt) for word in words if word)
        return frozenset(one for one in found if one)


def vocabulary(
    texts: Sequence[tuple[str, Sequence[Word | None]]], language: str, kept_back: Known, things: Set[str]
) -> Vocabulary:
    """What may be shown of the texts of a language, each with its player."""
    spelt, written = _players(texts)
    names = named((words for _, words in texts), language, things)
    silent = _silent(language)
    kept = [
        one
        for one, players in spelt.items()
        if players >= FEWEST_PLAYERS
        and len(one) >= SHORTEST_WORD
        and one not in silent
        and one not in names
        and not kept_back.has(one, language)
    ]
    return _by_term(sorted(kept), language, spelt, written)


def _players(
    texts: Iterable[tuple[str, Sequence[Word | None]]],
) -> tuple[Counter[str], Mapping[str, Counter[str]]]:
    """How many players wrote each spelling, and each in which forms."""
    spelt = Counter[str]()
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, own in groupby(sorted(texts, key=_player), _player):
        forms = {(word.spelt, word.written) for _, words in own for word in words if word}
        spelt.update({one for one, _ in forms})
        for one, form in forms:
            written[one][form] += 1
    return spelt, written


def _player(text: tuple[str, Sequence[Word | None]]) -> str:
    return text[0]


def _by_term(
    kept: Iterable[str], language: str, players: Mapping[str, int], written: Mapping[str, Counter[str]]
) -> Vocabulary:
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for one in kept:
        spellings[_term(one, written[one], language)].append(one)
    shown: dict[str, str] = {}
    for term_, forms in spellings.items():
        likeliest = min(forms, key=lambda one: (-players[one], one))
        shown[term_] = _most_written(written[likeliest])
    return Vocabulary(terms={one: term_ for term_, forms in spellings.items() for one in forms}, shown=shown)


def _term(spelt: str, forms: Counter[str], language: str) -> str:
    """The stem is that of a form with its accents: the stemmers know no other."""
    return term(_most_written(forms).lower(), language) if language in STEMMERS else spelt


def _most_written(forms: Counter[str]) -> str:
    """The form that most wrote; of several the small one, then the first of the alphabet."""
    return min(forms, key=lambda one: (-forms[one], one != one.lower(), one))


@cache
def _silent(language: str) -> frozenset[str]:
    """The words that a language uses all the time, as spellings are compared."""
    file = LOCALES / language / "words.json"
    listed = json.loads(file.read_text(encoding="utf-8")) if language in STEMMERS else []
    return frozenset(map(fold, listed))
