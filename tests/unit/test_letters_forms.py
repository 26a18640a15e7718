"""Both forms of a letter can be read in every mail program, and are the same letter."""

import re
from copy import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ModuleLoader

from infra.ops.letter_examples import TOLD, decided
from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress import templating
from redress.domain.correspondence import LetterKind
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.language import CODES
from redress.letters.facts import ink_on
from redress.letters.render import render
from tests.support.letter_reading import Page, both
from tests.support.letters import GOLDEN_LETTERS, TO_PLAYERS, Story, sample, written_in


@pytest.mark.parametrize("name", GOLDEN_LETTERS)
def test_text_lines_are_short_enough_for_every_mail_program(name: str) -> None:
    too_long = [
        line for line in GOLDEN_LETTERS[name]().text.splitlines() if len(line) > 72 and "https://" not in line
    ]
    assert too_long == []


@pytest.mark.parametrize("kind", LetterKind)
def test_an_html_letter_loads_nothing(kind: LetterKind) -> None:
    page = Page(sample(kind).html)
    assert not {"img", "link", "script", "iframe"} & set(page.tags)
    assert "url(" not in sample(kind).html


@pytest.mark.parametrize(
    ("colour", "ink"), [("#1f4e79", "#ffffff"), ("#ffd400", "#000000"), ("#777777", "#000000")]
)
def test_a_button_stays_legible_on_every_brand_colour(colour: str, ink: str) -> None:
    brand = replace(REGION.brands[0], colour=colour)
    mail = Story(region=replace(REGION, brands=(brand,))).render(LetterKind.ACKNOWLEDGEMENT)
    assert f"background: {colour}; color: {ink}" in mail.html


def test_a_language_nobody_wrote_yet_falls_back_to_english() -> None:
    story = Story()
    case = replace(story.case, complaint=replace(story.case.complaint, language="cy"))
    letter = story.letter(LetterKind.ACKNOWLEDGEMENT)
    mail = render(letter, case, REGION, Rules((load_pack("gb-ukgc"),)), PORTAL, KEY, story.now)
    assert '<html lang="en"' in mail.html


def test_midnight_is_said_as_the_end_of_the_day_before_and_as_the_start_of_its_own() -> None:
    story = TOLD[LetterKind.BREACH](Story())
    assert story.now == datetime(2026, 6, 28, 23, 0, tzinfo=UTC)
    for form in both(story.render(LetterKind.BREACH)):
        assert "By the end of Sunday, 28 June 2026" in form
        assert "00:00 on Monday, 29 June 2026" in form


# --- Lines ---------------------------------------------------------------------------------------------

LONGEST_LINE = 998  # octets, without its end: RFC 5322, 2.1.1


@pytest.mark.parametrize("typed", ["x" * 5_000, "Ж" * 5_000, "👨‍👩‍👧‍👦" * 1_500, "слово " * 1_600])
def test_no_line_of_a_text_is_longer_than_mail_allows(typed: str) -> None:
    story = decided(Story(), reasons={"reasons": typed, "clause": typed})
    text = story.render(LetterKind.FINAL_RESPONSE).text
    assert max(len(line.encode()) for line in text.splitlines()) <= LONGEST_LINE
    assert "".join(text.split()).count("".join(typed.split())) == 2


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", TO_PLAYERS)
def test_what_has_to_be_opened_stands_on_a_line_of_its_own(code: str, name: str) -> None:
    with written_in(code):
        mail = TO_PLAYERS[name]()
    page = Page(mail.html)
    for link in page.sources:
        if "/complaints/" in link or "/consultations/" in link or "adjudication" in link:
            assert link in mail.text.splitlines()


# --- How it looks --------------------------------------------------------------------------------------

READABLE = 4.5  # WCAG 2.2, 1.4.3

# What is written in which colour on which ground: the selectors whose rules set them.
PAIRS = [
    ("body", "main"),
    ("body", "blockquote"),
    ("body", "body"),
    ("header", "main"),
    ("footer", "body"),
    (".facts th", "main"),
    ("a", "main"),
    ("a", "blockquote"),
    ("a", "body"),
]


def sheet(html: str) -> tuple[str, str]:
    """The rules of a letter for light and for dark."""
    plain = "\n".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    dark = plain.partition("@media (prefers-color-scheme: dark) {")[2].partition("\n}\n")[0]
    return plain.partition("@media")[0], dark


def colour(rules: str, selector: str, name: str) -> str | None:
    """What the rules of a sheet set a colour of a selector to, the last of them."""
    found = None
    for selectors, body in re.findall(r"^\s*([^{}@]+)\{([^{}]*)\}", rules, re.MULTILINE):
        if selector in [one.strip() for one in selectors.split(",")]:
            value = re.search(rf"(?:^|[;\s]){name}:\s*(#[0-9a-f]{{6}})", body)
            found = value[1] if value else found
    return found


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    """Of two colours, from 1 to 21."""
    high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_guidelines_compute() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_everything_can_be_read_on_its_ground_in_light_and_in_dark(ink: str, ground: str) -> None:
    light, dark = sheet(sample(LetterKind.FINAL_RESPONSE).html)
    for rules in (light, dark):
        written, on = colour(rules, ink, "color"), colour(rules, ground, "background")
        assert written
        assert on
        assert contrast(written, on) >= READABLE, (written, on)


def test_dark_sets_every_colour_that_light_sets() -> None:
    light, dark = sheet(sample(LetterKind.FINAL_RESPONSE).html)
    for name in ("color", "background"):
        rules = re.findall(r"^\s*([^{}@]+)\{([^{}]*)\}", light, re.MULTILINE)
        set_in_light = {
            one.strip()
            for selectors, body in rules
            for one in selectors.split(",")
            if re.search(rf"(?:^|[;\s]){name}: #", body)
        }
        assert [one for one in set_in_light if not colour(dark, one, name) and one != ".button"] == []


@given(colour=st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_the_words_of_a_button_can_be_read_on_every_brand_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= READABLE


@pytest.mark.parametrize("name", GOLDEN_LETTERS)
def test_a_letter_says_that_it_is_made_for_light_and_dark(name: str) -> None:
    html = GOLDEN_LETTERS[name]().html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert '<meta name="supported-color-schemes" content="light dark">' in html
    assert "color-scheme: light dark;" in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", TO_PLAYERS)
def test_a_letter_tells_its_language_and_loads_nothing(code: str, name: str) -> None:
    with written_in(code):
        html = TO_PLAYERS[name]().html
    assert f'<html lang="{code}" dir="ltr">' in html
    assert not {"img", "link", "script", "iframe", "object", "form"} & set(Page(html).tags)
    assert not re.search(r"url\(|@import|@font-face|\bsrc=", html)


# --- Compiled ------------------------------------------------------------------------------------------


def test_compiled_templates_write_the_same_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: written() for name, written in GOLDEN_LETTERS.items()}
    for kind, templates in templating.KINDS.items():
        for folder in templates.folders if kind.startswith("letters") else ():
            copy_folder(templating.PACKAGE / folder, tmp_path / folder)
    templating.compile_templates(tmp_path)
    monkeypatch.setattr(templating, "PACKAGE", tmp_path)
    templating.environment.cache_clear()
    try:
        assert isinstance(templating.environment("letters_html").loader, ModuleLoader)
        assert {name: written() for name, written in GOLDEN_LETTERS.items()} == before
    finally:
        templating.environment.cache_clear()


def copy_folder(source: Path, target: Path) -> None:
    for path in source.rglob("*.jinja"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
