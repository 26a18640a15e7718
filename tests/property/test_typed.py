"""Whatever the pages write as a day or an amount is read back from a form, in every language."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import money
from redress.language import CODES, Language, language
from redress.web import typed

TODAY = date(2026, 11, 22)
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９")

languages = st.sampled_from(CODES).map(language)
days = st.dates(min_value=date(1990, 1, 1), max_value=TODAY)
currencies = st.sampled_from(sorted(money.MINOR_DIGITS))
amounts = st.integers(min_value=1, max_value=10**9) | st.integers(min_value=1, max_value=money.LARGEST_MINOR)


def read(spoken: Language, written: str, currency: str) -> int | None:
    """The minor units that a form takes an amount for; None if it asks again."""
    figures = typed.amount(spoken, written, currency)
    try:
        return money.parse(figures, currency) if figures else None
    except money.NotMoney:
        return None


@given(languages, amounts, currencies)
def test_an_amount_as_its_language_writes_it_is_read_back(
    spoken: Language, minor: int, currency: str
) -> None:
    written = spoken.money(minor, currency)
    assert typed.currency(spoken, written, currency) == currency
    assert read(spoken, written, currency) == minor


@given(languages, amounts, currencies)
def test_a_sign_is_never_taken_for_another_currency(spoken: Language, minor: int, currency: str) -> None:
    assert typed.currency(spoken, spoken.money(minor, currency), "") in {currency, None}


@given(languages, languages, amounts, currencies.filter(lambda one: money.digits_of(one) < 3))
def test_what_another_language_writes_is_read_right_or_not_at_all(
    spoken: Language, other: Language, minor: int, currency: str
) -> None:
    assert read(spoken, other.money(minor, currency), currency) in {minor, None}


@given(languages, st.text(alphabet="0123456789., '\u00a0-", max_size=12), currencies)
def test_nothing_that_is_typed_makes_an_amount_larger_than_its_figures(
    spoken: Language, text: str, currency: str
) -> None:
    found = read(spoken, text, currency)
    assert found is None or found <= int("".join(one for one in text if one.isdecimal())) * 1000


@given(languages, days)
def test_a_day_as_its_language_writes_it_is_read_back(spoken: Language, day: date) -> None:
    for written in (spoken.day(day), spoken.short_day(day), day.isoformat()):
        assert typed.day(spoken, [written, "", ""], TODAY) == day.isoformat()


@given(languages, days, st.sampled_from(DIGITS))
def test_a_day_in_three_fields_is_read_in_the_digits_of_every_script(
    spoken: Language, day: date, digits: str
) -> None:
    table = str.maketrans(DIGITS[0], digits)
    parts = [str(one).translate(table) for one in (day.day, day.month, day.year)]
    assert typed.day(spoken, parts, TODAY) == day.isoformat()


@given(languages, days, st.sampled_from(("months", "month_names")), st.integers(min_value=3, max_value=12))
def test_a_month_is_known_by_its_name_or_how_that_begins_or_asked_for_again(
    spoken: Language,
    day: date,
    form: str,
    length: int,
) -> None:
    name = spoken.cldr[form][day.month - 1]
    found = typed.day(spoken, [str(day.day), name, str(day.year)], TODAY)
    begun = typed.day(spoken, [str(day.day), f"{name[:length]}.", str(day.year)], TODAY)
    assert found == day.isoformat()
    assert begun in {day.isoformat(), None}


@given(languages, st.dates(min_value=date(1990, 1, 1), max_value=TODAY))
def test_a_year_of_two_digits_is_the_latest_that_is_not_ahead(spoken: Language, day: date) -> None:
    found = typed.day(spoken, [str(day.day), str(day.month), f"{day.year % 100:02}"], TODAY)
    assert found == day.isoformat()


@given(languages, st.lists(st.text(max_size=30), min_size=3, max_size=3))
def test_nothing_that_is_typed_breaks_the_reading_of_a_day(spoken: Language, parts: list[str]) -> None:
    found = typed.day(spoken, parts, TODAY)
    assert found is None or date.fromisoformat(found)


@given(languages, st.text(max_size=120), currencies | st.just(""))
def test_nothing_that_is_typed_breaks_the_reading_of_an_amount(
    spoken: Language, text: str, currency: str
) -> None:
    found = typed.amount(spoken, text, typed.currency(spoken, text, currency) or "")
    assert found is None or found.replace(".", "", 1).isdecimal()
