"""Money: a whole number of minor units with an ISO 4217 code. Never a float.

The codes and their minor digits are those of ISO 4217 list one without fund and metal codes; BGN and HRK
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
    digits, where `1,250` cannot be meant by it; grouping, signs and symbols are refused, not guessed at.
    Raises NotMoney (rules: currency, amount, amount_digits, amount_range).
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise NotMoney("currency", "Give the three-letter code of a currency, such as GBP or EUR.")
    example = decimal_text(12345 * 10**digits, currency)
    points = ".," if digits == 2 else "."
    found = re.fullmatch(rf"([0-9]+)(?:[{points}]([0-9]+))?", text.strip())
    if found is None:
        raise NotMoney("amount", f"Write the amount in figures only, such as {example}.")
    whole, fraction = found[1], found[2] or ""
    if len(fraction) > digits:
        raise NotMoney("amount_digits", f"{currency} has {digits} digits after the point: write {example}.")
    amount = int((whole + fraction.ljust(digits, "0"))[:40])
    return _in_range(amount, whole)


def check(amount_minor: int) -> int:
    """The amount itself when money can be that much. Raises NotMoney (rule amount_range) otherwise."""
    if not 1 <= amount_minor <= LARGEST_MINOR:
        raise NotMoney("amount_range", "Give an amount above zero that somebody could have paid.")
    return amount_minor
