"""What the texts of a period have in common. Texts are read, compared and let go; none is kept or told."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from redress.domain import clock
from redress.domain.complaint import Complaint
from redress.domain.periods import Period, span
from redress.domain.rules import on_day
from redress.domain.values import Value
from redress.language import known
from redress.mailroom.tongue import guess
from redress.region import Region
from redress.themes.groups import Group, groups
from redress.themes.reading import Text
from redress.usecases.ports import CaseFile, Page
from redress.usecases.what_if import months

BEFORE = timedelta(days=92)
"""So long before the period texts say what is no news: a quarter."""
INSTANT = timedelta(microseconds=1)
PERSONAL = (
    *("name", "email", "other_emails", "account", "from", "message_id"),
    *("intermediary", "intermediary_reference", "transaction_references", "reference"),
)
"""What in content beside any event says who somebody is."""


class Cases(Protocol):
    """The complaints of the table with their content, by when they were received."""

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of a pack and a UTC month."""

    def cases(self, numbers: Iterable[str]) -> Iterator[CaseFile]:
        """Those that are there, in no order."""


class Themes(Value):
    """The groups among so many texts; of so many complaints more the text is `gone`: erased, or about to be.
    `before` texts of the time before the period told what is no news.
    """

    groups: tuple[Group, ...]
    texts: int
    gone: int
    before: int


class _Read:
    """Texts, and how many there were and were not."""

    def __init__(self, cases: Iterator[CaseFile], zone_of: Callable[[datetime], str]) -> None:
        self._cases, self._zone_of = cases, zone_of
        self.texts, self.gone = 0, 0
        self.ids: set[str] = set()

    def __iter__(self) -> Iterator[Text]:
        for case in self._cases:
            if case.complaint.ended_unanswered_at and not case.complaint.withdrawn_at:
                continue
            text = _text(case, self._zone_of)
            self.gone += text is None
            if text:
                self.texts += 1
                self.ids.update(filter(None, (case.complaint.game, case.complaint.provider)))
                yield text


def themes(cases: Cases, region: Region, pack: str, brands: tuple[str, ...] | None, period: Period) -> Themes:
    """What complaints of a licence received in a period of local days have in common; `brands` None: all.

    Spam, practice, and what goes on in another complaint are left out. Raises the store's errors.
    """

    def zone_on(day: date) -> str:
        return on_day(pack, day, region.rules).timezone

    def zone_of(at: datetime) -> str:
        return zone_on(at.date())

    whole = span(period, zone_on)
    now = _Read(_received(cases, pack, brands, whole.start, whole.end), zone_of)
    before = _Read(_received(cases, pack, brands, whole.start - BEFORE, whole.start), zone_of)
    texts = list(now)
    shown = {*now.ids, *(word for one in region.brands for word in (one.id, one.name))}
    found = groups(texts, before, shown)
    return Themes(groups=tuple(found), texts=now.texts, gone=now.gone, before=before.texts)


def _received(
    cases: Cases, pack: str, brands: tuple[str, ...] | None, since: datetime, until: datetime
) -> Iterator[CaseFile]:
    for month in months(since, until - INSTANT):
        yield from cases.cases(_numbers(cases, pack, brands, month, since, until))


def _numbers(
    cases: Cases,
    pack: str,
    brands: tuple[str, ...] | None,
    month: datetime,
    since: datetime,
    until: datetime,
) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = cases.month(pack, month, cursor)
        for one in page.items:
            if since <= one.received_at < until and (brands is None or one.brand in brands):
                yield one.number
        cursor = page.cursor
        if cursor is None:
            return


def _text(case: CaseFile, zone_of: Callable[[datetime], str]) -> Text | None:
    """What the player wrote; None where it is held no longer, or only until it is erased."""
    complaint: Complaint = case.complaint
    written = str(case.contents.get(1, {}).get("description") or "")
    if complaint.erasure_ordered_at or not written:
        return None
    received_at = complaint.own_received_at
    return Text(
        number=complaint.number,
        language=guess(written) or known(complaint.language) or complaint.language,
        player=case.player or complaint.number,
        day=clock.local_day(received_at, zone_of(received_at)),
        category=complaint.category,
        text=written,
        personal=tuple(_personal(case)),
    )


def _personal(case: CaseFile) -> Iterator[str]:
    for content in case.contents.values():
        for key in PERSONAL:
            value: Any = content.get(key)
            values = value if isinstance(value, list | tuple) else [value]
            yield from (str(one) for one in values if one)
