"""The complaint form: what it offers, and what it says about what was typed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from redress.domain.errors import FieldProblem
from redress.domain.values import Value
from redress.region import Brand, Region
from redress.web import words
from redress.web.forms import SHOWN_AGAIN, Fields, shown_again

# The fields in the order in which the page asks for them; its summary of problems keeps it.
ORDER = (
    *("category", "description", "occurred_on", "amount", "currency", "transaction_references", "remedy"),
    *("name", "email", "account", "brand", "jurisdiction"),
)
DATE_PARTS = ("occurred_day", "occurred_month", "occurred_year")
DESCRIPTION_LIMIT = 10_000
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[ ,\u00a0\u202f]\d{3})+(?:\.\d+)?")
_GROUPING = re.compile(r"[ ,\u00a0\u202f]")
_SYMBOLS = re.compile(r"^[£$€¥\s]+|[£$€¥\s]+$")


class Problem(Value):
    """A field that has to be corrected, and what the page says beside it."""

    field: str
    text: str


class ComplaintForm(Value):
    """Everything the page of the form shows. `brands` and `jurisdictions` map ids to names."""

    brand: Brand
    brands: Mapping[str, str]
    jurisdictions: Mapping[str, str]
    nonce: str
    values: Fields
    year: int
    problems: Sequence[Problem] = ()
    notice: str | None = None
    categories: Mapping[str, str] = words.CATEGORIES
    currencies: Mapping[str, str] = words.CURRENCIES

    @property
    def summary(self) -> Sequence[tuple[str, str]]:
        """The problems as pairs of field and text."""
        return [(one.field, one.text) for one in self.problems]

    @property
    def asks_brand(self) -> bool:
        """Whether the player has to choose a brand."""
        return len(self.brands) > 1 or self.problem("brand") is not None

    @property
    def asks_jurisdiction(self) -> bool:
        """Whether the player has to choose a jurisdiction."""
        return len(self.jurisdictions) > 1 or self.problem("jurisdiction") is not None

    def value(self, name: str) -> str:
        """What was typed in a field, or what it starts with."""
        return shown_again(self.values.get(name, ""))

    def problem(self, name: str) -> str | None:
        """What is wrong with a field, or None."""
        return next((one.text for one in self.problems if one.field == name), None)


def complaint_form(
    region: Region,
    values: Fields,
    nonce: str,
    year: int,
    *,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
) -> ComplaintForm:
    """The form of a region, filled with `values`; `problems` name fields of `ORDER`.

    `year` is the one that the example of a date shows.
    """
    chosen = region.brand(values.get("brand", ""))
    brands = region.brands
    packs = {pack for brand in brands for pack in brand.jurisdictions}
    found = {one.field: one for one in problems}
    return ComplaintForm(
        brand=chosen or brands[0],
        brands={brand.id: brand.name for brand in brands},
        jurisdictions={pack: region.pack(pack).name or pack for pack in sorted(packs)},
        nonce=nonce,
        values=values,
        year=year,
        problems=[
            Problem(field=name, text=_problem_text(found[name], values)) for name in ORDER if name in found
        ],
        notice=notice,
    )


def told(fields: Fields) -> dict[str, str]:
    """The fields as intake reads them: the date in one piece, the amount without signs and grouping."""
    given = dict(fields)
    parts = [given.get(name, "").strip() for name in DATE_PARTS]
    if any(parts):
        given["occurred_on"] = _iso(*parts)
    given["amount"] = _figures(given.get("amount", ""))
    return given


def _figures(text: str) -> str:
    """`£1,250.00` as `1250.00`: in English text a comma before three digits groups them."""
    bare = _SYMBOLS.sub("", text)
    return _GROUPING.sub("", bare) if _GROUPED.fullmatch(bare) else bare


def _iso(day: str, month: str, year: str) -> str:
    """ISO 8601, or what was typed where that is no date: intake refuses it by its own rule."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except (ValueError, OverflowError):
        return f"{year}-{month}-{day}"


def _problem_text(problem: FieldProblem, values: Fields) -> str:
    if (problem.field, problem.rule) != ("description", "text_length"):
        return words.problem(problem.field, problem.rule)
    length = len(values.get("description", "").strip())
    text = f"Your text has {length:,} characters: shorten it to {DESCRIPTION_LIMIT:,}"
    return text if length <= SHOWN_AGAIN else f"{text}. Only its first {SHOWN_AGAIN:,} are shown below"
