"""What fell due on a day, when and by what it was met, and what was missed: one pack, one local day.

Only what happened before the day's report counts, an hour after the day's end: whoever asks later, or asks
the journal instead of the table, is told the same. What the report of a day could not know yet, since it came
on record later, is in that of the day on which it did.
"""

from redress.domain.reconciliation.day import part, period, reach, reconcile, total
from redress.domain.reconciliation.facts import (
    OURS,
    SETTLED,
    Gap,
    GapKind,
    Line,
    Part,
    Period,
    Reconciliation,
    RulesOf,
    Sent,
)
from redress.domain.reconciliation.gaps import UNTOLD
from redress.domain.reconciliation.lines import TOLERANCE

__all__ = [
    "OURS",
    "SETTLED",
    "TOLERANCE",
    "UNTOLD",
    "Gap",
    "GapKind",
    "Line",
    "Part",
    "Period",
    "Reconciliation",
    "RulesOf",
    "Sent",
    "part",
    "period",
    "reach",
    "reconcile",
    "total",
]
