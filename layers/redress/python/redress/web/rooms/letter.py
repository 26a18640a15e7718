"""A letter that left by mail, written again from what was on record when it left."""

from copy import replace

from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.complaint import fold
from redress.domain.correspondence import TO_STAFF
from redress.domain.errors import NotFound
from redress.language import SOURCE, known
from redress.usecases.ports import CaseFile, Mail
from redress.web import words
from redress.web.letter_text import blocks
from redress.web.pages import Page
from redress.web.visit import Visit


def show(visit: Visit, number: str, key: str, letter: str) -> Page:
    """Subject and text of a letter to the player. Raises NotFound for one that did not go by mail."""
    visit, case = visit.enter(number, key)
    sent = next((record for record in case.records if _is_mail(record, letter)), None)
    if sent is None:
        raise NotFound(number)
    complaint, region, language = case.complaint, visit.desk.region, visit.language
    what = words.LETTERS[case.complaint.letters[letter].kind]
    zone = region.rules_of(complaint).zone
    mail, written = _mail(visit, case, sent, letter, key)
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


def _is_mail(record: Record, letter: str) -> bool:
    sent = record.event
    if not isinstance(sent, e.LetterSent) or sent.letter != letter:
        return False
    return sent.means == "email" and sent.kind not in TO_STAFF


def _mail(visit: Visit, case: CaseFile, sent: Record, letter: str, key: str) -> tuple[Mail | None, str]:
    """The mail as it was written then, with the link of now, and the code of its language.

    There is none where our letters ask for more by now than was on record.
    """
    # The letters bring their renderer, which no other page needs.
    from redress.letters.blocks import LetterIncomplete  # noqa: PLC0415
    from redress.letters.render import WRITTEN, render  # noqa: PLC0415

    before = case.records[: sent.seq - 1]
    then = replace(case, complaint=fold(before), records=before)
    region = visit.desk.region
    rules = region.rules_of(then.complaint)
    code = known(then.complaint.language)
    written = code if code in WRITTEN else SOURCE
    try:
        mail = render(
            then.complaint.letters[letter],
            then,
            region,
            rules,
            visit.address,
            key,
            sent.at,
            answers_read=visit.portal.answers_read,
        )
    except LetterIncomplete:
        return None, written
    return mail, written
