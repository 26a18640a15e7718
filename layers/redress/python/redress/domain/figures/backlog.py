"""What is open, and when it is worked off at the present rate, if ever: a plain projection."""

from datetime import date
from typing import Literal, TypedDict

from redress.domain.calendars import DAY
from redress.domain.figures.statistics import rounded
from redress.domain.figures.tallies import Tallies

WEEKS = 8
LONGEST = 3650
"""Days after which a projection is worth nothing: what takes longer is worked off never."""

Outlook = Literal["nothing_open", "worked_off", "never"]


class Week(TypedDict):
    """Seven days, of which `last_day` is the last."""

    last_day: str
    received: int
    closed: int


class Backlog(TypedDict):
    """What is open in the end, and the last eight weeks before it.

    If complaints keep coming and closing at the rate of these weeks, what is open is worked off on `by`; it
    never is where no more close than come, or where it takes more than ten years.
    """

    open: int
    weeks: list[Week]
    received_per_week: float
    closed_per_week: float
    outlook: Outlook
    by: str | None


def backlog(tallies: Tallies) -> Backlog:
    """The backlog at the end of the period's last day."""
    weeks = [_week(tallies, tallies.last - 7 * place * DAY) for place in reversed(range(WEEKS))]
    received, closed = (sum(one[name] for one in weeks) for name in ("received", "closed"))
    is_open = tallies.open_after(tallies.last)
    outlook, by = _outlook(is_open, closed - received, tallies.last)
    return {
        "open": is_open,
        "weeks": weeks,
        "received_per_week": rounded(received / WEEKS),
        "closed_per_week": rounded(closed / WEEKS),
        "outlook": outlook,
        "by": by.isoformat() if by else None,
    }


def _week(tallies: Tallies, last: date) -> Week:
    first = last - 6 * DAY
    return {
        "last_day": last.isoformat(),
        "received": tallies.between("received", first, last),
        "closed": tallies.between("closed", first, last),
    }


def _outlook(is_open: int, gained: int, last: date) -> tuple[Outlook, date | None]:
    """`gained` is how many more were closed than came in the last weeks."""
    if not is_open:
        return "nothing_open", None
    if gained <= 0:
        return "never", None
    days = -(-is_open * WEEKS * 7 // gained)
    if days > LONGEST:
        return "never", None
    return "worked_off", last + days * DAY
