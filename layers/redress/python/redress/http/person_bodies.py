"""What callers of the operator's API send about a person: whose data, and what shall be of them."""

from typing import Annotated, Literal

from pydantic import Field

from redress.domain.personal_data import REQUEST
from redress.http.bodies import Note, Short
from redress.http.fields import Email, Rule, Strict, Text
from redress.http.intake import BrandId, unknown
from redress.usecases.export_person import MOST

Cursor = Annotated[str, Text(4_000)]


class LegalHold(Strict):
    """Why what is known has to be kept, as for a court."""

    reason: Note


class LegalHoldLifting(Strict):
    """Why what is known need not be kept any longer."""

    reason: Note


class ErasureOrder(Strict):
    """That the person asks for it. What only grew old is erased without anybody's asking."""

    reason: Annotated[Literal["request"], Rule(*unknown("reason", [REQUEST]))]


class Person(Strict):
    """A player of a brand, by account or e-mail address, or better both.

    A complaint that was told with an account is found by that alone.
    """

    brand: BrandId
    account: Short | None = None
    email: Email | None = None


class PersonExport(Person):
    """Whose data, and which part of them."""

    limit: Annotated[
        Annotated[int, Field(ge=1, le=MOST)] | None, Field(description="How many complaints at most.")
    ] = None
    cursor: Cursor | None = None


class PersonErasure(Person):
    """Who shall be forgotten, and from which complaint on."""

    cursor: Cursor | None = None
