"""`redress verify`: the check that nothing was altered, by the chain of a complaint's events."""

from redress.domain import audit
from redress.usecases.ports import CaseFile


def print_verdict(case: CaseFile) -> int:
    """Print whether the chain holds; 1 when it does not."""
    try:
        audit.verify(case.records, case.state_head)
    except audit.ChainBroken as broken:
        print(f"BROKEN: {broken}")
        return 1
    number = case.complaint.number
    print(f"{number}: {len(case.records)} events, the chain holds, head {case.state_head}")
    return 0
