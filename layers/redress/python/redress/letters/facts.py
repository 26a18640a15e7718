"""What a letter may say, taken from the complaint, its rule pack and the region file."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from redress.domain import clock, money, promises
from redress.domain.audit import Content
from redress.domain.correspondence import TO_STAFF, Letter, LetterKind
from redress.domain.events import Escalated, MilestoneReached
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.letters import plain
from redress.letters.blocks import LetterIncomplete
from redress.region import Brand, Region
from redress.usecases.ports import CaseFile

_LONGEST_FIRST = (("calendar_days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))

type Facts = Mapping[str, Any]


class Moment(Value):
    """An instant as people read it: local `day` and `time` of `zone`, and whether it is `past`.

    `last_day` is the day that ends with it, where one does: a due instant at midnight is said as the end of
    the day before.
    """

    day: date
    time: str
    zone: str
    last_day: date | None
    past: bool


class Span(Value):
    """A length of time, roughly, in the largest unit that it has two of."""

    amount: int
    unit: str


class Case(Value):
    """Everything a letter is written from."""

    letter: Letter
    file: CaseFile
    region: Region
    rules: Rules
    brand: Brand
    link: str
    now: datetime

    @property
    def id(self) -> str:
        """The letter's id, the same whenever it goes again."""
        return f"{self.file.complaint.number}/{self.letter.key}"

    def moment(self, at: datetime) -> Moment:
        """An instant in the zone of the pack."""
        zone = self.rules.zone
        last_day = clock.local_day(at - clock.TICK, zone)
        ends = clock.day_start(last_day + timedelta(days=1), zone) == at
        local = at.astimezone(ZoneInfo(zone))
        return Moment(
            day=local.date(),
            time=f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}",
            zone=zone,
            last_day=last_day if ends else None,
            past=at <= self.now,
        )

    def content(self, seq: int, name: str) -> str:
        """A text kept beside event `seq`, made plain. Raises LetterIncomplete when it is not there."""
        typed = plain.text(str(self.file.contents.get(seq, {}).get(name) or ""))
        if not typed:
            raise LetterIncomplete(self.id, [name])
        return typed

    @property
    def received(self) -> Content:
        """What the player sent in the first place."""
        return self.file.contents.get(1, {})


def addressee(case: Case) -> str:
    """The mailbox: the player's; for staff the team's, the escalation level's, for a breach the highest.

    Raises LetterIncomplete when the player's address is not there (erased, say).
    """
    if case.letter.kind not in TO_STAFF:
        return case.content(1, "email")
    complaint, mailboxes = case.file.complaint, case.region.escalation
    levels = {
        LetterKind.WARNING: 0,
        LetterKind.ESCALATION: complaint.escalation_level,
        LetterKind.BREACH: len(mailboxes),
    }
    level = min(levels[case.letter.kind], len(mailboxes))
    team = case.region.team(complaint.team or "") or case.region.team_for(complaint.category)
    return mailboxes[level - 1] if level else team.email


def facts_of(case: Case) -> Facts:
    """The values that the template of the letter uses."""
    complaint = case.file.complaint
    common = {
        "number": complaint.number,
        "brand": case.brand,
        "ink": _ink_on(case.brand.colour),
        "category": complaint.category,
        "today": case.moment(case.now),
    }
    if case.letter.kind in TO_STAFF:
        return common | _for_staff(case)
    more = _OF_KIND.get(case.letter.kind)
    return common | _for_player(case) | (more(case) if more else {})


def _for_player(case: Case) -> dict[str, Any]:
    complaint = case.file.complaint
    return {
        "link": case.link,
        "name": plain.name(str(case.received.get("name") or "")),
        "received": case.moment(complaint.received_at),
        "final": _final(case),
        "waiting": complaint.waiting_for_player,
        "body": case.brand.jurisdictions.get(case.rules.licence.id),
    }


def _final(case: Case) -> Moment | None:
    """When the final response is due; None while its clock stands still."""
    due = promises.final_due(case.rules, case.file.complaint)
    return case.moment(due.due_at) if due and due.due_at else None


def _procedure(case: Case) -> dict[str, Any]:
    category = case.file.complaint.category
    return {
        "ack_within": case.rules.licence.deadline("ack", category),
        "final_within": case.rules.licence.deadline("final", category),
        "progress_every": case.rules.house.progress_every,
    }


def _question(case: Case) -> dict[str, Any]:
    return {"question": case.content(case.letter.cause, "question")}


def _decision(case: Case) -> dict[str, Any]:
    decision = case.file.complaint.decision
    if decision is None:
        raise LetterIncomplete(case.id, ["decision"])
    amount, currency = decision.redress_minor, decision.currency
    clause = case.file.contents.get(decision.seq, {}).get("clause")
    return {
        "outcome": decision.outcome,
        "reasons": case.content(decision.seq, "reasons"),
        "clause": plain.text(str(clause or "")),
        "redress": money.display(amount, currency) if amount and currency else None,
        **_referral(case),
    }


def _referral(case: Case) -> dict[str, Any]:
    """How the outside route is described. The letter opens it, so its limit counts from now."""
    body = case.rules.licence.route
    limit = promises.window_if_sent(case.rules, case.file.complaint, case.now)
    scope = body.scope.value if body else None
    most = scope.max_binding_amount_minor if scope else None
    return {
        "referral": case.moment(limit.due_at) if limit and limit.due_at else None,
        "binding": body is not None and body.binding in {"operator", "both"},
        "binding_up_to": money.display(most, scope.currency) if scope and most else None,
    }


_OF_KIND: Mapping[LetterKind, Callable[[Case], dict[str, Any]]] = {
    LetterKind.ACKNOWLEDGEMENT: _procedure,
    LetterKind.INFORMATION_REQUEST: _question,
    LetterKind.FINAL_RESPONSE: _decision,
    LetterKind.DEADLOCK: _referral,
}


def _for_staff(case: Case) -> dict[str, Any]:
    """No name and no word of the player: a notice may be forwarded, and it lies in many mailboxes."""
    complaint = case.file.complaint
    record = case.file.records[case.letter.cause - 1]
    of_clock = _milestone(case).clock
    due_at = _due(case, of_clock)
    team = case.region.team(complaint.team or "") or case.region.team_for(complaint.category)
    return {
        "clock": of_clock,
        "due": case.moment(due_at) if due_at else None,
        "left": _span(due_at - case.now) if due_at else None,
        "happened": case.moment(record.at),
        "level": complaint.escalation_level,
        "team": team.name,
        "assignee": complaint.assignee,
        "stage": complaint.stage,
        "rules": case.rules.licence.name or case.rules.licence.id,
    }


def _milestone(case: Case) -> MilestoneReached:
    """The milestone that caused the notice: an escalation is recorded right after its own."""
    records, cause = case.file.records, case.letter.cause
    if isinstance(records[cause - 1].event, Escalated):
        cause -= 1
    event = records[cause - 1].event
    if not isinstance(event, MilestoneReached):
        raise LetterIncomplete(case.id, ["milestone"])
    return event


def _due(case: Case, of_clock: str) -> datetime | None:
    """When the duty of a clock falls due; None while it stands still."""
    first = promises.governing(promises.promises(case.rules, case.file.complaint), of_clock)
    return first.due_at if first else None


def _span(length: timedelta) -> Span | None:
    """`3 days`, `5 hours`; None for none left."""
    seconds = int(length.total_seconds())
    found = [Span(amount=seconds // size, unit=unit) for unit, size in _LONGEST_FIRST if seconds >= 2 * size]
    if found:
        return found[0]
    return Span(amount=seconds, unit="seconds") if seconds > 0 else None


def _ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance, WCAG 2.2)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.179 else "#000000"
