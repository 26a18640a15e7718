"""Triage: how severe and urgent a complaint is, what stands against it and who owns it, and why.

The rules are data: built-in ones (`redress/triage/rules.toml`) and the region's own. Every rule that fires
counts, whatever its place: the severest severity, the most urgent priority, all doubts about validity. Of
teams alone the first that is named is taken.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import replace
from functools import cache
from typing import Any, Literal

from redress.domain import money
from redress.domain.macros import fill
from redress.domain.reading import TRIAGE_FOLDER, read_data
from redress.domain.values import Value

Severity = Literal["low", "normal", "high", "critical"]
Nature = Literal["complaint", "dispute"]
Validity = Literal["out_of_time", "outside_licence", "outside_jurisdiction", "incomplete"]
Missing = Literal["account", "occurred_on", "amount_minor", "transaction_references"]
Signal = Literal["self_exclusion", "minor", "distress"]

SEVERITIES = ("low", "normal", "high", "critical")
NORMAL, ROUTINE = "normal", 3
MOST_URGENT, LEAST_URGENT = 1, 4
ANY_CURRENCY = "*"
NO_RULE_FIRED = "no_rule_fired"
HARM_SIGNAL = "harm_signal"
DUTY_OF_CARE = "duty_of_care"
"""The reason on record for every rule that looks at the person: events say no more of anybody's health."""

FIELDS = (
    *("category", "brand", "jurisdiction", "channel", "language", "residence", "amount", "threshold"),
    *("occurred_on", "age_days", "earlier", "open_alike", "missing", "signals"),
)
"""What the sentence of a rule may show. None of it is text of the player."""


type Table = Mapping[str, Any]


class Facts(Value):
    """What rules look at. `occurred_on` is a local date, `age_days` whole days from it to receipt.

    `earlier` counts the player's other complaints of the last 365 days, `open_alike` names those that are
    open and of the same category; `missing` names fields that were not given; `vulnerable` is what the
    operator's systems say, `signals` what the text does (`redress.domain.signals`).
    """

    category: str
    brand: str
    jurisdiction: str
    channel: str
    language: str
    residence: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    occurred_on: str | None = None
    age_days: int | None = None
    earlier: int = 0
    open_alike: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    filing_window_passed: bool = False
    vulnerable: bool = False
    signals: tuple[str, ...] = ()


class Assessment(Value):
    """What the rules say of a complaint. `team` None: the category's; `validity` empty: valid.

    `priority` runs from 1, the most urgent, to 4. `reasons` are the rules that fired, in order, and
    `explanation` has a sentence for each. The sentences may name kinds of harm: they are content about a
    person and never part of an event.
    """

    team: str | None
    severity: str
    priority: int
    nature: str
    validity: tuple[str, ...]
    needs_human: bool
    reasons: tuple[str, ...]
    explanation: tuple[str, ...]


class Condition(Value):
    """When a rule fires: every part that is given must hold. Of a list, any one.

    `amount_at_least` maps a currency, or `*` for any other, to minor units. Places are ISO 3166 codes; a
    residence nobody told is neither in a place nor outside one.
    """

    category: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    residence: tuple[str, ...] = ()
    residence_not: tuple[str, ...] = ()
    amount_at_least: Mapping[str, int] = {}
    earlier_at_least: int | None = None
    age_days_at_least: int | None = None
    missing: tuple[Missing, ...] = ()
    filing_window_passed: bool | None = None
    vulnerable: bool | None = None
    signals: tuple[Signal, ...] = ()
    open_alike: bool | None = None


class Outcome(Value):
    """What a rule says when it fires; of a rule that only explains, nothing."""

    team: str | None = None
    severity: Severity | None = None
    priority: int | None = None
    nature: Nature | None = None
    validity: tuple[Validity, ...] = ()
    needs_human: bool = False


class TriageRule(Value):
    """One rule. `why` is the sentence that explains it, with names of FIELDS in braces."""

    id: str
    why: str
    when: Condition
    then: Outcome = Outcome()


def from_table(table: Table) -> TriageRule:
    """A rule from its table in a validated document (TOML or JSON)."""
    when, then = Condition(**_frozen(table["when"])), Outcome(**_frozen(table.get("then", {})))
    return TriageRule(**{**table, "when": when, "then": then})


def _frozen(table: Table) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


@cache
def built_in() -> tuple[TriageRule, ...]:
    """The rules every region begins with. Read once per process."""
    document = read_data("rules", TRIAGE_FOLDER) or {}
    return tuple(from_table(table) for table in document["rules"])


def rules(own: Sequence[Table], severe_amount_minor: int | None = None) -> tuple[TriageRule, ...]:
    """The rules of a region: the built-in ones and its own, which follow or replace one of the same id.

    `own` are tables of the region file, which the deployment has validated. `severe_amount_minor` (minor
    units of whichever currency) takes the place of the built-in threshold for any currency; a threshold of
    the region's own rules stays as it is.
    """
    by_id = {rule.id: _with_threshold(rule, severe_amount_minor) for rule in built_in()}
    return tuple({**by_id, **{table["id"]: from_table(table) for table in own}}.values())


def _with_threshold(rule: TriageRule, minor: int | None) -> TriageRule:
    limits = rule.when.amount_at_least
    if minor is None or ANY_CURRENCY not in limits:
        return rule
    return replace(rule, when=replace(rule.when, amount_at_least={**limits, ANY_CURRENCY: minor}))


def assess(facts: Facts, rules: Sequence[TriageRule]) -> Assessment:
    """What the rules say of a complaint, and why."""
    fired = [rule for rule in rules if _holds(rule.when, facts)]
    outcomes = [rule.then for rule in fired]
    severities = [SEVERITIES.index(one.severity) for one in outcomes if one.severity]
    severity = SEVERITIES[max(severities)] if severities else NORMAL
    priority = min((one.priority for one in outcomes if one.priority), default=ROUTINE)
    told = dict(_told(fired, facts)) or {NO_RULE_FIRED: f"No rule fired: {severity}, priority {priority}."}
    return Assessment(
        team=next((one.team for one in outcomes if one.team), None),
        severity=severity,
        priority=priority,
        nature="dispute" if any(one.nature == "dispute" for one in outcomes) else "complaint",
        validity=tuple(dict.fromkeys(doubt for one in outcomes for doubt in one.validity)),
        needs_human=any(one.needs_human for one in outcomes),
        reasons=tuple(told),
        explanation=tuple(told.values()),
    )


def _told(fired: Sequence[TriageRule], facts: Facts) -> Iterator[tuple[str, str]]:
    """Reasons with their sentences; what several rules say of signals is one reason."""
    sentences: dict[str, list[str]] = {}
    for rule in fired:
        care = rule.when.signals or rule.when.vulnerable is not None
        reason = DUTY_OF_CARE if care else rule.id
        sentences.setdefault(reason, []).append(fill(rule.why, _shown(facts, rule.when)))
    yield from ((reason, " ".join(said)) for reason, said in sentences.items())


def _holds(when: Condition, facts: Facts) -> bool:
    parts = ((check, getattr(when, name)) for name, check in _CHECKS.items())
    return all(check(facts, wanted) for check, wanted in parts if _given(wanted))


def _given(part: object) -> bool:
    """Whether a part of a condition says something; `false` and 0 do."""
    return part is not None and part not in ((), {})


def is_empty(when: Condition) -> bool:
    """Whether the condition has no part at all, and so would hold for every complaint."""
    return not any(_given(getattr(when, name)) for name in _CHECKS)


def _limit(facts: Facts, limits: Mapping[str, int]) -> int | None:
    return limits.get(facts.currency or "", limits.get(ANY_CURRENCY))


def _is_large(facts: Facts, limits: Mapping[str, int]) -> bool:
    limit = _limit(facts, limits)
    return limit is not None and facts.amount_minor is not None and facts.amount_minor >= limit


def _is_in(residence: str | None, places: Sequence[str]) -> bool:
    """US-MI is in the United States, too."""
    return residence is not None and bool({residence, residence.partition("-")[0]} & set(places))


def _is_outside(residence: str | None, places: Sequence[str]) -> bool:
    """Of a player of the United States nobody knows whether they are outside Michigan."""
    if residence is None or _is_in(residence, places):
        return False
    return not any(place.startswith(f"{residence}-") for place in places)


_CHECKS: Mapping[str, Callable[[Facts, Any], bool]] = {
    "category": lambda facts, any_of: facts.category in any_of,
    "brand": lambda facts, any_of: facts.brand in any_of,
    "jurisdiction": lambda facts, any_of: facts.jurisdiction in any_of,
    "channel": lambda facts, any_of: facts.channel in any_of,
    "currency": lambda facts, any_of: facts.currency in any_of,
    "residence": lambda facts, places: _is_in(facts.residence, places),
    "residence_not": lambda facts, places: _is_outside(facts.residence, places),
    "amount_at_least": _is_large,
    "earlier_at_least": lambda facts, number: facts.earlier >= number,
    "age_days_at_least": lambda facts, days: facts.age_days is not None and facts.age_days >= days,
    "missing": lambda facts, any_of: not set(any_of).isdisjoint(facts.missing),
    "filing_window_passed": lambda facts, wanted: facts.filing_window_passed is wanted,
    "vulnerable": lambda facts, wanted: facts.vulnerable is wanted,
    "signals": lambda facts, any_of: not set(any_of).isdisjoint(facts.signals),
    "open_alike": lambda facts, wanted: bool(facts.open_alike) is wanted,
}

_WORDS: Mapping[str, str] = {
    "deposits_withdrawals": "deposits and withdrawals",
    "occurred_on": "date of the event",
    "amount_minor": "amount",
    "transaction_references": "transaction references",
    "self_exclusion": "self-exclusion",
    "minor": "a minor",
}
_NOT_TOLD = "not told"


def _shown(facts: Facts, when: Condition) -> Mapping[str, str]:
    """The fields as a sentence shows them. Of lists only what the rule asked for, so that one says why."""
    missing = [name for name in facts.missing if not when.missing or name in when.missing]
    signals = [name for name in facts.signals if not when.signals or name in when.signals]
    texts = {name: str(value) for name, value in vars(facts).items() if name in FIELDS and value is not None}
    return {
        **dict.fromkeys(FIELDS, _NOT_TOLD),
        **texts,
        "category": _WORDS.get(facts.category, facts.category.replace("_", " ")),
        "amount": _money(facts.amount_minor, facts.currency),
        "threshold": _money(_limit(facts, when.amount_at_least), facts.currency),
        "open_alike": ", ".join(facts.open_alike) or "none",
        "missing": ", ".join(_WORDS.get(name, name) for name in missing) or "nothing",
        "signals": ", ".join(_WORDS.get(name, name) for name in signals) or "none",
    }


def _money(minor: int | None, currency: str | None) -> str:
    if minor is None:
        return _NOT_TOLD
    return money.display(minor, currency) if currency and currency in money.MINOR_DIGITS else str(minor)
