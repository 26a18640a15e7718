"""In which days a complaint may have a part, for whoever looks at many days and reads its records once."""

from datetime import datetime

from redress.domain.history import History
from redress.domain.reading import RulePackInvalid
from redress.domain.reconciliation.facts import Period, RulesOf
from redress.domain.reconciliation.gaps import flaw
from redress.domain.reconciliation.life import Impossible, Life
from redress.domain.stages import Stage
from redress.domain.values import Value


class Span(Value):
    """From the first record of a complaint to the last; `over`: it is closed then. All instants are UTC.

    `received_at` is the earliest receipt of it and of what goes on in it.
    """

    begins: datetime
    ends: datetime
    received_at: datetime
    over: bool

    def touches(self, of: Period) -> bool:
        """Whether it may have a part in the day; where not, it has none."""
        lasts = not self.over or self.ends >= of.start or self.received_at >= of.since
        return lasts and self.begins < of.end


def span(history: History, rules_of: RulesOf) -> Span | None:
    """None where nobody can say: of records that cannot be read or cannot have happened every day tells, and
    rules that are not there are missed by the day that asks for them.
    """
    if flaw(history):
        return None
    try:
        life = Life(history.records, rules_of)
    except (Impossible, RulePackInvalid):
        return None
    first, last = history.records[0], history.records[-1]
    over = life.last.stage is Stage.CLOSED
    return Span(begins=first.at, ends=last.at, received_at=life.last.received_at, over=over)
