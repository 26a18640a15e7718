"""The notice of a rise: which complaints came more often than chance explains, with the evidence.

It names complaints by their numbers and holds nothing that anybody typed.
"""

from datetime import datetime

from redress.domain.clusters import Key
from redress.domain.raised import Raised
from redress.language import SOURCE, language
from redress.letters import blocks
from redress.letters.blocks import LetterIncomplete
from redress.letters.case import moment
from redress.letters.facts import ink_on
from redress.letters.render import subject_of, written
from redress.region import Region
from redress.usecases.ports import Mail
from redress.usecases.watch import owner

KIND = "rise"
RAREST = 1_000_000_000
"""What is less probable than once in so many is told so: a figure would say more than the method knows."""

TEMPLATE = f"{SOURCE}/{KIND}.jinja"


def render_rise(raised: Raised, region: Region, now: datetime) -> Mail:
    """The mail to the owner of a rise, read at `now` (UTC): the same for the same arguments.

    Raises LetterIncomplete for a brand that is gone or a dead address, and RulePackInvalid.
    """
    alarm, letter_id = raised.alarm, f"{raised.id}/{KIND}"
    brand = region.brand(alarm.key.brand)
    if brand is None:
        raise LetterIncomplete(letter_id, [f"brand {alarm.key.brand}"])
    licence, team = region.pack(raised.pack), owner(region, alarm)
    facts = {
        "language": language(SOURCE),
        "brand": brand,
        "ink": ink_on(brand.colour),
        "alarm": alarm,
        "rose": _words(alarm.key),
        "also": [(key.dimension, _words(key)) for key in alarm.also],
        "hours": int((alarm.end - alarm.start).total_seconds()) // 3600,
        "start": moment(alarm.start, licence.timezone, now),
        "end": moment(alarm.end, licence.timezone, now),
        "silent_until": moment(raised.silent_until, licence.timezone, now),
        "expected": f"{alarm.expected:.1f}",
        "chance": _odds(alarm.p),
        "level": _odds(alarm.level),
        "complaints": raised.complaints,
        "more": raised.more,
        "team": team.name,
        "licence": licence.name or licence.id,
    }
    (html, _), (text, _) = (written(form, TEMPLATE, facts) for form in ("letters_html", "letters_text"))
    blocks.check_addresses(letter_id, html, text)
    return Mail(
        letter_id=letter_id,
        sender=f"{brand.name} <{brand.sender}>",
        to=team.email,
        subject=subject_of(TEMPLATE, facts),
        text=text,
        html=html,
    )


def _words(key: Key) -> str:
    """What Redress names in words; what the operator names as it is written."""
    return key.value.replace("_", " ") if key.dimension in {"category", "channel"} else key.value


def _odds(p: float) -> str:
    """A probability as people read one: one in so many, of two digits that count."""
    if p * RAREST < 1:
        return f"less than 1 in {RAREST:,}"
    one_in = round(1 / p)
    return f"1 in {round(one_in, 2 - len(str(one_in))):,}"
