"""What the use cases need from outside: the store of complaints, the mail service, the workflow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from redress.domain.audit import Content, Record
from redress.domain.complaint import Complaint
from redress.domain.values import Value

type Now = Callable[[], datetime]  # the instant, UTC


class VersionConflict(Exception):
    """Another writer was first; read again and decide again."""


class Request(Value):
    """An idempotent request: whose, its key, a hash of its body, and until when it is remembered."""

    client: str
    key: str
    fingerprint: str
    expires_at: datetime


class Answer(Value):
    """What a request led to: the complaint, and its version then."""

    fingerprint: str
    number: str
    seq: int


class RequestSeen(Exception):
    """The idempotency key is taken; `answer` is what it led to."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__("the idempotency key is taken")


class CaseFile(Value):
    """What the store holds of one complaint.

    `contents` are by event seq; `generation` is that of the live execution; `state_head` is the hash that
    STATE keeps of the last record.
    """

    complaint: Complaint
    records: tuple[Record, ...]
    contents: Mapping[int, Content]
    generation: int
    link_version: int
    state_head: str

    @property
    def head(self) -> str:
        """The hash of the last record, in hex."""
        return self.records[-1].hash

    @property
    def whole(self) -> bool:
        """Whether no record is missing: not so when a write came between, or somebody tampered."""
        return self.head == self.state_head and self.complaint.version == len(self.records)


class SaltedContent(Value):
    """Content to be stored beside event `seq`, with the salt of its hash."""

    seq: int
    content: Content
    salt: bytes


class Listing(Value):
    """What lists show of a complaint, and what they are ordered by. None leaves the list."""

    stage: str
    brand: str
    jurisdiction: str
    category: str
    language: str
    received_at: datetime
    team: str | None
    assignee: str | None
    queue: str | None
    due_at: datetime | None


class Batch(Value):
    """One change: all of it is stored, or nothing. `expected_version` 0 makes a new complaint."""

    number: str
    expected_version: int
    records: Sequence[Record]
    contents: Sequence[SaltedContent]
    listing: Listing
    attention_at: datetime
    request: Request | None = None
    player: str | None = None


class Listed(Value):
    """One complaint in a list."""

    number: str
    version: int
    generation: int
    stage: str
    brand: str
    jurisdiction: str
    category: str
    team: str | None
    assignee: str | None
    received_at: datetime
    due_at: datetime | None


class Page(Value):
    """Part of a list, and the opaque cursor of the next part (None at the end)."""

    items: tuple[Listed, ...]
    cursor: str | None


class Overlooked(Value):
    """A complaint whose attention is overdue since `attention_at`; `token` is that of its wait, if any."""

    number: str
    version: int
    generation: int
    attention_at: datetime
    token: str | None


class Store(Protocol):
    """The complaints. Reads are consistent; each write is one transaction."""

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound."""

    def append(self, batch: Batch) -> None:
        """Store one change. Raises VersionConflict or RequestSeen, and has then stored nothing."""

    def answer(self, client: str, key: str) -> Answer | None:
        """What a request under that key led to, if it is remembered."""

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """End the execution `generation` and ask for the next; False when it is not the live one."""

    def rest(self, number: str, version: int, generation: int) -> bool:
        """Take a complaint that needs nothing more off the sweep's list; False when it changed meanwhile."""

    def list_queue(self, team: str, limit: int, cursor: str | None) -> Page:
        """Open complaints of a team, the earliest due first."""

    def list_register(self, register: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""

    def list_player(self, player: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a player (keyed hash), the latest first."""


class AttentionStore(Protocol):
    """What the sweep needs of the store."""

    def overlooked(self, now: datetime, limit: int) -> Iterable[Overlooked]:
        """Complaints whose attention is overdue, the oldest first of each shard."""

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """As in Store."""


class Mail(Value):
    """A rendered letter, ready to send. `letter_id` stays the same when it has to go again."""

    letter_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    reference: str


class MailRefused(Exception):
    """The mail service definitely did not take the mail; `permanent` when it never will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.reason, self.permanent = reason, permanent
        super().__init__(reason)


class Mailer(Protocol):
    """The mail service."""

    def send(self, mail: Mail) -> str:
        """Send once and give the message id. Raises MailRefused; after any other error nobody knows."""
