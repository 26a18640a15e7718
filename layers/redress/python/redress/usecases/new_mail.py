"""A mail that belongs to no complaint: it begins one, or it asks a question, or a program sent it."""

import hashlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from redress.domain import commands, instants, player
from redress.domain.actors import PLAYER
from redress.domain.categories import Category
from redress.mailroom.incoming import Automatic, Incoming
from redress.region import Brand, Region
from redress.usecases import consultations, mail_trust
from redress.usecases.caps import caps
from redress.usecases.mail_ports import CONSULTATION, Arrived, Notice, Notices
from redress.usecases.ports import Cap, Request, SentBefore
from redress.usecases.submit_complaint import Intake, submit_complaint

COMPLAINT, SET_ASIDE, SENT_BEFORE = "complaint", "set_aside", "sent_before"
AUTOMATIC, NO_SENDER = "automatic", "no_sender"
"""Suspicions, beside those of `mail_trust`."""

REMEMBERED = timedelta(days=30)  # a queue and the dead letters behind it keep a message for fourteen each
CHANNEL, LANGUAGE = "email", "en"
UNANSWERABLE = frozenset({Automatic.BOUNCE, Automatic.REPLY, Automatic.LIST})
"""What programs send that is no complaint whatever it says: bounces, absences, newsletters."""


def brand_of(region: Region, arrived: Arrived) -> Brand:
    """The brand whose address was written to; the first one, for an address that is none of them."""
    written_to = {one.casefold() for one in arrived.recipients}
    by_sender = (one for one in region.brands if one.sender.casefold() in written_to)
    by_question = (one for one in region.brands if (one.questions or "").casefold() in written_to)
    return next(by_sender, None) or next(by_question, None) or region.brands[0]


def is_question(brand: Brand, arrived: Arrived) -> bool:
    """Whether it was written to the brand's address for questions and to no other of ours."""
    return {one.casefold() for one in arrived.recipients} == {(brand.questions or "").casefold()}


def open_consultation(
    intake: Intake, secret: bytes, notices: Notices, brand: Brand, arrived: Arrived, incoming: Incoming
) -> str:
    """Open an anonymous consultation and have its number and key written to who asked; its number.

    Nobody is written to where that could be somebody else, or a program. A mail that comes again has the same
    notice queued again: nobody can know whether it was.
    """
    question = consultations.Question(
        brand=brand.id,
        language=incoming.language or LANGUAGE,
        text=incoming.whole or incoming.subject,
        jurisdiction=next(iter(brand.jurisdictions)),
    )
    opened = consultations.ask(intake, secret, question, PLAYER, request(arrived, intake.desk.now()))
    if not _suspicions(arrived, incoming):
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
    return opened.number


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
        told = submit_complaint(intake, command, PLAYER, request(arrived, desk.now()), who, counted)
    except SentBefore:
        return None
    return told.number


def request(arrived: Arrived, now: datetime, number: str = "") -> Request:
    """The mail as a request, for a complaint that it is about: remembered longer than any queue keeps it."""
    key = f"{arrived.mail}/{number}"
    return Request(client="mail", key=key, fingerprint=arrived.mail, expires_at=now + REMEMBERED)


def facts(arrived: Arrived, incoming: Incoming, taken_as: str) -> commands.ReceiveMail:
    """The mail as a fact, with what it says of itself as content; its text is not in it."""
    return commands.ReceiveMail(
        mail=arrived.mail,
        taken_as=taken_as,
        **vars(arrived.verdicts),
        content={
            "message_id": incoming.message_id or "",
            "from": incoming.sender,
            "subject": incoming.subject,
        },
    )


def _command(
    region: Region, brand: Brand, arrived: Arrived, incoming: Incoming, now: datetime
) -> commands.Submit:
    """The complaint. What a form would ask is not known yet: the acknowledgement names what is missing."""
    jurisdiction = next(iter(brand.jurisdictions))
    received_at = min(arrived.at, now)
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
        received_at=instants.to_text(received_at),  # by the mail service: nobody's clock starts late
        suspicions=_suspicions(arrived, incoming),
        mail=facts(arrived, incoming, COMPLAINT),
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
    own = {AUTOMATIC: incoming.automatic is not None, NO_SENDER: not incoming.sender}
    return (*mail_trust.suspicions(arrived.verdicts), *(name for name, holds in own.items() if holds))


def _caps(
    secret: bytes, region: Region, command: commands.Submit, arrived: Arrived, incoming: Incoming
) -> list[Cap]:
    """What counts it, by the day when it came. A mail has no network address that would say anything."""
    day = arrived.at.astimezone(ZoneInfo(region.pack(command.jurisdiction).timezone)).date()
    return caps(
        secret,
        region,
        day,
        brand=command.brand,
        account=None,
        email=incoming.sender,
        network="",
        content=_content(incoming),
    )


def _content(incoming: Incoming) -> str:
    """What was written and sent with it, whichever mail it came by."""
    files = [hashlib.sha256(one.content).hexdigest() for one in incoming.attachments]
    return json.dumps([incoming.subject, incoming.whole, *files])
