"""What strangers type into a form or a mail slips nothing into a letter."""

import re
from collections.abc import Mapping

import pytest

from infra.ops.letter_examples import (
    HOME,
    TOLD,
    decided,
    extended,
    paused,
)
from infra.ops.letter_stories import WRITTEN
from redress.domain.audit import Content
from redress.domain.correspondence import LetterKind
from redress.letters import plain
from redress.usecases.ports import Mail
from tests.support.letter_reading import TO_PLAYER, Page
from tests.support.letters import Story

HOSTILE: Mapping[str, str] = {
    "a script": "<script>alert(1)</script>",
    "an image": '"><img src=https://evil.example/x onerror=alert(1)>',
    "a template": "{{ 7 * 7 }}{% include 'x' %}",
    "header lines": "Player\r\nBcc: victim@example.com\r\n\r\nBuy now",
    "a link": "Claim your prize at https://evil.example",
    "a bare domain": "evil.example now",
    "a turned direction": "\u202egnp.exe \u2066Player",
    "control characters": "Play\x00er\x1b[2J",
    "ten thousand Cyrillic letters": "Жалоба " * 1_430,
    "an emoji family": "👨‍👩‍👧‍👦 Player",
    "Arabic": "لاعب",
}
TYPED = pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())


def letter_of(typed: str, kind: LetterKind) -> Mail:
    """A letter in which everything that can be typed is that text."""
    written: Content = {**WRITTEN, "name": typed, "description": typed, "remedy": typed}
    story = Story(HOME.get(kind, "gb-ukgc"), written=written)
    match kind:
        case LetterKind.FINAL_RESPONSE:
            decided(story, reasons={"reasons": typed, "clause": typed})
        case LetterKind.PAUSE:
            paused(story, content={"explanation": typed})
        case LetterKind.EXTENSION:
            extended(story, content={"reasons": typed})
        case _:
            TOLD[kind](story)
    return story.render(kind)


TYPED_INTO = [
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.PAUSE,
    LetterKind.EXTENSION,
    LetterKind.HOLDING,
    LetterKind.FINAL_RESPONSE,
]


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_hostile_text_adds_no_element_and_no_address(kind: LetterKind, typed: str) -> None:
    hostile, tame = Page(letter_of(typed, kind).html), Page(letter_of("Player", kind).html)
    assert [tag for tag in hostile.tags if tag not in {"br", "bdi"}] == [
        tag for tag in tame.tags if tag not in {"br", "bdi"}
    ]
    assert hostile.sources == tame.sources


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_hostile_text_never_reaches_a_header(kind: LetterKind, typed: str) -> None:
    hostile, tame = letter_of(typed, kind), letter_of("Player", kind)
    for name in ("letter_id", "sender", "to", "subject", "references"):
        assert getattr(hostile, name) == getattr(tame, name)


@TYPED
@pytest.mark.parametrize("kind", TYPED_INTO)
def test_every_letter_can_be_encoded_and_turns_no_direction(kind: LetterKind, typed: str) -> None:
    mail = letter_of(typed, kind)
    for form in (mail.text, mail.html):
        assert form.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", form)


def test_what_a_person_wrote_to_complain_is_never_sent_back() -> None:
    for kind in TO_PLAYER:
        mail = letter_of("Buy cheap pills", kind)
        if kind not in {LetterKind.FINAL_RESPONSE, LetterKind.PAUSE, LetterKind.EXTENSION}:
            assert "Buy cheap pills\n" not in mail.text.replace("Dear Buy cheap pills,", "")


@pytest.mark.parametrize(
    "typed", ["Player Example", "P. Example-Player", "لاعب", "Игрок О'Пример", "👨‍👩‍👧‍👦 Player"]
)
def test_a_name_in_any_script_is_greeted(typed: str) -> None:
    assert plain.name(typed) == typed
    assert f"Dear {typed}," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


@pytest.mark.parametrize(
    "typed", ["", "  ", "see https://evil.example", "evil.example", "a@b", "www evil", "x" * 81, "<b>"]
)
def test_what_is_no_name_is_not_greeted(typed: str) -> None:
    assert plain.name(typed) is None
    assert "Hello," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


def test_half_a_character_is_dropped() -> None:
    assert plain.text("Player \ud800!") == "Player !"


def test_line_breaks_in_a_name_make_no_second_line() -> None:
    assert plain.name("Player\r\n\tExample") == "Player Example"
