"""Signals of harm in a player's text: self-exclusion, a minor, distress. In any of the six languages.

The vocabulary is data (`redress/triage/signals.toml`; the README beside it has the grammar). Words are
compared without case, accents and invisible characters; Cyrillic letters that look like Latin ones are the
same. Nothing tries to understand a negation: a false alarm costs a look, a miss may cost a life.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import Any, NamedTuple

from redress.domain.reading import TRIAGE_FOLDER, read_data

KINDS = ("self_exclusion", "minor", "distress")
HARMLESS = "harmless"
GAP, AGE, ANY_ENDING = "..", "#age", "*"
WORDS_IN_GAP = 3
YEARS_OF_A_MINOR = range(1, 18)
BUCKET = 3
"""So many letters of its first word say where a phrase is looked for."""

# 16.50 is one number and no age; 16yo is a number and a word; k1ll is a word.
_WORD = r"\d+(?:[.,:]\d+)+|\d+|[^\W\d_][^\W_]*"
# After a number, a full stop may make an ordinal: it ends no sentence by itself.
_SENTENCE_END = r"[!?\n]|(?<!\d)\.(?=\s)"
_WORD_OR_END = re.compile(f"{_WORD}|{_SENTENCE_END}")
_LEET = str.maketrans("013457", "oieast")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

_COMBINING = range(0x300, 0x370)
_INVISIBLE = (
    *(0xAD, 0x61C, 0x180E, 0xFEFF),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)),
)
# Cyrillic letters with the Latin ones they pass for, and Latin ones that no decomposition makes plain.
_ALIKE = "аa вb еe иu кk мm нh оo рp сc тt уy хx іi ѕs јj ԁd һh ԛq ԝw ӏl łl øo đd ıi"
_FOLD: Mapping[int, str | None] = {
    **dict.fromkeys((*_COMBINING, *_INVISIBLE)),
    **{ord(pair[0]): pair[1] for pair in _ALIKE.split()},
}


class Place(NamedTuple):
    """One word of a phrase, before which up to `skip` others may stand.

    It is one of `exact`, begins with one of `beginnings`, or is the years of a minor.
    """

    skip: int
    exact: frozenset[str]
    beginnings: tuple[str, ...]
    is_age: bool = False


class Phrase(NamedTuple):
    """What is looked for, and what it signals."""

    kind: str
    places: tuple[Place, ...]


class Words(NamedTuple):
    """The words of a text as they are compared, and the places among them before which a sentence ended."""

    all: Sequence[str]
    ends: Set[int]

    def apart(self, start: int, end: int) -> bool:
        """Whether a sentence ends between the words from `start` up to, but not including, `end`."""
        return not self.ends.isdisjoint(range(start + 1, end))


class Vocabulary:
    """Phrases by the first letters of their first word, read when a text has those letters."""

    def __init__(self, index: Mapping[str, Any]) -> None:
        self.starting: Mapping[str, Mapping[str, Sequence[str]]] = index["starting"]
        self.ages = frozenset(index["ages"])
        self.not_ages = _place(index["not_ages"], 0)
        self._read: dict[str, tuple[Phrase, ...]] = {}

    def phrases(self, key: str) -> tuple[Phrase, ...]:
        """The phrases under a key, the harmless first."""
        if key not in self._read:
            found = self.starting.get(key, {})
            self._read[key] = tuple(_phrase(kind, line) for kind, lines in found.items() for line in lines)
        return self._read[key]

    def beginning_with(self, word: str) -> tuple[Phrase, ...]:
        """The phrases that may begin with a folded word."""
        found = self.phrases(word[:BUCKET])
        return found + self.phrases(AGE) if word in self.ages else found

    def end(self, places: Sequence[Place], words: Words, at: int) -> int | None:
        """Where a phrase ends (after its last word) whose places begin at a word of the text, or None."""
        for done, place in enumerate(places):
            if place.skip:
                return self._end_after_gap(places[done:], words, at)
            if at == len(words.all) or not self._stands(place, words, at):
                return None
            at += 1
        return at

    def _end_after_gap(self, places: Sequence[Place], words: Words, at: int) -> int | None:
        for start in range(at, min(at + places[0].skip + 1, len(words.all))):
            if self._stands(places[0], words, start):
                end = self.end(places[1:], words, start + 1)
                if end:
                    return end
        return None

    def _stands(self, place: Place, words: Words, at: int) -> bool:
        word = words.all[at]
        if not place.is_age:
            return word in place.exact or word.startswith(place.beginnings)
        if word not in self.ages:
            return False
        alone = at + 1 == len(words.all) or words.apart(at, at + 2)
        return alone or not self._stands(self.not_ages, words, at + 1)


def _phrase(kind: str, line: str) -> Phrase:
    places, skip = [], 0
    for part in line.split():
        if part == GAP:
            skip += WORDS_IN_GAP
        else:
            places.append(_place(part, skip))
            skip = 0
    return Phrase(kind, tuple(places))


def _place(part: str, skip: int) -> Place:
    choices = part.split("|")
    beginnings = tuple(one.removesuffix(ANY_ENDING) for one in choices if one.endswith(ANY_ENDING))
    return Place(skip, frozenset(choices), beginnings, AGE in choices)


def find(text: str) -> tuple[str, ...]:
    """The kinds of harm that a text signals, in the order of KINDS, whatever language it claims to be in."""
    words, vocabulary = _words(text), vocabulary_of_package()
    found: set[str] = set()
    quiet_until = 0  # no signal begins within a harmless phrase
    for at, word in enumerate(words.all):
        for phrase in vocabulary.beginning_with(word):
            if phrase.kind in found or (at < quiet_until and phrase.kind != HARMLESS):
                continue
            end = vocabulary.end(phrase.places, words, at)
            if end and phrase.kind == HARMLESS:
                # Two sentences that say it together say nothing.
                quiet_until = quiet_until if words.apart(at, end) else max(quiet_until, end)
            elif end:
                found.add(phrase.kind)
    return tuple(kind for kind in KINDS if kind in found)


def fold(text: str) -> str:
    """The text as it is compared: lower case, no accents, nothing invisible, look-alikes made one."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKD", plain).translate(_FOLD)


def _words(text: str) -> Words:
    words: list[str] = []
    ends: set[int] = set()
    for one in _WORD_OR_END.findall(fold(text)):
        if one in ".!?\n":
            ends.add(len(words))
        else:
            words.append(one if one.isalpha() or one[0].isdigit() else one.translate(_LEET))
    return Words(words, ends)


@cache
def vocabulary_of_package() -> Vocabulary:
    """The vocabulary of this package, read once per process."""
    document = read_data("signals", TRIAGE_FOLDER) or {}
    return Vocabulary(document if "starting" in document else index(document))


def index(document: Mapping[str, Any]) -> dict[str, Any]:
    """The vocabulary as it is looked up, from its document: plain data, made when the package is.

    Folding and sorting a thousand phrases would cost each cold start several milliseconds.
    """
    starting: dict[str, dict[str, list[str]]] = {}
    for kind in (HARMLESS, *KINDS):
        lines = "\n".join(phrase for phrases in document[kind].values() for phrase in phrases)
        for line in _spelt(lines).splitlines():
            for key in sorted(_keys(line.split()[0])):  # a package is the same bytes every time
                starting.setdefault(key, {}).setdefault(kind, []).append(line)
    ages, not_ages = ("|".join(_spelt(document[name]).split()) for name in ("ages", "not_ages"))
    years = sorted({*ages.split("|"), *map(str, YEARS_OF_A_MINOR)})
    return {"ages": years, "not_ages": not_ages, "starting": starting}


def _spelt(text: str) -> str:
    """Words of the vocabulary as they are compared; those with an umlaut also as written without one."""
    lower = unicodedata.normalize("NFC", text.lower())
    return fold(re.sub(r"[^\s|]*[äöü][^\s|]*", _both_ways, lower))


def _both_ways(found: re.Match[str]) -> str:
    return f"{found[0]}|{found[0].translate(_UMLAUTS)}"


def _keys(first: str) -> set[str]:
    choices = first.split("|")
    return {AGE if one == AGE else one.removesuffix(ANY_ENDING)[:BUCKET] for one in choices}
