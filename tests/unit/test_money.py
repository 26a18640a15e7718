"""Money is a whole number of minor units, and a text is either an amount or refused: nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import money
from redress.domain.money import LARGEST_MINOR, MINOR_DIGITS, NotMoney
from tests.support.complaints import NO_CURRENCY

CURRENCIES = st.sampled_from(sorted(MINOR_DIGITS))
AMOUNTS = st.integers(1, LARGEST_MINOR)


@given(AMOUNTS, CURRENCIES)
def test_every_amount_is_read_back_from_its_own_text(amount: int, currency: str) -> None:
    assert money.parse(money.decimal_text(amount, currency), currency) == amount


@given(AMOUNTS, CURRENCIES)
def test_what_is_displayed_is_the_same_amount(amount: int, currency: str) -> None:
    figures, _, code = money.display(amount, currency).partition(" ")
    assert code == currency
    assert figures.replace(",", "") == money.decimal_text(amount, currency)


@given(st.text(), CURRENCIES)
def test_any_text_is_an_amount_or_refused_with_a_rule(text: str, currency: str) -> None:
    assert _read(text, currency) in {"an amount", "amount", "amount_digits", "amount_range"}


def _read(text: str, currency: str) -> str:
    """Whether a text is an amount, or else the rule it breaks."""
    try:
        money.check(money.parse(text, currency))
    except NotMoney as refused:
        return refused.rule
    return "an amount"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("25.5", "GBP", 2550),
        ("25,5", "GBP", 2550),
        (" 25 ", "EUR", 2500),
        ("0025.50", "EUR", 2550),
        ("0.01", "USD", 1),
        ("1500", "JPY", 1500),
        ("1.250", "KWD", 1250),
        ("9999999999999.99", "GBP", LARGEST_MINOR),
    ],
)
def test_amounts_are_read_with_the_digits_of_their_currency(text: str, currency: str, minor: int) -> None:
    assert money.parse(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "rule"),
    [
        ("", "GBP", "amount"),
        ("much", "GBP", "amount"),
        ("-5", "GBP", "amount"),
        ("+5", "GBP", "amount"),
        ("£5", "GBP", "amount"),
        ("5 GBP", "GBP", "amount"),
        ("1e3", "GBP", "amount"),
        (".5", "GBP", "amount"),
        ("5.", "GBP", "amount"),
        ("1,250.00", "GBP", "amount"),
        ("1 250", "GBP", "amount"),
        ("٢٥", "GBP", "amount"),
        ("1,250", "GBP", "amount_digits"),
        ("1.250", "GBP", "amount_digits"),
        ("1,250", "KWD", "amount"),
        ("5.0", "JPY", "amount_digits"),
        ("0", "GBP", "amount_range"),
        ("0.00", "GBP", "amount_range"),
        ("10000000000000", "GBP", "amount_range"),
        ("9" * 5_000, "GBP", "amount_range"),
        ("5", "gbp", "currency"),
        ("5", NO_CURRENCY, "currency"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str, rule: str) -> None:
    with pytest.raises(NotMoney) as refused:
        money.parse(text, currency)
    assert refused.value.rule == rule


def test_the_remedy_shows_an_amount_of_the_currency() -> None:
    for currency, example in (("GBP", "25.00"), ("JPY", "25."), ("KWD", "25.000")):
        with pytest.raises(NotMoney, match=example):
            money.parse("much", currency)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (125050, "GBP", "1,250.50 GBP"),
        (5, "EUR", "0.05 EUR"),
        (1250, "JPY", "1,250 JPY"),
        (1250, "KWD", "1.250 KWD"),
    ],
)
def test_amounts_are_displayed_with_the_digits_of_their_currency(
    minor: int, currency: str, shown: str
) -> None:
    assert money.display(minor, currency) == shown
