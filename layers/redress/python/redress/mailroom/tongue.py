"""The language of a text, by the words that its language uses all the time (`locales/<code>/words.json`)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from redress.language import CODES, LOCALES

_LOOKED_AT = 4_000  # characters
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_LATIN = re.compile(r"[^\u0400-\u04ff]+")
# Letters that one of our languages has and no other: a word with one says as much as a word that is listed.
_LETTERS = {"fr": "ëîïœûÿ", "pl": "ąćęłńśźż", "de": "ß", "es": "ñ", "it": "ìò", "pt": "ãõ", "sv": "å"}
_OF_LETTER = {letter: code for code, letters in _LETTERS.items() for letter in letters}
# Letters of neighbours: Ukrainian, Belarusian, Serbian, Danish, Romanian, Czech, Slovak, Hungarian, Turkish.
_STRANGE = re.compile(r"[іїєґўјљњћђџқңұһæøășțşţěřůďťľőűğı]")
_MOST_STRANGE = 1  # words with one: a name, say
_LEAST = 2.0  # weight that a guess needs
_LEAD = 1.3  # by how much the first has to lead the second
_SHARE = 0.2  # of all words that have to be known, so that a language of none of ours is not taken for one


def guess(text: str) -> str | None:
    """The language of a text as its code; None where it is not clear."""
    words = list(_words(text))
    weights = _weights(words)
    if not weights:
        return None
    (first, weight), *others = sorted(weights.items(), key=lambda one: -one[1])
    second = others[0][1] if others else 0.0
    if weight < _LEAST or weight < _LEAD * second or weight < _SHARE * len(words):
        return None
    return first if sum(1 for one in words if _STRANGE.search(one)) <= _MOST_STRANGE else None


def familiar(text: str) -> float:
    """How much of a text is in one of our languages: more is likelier to be read in the right charset."""
    words = list(_words(text))
    strange = sum(1 for sign in text if sign > "\x7f" and not sign.isalpha()) / 4
    mixed = sum(1 for one in words if not _CYRILLIC.fullmatch(one) and not _LATIN.fullmatch(one))
    return max(_weights(words).values(), default=0.0) - strange - mixed


def _words(text: str) -> Iterator[str]:
    """The words in lower case; addresses and links say nothing of a language."""
    for piece in text[:_LOOKED_AT].split():
        if not any(sign in piece for sign in ("@", "://", "www.")):
            yield from (found[0].lower() for found in _WORD.finditer(piece))


def _weights(words: list[str]) -> Mapping[str, float]:
    """How much speaks for each language. A word of several of them says less for each."""
    found: defaultdict[str, float] = defaultdict(float)
    known = _languages()
    for word in words:
        codes = known.get(word, ())
        for code in codes or _by_letters(word):
            found[code] += 1 / (len(codes) or 2)
    return found


def _by_letters(word: str) -> set[str]:
    """The languages whose own letters a word has."""
    if _CYRILLIC.fullmatch(word):
        return {"ru"}
    return {_OF_LETTER[letter] for letter in word if letter in _OF_LETTER}


@cache
def _languages() -> Mapping[str, tuple[str, ...]]:
    """The languages of each word that is listed."""
    found: dict[str, tuple[str, ...]] = {}
    for code in CODES:
        for word in json.loads((LOCALES / code / "words.json").read_text(encoding="utf-8")):
            found[word] = (*found.get(word, ()), code)
    return found
