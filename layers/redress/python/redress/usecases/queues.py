"""The queues of teams: what is next for a person, whose it is for a while, and how much there is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from redress.domain.errors import Conflict, Leased, NotFound, NotOfTeam
from redress.domain.stages import UNDECIDED, Stage
from redress.domain.values import Value
from redress.region import Team
from redress.usecases.change import ATTEMPTS, Desk, replay
from redress.usecases.ports import (
    Answer,
    Drawing,
    Lease,
    Listed,
    ListedTask,
    Narrow,
    Page,
    Request,
    RequestSeen,
    Taking,
    VersionConflict,
)

if TYPE_CHECKING:  # the workload alone counts them
    from redress.usecases.consultation_ports import ListedConsultation

# Where there is something to do for a handler. What is decided or resolved goes on by itself.
WORKED_AT = tuple(sorted({*UNDECIDED, Stage.DEADLOCKED}))
TRIES = 5  # complaints tried before the queue is read again: others took them meanwhile
FEW, MANY = 25, 1_000  # looked for at first, and then, while all that was seen is somebody's
PAGES = 5  # of a queue, read for one draw: 500 complaints, then 1,000 at a time
COUNTED = 1_000  # complaints, and tasks, that a workload is counted from
SOON = timedelta(hours=24)


class Person(Value):
    """Who asks: a subject id, and the brands that their application may see."""

    id: str
    brands: tuple[str, ...]


class Taken(Value):
    """A complaint with its lease, or None from an empty queue; whether the answer repeats an earlier one."""

    complaint: Listed | None
    replayed: bool = False


class Load(Value):
    """The open complaints of one assignee, and how many of them are overdue."""

    assignee: str
    open: int
    overdue: int


class Workload(Value):
    """What a team has to do. `due_soon` is due within SOON; `capped` when there is more than was counted."""

    open: int
    unassigned: int
    overdue: int
    due_soon: int
    needs_human: int
    tasks: int
    overdue_tasks: int
    consultations: int
    overdue_consultations: int
    loads: Sequence[Load]
    capped: bool


def draw(desk: Desk, team: Team, person: Person, request: Request, *, training: bool = False) -> Taken:
    """Lease the first complaint of a team's queue that is nobody's to a person.

    A person who holds one from that queue already gets it again. Two who draw at once get two complaints.
    Raises NotOfTeam, IdempotencyKeyReused, and Conflict when others kept winning.
    """
    if not team.takes(person.id):
        raise NotOfTeam(team.id)
    if answer := desk.store.answer(request.client, request.key, desk.now()):
        return _again(desk, request, answer, person)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        drawing = Drawing(
            team=team.id,
            training=training,
            before=desk.store.drawn(team.id, person.id, training=training),
        )
        try:
            return _first(desk, person, request, drawing)
        except VersionConflict:
            continue
        except RequestSeen as seen:
            return _again(desk, request, seen.answer, person)
    raise Conflict(f"of team {team.id}")


def take(desk: Desk, number: str, person: Person, request: Request) -> Taken:
    """Lease one complaint to a person, or renew their lease.

    Raises NotFound, Leased while another person holds it, IdempotencyKeyReused and Conflict.
    """
    if answer := desk.store.answer(request.client, request.key, desk.now()):
        return _again(desk, request, answer, person)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        one = _visible(desk, number, person)
        if one.lease and one.lease.holder != person.id and one.lease.is_live(desk.now()):
            raise Leased(number, one.lease.holder, one.lease.until)
        try:
            return _lease(desk, one, person, request)
        except VersionConflict:
            continue
        except RequestSeen as seen:
            return _again(desk, request, seen.answer, person)
    raise Conflict(number)


def give_back(desk: Desk, number: str, person: Person) -> Listed:
    """End the person's lease of a complaint, if they hold it. Raises NotFound."""
    one = _visible(desk, number, person)
    if one.lease is None or one.lease.holder != person.id:
        return one
    desk.store.give_back(number, person.id)
    return replace(one, lease=None)


def workload(desk: Desk, team: Team, brands: tuple[str, ...]) -> Workload:
    """What a team has to do for some brands, counted from the head of its queues: three calls."""
    from redress.domain.consultation import State  # noqa: PLC0415 - of the queues only this counts them

    narrow, now = Narrow(brands=brands), desk.now()
    found = desk.store.list_queue(team.id, COUNTED, None, narrow)
    tasks = desk.store.list_tasks(team.id, COUNTED, None, narrow)
    waiting = desk.store.consultations.listed(team.id, State.OPEN, COUNTED, None, narrow)
    late = _late(found.items, now)
    mine = Counter(one.assignee for one in found.items if one.assignee)
    mine_late = Counter(one.assignee for one in late)
    return Workload(
        open=len(found.items),
        unassigned=sum(one.assignee is None for one in found.items),
        overdue=len(late),
        due_soon=len(_late(found.items, now + SOON)) - len(late),
        needs_human=sum(one.needs_human for one in found.items),
        tasks=len(tasks.items),
        overdue_tasks=len(_late(tasks.items, now)),
        consultations=len(waiting.items),
        overdue_consultations=len(_late(waiting.items, now)),
        loads=[Load(assignee=who, open=count, overdue=mine_late[who]) for who, count in sorted(mine.items())],
        capped=any(one.cursor is not None for one in (found, tasks, waiting)),
    )


def _late[T: Listed | ListedTask | ListedConsultation](items: Iterable[T], now: datetime) -> list[T]:
    """What was due at an instant or before: due instants are exclusive."""
    return [one for one in items if one.due_at and one.due_at <= now]


def _first(desk: Desk, person: Person, request: Request, drawing: Drawing) -> Taken:
    """The first complaint that can be had. Raises VersionConflict when others took all that were tried."""
    lost: VersionConflict | None = None
    for one in islice(_choices(desk, person, drawing), TRIES):
        try:
            return _lease(desk, one, person, request, drawing)
        except VersionConflict as taken:
            lost = taken
    if lost:
        raise lost
    return Taken(complaint=None)


def _choices(desk: Desk, person: Person, drawing: Drawing) -> Iterator[Listed]:
    """The complaint that the person holds from the queue, or else what is nobody's there, in its order."""
    held = desk.store.listed(drawing.before) if drawing.before else None
    if held and _is_still_theirs(held, desk.now(), person, drawing):
        yield held
        return
    for page in _pages(desk, person, drawing):
        yield from page.items


def _pages(desk: Desk, person: Person, drawing: Drawing) -> Iterator[Page]:
    narrow = Narrow(
        brands=person.brands, stages=WORKED_AT, unassigned=True, free_at=desk.now(), open_to=person.id
    )
    cursor = None
    for place in range(PAGES):
        limit = MANY if place else FEW
        page = desk.store.list_queue(drawing.team, limit, cursor, narrow, training=drawing.training)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


def _is_still_theirs(one: Listed, now: datetime, person: Person, drawing: Drawing) -> bool:
    return (
        one.lease is not None
        and one.lease.holder == person.id
        and one.lease.is_live(now)
        and one.assignee is None
        and one.brand in person.brands
        and person.id not in one.not_for
        and one.stage in WORKED_AT
        and (one.team, one.training) == (drawing.team, drawing.training)
    )


def _lease(
    desk: Desk, one: Listed, person: Person, request: Request, drawing: Drawing | None = None
) -> Taken:
    now = desk.now()
    lease = Lease(holder=person.id, until=now + timedelta(seconds=desk.region.lease_seconds))
    desk.store.take(Taking(number=one.number, lease=lease, now=now, request=request, drawn=drawing))
    return Taken(complaint=replace(one, lease=lease))


def _again(desk: Desk, request: Request, answer: Answer, person: Person) -> Taken:
    """The complaint that the same request got before, as it is now: its lease may have run out since."""
    return Taken(complaint=_visible(desk, replay(request, answer).number, person), replayed=True)


def _visible(desk: Desk, number: str, person: Person) -> Listed:
    one = desk.store.listed(number)
    if one.brand not in person.brands:
        raise NotFound(number)
    return one
