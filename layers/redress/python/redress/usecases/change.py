"""How every change is made: load, decide, append, and decide again when another writer was first."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from redress.domain import audit, complaint, milestones
from redress.domain.changes import Change
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.errors import Conflict, IdempotencyKeyReused, StaleVersion
from redress.domain.keys_in_texts import content_without_keys
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.region import Region
from redress.usecases.ports import (
    Answer,
    Batch,
    Cap,
    CaseFile,
    Listing,
    Now,
    QueuedTask,
    Request,
    RequestSeen,
    SaltedContent,
    Store,
    VersionConflict,
)

ATTEMPTS = 8


class Desk(Value):
    """What every change needs. `salt` gives fresh random bytes; `pause` waits a little before attempt n."""

    store: Store
    region: Region
    now: Now
    salt: Callable[[int], bytes]
    pause: Callable[[int], None]


class Changed(Value):
    """The outcome: which complaint, at which version, and whether the answer repeats an earlier one."""

    number: str
    version: int
    replayed: bool = False


def change(
    desk: Desk,
    number: str,
    command: Command,
    actor: str,
    *,
    expected_version: int | None = None,
    request: Request | None = None,
) -> Changed:
    """Apply a command to a complaint, as `change_as` does."""
    return change_as(
        desk, number, lambda _: command, actor, expected_version=expected_version, request=request
    )


def change_as(
    desk: Desk,
    number: str,
    choose: Callable[[CaseFile], Command],
    actor: str,
    *,
    expected_version: int | None = None,
    request: Request | None = None,
) -> Changed:
    """Apply the command that `choose` makes of the complaint as it stands, or raise what it raises.

    With `expected_version` the command is decided on that version alone, otherwise on whatever is newest.
    A request that was answered before gets that answer, whatever has become of the complaint since.
    Raises NotFound, IllegalTransition, NotAllowedByPack, StaleVersion, IdempotencyKeyReused, and Conflict
    when others kept winning. Whatever is raised, nothing was stored.
    """
    if request and (answer := desk.store.answer(request.client, request.key, desk.now())):
        return replay(request, answer)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        case = desk.store.load(number)
        command = choose(case)
        if expected_version not in {None, case.complaint.version}:
            raise StaleVersion(number, case.complaint.version)
        try:
            return apply(desk, case, command, actor, request)
        except VersionConflict:
            continue
        except RequestSeen as seen:
            return replay(request, seen.answer)
    raise Conflict(number)


def apply(
    desk: Desk,
    case: CaseFile,
    command: Command,
    actor: str,
    request: Request | None = None,
    caps: Sequence[Cap] = (),
) -> Changed:
    """Decide the command on this case file and append; raises VersionConflict when it is not the newest.

    Each of `caps` counts the change. Raises CapReached when one of them is full.
    """
    now = desk.now()
    changes = check_possible(desk, case, command, actor, now)
    if changes:
        batch = prepare(desk, case.complaint, case.head, changes, now, actor, request, caps)
        desk.store.append(batch)
        return Changed(number=case.complaint.number, version=batch.records[-1].seq)
    return Changed(number=case.complaint.number, version=case.complaint.version)


def check_possible(desk: Desk, case: CaseFile, command: Command, actor: str, now: datetime) -> list[Change]:
    """What the command leads to at `now` (UTC). Raises what deciding it raises, and stores nothing."""
    from redress.domain import decisions  # noqa: PLC0415 - an intake decides nothing

    rules, expiry = desk.region.rules_of(case.complaint), desk.region.claim_expiry
    return decisions.decide(case.complaint, command, now, actor, expiry, rules)


def is_of(request: Request, answer: Answer) -> bool:
    """Whether an earlier answer is that of this request. In constant time: what was written is personal."""
    return hmac.compare_digest(answer.fingerprint, request.fingerprint)


def replay(request: Request | None, answer: Answer) -> Changed:
    """The answer that the same request got before. Raises IdempotencyKeyReused for another request."""
    if request is None or not is_of(request, answer):
        raise IdempotencyKeyReused(request.key if request else "")
    return Changed(number=answer.number, version=answer.seq, replayed=True)


def prepare(
    desk: Desk,
    before: Complaint,
    head: str,
    changes: Sequence[Change],
    now: datetime,
    actor: str,
    request: Request | None,
    caps: Sequence[Cap] = (),
) -> Batch:
    """The batch that appends `changes` to a complaint whose last record has the hash `head`."""
    records, contents = chain(desk, before.number, before.version, head, changes, now, actor)
    after = complaint.fold_onto(before, records)
    return Batch(
        number=before.number,
        expected_version=before.version,
        tasks=queued_tasks(desk.region, before, after),
        closed_tasks=[one for one in before.tasks if one in after.tasks and _closed_now(before, after, one)],
        records=records,
        contents=contents,
        listing=listing(desk.region, after),
        attention_at=now + timedelta(seconds=desk.region.attention_seconds),
        request=request,
        caps=caps,
        forget_player=after.erasure_ordered_at is not None and before.erasure_ordered_at is None,
    )


def chain(
    desk: Desk,
    number: str,
    version: int,
    head: str,
    changes: Sequence[Change],
    now: datetime,
    actor: str,
) -> tuple[list[audit.Record], list[SaltedContent]]:
    """The records of `changes`, each carrying the hash of the one before, and the content beside them.

    Every text comes in by this door, so this is where our own keys are left out of it.
    """
    records: list[audit.Record] = []
    contents: list[SaltedContent] = []
    for seq, one in enumerate(changes, start=version + 1):
        hashed = None
        if one.content is not None:
            salt = desk.salt(audit.SALT_BYTES)
            content = content_without_keys(one.content)
            contents.append(SaltedContent(seq=seq, content=content, salt=salt))
            hashed = audit.content_hash(content, salt)
        previous = records[-1].hash if records else head
        records.append(audit.write(number, seq, now, actor, one.event, previous, hashed))
    return records, contents


def queued_tasks(region: Region, before: Complaint | None, after: Complaint) -> list[QueuedTask]:
    """The tasks that join a queue: new ones, and those of the complaint's own team when that changes."""
    since, moved = (before.version, before.team != after.team) if before else (0, False)
    owner = after.team or region.team_for(after.category).id
    return [
        QueuedTask(
            opened=one.opened,
            brand=after.brand,
            task=one.task,
            team=one.team or owner,
            due_at=one.due_at or one.opened_at,
        )
        for one in after.open_tasks
        if not after.training and (one.opened > since or (moved and one.team is None))
    ]


def _closed_now(before: Complaint, after: Complaint, opened: int) -> bool:
    return before.tasks[opened].closed_at is None and after.tasks[opened].closed_at is not None


def listing(region: Region, after: Complaint) -> Listing:
    """What lists show of a complaint: a closed one leaves its queue, an open one never does.

    Where no instant is known, as while a clock stands still, it is listed by its receipt. What a human has to
    see at once goes before everything that is due, the longest waiting first.
    """
    is_open = after.stage is not Stage.CLOSED
    letter = after.acknowledgement
    return Listing(
        training=after.training,
        priority=after.priority,
        severity=after.severity,
        needs_human=after.seen_at_once,
        not_for=tuple(sorted(after.review.first_handlers)) if after.review else (),
        stage=after.stage,
        brand=after.brand,
        jurisdiction=after.jurisdiction,
        category=after.category,
        language=after.language,
        received_at=after.own_received_at,
        team=after.team,
        assignee=after.assignee,
        queue=after.team if is_open else None,
        due_at=milestones.next_due(region.rules_of(after), after) if is_open else None,
        acknowledgement=letter.fate if letter else None,
        erasing_since=None if after.erased_at else after.erasure_ordered_at,
        kept=not (is_open or after.on_legal_hold or after.erasure_ordered_at),
    )
