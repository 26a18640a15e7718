"""Complaints for returns: lives of all kinds, and a register in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from redress.domain import commands as c
from redress.domain import instants
from redress.domain import number as complaint_number
from redress.domain.commands import Command
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition, NotAllowedByPack
from redress.domain.history import History
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT
from redress.region import Region
from redress.returns.document import Document
from redress.usecases import returns
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    HANDLER,
    PLAYER,
    PROPOSE,
    REGION,
    SYSTEM,
    TRIAGE,
    Case,
    personal,
    submit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PACKS = ("gb-ukgc", "mt", "cw-cga", "ca-on-igo", "us-mi-mgcb", "es-dgoj", "pt")
SECOND, THIRD = "app:back-office/second", "app:back-office/third"
"""Who looks at a complaint that was reopened."""
LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""Long after every story."""

_BRAND = REGION.brands[0]
LICENSED: Region = replace(
    REGION,
    brands=(replace(_BRAND, jurisdictions=dict.fromkeys(PACKS, _BRAND.jurisdictions["gb-ukgc"])),),
    rules={"mt": {"final": {"amount": 10, "unit": "calendar_days"}}},
)
"""An operator with many licences, whose Maltese time-frame it has set."""


class Licensed(Case):
    """A complaint under any licence of that operator."""

    @property
    def rules(self) -> Rules:
        """The rule packs it runs by."""
        return LICENSED.rules_of(self.complaint)

    def triage(self, nature: str = "complaint") -> None:
        """Weigh it, an hour later."""
        self.now += HOUR
        self.do(replace(TRIAGE, nature=nature), SYSTEM)

    def answer(self, outcome: str = "upheld") -> None:
        """Decide it and send the answer, an hour later."""
        self.now += HOUR
        self.do(replace(PROPOSE, outcome=outcome))
        self.do(APPROVE, APPROVER)
        self.send(LetterKind.FINAL_RESPONSE)

    def refer(self) -> None:
        """The player takes it to the first outside body, an hour later."""
        self.now += HOUR
        body = self.rules.licence.external_bodies[0].key
        self.do(c.ReferToAdr(body=body, complete_file_at=instants.to_text(self.now)))

    @property
    def history(self) -> History:
        """What the table has of it."""
        return History(number=self.complaint.number, records=tuple(self.records), head=self.head)


@dataclass
class Book:
    """A register in memory. `asked` are the numbers whose histories were read."""

    cases: list[Licensed] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def receive(self, pack: str, at: datetime, **told: Any) -> Licensed:
        """A new complaint, acknowledged at once; `told` are fields of its submission."""
        number = complaint_number.from_random(len(self.cases) + 1)
        case = Licensed(replace(submit(pack), pack_version=version(pack, at), **told), at, number)
        if not case.complaint.held:
            case.send(LetterKind.ACKNOWLEDGEMENT)
        self.cases.append(case)
        return case

    def link(self, duplicate: Licensed, primary: Licensed) -> None:
        """One complaint goes on in another, at the later of their instants."""
        now = max(duplicate.now, primary.now)
        duplicate.do(
            c.LinkAsDuplicate(primary=primary.complaint.number, content=personal("the same")), at=now
        )
        received = instants.to_text(duplicate.complaint.own_received_at)
        primary.do(c.LinkDuplicate(duplicate=duplicate.complaint.number, received_at=received), at=now)

    def numbers(self, pack: str, since: datetime, until: datetime) -> Iterator[str]:
        """Complaints of a licence's pack that were received between."""
        for case in self.cases:
            one = case.complaint
            if one.jurisdiction == pack and since <= one.own_received_at <= until:
                yield one.number

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records."""
        wanted = list(numbers)
        self.asked += wanted
        yield from (case.history for case in reversed(self.cases) if case.complaint.number in wanted)

    def ask(
        self,
        pack: str,
        period: str,
        report: int | None = None,
        as_of: datetime = LATER,
        earlier: Document | None = None,
        *,
        draft: bool = False,
    ) -> Document:
        """The document of a return."""
        asked = returns.ask(LICENSED, pack, report, period, as_of, draft=draft)
        return returns.make(self, LICENSED, asked, earlier)


def version(pack: str, at: datetime) -> str:
    """The version of a pack that holds at an instant."""
    return LICENSED.rules_at_receipt(LICENSED.brands[0], pack, None, at).licence.version


def figures(made: Document) -> dict[str, int | None]:
    """The figures of a document by id."""
    return {one["id"]: one["value"] for part in made["sections"] for one in part["figures"]}


def stocks(made: Document) -> set[str]:
    """The figures that stand at an instant."""
    return {one["id"] for part in made["sections"] for one in part["figures"] if one["stock"]}


def rows(made: Document, section: str) -> list[Mapping[str, Any]]:
    """The rows of a section."""
    return next(part["rows"] for part in made["sections"] if part["id"] == section)


def attempt(case: Licensed, command: Command, actor: str = HANDLER) -> None:
    """What is not possible as the complaint stands does not happen."""
    with suppress(IllegalTransition, NotAllowedByPack):
        case.do(command, actor)


def step(book: Book, case: Licensed, what: str) -> None:
    """One thing that may happen to a complaint, if it can: of STEPS, or a link to the first of the book."""
    primary = book.cases[0]
    if what == "duplicate" and case is not primary and primary.complaint.stage in LEGAL_AT[c.LinkDuplicate]:
        with suppress(IllegalTransition):
            book.link(case, primary)
    for command, actor in _COMMANDS.get(what, ()):
        attempt(case, command, actor)
    if what == "refer":
        body = case.rules.licence.external_bodies[0].key
        attempt(case, c.ReferToAdr(body=body, complete_file_at=instants.to_text(case.now)))
    if what == "answer":
        _post(case)


_COMMANDS: Mapping[str, Sequence[tuple[Command, str]]] = {
    "dispute": [(replace(TRIAGE, nature="dispute"), SYSTEM)],
    "complaint": [(replace(TRIAGE, nature="complaint"), SYSTEM)],
    "overrule": [(c.OverruleTriage(content=personal("why"), nature="dispute"), HANDLER)],
    "answer": [(PROPOSE, HANDLER), (APPROVE, APPROVER), (PROPOSE, SECOND), (APPROVE, THIRD)],
    "reopen": [(c.Reopen(ground="disputed", content=personal("no")), PLAYER)],
    "withdraw": [(c.Withdraw(), PLAYER)],
    "deadlock": [(c.DeclareDeadlock(content=personal("no way")), HANDLER)],
    "upheld": [(c.RecordAdrOutcome(outcome="upheld"), HANDLER)],
    "rejected": [(c.RecordAdrOutcome(outcome="rejected"), HANDLER)],
    "close": [(c.Close(reason="completed"), SYSTEM)],
    "spam": [(c.RejectAsSpam(content=personal("spam")), HANDLER)],
}
STEPS = (*_COMMANDS, "refer", "duplicate")


def _post(case: Licensed) -> None:
    while owed := [
        one
        for one in case.complaint.letters.values()
        if one.is_live(case.complaint.stage) and not case.complaint.held
    ]:
        case.do(c.ClaimLetter(letter=owed[0].key), SYSTEM)
        case.do(c.RecordLetterSent(letter=owed[0].key, message_id="message-1"), SYSTEM)
