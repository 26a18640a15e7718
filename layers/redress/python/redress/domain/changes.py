"""What deciding a command gives: events about to be appended, or a refusal."""

from redress.domain import events as e
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.errors import IllegalTransition
from redress.domain.values import Value


class Change(Value):
    """An event about to be appended, with the content that belongs beside it."""

    event: e.Event
    content: Content | None = None


def illegal(complaint: Complaint, command: Command, why: str) -> IllegalTransition:
    """The refusal to raise."""
    return IllegalTransition(complaint.number, type(command).__name__, complaint.stage, why)
