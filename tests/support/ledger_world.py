"""The real use cases of the letter ledger over the table in memory, stopped where anything can come between.

A sender stands before one of its calls (load, append, send). To go on it is played again from its beginning:
what its calls answered before is answered the same, the next one is really made, and it stops before the one
after. So a world can be kept, and left in every direction. What may happen in it is what the model knows.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from redress.domain import commands as c
from redress.domain.complaint import Complaint
from redress.domain.correspondence import INVALID_ADDRESS, Delivery, Letter, LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.events import LetterClaimed, LetterDelivered
from redress.domain.next_step import Step, next_step
from redress.usecases.caps import mail_cap
from redress.usecases.change import Desk, change
from redress.usecases.plan_next import NOTE_FAILED_LETTER, Question, plan_next
from redress.usecases.ports import Batch, Cap, CaseFile, Mail, MailRefused, Request, VersionConflict
from redress.usecases.record_delivery import Told, record_delivery
from redress.usecases.send_letter import send_letter
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support import ledger_model as model
from tests.support.complaints import HANDLER, PLAYER, REGION, SYSTEM, T0, TRIAGE, personal, submit
from tests.support.memory_store import MemoryStore

TICK = REGION.claim_expiry / model.EXPIRY
MINUTE = timedelta(minutes=1)
MOST_MISSED = 10
"""Deadlines that a complaint of these lives can miss, and more."""
TAKEN, LEFT_UNSEEN, LOST_UNSEEN = "send", "send, answer lost", "lost before the mail service"
REFUSED, REFUSED_FOR_GOOD = "refuse", "refuse for good"
SPENDS = {LEFT_UNSEEN: "losses", LOST_UNSEEN: "losses", REFUSED: "refusals", REFUSED_FOR_GOOD: "rejections"}


class Stopped(BaseException):
    """The sender stands before its next call."""


class AnswerLost(Exception):
    """The sender does not know what became of its mail."""


type Answer = CaseFile | str | Exception | None


@dataclass(frozen=True)
class Sender:
    """A sender since an instant, the call that it stands before, and what its calls answered, and when."""

    since: datetime
    call: str = "load"
    past: tuple[tuple[datetime, Answer], ...] = ()

    def refused_claim(self, letter: str) -> int:
        """The claim under which the mail service refused its mail, or 0."""
        claim = 0
        for _, answer in self.past:
            if isinstance(answer, CaseFile):
                claim = answer.complaint.letters[letter].attempt + 1
            elif isinstance(answer, MailRefused):
                return claim
        return 0


@dataclass(frozen=True)
class World:
    """The table, the senders that live, and, as the model knows it, what really happened and still may."""

    store: MemoryStore
    number: str
    letter: str
    truth: model.World
    now: datetime = T0
    senders: tuple[Sender, ...] = ()

    @property
    def case(self) -> CaseFile:
        """The complaint as the table has it."""
        return self.store.load(self.number)

    @property
    def seen(self) -> model.World:
        """This world as the properties look at it."""
        complaint = self.store.complaints[self.number]
        letter = complaint.letters[self.letter]
        return self.truth._replace(
            is_open=complaint.ended_unanswered_at is None,
            letter=model.Letter(
                status=letter.status, message=_place(letter.message_id), delivery=letter.delivery or ""
            ),
            tasks=frozenset(one.task for one in complaint.open_tasks if one.letter == self.letter),
            arrived=frozenset(
                _place(record.event.message_id)
                for record in self.store.records[self.number]
                if isinstance(record.event, LetterDelivered) and record.event.letter == self.letter
            ),
        )

    @property
    def key(self) -> Hashable:
        """What is the same of worlds in which the same can happen: versions and instants are not."""
        complaint = self.store.complaints[self.number]
        senders = sorted((self._key_of(one) for one in self.senders), key=repr)
        return (_known(complaint, self.letter, self.now), tuple(senders), self.truth)

    def _key_of(self, sender: Sender) -> Hashable:
        answers = []
        for _, answer in sender.past:
            if isinstance(answer, CaseFile):
                newest = answer.complaint.version == self.store.complaints[self.number].version
                answers.append((newest, _known(answer.complaint, self.letter, self.now)))
            else:
                answers.append((True, (repr(answer),)))
        return (sender.call, (self.now - sender.since) // TICK, tuple(answers))

    def desk(self, store: MemoryStore) -> Desk:
        """What makes changes at once, in this world's instant."""
        return Desk(store=store, region=REGION, now=lambda: self.now, salt=bytes, pause=lambda _: None)


def _place(message_id: str | None) -> int:
    return int(message_id.split()[1]) if message_id else 0


def _known(complaint: Complaint, key: str, now: datetime) -> tuple[Hashable, ...]:
    letter = complaint.letters[key]
    facts = (value for name, value in vars(letter).items() if not name.endswith("_at") or name == "failed_at")
    age = (now - letter.changed_at) // TICK if letter.changed_at else 0
    tasks = tuple((one.task, one.letter) for one in complaint.open_tasks)
    return (*facts, min(age, model.EXPIRY), complaint.stage, tasks, complaint.failed_contacts)


def begin(truth: model.World) -> World:
    """A complaint that owes a letter to its player: the acknowledgement, or a question."""
    store = MemoryStore(lambda: T0)
    desk = Desk(store=store, region=REGION, now=lambda: T0, salt=bytes, pause=lambda _: None)
    others = [f"{place}@example.test" for place in range(2, truth.contacts + 1)]
    written = submit()
    content = {**written.content, "email": "1@example.test", "other_emails": others}
    request = Request(client="portal", key="1", fingerprint="f", expires_at=T0 + timedelta(days=1))
    intake = Intake(desk=desk, random_bits=lambda _: 1)
    submitted = c.Submit(**{**vars(written), "content": content})
    number = submit_complaint(intake, submitted, "player", request, "hash").number
    if not truth.statutory:
        (first,) = store.load(number).complaint.letters
        change(desk, number, c.ClaimLetter(letter=first), SYSTEM)
        change(desk, number, c.RecordLetterSent(letter=first, message_id="message 0"), SYSTEM)
        change(desk, number, TRIAGE, SYSTEM)
        change(desk, number, c.RequestInformation(content=personal("question")), HANDLER)
    kind = LetterKind.ACKNOWLEDGEMENT if truth.statutory else LetterKind.INFORMATION_REQUEST
    letters = store.load(number).complaint.letters
    return World(store, number, next(key for key, one in letters.items() if one.kind is kind), truth)


@dataclass
class Calls:
    """The store and the mail service as one sender calls them: `past` again, one call anew, then a stop."""

    world: World
    store: MemoryStore
    sender: Sender
    fate: str
    truth: model.World = field(init=False)
    past: deque[tuple[datetime, Answer]] = field(init=False)
    made: list[tuple[datetime, Answer]] = field(default_factory=list)
    now: datetime = field(init=False)
    call: str = ""

    def __post_init__(self) -> None:
        self.truth, self.now = self.world.truth, self.sender.since
        self.past = deque(self.sender.past)

    def load(self, number: str) -> CaseFile:
        """As of the store."""
        answer = self._call("load", lambda: self.store.load(number))
        assert isinstance(answer, CaseFile)
        return answer

    def append(self, batch: Batch) -> None:
        """As of the store."""
        self._call("append", lambda: self._append(batch))

    def send(self, mail: Mail) -> str:
        """As of the mail service: what becomes of the mail was decided before."""
        answer = self._call("send", lambda: self._send(mail))
        assert isinstance(answer, str)
        return answer

    def _call(self, name: str, make: Callable[[], Answer]) -> Answer:
        if self.past:
            self.now, answer = self.past.popleft()
        elif len(self.made) > len(self.sender.past):
            self.call = name
            raise Stopped
        else:
            self.now, answer = self.world.now, make()
        self.made.append((self.now, answer))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _append(self, batch: Batch) -> Answer:
        try:
            self.store.append(batch)
        except VersionConflict as first:
            return first
        for record in batch.records:
            if isinstance(record.event, LetterClaimed):
                self._claimed(record.event.attempt, (self.world.now - record.at) // TICK)
        return None

    def _claimed(self, attempt: int, age: int) -> None:
        claims = self.truth.claims
        if not claims or attempt > claims[-1].number:
            claim = model.claim_of(self.world.seen, attempt)._replace(age=age)
            self.truth = self.truth._replace(claims=(*claims, claim))

    def _send(self, mail: Mail) -> Answer:
        if self.fate in {REFUSED, REFUSED_FOR_GOOD}:
            for_good = self.fate == REFUSED_FOR_GOOD
            return MailRefused(INVALID_ADDRESS if for_good else "TooManyRequests", permanent=for_good)
        if self.fate != LOST_UNSEEN:
            left = model.Mail(int(mail.subject), int(mail.to))
            self.truth = self.truth._replace(mails=(*self.truth.mails, left))
        return f"message {len(self.truth.mails)}" if self.fate == TAKEN else AnswerLost()


def _written(letter: Letter, _case: CaseFile) -> Mail:
    """A letter of which the claim (the subject says it) and the address matter."""
    return Mail(
        letter_id=letter.key,
        sender="",
        to=str(letter.contact),
        subject=str(letter.attempt + 1),
        text="",
        html="",
    )


def _count(address: str) -> Cap:
    return mail_cap(b"secret", REGION, address, T0)


def go_on(world: World, sender: Sender, fate: str = TAKEN) -> World:
    """The sender makes its next call; `fate` is what becomes of a mail that it sends."""
    calls = Calls(world, deepcopy(world.store), sender, fate)
    desk = Desk(
        store=calls,  # type: ignore[arg-type]  # a sender calls no more of it
        region=REGION,
        now=lambda: calls.now,
        salt=bytes,
        pause=_wait,
    )
    others = tuple(one for one in world.senders if one is not sender)
    with suppress(AnswerLost, IllegalTransition):
        try:
            send_letter(desk, calls, _written, _count, world.number, world.letter)
        except Stopped:
            others = (*others, replace(sender, call=calls.call, past=tuple(calls.made)))
    truth = calls.truth
    if len(others) < len(world.senders):
        refused = sender.refused_claim(world.letter)
        noted = (one._replace(noted=True) if one.number == refused else one for one in truth.claims)
        truth = truth._replace(claims=tuple(noted))
    return replace(world, store=calls.store, truth=truth, senders=others)


def _wait(_attempt: int) -> None:
    return


def start(world: World) -> World:
    """One more sender: the workflow's, its retry, that of an execution that was superseded."""
    return replace(world, senders=(*world.senders, Sender(world.now)))


def tick(world: World) -> World:
    """Time passes: claims get older, and senders that ran for too long are stopped."""
    now = world.now + TICK
    senders = tuple(one for one in world.senders if now - one.since < model.LIFE * TICK)
    return replace(world, now=now, senders=senders, truth=model.Ledger().tick(world.truth))


def spent(world: World, budget: str) -> World:
    """One of what may still happen has happened."""
    left = getattr(world.truth, budget) - 1
    return replace(world, truth=world.truth._replace(**{budget: left}))


def changed(world: World, act: Callable[[Desk], object]) -> World:
    """What others do at once, if they may."""
    store = deepcopy(world.store)
    with suppress(IllegalTransition):
        act(world.desk(store))
    return replace(world, store=store)


def ask(world: World, perform: Step | str) -> World:
    """An execution comes to perform a step about the letter."""
    question = Question(
        number=world.number,
        generation=1,
        turns=1,
        started_at=world.now,
        definition="1",
        perform=perform,
        letter=world.letter,
    )
    return changed(world, lambda desk: plan_next(desk, question, "1"))


def owed(world: World) -> str | None:
    """What the workflow would do about the letter now, or None."""
    complaint = world.store.complaints[world.number]
    step = next_step(complaint, [], world.now, REGION.claim_expiry)
    if step.letter is None or step.letter.key != world.letter:
        return None
    return "give up" if step.step is Step.GIVE_UP_LETTER else "start"


def give_up(world: World) -> World:
    """The workflow gives the letter up; at a closed complaint it puts missed deadlines on record before."""
    for _ in range(MOST_MISSED):
        if owed(world) != "give up":
            return world
        world = ask(ask(world, Step.RECORD_MILESTONE), Step.GIVE_UP_LETTER)
    raise AssertionError("a letter is to be given up, and is not")


def tell(world: World, place: int, outcome: str) -> World:
    """The mail service tells what became of a mail."""
    mails = list(world.truth.mails)
    mails[place - 1] = mails[place - 1]._replace(told=mails[place - 1].told | {outcome})
    told = Told(
        number=world.number,
        letter=world.letter,
        message_id=f"message {place}",
        outcome=Delivery(outcome),
        permanent=False,
    )
    heard = replace(world, truth=world.truth._replace(mails=tuple(mails)))
    return changed(heard, lambda desk: record_delivery(desk, told))


@dataclass(frozen=True)
class Ledger:
    """The steps that are possible, as `tests.support.ledger_model.Ledger` has them."""

    known: dict[Hashable, str | None] = field(default_factory=dict)

    def flaw(self, world: World) -> str | None:
        """The property that a world violates, or None; what becomes of it is looked at while nobody sends."""
        seen = world.seen
        if world.senders:
            return model.broken_always(seen)
        calm = replace(world, truth=model.undisturbed(world.truth))
        if calm.key not in self.known:
            self.known[calm.key] = model.broken_always(seen) or self._broken_in_the_end(calm)
        return self.known[calm.key]

    def _broken_in_the_end(self, world: World) -> str | None:
        soon = late = self.at_once(world)
        for _ in range(model.EXPIRY + 1):
            late = self.at_once(tick(late))
        return model.broken_in_the_end(soon.seen, late.seen)

    def at_once(self, world: World) -> World:
        """What the workflow does now; the short pause after a refusal passes, too."""
        world = replace(world, now=world.now + MINUTE)
        while what := owed(world):
            if what == "give up":
                world = give_up(world)
                continue
            world = start(world)
            while world.senders:
                world = go_on(world, world.senders[0])
        return world

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """Every step that can come next."""
        truth = world.truth
        for one in world.senders:
            yield from self.sender_steps(world, one)
            if truth.crashes:
                left = tuple(other for other in world.senders if other is not one)
                yield f"crash before {one.call}", spent(replace(world, senders=left), "crashes")
        if truth.starts:
            yield "start", spent(start(world), "starts")
        if owed(world) == "give up":
            yield "give up", give_up(world)
        if truth.ticks:
            yield "tick", spent(tick(world), "ticks")
        yield from self.others(world)

    def others(self, world: World) -> Iterator[tuple[str, World]]:
        """What the mail service tells, what people do, and what an execution notes of a failed letter."""
        truth = world.truth
        if truth.tellings:
            for place in range(1, len(truth.mails) + 1):
                for outcome in (model.DELIVERED, model.BOUNCED):
                    yield f"mail {place} {outcome}", spent(tell(world, place, outcome), "tellings")
        if truth.withdrawals:
            withdrawn = changed(world, lambda desk: change(desk, world.number, c.Withdraw(), PLAYER))
            yield "withdraw", spent(withdrawn, "withdrawals")
        if truth.others:
            yield "note failed letter", spent(ask(world, NOTE_FAILED_LETTER), "others")

    def sender_steps(self, world: World, one: Sender) -> Iterator[tuple[str, World]]:
        """What a sender does next; that all goes well comes first."""
        if one.call != "send":
            yield one.call, go_on(world, one)
            return
        yield TAKEN, go_on(world, one)
        for fate, budget in SPENDS.items():
            if getattr(world.truth, budget):
                yield fate, spent(go_on(world, one, fate), budget)
