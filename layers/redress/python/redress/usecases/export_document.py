"""What an access export says of one complaint: all that is held about its player, and what is left out.

What is another person's stays out of it, or is told by a role alone, and the document says so and why.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypedDict

from redress.domain import consultation, evidence, instants, money, retention
from redress.domain import events as e
from redress.domain.audit import Content, Record
from redress.domain.consultation import Consultation
from redress.domain.correspondence import TO_STAFF
from redress.domain.parts import ACCEPTED, HELD, Evidence
from redress.domain.values import Value
from redress.region import Region
from redress.usecases import contacts, export_words
from redress.usecases.ports import CaseFile, Mail

_RECEIVED = 1  # the seq of the event that every complaint begins with


class ExportedFactView(TypedDict):
    """A fact in plain words, and its value."""

    fact: str
    value: str


class LeftOutView(TypedDict):
    """What is held and not shown, at which events (none: at all of them), and why."""

    what: str
    why: str
    events: list[int]


class ExportedEventView(TypedDict):
    """What happened, in plain words: by the player, the system or the operator; the facts; what was written.

    `content` is null where nothing was written, where it is left out, and once it is erased.
    """

    seq: int
    at: str
    type: str
    what: str
    by: str
    data: dict[str, Any]
    content: dict[str, Any] | None


class ExportedLetterView(TypedDict):
    """A letter that was sent: to the player, or to the operator's people about them.

    `to`, `subject` and `text` are null where it did not go by mail, went to the operator's people, or cannot
    be written again, as after an erasure.
    """

    at: str
    kind: str
    means: str
    to: str | None
    subject: str | None
    text: str | None


class ExportedFileView(TypedDict):
    """A file: `url` hands it out to anybody until `expires_at`, null where nobody may open it."""

    place: int
    name: str | None
    media_type: str | None
    size: int | None
    state: str
    added_at: str
    added_by: str
    sha256: str | None
    url: str | None
    expires_at: str | None


class ExportedMessageView(TypedDict):
    """What was written in the consultation that became the complaint."""

    at: str
    what: str
    by: str
    text: str | None


class ExportedConsultationView(TypedDict):
    """The anonymous consultation that the player made the complaint of."""

    number: str
    asked_at: str
    messages: list[ExportedMessageView]


class SharedView(TypedDict):
    """What went to somebody outside: whom, when, and what."""

    at: str
    with_whom: str
    what: str


class ExportedComplaintView(TypedDict):
    """Everything that is held about the player beside one complaint.

    `legal_hold`: nothing of it is erased now. `keep_until` is when its time is over and it goes by itself:
    null while it is open, and where nobody says. Once erased it is facts alone.
    """

    number: str
    facts: list[ExportedFactView]
    addresses: list[str]
    events: list[ExportedEventView]
    letters: list[ExportedLetterView]
    files: list[ExportedFileView]
    consultation: ExportedConsultationView | None
    shared: list[SharedView]
    legal_hold: bool
    keep_until: str | None
    erasure_ordered_at: str | None
    erased_at: str | None
    left_out: list[LeftOutView]


class Handed(Value):
    """Where a file is handed out, and until when (UTC); None: for good."""

    url: str
    expires_at: datetime | None


class Sources(Value):
    """Where the parts come from that the complaint itself does not hold.

    `letter` writes a sent letter again; `file` hands out a kept one (number, id, media type, name). None: no
    file is handed out.
    """

    region: Region
    letter: Callable[[CaseFile, Record], Mail | None]
    file: Callable[[str, str, str, str], Handed] | None
    consultation: Callable[[str], Consultation | None]


def complaint(case: CaseFile, sources: Sources) -> ExportedComplaintView:
    """One complaint."""
    one = case.complaint
    left_out = list(_left_out(case))
    hidden = {seq for part in left_out for seq in part["events"]}
    asked = sources.consultation(one.consultation) if one.consultation else None
    return {
        "number": one.number,
        "facts": list(_facts(case, sources.region)),
        "addresses": list(contacts.contacts(case)),
        "events": [_event(case, record, hidden) for record in case.records],
        "letters": [_letter(case, record, sources) for record in _sent(case)],
        "files": [_file(case, place, sent, sources) for place, sent in enumerate(one.evidence.items(), 1)],
        "consultation": _consultation(asked) if asked else None,
        "shared": list(_shared(case, sources.region)),
        "legal_hold": one.on_legal_hold,
        "keep_until": _text(_kept_until(case, sources.region)),
        "erasure_ordered_at": _text(one.erasure_ordered_at),
        "erased_at": _text(one.erased_at),
        "left_out": left_out,
    }


def _kept_until(case: CaseFile, region: Region) -> datetime | None:
    rules = region.rules_of(case.complaint)
    return retention.over_at(rules, case.complaint, case.records, region.retention_years)


def _facts(case: CaseFile, region: Region) -> Iterator[ExportedFactView]:
    for fact, value in _told(case, region).items():
        if value is not None and value != "":
            yield {"fact": fact, "value": str(value)}


def _told(case: CaseFile, region: Region) -> Mapping[str, object]:
    one, brand = case.complaint, region.brand(case.complaint.brand)
    decision = one.decision
    return {
        "To": brand.name if brand else one.brand,
        "Rules that apply": ", ".join(f"{pack} {version}" for pack, version in one.packs),
        "Received at": _text(one.own_received_at),
        "Came by": one.channel,
        "Language": one.language,
        "About": one.category,
        "Product": one.product,
        "Game": one.game,
        "Provider": one.provider,
        "Payment route": one.payment_route,
        "Found at its root": _cause(one.cause, region),
        "Happened on": one.occurred_on,
        "Amount": _money(one.amount_minor, one.currency),
        "Whose account it is was confirmed by our site": "yes" if one.verified else None,
        "Practice": "yes" if one.training else None,
        "Stage": one.stage.value,
        "Severity": one.severity,
        "Priority": one.priority,
        "Seen as": one.nature,
        "Acknowledged at": _text(one.acknowledged_at),
        "Decision": decision.outcome if decision else None,
        "Redress decided": _money(decision.redress_minor, decision.currency) if decision else None,
        "Redress paid": ", ".join(
            f"{_money(p.amount_minor, p.currency)} on {p.paid_on}" for p in one.payments
        ),
        "Referred to an independent body at": _text(one.deadlocked_at),
        "Taken back at": _text(one.withdrawn_at),
        "Your rating": one.feedback_score,
        "Closed at": _text(one.closed_at),
        "Closed because": one.closed_because,
        "Goes on in": one.primary,
        "Taken together with": ", ".join(one.duplicates),
    }


def _cause(found: str | None, region: Region) -> str | None:
    """What the operator calls it now."""
    known = region.cause(found) if found else None
    return known.name if known else found


def _event(case: CaseFile, record: Record, hidden: set[int]) -> ExportedEventView:
    content = None if record.seq in hidden else case.contents.get(record.seq)
    return {
        "seq": record.seq,
        "at": instants.to_text(record.at),
        "type": type(record.event).__name__,
        "what": export_words.EVENTS[type(record.event)],
        "by": _role(record.actor),
        "data": _data(record.event),
        "content": dict(content) if content is not None else None,
    }


def _data(event: e.Event) -> dict[str, Any]:
    """The facts of an event, without who of the operator's people, and by which signal."""
    without = {e.Assigned: {"assignee"}, e.Triaged: {"reasons"}}.get(type(event), set())
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(event).items()
        if name not in without
    }


def _role(actor: str) -> str:
    return "operator" if actor.startswith("app:") else actor


def _left_out(case: CaseFile) -> Iterator[LeftOutView]:
    """What is held beside events and not shown, by its reason; then what is nowhere shown."""
    by_reason: dict[tuple[str, str], list[int]] = {}
    for record in case.records:
        found = _withheld(case, record)
        if found and record.seq in case.contents:
            by_reason.setdefault(found, []).append(record.seq)
    for (what, why), seqs in by_reason.items():
        yield {"what": what, "why": why, "events": seqs}
    yield {"what": "who of our people acted", "why": export_words.STAFF, "events": []}
    if any(vars(record.event)["kind"] in TO_STAFF for record in _sent(case)):
        yield {"what": "texts of notices to our people", "why": export_words.STAFF_LETTERS, "events": []}
    yield {"what": "private links", "why": export_words.LINKS, "events": []}


def _withheld(case: CaseFile, record: Record) -> tuple[str, str] | None:
    """What of the content of an event is not shown, and why."""
    match record.event:
        case e.HarmSignalled() | e.Triaged():
            return "which signals were found", export_words.SIGNALS
        case e.LegalHoldPlaced() | e.LegalHoldLifted():
            return "why it is kept, as for a court", export_words.COURT
        case e.MailRejected():
            return "why a mail is not yours", export_words.NOT_YOURS
        case e.MailReceived(taken_as=taken_as) if taken_as == HELD:
            found = case.complaint.mails[record.seq].found
            return None if found == ACCEPTED else ("what a mail says", export_words.NOT_YOURS)
        case _:
            return None


def _sent(case: CaseFile) -> list[Record]:
    return [record for record in case.records if isinstance(record.event, e.LetterSent)]


def _letter(case: CaseFile, record: Record, sources: Sources) -> ExportedLetterView:
    sent = vars(record.event)
    mail = None if case.complaint.erased_at else sources.letter(case, record)
    return {
        "at": instants.to_text(record.at),
        "kind": sent["kind"],
        "means": sent["means"],
        "to": mail.to if mail else None,
        "subject": mail.subject if mail else None,
        "text": mail.text if mail else None,
    }


def _file(case: CaseFile, place: int, sent: tuple[str, Evidence], sources: Sources) -> ExportedFileView:
    """A file; once its erasure is ordered it may be gone at any moment, and nothing leads to it."""
    evidence_id, one = sent
    number = case.complaint.number
    name = evidence.file_name(number, place, one.media_type) if one.media_type else None
    made = None
    if sources.file and name and one.media_type and _may_open(case, one):
        made = sources.file(number, evidence_id, one.media_type, name)
    return {
        "place": place,
        "name": name,
        "media_type": one.media_type,
        "size": one.size,
        "state": "erased" if case.complaint.erased_at else evidence.state(one),
        "added_at": instants.to_text(one.added_at),
        "added_by": _role(one.added_by),
        "sha256": case.contents.get(one.seq, {}).get("sha256"),
        "url": made.url if made else None,
        "expires_at": _text(made.expires_at) if made else None,
    }


def _may_open(case: CaseFile, one: Evidence) -> bool:
    return evidence.is_released(one) and not case.complaint.erasure_ordered_at


def _consultation(known: Consultation) -> ExportedConsultationView:
    return {
        "number": known.number,
        "asked_at": instants.to_text(known.asked_at),
        "messages": [
            {
                "at": instants.to_text(record.at),
                "what": _SAID[type(record.event)],
                "by": _role(record.actor),
                "text": record.text,
            }
            for record in known.records
        ],
    }


_SAID: Mapping[type[consultation.Event], str] = {
    consultation.Asked: "You asked",
    consultation.FollowedUp: "You asked on",
    consultation.Answered: "We answered",
    consultation.Closed: "We closed it",
    consultation.Converted: "You made it a complaint",
}


def _shared(case: CaseFile, region: Region) -> Iterator[SharedView]:
    """What went to outside bodies, and to who passed the complaint on."""
    told: Content = case.contents.get(_RECEIVED, {})
    if passed_on := told.get("intermediary"):
        at = instants.to_text(case.complaint.own_received_at)
        yield {"at": at, "with_whom": str(passed_on), "what": "passed the complaint on to us"}
    for record in case.records:
        if what := _OUTSIDE.get(type(record.event)):
            yield {
                "at": instants.to_text(record.at),
                "with_whom": _body(case, region),
                "what": what,
            }


_OUTSIDE: Mapping[type[e.Event], str] = {
    e.ReferredToAdr: "has the complaint: it may ask us for all of it but our internal notes and tasks",
    e.AdrAnswered: "got our answer to the complaint",
    e.AdrOutcomeRecorded: "told us its decision",
}


def _body(case: CaseFile, region: Region) -> str:
    """The name of the outside body that the complaint is at."""
    referral, brand = case.complaint.referral, region.brand(case.complaint.brand)
    if referral is None:
        return "an independent body"
    own = brand.jurisdictions.get(referral.pack) if brand else None
    return own.name if own else f"{referral.body} ({referral.pack})"


def _money(amount_minor: int | None, currency: str | None) -> str | None:
    return None if amount_minor is None or currency is None else money.display(amount_minor, currency)


def _text(instant: datetime | None) -> str | None:
    return instants.to_text(instant) if instant else None
