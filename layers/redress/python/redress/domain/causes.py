"""What stands behind an event: the clock, or a person."""

from collections.abc import Mapping, Sequence

from redress.domain import events as e
from redress.domain.audit import Record

# What a milestone leads to is recorded right after it; a person's doing may follow any milestone.
_LEADS_TO: Mapping[type, str] = {e.Escalated: "escalation", e.DeadlockDeclared: "deadlock"}


def milestone_behind(records: Sequence[Record], seq: int) -> e.MilestoneReached | None:
    """The milestone that led to event `seq`, an escalation or a deadlock; None where a person did.

    `records` are all of the complaint's, in order.
    """
    name = _LEADS_TO.get(type(records[seq - 1].event))
    before = records[seq - 2].event if seq > 1 else None
    if name and isinstance(before, e.MilestoneReached) and before.milestone.partition("_")[0] == name:
        return before
    return None
