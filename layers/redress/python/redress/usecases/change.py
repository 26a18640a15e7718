"""How every change is made: load, decide, append, and decide again when another writer was first."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from redress.domain import audit, complaint, decisions, milestones
from redress.domain.changes import Change
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.errors import Conflict, IdempotencyKeyReused, StaleVersion
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.region import Region
from redress.usecases.ports import (
    Answer,
    Batch,
    CaseFile,
    Listing,
    Now,
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
    """Apply a command to a complaint.

    With `expected_version` the command is decided on that version alone, otherwise on whatever is newest.
    Raises NotFound, IllegalTransition, NotAllowedByPack, StaleVersion, IdempotencyKeyReused, and Conflict
    when others kept winning. Whatever is raised, nothing was stored.
    """
    if request and (answer := desk.store.answer(request.client, request.key)):
        return replay(request, answer)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        case = desk.store.load(number)
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
    desk: Desk, case: CaseFile, command: Command, actor: str, request: Request | None = None
) -> Changed:
    """Decide the command on this case file and append; raises VersionConflict when it is not the newest."""
    now = desk.now()
    rules, expiry = desk.region.rules_of(case.complaint), desk.region.claim_expiry
    changes = decisions.decide(case.complaint, command, now, actor, expiry, rules)
    if changes:
        batch = prepare(desk, case.complaint, case.head, changes, now, actor, request)
        desk.store.append(batch)
        return Changed(number=case.complaint.number, version=batch.records[-1].seq)
    return Changed(number=case.complaint.number, version=case.complaint.version)


def replay(request: Request | None, answer: Answer) -> Changed:
    """The answer that the same request got before. Raises IdempotencyKeyReused for another request."""
    if request is None or answer.fingerprint != request.fingerprint:
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
) -> Batch:
    """The batch that appends `changes` to a complaint whose last record has the hash `head`."""
    records, contents = chain(desk, before.number, before.version, head, changes, now, actor)
    after = complaint.fold_onto(before, records)
    return Batch(
        number=before.number,
        expected_version=before.version,
        records=records,
        contents=contents,
        listing=listing(desk.region, after),
        attention_at=now + timedelta(seconds=desk.region.attention_seconds),
        request=request,
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
    """The records of `changes`, each carrying the hash of the one before, and the content beside them."""
    records: list[audit.Record] = []
    contents: list[SaltedContent] = []
    for seq, one in enumerate(changes, start=version + 1):
        hashed = None
        if one.content is not None:
            salt = desk.salt(audit.SALT_BYTES)
            contents.append(SaltedContent(seq=seq, content=one.content, salt=salt))
            hashed = audit.content_hash(one.content, salt)
        previous = records[-1].hash if records else head
        records.append(audit.write(number, seq, now, actor, one.event, previous, hashed))
    return records, contents


def listing(region: Region, after: Complaint) -> Listing:
    """What lists show of a complaint: a closed one leaves its queue, an open one never does.

    Where no instant is known, as while a clock stands still, it is listed by its receipt.
    """
    is_open = after.stage is not Stage.CLOSED
    return Listing(
        stage=after.stage,
        brand=after.brand,
        jurisdiction=after.jurisdiction,
        category=after.category,
        language=after.language,
        received_at=after.received_at,
        team=after.team,
        assignee=after.assignee,
        queue=after.team if is_open else None,
        due_at=milestones.next_due(region.rules_of(after), after) or after.received_at if is_open else None,
    )
