"""A text as words, and a word as the term it counts as: alike when help pages are packaged and searched."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Protocol

from redress.domain.signals import fold

MOST_WORDS = 48  # of one question or text: what comes later says little that is new
LONGEST_WORD = 40  # letters; German has longer ones, but nobody asks with them
LONGEST_TEXT = 10_000  # characters that are looked at

STEMMERS: Mapping[str, str] = {
    "en": "english",
    "fr": "french",
    "pl": "polish",
    "ru": "russian",
    "de": "german",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "sv": "swedish",
}
_WORD = re.compile(r"[^\W_]+")


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str:  # noqa: N802 - the library's name
        """The stem of a lower-case word."""


def words(text: str) -> Iterator[str]:
    """The words of a text, in lower case; an apostrophe separates (`l'argent`, `don't`)."""
    for found in _WORD.finditer(text[:LONGEST_TEXT].lower()):
        if len(found[0]) <= LONGEST_WORD:
            yield found[0]


def spelt(word: str) -> str:
    """A word as spellings are compared: without accents, look-alike letters made one."""
    return fold(word)


def term(word: str, language: str) -> str:
    """What a lower-case word counts as in a language (ISO 639-1): its stem, without accents."""
    return fold(_stemmer(language).stemWord(word))


@cache
def _stemmer(language: str) -> _Stemmer:
    # By its module: what the package itself imports are three dozen languages, a quarter of a second.
    name = STEMMERS[language]
    made: _Stemmer = getattr(import_module(f"snowballstemmer.{name}_stemmer"), f"{name.title()}Stemmer")()
    return made
