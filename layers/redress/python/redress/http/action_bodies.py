"""What callers of the operator's API send about corrective actions."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from redress.http.bodies import Short
from redress.http.fields import Date, Rule, Strict, Text
from redress.http.intake import unknown
from redress.http.list_bodies import Cursor, Limit

State = Literal["open", "done"]


class NewAction(Strict):
    """What is to be done against which cause, by which team, until the end of which local day.

    The title names no player and nobody of yours: it is kept for good.
    """

    title: Annotated[str, Text(200)]
    cause: Short
    owner: Short
    due_on: Date


class ActionCompletion(Strict):
    """The local day on which it was done, up to today."""

    done_on: Date


class ActionQuery(Strict):
    """Which of them, and which part of the list."""

    state: Annotated[
        Annotated[State, Rule(*unknown("state", get_args(State)))] | None,
        Field(description="Only those that are open, or done."),
    ] = None
    limit: Limit = 25
    cursor: Cursor | None = None
