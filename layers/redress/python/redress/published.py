"""An event as others get it, on the bus and by webhook: the facts, and nothing about a person.

The document is versioned: `functions/relay/events/` holds a JSON Schema for each type and version of it,
written from this module by `make schemas`. Salts, hashes of content and the audit chain stay in the table.
"""

from collections.abc import Mapping
from typing import Any

from redress.domain import audit, instants
from redress.domain.actors import without_person

type Envelope = dict[str, Any]

# Which facts of which event are told. A field that nobody put here is told to nobody.
PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "ComplaintReceived": (
        *("brand", "jurisdiction", "pack_version", "channel", "language", "category"),
        *("occurred_on", "amount_minor", "currency", "residence_packs"),
        *("sent_at", "received_at", "registered_at", "operator_aware_at"),
        *("platform_posted_at", "event_settled_at", "training"),
        *("suspicions", "verified", "consultation"),
    ),
    "Released": (),
    "PrivateLinkRequested": (),
    "Acknowledged": (),
    "Triaged": ("team", "severity", "reasons", "priority", "nature", "validity", "needs_human"),
    "TriageOverruled": ("severity", "priority", "nature", "validity"),
    "HarmSignalled": (),
    "Assigned": ("team",),
    "NoteAdded": ("visibility",),
    "ContextAttached": ("kinds",),
    "InformationRequested": (),
    "PlayerReplied": ("came_at",),
    "Recategorised": ("category", "team"),
    "PackVersionAdopted": ("pack", "pack_version"),
    "ClockPaused": ("reason", "clocks", "notice", "ends_at"),
    "ClockResumed": ("reason", "because", "ended_at"),
    "DeadlineExtended": ("pack", "stage", "amount", "unit", "by_notice", "before_due"),
    "MilestoneReached": (
        *("clock", "milestone", "deadline_version", "due_at", "kind", "breach"),
        *("pack", "pack_version", "strength", "actions"),
    ),
    "DeemedAccepted": (),
    "Escalated": ("level",),
    "DecisionProposed": ("outcome", "redress_minor", "currency", "redress_kind"),
    "DecisionReturned": (),
    "DecisionApproved": ("outcome", "redress_minor", "currency", "redress_kind"),
    "RedressPaid": ("amount_minor", "currency", "kind", "paid_on"),
    "Reopened": ("ground",),
    "DuplicateLinked": (
        *("duplicate", "received_at", "sent_at", "registered_at"),
        *("operator_aware_at", "platform_posted_at"),
    ),
    "LinkedAsDuplicate": ("primary",),
    "DeadlockDeclared": (),
    "ReferredToAdr": ("pack", "body", "complete_file_at"),
    "AdrAnswered": (),
    "AdrOutcomeRecorded": ("outcome", "redress_minor", "currency"),
    "Withdrawn": (),
    "FeedbackGiven": ("score",),
    "TaskOpened": ("task", "letter", "team", "due_at", "amount_minor", "currency", "redress_kind"),
    "TaskClosed": ("opened", "outcome"),
    "LetterClaimed": ("letter", "kind", "attempt", "contact"),
    "LetterSent": ("letter", "kind", "message_id", "means"),
    "LetterRefused": ("letter", "kind", "reason", "permanent", "not_before", "again"),
    "LetterDelivered": ("letter", "kind", "message_id"),
    "LetterDelayed": ("letter", "kind", "message_id", "reason"),
    "LetterBounced": ("letter", "kind", "message_id", "reason", "permanent", "again"),
    "LetterMarkedAsSpam": ("letter", "kind", "message_id"),
    "ContactAdded": ("letters",),
    "MailReceived": (
        *("mail", "taken_as", "spf", "dkim", "dmarc", "spam", "virus"),
        *("reasons", "unknown_sender", "came_at"),
    ),
    "MailAccepted": ("received", "mail"),
    "MailRejected": ("received",),
    "SurveyDeclined": (),
    "EvidenceAdded": ("evidence", "media_type", "size"),
    "EvidenceRefused": ("evidence", "reason"),
    "EvidenceScanned": ("evidence", "verdict"),
    "LegalHoldPlaced": (),
    "LegalHoldLifted": (),
    "ErasureOrdered": ("because",),
    "PersonalDataErased": ("contents", "files", "mails"),
    "SubjectStated": ("product", "game", "provider", "payment_route"),
    "CauseFound": ("cause", "action"),
    "Closed": ("reason",),
}

# What is kept back, and why.
WITHHELD: Mapping[str, Mapping[str, str]] = {
    "Assigned": {"assignee": "the subject id of a person"},
}

# Raised when a type's facts change in a way that its readers could stumble over; every other type is at 1.
VERSIONS: Mapping[str, int] = {}


# The type of a test message, which a webhook gets in the form of an event and the bus never does.
PING = "Ping"


def schema_of(kind: str) -> str:
    """The name of the schema that events of a type follow now, such as `ComplaintReceived.v1`."""
    return f"{kind}.v{VERSIONS.get(kind, 1)}"


def event_id(number: str, seq: int) -> str:
    """What tells an event from all others, by which its readers find one that they have had before."""
    return f"{number}-{seq}"


def envelope(text: str, brand: str, jurisdiction: str, training: bool) -> Envelope:  # noqa: FBT001 - as stored
    """The document of an event from its canonical text and the attributes of its item.

    A fact that an older text lacks has the default of its field. Raises KeyError or TypeError for a text that
    Redress did not write.
    """
    record = audit.read(text)
    kind, facts = type(record.event).__name__, vars(record.event)
    return {
        "id": event_id(record.number, record.seq),
        "schema": schema_of(kind),
        "type": kind,
        "number": record.number,
        "seq": record.seq,
        "at": instants.to_text(record.at),
        "actor": without_person(record.actor),
        "brand": brand,
        "jurisdiction": jurisdiction,
        "training": training,
        "data": {name: _plain(facts[name]) for name in PUBLISHED[kind]},
    }


def _plain(value: object) -> object:
    """A value as JSON gives it back."""
    return list(value) if isinstance(value, tuple) else value
