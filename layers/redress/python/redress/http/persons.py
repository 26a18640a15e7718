"""What the operator's API can do about persons: keep what is known of them, hand it out, have it erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from redress.domain import actors, commands
from redress.domain.changes import illegal
from redress.domain.commands import Command
from redress.http import person_views
from redress.http.answer import Answer
from redress.http.changing import change, decide, refuse
from redress.http.requests import Call
from redress.usecases import order_erasure as erasing
from redress.usecases import players
from redress.usecases.order_erasure import HINTS, Outcome
from redress.usecases.ports import CaseFile

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import person_bodies as bodies
    from redress.usecases.export_document import Sources
    from redress.usecases.export_person import PersonExportView
    from redress.usecases.players import Lists

logger = Logger()


def place_legal_hold(call: Call, asked: bodies.LegalHold) -> Answer:
    """Keep everything that is known about a complaint, as for a court: nothing of it is erased.

    Texts and files of mails are kept with it, the mails as they came are not: each ends after `kept_days`.
    """
    return change(call, lambda _: commands.PlaceLegalHold(content={"reason": asked.reason}))


def lift_legal_hold(call: Call, asked: bodies.LegalHoldLifting) -> Answer:
    """End the legal hold: from now on the player may be forgotten like any other."""
    return change(call, lambda _: commands.LiftLegalHold(content={"reason": asked.reason}))


def order_erasure(call: Call, asked: bodies.ErasureOrder) -> Answer:
    """Have what is known of the player erased, as they ask; the facts stay.

    It takes a closed complaint under no legal hold, of which nothing is left to pay; of a duplicate, what it
    goes on in has to be free to go, too. The rest follows by itself, within a day; nothing brings it back.
    """

    def choose(case: CaseFile) -> Command:
        command = commands.OrderErasure(because=asked.reason)
        newest = case.complaint.version == call.version  # what was decided on an older one is told first
        kept = erasing.in_the_way(call.desk.store, case) if newest else None
        if kept in {Outcome.OPEN, Outcome.DUPLICATE, Outcome.UNREADABLE}:
            raise illegal(case.complaint, command, HINTS[kept].rstrip("."))
        return command

    return decide(call, choose)


def export_person(call: Call, asked: bodies.PersonExport) -> Answer:
    """Hand out everything that is held about a player, for their request of access (Art. 15 GDPR).

    Complaints that were told with an account are found by it alone, the others by the address: send both. The
    player is named in the body, since addresses land in logs. Whoever asked for it is on record in the log.
    Addresses of files work for anybody, for minutes. A player of whom nothing is held gets an empty export.
    A complaint that cannot be read whole holds up no other: `unreadable` names it.
    """
    from redress.usecases import export_person as exporting  # noqa: PLC0415 - few requests ask for it

    now = call.desk.now()
    question = exporting.Asked(
        known=_lists(call, asked),
        brand=asked.brand,
        limit=asked.limit or exporting.MOST,
        cursor=asked.cursor,
    )
    made = exporting.export(call.desk.store, _sources(call), question, now)
    _put_on_record(call, made)
    return Answer(body=made)


def erase_person(call: Call, asked: bodies.PersonErasure) -> Answer:
    """Order the erasure of every closed complaint of a player, and say what became of each.

    What is open, under a legal hold or waits for money is kept, and so is what goes on in such a complaint or
    cannot be read whole: ask again later. What was ordered before is found by no list any more. The same
    request goes on where it stopped, with what it found the first time.
    """
    known, brands = _lists(call, asked), (asked.brand,)
    made = erasing.order_all(call.desk, known, asked.cursor, call.actor, call.once, brands)
    return Answer(body=person_views.ordered(made))


def _lists(call: Call, asked: bodies.Person) -> Lists:
    if not asked.account and not asked.email:
        refuse("account", "required", "Name the player by account or email, or better by both.")
    return players.lists(call.player_secret(), asked.brand, asked.account, asked.email)


def _sources(call: Call) -> Sources:
    from redress.letters.again import written_again  # noqa: PLC0415 - it brings the renderer
    from redress.usecases.export_document import Handed, Sources  # noqa: PLC0415
    from redress.usecases.export_person import consultation_of  # noqa: PLC0415

    desk, now = call.desk, call.desk.now()

    def sign(number: str, sent: str, media_type: str, name: str) -> Handed:
        made = call.evidence().download(number, sent, media_type, name, now)
        return Handed(url=made.url, expires_at=made.expires_at)

    return Sources(
        region=desk.region,
        letter=lambda case, sent: written_again(case, sent, desk.region),
        file=sign,
        consultation=lambda number: consultation_of(desk.store, number, now),
    )


def _put_on_record(call: Call, made: PersonExportView) -> None:
    """Who handed out the data of a player: nothing of it is in the events, since nothing changed."""
    found = {name: [one["number"] for one in made[name]] for name in ("complaints", "unreadable")}
    told = {**found, "client": call.caller.client.id, "person": actors.person(call.actor)}
    logger.info("personal data exported", extra=told)
