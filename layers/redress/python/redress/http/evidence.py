"""What the operator's API can do with evidence. Imported when the first request for it comes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from redress.domain import commands, evidence
from redress.domain.changes import illegal
from redress.domain.errors import EvidenceNotReleased, NoSuchEvidence
from redress.domain.stages import Stage
from redress.http import evidence_views
from redress.http.answer import Answer
from redress.http.changing import case_of
from redress.http.outcomes import tag
from redress.http.requests import Call

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import evidence_bodies as bodies

_ID_DIGITS = evidence.ID_BITS // 4


def list_evidence(call: Call) -> Answer:
    """List the files that were sent, and where each stands."""
    case = case_of(call)
    return Answer(body=evidence_views.listed(case), headers=tag(case.complaint.version))


def ask_for_upload(call: Call, _asked: bodies.EvidenceUpload) -> Answer:
    """Ask where one file may be sent: straight to the store, within the hour.

    Nothing is on record before the file is there. The same request, sent again, is about the same file.
    """
    complaint = case_of(call).complaint
    probe = commands.RefuseEvidence(evidence="", reason="")
    if complaint.stage is Stage.CLOSED:
        raise illegal(complaint, probe, "it is closed")
    if not evidence.room(complaint.evidence):
        raise illegal(complaint, probe, f"it has {evidence.MOST_FILES} files, or as many were refused")
    asked = f"{call.once.client}\n{call.once.key}\n{call.once.fingerprint}"
    sent = hashlib.sha256(asked.encode()).hexdigest()[:_ID_DIGITS]
    made = call.evidence().upload(complaint.number, sent, call.actor, call.desk.now())
    found_at = f"/v1/complaints/{complaint.number}/evidence/{sent}"
    return Answer(status=201, body=evidence_views.upload(made), headers={"Location": found_at})


def get_evidence(call: Call) -> Answer:
    """Get an address that hands out one file, once it may be opened."""
    case, wanted = case_of(call), call.path["evidence"]
    number, known = case.complaint.number, case.complaint.evidence
    one = known.get(wanted)
    if one is None or case.complaint.erasure_ordered_at:  # it is on record, and gone or about to go
        raise NoSuchEvidence(number, wanted)
    if not evidence.is_released(one) or one.media_type is None:
        raise EvidenceNotReleased(number, wanted, evidence.state(one))
    place = list(known).index(wanted)
    name = evidence.file_name(number, place + 1, one.media_type)
    made = call.evidence().download(number, wanted, one.media_type, name, call.desk.now())
    shown = evidence_views.listed(case)["items"][place]
    return Answer(body=evidence_views.file(name, shown, one, made), headers=tag(case.complaint.version))
