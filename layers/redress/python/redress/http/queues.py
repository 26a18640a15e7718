"""Teams and their queues in the operator's API: what is next for whom, leases, workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redress.domain.errors import NoSuchTeam
from redress.http import list_views, queue_views
from redress.http.answer import Answer
from redress.http.changing import number_of
from redress.http.requests import Call, acting_person
from redress.region import Team
from redress.usecases import queues
from redress.usecases.ports import Listed
from redress.usecases.queues import Person, Taken

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import list_bodies as bodies


def list_teams(call: Call) -> Answer:
    """List the teams with their members, and whom each level of escalation reaches."""
    return Answer(body=queue_views.teams(call.desk.region))


def show_workload(call: Call) -> Answer:
    """Show how much a team has to do, and who has how much of it.

    Counted are the complaints of the caller's brands among the first thousand of the team's queue, and the
    same of its tasks and of the consultations that wait for an answer. Practice complaints count in nothing.
    """
    team = _team(call)
    found = queues.workload(call.desk, team, call.caller.client.brands)
    return Answer(body=queue_views.workload(team.id, found))


def take_next(call: Call, asked: bodies.NextBody) -> Answer:
    """Give a person the first complaint of a team's queue that is nobody's, and keep it for them for a while.

    `Redress-User` is that person, and a member of the team. While they hold a complaint of the queue they get
    the same one again, and the lease runs anew; two persons never get the same. A lease ends by itself, is
    given back with DELETE, and changes nothing in the complaint: who wants it for good is assigned it. An
    empty queue is answered with null, and so is one whose first 4,500 complaints all are somebody's.
    """
    taken = queues.draw(call.desk, _team(call), _person(call), call.once, training=bool(asked.training))
    return _taken(call, taken)


def take_lease(call: Call, _asked: bodies.LeaseBody) -> Answer:
    """Keep a complaint for a person for a while, or for longer: nobody else is given it."""
    return _taken(call, queues.take(call.desk, number_of(call), _person(call), call.once))


def give_back_lease(call: Call) -> Answer:
    """End the person's own lease of a complaint; one that ended already, or another's, stays as it is."""
    return Answer(body=_shown(call, queues.give_back(call.desk, number_of(call), _person(call))))


def _taken(call: Call, taken: Taken) -> Answer:
    headers = {"Idempotency-Replayed": "true"} if taken.replayed else {}
    return Answer(body=_shown(call, taken.complaint), headers=headers)


def _shown(call: Call, one: Listed | None) -> queue_views.NextView:
    return {"complaint": list_views.listed(one, call.desk.now()) if one else None}


def _person(call: Call) -> Person:
    """The person who acts."""
    return Person(id=acting_person(call.actor), brands=call.caller.client.brands)


def _team(call: Call) -> Team:
    """The team of the path. Raises NoSuchTeam."""
    region, asked = call.desk.region, call.path["team"]
    team = region.team(asked)
    if team is None:
        raise NoSuchTeam(asked, [one.id for one in region.teams])
    return team
