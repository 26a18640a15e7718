"""The real use cases of one complaint's life in a world of memory, where every step can be taken by hand.

`World` is the table, the workflow, the relay with its queue, the sweep and the mail service, under
one virtual clock. Nothing happens by itself: a test takes the steps, in any order it likes.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy, replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from redress.domain import audit, instants, milestones, promises
from redress.domain.commands import Command
from redress.domain.complaint import Complaint, is_live
from redress.domain.correspondence import Delivery, Letter, LetterStatus
from redress.domain.errors import IllegalTransition, NotAllowedByPack
from redress.domain.events import MilestoneReached
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.stages import Stage
from redress.usecases.caps import mail_cap
from redress.usecases.change import Desk, change
from redress.usecases.plan_next import LONGEST_WAIT, Plan, Question, plan_next
from redress.usecases.ports import Cap, CaseFile, Mail, MailRefused, Request
from redress.usecases.record_delivery import Told, record_delivery
from redress.usecases.send_letter import send_letter
from redress.usecases.submit_complaint import Intake, submit_complaint
from redress.usecases.sweep import sweep
from redress.usecases.wake import Effect, carry_out, effect_of
from tests.support.complaints import REGION, T0, submit
from tests.support.memory_store import MemoryStore
from tests.support.memory_workflow import Execution, MemoryWorkflow, StepFailed

GRACE = timedelta(seconds=REGION.attention_seconds)
ROUNDING = timedelta(seconds=1)
TICK = timedelta(milliseconds=1)  # the smallest step that instants keep
ENDLESS = 2_000
WAITS = frozenset({Step.INVESTIGATE, Step.WAIT_FOR_ADR, Step.FEEDBACK})
PARKING = {"Route", *WAITS}

# What becomes of a letter: whether it leaves, and what the sender learns of it.
TAKEN, REFUSED, REFUSED_FOR_GOOD = "taken", "refused", "refused for good"
LEFT_UNSEEN, LOST_UNSEEN, UNWRITTEN = "left unseen", "lost unseen", "unwritten"
LETTER_FATES = (REFUSED, REFUSED_FOR_GOOD, LEFT_UNSEEN, LOST_UNSEEN, UNWRITTEN)

# What the mail service tells of a mail that left, and whether nothing reaches that address.
TELLINGS = (
    (Delivery.DELIVERED, False),
    (Delivery.DELAYED, False),
    (Delivery.BOUNCED, False),
    (Delivery.BOUNCED, True),
    (Delivery.SPAM, False),
)

# What becomes of a question to `plan`.
ANSWERED, UNHEARD, ANSWER_LOST = "answered", "unheard", "answer lost"
QUESTION_FATES = (UNHEARD, ANSWER_LOST)


@dataclass
class World:
    """Everything there is; one complaint lives in it."""

    pack: str = "sandbox"
    now: datetime = T0
    deployed: int = 1
    relayed: int = 0
    faulted: bool = False
    effects: deque[Effect] = field(default_factory=deque)
    letter_fates: deque[str] = field(default_factory=deque)
    question_fates: deque[str] = field(default_factory=deque)
    mails: dict[str, list[datetime]] = field(default_factory=dict)
    message_ids: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self._clock)
        self.desk = Desk(store=self.store, region=REGION, now=self._clock, salt=bytes, pause=lambda _: None)
        self.workflow = MemoryWorkflow(self.store, self._clock, self._ask, self._send, str(self.deployed))
        intake = Intake(desk=self.desk, random_bits=lambda _: 1)
        request = Request(client="portal", key="1", fingerprint="f", expires_at=T0 + timedelta(days=1))
        command = submit(self.pack)
        known = {**command.content, "other_emails": ["second@example.test"]}
        self.number = submit_complaint(
            intake, replace(command, content=known), "player", request, "hash"
        ).number

    # The complaint

    @property
    def case(self) -> CaseFile:
        """The complaint as the table has it."""
        return self.store.load(self.number)

    @property
    def complaint(self) -> Complaint:
        """What its events say."""
        return self.case.complaint

    @property
    def open(self) -> bool:
        """Whether something may still be owed."""
        return self.complaint.stage is not Stage.CLOSED

    @property
    def owed(self) -> NextStep:
        """What the domain says is next."""
        complaint = self.complaint
        ahead = milestones.milestones(REGION.rules_of(complaint), complaint)
        return next_step(complaint, ahead, self.now, REGION.claim_expiry)

    @property
    def attention_at(self) -> datetime | None:
        """When the sweep will look at it."""
        return self.store.states[self.number].attention_at

    @property
    def live(self) -> Execution | None:
        """The execution of the live generation, if it was started."""
        return self.workflow.executions.get(f"{self.number}_{self.case.generation}")

    # The steps

    def people(self, actor: str, command: Command) -> None:
        """A person changes the complaint, if its stage allows it."""
        with suppress(IllegalTransition, NotAllowedByPack):
            change(self.desk, self.number, command, actor)

    def mail_service_tells(self, which: int) -> None:
        """What became of one of the mails that left: late, twice, in any order."""
        letter, message_id = self.message_ids[which % len(self.message_ids)]
        outcome, permanent = TELLINGS[which % len(TELLINGS)]
        told = Told(
            number=self.number, letter=letter, message_id=message_id, outcome=outcome, permanent=permanent
        )
        record_delivery(self.desk, told)

    def relay(self) -> None:
        """The relay takes the next record of the stream."""
        self._carry_out(self.relayed)
        self.relayed += 1

    def relay_again(self, place: int) -> None:
        """The relay takes a record that it had before."""
        self._carry_out(place)

    def relay_to_queue(self) -> None:
        """The relay cannot reach the workflow, and leaves the effect to its queue."""
        image = self.store.stream[self.relayed]
        if effect := effect_of(image.before, image.after):
            self.effects.append(effect)
        self.relayed += 1

    def relay_loses(self) -> None:
        """A record is given up after its retries."""
        self.relayed, self.faulted = self.relayed + 1, True

    def retry(self) -> None:
        """The queue's consumer reads the table again and carries the oldest effect out."""
        effect = self.effects.popleft()
        if state := self.store.state(effect.number):
            carry_out(effect, state, self.workflow)

    def sweep(self) -> None:
        """One sweep, over everything."""
        sweep(self.store, self.workflow, self.now, GRACE)

    def crash(self, execution: Execution) -> None:
        """An execution is gone, wherever it was."""
        self.workflow.crash(execution)
        self.faulted = True

    def pass_time(self, until: datetime) -> None:
        """Time passes. A wait counts from its plan: one that comes late to park ends late, a fault."""
        self.now = until
        self.faulted |= any(one.at in PARKING for one in self.workflow.busy())

    # What becomes of it

    def undisturbed(self) -> "World":
        """A copy of this world in which, once its time has come, everything was done that can be done."""
        world = deepcopy(self)
        world.at_once()
        if world.faulted:
            world.recover()
        return world

    def at_once(self) -> None:
        """Everybody does what can be done now: relay, queue, executions, time-outs. The sweep rests."""
        self.letter_fates.clear()
        self.question_fates.clear()
        self.store.meanwhile.clear()
        for _ in range(ENDLESS):
            step = next(self._steps(), None)
            if step is None:
                return
            step()
        raise AssertionError("the executions never come to rest")

    def next_instant(self) -> datetime | None:
        """The next instant at which something happens by itself: a time-out, or the sweep's attention."""
        ends = [one.times_out_at for one in self.workflow.parked() if one.times_out_at]
        attention = [self.attention_at + TICK] if self.attention_at else []
        return min((at for at in ends + attention if at > self.now), default=None)

    def recover(self) -> None:
        """Time passes until the sweep would look at the complaint, and everybody does what can be done."""
        if self.attention_at:
            self.now = max(self.now, self.attention_at + TICK)
        self.at_once()
        self.sweep()
        self.at_once()
        self.faulted = False

    # What must hold

    def check_always(self) -> None:
        """The properties that hold at every state."""
        case = self.case
        self._check_letters(case.complaint)
        self._check_milestones(case.records)
        self._check_way()
        audit.verify(case.records, case.state_head)

    def check_quiet(self) -> None:
        """The properties that hold once nothing more can be done now: nothing owed, somebody waits."""
        self._check_breaches()
        if not self.open:
            return
        owed = self.owed
        assert owed.step in WAITS, f"a wake-up was lost: {owed.step} is owed and nobody does it"
        live, state = self.live, self.store.states[self.number]
        assert live, "the execution of the live generation was never started"
        assert live.parked, f"the execution of the live generation is {live.status} at {live.at}"
        assert live.token == state.token, "nobody can wake the execution"
        assert live.plan.version == state.version, "the execution waits for what an older version said"
        assert live.times_out_at, "the wait is endless"
        assert live.times_out_at <= (owed.until or self.now + LONGEST_WAIT) + ROUNDING

    def _check_way(self) -> None:
        """At the latest a grace after something is due, the sweep looks at an open complaint."""
        if not self.open:
            return
        attention, owed = self.attention_at, self.owed
        assert attention, "an open complaint has no way to its next milestone"
        until = owed.until if owed.step in WAITS else self.now
        latest = max(self.now, until or self.now + LONGEST_WAIT)
        assert attention <= latest + GRACE + ROUNDING, "nobody looks at the complaint in time"

    def _check_milestones(self, records: Sequence[audit.Record]) -> None:
        events = (record.event for record in records)
        reached = Counter(
            (one.clock, one.milestone, one.deadline_version)
            for one in events
            if isinstance(one, MilestoneReached)
        )
        assert not reached or max(reached.values()) == 1, "a milestone fired twice"

    def _check_letters(self, complaint: Complaint) -> None:
        """No letter goes twice, but one that came back, and a statutory one of an unknown fate."""
        for key, sent in self.mails.items():
            letter = complaint.letters[key]
            came_back = len(letter.returned)
            assert len(sent) <= 1 + came_back or letter.statutory, f"{key} was sent twice"
            at_once = sum(second - first < REGION.claim_expiry for first, second in pairwise(sent))
            assert at_once <= came_back, f"{key} was sent twice at once"

    def check_letters_are_done(self) -> None:
        """Nothing is left to be sent, and no claim stands for ever."""
        complaint = self.complaint
        live = [
            key
            for key, letter in complaint.letters.items()
            if letter.status is LetterStatus.CLAIMED or is_live(complaint, letter)
        ]
        assert not live, f"{live} wait for ever"

    def _check_breaches(self) -> None:
        """No duty's deadline passed unseen."""
        complaint = self.complaint
        for promise in promises.promises(REGION.rules_of(complaint), complaint):
            if promise.kind == "duty" and promise.due_at and promise.missed(self.now):
                key = f"{promise.clock}:due:{instants.to_text(promise.due_at)}"
                assert key in complaint.fired, f"the {promise.clock} deadline passed and nobody recorded it"

    # The parts

    def _clock(self) -> datetime:
        return self.now

    def _steps(self) -> Iterator[Callable[[], None]]:
        if self.relayed < len(self.store.stream):
            yield self.relay
        if self.effects:
            yield self.retry
        for execution in self.workflow.busy():
            yield partial(self.workflow.step, execution)
        for execution in self.workflow.timed_out():
            yield partial(self.workflow.time_out, execution)

    def _carry_out(self, place: int) -> None:
        image = self.store.stream[place]
        if effect := effect_of(image.before, image.after):
            carry_out(effect, image.after, self.workflow)

    def _ask(self, question: Question) -> Plan:
        fate = self.question_fates.popleft() if self.question_fates else ANSWERED
        if fate == UNHEARD:
            raise StepFailed
        plan = plan_next(self.desk, question, str(self.deployed))
        if fate == ANSWER_LOST:
            raise StepFailed
        return plan

    def _send(self, number: str, letter: str) -> object:
        fate = self.letter_fates.popleft() if self.letter_fates else TAKEN
        mailer = _Mailer(self, fate)
        return send_letter(self.desk, mailer, mailer.render, self._count, number, letter)

    def _count(self, address: str) -> Cap:
        return mail_cap(b"secret", REGION, address, self.now)


@dataclass
class _Mailer:
    """The mail service, for one letter whose fate is known to the test alone."""

    world: World
    fate: str

    def render(self, letter: Letter, _case: CaseFile) -> Mail:
        """A letter of which only the id matters."""
        if self.fate == UNWRITTEN:
            raise StepFailed
        return Mail(letter_id=letter.key, sender="", to="", subject="", text="", html="")

    def send(self, mail: Mail) -> str:
        """Send, refuse, or leave the sender in the dark."""
        if self.fate in {REFUSED, REFUSED_FOR_GOOD}:
            raise MailRefused(self.fate, permanent=self.fate == REFUSED_FOR_GOOD)
        if self.fate != LOST_UNSEEN:
            self.world.mails.setdefault(mail.letter_id, []).append(self.world.now)
            self.world.message_ids.append((mail.letter_id, f"message {len(self.world.message_ids)}"))
        if self.fate in {LEFT_UNSEEN, LOST_UNSEEN}:
            raise StepFailed
        return self.world.message_ids[-1][1]
