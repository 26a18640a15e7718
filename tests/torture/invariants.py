"""What must hold whatever broke, in words, once everything that moves by itself has come to rest.

1. *Accepted is stored, once.* What a client was told is taken (2xx), or the mail service took in, is there
   exactly once.
2. *The chain is whole.* Every complaint's events follow each other by their hashes up to the head in its
   state, and whatever content they name is there and has the hash they carry, until its erasure is ordered.
3. *The journal holds the same.* Every event lies in the journal, byte for byte, and nothing else does.
4. *Everything was told.* Every event was published.
5. *What is due was done, once.* No milestone is recorded twice, and at this instant the workflow owes no
   complaint anything that it could do now.
6. *No letter is lost, none is doubled.* A letter has left as often as it is on record as sent: once, and once
   more for each time it came back. One whose record was what broke, after the mail service took it, may have
   left once more than that. What left is a letter of its complaint. None is on its way for ever: one of which
   nobody knows whether it left is given up, whatever became of its complaint, until its erasure is ordered.
7. *No execution is stuck.* Each complaint's live execution waits with the token its state holds, or has ended
   with nothing left to do.
8. *Nothing is overdue.* The attention index holds nothing whose instant has passed.
9. *Nothing was given up.* Whatever ended in an error came again until it was done: no queue holds anything,
   and no dead letters do.
10. *Forgotten is gone.* Of a complaint whose erasure was ordered no content, salt, file or mail is there, nor
   the question it began as, and that it is gone is on record once. Of no other it is.
11. *What is counted is counted once.* Where somebody counts, each complaint is counted for what its events
   say, and each counter is the sum of that.
12. *A proof is proven.* Each day's proof has all its documents, each written once, as its key signed them.
13. *What a court may want is kept.* Of a complaint under a legal hold a copy of each of its mails is there;
    of any other none is.

Another campaign gives its own world what `Evidence` asks for; what it cannot know it leaves empty.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from redress.domain import audit, journal, milestones
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterStatus
from redress.domain.events import LetterBounced, LetterSent, MilestoneReached, PersonalDataErased
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.values import Value
from redress.proofs import document, manifest
from redress.proofs.document import NoProof
from redress.proofs.manifest import KINDS, SIGNATURE
from redress.published import event_id
from redress.region import Region
from redress.usecases.ports import CaseFile
from redress.usecases.reconcile import PROOFS

CLAIMED = LetterStatus.CLAIMED
WAITS = frozenset({Step.INVESTIGATE, Step.WAIT_FOR_ADR, Step.FEEDBACK, Step.DONE})


class Violated(AssertionError):
    """Something that must hold does not."""


class Standing(Value):
    """How the live execution of a complaint does: whether it waits or has ended, and the tokens of both."""

    waits: bool
    ended: bool
    token: str | None
    state_token: str | None


class Stored(Value):
    """A complaint as the table holds it, with the salts of its contents by event.

    `traces` are what else is known of the person: files, mails, the question that it began as. `copies` are
    the ids of the mails of which one is kept for it; None where nobody can look.
    """

    case: CaseFile
    salts: Mapping[int, bytes]
    attention_at: datetime | None
    traces: tuple[str, ...] = ()
    copies: frozenset[str] | None = None


class Evidence(Protocol):
    """What is known of a world after its faults. Instants are UTC."""

    @property
    def region(self) -> Region:
        """The operator."""

    def now(self) -> datetime:
        """The instant at which everything has come to rest."""

    def stored(self) -> Mapping[str, Stored]:
        """Every complaint by its number."""

    def found(self) -> Mapping[str, int]:
        """How often each thing is stored that a client was told is taken: once is right."""

    def journaled(self) -> Mapping[str, bytes] | None:
        """The journal's objects by key; None where nobody can look."""

    def published(self) -> Collection[str] | None:
        """The ids of all published events; None where nobody can look."""

    def left(self) -> Counter[tuple[str, str]] | None:
        """How often each letter (number, key) left; None where nobody can look."""

    def may_be_doubled(self) -> Collection[tuple[str, str]]:
        """The letters that left while their record broke."""

    def standing(self, number: str) -> Standing | None:
        """The live execution of a complaint; None where nobody can look."""

    def miscounted(self) -> Sequence[str] | None:
        """What counters say otherwise than the events, in words; None where nobody counts."""

    def given_up(self) -> Sequence[str]:
        """What still waits to be done, or nobody will do, in words."""


def check(world: Evidence) -> int:
    """How many things were looked at. Raises Violated with all that does not hold."""
    stored = world.stored()
    looked, wrong = 0, list[str]()
    for number, one in stored.items():
        for about in COMPLAINTS:
            looked += 1
            wrong += [f"{number}: {what}" for what in about(world, one)]
    for everything in WHOLE:
        found = everything(world, stored)
        looked += found[0]
        wrong += found[1]
    if wrong:
        raise Violated("\n".join(wrong))
    return looked


def _chain(_world: Evidence, one: Stored) -> list[str]:
    try:
        audit.verify(one.case.records, one.case.state_head)
    except audit.ChainBroken as broken:
        return [str(broken)]
    wrong = []
    for record in one.case.records:
        content, salt = one.case.contents.get(record.seq), one.salts.get(record.seq)
        if record.content_hash is None:
            wrong += [f"event {record.seq} has a content that it does not name"] if content else []
        elif one.case.complaint.erasure_ordered_at:
            continue
        elif content is None or salt is None:
            wrong.append(f"the content of event {record.seq} is gone")
        elif audit.content_hash(content, salt) != record.content_hash:
            wrong.append(f"the content of event {record.seq} is another")
    return wrong


def _erasure(_world: Evidence, one: Stored) -> list[str]:
    """Whoever is to be forgotten is; whoever is not to be is not."""
    erased = sum(isinstance(record.event, PersonalDataErased) for record in one.case.records)
    if one.case.complaint.erasure_ordered_at is None:
        return [f"it is on record as erased {erased} times, and nobody ordered it"] if erased else []
    kept = [f"the content of event {seq}" for seq in sorted({*one.case.contents, *one.salts})]
    wrong = [f"{what} is there, and was to be erased" for what in (*kept, *one.traces)]
    return [*wrong, *([f"its erasure is on record {erased} times"] if erased != 1 else [])]


def _copies(_world: Evidence, one: Stored) -> list[str]:
    """As its hold asks, whatever happened to it meanwhile."""
    if one.copies is None:
        return []
    complaint = one.case.complaint
    if not complaint.on_legal_hold:
        return [f"a copy of mail {mail} is kept, under no hold" for mail in sorted(one.copies)]
    mails = {mail.mail for mail in complaint.mails.values()}
    return [f"no copy of mail {mail} is kept under its hold" for mail in sorted(mails - one.copies)]


def _milestones(_world: Evidence, one: Stored) -> list[str]:
    reached = Counter(
        (event.clock, event.milestone, event.deadline_version)
        for event in (record.event for record in one.case.records)
        if isinstance(event, MilestoneReached)
    )
    return [f"milestone {key} fired {times} times" for key, times in reached.items() if times > 1]


def _owed(world: Evidence, one: Stored) -> list[str]:
    step = owed(world.region, one.case.complaint, world.now())
    about = step.letter.key if step.letter else step.milestone.key if step.milestone else ""
    return [] if step.step in WAITS else [f"{step.step} {about} is owed, and nobody does it"]


def owed(region: Region, complaint: Complaint, now: datetime) -> NextStep:
    """What the workflow owes a complaint at an instant (UTC)."""
    ahead = milestones.milestones(region.rules_of(complaint), complaint)
    return next_step(complaint, ahead, now, region.claim_expiry)


def _letters(world: Evidence, one: Stored) -> list[str]:
    left = world.left()
    if left is None:
        return []
    complaint, wrong = one.case.complaint, []
    for key, letter in complaint.letters.items():
        sent, bounced = _times(one, LetterSent, key), _times(one, LetterBounced, key)
        times = left[complaint.number, key]
        doubled = (complaint.number, key) in world.may_be_doubled()
        flies = letter.status is CLAIMED and complaint.erasure_ordered_at is None
        wrong += [f"letter {key} is neither sent nor given up"] if flies else []
        wrong += [f"letter {key} is on record as sent {sent} times"] if sent > 1 + bounced else []
        if not sent <= times <= sent + doubled:
            wrong.append(f"letter {key} left {times} times, and is on record as sent {sent} times")
    known = set(complaint.letters)
    strange = [key for number, key in left if number == complaint.number and key not in known]
    return [*wrong, *(f"letter {key} left and is on no record" for key in strange)]


def _times(one: Stored, kind: type[LetterSent | LetterBounced], letter: str) -> int:
    events = [record.event for record in one.case.records]
    return sum(isinstance(event, kind) and event.letter == letter for event in events)


def _execution(world: Evidence, one: Stored) -> list[str]:
    standing = world.standing(one.case.complaint.number)
    if standing is None:
        return []
    if standing.waits:
        same = standing.token == standing.state_token
        return [] if same else ["its execution waits for a token that nobody holds"]
    if not standing.ended:
        return ["its live execution neither waits nor has ended"]
    return ["its execution has ended, and it is waited for"] if one.attention_at else []


def _attention(world: Evidence, one: Stored) -> list[str]:
    late = one.attention_at is not None and one.attention_at < world.now()
    return [f"it should have been looked at by {one.attention_at}"] if late else []


COMPLAINTS: Sequence[Callable[[Evidence, Stored], list[str]]] = (
    _chain,
    _erasure,
    _copies,
    _milestones,
    _owed,
    _letters,
    _execution,
    _attention,
)


type Looked = tuple[int, list[str]]


def _accepted(world: Evidence, _stored: Mapping[str, Stored]) -> Looked:
    found = world.found()
    return len(found), [f"{what} is stored {times} times" for what, times in found.items() if times != 1]


def _journal(world: Evidence, stored: Mapping[str, Stored]) -> Looked:
    journaled = world.journaled()
    if journaled is None:
        return 0, []
    entries = [journal.entry(record.text) for one in stored.values() for record in one.case.records]
    expected = {entry.key: entry.body for entry in entries}
    events = {key: body for key, body in journaled.items() if key.startswith(journal.EVENTS)}
    wrong = [f"the journal lacks {key}" for key in expected.keys() - events.keys()]
    wrong += [f"the journal holds {key}, which no complaint knows" for key in events.keys() - expected.keys()]
    both = expected.keys() & events.keys()
    wrong += [f"the journal holds another {key}" for key in both if events[key] != expected[key]]
    return len(expected), wrong


def _proofs(world: Evidence, _stored: Mapping[str, Stored]) -> Looked:
    """Each proof is complete, was written once, and is what its key signed."""
    files = {key: body for key, body in (world.journaled() or {}).items() if key.startswith(PROOFS)}
    days = {key: key.removesuffix(SIGNATURE) for key in files if key.endswith(f".{SIGNATURE}")}
    expected = {f"{day}{kind}" for day in days.values() for kind in (*KINDS, SIGNATURE)}
    wrong = [f"{key} belongs to no proof that is complete" for key in sorted(files.keys() - expected)]
    wrong += [f"the proof lacks {key}" for key in sorted(expected - files.keys())]
    return len(files), [*wrong, *(what for key in days if (what := _unproven(files, key)))]


def _unproven(files: Mapping[str, bytes], signature: str) -> str:
    """What is wrong with a signed day; nothing, where it is as its key signed it."""
    try:
        told, signed = manifest.read(files[signature])
        key = serialization.load_pem_public_key(str(told["public_key"]).encode())
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signed, document.to_bytes(told), ec.ECDSA(hashes.SHA256()))
    except (NoProof, InvalidSignature) as error:
        return f"{signature} is not what its key signed: {type(error).__name__}"
    folder = signature.rpartition("/")[0]
    found = {name: journal.sha256(files.get(f"{folder}/{name}", b"")) for name in told["documents"]}
    return "" if found == told["documents"] else f"{signature} is over other documents"


def _published(world: Evidence, stored: Mapping[str, Stored]) -> Looked:
    published = world.published()
    if published is None:
        return 0, []
    ids = [event_id(one.number, one.seq) for case in stored.values() for one in case.case.records]
    return len(ids), [f"event {one} was never published" for one in ids if one not in published]


def _miscounted(world: Evidence, stored: Mapping[str, Stored]) -> Looked:
    wrong = world.miscounted()
    return (0, []) if wrong is None else (len(stored) + 1, list(wrong))


def _given_up(world: Evidence, _stored: Mapping[str, Stored]) -> Looked:
    return 1, list(world.given_up())


WHOLE: Sequence[Callable[[Evidence, Mapping[str, Stored]], Looked]] = (
    _accepted,
    _journal,
    _proofs,
    _published,
    _miscounted,
    _given_up,
)
