"""The languages of players: what a page or letter says in each, and how dates, numbers and money look there.

Messages are the English sentences themselves; the catalogues (`locales/<code>/LC_MESSAGES/redress.po`) hold
them in the other languages. Names and patterns come from the Unicode CLDR (`locales/<code>/cldr.json`, which
`infra/languages.py` makes): a library that reads it itself would cost a cold start a fifth of its time.
"""

import gettext
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from redress.domain import money
from redress.domain.values import Value

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "redress"
CODES = ("en", "fr", "pl", "ru", "de", "es", "it", "pt", "sv")
"""The languages of portal, letters and assistant, in the order in which a page offers them."""
SOURCE = "en"
FIRST_OF_MONTH = {"fr": "1er", "it": "1º"}
"""Where the first day of a month is counted otherwise than the others: the CLDR has no pattern for it."""


def msg(message: str) -> str:
    """Mark a message that is said later: `language.say(TABLE[key])`."""
    return message


class Language(Value):
    """One language: its ISO 639-1 code, what its catalogue says, and what the CLDR knows of it."""

    code: str
    catalogue: gettext.NullTranslations
    cldr: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return str(self.cldr["name"])

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.cldr["direction"])

    def say(self, message: str, **values: object) -> str:
        """A message of the catalogue, its places in braces filled with `values`."""
        said = self.catalogue.gettext(message)
        return said.format(**values) if values else said

    def say_many(self, one: str, many: str, count: int, **values: object) -> str:
        """A message in the plural form that the language uses for `count`, which fills `{count}`."""
        return self.catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def labelled(self, label: str) -> str:
        """A label before what it labels."""
        return self.say("{label}:", label=label)

    def day(self, when: date) -> str:
        """`Sunday, 26 April 2026`."""
        return self._date("full", when)

    def short_day(self, when: date) -> str:
        """`26 April 2026`."""
        return self._date("long", when)

    def moment(self, instant: datetime, zone: str) -> str:
        """`26 April 2026 at 14:32`, in the IANA zone."""
        local = instant.astimezone(ZoneInfo(zone))
        return self.say("{day} at {time}", day=self.short_day(local), time=self.time(local))

    def time(self, local: datetime, *, seconds: bool = False) -> str:
        """`14:32`, or `14:32:07`, of a local time."""
        pattern = self.cldr["times"]["medium" if seconds else "short"]
        return str(pattern).format(h=local.hour, m=local.minute, s=local.second)

    def number(self, value: int) -> str:
        """A whole number with its groups."""
        return f"{value:,}".replace(",", self.cldr["group"])

    def money(self, minor: int, currency: str) -> str:
        """`£1,250.50` for 125050 minor units of GBP. Raises NotMoney for an unknown currency."""
        whole, _, fraction = money.decimal_text(minor, currency).partition(".")
        amount = self.number(int(whole)) + (self.cldr["decimal"] + fraction if fraction else "")
        symbol = self.cldr["symbols"].get(currency, currency)
        # As the CLDR has it: a code is no sign, and letters do not touch figures.
        gap = "\u00a0" if symbol[-1].isalpha() and not self.cldr["money"].endswith("{symbol}") else ""
        return str(self.cldr["money"]).format(amount=amount, symbol=symbol + gap)

    def currency(self, code: str) -> str:
        """The name of an ISO 4217 currency, the code itself where the CLDR has none."""
        return str(self.cldr["currencies"].get(code, code))

    def listed(self, parts: Sequence[str]) -> str:
        """`one, two and three`."""
        *firsts, last = parts
        if not firsts:
            return last
        middle, end = self.cldr["list"]["middle"], self.cldr["list"]["end"]
        said = firsts[0]
        for part in firsts[1:]:
            said = middle.format(said, part)
        return str(end.format(said, last))

    def countries(self) -> Mapping[str, str]:
        """The names of countries by ISO 3166-1 code, in the order of the language's alphabet."""
        return _document(self.code, "countries")

    def _date(self, pattern: str, when: date) -> str:
        names = self.cldr["weekdays"], self.cldr["months"]
        weekday, month = names[0][when.weekday()], names[1][when.month - 1]
        found = self.cldr["dates"][pattern]
        day = FIRST_OF_MONTH.get(self.code, "1") if when.day == 1 else when.day
        return str(found).format(weekday=weekday, day=day, month=month, year=when.year)


@cache
def language(code: str) -> Language:
    """A language by its code; the catalogue is read once per process. Raises KeyError for another code."""
    if code not in CODES:
        raise KeyError(code)
    return Language(code=code, catalogue=_catalogue(code), cldr=_document(code, "cldr"))


def known(tag: str) -> str | None:
    """The code of a BCP 47 tag, such as `de` of `de-AT`; None if the language is none of ours."""
    code = tag.strip().replace("_", "-").partition("-")[0].lower()
    return code if code in CODES else None


def preferred(accept_language: str) -> str | None:
    """The code that suits a browser best by its `Accept-Language` (RFC 9110); None if none does."""
    ranked = sorted(enumerate(accept_language[:1000].split(",")), key=lambda one: (-_quality(one[1]), one[0]))
    wanted = (known(part.partition(";")[0]) for _, part in ranked if _quality(part) > 0)
    return next((code for code in wanted if code), None)


def _quality(part: str) -> float:
    """The weight of a part of the header, from 0 to 1; 0, which is "not at all", for what is none."""
    _, _, quality = part.replace(" ", "").lower().partition(";q=")
    try:
        weight = float(quality or 1)
    except ValueError:
        return 0
    return weight if 0 <= weight <= 1 else 0


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == SOURCE:
        return gettext.NullTranslations()
    with (LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def _document(code: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((LOCALES / code / f"{name}.json").read_text(encoding="utf-8"))
    return found
