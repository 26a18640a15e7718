"""How each language writes dates, numbers, money and lists, which one a browser gets, and its plural forms.

What the CLDR says is read here by a library that the layer does without.
"""

import gettext
import io
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest
from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from infra.languages import LOCALE_OF, catalogue
from redress.domain import money
from redress.domain.money import NotMoney
from redress.language import CODES, FIRST_OF_MONTH, SOURCE, Language, known, language, msg, preferred

DAYS = [date(2026, month, 1 + month * 2) for month in range(1, 13)] + [date(2026, 3, n) for n in range(1, 8)]
MINOR = (0, 5, 100, 999, 100_000, 125_050, 123_456_789)
CURRENCIES = ("GBP", "EUR", "SEK", "PLN", "USD", "CHF", "DKK", "JPY", "RUB", "KWD")
UNNAMED = {"VED", "XCG", "ZWG"}  # too young for the CLDR of most languages
NARROW, NO_BREAK = "\u202f", "\u00a0"

every_language = pytest.mark.parametrize("code", CODES)


def locale(code: str) -> Locale:
    """The CLDR's own locale of a language."""
    return Locale.parse(LOCALE_OF.get(code, code))


@every_language
def test_dates_are_written_as_the_cldr_has_them(code: str) -> None:
    spoken = language(code)
    for day in (one for one in DAYS if one.day > 1 or code not in FIRST_OF_MONTH):
        assert spoken.day(day) == format_date(day, "full", locale(code))
        assert spoken.short_day(day) == format_date(day, "long", locale(code))


def test_french_and_italian_count_the_first_of_a_month_otherwise() -> None:
    assert language("fr").day(date(2026, 3, 1)) == "dimanche 1er mars 2026"
    assert language("it").short_day(date(2026, 3, 1)) == "1º marzo 2026"
    assert language("fr").short_day(date(2026, 3, 21)) == "21 mars 2026"


@every_language
@pytest.mark.parametrize("at", [datetime(2026, 4, 5, 0, 7, 9), datetime(2026, 4, 5, 23, 59, 59)])  # noqa: DTZ001 - local
def test_times_are_written_as_the_cldr_has_them(code: str, at: datetime) -> None:
    assert language(code).time(at) == format_time(at, "short", locale=locale(code))
    assert language(code).time(at, seconds=True) == format_time(at, "medium", locale=locale(code))


def test_a_moment_is_told_in_its_zone() -> None:
    instant = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert language("en").moment(instant, "Europe/Warsaw") == "1 July 2026 at 01:30"
    assert language("en").moment(instant, "America/New_York") == "30 June 2026 at 19:30"


@every_language
@pytest.mark.parametrize("value", [0, 7, 999, 1_000, 1_234_567])
def test_numbers_are_grouped_as_the_cldr_has_them(code: str, value: int) -> None:
    assert language(code).number(value) == format_decimal(value, locale=locale(code))


@every_language
@pytest.mark.parametrize("currency", CURRENCIES)
def test_money_is_written_as_the_cldr_has_it(code: str, currency: str) -> None:
    """But for one rule the library leaves out: letters do not touch figures ("CHF 12.00")."""
    for minor in MINOR:
        theirs = format_currency(float(money.decimal_text(minor, currency)), currency, locale=locale(code))
        assert language(code).money(minor, currency).replace(f"{currency}{NO_BREAK}", currency) == (
            theirs.replace(f"{currency}{NO_BREAK}", currency)
        )


def test_money_that_a_person_reads() -> None:
    assert language("en").money(125_050, "GBP") == "£1,250.50"
    assert language("en").money(125_050, "CHF") == f"CHF{NO_BREAK}1,250.50"
    assert language("fr").money(125_050, "EUR") == f"1{NARROW}250,50{NO_BREAK}€"
    assert language("de").money(125_050, "EUR") == f"1.250,50{NO_BREAK}€"
    assert language("pl").money(125_050, "PLN") == f"1{NO_BREAK}250,50{NO_BREAK}zł"
    assert language("sv").money(125_050, "SEK") == f"1{NO_BREAK}250,50{NO_BREAK}kr"
    assert language("de").money(125_050, "JPY") == f"125.050{NO_BREAK}¥"


def test_an_unknown_currency_is_no_money() -> None:
    with pytest.raises(NotMoney):
        language("en").money(1, "ABC")


@every_language
def test_every_currency_and_country_has_its_name(code: str) -> None:
    spoken = language(code)
    assert {one for one in money.MINOR_DIGITS if spoken.currency(one) in {"", one}} <= UNNAMED
    assert {one for one, name in spoken.countries().items() if name in {"", one}} == set()
    assert list(spoken.countries()) != sorted(spoken.countries()), "in the order of names, not of codes"


@every_language
def test_lists_are_written_as_the_cldr_has_them(code: str) -> None:
    for parts in (["A"], ["A", "B"], ["A", "B", "C"], ["A", "B", "C", "D"]):
        assert language(code).listed(parts) == format_list(parts, style="standard", locale=locale(code))


def test_each_language_says_its_own_name_and_its_direction() -> None:
    names = ("English", "Français", "Polski", "Русский", "Deutsch", "Español", "Italiano", "Português")
    assert tuple(language(code).name for code in CODES) == (*names, "Svenska")
    assert {language(code).direction for code in CODES} == {"ltr"}


def test_a_language_that_we_do_not_speak_is_an_error() -> None:
    for code in ("", "xx", "EN", "de-AT", "../en"):
        with pytest.raises(KeyError):
            language(code)


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de-AT", "de"), ("pt_BR", "pt"), ("FR", "fr"), (" sv ", "sv"), ("ru-Cyrl-RU", "ru"), ("en", "en")],
)
def test_a_tag_is_known_by_its_language(tag: str, code: str) -> None:
    assert known(tag) == code


@pytest.mark.parametrize("tag", ["", "*", "nl", "den", "d", "-de", "english", "i-klingon", "../de", "дe"])
def test_other_tags_are_not_known(tag: str) -> None:
    assert known(tag) is None


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("nl, sv;q=0.3, it;q=0.8", "it"),
        ("de;q=0.5,pl;q=0.5", "de"),  # of equals, the first
        ("pl ; q = 0.4 , es ; q=0.6", "es"),
        ("es;Q=0.1, it;Q=0.2", "it"),
        ("de;q=0, ru;q=0.001", "ru"),
        ("nl-NL,nl", None),
        ("de;q=0", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_browser_gets_the_language_it_likes_best_of_ours(header: str, code: str | None) -> None:
    assert preferred(header) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de;q=nan, fr;q=0.5, sv;q=0.9", "sv"),
        ("de;q=inf, fr;q=0.1", "fr"),
        ("de;q=1e9, fr;q=0.1", "fr"),
        ("de;q=-1, fr", "fr"),
        ("de;q=abc, fr;q=0.1", "fr"),
        (",,;q=1,;;;,fr", "fr"),
        ("\x00\r\nSet-Cookie: a, pl", "pl"),
        ("de" * 10_000 + ",fr", None),
        ("xx," * 100_000 + "fr", None),  # only the beginning of an endless header is read
    ],
)
def test_weights_that_are_none_count_as_not_at_all(header: str, code: str | None) -> None:
    assert preferred(header) == code


@given(st.text(max_size=200) | st.text("defrsv,;q=0.19*- \t", max_size=80))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert preferred(header) in {None, *CODES}


def test_english_is_what_the_code_says() -> None:
    assert language(SOURCE).say(msg("Write to us")) == "Write to us"
    assert language(SOURCE).say("From {start} to {end}", start=1, end="{end}") == "From 1 to {end}"
    assert language(SOURCE).say_many("{count} file", "{count} files", 1) == "1 file"
    assert language(SOURCE).say_many("{count} file", "{count} files", 1_200) == "1,200 files"


FORMS = {
    **{code: {1: 0, 0: 1, 2: 1, 21: 1} for code in ("de", "es", "it", "pt", "sv")},
    "fr": {0: 0, 1: 0, 2: 1, 21: 1},
    "pl": {1: 0, 2: 1, 4: 1, 22: 1, 0: 2, 5: 2, 12: 2, 21: 2, 112: 2},
    "ru": {1: 0, 21: 0, 101: 0, 2: 1, 34: 1, 0: 2, 5: 2, 11: 2, 12: 2, 111: 2},
}


@pytest.mark.parametrize("code", FORMS)
def test_the_catalogue_picks_the_plural_form_that_the_language_uses(code: str) -> None:
    told = spoken_by(code, [f"form {number}: {{count}}" for number in range(catalogue(code).num_plurals)])
    said = {count: told.say_many("{count} pebble", "{count} pebbles", count) for count in FORMS[code]}
    assert said == {count: f"form {form}: {count}" for count, form in FORMS[code].items()}


def spoken_by(code: str, forms: list[str]) -> Language:
    """The language with one message more in its catalogue."""
    made = catalogue(code)
    made.add(("{count} pebble", "{count} pebbles"), tuple(forms))
    compiled = io.BytesIO()
    write_mo(compiled, made)
    compiled.seek(0)
    return Language(
        code=code, catalogue=gettext.GNUTranslations(compiled), cldr=MappingProxyType(language(code).cldr)
    )
