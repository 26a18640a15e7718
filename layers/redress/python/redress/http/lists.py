"""The lists of the operator's API: each reads exactly one index, page by page, for the caller's brands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from redress.domain import player
from redress.domain.errors import FieldProblem, InvalidInput
from redress.http import list_views
from redress.http.answer import Answer
from redress.http.changing import refuse
from redress.http.requests import Call
from redress.store import keys
from redress.usecases.ports import Narrow, Page

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import list_bodies as bodies

NOBODY = "none"  # as assignee
FILTERS = ("stage", "category", "priority", "severity", "needs_human", "assignee")
LISTS = "Send team, or jurisdiction and month, or brand with either account or email."


def list_complaints(call: Call, asked: bodies.ListQuery) -> Answer:
    """List complaints of a team's queue, of a register month, or of a player.

    Exactly one of the three: `team`; `jurisdiction` and `month`; `brand` with `account` or `email`. A queue
    shows first what a human has to see at once, then what is due first; the others show the latest first.
    With `training` the practice complaints of a queue or register are listed instead of the others. All other
    parameters narrow the list. A page is read on until it is full, the list ends, or some 500 complaints were
    looked at: with filters that leave little it may be short, even empty, before the end. A cursor fits the
    list and the filters that it was given for.
    """
    found = _list(call, asked)
    following = _following("/v1/complaints", asked, found.cursor)
    return Answer(body=list_views.page(found, following, call.desk.now()))


def list_tasks(call: Call, asked: bodies.TaskQuery) -> Answer:
    """List the open tasks of a team, the earliest due first; those of practice complaints are in no list."""
    found = call.desk.store.list_tasks(
        asked.team, asked.limit, asked.cursor, _narrow(call, asked), total=bool(asked.total)
    )
    following = _following("/v1/tasks", asked, found.cursor)
    return Answer(body=list_views.task_page(found, following, call.desk.now()))


def _list(call: Call, asked: bodies.ListQuery) -> Page:
    """The list that exactly these parameters name."""
    store, narrow = call.desk.store, _narrow(call, asked)
    part: tuple[int, str | None, Narrow] = (asked.limit, asked.cursor, narrow)
    training, total = bool(asked.training), bool(asked.total)
    match _named(asked):
        case {"team": team, **others} if not others:
            return store.list_queue(team, *part, training=training, total=total)
        case {"jurisdiction": pack, "month": month, **others} if not others:
            _refuse_for_queues(asked)
            begins = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
            return store.list_register(keys.register(pack, begins, training=training), *part, total=total)
        case {"brand": brand, "account": _, **others} | {"brand": brand, "email": _, **others} if not others:
            _refuse_for_queues(asked)
            if asked.training:
                refuse("training", "one_list", "Leave it out: practice complaints belong to no player.")
            return store.list_player(_player(call, brand, asked.account, asked.email), *part, total=total)
        case _:
            raise _no_list(asked)


def _named(asked: bodies.ListQuery) -> dict[str, Any]:
    """What was sent to name the list."""
    return asked.model_dump(
        exclude_none=True, include={"team", "jurisdiction", "month", "brand", "account", "email"}
    )


def _refuse_for_queues(asked: bodies.ListQuery) -> None:
    if asked.overdue is not None:
        refuse("overdue", "one_list", "Only a queue is ordered by what is due: send it with team alone.")


def _no_list(asked: bodies.ListQuery) -> InvalidInput:
    """Which list was meant, as far as it can be told, and what would name it."""
    if asked.team and (asked.jurisdiction or asked.month or asked.brand):
        hint = f"A team's queue is narrowed by {', '.join(FILTERS)} and overdue only. "
    elif asked.jurisdiction or asked.month:
        hint = "A register is named by jurisdiction and month, and by nothing else. "
    elif asked.brand or asked.account or asked.email:
        hint = "A player is named by brand, and by either account or email. "
    elif any(getattr(asked, name) is not None for name in (*FILTERS, "overdue", "training")):
        hint = "What was sent narrows a list, and names none. "
    else:
        hint = ""
    return InvalidInput([FieldProblem("query", "one_list", hint + LISTS)])


def _narrow(call: Call, asked: bodies.ListQuery | bodies.TaskQuery) -> Narrow:
    """The filters, and the brands that the caller may see."""
    given = asked.model_dump(include=set(FILTERS), exclude_none=True)
    stage, assignee = given.pop("stage", None), given.pop("assignee", None)
    return Narrow(
        brands=call.caller.client.brands,
        stages=(stage,) if stage else None,
        assignee=None if assignee == NOBODY else assignee,
        unassigned=assignee == NOBODY,
        overdue_at=call.desk.now() if asked.overdue else None,
        **given,
    )


def _following(path: str, asked: bodies.ListQuery | bodies.TaskQuery, cursor: str | None) -> str | None:
    """Where the next part is: what was asked, with the cursor, and without counting again."""
    if cursor is None:
        return None
    given = asked.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"cursor", "total"})
    return f"{path}?{urlencode({name: _sent(value) for name, value in given.items()} | {'cursor': cursor})}"


def _sent(value: object) -> object:
    """A truth as it is sent."""
    return str(value).lower() if isinstance(value, bool) else value


def _player(call: Call, brand: str, account: str | None, email: str | None) -> str:
    """The brand is part of the index key, so another brand's complaints are not even looked at."""
    if brand not in call.caller.client.brands:
        refuse("brand", "unknown_brand", f"Choose one of: {', '.join(call.caller.client.brands)}.")
    return player.index_key(call.player_secret(), brand, account, email or "")
