"""What the rules of triage look at, and the command that comes of what they say."""

from datetime import date, timedelta
from typing import Any

from redress.domain import clock, promises, signals, triage
from redress.domain.audit import Content
from redress.domain.categories import Category
from redress.domain.commands import Triage
from redress.domain.complaint import Complaint
from redress.domain.events import PlayerReplied
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.usecases.change import Desk
from redress.usecases.ports import CaseFile, Listed

REMEMBERED = timedelta(days=365)
LOOKED_AT = 50  # of a player's latest complaints
# What a complaint may leave out and triage would rather have.
WANTED = ("account", "transaction_references")


def triage_command(desk: Desk, case: CaseFile) -> Triage:
    """How the rules of the region weigh the complaint as it stands now.

    A complaint that has a team keeps it, unless a rule names another. Where the rules are worried about the
    player, those begin who know about safer gambling.
    """
    rules = desk.region.rules_of(case.complaint)
    weights = triage.rules(desk.region.triage, desk.region.severe_amount_minor)
    found = triage.assess(_facts(desk, case, rules), weights)
    one = case.complaint
    care = triage.DUTY_OF_CARE in found.reasons and one.team is None
    category = Category.SAFER_GAMBLING if care else one.category
    return Triage(
        team=found.team or one.team or desk.region.team_for(category).id,
        severity=found.severity,
        priority=found.priority,
        nature=found.nature,
        validity=found.validity,
        needs_human=found.needs_human,
        reasons=found.reasons,
        content={"why": list(found.explanation)},
    )


def _facts(desk: Desk, case: CaseFile, rules: Rules) -> triage.Facts:
    one, told = case.complaint, case.contents.get(1, {})
    others = _others(desk, case)
    recent = [other for other in others if one.received_at - other.received_at < REMEMBERED]
    return triage.Facts(
        category=one.category,
        brand=one.brand,
        jurisdiction=one.jurisdiction,
        channel=one.channel,
        language=one.language,
        residence=told.get("residence"),
        amount_minor=one.amount_minor,
        currency=one.currency,
        occurred_on=one.occurred_on,
        age_days=_age_days(one, rules),
        earlier=len(recent),
        open_alike=tuple(other.number for other in others if _is_alike(one, other)),
        missing=_missing(one, told),
        filing_window_passed=_filed_late(one, rules),
        vulnerable=bool(told.get("vulnerable")),
        signals=signals.find(_text_of(case)),
    )


def _others(desk: Desk, case: CaseFile) -> list[Listed]:
    """The player's other complaints that were received before this one."""
    if case.player is None:
        return []
    found = desk.store.list_player(case.player, LOOKED_AT, None).items
    one = case.complaint
    return [
        other for other in found if other.number != one.number and other.received_at <= one.own_received_at
    ]


def _is_alike(one: Complaint, other: Listed) -> bool:
    return other.stage != Stage.CLOSED and other.category == one.category


def _age_days(one: Complaint, rules: Rules) -> int | None:
    if one.occurred_on is None:
        return None
    received_on = clock.local_day(one.own_received_at, rules.zone)
    return max(0, (received_on - date.fromisoformat(one.occurred_on)).days)


def _missing(one: Complaint, told: Content) -> tuple[str, ...]:
    absent = [name for name in WANTED if not told.get(name)]
    absent += [name for name in ("occurred_on", "amount_minor") if getattr(one, name) is None]
    return tuple(absent)


def _filed_late(one: Complaint, rules: Rules) -> bool:
    """Whether the time to complain had passed by the licence's pack when the complaint came."""
    windows = [
        due
        for due in promises.promises(rules, one)
        if due.clock == promises.FILING_WINDOW and due.pack is rules.licence
    ]
    return any(due.due_at and due.due_at <= one.own_received_at for due in windows)


def _text_of(case: CaseFile) -> str:
    """Everything the player wrote so far."""
    told: list[Any] = [case.contents.get(1, {}).get("description"), case.contents.get(1, {}).get("remedy")]
    told += [content.get("text") for seq, content in case.contents.items() if _is_reply(case, seq)]
    return "\n".join(text for text in told if isinstance(text, str))


def _is_reply(case: CaseFile, seq: int) -> bool:
    return isinstance(case.records[seq - 1].event, PlayerReplied)
