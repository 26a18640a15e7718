"""Which words are kept back because they may say who somebody is.

A word that is among the values known of anybody is none to show, in whichever form: other capitals, without
accents, `ue` for `ü`, with the ending of a case (`Kowalskiego`), both names in one. What is known of nobody
is kept back where it is written like a name: after a title, or within sentences mostly with a capital, unless
it is what the register calls a game or a provider, or what is paid with.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import pairwise

from redress.domain.signals import fold
from redress.domain.values import Value
from redress.faq.words import STEMMERS, term
from redress.themes.reading import Text, Word, cleaned

SHORTEST_NAME, SHORTEST_ROOT = 5, 4
"""Letters of a name that is recognised by its beginning, and of that."""
DROPPED, LONGEST_ENDING = 2, 3
"""Letters that a name may lose when it is bent, and letters that come in their place besides."""
CAPITALS = 0.5
"""A word written with a capital within more than this part of its sentences is a name of something."""
TITLED = 0.1
"""So is one that follows a title in more than this part of what it is written in."""

_PAID_WITH = """
visa mastercard maestro paypal skrill neteller trustly klarna paysafecard blik pix revolut swish bizum
bancontact ideal sofort giropay apple google android iphone sms sepa iban crypto bitcoin"""
PAID_WITH = frozenset(_PAID_WITH.split())
_TITLES = """
mr mrs ms miss mister dr herr herrn frau fraulein m mme mlle monsieur madame mademoiselle pan pani pana
panem panu panią senor senora señor señora sr sra don doña doctor dottor signor signore signora sig
senhor senhora dona dom fru fröken froken господин госпожа named called heiße heisse heißt
mitarbeiter mitarbeiterin berater beraterin agent agentin kollege kollegin"""
TITLES = frozenset(_TITLES.split())
_LETTERS = re.compile(r"[^\W\d_]+")
_TWO_LETTERS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("ss", "s"), ("æ", "a"))


class Known(Value):
    """What is known of the people of a period: each part of it, its stems, and how parts begin."""

    parts: Set[str]
    stems: Set[str]
    roots: Set[str]

    def has(self, spelt: str, language: str) -> bool:
        """Whether a word, spelt as it is compared, may be one of them."""
        bare = _bare(spelt)
        if bare in self.parts or _stem(spelt, language) in self.stems:
            return True
        return any(
            bare[:end] in self.roots for end in range(max(4, len(bare) - LONGEST_ENDING - 2), len(bare))
        )


def known(texts: Iterable[Text]) -> Known:
    """Everything personal that is known of anybody, whatever language they wrote in."""
    parts: set[str] = set()
    for text in texts:
        for value in text.personal:
            parts.update(_parts(value))
    bare = {_bare(one) for one in parts}
    stems = {_stem(one, code) for one in parts for code in STEMMERS if len(one) > 3}
    return Known(parts=frozenset(bare), stems=frozenset(stems), roots=frozenset(_roots(parts)))


def named(words: Iterable[Sequence[Word | None]], language: str, ids: Set[str]) -> Set[str]:
    """The spellings that are written like names, but for what is no person's.

    In German every noun has a capital, so that titles alone tell.
    """
    all_of, within, capital, titled = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for text in words:
        titled.update(_after_titles(text))
        for word in filter(None, text):
            all_of[word.spelt] += 1
            if word.within:
                within[word.spelt] += 1
                capital[word.spelt] += word.written[0].isupper()
    names = {one for one, count in titled.items() if count > TITLED * all_of[one]}
    if language != "de":
        names |= {one for one, count in capital.items() if count > CAPITALS * within[one]}
    return frozenset(names - PAID_WITH - ids)


def things(ids: Iterable[str]) -> Set[str]:
    """The words in the register's ids, such as those of games: they name no person."""
    return frozenset(fold(word) for one in ids for word in _LETTERS.findall(one))


def _after_titles(words: Sequence[Word | None]) -> Iterator[str]:
    for word, following in pairwise(words):
        if word and following and word.written.casefold() in TITLES and following.written[0].isupper():
            yield following.spelt


def _parts(value: str) -> Iterator[str]:
    """The words in a value, and each two that stand side by side as one: `maxmustermann`."""
    words = [fold(one) for one in _LETTERS.findall(cleaned(value))]
    yield from (one for one in words if len(one) > 1)
    yield from (first + second for first, second in pairwise(words))
    yield "".join(words)


def _roots(parts: Iterable[str]) -> Iterator[str]:
    """How the forms of a name begin, in languages that bend them."""
    for one in parts:
        if len(one) >= SHORTEST_NAME:
            bare = _bare(one)
            yield bare[: max(SHORTEST_ROOT, len(bare) - DROPPED)]


@lru_cache(maxsize=200_000)
def _bare(spelt: str) -> str:
    """A spelling in which `Müller`, `Mueller` and `Muller` are one."""
    for two, one in _TWO_LETTERS:
        spelt = spelt.replace(two, one)
    return spelt


@lru_cache(maxsize=200_000)
def _stem(spelt: str, language: str) -> str:
    return term(spelt, language) if language in STEMMERS else spelt
