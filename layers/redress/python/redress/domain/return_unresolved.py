"""What returns tell of disputes that are not settled, or were not without a quarrel."""

from datetime import datetime, timedelta

from redress.domain import clock, events
from redress.domain.complaint import Complaint
from redress.domain.return_adr import outside, picked
from redress.domain.return_figures import Basis, Row, Section, count, local_day
from redress.domain.return_lives import Life
from redress.domain.return_records import record
from redress.domain.stages import Stage

UNSETTLED = frozenset(Stage) - {Stage.RESOLVED, Stage.CLOSED}
LONG = 90
"""Calendar days since the operator was made aware, from which on a dispute is told of."""
INSTANT = timedelta(microseconds=1)
BANDS = ((90, 119), (120, 179), (180, 364), (365, None))
"""Ages in days, both ends included."""
AGED_COLUMNS = (
    *("number", "aware_on", "age_days", "submitted_on", "acknowledged_on", "type", "brand", "channel"),
    *("amount_minor", "currency", "stage", "body", "referred_at"),
)
UNRESOLVED_COLUMNS = (
    *(
        "number",
        "unresolved_at",
        "because",
        "submitted_on",
        "type",
        "nature",
        "brand",
        "amount_minor",
        "currency",
    ),
)
RESPONSE_COLUMNS = ("number", "answered_on", "answered_at", "outcome", "stage")
BECAUSE = {
    events.DeadlockDeclared: "deadlock",
    events.ReferredToAdr: "taken to an outside body",
    events.Reopened: "answer not accepted",
    events.MilestoneReached: "answer overdue",
}


def disputes_unresolved_for_90_days(basis: Basis) -> Section:
    """How many disputes were not settled at the end, and old."""
    part = "disputes_unresolved_for_90_days"
    found = [life for life, _ in _aged(basis)]
    return Section(
        id=part,
        label=f"Disputes unresolved for {LONG} days",
        definition=f"Disputes (as triage or a person weighed them) that at the end of the last day were not"
        f" closed and had no answer that stands, {LONG} calendar days or more after the operator was made"
        " aware of them; that day is not counted.",
        figures=(count(part, f"Disputes unresolved for {LONG} days or more", found, stock=True),),
    )


def details(basis: Basis) -> Section:
    """Those disputes one by one."""
    return Section(
        id="details",
        label="Details",
        definition="Each dispute that was unresolved for so long. The player and what they wrote are personal"
        " data, and are not in this document.",
        columns=AGED_COLUMNS,
        rows=tuple(_with_age(life, age, basis) for life, age in _aged(basis)),
    )


def age(basis: Basis) -> Section:
    """How old they are."""
    found = _aged(basis)
    return Section(
        id="age",
        label="Age",
        definition="Calendar days from the local day on which the operator was made aware (else: received it)"
        " to the last day.",
        figures=tuple(
            count(
                f"age.from_{low}",
                f"{low} to {high} days" if high else f"{low} days and more",
                [life for life, days in found if low <= days and (high is None or days <= high)],
                stock=True,
            )
            for low, high in BANDS
        ),
    )


def unresolved_complaint(basis: Basis) -> Section:
    """What the operator and the player do not agree on."""
    found = _unresolved(basis)
    return Section(
        id="unresolved_complaint",
        label="Unresolved complaints",
        definition="Complaints of which it came on record, for the first time in the period, that the"
        " operator's process did not resolve them: the answer was overdue, the player did not accept it,"
        " there was a deadlock, or the complaint went to an outside body. Which of them concern the account,"
        " an outcome or illegality a person says: the type is what it was filed under.",
        figures=(count("unresolved_complaint", "Complaints that became unresolved", found),),
        columns=UNRESOLVED_COLUMNS,
        rows=tuple(_why_unresolved(one, basis) for one in found),
    )


def response(basis: Basis) -> Section:
    """What was answered to them."""
    found = _unresolved(basis)
    answered = [one for one in found if one.complaint.last_response_sent_at]
    return Section(
        id="response",
        label="Responses",
        definition="The operator's answer to each of them so far. Its words are personal data: the letter"
        " goes to the authority from the complaint's file, by its number.",
        figures=(count("response", "Of them answered", answered),),
        columns=RESPONSE_COLUMNS,
        rows=tuple(picked(record(one.complaint, basis.zone), RESPONSE_COLUMNS) for one in found),
    )


def _aged(basis: Basis) -> list[tuple[Life, int]]:
    """Unsettled disputes with their age in days, the oldest first."""
    found = [
        (one, days)
        for one in basis.lives
        if one.counts and one.is_dispute and one.at_end in UNSETTLED
        if (days := _days_old(one.complaint, basis)) >= LONG
    ]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].number))


def _days_old(complaint: Complaint, basis: Basis) -> int:
    last = clock.local_day(basis.at - INSTANT, basis.zone)
    return (last - clock.local_day(_aware_at(complaint), basis.zone)).days


def _aware_at(complaint: Complaint) -> datetime:
    return complaint.operator_aware_at or complaint.received_at


def _with_age(life: Life, days: int, basis: Basis) -> Row:
    own = {
        "aware_on": local_day(_aware_at(life.complaint), basis.zone),
        "age_days": days,
        "stage": str(life.at_end),
    }
    return picked({**record(life.complaint, basis.zone), **outside(life, basis), **own}, AGED_COLUMNS)


def _unresolved(basis: Basis) -> list[Life]:
    return [one for one in basis.lives if one.counts and one.unresolved and basis.of.holds(one.unresolved.at)]


def _why_unresolved(life: Life, basis: Basis) -> Row:
    mark = life.unresolved
    own = {"unresolved_at": mark.at, "because": BECAUSE[type(mark.event)]} if mark else {}
    return picked({**record(life.complaint, basis.zone), **own}, UNRESOLVED_COLUMNS)
