"""What evidence needs from outside: a door through which files come straight to the store, and the store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from redress.domain.values import Value


class Upload(Value):
    """One file may be sent until `expires_at`: as `file`, the last part of a form with these fields."""

    evidence: str
    url: str
    fields: Mapping[str, str]
    expires_at: datetime


class Download(Value):
    """An address that hands one file out until `expires_at`."""

    url: str
    expires_at: datetime


class Sent(Value):
    """A file that came in and was not looked at, and who sent it (an actor).

    `content` None: it is larger than anything we take, and was not read to its end.
    """

    by: str
    content: bytes | None


class EvidenceDoor(Protocol):
    """Signs addresses of the store. Calls nobody."""

    @property
    def origin(self) -> str:
        """The origin that files are sent to."""

    def upload(self, number: str, evidence: str, by: str, now: datetime, back: str | None = None) -> Upload:
        """A form for one file, from an actor. `back` is the absolute address that the sender goes to then."""

    def download(self, number: str, evidence: str, media_type: str, name: str, now: datetime) -> Download:
        """An address of a kept file, which is saved under `name` and never shown."""


class EvidenceFiles(Protocol):
    """The files: what came in lies apart from what is kept, and nobody outside can write what is kept."""

    def sent(self, number: str, evidence: str) -> Sent | None:
        """A file that came in; None if it is gone."""

    def keep(self, number: str, evidence: str, content: bytes, media_type: str) -> None:
        """Keep exactly these bytes."""

    def clear(self, number: str, evidence: str) -> None:
        """What came in goes."""

    def remove(self, number: str, evidence: str) -> None:
        """What was kept goes."""
