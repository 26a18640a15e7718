"""What the operator's API shows about persons: what is held about them, and what became of their erasure."""

from typing import TypedDict

from redress.usecases.export_person import PersonExportView
from redress.usecases.order_erasure import HINTS, Ordered

__all__ = ["PersonExportView"]


class OrderedView(TypedDict):
    """What became of a complaint: `ordered` now, or `already` before; all else is kept, and not erased.

    Kept are those `open`, under a `legal_hold` or `unpaid`; a `duplicate` for as long as what it goes on in;
    and what is `unreadable`.
    """

    number: str
    outcome: str
    hint: str


class PersonErasureView(TypedDict):
    """What became of each complaint of the player. `cursor` leads to the next ones, null at the end."""

    items: list[OrderedView]
    cursor: str | None


def ordered(made: Ordered) -> PersonErasureView:
    """What became of the complaints."""
    return {
        "items": [
            {"number": number, "outcome": outcome.value, "hint": HINTS[outcome]}
            for number, outcome in made.outcomes
        ],
        "cursor": made.cursor,
    }
