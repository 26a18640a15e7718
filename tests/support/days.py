"""A complaint's days as the proof tells them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from redress.domain import commands as c
from redress.domain import reconciliation
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.domain.milestones import Milestone, milestones
from redress.domain.reconciliation import Line, Reconciliation
from redress.usecases import reconcile
from tests.support.complaints import REGION, SYSTEM, TRIAGE, Case, submit

RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday; the clocks change on 29 March
FINAL_DAY = date(2026, 4, 26)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def british(at: datetime = RECEIVED) -> Case:
    """A complaint under the British licence, as it was received."""
    return Case(submit("gb-ukgc"), at)


def acknowledged(at: datetime = RECEIVED) -> Case:
    """The same, acknowledged a minute later and looked into."""
    case = british(at)
    case.send(LetterKind.ACKNOWLEDGEMENT, at=at + MINUTE)
    case.do(TRIAGE, SYSTEM)
    return case


def live(case: Case, until: datetime, *, without: str = "") -> None:
    """What the workflow does until then: every milestone at its instant, and its letters."""
    post(case)
    while ahead := [one for one in milestones(case.rules, case.complaint) if is_next(one, until, without)]:
        case.do(ahead[0].command, SYSTEM, at=max(ahead[0].at, case.now))
        post(case)
    case.now = max(until, case.now)


def is_next(one: Milestone, until: datetime, without: str) -> bool:
    """Whether the workflow reaches it until then."""
    return one.at < until and one.name != without


def post(case: Case) -> None:
    """Send every letter that is owed."""
    while owed := [one for one in case.complaint.letters.values() if one.is_live(case.complaint.stage)]:
        case.do(c.ClaimLetter(letter=owed[0].key), SYSTEM)
        case.do(c.RecordLetterSent(letter=owed[0].key, message_id="message-1"), SYSTEM)


def history(case: Case, **changes: Any) -> History:
    """Its records as they are read, or otherwise."""
    own: dict[str, Any] = {"number": case.complaint.number, "records": tuple(case.records), "head": case.head}
    return History(**{**own, **changes})


def told(day: date, *cases: Case | History, pack: str = "gb-ukgc") -> Reconciliation:
    """The day as they tell it."""
    of = reconcile.period(REGION, pack, day)
    found = [one if isinstance(one, History) else history(one) for one in cases]
    return reconciliation.reconcile(found, REGION.rules_of, of)


def line(found: Reconciliation, clock: str, milestone: str = "due") -> Line:
    """The one line of a milestone."""
    [one] = [one for one in found.lines if (one.clock, one.milestone) == (clock, milestone)]
    return one


def gaps(found: Reconciliation) -> list[tuple[str, str, str]]:
    """Each gap: its kind, clock and milestone."""
    return [(one.kind, one.clock, one.milestone) for one in found.gaps]
