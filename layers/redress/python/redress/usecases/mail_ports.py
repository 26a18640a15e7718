"""What mail that comes in needs from outside: the mails themselves, the quarantine of files, the notices."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from redress.domain.values import Value

if TYPE_CHECKING:  # who writes notices reads no mail
    from redress.mailroom.incoming import Incoming

type Read = Callable[[bytes], "Incoming"]
"""Reads a mail. Total: whatever the bytes are, it gives an Incoming."""

PASS, FAIL, GRAY, DISABLED = "pass", "fail", "gray", "disabled"
CONSULTATION = "consultation"


class Verdicts(Value):
    """What the mail service found: pass, fail, gray, processing_failed; disabled, where it says nothing."""

    spf: str
    dkim: str
    dmarc: str
    spam: str
    virus: str


class Arrived(Value):
    """A mail that the mail service took in at `at` (UTC), under its own id `mail`.

    `recipients` are the addresses at our domain that it came for, and `source` is the sender of the envelope
    (empty for a bounce), both as the servers said, not as it says itself.
    """

    mail: str
    at: datetime
    source: str
    recipients: tuple[str, ...]
    verdicts: Verdicts


class MailGone(Exception):
    """The mail itself is not there, or no longer."""


class Notice(Value):
    """What is written to somebody who has no complaint; `in_reply_to` is a message id with its brackets.

    `kind` is consultation: number and key of the one that was opened.
    """

    kind: str
    brand: str
    language: str
    to: str
    number: str
    key: str
    in_reply_to: str | None


class Mails(Protocol):
    """The mails as they came."""

    def raw(self, mail: str) -> bytes:
        """The bytes of a mail. Raises MailGone."""

    def forget(self, mail: str) -> None:
        """The mail goes: nobody is to know who sent it."""

    def keep(self, number: str, mail: str) -> None:
        """Keep a copy of the mail for a complaint, as it came; again, and it is the same. Raises MailGone."""

    def release(self, number: str) -> None:
        """The copies that were kept for a complaint go."""


class Quarantine(Protocol):
    """Where files wait until they were looked at."""

    def put(self, number: str, evidence: str, content: bytes, by: str) -> None:
        """A file for a complaint, from an actor. The same one may come again."""


class Notices(Protocol):
    """What waits to be written."""

    def put(self, notice: Notice) -> None:
        """Queue a notice; it may be sent twice if it is queued twice."""
