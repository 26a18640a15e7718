"""What is sent about consultations: to the operator's API, and by the portal's forms."""

from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from redress.domain.categories import Category
from redress.domain.consultation import State
from redress.http.bodies import Letter, Short
from redress.http.fields import Rule, Strict, broken
from redress.http.intake import unknown
from redress.http.list_bodies import Cursor, Flag, Limit
from redress.region import Region

Language = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")],
    Rule("language", "Send a language tag such as en."),
]
AnyCategory = Annotated[Category, Field(strict=False), Rule(*unknown("category", Category))]
AnyState = Annotated[
    Literal["open", "answered", "closed", "converted"], Rule(*unknown("state", [one.value for one in State]))
]


class Question(Strict):
    """What somebody asks without a name: nothing here may tell who they are.

    The answer is owed by the rule pack's days where `jurisdiction` tells it, else by those of the brand's
    first one.
    """

    brand: Short
    text: Letter
    category: AnyCategory | None = None
    jurisdiction: Short | None = None
    language: Language | None = None

    @field_validator("brand")
    @classmethod
    def _brand_exists(cls, brand: str, info: ValidationInfo) -> str:
        region = _region(info)
        if region.brand(brand) is None:
            raise broken(*unknown("brand", (one.id for one in region.brands)))
        return brand

    @field_validator("jurisdiction")
    @classmethod
    def _jurisdiction_is_the_brands(cls, jurisdiction: str | None, info: ValidationInfo) -> str | None:
        brand = _region(info).brand(info.data.get("brand", ""))
        if brand and jurisdiction is not None and jurisdiction not in brand.jurisdictions:
            raise broken(*unknown("jurisdiction", brand.jurisdictions))
        return jurisdiction


class ConsultationAnswer(Strict):
    """The answer, as the player reads it."""

    text: Letter


class ConsultationClosure(Strict):
    """A last word to the player; needed where no answer was given."""

    text: Letter | None = None


class ConsultationQuery(Strict):
    """Whose consultations, and which part of them."""

    team: Annotated[Short, Field(description="The team whose consultations are listed.")]
    state: Annotated[
        AnyState,
        Field(description="Those that stand so: unless told, those that wait for an answer."),
    ] = "open"
    category: Annotated[AnyCategory | None, Field(description="Only those of the category.")] = None
    overdue: Annotated[Flag | None, Field(description="Only those whose answer is late.")] = None
    total: Annotated[Flag | None, Field(description="Count the whole list, too, up to a thousand.")] = None
    limit: Limit = 25
    cursor: Cursor | None = None


def _region(info: ValidationInfo) -> Region:
    """Whose brands and jurisdictions there are."""
    context: Any = info.context
    return cast("Region", context["region"])
