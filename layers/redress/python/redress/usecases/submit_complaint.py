"""A complaint comes in: one transaction, whoever sends it and however often."""

from collections.abc import Callable, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from redress.domain import audit, complaint, receipt
from redress.domain import number as complaint_number
from redress.domain.commands import Submit
from redress.domain.errors import Conflict
from redress.domain.values import Value
from redress.usecases.change import ATTEMPTS, Changed, Desk, chain, listing, queued_tasks, replay
from redress.usecases.ports import Batch, Cap, CapReached, Request, RequestSeen, VersionConflict

if TYPE_CHECKING:  # few complaints begin as one
    from redress.usecases.consultation_ports import ConsultationChange

MANY = "many"
PATIENCE = 3  # attempts to count a complaint, before it is taken for one of many


class Intake(Value):
    """What intake needs beside the desk: random bits for the number."""

    desk: Desk
    random_bits: Callable[[int], int]


def submit_complaint(
    intake: Intake,
    command: Submit,
    actor: str,
    request: Request,
    player: str,
    caps: Sequence[Cap] = (),
    conversion: "Callable[[str, datetime], ConsultationChange] | None" = None,
) -> Changed:
    """Store a new complaint, or give the answer that the same request got before.

    `player` is the keyed hash that finds the player's complaints again. One that is over a cap is stored all
    the same, and suspected: nobody's complaint is refused. `conversion` says what becomes of the consultation
    that the complaint was, from its number and the instant (UTC); what it raises is raised.
    Raises IdempotencyKeyReused when the request's key was used for another complaint, SentBefore when a cap
    finds that the same was written before.
    """
    desk = intake.desk
    for attempt in range(ATTEMPTS):  # a random number is taken about once in 10^12
        desk.pause(attempt)
        number = complaint_number.from_random(intake.random_bits(complaint_number.RANDOM_BITS))
        now = desk.now()
        records, contents = chain(desk, number, 0, audit.GENESIS, receipt.submit(command), now, actor)
        taken = complaint.fold(records)
        batch = Batch(
            number=number,
            expected_version=0,
            tasks=queued_tasks(desk.region, None, taken),
            records=records,
            contents=contents,
            listing=listing(desk.region, taken),
            attention_at=now + timedelta(seconds=desk.region.attention_seconds),
            request=request,
            player=None if taken.training else player,  # practice says nothing about a player
            caps=caps,
            conversion=conversion(number, now) if conversion else None,
        )
        try:
            desk.store.append(batch)
        except CapReached:
            command, caps = _suspected(command), [replace(cap, most=None) for cap in caps]
            continue
        except VersionConflict:
            if caps and attempt >= PATIENCE:  # so many at once that their common count is never free
                command, caps = _suspected(command), ()
            continue
        except RequestSeen as seen:
            return replay(request, seen.answer)
        return Changed(number=number, version=records[-1].seq)
    raise Conflict("new")


def _suspected(command: Submit) -> Submit:
    return replace(command, suspicions=(*(one for one in command.suspicions if one != MANY), MANY))
