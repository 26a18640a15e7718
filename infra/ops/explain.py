"""`redress explain`: every date of a stored complaint in words that a compliance officer can file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from infra.ops import shown
from redress.domain import milestones, promises
from redress.domain.complaint import Complaint
from redress.domain.milestones import Milestone
from redress.domain.promises import Promise
from redress.domain.rules import Rules
from redress.region import Region


def print_dates(complaint: Complaint, region: Region, now: datetime, *, as_json: bool) -> int:
    """Print the dates of a complaint as they stand at `now` (UTC). Raises RulePackInvalid."""
    rules = region.rules_of(complaint)
    if as_json:
        shown.print_json(_as_json(complaint, rules, now))
    else:
        if not region.brands:
            print("Without --region-file: the operator's own settings are left out of account.")
        print("\n".join(_lines(complaint, rules, now)))
    return 0


def _lines(complaint: Complaint, rules: Rules, now: datetime) -> Iterator[str]:
    yield f"Complaint {complaint.number}, {complaint.stage}, category {complaint.category}"
    yield f"Received {shown.instant(complaint.received_at)}, explained as of {shown.instant(now)}"
    yield from _together(complaint)
    if complaint.training:
        yield "Practice: nothing of it is owed"
    for pack in rules.packs:
        yield f"Rule pack {pack.id}, version {pack.version}, zone {pack.timezone}, {pack.calendar.name}"
    yield ""
    for promise in promises.promises(rules, complaint):
        first, *rest = shown.promise_lines(promise)
        yield first
        yield f"  {_standing(promise, now)}"
        yield from [*rest, ""]
    yield from _titled("Pauses:", _pauses(complaint))
    yield from _titled("Extensions:", _extensions(complaint))
    yield from _titled("Tasks that are not done:", _tasks(complaint))
    yield from _titled("What the workflow will do, and when:", _ahead(rules, complaint))


def _titled(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    yield from [title, *found, ""] if found else []


def _standing(promise: Promise, now: datetime) -> str:
    met = f"met at {shown.instant(promise.met_at)}" if promise.met_at else "not met so far"
    if promise.missed(now):
        return f"MISSED: {met}" if promise.kind in promises.OWED else f"passed: {met}"
    return f"in time: {met}"


def _pauses(complaint: Complaint) -> Iterator[str]:
    for one in complaint.pauses:
        until = shown.optional(one.ended_at) or "now on, it still runs"
        stopped = ", ".join(one.clocks)
        yield f"  {one.reason}: from {shown.instant(one.started_at)} to {until}; stopped {stopped}"


def _extensions(complaint: Complaint) -> Iterator[str]:
    for one in complaint.extensions:
        since = f"since {shown.instant(one.holds_since)}" if one.holds_since else "once its letter is sent"
        yield f"  {one.stage} of {one.pack} by {one.amount} {one.unit.replace('_', ' ')}: holds {since}"


def _together(complaint: Complaint) -> Iterator[str]:
    """What else its dates come from, or what they go on in."""
    if complaint.duplicates:
        own, others = shown.instant(complaint.own_received_at), ", ".join(complaint.duplicates)
        yield f"Together with {others}: the earliest receipt counts, its own is {own}"
    if complaint.primary and complaint.linked_at:
        yield f"Goes on in {complaint.primary} since {shown.instant(complaint.linked_at)}"
    if complaint.review:
        reopened_at = shown.instant(complaint.review.reopened_at)
        yield f"Reopened {reopened_at} ({complaint.review.ground.replace('_', ' ')})"


def _tasks(complaint: Complaint) -> Iterator[str]:
    for one in complaint.open_tasks:
        team = one.team or complaint.team or "no team yet"
        due = shown.optional(one.due_at) or "at once"
        yield f"  {one.task.replace('_', ' ')} ({team}): due {due}, asked for {shown.instant(one.opened_at)}"


def _ahead(rules: Rules, complaint: Complaint) -> Iterator[str]:
    for one in milestones.milestones(rules, complaint):
        note = " (a breach if still unmet)" if one.breach else ""
        yield f"  {shown.instant(one.at)}  {one.clock} {one.name}{note}"


def _as_json(complaint: Complaint, rules: Rules, now: datetime) -> dict[str, Any]:
    return {
        "number": complaint.number,
        "stage": complaint.stage,
        "category": complaint.category,
        "received_at": shown.instant(complaint.received_at),
        "own_received_at": shown.instant(complaint.own_received_at),
        "as_of": shown.instant(now),
        "training": complaint.training,
        "duplicates": complaint.duplicates,
        "primary": complaint.primary,
        "reopened_at": shown.optional(complaint.review.reopened_at) if complaint.review else None,
        "packs": [
            {
                "id": pack.id,
                "version": pack.version,
                "zone": pack.timezone,
                "calendar": pack.calendar.name,
            }
            for pack in rules.packs
        ],
        "dates": [_date(one, now) for one in promises.promises(rules, complaint)],
        "pauses": [
            {
                "reason": one.reason,
                "clocks": one.clocks,
                "from": shown.instant(one.started_at),
                "to": shown.optional(one.ended_at),
            }
            for one in complaint.pauses
        ],
        "extensions": [
            {
                "pack": one.pack,
                "stage": one.stage,
                "amount": one.amount,
                "unit": one.unit,
                "holds_since": shown.optional(one.holds_since),
            }
            for one in complaint.extensions
        ],
        "tasks": [
            {
                "task": one.task,
                "team": one.team or complaint.team,
                "asked_at": shown.instant(one.opened_at),
                "due_at": shown.optional(one.due_at),
            }
            for one in complaint.open_tasks
        ],
        "ahead": [_milestone(one) for one in milestones.milestones(rules, complaint)],
    }


def _date(one: Promise, now: datetime) -> dict[str, Any]:
    return {
        **shown.promise(one),
        "met_at": shown.optional(one.met_at),
        "missed": one.missed(now),
    }


def _milestone(one: Milestone) -> dict[str, Any]:
    return {"at": shown.instant(one.at), "clock": one.clock, "name": one.name, "breach": one.breach}
