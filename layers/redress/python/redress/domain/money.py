"""Money: a whole number of minor units with an ISO 4217 code. Never a float.

The codes and minor digits are those of ISO 4217 list one of 2026-01-01 without funds and metals; BGN and HRK
stay readable, since a complaint may be about a payment made in them.
"""

import re
from collections.abc import Mapping

from redress.domain.errors import RedressError

LARGEST_MINOR = 10**15 - 1  # every JSON reader keeps whole numbers of this size exact

_CODES_BY_DIGITS: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK
        HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP
        MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS
        VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
}
MINOR_DIGITS: Mapping[str, int] = {
    code: digits for digits, codes in _CODES_BY_DIGITS.items() for code in codes.split()
}


class NotMoney(RedressError):
    """A text is no amount of its currency: `rule` is a stable code, `remedy` says what to write."""

    def __init__(self, rule: str, remedy: str) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(remedy)


def parse(text: str, currency: str) -> int:
    """The minor units of a decimal text: `"25.5"` in GBP is 2550, in KWD 25500, in JPY no money.

    ASCII digits with at most one decimal point. A decimal comma is read only in currencies of two minor
    digits, and `1,250` is refused there: grouping, signs and symbols are never guessed at.
    Raises NotMoney (rules: currency, amount, amount_digits, amount_range).
    """
    digits = digits_of(currency)
    points = ".," if digits == 2 else "."
    found = re.fullmatch(rf"([0-9]+)(?:[{points}]([0-9]+))?", text.strip())
    if found is None:
        raise NotMoney("amount", f"Write the amount in figures only, such as {_example(currency)}.")
    whole, fraction = found[1].lstrip("0"), found[2] or ""
    if len(fraction) > digits:
        remedy = f"Write the amount with up to {digits} decimal digits and no grouping, such as "
        raise NotMoney("amount_digits", f"{remedy}{_example(currency)}.")
    if len(whole) > len(str(LARGEST_MINOR)):
        raise _out_of_range()
    return check(int(whole + fraction.ljust(digits, "0") or "0"))


def check(amount_minor: int) -> int:
    """The amount itself, if somebody could have paid it: above zero, up to LARGEST_MINOR.

    Raises NotMoney (rule amount_range).
    """
    if not 1 <= amount_minor <= LARGEST_MINOR:
        raise _out_of_range()
    return amount_minor


def digits_of(currency: str) -> int:
    """The minor digits of a currency code (upper case). Raises NotMoney (rule currency)."""
    if currency not in MINOR_DIGITS:
        raise NotMoney("currency", "Give the three-letter code of a currency in capitals, such as GBP.")
    return MINOR_DIGITS[currency]


def decimal_text(amount_minor: int, currency: str) -> str:
    """`1250.50` for 125050 in GBP: what `parse` reads back. Raises NotMoney for an unknown currency."""
    digits = digits_of(currency)
    text = str(amount_minor).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def display(amount_minor: int, currency: str) -> str:
    """`1,250.50 GBP`, as English text shows it. Raises NotMoney for an unknown currency."""
    whole, point, fraction = decimal_text(amount_minor, currency).partition(".")
    return f"{int(whole):,}{point}{fraction} {currency}"


def _example(currency: str) -> str:
    return decimal_text(25 * 10 ** digits_of(currency), currency)


def _out_of_range() -> NotMoney:
    return NotMoney("amount_range", "Give an amount above zero that somebody could have paid.")
