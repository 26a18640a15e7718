"""From a file that came in to a fact of its complaint: looked at, put on record, kept or thrown away.

Each step may happen again, since messages may come twice and a function may end between any two of them:
a file that is on record is only cleared away.
"""

import hashlib

from redress.domain import commands, evidence, file_kinds
from redress.domain.errors import NotFound
from redress.domain.evidence import Refusal, Verdict
from redress.domain.values import Value
from redress.usecases.change import Desk, change
from redress.usecases.evidence_ports import EvidenceFiles, Sent
from redress.usecases.ports import CaseFile

KNOWN, GONE, NO_COMPLAINT = "known", "gone", "no_complaint"
SYSTEM = "system"


class NotYetAdded(Exception):
    """The verdict on a file is there before the file is on record: it has to come again."""


class Collector(Value):
    """What collecting needs; `scanned` says whether a scan for malware follows."""

    desk: Desk
    files: EvidenceFiles
    scanned: bool


def collect(collector: Collector, number: str, sent: str) -> str:
    """Take in the file `sent` (its id), or refuse it; what came of it, in a word for the log."""
    files = collector.files
    try:
        case = collector.desk.store.load(number)
    except NotFound:
        files.clear(number, sent)
        return NO_COMPLAINT
    if case.complaint.erasure_ordered_at:
        files.remove(number, sent)  # a try that ended may have kept it when all others were gone
    found = files.sent(number, sent)
    if found is None:
        return KNOWN if sent in case.complaint.evidence else GONE
    state = _take(collector, case, sent, found)
    files.clear(number, sent)
    return state


def record_scan(collector: Collector, number: str, sent: str, verdict: str) -> str:
    """Put the verdict of the scan on record; an infected file is thrown away. Raises NotYetAdded."""
    complaint = collector.desk.store.load(number).complaint
    one = complaint.evidence.get(sent)
    if one is None and complaint.erasure_ordered_at:  # nobody adds it any more
        collector.files.remove(number, sent)
        return GONE
    if one is None:
        raise NotYetAdded(sent)
    if not one.refused:
        change(collector.desk, number, commands.RecordScan(evidence=sent, verdict=verdict), SYSTEM)
    if one.refused or verdict == Verdict.INFECTED:
        collector.files.remove(number, sent)
    return verdict


def _take(collector: Collector, case: CaseFile, sent: str, found: Sent) -> str:
    number, on_record = case.complaint.number, case.complaint.evidence
    if case.complaint.erasure_ordered_at:  # nothing of the person is kept any more, not for a moment
        refused = commands.RefuseEvidence(evidence=sent, reason=Refusal.CLOSED)
        change(collector.desk, number, refused, found.by)
        return "refused"
    one = _id(case, sent, found)
    if one in on_record:
        return KNOWN
    try:
        return _add(collector, number, one, found)
    except file_kinds.NotTaken as refused:
        if sent in on_record and on_record[sent].refused == refused.why:
            return KNOWN
        change(collector.desk, number, commands.RefuseEvidence(evidence=one, reason=refused.why), found.by)
        return str(refused.why)


def _id(case: CaseFile, sent: str, found: Sent) -> str:
    """The id of a file: that of the form it came by, unless another file came by the same form before.

    A form may be sent again for as long as it is signed, from a page that the browser kept.
    """
    digest = hashlib.sha256(found.content or b"").hexdigest()
    before = case.complaint.evidence.get(sent)
    if before is None or case.contents.get(before.seq, {}).get("sha256") == digest:
        return sent
    return hashlib.sha256(f"{sent}\n{digest}".encode()).hexdigest()[: evidence.ID_BITS // 4]


def _add(collector: Collector, number: str, sent: str, found: Sent) -> str:
    """Keep the file, then put it on record: nothing is on record that is not kept. Raises NotTaken."""
    if found.content is None:
        raise file_kinds.NotTaken(Refusal.TOO_LARGE)
    media_type = file_kinds.media_type(found.content)
    collector.files.keep(number, sent, found.content, media_type)
    command = commands.AddEvidence(
        evidence=sent,
        media_type=media_type,
        size=len(found.content),
        content={"sha256": hashlib.sha256(found.content).hexdigest()},
        scanned=collector.scanned,
    )
    change(collector.desk, number, command, found.by)
    one = collector.desk.store.load(number).complaint.evidence.get(sent)
    if one is None or one.refused:  # too many, or the complaint is closed
        collector.files.remove(number, sent)
    return evidence.state(one) if one else "refused"
