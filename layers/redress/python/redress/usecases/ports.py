"""What the use cases need from outside: the store of complaints, the mail service, the workflow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from redress.domain.audit import Content, Record
from redress.domain.complaint import Complaint
from redress.domain.values import Value

if TYPE_CHECKING:  # few requests are about one
    from redress.usecases.consultation_ports import ConsultationChange, ConsultationStore

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


class Lease(Value):
    """Who has a complaint before them (subject id), and until when nobody else is given it (exclusive)."""

    holder: str
    until: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return now < self.until


class CaseFile(Value):
    """What the store holds of one complaint.

    `contents` are by event seq; `generation` is that of the live execution; `state_head` is the hash that
    STATE keeps of the last record; `lease` is the last one, and may have run out.
    """

    complaint: Complaint
    records: tuple[Record, ...]
    contents: Mapping[int, Content]
    generation: int
    link_version: int
    state_head: str
    player: str | None = None
    lease: Lease | None = None

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
    """What lists show of a complaint, and what they are ordered by. None leaves the list.

    `not_for` are the persons (subject ids) who may not work on it. A practice complaint (`training`) has
    queues and registers of its own, so that it counts in no return. `acknowledgement` is what became of that
    letter (`Letter.fate`); None: it has not left. `erasing_since`: its erasure was ordered then and is not
    done; `kept`: it is closed, and may be erased when its time is over.
    """

    training: bool
    priority: int | None
    severity: str | None
    needs_human: bool
    not_for: tuple[str, ...]
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
    acknowledgement: str | None = None
    erasing_since: datetime | None = None
    kept: bool = False


class QueuedTask(Value):
    """An open task in the queue of its team. `brand` is that of its complaint."""

    opened: int
    brand: str
    task: str
    team: str
    due_at: datetime


class Cap(Value):
    """What is counted on a day, at most `most` times; None: any number.

    Complaints of a local day are counted by their source, mails of a UTC day by the address they go to.
    `source` is a keyed hash that tells nobody who it is; `expires_at` (UTC) is when the count is forgotten.
    `content`, a keyed hash too, is of what was written: the same must not come twice in a row; None: it may.
    """

    source: str
    day: date
    most: int | None
    expires_at: datetime
    content: str | None = None


class CapReached(Exception):
    """What a cap counts was as often today as it may be; nothing was stored."""


class SentBefore(Exception):
    """The last complaint that came from a source today says exactly the same; nothing was stored."""


class Batch(Value):
    """One change: all of it is stored, or nothing. `expected_version` 0 makes a new complaint.

    `tasks` join the queues of their teams, `closed_tasks` (the seqs that opened them) leave theirs.
    `conversion` is what becomes of the consultation that a new complaint was. Each of `caps` counts it.
    `forget_player`: no list finds it by its player any more, and the private links of before open nothing.
    """

    number: str
    expected_version: int
    records: Sequence[Record]
    contents: Sequence[SaltedContent]
    listing: Listing
    attention_at: datetime
    tasks: Sequence[QueuedTask] = ()
    closed_tasks: Sequence[int] = ()
    request: Request | None = None
    player: str | None = None
    conversion: "ConsultationChange | None" = None
    caps: Sequence[Cap] = ()
    forget_player: bool = False


class Listed(Value):
    """One complaint in a list. `lease` is the last one, and may have run out; the rest is as in Listing."""

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
    priority: int | None = None
    severity: str | None = None
    needs_human: bool = False
    training: bool = False
    lease: Lease | None = None
    not_for: tuple[str, ...] = ()
    acknowledgement: str | None = None


class ListedTask(Value):
    """One open task in a list."""

    number: str
    opened: int
    task: str
    team: str
    brand: str
    due_at: datetime


class Narrow(Value):
    """What a list is narrowed by; what is not given does not narrow. Tasks know only brands and `overdue_at`.

    `overdue_at` keeps what was due at that instant or before, `free_at` what nobody holds a lease of then,
    `open_to` what a person (subject id) may work on: not what was reopened because of their decision.
    """

    brands: tuple[str, ...] | None = None
    stages: tuple[str, ...] | None = None
    category: str | None = None
    severity: str | None = None
    priority: int | None = None
    needs_human: bool | None = None
    assignee: str | None = None
    unassigned: bool = False
    overdue_at: datetime | None = None
    free_at: datetime | None = None
    open_to: str | None = None


EVERYTHING = Narrow()


class Total(Value):
    """How many a list holds; with `at_least` there may be more."""

    count: int
    at_least: bool


class Page(Value):
    """Part of a list, and the opaque cursor of the next part (None at the end); `total` if asked for."""

    items: tuple[Listed, ...]
    cursor: str | None
    total: Total | None = None


class TaskPage(Value):
    """Part of a list of tasks, as Page is of complaints."""

    items: tuple[ListedTask, ...]
    cursor: str | None
    total: Total | None = None


class Drawing(Value):
    """From which queue a person draws, and which complaint they drew from it before."""

    team: str
    training: bool
    before: str | None


class Taking(Value):
    """A lease to be taken, at `now`. `drawn` says from which queue, if not by number.

    By number any complaint may be taken that nobody else holds; a queue gives out only what nobody works on.
    """

    number: str
    lease: Lease
    now: datetime
    request: Request
    drawn: Drawing | None = None


class Overlooked(Value):
    """A complaint whose attention is overdue since `attention_at`; `token` is that of its wait, if any."""

    number: str
    version: int
    generation: int
    attention_at: datetime
    token: str | None


class Store(Protocol):
    """The complaints. Reads are consistent; each write is one transaction."""

    @property
    def consultations(self) -> "ConsultationStore":
        """The consultations beside them."""

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound."""

    def append(self, batch: Batch) -> None:
        """Store one change. Raises VersionConflict, RequestSeen or CapReached, and then stored nothing."""

    def remember(self, request: Request, number: str, now: datetime, caps: Sequence[Cap] = ()) -> None:
        """Keep that a request was answered which changed no complaint; each of `caps` counts it.

        Raises RequestSeen, CapReached or VersionConflict, and then stored nothing.
        """

    def answer(self, client: str, key: str, now: datetime) -> Answer | None:
        """What a request under that key led to, if it is remembered at `now` (UTC)."""

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """End the execution `generation` and ask for the next; False when it is not the live one."""

    def rest(self, number: str, version: int, generation: int) -> bool:
        """Take a complaint that needs nothing more off the sweep's list; False when it changed meanwhile."""

    def list_queue(
        self,
        team: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        training: bool = False,
        total: bool = False,
    ) -> Page:
        """Open complaints of a team: what a human has to see at once, then the earliest due first."""

    def list_register(
        self,
        register: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        total: bool = False,
    ) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""

    def list_player(
        self, player: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> Page:
        """Complaints of a player (keyed hash), the latest first."""

    def list_tasks(
        self, team: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> TaskPage:
        """Open tasks of a team, the earliest due first."""

    def listed(self, number: str) -> Listed:
        """A complaint as lists show it, read from the table itself. Raises NotFound."""

    def drawn(self, team: str, person: str, *, training: bool) -> str | None:
        """The complaint that a person drew last from the queue of a team."""

    def take(self, taking: Taking) -> None:
        """Store a lease. Raises VersionConflict when it cannot be had, or RequestSeen, and stores nothing.

        The complaint's version stays, so nothing is woken by it.
        """

    def give_back(self, number: str, holder: str) -> None:
        """End the holder's lease, if there is one."""


class AttentionStore(Protocol):
    """What the sweep needs of the store."""

    def overlooked(self, now: datetime, limit: int) -> Iterable[Overlooked]:
        """Complaints whose attention is overdue, the oldest first of each shard."""

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """As in Store."""


class Mail(Value):
    """A rendered letter, ready to send. `letter_id` stays the same when it has to go again.

    `references` are message ids with their brackets: first the root of the complaint's thread, last what it
    answers. Answers go to `reply_to` (None: to the sender), those of who wants no more letters of
    this kind to `unsubscribe` (None: it is not one that anybody can decline).
    """

    letter_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    references: tuple[str, ...] = ()
    reply_to: str | None = None
    unsubscribe: str | None = None


class MailRefused(Exception):
    """The mail service definitely did not take the mail; `permanent` when it never will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.reason, self.permanent = reason, permanent
        super().__init__(reason)


class Mailer(Protocol):
    """The mail service."""

    def send(self, mail: Mail) -> str:
        """Send once and give the message id. Raises MailRefused; after any other error nobody knows."""
