"""The addresses of a player that a complaint knows, in the order in which they are tried."""

from collections.abc import Iterator

from redress.domain.correspondence import Letter
from redress.domain.events import ContactAdded
from redress.usecases.ports import CaseFile


def contacts(case: CaseFile) -> tuple[str, ...]:
    """All of them, those that failed included: what was erased is gone, and nothing follows it.

    An address that differs in upper and lower case alone is the same one, as it was spelled first.
    """
    known: dict[str, str] = {}
    for address in _told(case):
        known.setdefault(address.casefold(), address)
    return tuple(known.values())


def next_contact(case: CaseFile, letter: Letter) -> int | None:
    """The place of the address that a letter goes to: the first that mail may still reach.

    It never goes back to one that it did not reach, so that it ends. None if there is none left; 0 where no
    address is known at all: then the letter cannot be written, which says more.
    """
    tried = -1 if letter.failed_at is None else letter.failed_at
    return next(_left(case, tried, len(contacts(case)) or 1), None)


def other_contact(case: CaseFile, failed: int) -> bool:
    """Whether an address is left to try after the one at place `failed`."""
    return next(_left(case, failed, len(contacts(case))), None) is not None


def _left(case: CaseFile, after: int, known: int) -> Iterator[int]:
    return (place for place in range(after + 1, known) if place not in case.complaint.failed_contacts)


def _told(case: CaseFile) -> Iterator[str]:
    return (address.strip() for address in _written(case) if address.strip())


def _written(case: CaseFile) -> Iterator[str]:
    first = case.contents.get(1, {})
    yield str(first.get("email") or "")
    others = first.get("other_emails")
    yield from (str(one) for one in others) if isinstance(others, list | tuple) else ()
    for record in case.records:
        if isinstance(record.event, ContactAdded):
            yield str(case.contents.get(record.seq, {}).get("email") or "")
