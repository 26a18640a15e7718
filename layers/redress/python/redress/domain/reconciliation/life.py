"""A complaint after each of its records, and what the report of the day before knew of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import takewhile

from redress.domain import clock, events
from redress.domain.audit import Record
from redress.domain.calendars import DAY
from redress.domain.complaint import Complaint, begin, evolve
from redress.domain.correspondence import Letter
from redress.domain.milestones import milestones
from redress.domain.promises import Promise, promises
from redress.domain.reconciliation.facts import SETTLED, Period, RulesOf, Sent
from redress.domain.rules import Rules

_STRANGE = (KeyError, TypeError, ValueError)
"""What is raised for events that are whole, and tell what cannot have happened."""


class Impossible(Exception):
    """What events tell cannot have happened; `seq` is the first that tells it."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__(f"event {seq} cannot have happened")


class Life:
    """A complaint after each of its records. Raises Impossible."""

    def __init__(self, records: Sequence[Record], rules_of: RulesOf) -> None:
        self.records = records
        self.rules_of = rules_of
        self.states = list(_states(records))
        self.last = self.states[-1]
        self.rules = self._rules()
        self.sent = {
            one.event.letter: one.at for one in reversed(records) if isinstance(one.event, events.LetterSent)
        }

    def _rules(self) -> Rules:
        """Those of the last state. Where they cannot be told, the first state of which they cannot counts."""
        try:
            return self.rules_of(self.last)
        except _STRANGE as error:
            raise Impossible(next(filter(self._has_no_rules, self.states)).version) from error

    def _has_no_rules(self, state: Complaint) -> bool:
        try:
            self.rules_of(state)
        except _STRANGE:
            return True
        return False

    @cached_property
    def dates(self) -> list[Promise]:
        """The dates as they stand."""
        return promises(self.rules, self.last)

    def before(self, instant: datetime) -> Complaint | None:
        """As it stood just before an instant; None: there was none."""
        count = sum(1 for _ in takewhile(lambda record: record.at < instant, self.records))
        return self.states[count - 1] if count else None

    def is_told_of_before(self, of: Period) -> bool:
        """Whether the report of the day before knew it: not one that came on record in the hour since."""
        return self.records[0].at < of.start

    def dates_told_before(self, of: Period) -> list[Promise]:
        """The dates as the report of the day before knew them."""
        then = self.before(of.told_before) if self.is_told_of_before(of) else None
        return promises(self.rules_of(then), then) if then else []

    def dates_told_since(self, due_at: datetime, of: Period) -> Iterator[Promise]:
        """The dates as the reports of the days knew them that had ended when a due instant had passed."""
        end, day, seen = of.start, of.day, -1
        while end >= due_at and self.records[0].at < end:
            then = self.before(end + SETTLED)
            if then and then.version != seen:
                yield from promises(self.rules_of(then), then)
                seen = then.version
            day -= DAY
            end = clock.day_start(day, of.zone)

    def known_since(self, record: Record, key: str) -> datetime:
        """Since when (UTC) the milestone was ahead that a record puts on record."""
        since = record.at
        for place in range(record.seq - 2, -1, -1):
            state = self.states[place]
            if key not in {one.key for one in milestones(self.rules_of(state), state)}:
                break
            since = self.records[place].at
        return since

    def letter(self, one: Letter) -> Sent:
        """What became of a letter."""
        return Sent(
            key=one.key, kind=one.kind, sent_at=self.sent.get(one.key), fate=one.fate, failed=one.failed
        )


def _states(records: Sequence[Record]) -> Iterator[Complaint]:
    """The complaint after each record. Raises Impossible."""
    state = None
    for record in records:
        try:
            state = evolve(state, record) if state else begin(record)
        except _STRANGE as error:
            raise Impossible(record.seq) from error
        yield state
