"""Help pages as people write them: which one counts, what is refused, and what becomes of their Markdown."""

import json
from copy import replace
from pathlib import Path

import pytest

from infra import faq
from infra.settings import SettingsError
from redress.faq.entries import Faq, from_json, name
from redress.language import CODES
from redress.region import Region
from tests.support.complaints import REGION
from tests.support.faq import documents, in_language

SECOND = replace(REGION.brands[0], id="southlight", name="Southlight")
TWO_BRANDS = replace(REGION, brands=(*REGION.brands, SECOND))


def write(folder: Path, place: str, text: str = "An answer.", **head: str) -> None:
    """An entry of the region's own."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": "A question?", **head}.items())
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{lines}---\n{text}\n", encoding="utf-8")


def pages(folder: Path, brand: str = "northlight", language: str = "en", region: Region = TWO_BRANDS) -> Faq:
    """The help pages of a brand in a language, with the region's own from a folder."""
    return from_json(json.loads(faq.documents(region, folder)[name(brand, language)]))


def title(found: Faq, slug: str) -> str | None:
    """The question of an entry, None if it is not there."""
    entry = found.entry(slug)
    return entry.title if entry else None


def faults(folder: Path) -> list[str]:
    """What is told of a folder that cannot be used."""
    with pytest.raises(SettingsError) as refused:
        faq.documents(TWO_BRANDS, folder)
    return list(refused.value.faults)


# --- Which entry counts ---


def test_every_brand_and_language_has_its_file(tmp_path: Path) -> None:
    made = faq.documents(TWO_BRANDS, tmp_path)
    assert set(made) == {f"{brand}.{code}.json" for brand in ("northlight", "southlight") for code in CODES}


def test_an_entry_of_the_region_replaces_the_one_that_comes_with_redress(tmp_path: Path) -> None:
    write(tmp_path, "en/lost-link.md", title="Ours")
    assert title(pages(tmp_path), "lost-link") == "Ours"
    assert title(pages(tmp_path, "southlight"), "lost-link") == "Ours"


def test_an_entry_of_a_brand_goes_before_that_of_the_region_for_this_brand_alone(tmp_path: Path) -> None:
    write(tmp_path, "en/lost-link.md", title="The region's")
    write(tmp_path, "en/southlight/lost-link.md", title="The brand's")
    assert title(pages(tmp_path), "lost-link") == "The region's"
    assert title(pages(tmp_path, "southlight"), "lost-link") == "The brand's"


def test_what_the_operator_says_in_english_is_not_contradicted_by_our_translation(tmp_path: Path) -> None:
    write(tmp_path, "en/lost-link.md", title="Ours")
    found = pages(tmp_path, language="fr").entry("lost-link")
    assert found is not None
    assert (found.title, found.language) == ("Ours", "en")


def test_an_entry_in_the_readers_language_goes_before_english_of_the_same_folder(tmp_path: Path) -> None:
    write(tmp_path, "en/lost-link.md", title="Ours")
    write(tmp_path, "fr/lost-link.md", title="La nôtre")
    assert title(pages(tmp_path, language="fr"), "lost-link") == "La nôtre"
    assert title(pages(tmp_path, language="de"), "lost-link") == "Ours"


def test_a_new_entry_is_added_in_its_order(tmp_path: Path) -> None:
    write(tmp_path, "en/first-of-all.md", order="1")
    write(tmp_path, "en/whenever.md")
    slugs = [one.slug for one in pages(tmp_path).entries]
    assert (slugs[0], slugs[-1]) == ("first-of-all", "whenever")


def test_a_hidden_entry_takes_the_delivered_one_away(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/languages.md").write_text("---\nhidden: yes\n---\n", encoding="utf-8")
    assert title(pages(tmp_path), "languages") is None
    assert title(pages(tmp_path, language="fr"), "languages") is None


# --- What is refused ---


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("No head at all.", "1: has no head; begin with a line ---"),
        ("---\ntitle: Open\n", "1: has no head"),
        ("---\norder: 1\n---\nText.", "1: title: missing; write the question"),
        ("---\ntitle: T\n---\n\n", "3: has no text; write the answer"),
        ("---\ntitle: T\ntitel: U\n---\nText.", "3: titel: unknown key; did you mean title?"),
        ("---\ntitle: T\nwords\n---\nText.", "3: is no line of a head"),
        ("---\ntitle: T\norder: soon\n---\nText.", "3: order: 'soon'; write a whole number"),
        (
            "---\ntitle: T\ncategories: bonus\n---\nText.",
            "3: categories: bonus unknown; use deposits_withdrawals",
        ),
        ("---\ntitle: T\nhidden: no\n---\nText.", "3: hidden: 'no'; write yes, or leave it out"),
        ("---\ntitle: T\n---\nSafe.\n\n<b>Bold</b>", "6: '<b>' is HTML; write it as Markdown"),
        ("---\ntitle: T\n---\n\n<script>alert(1)</script>", "5: '<script>alert(1)</script>' is HTML"),
        (
            "---\ntitle: T\n---\n[a](javascript:alert(1))",
            "4: leads to 'javascript:alert(1)'; links are https://",
        ),
        ("---\ntitle: T\n---\n[a](JAVASCRIPT:alert)", "4: leads to 'JAVASCRIPT:alert'"),
        ("---\ntitle: T\n---\n[a](//evil.example)", "4: leads to '//evil.example'"),
        ("---\ntitle: T\n---\n<data:text/html,x>", "4: leads to 'data:text/html,x'"),
        ("---\ntitle: T\n---\n[a](faq/none)", "4: leads to 'faq/none', which is no page"),
        ("---\ntitle: T\n---\n[a](nowhere)", "4: leads to 'nowhere', which is no page"),
        ("---\ntitle: T\n---\n![a](https://x.example/a.png)", "4: shows a picture"),
        ("---\ntitle: T\n---\n# Again", "4: has a heading of the first level"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_with_file_line_and_remedy(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/mine.md").write_text(text, encoding="utf-8")
    assert faults(tmp_path)[0].startswith(f"en/mine.md:{told}")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("mine.md", "lies in no folder of a language"),
        ("nl/mine.md", "lies in no folder of a language; move it into one of en, fr"),
        ("en/westlight/mine.md", "no such brand; use one of northlight, southlight"),
        ("en/northlight/deeper/mine.md", "no such brand"),
        ("en/Mine.md", "no name of an entry; use lower-case letters"),
        ("en/mine.txt", "no name of an entry"),
        ("en/offers.md", "'offers' is an address of its own; rename it"),
    ],
)
def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path, place: str, told: str) -> None:
    write(tmp_path, place)
    [fault] = faults(tmp_path)
    assert fault.startswith(f"{place}: {told}")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "en/one.md", "<b>", order="x")
    write(tmp_path, "fr/two.md", titel="x")
    assert len(faults(tmp_path)) == 2


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/mine.md").write_bytes(b"---\ntitle: \xe9\n---\nText.\n")
    assert faults(tmp_path) == ["en/mine.md:1: is not UTF-8; save it as UTF-8"]


# --- What becomes of it ---


def test_markdown_becomes_html_whose_own_links_wait_for_the_page_they_stand_on(tmp_path: Path) -> None:
    write(
        tmp_path,
        "en/mine.md",
        "See [the form](complaints), [this](faq/languages) & <https://x.example/?a=1&b=2>.",
    )
    entry = pages(tmp_path).entry("mine")
    assert entry is not None
    assert entry.html == (
        '<p>See <a href="root:complaints">the form</a>, <a href="root:faq/languages">this</a> &amp; '
        '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>.</p>'
    )


def test_the_first_paragraph_is_kept_as_plain_text(tmp_path: Path) -> None:
    write(tmp_path, "en/mine.md", "## Ahead\n\nFirst *one* & [more](complaints).\n\nSecond.")
    entry = pages(tmp_path).entry("mine")
    assert entry is not None
    assert entry.first == "First one & more."


def test_the_same_sources_make_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, "en/mine.md")
    assert faq.documents(TWO_BRANDS, tmp_path) == faq.documents(TWO_BRANDS, tmp_path)


# --- What comes with Redress ---


def test_what_comes_with_redress_is_written_in_every_language() -> None:
    assert {code: missing for code, missing in faq.gaps().items() if missing} == {}


@pytest.mark.parametrize("code", CODES)
def test_a_translation_keeps_the_links_order_and_categories_of_the_english_entry(code: str) -> None:
    english, translated = in_language("en"), in_language(code)
    for one, other in zip(english.entries, translated.entries, strict=True):
        assert (other.slug, other.categories) == (one.slug, one.categories)
        assert sorted(faq_links(other.html)) == sorted(faq_links(one.html)), other.slug


@pytest.mark.parametrize("code", CODES)
def test_the_first_paragraph_of_each_entry_is_short_enough_to_be_quoted(code: str) -> None:
    assert {one.slug for one in in_language(code).entries if not 20 <= len(one.first) <= 480} == set()


def test_a_file_of_help_pages_stays_small() -> None:
    assert {key for key, made in documents().items() if len(made) > 64 * 1024} == set()


def faq_links(html: str) -> list[str]:
    """Where the links of an entry lead."""
    return [part.partition('"')[0] for part in html.split('href="')[1:]]
