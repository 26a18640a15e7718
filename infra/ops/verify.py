"""`redress verify`: the check that nothing was altered, in a complaint or in a copy of the journal."""

from pathlib import Path

from infra.ops import shown
from infra.ops.journal import Journal, JournalBroken
from redress.domain import audit
from redress.usecases.ports import CaseFile


def print_verdict(number: str, case: CaseFile) -> int:
    """Print whether the chain of the complaint of that number holds; 1 when it does not."""
    if case.complaint.number != number:
        print(f"BROKEN: in the place of complaint {number} lies {shown.plain(case.complaint.number)}")
        return 1
    try:
        audit.verify(case.records, case.state_head)
    except audit.ChainBroken as broken:
        print(f"BROKEN: {shown.plain(broken)}")
        return 1
    print(f"{number}: {len(case.records)} events, the chain holds, head {case.state_head}")
    return 0


def print_journal_verdict(folder: Path) -> int:
    """Print whether a copy of the journal is what was written; 1 when it is not.

    A flaw of the digests and one of the events are told apart, each the first: where digests were replaced,
    the chain of a complaint may still say which event it was done for.
    """
    journal = Journal(folder)
    digests = journal.digests
    flaws: list[Exception] = [digests.broken] if digests.broken else []
    try:
        complaints = journal.check_events()
    except (audit.ChainBroken, JournalBroken) as broken:
        flaws.append(broken)
    for flaw in flaws:
        print(f"BROKEN: {shown.plain(flaw)}")
    if flaws or not digests.last:
        return 1
    print(f"{folder}: {len(journal.events)} events of {complaints} complaints, all chains hold")
    print(f"digests to {digests.last.day}, head {digests.head}: kept, it proves later that no day is missing")
    if journal.undigested:
        print(f"{journal.undigested} events have no digest yet: their complaints' chains alone prove them")
    return 0
