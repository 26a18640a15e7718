"""The addresses of a player that a complaint knows, in the order in which they are tried."""

from collections.abc import Iterable, Iterator

from redress.domain.correspondence import Letter
from redress.domain.events import ContactAdded
from redress.usecases.ports import CaseFile


def contacts(case: CaseFile) -> tuple[str, ...]:
    """All of them, those that failed included: what was erased is gone, and nothing follows it.

    An address that differs in upper and lower case alone is the same one, as it was spelled first. One that
    a person added has a place of its own even then: it failed before, and works again.
    """
    known: dict[str, str] = {}
    for address in _given(case):
        known.setdefault(address.casefold(), address)
    return (*known.values(), *_added(case))


def has_working(case: CaseFile, address: str) -> bool:
    """Whether the complaint knows an address, and nothing says that mail does not reach it."""
    failed, sought = case.complaint.failed_contacts, address.strip().casefold()
    known = enumerate(contacts(case))
    return any(one.casefold() == sought and place not in failed for place, one in known)


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


def _given(case: CaseFile) -> Iterator[str]:
    """What the complaint itself told."""
    first = case.contents.get(1, {})
    others = first.get("other_emails")
    told = (first.get("email"), *(others if isinstance(others, list | tuple) else ()))
    return _written(told)


def _added(case: CaseFile) -> Iterator[str]:
    added = (one.seq for one in case.records if isinstance(one.event, ContactAdded))
    return _written(case.contents.get(seq, {}).get("email") for seq in added)


def _written(told: Iterable[object]) -> Iterator[str]:
    addresses = (str(one or "").strip() for one in told)
    return (address for address in addresses if address)
