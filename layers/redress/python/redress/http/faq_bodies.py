"""What is asked of the help pages and of the assistant, by the operator's own chat or app."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from redress.assistant.state import LONGEST_SAID, State, Unusable, state
from redress.http.consultation_bodies import Language
from redress.http.fields import Strict, Text, broken
from redress.http.intake import BrandId

LONGEST_QUESTION = 1_000
STATE = ("assistant_state", "Send the state of the answer before, unchanged; leave it out to begin anew.")


class _OfBrand(Strict):
    brand: Annotated[BrandId, Field(description="The brand that the player asks.")]
    language: Annotated[
        Language | None, Field(description="The player's language; English for one that the portal lacks.")
    ] = None


class FaqQuery(_OfBrand):
    """Whose help pages, in which language, and which of them."""

    q: Annotated[
        Annotated[str, Text(LONGEST_QUESTION)] | None,
        Field(description="A question: only the help pages that answer it, the best first."),
    ] = None


class Said(_OfBrand):
    """What a player said to the assistant, and what the assistant remembers of what went before.

    A private link in what was said is looked up and forgotten: leave it out of what you keep of the chat.
    """

    said: Annotated[str, Text(LONGEST_SAID, lines=True)]
    state: Annotated[
        dict[str, Any] | None, Field(description="The `state` of the answer before; none to begin with.")
    ] = None

    @field_validator("state", mode="before")
    @classmethod
    def _is_one_of_ours(cls, document: object) -> object:
        try:
            state({} if document is None else document)
        except Unusable:
            raise broken(*STATE) from None
        return document

    @property
    def remembered(self) -> State:
        """The state that was sent."""
        return state(self.state or {})
