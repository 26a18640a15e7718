"""What somebody means: one of a few intents, known by phrases of their language; else it is a question."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from redress.assistant.lines import CHOICES
from redress.domain.reading import read_data
from redress.faq.words import spelt, words
from redress.language import Language

FOLDER = Path(__file__).parent
SPARE = 3
"""So many words may stand beside a phrase: with more of them, something else is meant."""
DURING = ("stop", "skip")
"""Intents of somebody who answers a question of the assistant's, and of nobody else."""

type Phrase = tuple[str, ...]


def chosen(language: Language, said: str) -> str | None:
    """The choice that somebody took: they said its words and no others."""
    return next((name for name, words_ in CHOICES.items() if said == language.say(words_)), None)


def intent(language: Language, said: str, *, during: bool) -> str | None:
    """What is meant, or None. `during` the writing of a complaint, only that it be left out or stopped.

    Then a phrase counts alone: a story in which somebody wanted to stop is a story.
    """
    spoken = _spoken(said)
    if during:
        return next((name for name in DURING if spoken in phrases(name, language.code)), None)
    found = [
        (len(phrase), name)
        for name in intents()
        for phrase in phrases(name, language.code)
        if len(spoken) <= len(phrase) + SPARE and _holds(spoken, phrase)
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def intents() -> Sequence[str]:
    """The intents of somebody who is asked nothing."""
    return [name for name in _document() if name not in DURING]


@cache
def phrases(name: str, language: str) -> Sequence[Phrase]:
    """The phrases of an intent in a language (ISO 639-1)."""
    return [_spoken(phrase) for phrase in _document()[name][language].split("|")]


def _spoken(text: str) -> Phrase:
    return tuple(spelt(word) for word in words(text))


def _holds(spoken: Phrase, phrase: Phrase) -> bool:
    return any(spoken[at : at + len(phrase)] == phrase for at in range(len(spoken) - len(phrase) + 1))


@cache
def _document() -> Mapping[str, Mapping[str, str]]:
    return read_data("phrases", FOLDER) or {}
