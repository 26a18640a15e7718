"""The register as returns show it: a complaint in a row, without a word about the person."""

from collections.abc import Iterator

from redress.domain import money
from redress.domain.complaint import Complaint
from redress.domain.return_figures import Basis, Row, Section, count, local_day
from redress.domain.return_lives import Life
from redress.domain.stages import Stage

RECORD_COLUMNS = (
    *("number", "submitted_on", "received_at", "acknowledged_on", "acknowledged_at", "type", "nature"),
    *("brand", "channel", "amount_minor", "currency", "stage", "outcome", "answered_on", "remark"),
)
PRIVATE = (
    "The player's name, account and words are personal data: they are not in this document. Ask for them by"
    " complaint number, in the operator's system."
)
FIRST_RECEIPT = (
    "A complaint counts on the local day on which it was received first, in whichever form; one that goes on"
    " in another counts there alone, by the earlier receipt."
)


def records_of_complaints(basis: Basis) -> Section:
    """The register of the period."""
    found = basis.received
    kept = ", ".join(name.replace("_", " ") for name in basis.pack.records.fields)
    return Section(
        id="records_of_complaints",
        label="Records of complaints",
        definition=f"Each complaint received in the period, by number. {FIRST_RECEIPT}"
        + (f" The rules ask for: {kept}." if kept else ""),
        figures=(count("records_of_complaints", "Complaints on record", found),),
        columns=RECORD_COLUMNS,
        rows=tuple(_kept(one, basis.zone) for one in found),
        remarks=(PRIVATE,),
    )


def record(complaint: Complaint, zone: str) -> Row:
    """A complaint as the register shows it. Days are local to the zone; instants are UTC."""
    return {
        "number": complaint.number,
        "submitted_on": local_day(complaint.sent_at or complaint.received_at, zone),
        "received_at": complaint.received_at,
        "acknowledged_on": local_day(complaint.acknowledged_at, zone),
        "acknowledged_at": complaint.acknowledged_at,
        "type": complaint.category,
        "nature": complaint.nature,
        "brand": complaint.brand,
        "channel": complaint.channel,
        "language": complaint.language,
        "amount_minor": complaint.amount_minor,
        "currency": complaint.currency,
        "stage": str(complaint.stage),
        "outcome": ending(complaint),
        "answered_on": local_day(complaint.last_response_sent_at, zone),
        "answered_at": complaint.last_response_sent_at,
        "closed_at": complaint.closed_at,
        "remark": "; ".join(_remarks(complaint)),
    }


def amount(minor: int | None, currency: str | None) -> str | None:
    """An amount of minor units as people write it, `25.50`, if it is known and of a currency."""
    return None if minor is None or currency is None else money.decimal_text(minor, currency)


def ending(complaint: Complaint) -> str:
    """How a complaint ended so far, in a word of OUTCOMES or the decision's own."""
    if complaint.withdrawn_at:
        return "withdrawn"
    if complaint.decision and complaint.last_response_sent_at and complaint.stage is not Stage.DECIDED:
        return complaint.decision.outcome
    if complaint.stage is Stage.CLOSED and complaint.deadlock_sent_at:
        return "deadlock"
    return "closed_without_answer" if complaint.stage is Stage.CLOSED else "open"


def words(name: str) -> str:
    """An id as words."""
    return name.replace("_", " ")


def _kept(life: Life, zone: str) -> Row:
    row = record(life.complaint, zone)
    remark = "; ".join(part for part in (row["remark"], "solved quickly" if life.quick else "") if part)
    return {**{name: row[name] for name in RECORD_COLUMNS}, "remark": remark}


def _remarks(complaint: Complaint) -> Iterator[str]:
    if complaint.spam_at:
        yield "found to be spam"
    if complaint.primary:
        yield f"goes on in {complaint.primary}"
    if complaint.duplicates:
        yield f"with its duplicates {', '.join(complaint.duplicates)}"
    if complaint.review:
        yield "reopened"
