"""What a licence owes its authority about a period, as documents."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from redress.domain import return_corrections, returns
from redress.domain.history import History
from redress.domain.instants import from_text
from redress.domain.return_lives import REACH, NothingOwed
from redress.domain.returns import Asked
from redress.domain.rulepack import RulePack
from redress.domain.rules import on_day
from redress.region import Region
from redress.returns import document, page, table
from redress.returns.document import Document
from redress.usecases.reconcile import WAIT, licences


class Registers(Protocol):
    """The complaints of the table."""

    def numbers(self, pack: str, since: datetime, until: datetime) -> Iterable[str]:
        """Complaints of a licence's pack: the open ones, and those received from one instant to another."""

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records, in no order."""


def owed(pack: RulePack) -> list[Document]:
    """What a pack says is owed to authorities, in its order."""
    return [{"report": place, **document.rule(one)} for place, one in enumerate(pack.reports, start=1)]


def settled(now: datetime) -> datetime:
    """The latest instant (UTC) that a return can be made as of: what happened before it has been written."""
    return now - WAIT


def ask(
    region: Region, pack_id: str, number: int | None, period: str, as_of: datetime, *, draft: bool
) -> Asked:
    """The question, checked. Raises NotAPeriod, ReturnRefused, RulePackInvalid."""
    try:
        return returns.ask(
            lambda day: on_day(pack_id, day, region.rules), pack_id, number, period, as_of, draft=draft
        )
    except NothingOwed as refused:
        others = ", ".join(one for one in licences(region) if region.pack(one).reports) or "none"
        raise NothingOwed(f"{refused}. Licences of the region file with returns: {others}") from None


def make(registers: Registers, region: Region, asked: Asked, earlier: Document | None = None) -> Document:
    """The document of a return, which corrects an earlier one if it is given.

    Raises ReturnRefused for an earlier one that is of something else, and where a complaint is not whole.
    """
    if earlier is not None:
        return_corrections.check_earlier(asked, earlier)
    pack, of = asked.pack.id, asked.of
    found = returns.make(
        asked,
        registers.histories(sorted(set(registers.numbers(pack, of.start - REACH, asked.as_of)))),
        region.rules_of,
        from_text(earlier["as_of"]) if earlier else None,
        frozenset(number for number, _, _ in earlier["inputs"]) if earlier else frozenset(),
    )
    corrected = return_corrections.corrections(found, earlier) if earlier else None
    return document.of(found, region.rules, corrected)


def render(made: Document, *, bom: bool = False) -> dict[str, bytes]:
    """The documents by kind."""
    return {
        "json": document.to_bytes(made),
        "csv": table.to_bytes(made, bom=bom),
        "html": page.to_bytes(made),
    }
