"""The complaint form: what it offers, and what it says about what was typed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from redress.domain import money
from redress.domain.errors import FieldProblem
from redress.domain.values import Value
from redress.language import Language
from redress.region import Brand, Region
from redress.web import asked, form_words, typed, words
from redress.web.asked import Asked, References
from redress.web.forms import SHOWN_AGAIN, Fields, shown_again
from redress.web.timetable import Timetable, timetable

# The fields in the order in which the page asks for them; its summary of problems keeps it.
ORDER = (
    *("category", "description", "occurred_on", "amount", "currency", "transaction_references", "remedy"),
    *("name", "email", "account", "residence", "brand", "jurisdiction"),
)
DATE_PARTS = tuple(f"occurred_{part}" for part in typed.PARTS)
DESCRIPTION_LIMIT = 10_000
UNREADABLE = "?"  # what intake refuses, as a day and as an amount


class Problem(Value):
    """A field that has to be corrected, and what the page says beside it."""

    field: str
    text: str


class DatePart(NamedTuple):
    """A field of a date: its part (day, month or year), id, label and width."""

    part: str
    id: str
    label: str
    width: str


class ComplaintForm(Value):
    """Everything the page of the form shows. `brands`, `jurisdictions`, `countries` map ids to names.

    `category` is the chosen one, None if none is. `timetables` hold one for each jurisdiction that may be
    meant. `date_example` is a day as the fields for it want it.
    """

    brand: Brand
    brands: Mapping[str, str]
    jurisdictions: Mapping[str, str]
    nonce: str
    values: Fields
    category: str | None
    wanted: Asked
    timetables: Sequence[Timetable]
    date_parts: Sequence[DatePart]
    date_example: str
    residence_matters: bool
    problems: Sequence[Problem] = ()
    counts_earlier: bool = False
    notice: str | None = None
    categories: Mapping[str, str]
    currencies: Mapping[str, str]
    countries: Mapping[str, str]
    limit: int = DESCRIPTION_LIMIT

    @property
    def summary(self) -> Sequence[tuple[str, str]]:
        """The problems as pairs of field and text."""
        return [(one.field, one.text) for one in self.problems]

    @property
    def is_fresh(self) -> bool:
        """Whether the page holds nothing that the player typed, here or in a consultation."""
        return not self.problems and self.notice is None and not self.value("consultation")

    @property
    def asks_brand(self) -> bool:
        """Whether the player has to choose a brand."""
        return len(self.brands) > 1 or self.problem("brand") is not None

    @property
    def asks_jurisdiction(self) -> bool:
        """Whether the player has to choose a jurisdiction."""
        return len(self.jurisdictions) > 1 or self.problem("jurisdiction") is not None

    @property
    def asks_date(self) -> bool:
        """Whether a day is asked for: where the category needs it, or one was told."""
        return self.wanted.occurred_on or self._holds("occurred_on", *DATE_PARTS)

    @property
    def asks_amount(self) -> bool:
        """Whether an amount is asked for: where the category needs it, or one was told."""
        return self.wanted.amount or self._holds("amount")

    @property
    def references(self) -> References | None:
        """What references are called, where the category needs them or some were told."""
        told = asked.ANY if self._holds("transaction_references") else None
        return self.wanted.references or told

    @property
    def asks_remedy(self) -> bool:
        """Whether it is asked what would put things right."""
        return self.wanted.remedy or self._holds("remedy")

    def value(self, name: str) -> str:
        """What was typed in a field, or what it starts with."""
        return shown_again(self.values.get(name, ""))

    def problem(self, name: str) -> str | None:
        """What is wrong with a field, or None."""
        return next((one.text for one in self.problems if one.field == name), None)

    def _holds(self, *names: str) -> bool:
        return any(self.value(name).strip() or self.problem(name) for name in names)


def complaint_form(
    language: Language,
    region: Region,
    values: Fields,
    nonce: str,
    now: datetime,
    *,
    since: datetime | None = None,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
) -> ComplaintForm:
    """The form of a region at `now` (UTC), filled with `values`; `problems` name fields of `ORDER`.

    `since` is when the complaint was received, if it was a consultation.
    """
    brands = region.brands
    brand = region.brand(values.get("brand", "")) or brands[0]
    packs = {pack for one in brands for pack in one.jurisdictions}
    found = {one.field: one for one in problems}
    category = values.get("category", "")
    known = category in asked.ASKED
    return ComplaintForm(
        brand=brand,
        brands={one.id: one.name for one in brands},
        jurisdictions={pack: region.pack(pack).name or pack for pack in sorted(packs)},
        nonce=nonce,
        values=values,
        category=category if known else None,
        wanted=asked.ASKED.get(category, asked.EVERYTHING),
        timetables=_timetables(language, region, brand, values, now, since) if known else (),
        date_parts=_date_parts(language),
        date_example=_date_example(language, now),
        residence_matters=any(region.pack(pack).applies_to.player_residence for pack in packs),
        problems=[
            Problem(field=name, text=_problem_text(language, found[name], values))
            for name in ORDER
            if name in found
        ],
        notice=language.say(notice) if notice else None,
        counts_earlier=since is not None,
        categories=categories(language),
        currencies={one: f"{language.currency(one)} ({one})" for one in form_words.CURRENCIES},
        countries=language.countries(),
    )


def categories(language: Language) -> Mapping[str, str]:
    """The categories by id, in words."""
    return {one: language.say(name) for one, name in words.CATEGORIES.items()}


def told(language: Language, fields: Fields, now: datetime) -> dict[str, str]:
    """The fields as intake reads them: the day in one piece, the amount as plain figures with its currency.

    `now` (UTC) tells the century of a year of two digits.
    """
    given = dict(fields)
    parts = [given.get(name, "").strip() for name in DATE_PARTS]
    if any(parts):
        given["occurred_on"] = typed.day(language, parts, now.date()) or UNREADABLE
    amount, currency = given.get("amount", ""), given.get("currency", "")
    if amount.strip():
        # Without a currency intake asks for one: that is what is wrong where the sign is another's.
        given["currency"] = typed.currency(language, amount, currency) or ""
        given["amount"] = typed.amount(language, amount, given["currency"]) or UNREADABLE
    return given


def _timetables(
    language: Language,
    region: Region,
    brand: Brand,
    values: Fields,
    now: datetime,
    since: datetime | None,
) -> Sequence[Timetable]:
    """That of the chosen jurisdiction; of each of the brand's where none is chosen."""
    chosen = values.get("jurisdiction", "")
    residence = values.get("residence", "")
    return [
        timetable(
            language,
            region,
            brand,
            one,
            now,
            category=values.get("category", ""),
            residence=residence if residence in language.countries() else None,
            since=since,
        )
        for one in sorted(brand.jurisdictions)
        if one == chosen or chosen not in brand.jurisdictions
    ]


def _date_parts(language: Language) -> Sequence[DatePart]:
    known = {
        "day": DatePart("day", "occurred_on", language.say("Day"), "two"),
        "month": DatePart("month", "occurred_month", language.say("Month"), "five"),
        "year": DatePart("year", "occurred_year", language.say("Year"), "four"),
    }
    first, *others = typed.order(language)
    # The summary of problems leads to the first of the fields, whichever that is.
    return [
        known[first]._replace(id="occurred_on"),
        *(known[one]._replace(id=f"occurred_{one}") for one in others),
    ]


def _date_example(language: Language, now: datetime) -> str:
    example = {"day": "26", "month": "4", "year": str(now.year)}
    return " ".join(example[part] for part in typed.order(language))


def _problem_text(language: Language, problem: FieldProblem, values: Fields) -> str:
    special = _SPECIAL.get((problem.field, problem.rule))
    text = special(language, values) if special else None
    return text or form_words.problem(language, problem.field, problem.rule)


def _too_long(language: Language, values: Fields) -> str:
    length = len(values.get("description", "").strip())
    told_of = {"length": language.number(length), "limit": language.number(DESCRIPTION_LIMIT)}
    if length <= SHOWN_AGAIN:
        return language.say(form_words.TOO_LONG, **told_of)
    return language.say(form_words.TOO_LONG_TO_SHOW, shown=language.number(SHOWN_AGAIN), **told_of)


def _unsure(language: Language, values: Fields) -> str | None:
    """Of an amount like 1.234: what else than a part of one it may be, and how to write that."""
    text = values.get("amount", "")
    currency = typed.currency(language, text, values.get("currency", ""))
    figures = next(typed.readings(text), None)
    if currency is None or figures is None:
        return None
    amount = language.money(money.parse(figures, currency), currency)
    return language.say(form_words.MEANT_THOUSANDS, amount=amount, figures=figures)


def _which_currency(language: Language, values: Fields) -> str | None:
    """Of an amount with a sign that is not that of the chosen currency."""
    return language.say(form_words.OTHER_CURRENCY) if values.get("currency") in money.MINOR_DIGITS else None


_SPECIAL = {
    ("description", "text_length"): _too_long,
    ("amount", "amount_digits"): _unsure,
    ("currency", "currency"): _which_currency,
}
