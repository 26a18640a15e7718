"""Simulated complaints of a period in nine languages, with themes and campaigns planted, and how well they
are found.

`python -m tests.support.theme_texts` prints the figures of `functions/insight/README.md`, in a minute. The
seeds are others than those that tests, and whoever set the method up, use.
"""

import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from redress.themes.groups import Group, groups
from redress.themes.reading import Text

SENTENCES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("theme_sentences.toml").read_text(encoding="utf-8")
)
THEMES = ("wheel", "selfie", "spins")
CAMPAIGN = "campaign"
FIRST = date(2026, 3, 1)
FIGURES = range(1_000, 1_008)
"""The seeds of the figures: no others were used to set the method up."""


class Planted(NamedTuple):
    """The texts, and the numbers of each theme and campaign by language."""

    texts: Sequence[Text]
    numbers: Mapping[tuple[str, str], frozenset[str]]


class Score(NamedTuple):
    """Of what was planted how much was found, and of what was found how much was planted, in complaints.

    `groups` are those found that were not planted, or a second time.
    """

    planted: int
    found: int
    right: int
    groups: int


def said(language: str, what: str) -> list[str]:
    """The sentences of a kind."""
    return SENTENCES[language][what].strip().splitlines()


def period(seed: int, ordinary: int = 120, each: int = 12, languages: Iterable[str] = SENTENCES) -> Planted:
    """So many texts about nothing in particular in each language, and `each` of every theme and campaign."""
    chance = Random(seed)  # noqa: S311 - it makes stories
    texts: list[Text] = []
    numbers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for language in languages:
        for what in (
            *(["ordinary"] * ordinary),
            *(one for one in (*THEMES, CAMPAIGN) for _ in range(each)),
        ):
            number = f"{language}-{len(texts):05}"
            texts.append(one(chance, number, language, _written(chance, language, what)))
            numbers[language, what].add(number)
    chance.shuffle(texts)
    return Planted(texts, {key: frozenset(found) for key, found in numbers.items() if key[1] != "ordinary"})


def before(seed: int, ordinary: int = 360, languages: Iterable[str] = SENTENCES) -> Sequence[Text]:
    """Three times as many ordinary texts, of the time before."""
    return period(-seed - 1, ordinary, 0, languages).texts


def one(chance: Random, number: str, language: str, text: str) -> Text:
    """A text of a player of its own, received on some day of March."""
    return Text(
        number=number,
        language=language,
        player=f"player-{number}",
        day=FIRST + timedelta(days=chance.randrange(31)),
        category=chance.choice(("bonuses", "account", "other")),
        text=text,
        personal=("Player Example", "player@example.com"),
    )


def _written(chance: Random, language: str, what: str) -> str:
    if what == CAMPAIGN:
        return _campaign(chance, language)
    sentences = [_happened(chance, language) for _ in range(chance.randint(1, 3))]
    if what != "ordinary":
        sentences.insert(chance.randrange(len(sentences) + 1), chance.choice(said(language, what)))
    return " ".join([*sentences, chance.choice(said(language, "wish"))])


def _happened(chance: Random, language: str) -> str:
    parts = [chance.choice(said(language, what)) for what in ("who", "what", "when")]
    return f"{' '.join(parts)}."


def _campaign(chance: Random, language: str) -> str:
    """The text with an amount and a day, most of it in the order of the others, some with a line left out."""
    lines = said(language, CAMPAIGN)
    if chance.random() < 0.3:
        lines.pop(chance.randrange(len(lines)))
    text = "\n".join(lines)
    amount, day = f"{chance.randrange(20, 400)} EUR", f"{chance.randint(1, 28)}.02.2026"
    return text.replace("{}", amount, 1).replace("{}", day, 1)


def score(planted: Planted, found: Sequence[Group], kinds: Iterable[str]) -> Score:
    """How well what was planted under these names was found: each by the group with most of it."""
    wanted = {key: numbers for key, numbers in planted.numbers.items() if key[1] in kinds}
    kind = "near_duplicates" if CAMPAIGN in kinds else "theme"
    candidates = [frozenset(group.numbers) for group in found if group.kind == kind]
    matched: set[int] = set()
    right = 0
    for numbers in wanted.values():
        best = max(range(len(candidates)), key=lambda at: len(candidates[at] & numbers), default=None)
        if best is not None and len(candidates[best] & numbers) * 2 > len(candidates[best]):
            matched.add(best)
            right += len(candidates[best] & numbers)
    return Score(
        planted=sum(map(len, wanted.values())),
        found=sum(len(candidates[at]) for at in matched),
        right=right,
        groups=len(candidates) - len(matched),
    )


def figures(seeds: Iterable[int]) -> Iterator[str]:
    """The rows of the table: what was planted, of how many, its recall and precision, and groups besides."""
    seeds = list(seeds)
    for each in (6, 12, 40):
        periods = [period(seed, ordinary=120, each=each) for seed in seeds]
        scored = [(one, groups(one.texts, before(seed))) for seed, one in zip(seeds, periods, strict=True)]
        for name, kinds in (("theme", THEMES), ("near duplicates", (CAMPAIGN,))):
            scores = [score(one, found, kinds) for one, found in scored]
            planted, found_, right, besides = (sum(column) for column in zip(*scores, strict=True))
            share = len(seeds) * len(SENTENCES)
            yield (
                f"| {name} | {each} | {planted} | {right / planted:.0%} | {right / max(found_, 1):.0%}"
                f" | {besides / share:.2f} |"
            )


if __name__ == "__main__":
    sys.stdout.writelines(f"{row}\n" for row in figures(FIGURES))
