"""What callers of the operator's API ask lists and queues for."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from redress.domain.actors import SUBJECT
from redress.domain.categories import Category
from redress.http.bodies import Short
from redress.http.fields import Email, Rule, Strict, Text
from redress.http.intake import unknown

LARGEST_LIMIT = 100

Stage = Literal["received", "acknowledged", "investigating", "deadlocked", "decided", "resolved", "closed"]
Severity = Literal["low", "normal", "high", "critical"]

Month = Annotated[
    str,
    StringConstraints(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$"),
    Rule("month", "Send a month such as 2026-04."),
]
Limit = Annotated[
    int,
    Field(strict=False, ge=1, le=LARGEST_LIMIT),  # a query holds nothing but text
    Rule("limit", f"Send a number from 1 to {LARGEST_LIMIT}."),
]
Flag = Annotated[bool, Field(strict=False), Rule("truth", "Send true or false.")]
Cursor = Annotated[str, Text(4_000)]
Assignee = Annotated[
    str,
    StringConstraints(pattern=f"^{SUBJECT}$"),
    Rule("subject", "Send a subject id, or none for what is nobody's."),
]
Priority = Annotated[
    int,
    Field(strict=False, ge=1, le=4),
    Rule("priority", "Send a number from 1, the most urgent, to 4."),
]


class ListQuery(Strict):
    """Which list, what narrows it, and which part of it."""

    team: Annotated[Short | None, Field(description="The team whose queue is listed.")] = None
    jurisdiction: Short | None = None
    month: Month | None = None
    brand: Short | None = None
    account: Short | None = None
    email: Email | None = None
    training: Annotated[Flag | None, Field(description="Practice complaints, not the others.")] = None
    stage: Annotated[
        Annotated[Stage, Rule(*unknown("stage", get_args(Stage)))] | None,
        Field(description="Only those at the stage."),
    ] = None
    category: Annotated[
        Annotated[Category, Field(strict=False), Rule(*unknown("category", Category))] | None,
        Field(description="Only those of the category."),
    ] = None
    severity: Annotated[
        Annotated[Severity, Rule(*unknown("severity", get_args(Severity)))] | None,
        Field(description="Only those of the severity."),
    ] = None
    priority: Annotated[
        Priority | None, Field(description="Only those of the priority: 1, the most urgent, to 4.")
    ] = None
    assignee: Annotated[
        Assignee | None, Field(description="Only those of the person (subject id), or `none` for nobody's.")
    ] = None
    needs_human: Annotated[
        Flag | None, Field(description="Only those that a human has to see at once; with false the others.")
    ] = None
    overdue: Annotated[Flag | None, Field(description="In a queue only what was due already.")] = None
    total: Annotated[Flag | None, Field(description="Count the whole list, too, up to a thousand.")] = None
    limit: Limit = 25
    cursor: Cursor | None = None


class TaskQuery(Strict):
    """Whose tasks, and which part of them."""

    team: Annotated[Short, Field(description="The team whose tasks are listed.")]
    overdue: Annotated[Flag | None, Field(description="Only what was due already.")] = None
    total: Annotated[Flag | None, Field(description="Count the whole list, too, up to a thousand.")] = None
    limit: Limit = 25
    cursor: Cursor | None = None


class NextBody(Strict):
    """From which queue of the team: that of practice complaints only if it says so."""

    training: bool | None = None


class LeaseBody(Strict):
    """Nothing: the path says it all."""
