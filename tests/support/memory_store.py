"""The table in memory: the conditions of `store/table.py`, item by item, and its stream of STATE images."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy, replace
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from redress.domain import complaint
from redress.domain.audit import Content, Record
from redress.domain.complaint import Complaint
from redress.domain.errors import NotFound
from redress.store import keys
from redress.usecases.ports import (
    EVERYTHING,
    Answer,
    Batch,
    Cap,
    CapReached,
    CaseFile,
    Lease,
    Listed,
    ListedTask,
    Listing,
    Narrow,
    Overlooked,
    Page,
    QueuedTask,
    Request,
    RequestSeen,
    SentBefore,
    Taking,
    TaskPage,
    Total,
    VersionConflict,
)
from redress.usecases.wake import Seen
from tests.support.memory_consultations import MemoryConsultations
from tests.support.narrowing import fits


@dataclass(frozen=True, kw_only=True)
class State:
    """The STATE item of a complaint. `swept` is whether it is in a shard of the attention index."""

    number: str
    version: int
    head: str
    listing: Listing
    attention_at: datetime | None
    player: str | None = None
    generation: int = 1
    link_version: int = 1
    token: str | None = None
    lease: Lease | None = None
    swept: bool = True

    @property
    def seen(self) -> Seen:
        """What the relay sees of it."""
        return Seen(number=self.number, version=self.version, generation=self.generation, token=self.token)


@dataclass(frozen=True)
class Image:
    """A record of the table's stream: STATE before and after a write."""

    before: Seen | None
    after: Seen


@dataclass
class MemoryStore:
    """Complaints in dictionaries. `now` is the clock that the expiry of requests is measured by.

    `meanwhile` holds what others do just before each of the next changes is stored (None: nothing): the
    races that the conditions are there for.
    """

    now: Callable[[], datetime]
    stream: list[Image] = field(default_factory=list)
    meanwhile: deque[Callable[[], object] | None] = field(default_factory=deque)
    states: dict[str, State] = field(default_factory=dict)
    records: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)
    contents: dict[str, dict[int, Content]] = field(default_factory=dict)
    requests: dict[tuple[str, str], tuple[Answer, datetime]] = field(default_factory=dict)
    tasks: dict[tuple[str, int], QueuedTask] = field(default_factory=dict)
    draws: dict[tuple[str, bool, str], str] = field(default_factory=dict)
    counts: dict[tuple[str, date], int] = field(default_factory=dict)
    last: dict[tuple[str, date], str] = field(default_factory=dict)
    consultations: MemoryConsultations = field(init=False)

    def __post_init__(self) -> None:
        self.consultations = MemoryConsultations(self._remembered, self._remember)

    def __deepcopy__(self, memo: dict[int, Any]) -> "MemoryStore":
        """A store that goes its own way from here. What it holds is never changed, only replaced."""
        copied = MemoryStore(
            now=deepcopy(self.now, memo),
            stream=[*self.stream],
            states={**self.states},
            records={**self.records},
            complaints={**self.complaints},
            contents={number: {**contents} for number, contents in self.contents.items()},
            requests={**self.requests},
            tasks={**self.tasks},
            draws={**self.draws},
            counts={**self.counts},
            last={**self.last},
        )
        copied.consultations.kept.update(self.consultations.kept)
        return copied

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound."""
        if number not in self.states:
            raise NotFound(number)
        state = self.states[number]
        return CaseFile(
            complaint=self.complaints[number],
            records=self.records[number],
            contents=dict(self.contents[number]),
            generation=state.generation,
            link_version=state.link_version,
            state_head=state.head,
            player=state.player,
            lease=state.lease,
        )

    def append(self, batch: Batch) -> None:
        """Store one change whole, or raise VersionConflict, RequestSeen, CapReached or SentBefore."""
        self._let_others_write()
        if batch.request and (answer := self._remembered(batch.request, batch.records[-1].at)):
            raise RequestSeen(answer)
        before = self.states.get(batch.number)
        if (before.version if before else 0) != batch.expected_version:
            raise VersionConflict
        self._check(batch.caps)
        if batch.conversion:
            self.consultations.check(batch.conversion)
            self.consultations.put(batch.conversion)
        self._count(batch.caps)
        self._write(_after(before, batch))
        known = self.complaints.get(batch.number)
        self.complaints[batch.number] = (
            complaint.fold_onto(known, batch.records) if known else complaint.fold(batch.records)
        )
        self.records[batch.number] = (*self.records.get(batch.number, ()), *batch.records)
        self.contents.setdefault(batch.number, {}).update({one.seq: one.content for one in batch.contents})
        self.tasks |= {(batch.number, one.opened): one for one in batch.tasks}
        for opened in batch.closed_tasks:
            del self.tasks[batch.number, opened]
        if batch.request:
            self._remember(batch.request, batch.number, batch.records[-1].seq)

    def answer(self, client: str, key: str, now: datetime) -> Answer | None:
        """What a request under that key led to, unless it has expired at `now`."""
        answer, expires_at = self.requests.get((client, key), (None, now))
        return answer if expires_at > now else None

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """End the execution `generation` and ask for the next; False when it is not the live one."""
        before = self.states[number]
        if before.generation != generation:
            return False
        raised = replace(before, generation=generation + 1, attention_at=attention_at, swept=True)
        self._write(replace(raised, token=None))
        return True

    def rest(self, number: str, version: int, generation: int) -> bool:
        """Take a complaint that needs nothing more off the sweep's list; False when it changed meanwhile."""
        before = self.states[number]
        if (before.version, before.generation) != (version, generation):
            return False
        self._write(replace(before, attention_at=None, swept=False, token=None))
        return True

    def park(self, number: str, version: int, generation: int, token: str, attention_at: datetime) -> bool:
        """The state machine's own update, on the condition that its definition writes; False if it fails."""
        before = self.states[number]
        if (before.version, before.generation) != (version, generation):
            return False
        self._write(replace(before, token=token, attention_at=attention_at))
        return True

    def state(self, number: str) -> Seen | None:
        """Version, generation and token as they are now, or None."""
        state = self.states.get(number)
        return state.seen if state else None

    def overlooked(self, now: datetime, limit: int) -> Iterable[Overlooked]:
        """Complaints whose attention is overdue: at most `limit` of each shard, the oldest first."""
        for shard in keys.ATTENTION_SHARDS:
            due = [one for one in self.states.values() if keys.attention(one.number) == shard]
            yield from sorted(_overdue(due, now), key=lambda one: one.attention_at)[:limit]

    def list_queue(
        self,
        team: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        training: bool = False,
        total: bool = False,
    ) -> Page:
        """Open complaints of a team: what a human has to see at once, then the earliest due first."""
        found = [
            one
            for one in self.states.values()
            if (one.listing.queue, one.listing.training) == (team, training)
        ]
        return _page(sorted(found, key=_order), limit, cursor, narrow, total=total)

    def list_register(
        self,
        register: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        total: bool = False,
    ) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""
        found = [one for one in self.states.values() if _register(one) == register]
        return _page(_latest_first(found), limit, cursor, narrow, total=total)

    def list_player(
        self, player: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> Page:
        """Complaints of a player (keyed hash), the latest first."""
        found = [one for one in self.states.values() if one.player == player]
        return _page(_latest_first(found), limit, cursor, narrow, total=total)

    def list_tasks(
        self, team: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> TaskPage:
        """Open tasks of a team, the earliest due first."""
        found = [
            ListedTask(number=number, **vars(one))
            for (number, _), one in self.tasks.items()
            if one.team == team
        ]
        kept = [one for one in found if fits(one, narrow)]
        items, following, count = _part(sorted(kept, key=lambda one: one.due_at), limit, cursor)
        return TaskPage(items=items, cursor=following, total=count if total else None)

    def listed(self, number: str) -> Listed:
        """A complaint as lists show it. Raises NotFound."""
        if number not in self.states:
            raise NotFound(number)
        return _listed(self.states[number])

    def drawn(self, team: str, person: str, *, training: bool) -> str | None:
        """The complaint that a person drew last from the queue of a team."""
        return self.draws.get((team, training, person))

    def take(self, taking: Taking) -> None:
        """Store a lease, or raise VersionConflict or RequestSeen and store nothing."""
        self._let_others_write()
        if answer := self._remembered(taking.request, taking.now):
            raise RequestSeen(answer)
        before = self.states.get(taking.number)
        if before is None or not _may_take(before, taking):
            raise VersionConflict
        if taking.drawn:
            place = (taking.drawn.team, taking.drawn.training, taking.lease.holder)
            if self.draws.get(place) != taking.drawn.before:
                raise VersionConflict
            self.draws[place] = taking.number
        self._write(replace(before, lease=taking.lease))
        self._remember(taking.request, taking.number, 0)

    def give_back(self, number: str, holder: str) -> None:
        """End the holder's lease, if there is one."""
        before = self.states[number]
        if before.lease and before.lease.holder == holder:
            self._write(replace(before, lease=None))

    def _write(self, after: State) -> None:
        before = self.states.get(after.number)
        if after != before:  # a write that changes nothing leaves no record in the stream
            self.states[after.number] = after
            self.stream.append(Image(before.seen if before else None, after.seen))

    def _let_others_write(self) -> None:
        others = self.meanwhile.popleft() if self.meanwhile else None
        if others:
            others()

    def remember(self, request: Request, number: str, now: datetime, caps: Sequence[Cap] = ()) -> None:
        """Keep that a request was answered which changed no complaint. Raises RequestSeen or CapReached."""
        self._let_others_write()
        if answer := self._remembered(request, now):
            raise RequestSeen(answer)
        self._check(caps)
        self._count(caps)
        self._remember(request, number, 0)

    def _check(self, caps: Sequence[Cap]) -> None:
        if any(one.most is not None and self._counted(one) >= one.most for one in caps):
            raise CapReached
        if any(one.content and self.last.get((one.source, one.day)) == one.content for one in caps):
            raise SentBefore

    def _count(self, caps: Sequence[Cap]) -> None:
        self.counts |= {(one.source, one.day): self._counted(one) + 1 for one in caps}
        self.last |= {(one.source, one.day): one.content for one in caps if one.content}

    def _counted(self, cap: Cap) -> int:
        return self.counts.get((cap.source, cap.day), 0)

    def _remember(self, request: Request, number: str, seq: int) -> None:
        answer = Answer(fingerprint=request.fingerprint, number=number, seq=seq)
        self.requests[request.client, request.key] = (answer, request.expires_at)

    def _remembered(self, request: Request, at: datetime) -> Answer | None:
        answer, expires_at = self.requests.get((request.client, request.key), (None, at))
        return answer if expires_at > at else None


def _after(before: State | None, batch: Batch) -> State:
    """STATE after a change: generation, link version, player and token stay as they were."""
    changed: Mapping[str, object] = {
        "version": batch.records[-1].seq,
        "head": batch.records[-1].hash,
        "listing": batch.listing,
        "attention_at": batch.attention_at,
        "swept": True,
    }
    if before is None:
        return State(number=batch.number, player=batch.player, **changed)  # type: ignore[arg-type]
    forgotten = {"player": None, "link_version": before.link_version + 1} if batch.forget_player else {}
    return replace(before, **changed, **forgotten)  # type: ignore[arg-type]


def _overdue(states: Iterable[State], now: datetime) -> Iterator[Overlooked]:
    for one in states:
        if one.swept and one.attention_at and one.attention_at < now:
            yield Overlooked(
                number=one.number,
                version=one.version,
                generation=one.generation,
                attention_at=one.attention_at,
                token=one.token,
            )


def _register(state: State) -> str:
    shown = state.listing
    return keys.register(shown.jurisdiction, shown.received_at, training=shown.training)


def _order(state: State) -> tuple[bool, datetime, str]:
    """What a human has to see at once is first; what is never due stands where it was received."""
    shown = state.listing
    return not shown.needs_human, shown.due_at or shown.received_at, state.number


def _may_take(state: State, taking: Taking) -> bool:
    others = state.lease and state.lease.holder != taking.lease.holder and state.lease.is_live(taking.now)
    if others or taking.drawn is None:
        return not others
    place = (state.listing.queue, state.listing.training, state.listing.assignee)
    return place == (taking.drawn.team, taking.drawn.training, None)


def _latest_first(states: Iterable[State]) -> list[State]:
    return sorted(states, key=lambda one: (one.listing.received_at, one.number), reverse=True)


def _page(states: list[State], limit: int, cursor: str | None, narrow: Narrow, *, total: bool) -> Page:
    kept = [one for one in map(_listed, states) if fits(one, narrow)]
    items, following, count = _part(kept, limit, cursor)
    return Page(items=items, cursor=following, total=count if total else None)


def _part[T](kept: list[T], limit: int, cursor: str | None) -> tuple[tuple[T, ...], str | None, Total]:
    """The items after `cursor`, which here is how many the pages before held; the next cursor; the total."""
    start = int(cursor or 0)
    more = start + limit < len(kept)
    count = Total(count=min(len(kept), 1_000), at_least=len(kept) > 1_000)
    return tuple(kept[start : start + limit]), str(start + limit) if more else None, count


def _listed(state: State) -> Listed:
    shown = state.listing
    return Listed(
        number=state.number,
        version=state.version,
        generation=state.generation,
        stage=shown.stage,
        brand=shown.brand,
        jurisdiction=shown.jurisdiction,
        category=shown.category,
        team=shown.team,
        assignee=shown.assignee,
        received_at=shown.received_at,
        due_at=shown.due_at,
        priority=shown.priority,
        severity=shown.severity,
        needs_human=shown.needs_human,
        training=shown.training,
        not_for=shown.not_for,
        acknowledgement=shown.acknowledgement,
        lease=state.lease,
    )
