"""Both forms of a letter can be read in every mail program, and are the same letter."""

from copy import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra.ops.letter_examples import (
    TOLD,
)
from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress import templating
from redress.domain.correspondence import LetterKind
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.letters.render import render
from tests.support.letter_reading import Page, both
from tests.support.letters import GOLDEN_LETTERS, Story, sample


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
