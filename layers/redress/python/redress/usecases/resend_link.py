"""The player lost the private link and asks for it: by what they know, and answered alike whatever they know.

Whether a complaint of that number exists, and whose it is, shows in no answer. The calls of AWS are the same,
too: look for the request, read the complaint, write; only how much is written differs.
"""

from datetime import datetime, timedelta

from redress.domain.changes import Change
from redress.domain.commands import RequestLink
from redress.domain.errors import Conflict, NotFound
from redress.usecases.change import ATTEMPTS, Desk, check_possible, prepare, replay
from redress.usecases.ports import CaseFile, Request, RequestSeen, VersionConflict

PLAYER = "player"


def resend_link(desk: Desk, number: str, email: str, request: Request) -> None:
    """Have the private link of a complaint sent to its address on record, if that is `email`.

    Nothing is sent too often, nor about a complaint that was closed longer ago than a link lives, nor about
    one whose erasure was ordered. Raises IdempotencyKeyReused, and Conflict when others kept writing.
    """
    if answer := desk.store.answer(request.client, request.key, desk.now()):
        replay(request, answer)
        return
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        try:
            _record(desk, number, email, request)
        except VersionConflict:
            continue
        except RequestSeen as seen:
            replay(request, seen.answer)
        return
    raise Conflict(number)


def _record(desk: Desk, number: str, email: str, request: Request) -> None:
    case, now = _case(desk, number), desk.now()
    changes = _owed(desk, case, now) if case and _is_theirs(case, email) else []
    if case and changes:
        desk.store.append(prepare(desk, case.complaint, case.head, changes, now, PLAYER, request))
    else:
        desk.store.remember(request, number, now)


def _case(desk: Desk, number: str) -> CaseFile | None:
    try:
        return desk.store.load(number)
    except NotFound:
        return None


def _is_theirs(case: CaseFile, email: str) -> bool:
    """Whether it is the address on record; of an erased complaint none is."""
    known = str(case.contents.get(1, {}).get("email") or "")
    return bool(known) and known.strip().casefold() == email.strip().casefold()


def _owed(desk: Desk, case: CaseFile, now: datetime) -> list[Change]:
    closed_at = case.complaint.closed_at
    if case.complaint.erasure_ordered_at:  # its contents may still be there
        return []
    if closed_at and now - closed_at > timedelta(days=desk.region.link_days):
        return []
    return check_possible(desk, case, RequestLink(), PLAYER, now)
