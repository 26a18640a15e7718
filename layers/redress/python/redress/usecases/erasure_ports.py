"""What erasing needs from outside: contents, files and mails that go, and the closed complaints in order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from redress.domain.values import Value


class Contents(Protocol):
    """What persons wrote, beside events."""

    def forget(self, number: str) -> None:
        """All contents of a complaint go."""

    def forget_consultation(self, number: str) -> None:
        """A consultation goes, whole."""


class Files(Protocol):
    """The files of complaints, as they came and as they are kept."""

    def forget(self, number: str) -> None:
        """All files of a complaint go, with every version of them."""


class Mails(Protocol):
    """The mails as they came."""

    def forget_versions(self, mail: str) -> None:
        """A mail goes, with every version of it."""

    def release(self, number: str) -> None:
        """The copies that were kept for a complaint while it was under a legal hold go."""


class Place(Value):
    """How far the round of a day (UTC) came: after which closed complaint it goes on; None: it is done."""

    day: date
    after: str | None


class Kept(Protocol):
    """The closed complaints under no legal hold, by their receipt."""

    def closed(self, until: datetime, after: str, limit: int) -> tuple[Sequence[str], str | None]:
        """Some that were received until then (UTC), and after which to go on; None at the end."""

    def place(self) -> Place | None:
        """How far the last round came."""

    def keep_place(self, place: Place) -> None:
        """Remember that."""
