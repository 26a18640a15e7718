"""What a day of a pack is, and what is told of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from redress.domain.complaint import Complaint
from redress.domain.milestones import DUE, TARGET_MISSED
from redress.domain.promises import OWED
from redress.domain.rules import Rules
from redress.domain.values import Value

SETTLED = timedelta(hours=1)
"""How long after its end a day is told of: what fell due in its last minute is on record by then."""

OURS = OWED | {"notice_trigger"}
"""The kinds of dates that the operator owes something by."""

type RulesOf = Callable[[Complaint], Rules]  # with the operator's settings
type GapKind = Literal["missed", "late", "unrecorded", "silent", "unsent", "chain"]


class Period(Value):
    """A local day of a pack: from `start` to `end` (exclusive), told of at `told_at`; all UTC.

    Due instants are exclusive: what is due at the end of a day is of that day, and not of the next. A
    complaint that was closed before the day counts if it was received since `since`.
    """

    pack: str
    day: date
    zone: str
    start: datetime
    end: datetime
    since: datetime

    def holds(self, due_at: datetime) -> bool:
        """Whether the last instant before a due instant is on this day."""
        return self.start < due_at <= self.end

    @property
    def told_at(self) -> datetime:
        """Until when (exclusive) what happened is known to the report."""
        return self.end + SETTLED

    @property
    def told_before(self) -> datetime:
        """The same of the day before."""
        return self.start + SETTLED


class Sent(Value):
    """A letter of a milestone: `sent_at` None, it did not leave; `fate` is what is known since it left."""

    key: str
    kind: str
    sent_at: datetime | None
    fate: str | None
    failed: bool


class Line(Value):
    """A milestone that fell due: a duty of the operator's, or what warns, escalates and reminds on the way.

    `met_at` is when the duty was met, or the milestone was put on record, by event `met_by` (of `met_type`).
    `statutory`: its passing unmet is a breach. `stage` is where the complaint stood then; `last_day` is the
    local day (of `zone`) of the last instant in time. `late`: met late, or on record late, or not at all.
    """

    number: str
    clock: str
    milestone: str
    stage: str
    kind: str
    strength: str
    statutory: bool
    pack: str
    pack_version: str
    due_at: datetime
    last_day: date
    zone: str
    met_at: datetime | None
    met_by: int | None
    met_type: str | None
    recorded_by: int | None
    letters: tuple[Sent, ...]
    late: bool

    @property
    def duty(self) -> bool:
        """Whether the operator owed something, rather than was reminded of it."""
        return self.kind in OURS and self.milestone in {DUE, TARGET_MISSED}


class Gap(Value):
    """A hole in the proof; `words` can be filed.

    `seq` is the event that it is about, where there is one: of a chain the first that cannot be read, cannot
    have happened, or does not follow from the one before it.
    """

    number: str
    kind: GapKind
    clock: str
    milestone: str
    due_at: datetime | None
    strength: str
    seq: int | None
    words: str


class Part(Value):
    """What one complaint adds."""

    number: str
    received_at: datetime | None = None
    closed_at: datetime | None = None
    open_at_end: bool = False
    lines: tuple[Line, ...] = ()
    met_since: tuple[Line, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Reconciliation(Value):
    """The day: complaint numbers (with instants, UTC), every line by due instant, every gap.

    `met_since` are duties that an earlier day told as missed, and that were met since.
    """

    period: Period
    received: tuple[tuple[str, datetime], ...]
    closed: tuple[tuple[str, datetime], ...]
    open: tuple[str, ...]
    lines: tuple[Line, ...]
    met_since: tuple[Line, ...]
    gaps: tuple[Gap, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """The counts that the documents open with. Zero is told, too."""
        statutory = [one for one in self.lines if one.duty and one.statutory]
        house = [one for one in self.lines if one.duty and not one.statutory]
        others = [one for one in self.lines if not one.duty]
        return {
            "received": len(self.received),
            "closed": len(self.closed),
            "open": len(self.open),
            "statutory_due": len(statutory),
            "statutory_in_time": sum(not one.late for one in statutory),
            "house_due": len(house),
            "house_in_time": sum(not one.late for one in house),
            "milestones_due": len(others),
            "milestones_on_record": sum(one.met_at is not None for one in others),
            "met_since": len(self.met_since),
            "gaps": len(self.gaps),
        }
