"""Letters in the languages of players: each says what the English one says, and nothing of it in English."""

import re
from typing import Any

import pytest

from infra.ops.letter_stories import KEY
from redress.language import CODES, SOURCE, language
from redress.letters.render import WRITTEN
from redress.templating import PACKAGE, environment
from tests.support.letters import GOLDEN, GOLDEN_LETTERS, TO_PLAYERS, golden, in_full, written_in

WORDS = PACKAGE / "letters/words"
STAFF_ALONE = {"alert", "breach", "escalation", "reminder", "rise", "staff", "warning"}
OTHERS = [code for code in WRITTEN if code != SOURCE]
UNITS = ("seconds", "minutes", "hours", "calendar_days", "business_days", "weeks", "months")
PRIVATE = re.compile(rf"/{KEY}$|/consultations/Q-[\w-]+/[\w-]{{34}}$", re.MULTILINE)
each_letter = pytest.mark.parametrize("name", TO_PLAYERS)
each_language = pytest.mark.parametrize("code", OTHERS)


def test_letters_are_written_in_every_language_of_the_portal() -> None:
    assert WRITTEN == CODES


@each_language
def test_a_language_has_words_for_every_letter_to_players(code: str) -> None:
    english = {path.name for path in (WORDS / SOURCE).iterdir() if path.stem not in STAFF_ALONE}
    assert {path.name for path in (WORDS / code).iterdir()} == english


@each_language
@each_letter
def test_a_letter_reads_as_its_golden_file(code: str, name: str) -> None:
    with written_in(code):
        assert in_full(TO_PLAYERS[name]()) == golden(code, name).read_text(encoding="utf-8")


@each_language
def test_every_golden_file_is_of_a_letter(code: str) -> None:
    assert {path.stem for path in (GOLDEN / code).iterdir()} == set(TO_PLAYERS)


@each_language
@each_letter
def test_nothing_of_the_english_letter_is_left(code: str, name: str) -> None:
    english = TO_PLAYERS[name]().text
    with written_in(code):
        mail = TO_PLAYERS[name]()
    assert mail.subject != GOLDEN_LETTERS[name]().subject
    assert not {one for one in _own_lines(english) if one in _own_lines(mail.text)}


@each_language
@each_letter
def test_a_letter_shows_as_much_as_the_english_one(code: str, name: str) -> None:
    english = TO_PLAYERS[name]()
    with written_in(code):
        mail = TO_PLAYERS[name]()
    for mark in ("<h1", "<h2", "<tr", "<li", "<blockquote", 'class="callout', 'class="button', "href="):
        assert mail.html.count(mark) == english.html.count(mark), mark
    assert mail.html.startswith(f'<!doctype html>\n<html lang="{code}" dir="{language(code).direction}">')
    assert PRIVATE.search(mail.text)
    assert _figures(mail.text) == _figures(english.text)


@pytest.mark.parametrize("code", WRITTEN)
@pytest.mark.parametrize("unit", UNITS)
def test_a_length_of_time_is_said_in_every_number(code: str, unit: str) -> None:
    template = environment("letters_text").get_template(f"{code}/say.jinja")
    say: Any = template.make_module({"language": language(code)})
    for amount in (1, 2, 3, 4, 5, 11, 12, 21, 22, 25, 101, 112):
        said = say.length({"amount": amount, "unit": unit})
        assert re.search(rf"\b{amount}\b", said) or amount == 1, said
        assert re.search(r"[^\W\d]{3}", said), said


def _own_lines(text: str) -> set[str]:
    """The lines of at least three words that no handler and no region file wrote."""
    lines = {one.strip() for one in text.splitlines() if not one.startswith((">", "    "))}
    theirs = re.compile(
        r"@|https?://|Example|Disputes|Complaints about|statement of April"
        r"|DMCC Act|requirements|information provision"  # the name of a law
    )
    return {one for one in lines if len(re.findall(r"[^\W\d]{2,}", one)) >= 3 and not theirs.search(one)}


def _figures(text: str) -> list[str]:
    """The figures of a letter that every language writes alike: years, numbers of complaints, times."""
    return sorted(re.findall(r"\b20\d\d\b|\b\d\d:\d\d\b", text))


@pytest.mark.parametrize("code", WRITTEN)
def test_no_two_words_run_together_where_a_block_ends_a_line(code: str) -> None:
    """A block takes the end of its line away: after text, the next line begins with a space or a tag."""
    ends = re.compile(r"^(?P<before>[^\n]*?\S[^\n]*?)\{%[^\n%]*(?<!-)%\}\n[^\s{<]", re.MULTILINE)
    for path in (WORDS / code).iterdir():
        found = [one["before"] for one in ends.finditer(path.read_text(encoding="utf-8"))]
        assert not [one for one in found if re.sub(r"\{%.*?%\}", "", one).strip()], path.name
