"""What a return is made of: sections, each with its definition, its figures and its rows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from redress.domain import clock
from redress.domain.periods import Span
from redress.domain.return_lives import Life
from redress.domain.rulepack import RulePack
from redress.domain.values import Value

type Counted = tuple[tuple[str, int], ...]  # number of a complaint, and the event by which it counts
type Row = Mapping[str, Any]

COLUMNS: Mapping[str, str] = {
    "number": "Complaint",
    "submitted_on": "Submitted on",
    "received_at": "Received at",
    "acknowledged_on": "Acknowledged on",
    "acknowledged_at": "Acknowledged at",
    "type": "Type",
    "nature": "Nature",
    "brand": "Brand",
    "channel": "Channel",
    "language": "Language",
    "amount_minor": "Amount (minor units)",
    "currency": "Currency",
    "stage": "Stage",
    "outcome": "Outcome",
    "answered_on": "Answered on",
    "answered_at": "Answered at",
    "closed_at": "Closed at",
    "aware_on": "Known to the operator since",
    "age_days": "Age (days)",
    "because": "Because",
    "unresolved_at": "Unresolved since",
    "body": "Outside body",
    "referred_at": "Referred at",
    "complete_file_at": "File complete at",
    "adr_outcome": "Outcome there",
    "adr_decided_at": "Outcome on record at",
    "adr_redress_minor": "Redress there (minor units)",
    "adr_currency": "Currency there",
    "remark": "Remark",
}
"""Every column that rows of any section have, in the order of the documents, with its words."""


class Figure(Value):
    """A count. `value` None: the system cannot know it, and the operator fills it in.

    `counted` names what was counted. A `stock` stands at an instant; the others add up over periods that
    follow each other.
    """

    id: str
    label: str
    value: int | None
    counted: Counted = ()
    stock: bool = False


class Section(Value):
    """What one content id of a report asks for. `remarks` are what a reader has to know besides."""

    id: str
    label: str
    definition: str
    figures: tuple[Figure, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()


class Basis(Value):
    """All that the sections of a return are made of: the complaints by number, and by which rules.

    `zone` is that of the period's end; `at` (UTC) is when the stocks are of: the end of the period, or
    `as_of` where the period is not over.
    """

    pack: RulePack
    of: Span
    as_of: datetime
    at: datetime
    zone: str
    lives: tuple[Life, ...]

    @property
    def received(self) -> list[Life]:
        """Complaints of their own that were received in the period, quick resolutions included."""
        return [one for one in self.lives if one.counts and self.is_received(one)]

    def is_received(self, life: Life) -> bool:
        """Whether it was received in the period, it or the earliest of its duplicates."""
        return self.of.holds(life.complaint.received_at)


def local_day(instant: datetime | None, zone: str) -> str | None:
    """The local day of an instant, as text."""
    return clock.local_day(instant, zone).isoformat() if instant else None


def count(figure: str, label: str, found: Iterable[Life], *, stock: bool = False) -> Figure:
    """How many complaints, by their receipt."""
    return _figure(figure, label, [(one.number, 1) for one in found], stock=stock)


def count_events(figure: str, label: str, found: Iterable[tuple[str, int]]) -> Figure:
    """How many events."""
    return _figure(figure, label, list(found), stock=False)


def to_fill_in(figure: str, label: str) -> Figure:
    """A figure that is not in the system: nothing is made up for it, and no zero either."""
    return Figure(id=figure, label=label, value=None)


def _figure(figure: str, label: str, found: list[tuple[str, int]], *, stock: bool) -> Figure:
    return Figure(id=figure, label=label, value=len(found), counted=tuple(sorted(found)), stock=stock)
