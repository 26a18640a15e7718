"""A complaint comes in: one transaction, whoever sends it and however often."""

from collections.abc import Callable
from datetime import timedelta

from redress.domain import audit, complaint, decisions
from redress.domain import number as complaint_number
from redress.domain.commands import Submit
from redress.domain.errors import Conflict
from redress.domain.values import Value
from redress.usecases.change import ATTEMPTS, Changed, Desk, chain, listing, replay
from redress.usecases.ports import Batch, Request, RequestSeen, VersionConflict


class Intake(Value):
    """What intake needs beside the desk: random bits for the number."""

    desk: Desk
    random_bits: Callable[[int], int]


def submit_complaint(intake: Intake, command: Submit, actor: str, request: Request, player: str) -> Changed:
    """Store a new complaint, or give the answer that the same request got before.

    `player` is the keyed hash that finds the player's complaints again.
    Raises IdempotencyKeyReused when the request's key was used for another complaint.
    """
    desk = intake.desk
    for _ in range(ATTEMPTS):  # a random number is taken about once in 10^12
        number = complaint_number.from_random(intake.random_bits(complaint_number.RANDOM_BITS))
        now = desk.now()
        records, contents = chain(desk, number, 0, audit.GENESIS, decisions.submit(command), now, actor)
        batch = Batch(
            number=number,
            expected_version=0,
            records=records,
            contents=contents,
            listing=listing(desk.region, complaint.fold(records)),
            attention_at=now + timedelta(seconds=desk.region.attention_seconds),
            request=request,
            player=player,
        )
        try:
            desk.store.append(batch)
        except VersionConflict:
            continue
        except RequestSeen as seen:
            return replay(request, seen.answer)
        return Changed(number=number, version=records[-1].seq)
    raise Conflict("new")
