"""What the use cases of consultations need from outside: where they are stored."""

from datetime import datetime
from typing import Protocol

from redress.domain.consultation import Consultation, State
from redress.domain.values import Value
from redress.usecases.ports import EVERYTHING, Narrow, Request, Total


class ConsultationChange(Value):
    """One record more: `after` is the consultation with it, `kept_until` when it may be forgotten."""

    after: Consultation
    kept_until: datetime | None
    request: Request | None = None


class ListedConsultation(Value):
    """One consultation in a list. `due_at` is None where no answer is owed."""

    number: str
    version: int
    state: str
    brand: str
    category: str | None
    team: str
    urgent: bool
    asked_at: datetime
    due_at: datetime | None


class ConsultationPage(Value):
    """Part of a list, as Page is of complaints."""

    items: tuple[ListedConsultation, ...]
    cursor: str | None
    total: Total | None = None


class ConsultationStore(Protocol):
    """The consultations. Reads are consistent; each write is one transaction."""

    def load(self, number: str, now: datetime) -> Consultation:
        """The consultation. Raises NoSuchConsultation; also for one that is forgotten by `now` (UTC)."""

    def append(self, change: ConsultationChange) -> None:
        """Store the last record of `after`, or raise VersionConflict or RequestSeen and store nothing."""

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
