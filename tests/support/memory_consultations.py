"""Consultations in memory: the conditions of `store/consultations.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from redress.domain.consultation import Consultation, State
from redress.domain.errors import NoSuchConsultation
from redress.usecases.consultation_ports import ConsultationChange, ConsultationPage, ListedConsultation
from redress.usecases.ports import EVERYTHING, Answer, Narrow, Request, RequestSeen, Total, VersionConflict
from tests.support.narrowing import fits


@dataclass
class MemoryConsultations:
    """Consultations in dictionaries. `remembered` finds a request, `remember` keeps it, as for complaints."""

    remembered: Callable[[Request, datetime], Answer | None]
    remember: Callable[[Request, str, int], None]
    kept: dict[str, tuple[Consultation, datetime | None]] = field(default_factory=dict)

    def load(self, number: str, now: datetime) -> Consultation:
        """The consultation. Raises NoSuchConsultation, also for one that is to be forgotten by `now`."""
        known, until = self.kept.get(number, (None, None))
        if known is None or (until and until <= now):
            raise NoSuchConsultation(number)
        return known

    def append(self, change: ConsultationChange) -> None:
        """Store the last record, or raise VersionConflict or RequestSeen and store nothing."""
        after = change.after
        if change.request and (answer := self.remembered(change.request, after.changed_at)):
            raise RequestSeen(answer)
        self.check(change)
        self.put(change)
        if change.request:
            self.remember(change.request, after.number, after.version)

    def check(self, change: ConsultationChange) -> None:
        """Raises VersionConflict when another writer was first."""
        before, _ = self.kept.get(change.after.number, (None, None))
        if (before.version if before else 0) != change.after.version - 1:
            raise VersionConflict

    def put(self, change: ConsultationChange) -> None:
        """Store what was checked."""
        self.kept[change.after.number] = (change.after, change.kept_until)

    def listed(
        self,
        team: str,
        state: State,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        total: bool = False,
    ) -> ConsultationPage:
        """Those of a team that stand alike. Open ones: harm first, then the earliest due; others by age."""
        alike = [one for one, _ in self.kept.values() if (one.team, one.state) == (team, state)]
        kept = [one for one in map(_listed, sorted(alike, key=_order)) if fits(one, narrow)]
        start = int(cursor or 0)
        following = str(start + limit) if start + limit < len(kept) else None
        count = Total(count=len(kept), at_least=False) if total else None
        return ConsultationPage(items=tuple(kept[start : start + limit]), cursor=following, total=count)


def _order(one: Consultation) -> tuple[bool, datetime, str]:
    at_once = one.state is State.OPEN and bool(one.signals)
    return not at_once, one.due_at or one.changed_at, one.number


def _listed(one: Consultation) -> ListedConsultation:
    return ListedConsultation(
        number=one.number,
        version=one.version,
        state=one.state.value,
        brand=one.brand,
        category=one.category,
        team=one.team,
        urgent=bool(one.signals),
        asked_at=one.asked_at,
        due_at=one.due_at,
    )
