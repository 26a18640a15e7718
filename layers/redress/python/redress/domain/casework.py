"""What the work on a complaint changes of its state: its weight, its tasks, a second look, its duplicates."""

from __future__ import annotations

from copy import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.domain import actors, instants
from redress.domain import events as e
from redress.domain.parts import Evidence, Payment, Review, Task
from redress.domain.stages import Stage

if TYPE_CHECKING:  # it is made of what this module says
    from redress.domain.audit import Record
    from redress.domain.complaint import Complaint

WEIGHT = ("severity", "priority", "nature", "validity")
# The instants of intake that duplicates share: the earliest of each counts.
SHARED = ("received_at", "sent_at", "registered_at", "operator_aware_at", "platform_posted_at")


def weighed(complaint: Complaint, event: e.Triaged | e.TriageOverruled | e.HarmSignalled) -> dict[str, Any]:
    """The weight of a complaint. What a person overruled stays, whatever the rules say later."""
    match event:
        case e.HarmSignalled():
            return {"needs_human": True}
        case e.TriageOverruled():
            said = {name: value for name, value in vars(event).items() if value is not None}
            return {**said, "overruled": complaint.overruled | said.keys()}
        case e.Triaged():
            found = {name: getattr(event, name) for name in WEIGHT if name not in complaint.overruled}
            early = complaint.stage in {Stage.RECEIVED, Stage.ACKNOWLEDGED}
            return {
                **found,
                "stage": Stage.INVESTIGATING if early else complaint.stage,
                "team": event.team,
                "assignee": complaint.assignee if event.team == complaint.team else None,
                "needs_human": complaint.needs_human or event.needs_human,
                "triage_due": False,
            }


def released(complaint: Complaint, at: datetime) -> dict[str, Any]:
    """The letters leave. What was closed as spam goes on where it stood, and its duties are owed again."""
    told = {"released_at": at, "spam_at": None}
    if complaint.spam_at is None or complaint.stage is not Stage.CLOSED:
        return told
    undecided = Stage.INVESTIGATING if complaint.team else Stage.RECEIVED
    stage = Stage.DEADLOCKED if complaint.deadlocked_at else undecided
    return {**told, "stage": stage, "closed_at": None, "closed_because": None}


def known(event: e.SubjectStated | e.CauseFound) -> dict[str, Any]:
    """What it is about, and what lies at its root: what it is counted by."""
    match event:
        case e.SubjectStated():
            return {name: value for name, value in vars(event).items() if value is not None}
        case e.CauseFound(cause=cause, action=action):
            return {"cause": cause, "corrective_action": action}


def worked(
    complaint: Complaint, event: e.TaskOpened | e.TaskClosed | e.RedressPaid, record: Record
) -> dict[str, Any]:
    """The tasks, and what was paid."""
    match event:
        case e.TaskOpened():
            due_at = instants.from_text(event.due_at) if event.due_at else None
            task = Task(opened=record.seq, opened_at=record.at, **{**vars(event), "due_at": due_at})
            return {"tasks": {**complaint.tasks, record.seq: task}}
        case e.TaskClosed(opened=opened, outcome=outcome):
            closed = replace(complaint.tasks[opened], closed_at=record.at, outcome=outcome)
            return {"tasks": {**complaint.tasks, opened: closed}}
        case e.RedressPaid():
            payment = Payment(seq=record.seq, recorded_by=record.actor, **vars(event))
            return {"payments": (*complaint.payments, payment)}


def collected(
    complaint: Complaint, event: e.EvidenceAdded | e.EvidenceRefused | e.EvidenceScanned, record: Record
) -> dict[str, Any]:
    """The files. One that the player sends while a question is open is an answer to it."""
    match event:
        case e.EvidenceAdded(media_type=media_type, size=size):
            one = Evidence(
                seq=record.seq, added_at=record.at, added_by=record.actor, media_type=media_type, size=size
            )
            answers = complaint.waiting_for_player and record.actor == actors.PLAYER
            told = {"waiting_for_player": False, "replied_at": record.at} if answers else {}
            return {**told, "evidence": {**complaint.evidence, event.evidence: one}}
        case e.EvidenceRefused(reason=reason):
            one = Evidence(seq=record.seq, added_at=record.at, added_by=record.actor, refused=reason)
            return {"evidence": {**complaint.evidence, event.evidence: one}}
        case e.EvidenceScanned(verdict=verdict):
            one = replace(complaint.evidence[event.evidence], verdict=verdict, scanned_at=record.at)
            return {"evidence": {**complaint.evidence, event.evidence: one}}


def turned(
    complaint: Complaint, event: e.Reopened | e.DuplicateLinked | e.LinkedAsDuplicate, record: Record
) -> dict[str, Any]:
    """The complaint is decided anew, takes another one in, or goes on in another one."""
    match event:
        case e.Reopened(ground=ground):
            return _reopened(complaint, ground, record)
        case e.DuplicateLinked():
            earliest = {name: _earlier(complaint, event, name) for name in SHARED}
            return {**earliest, "duplicates": (*complaint.duplicates, event.duplicate)}
        case e.LinkedAsDuplicate(primary=primary):
            return {"primary": primary, "linked_at": record.at}


def _reopened(complaint: Complaint, ground: str, record: Record) -> dict[str, Any]:
    """Another person decides anew; the clocks of the law stand as the first answer left them."""
    first = complaint.decision
    if first is None:  # the decision to reopen asks for one
        raise TypeError(f"{record.number} was never decided")
    review = Review(
        seq=record.seq,
        ground=ground,
        reopened_at=record.at,
        first_decision=first,
        first_handlers=complaint.handled_by,
    )
    return {
        "stage": Stage.INVESTIGATING,
        "review": review,
        "decision": None,
        "assignee": None,
        "escalation_level": 0,
        "feedback_score": None,
        "waiting_for_player": False,
        "closed_at": None,
        "closed_because": None,
    }


def _earlier(complaint: Complaint, event: e.DuplicateLinked, name: str) -> datetime | None:
    """The earlier of two instants. One that a complaint does not tell is that of its receipt."""
    own, other = getattr(complaint, name), getattr(event, name)
    if own is None and other is None:
        return None
    return min(own or complaint.received_at, instants.from_text(other or event.received_at))
