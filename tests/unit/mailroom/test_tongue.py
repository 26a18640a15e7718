"""The language of a mail is guessed from its words, or not at all."""

import re
from collections import Counter
from pathlib import Path

import pytest

from infra.common_words import changes, main
from infra.languages import catalogue, is_translated
from redress.language import CODES, LOCALES, SOURCE
from redress.mailroom.tongue import guess

WORDS_ENOUGH = 8


def sentences(code: str) -> list[str]:
    """What the portal says in a language, without places and markup; sentences that are long enough."""
    kept = [one for one in catalogue("fr" if code == SOURCE else code) if is_translated(one.string)]
    said = [one.id if code == SOURCE else one.string for one in kept if one.id]
    singular = [one if isinstance(one, str) else next(iter(one or ()), "") for one in said]
    plain = [re.sub(r"\{.*?\}|<.*?>", "", one) for one in singular]
    return [one for one in plain if len(one.split()) >= WORDS_ENOUGH]


@pytest.mark.parametrize("code", CODES)
def test_no_sentence_of_a_language_is_taken_for_another(code: str) -> None:
    found = Counter(guess(one) for one in sentences(code))
    assert set(found) <= {code, None}


@pytest.mark.parametrize("code", CODES)
def test_nearly_every_sentence_of_a_language_is_known_for_it(code: str) -> None:
    found = Counter(guess(one) for one in sentences(code))
    assert found[code] >= 0.95 * found.total() > 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "250 100 33 12:00",
        "R7K3-9QXM-2",
        "https://example.com/the/and/of/to player@the.and.of.example.com",
        "我没有收到提款。",
        "Ik heb mijn geld nog steeds niet ontvangen en niemand heeft mij verteld waarom dat zo is.",
        "Stále jsem nedostal své peníze a nikdo mi neřekl, proč se to stalo.",
        "Я не отримав виплату і прошу пояснити, чому мені ніхто не відповідає.",
        "Nu am primit banii mei si nimeni nu mi-a spus de ce.",
        "The money is mine and you have it. Die Auszahlung ist nicht gekommen und niemand hat es erklärt.",
    ],
)
def test_what_is_not_clear_is_not_guessed(text: str) -> None:
    assert guess(text) is None


def test_the_words_are_those_of_the_library() -> None:
    assert main([]) == 0


def test_lists_that_differ_are_told_and_written_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 1
    assert not list(tmp_path.iterdir())
    assert main(["--write"], tmp_path) == 0
    assert list(changes(tmp_path)) == []
    assert (tmp_path / "pl/words.json").read_bytes() == (LOCALES / "pl/words.json").read_bytes()
    assert "pl: " in capsys.readouterr().out
