"""The claims of a link to a filled-in form: apart, since they bring pydantic."""

from typing import Annotated, Any

from pydantic import Field

from redress.http.fields import Email, Strict, Text
from redress.http.intake import MOST_REFERENCES, Reference

LATEST = 2**40  # seconds since 1970: a bound for arithmetic, far above any date


class Claims(Strict):
    """Who says it (`iss`), from when until when, and what. A claim that nobody knows is refused.

    `account` is the player's id at the operator. `name` to `category` only help to fill in the form.
    """

    iss: Annotated[str, Text(100)]
    aud: Any
    iat: Annotated[int, Field(ge=0, le=LATEST)]
    exp: Annotated[int, Field(ge=0, le=LATEST)]
    jti: Annotated[str, Text(200)] | None = None
    brand: Annotated[str, Text(100)]
    account: Annotated[str, Text(100)]
    transactions: Annotated[list[Reference], Field(max_length=MOST_REFERENCES)] | None = None
    language: Annotated[str, Text(35)] | None = None
    name: Annotated[str, Text(200)] | None = None
    email: Email | None = None
    jurisdiction: Annotated[str, Text(100)] | None = None
    category: Annotated[str, Text(100)] | None = None
