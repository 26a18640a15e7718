"""A letter that left by mail, written again from what was on record when it left."""

from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.correspondence import mailed_to_player
from redress.domain.errors import NotFound
from redress.usecases.ports import CaseFile, Mail
from redress.web import words
from redress.web.letter_text import blocks
from redress.web.pages import Page
from redress.web.visit import Visit


def show(visit: Visit, number: str, key: str, letter: str) -> Page:
    """Subject and text of a letter to the player. Raises NotFound for one that did not go by mail."""
    visit, case = visit.enter(number, key)
    sent = next((record for record in case.records if _sent(record, letter)), None)
    if sent is None:
        raise NotFound(number)
    complaint, region, language = case.complaint, visit.desk.region, visit.language
    what = words.LETTERS[case.complaint.letters[letter].kind]
    zone = region.rules_of(complaint).zone
    mail, written = _mail(visit, case, sent, key)
    return visit.page(
        200,
        "letter",
        region.brand(complaint.brand) or region.brands[0],
        here=visit.complaint_path(complaint.number, key),
        number=complaint.number,
        what=language.say(what),
        when=language.moment(sent.at, zone),
        zone=zone,
        mail=mail,
        blocks=blocks,
        written=written,
    )


def _sent(record: Record, letter: str) -> bool:
    event = record.event
    return isinstance(event, e.LetterSent) and event.letter == letter and mailed_to_player(event)


def _mail(visit: Visit, case: CaseFile, sent: Record, key: str) -> tuple[Mail | None, str]:
    """The mail as it was written then, with the link of now, and the code of its language.

    There is none where our letters ask for more by now than was on record.
    """
    # The letters bring their renderer, which no other page needs.
    from redress.letters.again import as_then  # noqa: PLC0415
    from redress.letters.render import spoken_or_english  # noqa: PLC0415

    mail = as_then(case, sent, visit.desk.region, visit.address, key, answers_read=visit.portal.answers_read)
    return mail, spoken_or_english(case.complaint.language).code
