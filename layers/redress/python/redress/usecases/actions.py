"""What is done with corrective actions: open one, find it, complete it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from redress.domain import actions
from redress.domain.actions import CorrectiveAction
from redress.domain.errors import Conflict, NoSuchAction, PreconditionRequired, StaleVersion
from redress.domain.values import Value
from redress.usecases.change import Changed, replay
from redress.usecases.ports import Now, Request, RequestSeen, VersionConflict


class ActionStore(Protocol):
    """What is needed of the store. Reads are consistent, each write is one transaction."""

    def actions(self) -> Sequence[CorrectiveAction]:
        """All of them, what is due first before the others."""

    def action(self, action: str) -> CorrectiveAction | None:
        """One of them."""

    def add(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Store a new one. Raises RequestSeen or VersionConflict, and has stored nothing then."""

    def complete(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Store that it is done. Raises RequestSeen or VersionConflict, and has stored nothing then."""


class ActionDesk(Value):
    """What the register of corrective actions needs."""

    store: ActionStore
    now: Now


def find(desk: ActionDesk, action: str) -> CorrectiveAction:
    """A corrective action by its id, however it was typed. Raises NoSuchAction."""
    named = actions.parse(action)
    found = desk.store.action(named) if named else None
    if found is None:
        raise NoSuchAction(action)
    return found


def listed(
    desk: ActionDesk, limit: int, after: tuple[str, str] | None, *, done: bool | None = None
) -> tuple[Sequence[CorrectiveAction], tuple[str, str] | None]:
    """Part of the register behind the place `after`, what is due first before the others.

    `done` None lists all of them. With it comes the place of the last one; None at the end of the list.
    """
    wanted = [
        one
        for one in desk.store.actions()
        if (after is None or one.place > after) and (done is None or (one.done_on is not None) == done)
    ]
    part = wanted[:limit]
    return part, part[-1].place if len(wanted) > limit else None


def open_action(desk: ActionDesk, action: CorrectiveAction, request: Request) -> Changed:
    """Put a new one on the register. Raises IdempotencyKeyReused, and Conflict when another was first."""
    try:
        desk.store.add(action, request, desk.now())
    except RequestSeen as seen:
        return replay(request, seen.answer)
    except VersionConflict as lost:  # to the same request, or (never yet) to one with the same chance
        raise Conflict(action.id) from lost
    return Changed(number=action.id, version=action.version)


def complete(
    desk: ActionDesk, action: str, done_on: str, actor: str, expected_version: int | None, request: Request
) -> Changed:
    """Say on which local day it was done, having seen `expected_version` of it.

    Raises NoSuchAction, PreconditionRequired, StaleVersion, ActionDone, IdempotencyKeyReused, and Conflict
    when another writer was first.
    """
    found = find(desk, action)
    if expected_version is None:
        raise PreconditionRequired(found.id, found.version)
    if expected_version != found.version:
        raise StaleVersion(found.id, found.version)
    now = desk.now()
    done = actions.complete(found, done_on, now, actor)
    try:
        desk.store.complete(done, request, now)
    except RequestSeen as seen:
        return replay(request, seen.answer)
    except VersionConflict as lost:
        raise Conflict(found.id) from lost
    return Changed(number=done.id, version=done.version)
