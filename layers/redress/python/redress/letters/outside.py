"""The ways out that a letter tells of: the body of the brand under each rule pack, and the authorities."""

from collections.abc import Iterator
from copy import replace
from datetime import datetime

from redress.domain import promises
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.domain.rulepack import ExternalBody as Route
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.language import Language
from redress.letters.case import Case, Moment
from redress.region import ExternalBody

REGULATOR_ROUTE = "regulator_route"
AUTHORITIES = frozenset({"regulator", "ombudsman", "consumer_platform", "court"})

# What is told as if the answer had left. An acknowledgement tells what our decision will open.
_AS_IF_ANSWERED = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.FINAL_RESPONSE})


class Outside(Value):
    """A body of the brand under one or more `packs`, as a letter tells of it.

    `is_open` tells whether the player may turn to it once the letter is there; if not, it opens at `opens`,
    or nobody knows when. `until` is the player's limit, if there is one.
    """

    packs: tuple[str, ...]
    name: str
    contact: str
    url: str
    scope_limits: str
    free: bool
    is_regulator: bool
    effect: str | None
    binding_up_to: str | None
    is_open: bool
    opens: Moment | None
    until: Moment | None

    @property
    def shows(self) -> frozenset[str]:
        """The blocks that are told of this body."""
        told = {
            "external_body_name": self.name,
            "external_body_contact": self.contact,
            "external_body_url": self.url,
            "external_scope_limits": self.scope_limits,
            "external_is_free": self.free,
            "external_effect": self.effect,
            "referral_deadline": self.until,
            REGULATOR_ROUTE: self.is_regulator,
        }
        return frozenset(block for block, value in told.items() if value)


class Authority(Value):
    """An authority of a pack. `decides` is False where it is known to decide no single complaint."""

    pack: str
    type: str
    name: str
    url: str
    decides: bool


def bodies(case: Case) -> list[Outside]:
    """The body of the brand under each pack of the complaint, each once."""
    packs_of: dict[ExternalBody, list[RulePack]] = {}
    for pack in case.rules.packs:
        body = case.brand.jurisdictions.get(pack.id)
        if body:
            packs_of.setdefault(body, []).append(pack)
    return [_outside(case, body, packs) for body, packs in packs_of.items()]


def authorities(case: Case, told: list[Outside]) -> list[Authority]:
    """The authorities of the packs that ask the letter for them, without those told of already."""
    names = {body.name.casefold() for body in told}
    asking = [pack for pack in case.rules.packs if REGULATOR_ROUTE in case.asked(pack)]
    found = [authority for pack in asking for authority in _authorities(pack)]
    return [one for one in found if one.name.casefold() not in names]


def regulators(packs: tuple[RulePack, ...]) -> list[Authority]:
    """The authorities of some packs that may be told, where silence is what they may be told of."""
    telling = [pack for pack in packs if pack.silence_effect == "regulator_may_be_told"]
    return [one for pack in telling for one in _authorities(pack) if one.type == "regulator"]


def shown_of(pack: RulePack, told: list[Outside], besides: list[Authority]) -> frozenset[str]:
    """The blocks about outside bodies that the letter shows of those of one pack."""
    own = frozenset(block for body in told if pack.id in body.packs for block in body.shows)
    regulated = any((one.pack, one.type) == (pack.id, "regulator") for one in besides)
    return own | {REGULATOR_ROUTE} if regulated else own


def _outside(case: Case, body: ExternalBody, packs: list[RulePack]) -> Outside:
    routes = [pack.route for pack in packs if pack.route]
    binding = next((route for route in routes if route.binding), None)
    gates = [_gate(case, pack) for pack in packs]
    limit = promises.window_if_sent(Rules(tuple(packs)), case.file.complaint, _counted_from(case))
    opens = [gate for gate in gates if isinstance(gate, Moment)]
    return Outside(
        packs=tuple(pack.id for pack in packs),
        name=body.name,
        contact=body.contact,
        url=body.url,
        scope_limits=body.scope_limits,
        free=body.free,
        is_regulator=any(body.name.casefold() in _regulators_of(pack) for pack in packs),
        effect=binding.binding if binding else None,
        binding_up_to=_binding_up_to(case.language, binding) if binding else None,
        is_open=True in gates,
        opens=opens[0] if opens else None,
        until=case.moment(limit.due_at, limit.zone) if limit and limit.due_at else None,
    )


def _gate(case: Case, pack: RulePack) -> Moment | bool:
    """Whether the way is open once the letter is there; if not, since when it is, where that is known."""
    opened = promises.opened_at(pack, _once_sent(case))
    if opened is None:
        return not (pack.route and pack.route.opens_when.value)
    return opened <= case.now or case.moment(opened, pack.timezone)


def _counted_from(case: Case) -> datetime:
    """The letter from which the player's time counts: this one, but for one that answers nothing."""
    told = case.file.complaint.last_response_sent_at if case.letter.kind is LetterKind.REOPENED else None
    return told or case.now


def _once_sent(case: Case) -> Complaint:
    """The complaint as it is once the letter is there; the first answer stays the first."""
    complaint = case.file.complaint
    if case.letter.kind is LetterKind.DEADLOCK:
        return replace(complaint, deadlock_sent_at=case.now)
    if case.letter.kind in _AS_IF_ANSWERED:
        first = complaint.final_response_sent_at or case.now
        return replace(complaint, final_response_sent_at=first, last_response_sent_at=case.now)
    return complaint


def _binding_up_to(language: Language, route: Route) -> str | None:
    scope = route.scope.value
    most = scope.max_binding_amount_minor if scope else None
    return language.money(most, scope.currency) if scope and most else None


def _authorities(pack: RulePack) -> Iterator[Authority]:
    for body in pack.external_bodies:
        if body.name and body.type in AUTHORITIES:
            decides = body.binding != "none"
            yield Authority(pack=pack.id, type=body.type, name=body.name, url=body.url, decides=decides)


def _regulators_of(pack: RulePack) -> set[str]:
    return {one.name.casefold() for one in _authorities(pack) if one.type == "regulator"}
