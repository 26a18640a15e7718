"""The bodies outside the operator: which a clock belongs to, their names, which a player may turn to now.

The first body of a rule pack is each brand's own choice, so the region file knows it; the pack names the
others.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from redress.domain import events as e
from redress.domain import promises
from redress.domain.audit import Record
from redress.domain.complaint import Complaint
from redress.domain.promises import ADR_DECISION, ADR_REPLY, ADR_WINDOW, GATEWAY
from redress.domain.rulepack import ExternalBody as Route
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.language import Language
from redress.region import Brand, ExternalBody
from redress.web import words

CLOCKS = (GATEWAY, ADR_WINDOW, ADR_REPLY, ADR_DECISION)


class Body(Value):
    """A body as the player knows it."""

    name: str
    free: bool


def clock_of(name: str) -> str:
    """The plain name of a clock: those of a pack's further bodies end in the body's key."""
    return next((plain for plain in CLOCKS if name.startswith(f"{plain}_")), name)


def route(pack: RulePack, clock: str) -> Route | None:
    """The body of the pack that a clock belongs to."""
    key = clock.removeprefix(clock_of(clock)).removeprefix("_")
    return pack.external_body(key) if key else pack.route


def body(language: Language, brand: Brand, pack: RulePack, route: Route | None) -> Body:
    """The brand's own body where the route is the pack's first, else the one that the pack names."""
    own = brand.jurisdictions.get(pack.id) if route is pack.route else None
    if own:
        return Body(name=own.name, free=own.free)
    name = route.name if route and route.name else language.say(words.SOME_BODY)
    return Body(name=name, free=bool(route and route.free.value))


def body_of_referral(language: Language, brand: Brand, rules: Rules, key: str) -> Body:
    """The body that has the complaint; `key` is its key in one of the packs."""
    found = ((pack, pack.external_body(key)) for pack in rules.packs)
    pack, referred_to = next(((one, route) for one, route in found if route), (rules.licence, None))
    return body(language, brand, pack, referred_to)


def known(brand: Brand, rules: Rules) -> list[ExternalBody]:
    """The brand's bodies under the packs of a complaint, each once."""
    return _bodies(brand, rules.packs)


def open_ones(brand: Brand, rules: Rules, complaint: Complaint, now: datetime) -> list[ExternalBody]:
    """Those of them that the player may turn to at `now` (UTC)."""
    since = [(pack, promises.opened_at(pack, complaint)) for pack in rules.packs]
    return _bodies(brand, [pack for pack, at in since if at and at <= now])


def opened(records: Sequence[Record]) -> Mapping[str, datetime]:
    """Since when (UTC) the way of each pack has been open, as far as that is on record."""
    since: dict[str, datetime] = {}
    for record in records:
        match record.event:
            case e.MilestoneReached(kind="gateway", pack=pack):
                since.setdefault(pack, record.at)
            case e.MilestoneReached(actions=actions, pack=pack) if "open_adr" in actions:
                since.setdefault(pack, record.at)
    return since


def _bodies(brand: Brand, packs: Sequence[RulePack]) -> list[ExternalBody]:
    found: list[ExternalBody] = []
    for pack in packs:
        own = brand.jurisdictions.get(pack.id)
        if own and own not in found:
            found.append(own)
    return found
