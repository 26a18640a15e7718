"""A letter that left by mail, written again from what was on record then."""

from copy import replace

from redress.domain.audit import Record
from redress.domain.complaint import fold
from redress.domain.correspondence import mailed_to_player
from redress.domain.events import LetterSent
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from redress.region import Region
from redress.usecases.ports import CaseFile, Mail

LINK = "[private link]"
"""What stands in the place of the link: whoever holds it may act for the player."""
_PORTAL, _KEY = "https://private-link", "left-out"


def written_again(case: CaseFile, sent: Record, region: Region) -> Mail | None:
    """The mail to the player whose LetterSent `sent` is, in the words of now.

    None where there was no mail to the player, or where our letters ask for more than was on record.
    """
    if not mailed_to_player(sent.event):
        return None
    mail = as_then(case, sent, region, _PORTAL, _KEY)
    if mail is None:
        return None
    link = f"{_PORTAL}/complaints/{case.complaint.number}/{_KEY}"
    return replace(mail, text=mail.text.replace(link, LINK), html=mail.html.replace(link, LINK))


def as_then(
    case: CaseFile,
    sent: Record,
    region: Region,
    portal_url: str,
    link_key: str,
    *,
    answers_read: bool = False,
) -> Mail | None:
    """The mail that `sent` tells of, with the link of `link_key`; the rest is as `render` takes it.

    None where our letters ask for more by now than was on record.
    """
    event = sent.event
    if not isinstance(event, LetterSent):
        raise TypeError(f"{sent.seq} is no LetterSent")
    before = case.records[: sent.seq - 1]
    then = replace(case, complaint=fold(before), records=before)
    letter, rules = then.complaint.letters[event.letter], region.rules_of(then.complaint)
    try:
        return render(letter, then, region, rules, portal_url, link_key, sent.at, answers_read=answers_read)
    except LetterIncomplete:
        return None
