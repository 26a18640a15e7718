"""A table that is lost: three complaints before and after the point that it is restored to."""

from pathlib import Path
from typing import NamedTuple

from infra.ops import rebuild
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.store.rebuild import Workbench
from redress.store.table import Table
from tests.support import restores
from tests.support.complaints import APPROVE, APPROVER, PLAYER, PROPOSE, REGION, SYSTEM, TRIAGE, personal
from tests.support.desks import Office
from tests.support.restores import Dump

REPLY = c.Reply(content=personal("reply"))
TASK = c.OpenTask(team="care", due_at=None, content=personal("task"))


class Lost(NamedTuple):
    """What the table held at the point, and when it was lost.

    `known` was under way at the point and got its answer later, `closed` was closed by then and is to be
    forgotten since, `later` came in between.
    """

    office: Office
    table: Table
    before: Dump
    after: Dump
    known: str
    closed: str
    later: str

    def restored(self) -> Workbench:
        """The table as it was at the point."""
        return restores.restore(self.table.client, self.before)

    def rebuild(self, bench: Workbench, journal: Path, *, dry_run: bool = False) -> int:
        """The command, with its report beside the copy of the journal."""
        report = journal.parent / "report"
        return rebuild.print_rebuild(bench, REGION, journal, report, self.office.clock, dry_run=dry_run)


def lose(office: Office, table: Table) -> Lost:
    """Let it all happen in the table of the office."""
    known, closed = office.receive(key="1"), office.receive(key="2")
    for number in (known, closed):
        office.send(number, LetterKind.ACKNOWLEDGEMENT)
        office.do(number, TRIAGE, SYSTEM)
    office.do(closed, c.Withdraw(content=personal("withdrawal")), PLAYER)
    before = restores.dump(table.client)
    office.clock.move(60)
    office.do(known, TASK)
    office.do(known, REPLY, PLAYER)
    office.do(known, PROPOSE)
    office.do(known, APPROVE, APPROVER)
    office.send(known, LetterKind.FINAL_RESPONSE)
    later = office.receive(key="3")
    office.do(closed, c.OrderErasure(because="request"), SYSTEM)
    office.clock.move(60)
    return Lost(office, table, before, restores.dump(table.client), known, closed, later)
