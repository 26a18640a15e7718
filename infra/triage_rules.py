"""What is wrong with a region's own triage rules, told before anything is built."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from redress.domain import packs, triage
from redress.domain.categories import Category
from redress.domain.money import MINOR_DIGITS
from redress.domain.reading import RulePackInvalid, read
from redress.domain.triage import ANY_CURRENCY, FIELDS, HARM_SIGNAL, NO_RULE_FIRED, Condition, TriageRule
from redress.http.intake import Channel
from redress.region import Region

_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_PLACE = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"  # ISO 3166-1 alpha-2 or 3166-2


def faults(operator: Region) -> Iterator[str]:
    """Each fault with its key in the region file and the remedy."""
    seen: set[str] = set()
    for place, table in enumerate(operator.triage):
        key = f"operator.triage.{table.get('id', place)}"
        try:
            rule = read(TriageRule, dict(table))
        except RulePackInvalid as error:
            yield f"{key}.{error.path}: {error.problem}; {error.remedy}"
            continue
        if rule.id in seen:
            yield f"{key}.id: {rule.id!r} is used twice; rename one"
        seen.add(rule.id)
        yield from _rule_faults(key, rule, operator)


def _rule_faults(key: str, rule: TriageRule, operator: Region) -> Iterator[str]:
    if not _ID.fullmatch(rule.id):
        yield f"{key}.id: {rule.id!r}; use lower-case letters, digits and single underscores"
    if rule.id == NO_RULE_FIRED:
        yield f"{key}.id: {rule.id!r} says that no rule fired; rename it"
    if rule.id == HARM_SIGNAL and not _is_fast_lane(rule):
        yield f"{key}: the fast lane must stay; look at all signals and nothing else, with needs_human = true"
    yield from _why_faults(f"{key}.why", rule.why)
    yield from _when_faults(f"{key}.when", rule.when, operator)
    yield from _then_faults(f"{key}.then", rule, operator)


def _is_fast_lane(rule: TriageRule) -> bool:
    every_signal = set(rule.when.signals) == set(get_args(triage.Signal))
    return every_signal and rule.when == Condition(signals=rule.when.signals) and rule.then.needs_human


def _why_faults(key: str, why: str) -> Iterator[str]:
    if not why.strip():
        yield f"{key}: empty; write the sentence that explains the rule"
    unknown = sorted(set(re.findall(r"{(.*?)}", why)) - set(FIELDS))
    if unknown:
        yield f"{key}: unknown fields {', '.join(unknown)}; use {', '.join(FIELDS)}"


def _when_faults(key: str, when: Condition, operator: Region) -> Iterator[str]:
    if triage.is_empty(when):
        yield f"{key}: empty, so it would hold for every complaint; give it a part such as category"
    known: Mapping[str, Sequence[str]] = {
        "category": list(Category),
        "brand": [brand.id for brand in operator.brands],
        "jurisdiction": packs.known(),
        "channel": get_args(Channel),
    }
    for name, allowed in known.items():
        unknown = [value for value in getattr(when, name) if value not in allowed]
        yield from (f"{key}.{name}: {value!r} is unknown; use {', '.join(allowed)}" for value in unknown)
    yield from _place_faults(f"{key}.residence", when.residence)
    yield from _place_faults(f"{key}.residence_not", when.residence_not)
    yield from _amount_faults(key, when)
    for name in ("earlier_at_least", "age_days_at_least"):
        yield from _below_one(f"{key}.{name}", getattr(when, name))


def _place_faults(key: str, places: Sequence[str]) -> Iterator[str]:
    for place in places:
        if not re.fullmatch(_PLACE, place):
            yield f"{key}: {place!r} is no ISO 3166 code; write one such as GB or US-MI"


def _amount_faults(key: str, when: Condition) -> Iterator[str]:
    limits: Mapping[str, Any] = when.amount_at_least
    for currency in (*when.currency, *limits):
        if currency not in MINOR_DIGITS and not (currency == ANY_CURRENCY and currency in limits):
            yield f"{key}: {currency!r} is no currency; use its ISO 4217 code, for amounts also *"
    for currency, minor in limits.items():
        yield from _below_one(f"{key}.amount_at_least.{currency}", minor)


def _below_one(key: str, number: int | None) -> Iterator[str]:
    if number is not None and number < 1:
        yield f"{key}: must be 1 or more"


def _then_faults(key: str, rule: TriageRule, operator: Region) -> Iterator[str]:
    then = rule.then
    if then.team is not None and operator.team(then.team) is None:
        teams = ", ".join(team.id for team in operator.teams)
        yield f"{key}.team: {then.team!r} is no team of this file; use {teams}"
    if then.priority is not None and not triage.MOST_URGENT <= then.priority <= triage.LEAST_URGENT:
        yield f"{key}.priority: {then.priority}; use 1 (most urgent) to 4"
