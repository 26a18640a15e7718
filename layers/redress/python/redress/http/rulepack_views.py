"""What the operator's API shows of rule packs: the time-table that each promises."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from redress.domain import promises
from redress.domain.promises import STAGES, TARGET
from redress.domain.rulepack import Deadline, ExternalBody, RulePack, Sourced
from redress.domain.rules import at_receipt
from redress.region import Region


class RuleView(TypedDict):
    """A deadline: what it is (`kind`), how long, from when on, how binding and how sure.

    `categories` are those it holds for; where there are none, all that no other rule of the clock names.
    `source` is null for a promise of the operator's own.
    """

    clock: str
    categories: list[str]
    kind: str
    amount: int
    unit: str
    anchor: str
    strength: str
    confidence: str
    source: str | None


class RulePackView(TypedDict):
    """A rule pack in the version that a complaint received now runs by; the days are local ones of `zone`."""

    id: str
    name: str
    version: str
    valid_from: str
    valid_to: str | None
    zone: str
    clocks: list[RuleView]


class RulePacksView(TypedDict):
    """The rule packs of the brands that the caller may see."""

    items: list[RulePackView]


def rule_packs(region: Region, now: datetime) -> RulePacksView:
    """The packs that the region's brands name, by id, each as it is at `now`."""
    named = sorted({pack_id for brand in region.brands for pack_id in brand.jurisdictions})
    packs = [at_receipt(pack_id, None, (), now, region.rules).licence for pack_id in named]
    return {"items": [_pack(pack) for pack in packs]}


def _pack(one: RulePack) -> RulePackView:
    return {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        "zone": one.timezone,
        "clocks": [view for rule in _rules(one) for view in _rule(rule)],
    }


type _Rule = tuple[str, tuple[str, ...], Sourced[Deadline]]  # the clock, the categories, what it says


def _rules(pack: RulePack) -> Iterator[_Rule]:
    """The rules of each clock, by the names and in the order of a complaint's promises."""
    for name, stage in STAGES.items():
        yield name, (), pack.owed(stage)
        for track in pack.categories:
            if stage in track.stages:
                yield name, track.match, pack.owed(stage, track.match[0])
        target = pack.house.targets.get(stage)
        if target and pack.rule(stage).value:
            yield name + TARGET, (), Sourced(value=target)
    for place, body in enumerate(pack.external_bodies):
        yield from _body_rules(body, f"_{body.key}" if place else "")
    yield promises.FILING_WINDOW, (), pack.intake.filing_window


def _body_rules(body: ExternalBody, suffix: str) -> Iterator[_Rule]:
    yield promises.GATEWAY + suffix, (), body.opens_when
    yield promises.ADR_WINDOW + suffix, (), body.referral_limit
    yield promises.ADR_REPLY + suffix, (), body.operator_reply
    yield promises.ADR_DECISION + suffix, (), body.decision_time


def _rule(one: _Rule) -> Iterator[RuleView]:
    """The rule, if it says something: where the law is silent there is no date to show."""
    clock, categories, rule = one
    if rule.value:
        yield {
            "clock": clock,
            "categories": list(categories),
            "kind": rule.value.kind,
            "amount": rule.value.amount,
            "unit": rule.value.unit,
            "anchor": rule.value.anchor,
            "strength": rule.strength,
            "confidence": rule.confidence,
            "source": rule.source.citation if rule.source else None,
        }
