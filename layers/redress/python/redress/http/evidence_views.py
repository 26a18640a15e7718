"""What the operator's API shows of the files beside a complaint."""

from collections.abc import Mapping
from typing import TypedDict

from redress.domain import evidence, instants
from redress.domain.parts import Evidence
from redress.http.views import EvidenceItemView, evidence_items
from redress.usecases.evidence_ports import Download, Upload
from redress.usecases.ports import CaseFile


class EvidenceListView(TypedDict):
    """Every file that was sent, in its order, and how many `more` are taken."""

    number: str
    more: int
    items: list[EvidenceItemView]


class EvidenceUploadView(TypedDict):
    """Where one file may be sent until `expires_at`: a multipart form by POST, `fields` first, then `file`.

    `largest` is in bytes. `media_types` are those that are taken, found in the content alone.
    """

    evidence: str
    url: str
    fields: Mapping[str, str]
    expires_at: str
    largest: int
    media_types: list[str]


class EvidenceFileView(TypedDict):
    """A file that may be opened, and an address that hands it out to anybody until `expires_at`."""

    evidence: str
    state: str
    file_name: str
    media_type: str | None
    size: int | None
    sha256: str | None
    url: str
    expires_at: str


def listed(case: CaseFile) -> EvidenceListView:
    """The files of a complaint."""
    return {
        "number": case.complaint.number,
        "more": evidence.room(case.complaint.evidence),
        "items": evidence_items(case),
    }


def upload(made: Upload) -> EvidenceUploadView:
    """A form for one file."""
    return {
        "evidence": made.evidence,
        "url": made.url,
        "fields": made.fields,
        "expires_at": instants.to_text(made.expires_at),
        "largest": evidence.LARGEST_BYTES,
        "media_types": list(evidence.KINDS),
    }


def file(name: str, shown: EvidenceItemView, one: Evidence, made: Download) -> EvidenceFileView:
    """A file with its address."""
    return {
        "evidence": shown["evidence"],
        "state": shown["state"],
        "file_name": name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": shown["sha256"],
        "url": made.url,
        "expires_at": instants.to_text(made.expires_at),
    }
