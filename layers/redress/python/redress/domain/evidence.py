"""Files beside a complaint: how many and how large, under which kinds, and what stands in the way of one.

A file has no name here. It is known by an id of ours, and shown by its number and its kind.
"""

from collections.abc import Mapping
from enum import StrEnum

from redress.domain.parts import Evidence
from redress.domain.values import Value

LARGEST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
MOST_REFUSED = 20
"""Refusals that are put on record; after them nothing is taken any more, and nothing is noted either."""

ID_BITS = 128


class Kind(Value):
    """A kind of file that is taken: what players call it, and the ending that programs know it by."""

    name: str
    ending: str


# By media type. What could run when it is opened (HTML, SVG, macros, programs) is no evidence.
KINDS: Mapping[str, Kind] = {
    "image/jpeg": Kind(name="JPEG", ending="jpg"),
    "image/png": Kind(name="PNG", ending="png"),
    "image/heic": Kind(name="HEIC", ending="heic"),
    "image/webp": Kind(name="WebP", ending="webp"),
    "image/gif": Kind(name="GIF", ending="gif"),
    "application/pdf": Kind(name="PDF", ending="pdf"),
    "text/plain": Kind(name="TXT", ending="txt"),
    "message/rfc822": Kind(name="EML", ending="eml"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Kind(
        name="DOCX", ending="docx"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Kind(name="XLSX", ending="xlsx"),
    "application/vnd.oasis.opendocument.text": Kind(name="ODT", ending="odt"),
    "application/vnd.oasis.opendocument.spreadsheet": Kind(name="ODS", ending="ods"),
}


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    KIND = "kind_not_taken"
    MIXED = "two_kinds_at_once"
    MACROS = "macros"
    TOO_MANY = "too_many"
    CLOSED = "complaint_closed"


class Verdict(StrEnum):
    """What the scan for malware said of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"
    NOT_SCANNED = "not_scanned"  # the deployment has no scan


RELEASED = frozenset({Verdict.CLEAN, Verdict.NOT_SCANNED})
# The task of a person who has to know.
TASKS: Mapping[str, str] = {
    Verdict.INFECTED: "evidence_infected",
    Verdict.UNSCANNABLE: "evidence_unscannable",
}


def state(one: Evidence) -> str:
    """Where a file stands: `refused`, `checking`, or the verdict of its scan."""
    if one.refused:
        return "refused"
    return one.verdict or "checking"


def is_released(one: Evidence) -> bool:
    """Whether the operator's people may open it."""
    return one.verdict in RELEASED


def kept(evidence: Mapping[str, Evidence]) -> int:
    """How many files there are of those that were sent: what was refused or infected is gone."""
    return sum(1 for one in evidence.values() if not one.refused and one.verdict != Verdict.INFECTED)


def room(evidence: Mapping[str, Evidence]) -> int:
    """How many more files are taken."""
    refused = sum(1 for one in evidence.values() if one.refused)
    return 0 if refused >= MOST_REFUSED else max(0, MOST_FILES - kept(evidence))


def file_name(number: str, place: int, media_type: str) -> str:
    """The name under which the operator's people get a file: nothing of it is the player's."""
    return f"{number}-{place}.{KINDS[media_type].ending}"
