"""What the operator's API shows of corrective actions. Instants are RFC 3339 in UTC, days are local."""

from collections.abc import Iterable
from typing import TypedDict

from redress.domain import instants
from redress.domain.actions import CorrectiveAction
from redress.http.views import text
from redress.region import Region


class ActionView(TypedDict):
    """What is done so that a cause brings no more complaints; open until `done_on` is told.

    `cause` has the id that the region file has for it now, `owner` is a team. `opened_by` and `completed_by`
    are the application and the person.
    """

    action: str
    version: int
    title: str
    cause: str
    owner: str
    due_on: str
    opened_at: str
    opened_by: str
    done_on: str | None
    completed_at: str | None
    completed_by: str | None


class ActionPageView(TypedDict):
    """A part of the list, what is due first before the others.

    `cursor` and `next` lead to the part that follows and are null at the end.
    """

    items: list[ActionView]
    cursor: str | None
    next: str | None


def action(one: CorrectiveAction, region: Region) -> ActionView:
    """A corrective action as it stands."""
    return {
        "action": one.id,
        "version": one.version,
        "title": one.title,
        "cause": region.present_cause(one.cause) or one.cause,
        "owner": one.owner,
        "due_on": one.due_on,
        "opened_at": instants.to_text(one.opened_at),
        "opened_by": one.opened_by,
        "done_on": one.done_on,
        "completed_at": text(one.completed_at),
        "completed_by": one.completed_by,
    }


def page(
    found: Iterable[CorrectiveAction], region: Region, cursor: str | None, next_path: str | None
) -> ActionPageView:
    """A part of the list."""
    return {"items": [action(one, region) for one in found], "cursor": cursor, "next": next_path}
