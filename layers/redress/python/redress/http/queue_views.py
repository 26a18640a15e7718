"""What the operator's API shows of teams and their queues."""

from collections.abc import Iterable
from typing import TypedDict

from redress.http.list_views import ListedView
from redress.region import Region
from redress.usecases.queues import Workload


class NextView(TypedDict):
    """The complaint that is next for a person, with their lease of it; null when there is none for them."""

    complaint: ListedView | None


class LeasedView(TypedDict):
    """A complaint with the lease that is held of it now, if any."""

    complaint: ListedView


class TeamView(TypedDict):
    """A team, the categories it owns, its members (subject ids); where none is listed anybody may be one."""

    id: str
    name: str
    categories: list[str]
    members: list[str]


class LevelView(TypedDict):
    """A level of escalation: the mailbox that it reaches, and the supervisors (subject ids) behind it."""

    level: int
    name: str
    email: str
    members: list[str]


class TeamsView(TypedDict):
    """The teams, and whom a complaint reaches that is escalated."""

    items: list[TeamView]
    escalation: list[LevelView]


class TasksLoadView(TypedDict):
    """The open tasks of a team."""

    open: int
    overdue: int


class ConsultationsLoadView(TypedDict):
    """The anonymous consultations of a team that wait for an answer."""

    open: int
    overdue: int


class LoadView(TypedDict):
    """The open complaints of an assignee (subject id)."""

    assignee: str
    open: int
    overdue: int


class WorkloadView(TypedDict):
    """What a team has to do, practice aside. When `capped`, counted among the first in its queues only."""

    team: str
    open: int
    unassigned: int
    overdue: int
    due_within_24_hours: int
    needs_human: int
    tasks: TasksLoadView
    consultations: ConsultationsLoadView
    by_assignee: list[LoadView]
    capped: bool


def teams(region: Region) -> TeamsView:
    """The teams and the levels of escalation."""
    return {
        "items": [
            {
                "id": one.id,
                "name": one.name,
                "categories": list(one.categories),
                "members": list(one.members),
            }
            for one in region.teams
        ],
        "escalation": [
            {"level": level, "name": one.name, "email": one.email, "members": list(one.members)}
            for level, one in enumerate(region.escalation, start=1)
        ],
    }


def workload(team: str, one: Workload) -> WorkloadView:
    """What a team has to do."""
    return {
        "team": team,
        "open": one.open,
        "unassigned": one.unassigned,
        "overdue": one.overdue,
        "due_within_24_hours": one.due_soon,
        "needs_human": one.needs_human,
        "tasks": {"open": one.tasks, "overdue": one.overdue_tasks},
        "consultations": {"open": one.consultations, "overdue": one.overdue_consultations},
        "by_assignee": list(_loads(one)),
        "capped": one.capped,
    }


def _loads(one: Workload) -> Iterable[LoadView]:
    return ({"assignee": each.assignee, "open": each.open, "overdue": each.overdue} for each in one.loads)
