"""What the law and the operator promise for a complaint that would come in now: shown before it is sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from redress.domain.complaint import Complaint
from redress.domain.promises import ACK, FINAL, NOTICE, promises
from redress.domain.rulepack import Retention, RulePack
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.language import Language
from redress.region import Brand, Region
from redress.web import dates, promised, words
from redress.web.outside import Body

# The clocks told of before there is a complaint, in their order.
TOLD = (ACK, NOTICE, FINAL)


class Promised(Value):
    """A date of the operator's: what is promised, and by when."""

    name: str
    when: str


class Timetable(Value):
    """What would hold under one licence: `jurisdiction` is its rule pack's id, `name` as players know it.

    `body` is whom the player may turn to, `zone` (IANA) that of the dates, `kept` says for how long records
    are kept where the pack knows it.
    """

    jurisdiction: str
    name: str
    dates: Sequence[Promised]
    body: Body
    zone: str
    kept: str | None


def timetable(
    language: Language,
    region: Region,
    brand: Brand,
    jurisdiction: str,
    now: datetime,
    *,
    category: str,
    residence: str | None = None,
    since: datetime | None = None,
) -> Timetable:
    """The timetable of a complaint to a brand that is received at `now` (UTC).

    One that was a consultation counts from `since`; what is past by now is told of no more.
    `category` and `residence` are as in intake: the rules of where the player lives count where they apply.
    """
    received_at = since or now
    rules = region.rules_at_receipt(brand, jurisdiction, residence, received_at)
    imagined = _imagined(rules.licence, brand, category, now, since)
    own = brand.jurisdictions[jurisdiction]
    return Timetable(
        jurisdiction=jurisdiction,
        name=rules.licence.name or jurisdiction,
        dates=list(_dates(language, rules, imagined, now)),
        body=Body(name=own.name, free=own.free),
        zone=rules.zone,
        kept=_kept(language, rules.licence.records.retention.value),
    )


def _dates(language: Language, rules: Rules, imagined: Complaint, now: datetime) -> Iterator[Promised]:
    found = promises(rules, imagined)
    for clock in TOLD:
        one = promised.lawful(found, clock)
        if one and one.due_at and one.due_at > now:
            when = dates.until(language, dates.BY, one.due_at, one.zone, imagined.received_at)
            yield Promised(name=language.say(words.PROMISES[clock]), when=when)


def _imagined(
    pack: RulePack, brand: Brand, category: str, now: datetime, asked_at: datetime | None
) -> Complaint:
    return Complaint(
        number="none",
        version=1,
        stage=Stage.RECEIVED,
        brand=brand.id,
        jurisdiction=pack.id,
        pack_version=pack.version,
        channel="form",
        language="en",
        category=category,
        occurred_on=None,
        amount_minor=None,
        currency=None,
        received_at=asked_at or now,
        own_received_at=asked_at or now,
        recorded_at=now,
        consultation="none" if asked_at else None,
    )


def _kept(language: Language, rule: Retention | None) -> str | None:
    """For how long records are kept."""
    if rule is None:
        return None
    count = rule.amount
    match (rule.unit, rule.since):
        case ("years", "receipt"):
            return language.say_many(
                "By law we keep it for {count} year after it came in.",
                "By law we keep it for {count} years after it came in.",
                count,
            )
        case ("years", "closure"):
            return language.say_many(
                "By law we keep it for {count} year after the complaint was closed.",
                "By law we keep it for {count} years after the complaint was closed.",
                count,
            )
        case ("years", "last_contact"):
            return language.say_many(
                "By law we keep it for {count} year after you last heard from us.",
                "By law we keep it for {count} years after you last heard from us.",
                count,
            )
        case ("months", "receipt"):
            return language.say_many(
                "By law we keep it for {count} month after it came in.",
                "By law we keep it for {count} months after it came in.",
                count,
            )
        case ("months", "closure"):
            return language.say_many(
                "By law we keep it for {count} month after the complaint was closed.",
                "By law we keep it for {count} months after the complaint was closed.",
                count,
            )
        case _:
            return language.say_many(
                "By law we keep it for {count} month after you last heard from us.",
                "By law we keep it for {count} months after you last heard from us.",
                count,
            )
