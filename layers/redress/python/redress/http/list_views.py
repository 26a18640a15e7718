"""What the lists of the operator's API show."""

from datetime import datetime
from typing import TypedDict

from redress.domain import instants
from redress.usecases.ports import Lease, Listed, ListedTask, Page, TaskPage, Total


class LeaseView(TypedDict):
    """Who has a complaint before them (subject id), and until when nobody else is given it (exclusive)."""

    holder: str
    until: str


class SummaryView(TypedDict):
    """What lists, too, show of a complaint."""

    number: str
    version: int
    stage: str
    brand: str
    jurisdiction: str
    category: str
    priority: int | None
    severity: str | None
    needs_human: bool
    training: bool
    team: str | None
    assignee: str | None
    lease: LeaseView | None
    received_at: str
    due_at: str | None


class ListedView(SummaryView):
    """A complaint in a list. `due_at` (exclusive) is the earliest instant at which something is owed.

    `due_at` is null where nothing is known to fall due, `lease` where nobody holds one now. `needs_human`:
    somebody has to see it at once. `training` complaints are practice. `acknowledgement` tells what became of
    it: sent, delayed, delivered, bounced or marked_as_spam; null until it was sent.
    """

    acknowledgement: str | None


class TotalView(TypedDict):
    """How many a list holds, at all its pages together; with `at_least` there may be more."""

    count: int
    at_least: bool


class PageView(TypedDict):
    """A part of a list. `cursor` and `next` lead to the part that follows and are null at the end.

    A page may hold fewer complaints than asked for, even none, before the end: where filters leave little,
    it ends after some 500 complaints were looked at. `total` is null unless it was asked for.
    """

    items: list[ListedView]
    cursor: str | None
    next: str | None
    total: TotalView | None


class ListedTaskView(TypedDict):
    """A task in a list: `task` is its number within the complaint `number`. `due_at` is exclusive."""

    number: str
    task: int
    kind: str
    team: str
    brand: str
    due_at: str
    overdue: bool


class TaskPageView(TypedDict):
    """A part of a list of tasks. `cursor` and `next` lead to the part that follows and are null at the end.

    A page may hold fewer tasks than asked for, even none, before the end. `total` is null unless asked for.
    """

    items: list[ListedTaskView]
    cursor: str | None
    next: str | None
    total: TotalView | None


def page(found: Page, next_path: str | None, now: datetime) -> PageView:
    """A part of a list."""
    return {
        "items": [listed(one, now) for one in found.items],
        "cursor": found.cursor,
        "next": next_path,
        "total": _total(found.total),
    }


def task_page(found: TaskPage, next_path: str | None, now: datetime) -> TaskPageView:
    """A part of a list of tasks."""
    return {
        "items": [_task(one, now) for one in found.items],
        "cursor": found.cursor,
        "next": next_path,
        "total": _total(found.total),
    }


def listed(one: Listed, now: datetime) -> ListedView:
    """A complaint in a list."""
    return {
        "number": one.number,
        "version": one.version,
        "stage": one.stage,
        "brand": one.brand,
        "jurisdiction": one.jurisdiction,
        "category": one.category,
        "priority": one.priority,
        "severity": one.severity,
        "needs_human": one.needs_human,
        "training": one.training,
        "team": one.team,
        "assignee": one.assignee,
        "lease": lease(one.lease, now),
        "received_at": instants.to_text(one.received_at),
        "due_at": instants.to_text(one.due_at) if one.due_at else None,
        "acknowledgement": one.acknowledgement,
    }


def lease(one: Lease | None, now: datetime) -> LeaseView | None:
    """A lease that is live."""
    if one is None or not one.is_live(now):
        return None
    return {"holder": one.holder, "until": instants.to_text(one.until)}


def _task(one: ListedTask, now: datetime) -> ListedTaskView:
    return {
        "number": one.number,
        "task": one.opened,
        "kind": one.task,
        "team": one.team,
        "brand": one.brand,
        "due_at": instants.to_text(one.due_at),
        "overdue": one.due_at <= now,
    }


def _total(one: Total | None) -> TotalView | None:
    return {"count": one.count, "at_least": one.at_least} if one else None
