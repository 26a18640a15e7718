"""The player writes about a complaint. By whatever way it came, it is screened for signals of harm."""

from redress.domain import signals
from redress.domain.audit import Content
from redress.domain.commands import Reply
from redress.usecases.change import Changed, Desk, change
from redress.usecases.ports import Request

PLAYER = "player"


def reply(
    desk: Desk, number: str, text: str, actor: str = PLAYER, *, request: Request | None = None
) -> Changed:
    """Put what the player wrote on record; what speaks of harm brings a human to it at once.

    Raises what `change` raises.
    """
    return change(desk, number, screened(text), actor, request=request)


def screened(text: str) -> Reply:
    """The command of a reply, with the signals of harm in it."""
    return Reply(content={"text": text}, harm=harm_in(text))


def harm_in(text: str | None) -> Content:
    """The signals of harm in what a player wrote, as content; nothing where there are none."""
    found = signals.find(text or "")
    return {"signals": list(found)} if found else {}
