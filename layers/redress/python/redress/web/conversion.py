"""From a consultation to a complaint: the form carries its number and key, and the complaint its time.

Who sends them has opened the consultation. A number that no key opens, or that is forgotten, changes nothing:
what was written is a complaint like any other.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from redress.domain.commands import Submit
from redress.language import msg
from redress.usecases.change import Changed
from redress.usecases.ports import Cap, Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from redress.web.forms import Fields
from redress.web.visit import Visit

if TYPE_CHECKING:  # few complaints begin as one
    from redress.domain.consultation import Consultation

NUMBER, KEY = "consultation", "consultation_key"
ALREADY = msg(
    "You have made your question a complaint before. What you wrote is still here: if it is another"
    " complaint, check it and send it again."
)


def prefilled(known: "Consultation", key: str) -> Mapping[str, str]:
    """The fields of the complaint form that a consultation fills: all that its player wrote, and whom to."""
    from redress.domain.consultation import Asked, FollowedUp  # noqa: PLC0415 - few complaints begin as one

    mine = (one.text for one in known.records if isinstance(one.event, Asked | FollowedUp))
    told = {"brand": known.brand, "category": known.category, "jurisdiction": known.jurisdiction}
    given = {name: value for name, value in told.items() if value}
    return {**given, "description": "\n\n".join(filter(None, mine)), NUMBER: known.number, KEY: key}


def origin(visit: Visit, sent: Fields) -> "Consultation | None":
    """The consultation that a form goes on from; None where it names none, or not its key."""
    if not sent.get(NUMBER):
        return None
    from redress.domain.errors import NoSuchConsultation  # noqa: PLC0415 - as above
    from redress.usecases.consultations import open_with  # noqa: PLC0415 - as above

    try:
        return open_with(visit.desk, sent[NUMBER], sent.get(KEY, ""))
    except NoSuchConsultation:
        return None


def received_at(visit: Visit, known: "Consultation | None", occurred_on: str | None) -> datetime:
    """When the complaint was received (UTC): the rule packs of then hold. Now, unless it began as another."""
    if known is None:
        return visit.desk.now()
    from redress.usecases.consultations import counts_from  # noqa: PLC0415 - as above

    return counts_from(visit.desk, known, occurred_on)


def since(visit: Visit, sent: Fields, occurred_on: str | None) -> datetime | None:
    """From when (UTC) the complaint will count, if that is earlier than now: it was asked about then."""
    known = origin(visit, sent)
    counted = received_at(visit, known, _day(occurred_on))
    return counted if known and counted == known.asked_at else None


def _day(text: str | None) -> str | None:
    """The date in a form, which may be none."""
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None


def submit(
    intake: Intake,
    known: "Consultation | None",
    command: Submit,
    actor: str,
    request: Request,
    player: str,
    caps: Sequence[Cap] = (),
) -> Changed:
    """Store the complaint, and with it what became of the consultation. Raises ConsultationOver, besides."""
    if known is None:
        return submit_complaint(intake, command, actor, request, player, caps)
    from redress.usecases.consultations import convert  # noqa: PLC0415 - as above

    return convert(intake, known, command, actor, request, player, caps)


def apart(sent: Fields) -> Fields:
    """What was typed, as a complaint of its own."""
    return {name: value for name, value in sent.items() if name not in {NUMBER, KEY}}
