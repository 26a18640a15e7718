"""What is sent about consultations: to the operator's API, and by the portal's forms."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from redress.domain.categories import Category
from redress.domain.consultation import State
from redress.http.bodies import Letter, Short
from redress.http.fields import Rule, Strict
from redress.http.intake import BrandId, JurisdictionId, unknown
from redress.http.list_bodies import Cursor, Flag, Limit

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

    brand: BrandId
    text: Letter
    category: AnyCategory | None = None
    jurisdiction: JurisdictionId | None = None
    language: Language | None = None


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
