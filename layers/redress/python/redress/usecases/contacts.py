"""The addresses of a player that a complaint knows, in the order in which they are tried."""

from collections.abc import Iterator

from redress.domain.complaint import Complaint
from redress.domain.events import ContactAdded
from redress.usecases.ports import CaseFile


def contacts(case: CaseFile) -> tuple[str, ...]:
    """All of them, those that failed included: what was erased is gone, and nothing follows it."""
    return tuple(dict.fromkeys(address for address in _told(case) if address))


def next_contact(case: CaseFile) -> int | None:
    """The place of the first address that mail may still reach; None if all of them failed.

    0 where none is known at all: then the letter cannot be written, which says more.
    """
    return _first(case.complaint, len(contacts(case)) or 1)


def other_contact(case: CaseFile, failed: int) -> bool:
    """Whether an address is left to try after the one at place `failed`."""
    left = set(range(len(contacts(case)))) - case.complaint.failed_contacts - {failed}
    return bool(left)


def _first(complaint: Complaint, known: int) -> int | None:
    return next((place for place in range(known) if place not in complaint.failed_contacts), None)


def _told(case: CaseFile) -> Iterator[str]:
    first = case.contents.get(1, {})
    yield str(first.get("email") or "")
    others = first.get("other_emails")
    yield from (str(one) for one in others) if isinstance(others, list | tuple) else ()
    for record in case.records:
        if isinstance(record.event, ContactAdded):
            yield str(case.contents.get(record.seq, {}).get("email") or "")
