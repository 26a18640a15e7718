"""Every message that pages and letters say stands in every catalogue, translated, and nothing else does."""

from collections.abc import Sequence
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from infra.languages import DROPPED, LOCALE_OF, catalogue, documents, messages
from redress.language import CODES, LOCALES, language
from tests.support.catalogues import TRANSLATED, all_faults, faults, forms_said, places, told

every_translation = pytest.mark.parametrize("code", TRANSLATED)


@cache
def said() -> Catalog:
    """What is said now."""
    return messages()


def ids(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    """The messages of a catalogue."""
    return {one.id if isinstance(one.id, str) else tuple(one.id) for one in catalogue if one.id}


def listed(found: Sequence[object]) -> str:
    """The first of many, for a person to read."""
    return "".join(f"\n  {one!r:.100}" for one in found[:12]) + f"\n({len(found)} in all: make messages)"


@every_translation
def test_a_catalogue_has_every_message_that_is_said(code: str) -> None:
    missing = sorted(ids(said()) - ids(catalogue(code)), key=str)
    assert not missing, f"{code} lacks {listed(missing)}"


@every_translation
def test_a_catalogue_has_no_message_that_nobody_says(code: str) -> None:
    kept = catalogue(code)
    unused = sorted(ids(kept) - ids(said()), key=str) + sorted(map(str, kept.obsolete))
    assert not unused, f"{code} has in vain {listed(unused)}"


@every_translation
def test_every_message_is_translated_without_a_fault(code: str) -> None:
    found = all_faults(code, catalogue(code))
    assert not found, f"{code}\n{told(found)}"


@every_translation
def test_a_catalogue_has_the_plural_forms_of_its_language(code: str) -> None:
    kept, right = catalogue(code), get_plural(LOCALE_OF.get(code, code))
    assert (kept.num_plurals, kept.plural_expr) == (right.num_plurals, right.plural_expr)
    counts = {len(forms_said(one)) for one in kept if one.id and one.pluralizable}
    assert counts <= {right.num_plurals}


@every_translation
def test_a_catalogue_says_nothing_that_changes_by_itself(code: str) -> None:
    text = (LOCALES / code / "LC_MESSAGES" / "redress.po").read_text(encoding="utf-8")
    assert [name for name in DROPPED if f'"{name}:' in text] == []


@pytest.mark.parametrize("code", CODES)
def test_what_the_cldr_knows_is_what_the_pinned_library_says(code: str) -> None:
    changed = [
        path.name for path, text in documents(code).items() if path.read_text(encoding="utf-8") != text
    ]
    assert changed == [], "make messages"


def test_every_folder_of_locales_is_a_language_of_ours() -> None:
    assert {path.name for path in LOCALES.iterdir() if path.is_dir()} == set(CODES)


def test_the_english_of_a_message_is_fit_for_translation() -> None:
    """Simple names in braces, no markup, no blanks around, and a plural where something is counted."""
    unfit = [
        one
        for message in ids(said())
        for one in ((message,) if isinstance(message, str) else message)
        if one != one.strip() or "<" in one or "  " in one or "\n" in one or not is_simple(one)
    ]
    assert unfit == []


def is_simple(message: str) -> bool:
    """Whether its braces hold simple names."""
    try:
        places(message)
    except ValueError:
        return False
    return True


def test_what_is_said_is_found_in_code_and_templates() -> None:
    places_said = {name for one in said() for name, _ in one.locations}
    assert {"language.py", "web/templates/base.html", "web/words.py"} <= places_said


@pytest.mark.parametrize("code", TRANSLATED)
def test_an_unknown_message_is_said_in_english_rather_than_not_at_all(code: str) -> None:
    assert language(code).say("Nobody says {this}.", this="that") == "Nobody says that."


@pytest.mark.parametrize(
    ("code", "english", "translation", "fault"),
    [
        ("de", "Send", "", "untranslated"),
        ("de", "By {day}", "Bis {tag}", "other places in braces"),
        ("de", "By {day}", "Bis", "other places in braces"),
        ("de", "By {day}", "Bis {day} {day.year}", "braces that do not fit"),
        ("de", "By {day}", "Bis {day", "braces that do not fit"),
        ("de", "Why?", "Warum", "ends with another sign"),
        ("de", "Send it.", "Senden", "ends with another sign"),
        ("de", "Send", "Senden:", "ends with another sign"),
        ("de", "Send", " Senden", "blanks around or in between"),
        ("de", "Send", "<b>Senden</b>", "markup"),
        ("de", "Send", "Senden&nbsp;Sie", "markup"),
        ("de", "Up to 10,000 signs", "Bis 1.000 Zeichen", "other figures"),
        ("de", "Send", "Send", "the same as English"),
        ("ru", "Send", "Otpravit", "another script"),
        ("it", "The evidence", "Quest'ultimo", "straight quotation marks"),
        ("sv", "The form", 'Det "nya"', "straight quotation marks"),
        ("fr", "Why?", "Pourquoi?", "no no-break space before ? ! ; : »"),
        ("fr", "Why?", "Pourquoi ?", "no no-break space before ? ! ; : »"),
        ("es", "Why?", "Por qué?", "¿ and ? or ¡ and ! do not match"),
    ],
)
def test_a_faulty_translation_is_found(code: str, english: str, translation: str, fault: str) -> None:
    assert fault in set(faults(code, Message(english, translation)))


@pytest.mark.parametrize(
    ("code", "english", "translation"),
    [
        ("de", "Up to 10,000 signs.", "Bis zu 10.000 Zeichen."),
        ("de", "{day} at {time}", "{day}, {time}"),
        ("fr", "Why?", "Pourquoi\u202f?"),
        ("fr", "Day: {day}", "Jour\u00a0: {day}"),
        ("es", "Why?", "¿Por qué?"),
        ("pl", "It says “no”.", "Mówi „nie”."),
        ("ru", "It says “no”.", "Там сказано «нет»."),
        ("de", "Name", "Name"),
    ],
)
def test_a_good_translation_is_left_alone(code: str, english: str, translation: str) -> None:
    assert list(faults(code, Message(english, translation))) == []


def test_each_plural_form_has_the_number_unless_it_is_for_one_alone() -> None:
    counted = ("{count} day of {name}", "{count} days of {name}")
    german = Message(counted, ("Ein Tag von {name}", "{count} Tage von {name}"))
    assert list(faults("de", german)) == []
    assert list(faults("de", Message(counted, ("Ein Tag", "{count} Tage von {name}")))) != []
    assert list(faults("de", Message(counted, ("{count} Tag von {name}", "Tage von {name}")))) != []
    assert list(faults("de", Message(counted, ("{count} Tag von {name}", "")))) == ["untranslated"]
    french = Message(counted, ("Un jour de {name}", "{count} jours de {name}"))
    assert list(faults("fr", french)) == ["other places in braces"], "French says it of nothing, too"
    assert list(faults("de", Message("Send", "Senden", flags={"fuzzy"}))) == ["fuzzy"]
