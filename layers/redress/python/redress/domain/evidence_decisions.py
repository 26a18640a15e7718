"""What comes of a file that was sent: taken, refused, scanned. Saying it twice changes nothing."""

from typing import assert_never

from redress.domain import actors, clock_decisions, evidence
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint
from redress.domain.evidence import Refusal, Verdict
from redress.domain.stages import Stage

EVIDENCE = (c.AddEvidence, c.RefuseEvidence, c.RecordScan)

type Collecting = c.AddEvidence | c.RefuseEvidence | c.RecordScan


def decide(complaint: Complaint, command: Collecting, actor: str) -> list[Change]:
    """The events of a file; none for one that is known.

    Raises IllegalTransition for the scan of a file that nobody has added: its turn comes later.
    """
    match command:
        case c.AddEvidence():
            return _add(complaint, command, actor)
        case c.RefuseEvidence(evidence=known, reason=reason):
            return [] if known in complaint.evidence else _refuse(complaint, known, reason)
        case c.RecordScan():
            return _scanned(complaint, command)
        case _:
            assert_never(command)


def _add(complaint: Complaint, command: c.AddEvidence, actor: str) -> list[Change]:
    if command.evidence in complaint.evidence:
        return []
    if complaint.stage is Stage.CLOSED:
        return _refuse(complaint, command.evidence, Refusal.CLOSED)
    if not evidence.room(complaint.evidence):
        return _refuse(complaint, command.evidence, Refusal.TOO_MANY)
    added = e.EvidenceAdded(evidence=command.evidence, media_type=command.media_type, size=command.size)
    changes = [Change(event=added, content=command.content)]
    if not command.scanned:
        changes.append(_verdict(command.evidence, Verdict.NOT_SCANNED))
    answers = complaint.waiting_for_player and actor == actors.PLAYER
    return [*changes, *(clock_decisions.resume_after_reply(complaint) if answers else [])]


def _refuse(complaint: Complaint, sent: str, reason: str) -> list[Change]:
    """On record, but not without end: whoever holds the private link can send files all day."""
    refused = sum(1 for one in complaint.evidence.values() if one.refused)
    if refused >= evidence.MOST_REFUSED:
        return []
    return [Change(event=e.EvidenceRefused(evidence=sent, reason=reason))]


def _scanned(complaint: Complaint, command: c.RecordScan) -> list[Change]:
    one = complaint.evidence.get(command.evidence)
    if one is None or one.refused:
        raise illegal(complaint, command, f"the file {command.evidence} is not among its evidence")
    worse = command.verdict == Verdict.INFECTED and one.verdict != Verdict.INFECTED
    if one.verdict is not None and not worse:  # a later scan may know more
        return []
    task = evidence.TASKS.get(command.verdict)
    opened = [Change(event=e.TaskOpened(task=task))] if task else []
    return [_verdict(command.evidence, command.verdict), *opened]


def _verdict(sent: str, verdict: str) -> Change:
    return Change(event=e.EvidenceScanned(evidence=sent, verdict=verdict))
