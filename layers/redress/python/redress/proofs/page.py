"""The day as one page that a person reads, prints and files: no script, nothing loaded from elsewhere."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from redress import templating
from redress.domain import instants
from redress.proofs import document as documents
from redress.proofs.document import MET_SINCE, Document

TEMPLATES = "proofs"

WORDS: Mapping[str, str] = {
    "received": "Complaints received",
    "closed": "Complaints closed",
    "open": "Complaints open at the end of the day",
    "statutory_due": "Duties of law or licence that fell due",
    "statutory_in_time": "of them met in time",
    "house_due": "Targets of the operator's own that fell due",
    "house_in_time": "of them met in time",
    "milestones_due": "Warnings, escalations and other milestones that fell due",
    "milestones_on_record": "of them on record",
    "met_since": "Duties that an earlier day told as missed, and that were met since",
    "gaps": "Gaps",
}
GAPS: Mapping[str, str] = {
    "missed": "A duty was not met",
    "late": "A duty was met too late",
    "unrecorded": "A due instant is not on record",
    "silent": "A warning or step did not fire",
    "unsent": "A letter is owed and was not sent",
    "chain": "The chain of events does not hold",
}
FATES: Mapping[str, str] = {
    "sent": "delivery not reported",
    "delivered": "delivered",
    "delayed": "delayed",
    "bounced": "came back",
    "marked_as_spam": "marked as spam",
}


def to_bytes(document: Document) -> bytes:
    """The page, in UTF-8."""
    template = templating.environment(TEMPLATES).get_template("proof.html")
    totals = document["totals"]  # a document of before has fewer
    words = template.render(
        proof=document,
        day=documents.day_words(date.fromisoformat(document["day"])),
        totals=[(words, totals[name]) for name, words in WORDS.items() if name in totals],
        duties=[_row(one) for one in document["milestones"] if one["duty"]],
        others=[_row(one) for one in document["milestones"] if not one["duty"]],
        met_since=[_row(one) for one in document[MET_SINCE]] if MET_SINCE in document else None,
        gaps=[_gap(one, document["zone"]) for one in document["gaps"]],
        received=[_listed(one, document["zone"]) for one in document["received"]],
        closed=[_listed(one, document["zone"]) for one in document["closed"]],
        start=local(document["start"], document["zone"]),
        end=local(document["end"], document["zone"]),
        told_at=local(document["told_at"], document["zone"]),
    )
    return words.encode()


def local(text: str | None, zone: str) -> str:
    """An instant as people of the zone tell it, to the second: `2026-03-02 23:30:00`; nothing for none."""
    if text is None:
        return ""
    return f"{instants.from_text(text).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def _row(one: Mapping[str, Any]) -> Mapping[str, Any]:
    event = f"event {one['met_by']}, {one['met_type']}" if one["met_by"] else ""
    return {
        **one,
        "due": local(one["due_at"], one["zone"]),
        "met": local(one["met_at"], one["zone"]),
        "event": event,
        "binding": "law or licence" if one["statutory"] else f"own ({one['strength']})",
        "post": [_letter(letter, one["zone"]) for letter in one["letters"]],
    }


def _letter(one: Mapping[str, Any], zone: str) -> str:
    if one["sent_at"] is None:
        return f"{one['key']}: {'given up' if one['failed'] else 'not sent'}"
    failed = "; it did not reach the player" if one["failed"] and one["fate"] != "bounced" else ""
    return f"{one['key']}: sent {local(one['sent_at'], zone)}, {FATES.get(one['fate'], one['fate'])}{failed}"


def _gap(one: Mapping[str, Any], zone: str) -> Mapping[str, Any]:
    about = " ".join(part for part in (one["clock"], one["milestone"]) if part)
    return {**one, "title": GAPS[one["kind"]], "about": about, "due": local(one["due_at"], zone)}


def _listed(one: Mapping[str, Any], zone: str) -> Mapping[str, Any]:
    return {**one, "at": local(one["at"], zone)}
