"""A complaint goes on in another one of the same player: two change, so their order is the safety."""

from collections.abc import Callable

from redress.domain import commands as c
from redress.domain import instants
from redress.domain.casework import SHARED
from redress.domain.errors import FieldProblem, InvalidInput, NotFound
from redress.usecases.change import Changed, Desk, change, check_possible, replay
from redress.usecases.ports import CaseFile, Request


def link_duplicate(
    desk: Desk,
    duplicate: str,
    primary: str,
    reason: str,
    actor: str,
    request: Request,
    check: Callable[[CaseFile], None],
) -> Changed:
    """Let `duplicate` go on in `primary`; `check` refuses a complaint that the caller may not see.

    The primary takes over the earliest instants first, and only then the duplicate closes: whatever fails
    between leaves both open, and the same request finishes it. Raises as `change` does, and InvalidInput for
    a primary that is none, of another brand, or of another player.
    """
    if answer := desk.store.answer(request.client, request.key, desk.now()):
        return replay(request, answer)
    closing = desk.store.load(duplicate)
    check(closing)
    going_on = _primary(desk, primary, check)
    _check_pair(closing, going_on)
    command = c.LinkAsDuplicate(primary=primary, content={"reason": reason})
    check_possible(desk, closing, command, actor, desk.now())  # before the primary changes
    if duplicate not in going_on.complaint.duplicates:
        change(desk, primary, _take_over(closing), actor)
    return change(desk, duplicate, command, actor, request=request)


def _primary(desk: Desk, number: str, check: Callable[[CaseFile], None]) -> CaseFile:
    try:
        found = desk.store.load(number)
    except NotFound:
        raise _refuse("unknown_complaint", "Send the number of the complaint that it goes on in.") from None
    check(found)
    return found


def _check_pair(duplicate: CaseFile, primary: CaseFile) -> None:
    one, other = duplicate.complaint, primary.complaint
    if one.number == other.number:
        raise _refuse("unknown_complaint", "Send the number of another complaint.")
    if (one.brand, one.training, duplicate.player) != (other.brand, other.training, primary.player):
        raise _refuse("another_player", "Link only complaints of one player to one brand.")


def _take_over(duplicate: CaseFile) -> c.LinkDuplicate:
    one = duplicate.complaint
    told = {name: getattr(one, name) for name in SHARED}
    texts = {name: instants.to_text(at) if at else None for name, at in told.items()}
    facts = {**texts, "duplicate": one.number, "needs_human": one.needs_human}
    return c.LinkDuplicate(**facts)  # type: ignore[arg-type]  # receipt is known


def _refuse(rule: str, remedy: str) -> InvalidInput:
    return InvalidInput([FieldProblem("number", rule, remedy)])
