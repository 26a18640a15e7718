"""The register of corrective actions in the operator's API. Imported when the first request for it comes."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from redress.domain import actions
from redress.domain.actions import CorrectiveAction
from redress.http import action_views
from redress.http.answer import Answer
from redress.http.causes import check_cause
from redress.http.changing import refuse
from redress.http.outcomes import tag
from redress.http.requests import Call
from redress.usecases import actions as register
from redress.usecases import change
from redress.usecases.actions import ActionDesk
from redress.usecases.change import Changed

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import action_bodies as bodies

PATH = "/v1/corrective-actions"
EARLIEST = date(2000, 1, 1)  # an earlier day is a slip of the pen,
LONGEST = timedelta(days=3653)  # and so is one in more than ten years


def open_action(call: Call, asked: bodies.NewAction) -> Answer:
    """Open a corrective action: something that is to be done so that a cause brings no more complaints."""
    opened = CorrectiveAction(
        id=actions.from_random(call.random_bits(actions.RANDOM_BITS)),
        title=asked.title,
        cause=check_cause(call, asked.cause),
        owner=_team(call, asked.owner),
        due_on=_day("due_on", asked.due_on, _today(call) + LONGEST),
        opened_at=call.desk.now(),
        opened_by=call.actor,
    )
    outcome = _earlier(call) or register.open_action(_desk(call), opened, call.once)
    return _shown(call, outcome, 201)


def list_actions(call: Call, asked: bodies.ActionQuery) -> Answer:
    """List the corrective actions, what is due first before the others. They are those of all brands."""
    done = None if asked.state is None else asked.state == "done"
    after = _from_cursor(asked.cursor) if asked.cursor else None
    found, last = register.listed(_desk(call), asked.limit, after, done=done)
    cursor = base64.urlsafe_b64encode(" ".join(last).encode()).decode() if last else None
    given = {"state": asked.state} if asked.state else {}
    following = f"{PATH}?{urlencode({**given, 'limit': asked.limit, 'cursor': cursor})}" if cursor else None
    return Answer(body=action_views.page(found, call.desk.region, cursor, following))


def get_action(call: Call) -> Answer:
    """Show a corrective action, with who opened and completed it."""
    one = register.find(_desk(call), call.path["action"])
    return Answer(body=action_views.action(one, call.desk.region), headers=tag(one.version))


def complete_action(call: Call, asked: bodies.ActionCompletion) -> Answer:
    """Say that a corrective action is done, and since which day: what came before and after is compared."""
    done_on = _day("done_on", asked.done_on, _today(call))
    outcome = _earlier(call) or register.complete(
        _desk(call), call.path["action"], done_on, call.actor, call.version, call.once
    )
    return _shown(call, outcome)


def _desk(call: Call) -> ActionDesk:
    return ActionDesk(store=call.actions(), now=call.desk.now)


def _shown(call: Call, outcome: Changed, status: int = 200) -> Answer:
    """The action as it stands now."""
    one = register.find(_desk(call), outcome.number)
    headers = tag(one.version)
    if status == 201:
        headers["Location"] = f"{PATH}/{one.id}"
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Answer(status=status, body=action_views.action(one, call.desk.region), headers=headers)


def _earlier(call: Call) -> Changed | None:
    """What the same request led to before. Raises IdempotencyKeyReused."""
    answer = call.desk.store.answer(call.once.client, call.once.key, call.desk.now())
    return change.replay(call.once, answer) if answer else None


def _team(call: Call, owner: str) -> str:
    region = call.desk.region
    if region.team(owner) is None:
        refuse("owner", "unknown_team", f"Choose one of: {', '.join(team.id for team in region.teams)}.")
    return owner


def _today(call: Call) -> date:
    """The latest day that it is anywhere on earth."""
    return (call.desk.now() + timedelta(hours=14)).date()


def _day(field: str, told: str, latest: date) -> str:
    """A day that is no slip of the pen. Raises InvalidInput."""
    day = date.fromisoformat(told)
    if day < EARLIEST:
        refuse(field, "date_too_early", f"Give a day since {EARLIEST}.")
    if day > latest:
        rule = "date_in_future" if field == "done_on" else "date_too_late"
        refuse(field, rule, f"Give a day up to {latest}.")
    return told


def _from_cursor(cursor: str) -> tuple[str, str]:
    """The place where the part before ended. Raises InvalidInput for a cursor of another list."""
    try:
        due_on, _, action = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
        date.fromisoformat(due_on)
    except ValueError:
        due_on, action = "", ""
    if not due_on or actions.parse(action) != action:
        refuse("cursor", "cursor", "Send the cursor that the page before gave, or none.")
    return due_on, action
