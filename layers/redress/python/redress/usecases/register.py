"""The register of a licence as rows: every complaint received from one instant to another, as it is now."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from redress.domain.complaint import Complaint, fold
from redress.domain.history import History
from redress.domain.return_figures import Row
from redress.domain.return_lives import check
from redress.domain.return_records import amount, record
from redress.region import Region
from redress.usecases.ports import Page
from redress.usecases.what_if import months

COLUMNS = (
    *("number", "received_at", "submitted_on", "acknowledged_on", "acknowledged_at", "type", "nature"),
    *("brand", "channel", "language", "amount_minor", "currency", "stage", "outcome", "answered_on"),
    *("answered_at", "closed_at", "outside_body", "adr_outcome", "duplicate_of", "spam", "reopened"),
    *("pack_version", "last_event", "cause", "amount"),
)
"""In this order in every export. A column is added at the end, and none is renamed or removed."""

INSTANT = timedelta(microseconds=1)


class Register(Protocol):
    """The complaints of the table by when they were received."""

    def month(self, pack: str, month: datetime, cursor: str | None) -> Page:
        """Part of the register of a pack and a UTC month."""

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records, in no order."""


def rows(register: Register, region: Region, pack: str, since: datetime, until: datetime) -> Iterator[Row]:
    """A row for each complaint received from `since` on and before `until` (UTC), the earliest first.

    Spam, duplicates and withdrawn ones are among them, and marked; practice is not. No personal data: neither
    account nor text. Days are local to the zone of each complaint's own rules. Closed without a cause is what
    has `closed_at` and no `cause`. Raises RulePackInvalid, and ReturnRefused where a complaint is not whole.
    """
    for month in months(since, until - INSTANT) if since < until else ():
        numbers = _numbers(register, pack, month, since, until)
        found = [_row(one, region) for one in register.histories(numbers)]
        yield from sorted(found, key=lambda row: (row["received_at"], row["number"]))


def _numbers(
    register: Register, pack: str, month: datetime, since: datetime, until: datetime
) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = register.month(pack, month, cursor)
        yield from (one.number for one in page.items if since <= one.received_at < until)
        cursor = page.cursor
        if cursor is None:
            return


def _row(history: History, region: Region) -> Row:
    check(history)
    complaint = fold(history.records)
    row = {
        **record(complaint, region.rules_of(complaint).zone),
        "received_at": complaint.own_received_at,
        **_told(complaint),
        "last_event": complaint.version,
        "cause": region.present_cause(complaint.cause),
        "amount": amount(complaint.amount_minor, complaint.currency),
    }
    return {name: row[name] for name in COLUMNS}


def _told(complaint: Complaint) -> Row:
    referral = complaint.referral
    return {
        "outside_body": f"{referral.pack}:{referral.body}" if referral else None,
        "adr_outcome": referral.outcome if referral else None,
        "duplicate_of": complaint.primary,
        "spam": complaint.spam_at is not None,
        "reopened": complaint.review is not None,
        "pack_version": complaint.pack_version,
    }
