"""What the operator's API shows of the work on a complaint."""

from collections.abc import Iterator
from copy import replace
from datetime import datetime
from typing import TypedDict

from redress.domain import audit, events, instants
from redress.domain.audit import ChainBroken, Content
from redress.domain.parts import ACCEPTED, HELD
from redress.http import clock_views, views
from redress.http.clock_views import ClockView
from redress.http.letter_views import LetterView
from redress.http.views import ComplaintView, EventView
from redress.region import Macro, Region
from redress.usecases.ports import CaseFile

OWN_AFFAIRS = (
    *(events.Triaged, events.TriageOverruled, events.HarmSignalled, events.Escalated),
    *(events.TaskOpened, events.TaskClosed, events.DecisionReturned, events.MailRejected),
    *(events.LegalHoldPlaced, events.LegalHoldLifted),
)


class MacroView(TypedDict):
    """A text that handlers use again. A field that could not be filled still stands in braces."""

    id: str
    title: str
    language: str
    text: str


class MacrosView(TypedDict):
    """The macros, filled for a complaint, in its language where they have it."""

    items: list[MacroView]


class ChainView(TypedDict):
    """The proof that no event is missing or altered: `whole`, and the hash of the last one."""

    whole: bool
    head: str


class EvidencePackView(TypedDict):
    """What an outside body needs: the complaint, every event, the clock explained, the letters, the proof.

    The operator's own affairs are left out of it: internal notes, tasks, how the complaint was weighed, what
    was found at its root, and mails of which nobody has found that they are the player's.
    """

    generated_at: str
    complaint: ComplaintView
    clock: ClockView
    events: list[EventView]
    letters: list[LetterView]
    chain: ChainView


def macro(one: Macro, language: str, filled: str) -> MacroView:
    """A macro in one language."""
    return {"id": one.id, "title": one.title, "language": language, "text": filled}


def evidence_pack(case: CaseFile, region: Region, now: datetime) -> EvidencePackView:
    """Everything about a complaint, in one document."""
    told = replace(case, contents=dict(_told_outside(case)))
    shown = views.complaint(told, region, now)
    return {
        "generated_at": instants.to_text(now),
        "complaint": {
            **shown,
            "triage": None,
            "cause": None,
            "corrective_action": None,
            "notes": [one for one in shown["notes"] if one["text"]],
        },
        "clock": clock_views.clock(case, region, now),
        "events": views.history(told)["items"],
        "letters": shown["letters"],
        "chain": _chain(case),
    }


def _told_outside(case: CaseFile) -> Iterator[tuple[int, Content]]:
    """The content that leaves the house; of the rest the events and their hashes show that it is there."""
    for seq, content in case.contents.items():
        event = case.records[seq - 1].event
        if not _is_internal(case, seq) and not isinstance(event, OWN_AFFAIRS):
            yield seq, {name: value for name, value in content.items() if name != "vulnerable"}


def _is_internal(case: CaseFile, seq: int) -> bool:
    """A note among colleagues; a mail of which nobody has found that it is the player's."""
    event, mail = case.records[seq - 1].event, case.complaint.mails.get(seq)
    if mail and mail.taken_as == HELD:
        return mail.found != ACCEPTED
    return isinstance(event, events.NoteAdded) and event.visibility == "internal"


def _chain(case: CaseFile) -> ChainView:
    try:
        audit.verify(case.records, case.state_head)
    except ChainBroken:
        return {"whole": False, "head": case.state_head}
    return {"whole": True, "head": case.state_head}
