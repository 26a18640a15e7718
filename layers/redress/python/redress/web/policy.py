"""How a brand deals with complaints under one jurisdiction: the pack and the region file, told to a player.

A version of the policy is the version of its pack and a digest of what it says in English, so every change of
the rules, of the region file or of the words is another version. The page and the assistant say the same.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from redress.domain import packs
from redress.domain.rulepack import ExternalBody, RulePack
from redress.domain.rules import at_receipt, in_force
from redress.domain.values import Value
from redress.language import CODES, SOURCE, Language, msg
from redress.language import language as spoken
from redress.region import Brand, Region
from redress.web import policy_rules, words
from redress.web.policy_rules import Rule

DIGITS = 8
Status = Literal["current", "superseded", "coming"]

FORM = msg("Use the form on these pages, at any hour and from any device. It takes about five minutes.")
SUPPORT = msg(
    "Or tell our support that you want to complain, in whichever way you reach them: it counts the same."
)
IN_WRITING = msg("Your complaint has to be in writing: use the form, or write to our support.")
ASSISTANT = msg(
    "The assistant on these pages answers day and night, and can take your complaint step by step."
)
ANONYMOUS = msg("You can ask us something first without giving your name, and make a complaint of it later.")
COSTS_NOTHING = msg("Complaining to us costs nothing.")

MAY_WRITE = msg("You can write to us and add evidence on your private page until your complaint is closed.")
MAY_WITHDRAW = msg("You can withdraw your complaint until we have decided on it.")
MAY_REOPEN = msg(
    "If you do not agree with our answer, you can ask us to look again. Time from our answer: {length}."
)
MAY_RATE = msg("You can rate how we handled it. Time from our answer: {length}.")
MAY_FIND_LINK = msg("If you have lost the link to your page, you can have it sent to you again.")
SILENCE: Mapping[str, str] = {
    "none": "",
    "gateway_opens": msg("If we do not answer in time, you need not wait for us to go further."),
    "deemed_accepted": msg("If we do not answer in time, the law counts your complaint as accepted."),
    "regulator_may_be_told": msg("If we do not answer in time, you may tell the regulator."),
}

SPEAK = msg("These pages, the assistant and our letters speak: {languages}.")
OWN_LANGUAGE = msg("You can write to us in your own language.")
BODY_SPEAKS = msg("The independent body works in: {languages}.")

KINDS: Mapping[str, str] = {  # of outside bodies
    "adr": msg("Body for dispute resolution out of court"),
    "ombudsman": msg("Ombudsman"),
    "mediator": msg("Mediator"),
    "regulator": msg("Regulator"),
    "consumer_platform": msg("Official platform for consumers"),
    "court": msg("Court"),
}
FREE, COSTS = msg("It is free of charge for you."), msg("It may charge you: ask before you begin.")
BINDING: Mapping[str | None, str] = {
    "operator": msg("What it decides binds us."),
    "both": msg("What it decides binds you and us."),
    "none": msg("What it says is advice: it binds neither you nor us."),
    None: "",
}
TOO_EARLY: Mapping[str | None, str] = {
    "rejected": msg("It turns away a complaint that comes too early."),
    "archived": msg("It puts a complaint aside that comes too early."),
    "allowed": "",
    None: "",
}
HOLDS = msg("For complaints that we receive from this day on: {day}")
HOLDS_UNTIL = msg("For complaints that we receive in this time: {first} – {last}")

LICENCE = msg("Licence: {licences}.")
RULES_OF = msg("The rules are those of: {name}.")


class Body(Value):
    """A body outside the operator, with its rules; what is not known is empty."""

    name: str
    kind: str
    contact: str
    url: str
    sentences: Sequence[str]
    rules: Sequence[Rule]


class Text(Value):
    """What a policy says, section by section: sentences, and rules in words."""

    name: str
    how: Sequence[str]
    filing: Rule | None
    duties: Sequence[Rule]
    may: Sequence[str]
    bodies: Sequence[Body]
    languages: Sequence[str]
    supervision: Sequence[str]


class Policy(Value):
    """A version of a policy: `holds` says for which complaints, `changed` (local date) since when."""

    jurisdiction: str
    pack_version: str
    version: str
    status: Status
    holds: str
    changed: date
    text: Text


def policy(region: Region, brand: Brand, jurisdiction: str, language: Language, now: datetime) -> Policy:
    """The policy in force at `now` (UTC) for one of the brand's jurisdictions. Raises RulePackInvalid."""
    return _policy(region, brand, _current(region, jurisdiction, now), language, "current")


def versions(
    region: Region, brand: Brand, jurisdiction: str, language: Language, now: datetime
) -> Sequence[Policy]:
    """Every version of it whose pack is kept, the latest first. Raises RulePackInvalid."""
    current = _current(region, jurisdiction, now)
    found = []
    for document in reversed(packs.history(jurisdiction)):
        pack = in_force([(jurisdiction, str(document["version"]))], region.rules).licence
        later: Status = "coming" if pack.valid_from > current.valid_from else "superseded"
        status: Status = "current" if pack.version == current.version else later
        found.append(_policy(region, brand, pack, language, status))
    return found


def find(among: Sequence[Policy], version: str) -> Policy | None:
    """The one of that version, or of that version of the pack; None where it is not kept."""
    return next((one for one in among if version in (one.version, one.pack_version)), None)


def _current(region: Region, jurisdiction: str, now: datetime) -> RulePack:
    return at_receipt(jurisdiction, None, (), now, region.rules).licence


def _policy(region: Region, brand: Brand, pack: RulePack, language: Language, status: Status) -> Policy:
    text = _text(brand, pack, language)
    english = text if language.code == SOURCE else _text(brand, pack, spoken(SOURCE))
    facts = repr((region.brands.index(brand), brand.name, pack.valid_from, pack.valid_to, english))
    digest = hashlib.sha256(facts.encode()).hexdigest()[:DIGITS]
    return Policy(
        jurisdiction=pack.id,
        pack_version=pack.version,
        version=f"{pack.version}-{digest}",
        status=status,
        holds=_holds(pack, language),
        changed=pack.valid_from,
        text=text,
    )


def _holds(pack: RulePack, language: Language) -> str:
    first = language.short_day(pack.valid_from)
    if pack.valid_to is None:
        return language.say(HOLDS, day=first)
    return language.say(HOLDS_UNTIL, first=first, last=language.short_day(pack.valid_to))


def _text(brand: Brand, pack: RulePack, language: Language) -> Text:
    say = language.say
    return Text(
        name=pack.name or pack.id,
        how=[say(sentence) for sentence in _how(pack)],
        filing=policy_rules.filing(language, pack),
        duties=[*policy_rules.duties(language, pack), *policy_rules.own_promises(language, pack)],
        may=list(_may(language, pack)),
        bodies=list(_bodies(language, brand, pack)),
        languages=list(_languages(language, pack)),
        supervision=list(_supervision(language, pack)),
    )


def _how(pack: RulePack) -> Iterator[str]:
    yield FORM
    yield IN_WRITING if pack.intake.writing_required.value else SUPPORT
    yield ASSISTANT
    yield ANONYMOUS
    yield COSTS_NOTHING


def _may(language: Language, pack: RulePack) -> Iterator[str]:
    say, house = language.say, pack.house
    yield say(MAY_WRITE)
    yield say(MAY_WITHDRAW)
    yield say(MAY_REOPEN, length=policy_rules.length(language, house.reopen_within))
    yield say(MAY_RATE, length=policy_rules.length(language, house.feedback_window))
    yield say(MAY_FIND_LINK)
    if silence := SILENCE[pack.silence_effect]:
        yield say(silence)


def _bodies(language: Language, brand: Brand, pack: RulePack) -> Iterator[Body]:
    """The brand's own body with the rules of the pack's first; the pack names the others."""
    own, say = brand.jurisdictions[pack.id], language.say
    kind = KINDS[pack.route.type if pack.route else "adr"]
    yield Body(
        name=own.name,
        kind=say(kind),
        contact=own.contact,
        url=own.url,
        sentences=[say(FREE if own.free else COSTS), *_of_route(language, pack.route), own.scope_limits],
        rules=list(policy_rules.of_body(language, pack, pack.route, own.name)) if pack.route else (),
    )
    for body in pack.external_bodies[1:]:
        name = body.name or say(words.SOME_BODY)
        free = [say(FREE)] if body.free.value else []
        yield Body(
            name=name[:1].upper() + name[1:],
            kind=say(KINDS[body.type]),
            contact="",
            url=body.url,
            sentences=[*free, *_of_route(language, body)],
            rules=list(policy_rules.of_body(language, pack, body, name)),
        )


def _of_route(language: Language, body: ExternalBody | None) -> Iterator[str]:
    """What the pack knows of a body beside its times."""
    if body is None:
        return
    if binding := BINDING[body.binding]:
        yield language.say(binding)
    if early := TOO_EARLY[body.premature_is]:
        yield language.say(early)
    if body.scope.value and body.scope.value.languages:
        yield language.say(BODY_SPEAKS, languages=_named(language, body.scope.value.languages))


def _languages(language: Language, pack: RulePack) -> Iterator[str]:
    yield language.say(SPEAK, languages=_named(language, CODES))
    yield language.say(OWN_LANGUAGE)
    if pack.languages.external_body_only:
        only = _named(language, pack.languages.external_body_only)
        yield language.say(BODY_SPEAKS, languages=only)


def _named(language: Language, codes: Sequence[str]) -> str:
    """Languages by the names they call themselves."""
    return language.listed([spoken(code).name if code in CODES else code for code in codes])


def _supervision(language: Language, pack: RulePack) -> Iterator[str]:
    yield language.say(RULES_OF, name=pack.name or pack.id)
    if pack.applies_to.licence:
        yield language.say(LICENCE, licences=language.listed(pack.applies_to.licence))
