"""`redress hold`: what is known of a complaint is kept, as for a court, or no longer."""

from redress.domain import actors
from redress.domain.commands import LiftLegalHold, PlaceLegalHold
from redress.usecases.change import Desk, change

OPERATIONS = "operations"
"""The client that stands in the register for what is done by this command."""


def actor(by: str) -> str:
    """Who acts: a person (subject id), or nobody who was named."""
    return actors.of_app(OPERATIONS, by)


def place(desk: Desk, number: str, reason: str, by: str) -> int:
    """Have everything about a complaint kept. Raises IllegalTransition, NotFound."""
    change(desk, number, PlaceLegalHold(content={"reason": reason}), actor(by))
    print(f"{number}: under a legal hold, nothing of it is erased")
    return 0


def lift(desk: Desk, number: str, reason: str, by: str) -> int:
    """End the legal hold of a complaint. Raises IllegalTransition, NotFound."""
    change(desk, number, LiftLegalHold(content={"reason": reason}), actor(by))
    print(f"{number}: under no legal hold any more")
    return 0
