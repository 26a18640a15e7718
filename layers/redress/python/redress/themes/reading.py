"""A text as words: what is written in it that may ever be shown, and what it is compared by."""

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from redress.domain.values import Value
from redress.faq.words import LONGEST_TEXT, spelt

VEILED = "#"
"""Stands where something was written that is no word: a number, an address, a link, an id."""

_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS = re.compile(r"[\d@_\\]|://|^www\.|[^\W\d_]\.[^\W\d_]|[^\W\d_]{41}", re.IGNORECASE)
_IBAN_BEGINS = re.compile(r"[A-Za-z]{2}\d{2}")  # what follows may be a bank, in letters
_SENTENCE_ENDS = tuple(".!?:;…")
_AROUND = ".,;:!?…\"'()[]«»„“”"
_UNSEEN = frozenset({"Cf"})
_MARKS = frozenset({"Mn", "Me"})


class Text(Value):
    """What somebody wrote in a complaint, received on a local `day`.

    `player` tells people apart and is shown nowhere. `personal` are the values known of them: names, e-mail
    addresses, account ids.
    """

    number: str
    language: str
    player: str
    day: date
    category: str
    text: str
    personal: tuple[str, ...] = ()


class Word(NamedTuple):
    """A word as it was written, how spellings are compared, and whether it stands within a sentence."""

    written: str
    spelt: str
    within: bool


def read(text: str) -> list[Word | None]:
    """The words of a text in their order; None for what is none and must not be shown."""
    found: list[Word | None] = []
    for line in cleaned(text[:LONGEST_TEXT]).splitlines():
        found += _line(line.split())
    return found


def cleaned(text: str) -> str:
    """The text without what cannot be seen, each letter composed with its accent, no form but the plain."""
    if text.isascii():
        return text
    return _without(_MARKS, unicodedata.normalize("NFKC", _without(_UNSEEN, text)))


def _without(kinds: Set[str], text: str) -> str:
    """The text without the signs of these categories of Unicode."""
    unwanted = {ord(one): None for one in set(text) if unicodedata.category(one) in kinds}
    return text.translate(unwanted) if unwanted else text


def compared(words: Sequence[Word | None]) -> list[str]:
    """The words as texts are compared by them."""
    return [VEILED if word is None else word.spelt for word in words]


def _line(pieces: Sequence[str]) -> Iterator[Word | None]:
    within, veiled = False, False
    for piece in pieces:
        found = _piece(piece, within)
        if veiled or found.words is None:
            yield None
        else:
            yield from found.words
        within, veiled = not found.ends, found.veils


class _Piece(NamedTuple):
    """The words of what stands between two spaces (None: it is no word), whether a sentence ends with it, and
    whether what follows is no word either.
    """

    words: tuple[Word, ...] | None
    ends: bool
    veils: bool


@lru_cache(maxsize=100_000)
def _piece(piece: str, within: bool) -> _Piece:  # noqa: FBT001 - for the cache
    words: tuple[Word, ...] | None = None
    if not _NO_WORDS.search(piece.strip(_AROUND)):
        found = enumerate(_WORD.findall(piece))
        words = tuple(Word(one, spelt(one), within or place > 0) for place, one in found)
    return _Piece(words, piece.endswith(_SENTENCE_ENDS), bool(_IBAN_BEGINS.fullmatch(piece)))
