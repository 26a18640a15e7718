"""A mail as the rest of Redress gets it, and how much of one is kept."""

from enum import StrEnum, auto

from redress.domain.evidence import LARGEST_BYTES, MOST_FILES
from redress.domain.values import Value

MOST_CHARACTERS = 10_000  # of a text, as on every other way in
LONGEST_SUBJECT = 300  # characters
LONGEST_NAME = 200  # characters
MOST_REFERENCES = 50
MOST_REPLY_TO = 10
MOST_ATTACHMENTS = MOST_FILES
LARGEST_ATTACHMENT = LARGEST_BYTES


class Automatic(StrEnum):
    """Why a mail counts as written by a program: nothing may answer it."""

    BOUNCE = auto()
    REPLY = auto()
    LIST = auto()
    GENERATED = auto()


class Attachment(Value):
    """A file that came with a mail. It keeps no name; the media type is what the mail says, in lower case."""

    content: bytes
    media_type: str


class Incoming(Value):
    """A mail that was read. Whatever the mail itself says is untrusted, its sender above all.

    `message_id` and `references` (In-Reply-To, then References) keep their brackets. `sender` and `reply_to`
    are bare addresses, their domains in lower-case ASCII; `sender` is empty when there is none, not one, or
    one that another program may read otherwise.
    `text` is what the sender wrote now, `whole` that with all that was quoted or forwarded: plain text in
    NFC, its only control character the newline, at most MOST_CHARACTERS each; `text_cut`
    says that one of them was longer.
    `language` is one of `redress.language.CODES`, None where it is not clear. `left_out` counts attachments
    that were too large or too many.
    """

    message_id: str | None
    references: tuple[str, ...]
    sender: str
    sender_name: str
    reply_to: tuple[str, ...]
    subject: str
    text: str
    whole: str
    text_cut: bool
    language: str | None
    automatic: Automatic | None
    attachments: tuple[Attachment, ...]
    left_out: int
