"""Days and amounts as people type them, language by language."""

from datetime import date

import pytest

from redress.language import language
from redress.web import typed

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("en", ("26", "4", "2026")),
        ("en", ("26", "April", "26")),
        ("en", ("26th", "apr.", "2026")),
        ("en", ("26.4.2026", "", "")),
        ("en", ("", "April 26, 2026", "")),
        ("en", ("26/04/26", "", "")),
        ("en", ("26.4.", "", "2026")),
        ("de", ("26. April", "", "2026")),
        ("de", ("Sonntag, 26. Apr. 2026", "", "")),
        ("fr", ("26", "avr", "2026")),
        ("es", ("26 de abril de 2026", "", "")),
        ("ru", ("26", "апрель", "2026")),
        ("ru", ("26 апреля 2026 г.", "", "")),
        ("pl", ("26", "kwiecień", "2026")),
        ("pl", ("26", "kwi", "2026 r.")),
        ("sv", ("2026-04-26", "", "")),
        ("pl", ("26", "april", "2026")),  # English is understood everywhere
        ("en", ("٢٦", "٤", "٢٠٢٦")),
    ],
)
def test_a_day_is_read_as_people_write_it(code: str, parts: tuple[str, ...]) -> None:
    assert typed.day(language(code), parts, TODAY) == "2026-04-26"


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("en", ("31", "2", "2026")),
        ("en", ("4/26/2026", "", "")),  # the page has the day first
        ("sv", ("26-04-25", "", "")),  # some begin with the year
        ("fr", ("1", "jui", "2026")),  # juin or juillet
        ("en", ("1", "ma", "2026")),
        ("en", ("26", "4", "")),
        ("en", ("26", "4", "126")),
        ("en", ("26", "4", "20266")),
        ("en", ("last", "week", "")),
        ("en", ("26", "4", "2026 or so")),
        ("en", ("1" * 5000, "4", "2026")),
    ],
)
def test_what_is_no_day_or_could_be_two_is_asked_for_again(code: str, parts: tuple[str, ...]) -> None:
    assert typed.day(language(code), parts, TODAY) is None


def test_a_year_of_two_digits_is_never_one_to_come() -> None:
    assert typed.day(language("en"), ("1", "1", "27"), TODAY) == "1927-01-01"  # too early, says intake
    assert typed.day(language("en"), ("1", "1", "99"), TODAY) == "1999-01-01"


@pytest.mark.parametrize(
    ("code", "text", "currency", "figures"),
    [
        ("en", "1250", "GBP", "1250"),
        ("en", "£1,250.00", "GBP", "1250.00"),
        ("en", "1250,5", "EUR", "1250.5"),
        ("en", "1.234,56", "EUR", "1234.56"),
        ("en", "1'234.50", "CHF", "1234.50"),
        ("en", "Fr. 50", "CHF", "50"),
        ("en", "1,234,567", "GBP", "1234567"),
        ("en", "GBP 25", "GBP", "25"),
        ("en", "٢٥٫٥", "GBP", "25.5"),
        ("de", "1.234,56 €", "EUR", "1234.56"),
        ("de", "1.234", "EUR", "1234"),
        ("de", "1,234.56", "EUR", "1234.56"),
        ("de", "50,-", "EUR", "50"),
        ("fr", "1 234,56", "EUR", "1234.56"),
        ("fr", "1\u202f234,56\u00a0€", "EUR", "1234.56"),
        ("pl", "1 250,50 zł", "PLN", "1250.50"),
        ("ru", "1\u00a0250,5", "EUR", "1250.5"),
        ("sv", "500:-", "SEK", "500"),
        ("sv", "1 000 kr", "SEK", "1000"),
        ("en", "1,234", "JPY", "1234"),
    ],
)
def test_an_amount_is_read_as_people_write_it(code: str, text: str, currency: str, figures: str) -> None:
    assert typed.currency(language(code), text, currency) == currency
    assert typed.amount(language(code), text, currency) == figures


@pytest.mark.parametrize(
    "text", ["a lot", "-5", "1e3", "12 50", "1 234.567,89", "12.34.56", "about 50", "50 or 60", "1,2,3", ""]
)
def test_what_is_no_amount_is_not_made_one(text: str) -> None:
    assert typed.amount(language("en"), text, "GBP") is None


@pytest.mark.parametrize(
    ("code", "text"), [("en", "1.234"), ("de", "1,234"), ("fr", "1.234"), ("pt", "1.234")]
)
def test_a_point_that_may_group_is_never_read_as_grouping_by_chance(code: str, text: str) -> None:
    assert typed.amount(language(code), text, "EUR") == "1.234"  # which intake refuses: a cent has no tenths
    assert list(typed.readings(text)) == ["1234"]


def test_the_sign_of_another_currency_than_the_chosen_one_is_noticed() -> None:
    english = language("en")
    assert typed.currency(english, "£50", "EUR") is None
    assert typed.currency(english, "50 kr", "SEK") == "SEK"
    assert typed.currency(english, "$50", "CAD") == "CAD"


def test_a_sign_tells_the_currency_where_it_stands_for_one_alone() -> None:
    english = language("en")
    assert typed.currency(english, "£50", "") == "GBP"
    assert typed.currency(english, "50 zł", "") == "PLN"
    assert typed.currency(english, "50 kr", "") is None
    assert typed.currency(english, "50", "") is None
