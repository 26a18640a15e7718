"""Every date of a complaint in words that a compliance officer can file."""

from collections.abc import Iterable
from datetime import datetime

from redress.adapters.clients import client
from redress.domain import instants, milestones, rulepack
from redress.domain import number as complaint_number
from redress.domain.complaint import Complaint
from redress.domain.errors import NotFound
from redress.domain.milestones import Milestone, Promise
from redress.domain.stages import Stage
from redress.store.table import Table


def print_dates_from_receipt(pack_id: str, received: datetime, category: str) -> int:
    """Print what a pack makes of a complaint received at `received`; nothing is stored."""
    pack = rulepack.load_pack(pack_id)
    imagined = Complaint(
        number="none",
        version=1,
        stage=Stage.RECEIVED,
        brand="none",
        jurisdiction=pack_id,
        pack_version=pack.version,
        channel="api",
        language="en",
        category=category,
        occurred_on=None,
        amount_minor=None,
        currency=None,
        received_at=received,
    )
    _print_all(pack, imagined, received)
    return 0


def print_dates_of(table: str, number: str, now: datetime) -> int:
    """Print the dates of a stored complaint. Raises NotFound."""
    spelled = complaint_number.parse(number)
    if spelled is None:
        raise NotFound(number)
    complaint = Table(client("dynamodb"), table).load(spelled).complaint
    print(f"Complaint {complaint.number}, {complaint.stage}")
    _print_all(rulepack.load_pack(complaint.jurisdiction, complaint.pack_version), complaint, now)
    return 0


def _print_all(pack: rulepack.RulePack, complaint: Complaint, now: datetime) -> None:
    print(f"Rule pack {pack.id}, version {pack.version}, zone {pack.timezone}\n")
    for promise in milestones.promises(pack, complaint):
        print("\n".join(_promise_lines(promise, now)), end="\n\n")
    print("What the workflow will do, and when:")
    print("\n".join(_milestone_lines(milestones.milestones(pack, complaint))))


def _promise_lines(promise: Promise, now: datetime) -> Iterable[str]:
    at = instants.to_text(promise.due_at) if promise.due_at else "no date while the clock is paused"
    yield f"{promise.clock} ({promise.kind}): before {at}; the last day is {promise.last_day:%A %d %B %Y}"
    if promise.met_at:
        yield f"  kept at {instants.to_text(promise.met_at)}"
    if promise.missed(now):
        yield "  MISSED"
    for step in promise.explain:
        yield f"  - {step.text} [{step.source}]"


def _milestone_lines(ahead: Iterable[Milestone]) -> Iterable[str]:
    for milestone in ahead:
        note = " (a breach if still unmet)" if milestone.breach else ""
        yield f"  {instants.to_text(milestone.at)}  {milestone.clock} {milestone.name}{note}"
