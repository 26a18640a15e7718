"""The table in memory: the conditions of `store/table.py`, item by item, and its stream of STATE images."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy, replace
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from redress.domain import complaint
from redress.domain.audit import Content, Record
from redress.domain.complaint import Complaint
from redress.domain.errors import NotFound
from redress.store import keys
from redress.usecases.ports import (
    Answer,
    Batch,
    CaseFile,
    Listed,
    Listing,
    Overlooked,
    Page,
    Request,
    RequestSeen,
    VersionConflict,
)
from redress.usecases.wake import Seen


@dataclass(frozen=True, kw_only=True)
class State:
    """The STATE item of a complaint."""

    number: str
    version: int
    head: str
    listing: Listing
    attention_at: datetime | None
    player: str | None = None
    generation: int = 1
    link_version: int = 1
    token: str | None = None

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

    def __deepcopy__(self, memo: dict[int, Any]) -> "MemoryStore":
        """A store that goes its own way from here. What it holds is never changed, only replaced."""
        return MemoryStore(
            now=deepcopy(self.now, memo),
            stream=[*self.stream],
            states={**self.states},
            records={**self.records},
            complaints={**self.complaints},
            contents={number: {**contents} for number, contents in self.contents.items()},
            requests={**self.requests},
        )

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
        )

    def append(self, batch: Batch) -> None:
        """Store one change whole, or raise VersionConflict or RequestSeen and store nothing."""
        self._let_others_write()
        if batch.request and (answer := self._remembered(batch.request, batch.records[-1].at)):
            raise RequestSeen(answer)
        before = self.states.get(batch.number)
        if (before.version if before else 0) != batch.expected_version:
            raise VersionConflict
        self._write(_after(before, batch))
        known = self.complaints.get(batch.number)
        self.complaints[batch.number] = (
            complaint.fold_onto(known, batch.records) if known else complaint.fold(batch.records)
        )
        self.records[batch.number] = (*self.records.get(batch.number, ()), *batch.records)
        self.contents.setdefault(batch.number, {}).update({one.seq: one.content for one in batch.contents})
        if batch.request:
            request = batch.request
            answer = Answer(fingerprint=request.fingerprint, number=batch.number, seq=batch.records[-1].seq)
            self.requests[request.client, request.key] = (answer, request.expires_at)

    def answer(self, client: str, key: str) -> Answer | None:
        """What a request under that key led to, unless it has expired."""
        answer, expires_at = self.requests.get((client, key), (None, self.now()))
        return answer if expires_at > self.now() else None

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """End the execution `generation` and ask for the next; False when it is not the live one."""
        before = self.states[number]
        if before.generation != generation:
            return False
        self._write(replace(before, generation=generation + 1, attention_at=attention_at, token=None))
        return True

    def rest(self, number: str, version: int, generation: int) -> bool:
        """Take a complaint that needs nothing more off the sweep's list; False when it changed meanwhile."""
        before = self.states[number]
        if (before.version, before.generation) != (version, generation):
            return False
        self._write(replace(before, attention_at=None, token=None))
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

    def list_queue(self, team: str, limit: int, cursor: str | None) -> Page:
        """Open complaints of a team, the earliest due first."""
        found = [one for one in self.states.values() if one.listing.queue == team and one.listing.due_at]
        return _page(sorted(found, key=lambda one: (one.listing.due_at, one.number)), limit, cursor)

    def list_register(self, register: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""
        found = [one for one in self.states.values() if _register(one) == register]
        return _page(_latest_first(found), limit, cursor)

    def list_player(self, player: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a player (keyed hash), the latest first."""
        found = [one for one in self.states.values() if one.player == player]
        return _page(_latest_first(found), limit, cursor)

    def _write(self, after: State) -> None:
        before = self.states.get(after.number)
        if after != before:  # a write that changes nothing leaves no record in the stream
            self.states[after.number] = after
            self.stream.append(Image(before.seen if before else None, after.seen))

    def _let_others_write(self) -> None:
        others = self.meanwhile.popleft() if self.meanwhile else None
        if others:
            others()

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
    }
    if before is None:
        return State(number=batch.number, player=batch.player, **changed)  # type: ignore[arg-type]
    return replace(before, **changed)  # type: ignore[arg-type]


def _overdue(states: Iterable[State], now: datetime) -> Iterator[Overlooked]:
    for one in states:
        if one.attention_at and one.attention_at < now:
            yield Overlooked(
                number=one.number,
                version=one.version,
                generation=one.generation,
                attention_at=one.attention_at,
                token=one.token,
            )


def _register(state: State) -> str:
    return keys.register(state.listing.jurisdiction, state.listing.received_at)


def _latest_first(states: Iterable[State]) -> list[State]:
    return sorted(states, key=lambda one: (one.listing.received_at, one.number), reverse=True)


def _page(states: list[State], limit: int, cursor: str | None) -> Page:
    """The page after `cursor`, which here is the number of complaints that the pages before it held."""
    start = int(cursor or 0)
    more = start + limit < len(states)
    return Page(
        items=tuple(_listed(one) for one in states[start : start + limit]),
        cursor=str(start + limit) if more else None,
    )


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
    )
