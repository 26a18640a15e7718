"""A mail that belongs to no complaint: it begins one, or it asks a question, or a program sent it."""

import hashlib
import json
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from redress.domain import commands, instants, player
from redress.domain.actors import PLAYER
from redress.domain.categories import Category
from redress.domain.values import Value
from redress.mailroom.incoming import Automatic, Incoming
from redress.region import Brand, Region
from redress.usecases import consultations, mail_trust
from redress.usecases.caps import caps
from redress.usecases.mail_ports import CONSULTATION, Arrived, Notice, Notices
from redress.usecases.ports import Cap, Request, SentBefore
from redress.usecases.submit_complaint import Intake, submit_complaint

COMPLAINT, SET_ASIDE, SENT_BEFORE = "complaint", "set_aside", "sent_before"
AUTOMATIC, NO_SENDER, STAFF = "automatic", "no_sender", "staff"
"""Suspicions, beside those of `mail_trust`."""

REMEMBERED = timedelta(days=30)  # the queue keeps a message for fourteen, what it did not take lies for seven
CHANNEL, LANGUAGE = "email", "en"
UNANSWERABLE = frozenset({Automatic.BOUNCE, Automatic.REPLY, Automatic.LIST})
"""What programs send that is no complaint whatever it says: bounces, absences, newsletters."""


class Opened(Value):
    """A consultation that a mail opened, and whether its key goes to who asked."""

    number: str
    told: bool


def brands_of(region: Region, arrived: Arrived) -> tuple[Brand, ...]:
    """The brands whose addresses were written to; the first one, for an address that is none of them."""
    asked, complained = (_by_address(region, arrived, name) for name in ("questions", "sender"))
    found = {one.id for one in (*asked, *complained)}
    return tuple(one for one in region.brands if one.id in found) or region.brands[:1]


def asked_of(region: Region, arrived: Arrived) -> tuple[Brand, ...]:
    """The brands of whom it asks: written to their addresses for questions, and to no other of ours."""
    asked = _by_address(region, arrived, "questions")
    return asked if {(one.questions or "").casefold() for one in asked} == _written_to(arrived) else ()


def _by_address(region: Region, arrived: Arrived, name: str) -> tuple[Brand, ...]:
    """The brands with such an address that was written to; of several that share one, the first."""
    first: dict[str, Brand] = {}
    for brand in region.brands:
        first.setdefault((getattr(brand, name) or "").casefold(), brand)
    written_to = _written_to(arrived)
    return tuple(brand for address, brand in first.items() if address in written_to)


def _written_to(arrived: Arrived) -> set[str]:
    return {one.casefold() for one in arrived.recipients}


def open_consultation(
    intake: Intake, secret: bytes, notices: Notices, brand: Brand, arrived: Arrived, incoming: Incoming
) -> Opened:
    """Open an anonymous consultation and have its number and key written to who asked.

    Nobody is written to where that could be somebody else, or a program. A mail that comes again has the same
    notice queued again: nobody can know whether it was. What is quoted or signed below the question is left
    out: it would name who asks.
    """
    question = consultations.Question(
        brand=brand.id,
        language=incoming.language or LANGUAGE,
        text=incoming.text or incoming.subject,
        jurisdiction=next(iter(brand.jurisdictions)),
    )
    asked = request(arrived, intake.desk.now(), brand.id)
    opened = consultations.ask(intake, secret, question, PLAYER, asked)
    told = not _suspicions(arrived, incoming)
    if told:
        notices.put(
            Notice(
                kind=CONSULTATION,
                brand=brand.id,
                language=question.language,
                to=incoming.sender,
                number=opened.number,
                key=opened.key,
                in_reply_to=incoming.message_id,
            )
        )
    return Opened(number=opened.number, told=told)


def submit(intake: Intake, secret: bytes, brand: Brand, arrived: Arrived, incoming: Incoming) -> str | None:
    """Make a complaint of it; its number. None where the same was written before, just so.

    `secret` is that of the index of players. Raises what `submit_complaint` raises.
    """
    desk = intake.desk
    command = _command(desk.region, brand, arrived, incoming, desk.now())
    # Who is not named is nobody's earlier player.
    who = player.index_key(secret, brand.id, None, incoming.sender or arrived.mail)
    counted = _caps(secret, desk.region, command, arrived, incoming)
    try:
        asked = request(arrived, desk.now(), brand.id)
        told = submit_complaint(intake, command, PLAYER, asked, who, counted)
    except SentBefore:
        return None
    return told.number


def request(arrived: Arrived, now: datetime, about: str) -> Request:
    """The mail as a request, for the complaint (number), the thread or the brand (id) that it is about.

    It is remembered longer than any queue keeps it.
    """
    key = f"{arrived.mail}/{about}"
    return Request(client="mail", key=key, fingerprint=arrived.mail, expires_at=now + REMEMBERED)


def facts(arrived: Arrived, incoming: Incoming, taken_as: str, now: datetime) -> commands.ReceiveMail:
    """The mail as a fact, with what it says of itself as content; its text is not in it."""
    return commands.ReceiveMail(
        mail=arrived.mail,
        taken_as=taken_as,
        came_at=instants.to_text(came_at(arrived, now)),
        **vars(arrived.verdicts),
        content={
            "message_id": incoming.message_id or "",
            "from": incoming.sender,
            "subject": incoming.subject,
        },
    )


def came_at(arrived: Arrived, now: datetime) -> datetime:
    """When the mail service took it in: no clock starts late or stands still for as long as a queue holds it.

    Its clock may be ahead of ours, and nothing came in the future.
    """
    return min(arrived.at, now)


def _command(
    region: Region, brand: Brand, arrived: Arrived, incoming: Incoming, now: datetime
) -> commands.Submit:
    """The complaint. What a form would ask is not known yet: the acknowledgement names what is missing."""
    jurisdiction = next(iter(brand.jurisdictions))
    received_at = came_at(arrived, now)
    rules = region.rules_at_receipt(brand, jurisdiction, None, received_at)
    others = (one for one in incoming.reply_to if one.casefold() != incoming.sender.casefold())
    return commands.Submit(
        brand=brand.id,
        jurisdiction=jurisdiction,
        pack_version=rules.licence.version,
        channel=CHANNEL,
        language=incoming.language or LANGUAGE,
        category=Category.OTHER.value,
        occurred_on=None,
        amount_minor=None,
        currency=None,
        received_at=instants.to_text(received_at),
        suspicions=_suspicions(arrived, incoming),
        mail=facts(arrived, incoming, COMPLAINT, now),
        content={
            "name": incoming.sender_name,
            "email": incoming.sender,
            "other_emails": list(dict.fromkeys(others)),
            "account": None,
            "description": incoming.whole or incoming.subject,
            "transaction_references": [],
            "remedy": None,
        },
    )


def _suspicions(arrived: Arrived, incoming: Incoming) -> tuple[str, ...]:
    own = {
        AUTOMATIC: incoming.automatic is not None,
        NO_SENDER: not incoming.sender,
        STAFF: any(one.startswith("<staff.") for one in incoming.references),
    }
    found = (name for name, holds in own.items() if holds)
    return (*mail_trust.suspicions(arrived, incoming.sender), *found)


def _caps(
    secret: bytes, region: Region, command: commands.Submit, arrived: Arrived, incoming: Incoming
) -> list[Cap]:
    """What counts it, by the day when it came. A mail has no network address that would say anything.

    A player writes to all brands as one, and says to each of them what was not said there before.
    """
    day = arrived.at.astimezone(ZoneInfo(region.pack(command.jurisdiction).timezone)).date()
    counted = partial(caps, secret, region, day, brand=command.brand, account=None, network="")
    said = counted(email=f"{command.brand}\n{incoming.sender}", content=_content(command, incoming))
    return [*counted(email=incoming.sender), *(replace(one, most=None) for one in said)]


def _content(command: commands.Submit, incoming: Incoming) -> str:
    """What was written and sent with it, whichever mail it came by.

    One that can be trusted says more than one that could not: that one may have been put aside as spam.
    """
    files = [hashlib.sha256(one.content).hexdigest() for one in incoming.attachments]
    return json.dumps([incoming.subject, incoming.whole, command.suspicions, *files])
