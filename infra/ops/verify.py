"""The check that nothing was altered: the chain of a complaint's events, from the first to the head."""

from redress.adapters.clients import client
from redress.domain import audit
from redress.domain import number as complaint_number
from redress.domain.errors import NotFound
from redress.store.table import Table


def print_verdict(table: str, number: str) -> int:
    """Print whether the chain holds; 1 when it does not. Raises NotFound."""
    spelled = complaint_number.parse(number)
    if spelled is None:
        raise NotFound(number)
    case = Table(client("dynamodb"), table).load(spelled)
    try:
        audit.verify(case.records, case.state_head)
    except audit.ChainBroken as broken:
        print(f"BROKEN: {broken}")
        return 1
    print(f"{spelled}: {len(case.records)} events, the chain holds, head {case.state_head}")
    return 0
