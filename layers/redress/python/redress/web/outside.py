"""The bodies outside the operator: which a clock belongs to, their names, which a player may turn to now.

The first body of a rule pack is each brand's own choice, so the region file knows it; the pack names the
others.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from redress.domain import events as e
from redress.domain.audit import Record
from redress.domain.complaint import Complaint
from redress.domain.promises import ADR_DECISION, ADR_REPLY, ADR_WINDOW, GATEWAY, Promise
from redress.domain.rulepack import ExternalBody as Route
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.region import Brand, ExternalBody
from redress.usecases.ports import CaseFile
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


def body(brand: Brand, pack: RulePack, route: Route | None) -> Body:
    """The brand's own body where the route is the pack's first, else the one that the pack names."""
    own = brand.jurisdictions.get(pack.id) if route is pack.route else None
    if own:
        return Body(name=own.name, free=own.free)
    free = bool(route and route.free.value)
    return Body(name=route.name if route and route.name else words.SOME_BODY, free=free)


def body_of_referral(brand: Brand, rules: Rules, key: str) -> Body:
    """The body that has the complaint; `key` is its key in one of the packs."""
    found = ((pack, pack.external_body(key)) for pack in rules.packs)
    pack, referred_to = next(((one, route) for one, route in found if route), (rules.licence, None))
    return body(brand, pack, referred_to)


def known(brand: Brand, rules: Rules) -> list[ExternalBody]:
    """The brand's bodies under the packs of a complaint, each once."""
    return _bodies(brand, rules.packs)


def open_ones(
    brand: Brand, rules: Rules, case: CaseFile, found: Sequence[Promise], now: datetime
) -> list[ExternalBody]:
    """Those of them that the player may turn to at `now` (UTC); `found` are the dates of the complaint.

    The final answer opens them all. Before it each opens by its pack: at its date, at a breach of a duty, or
    with the letter that declares the deadlock, unless the pack knows a date and no such letter.
    """
    complaint = case.complaint
    since = set(opened(case.records))
    if complaint.withdrawn_at is None:
        at_date = (one for one in found if one.clock == GATEWAY and one.due_at and one.due_at <= now)
        since |= {one.pack.id for one in at_date}
    return _bodies(brand, [one for one in rules.packs if one.id in since or _told_of(one, complaint)])


def _told_of(pack: RulePack, complaint: Complaint) -> bool:
    """Whether a letter opened the way of the pack."""
    if complaint.final_response_sent_at:
        return True
    first = pack.route
    by_letter = first is None or first.opens_when.value is None or "deadlock" in first.opens_early_on
    return by_letter and complaint.deadlock_sent_at is not None


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
