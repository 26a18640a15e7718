"""The letter ledger, small enough to try every interleaving of it.

One complaint owes one letter, which the law asks for or not, and knows some addresses of its player. Senders
claim, send and record; what reads and what writes the claim are separate steps, so that anything can come
between them. Every other change is decided again until it is decided on the newest state, and acts at once.
An instant is a tick: a sender does not live for two of them, a claim runs out after two.

`Claim` and `Mail` are what really happened, for the properties alone; the rest is what the ledger knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

LIFE = 2
EXPIRY = 2

OWED, CLAIMED, REFUSED, SENT, ABANDONED = "owed", "claimed", "refused", "sent", "abandoned"
DELIVERED, BOUNCED = "delivered", "bounced"
UNKNOWN_TASK, REFUSED_TASK, BOUNCED_TASK = "letter_outcome_unknown", "letter_refused", "letter_bounced"
NO, NEVER = -1, -2  # what a sender may hear instead of the id of a mail: not now, not at all


@dataclass(frozen=True)
class Rules:
    """The rules of the ledger. Each can be broken alone, to show that it is needed."""

    claim_needs_version: bool = True
    closing_is_seen_at_sending: bool = True
    claim_is_seen_at_sending: bool = True
    mail_goes_before_the_record: bool = True
    unknown_outcome_keeps_the_claim: bool = True
    refusal_releases_the_claim: bool = True
    refusal_is_of_its_own_claim: bool = True
    refusal_for_good_asks_a_person: bool = True
    claim_runs_out: bool = True
    claim_outlives_its_sender: bool = True
    sdk_sends_once: bool = True
    statutory_goes_again: bool = True
    others_ask_a_person: bool = True
    workflow_goes_by_the_record: bool = True
    telling_counts_as_record: bool = True
    returned_is_remembered: bool = True
    returned_asks_a_person: bool = True
    closing_leaves_no_claim: bool = True


class Letter(NamedTuple):
    """What is on record of the letter, as in `domain/correspondence.py`; `age` is its claim's, in ticks."""

    status: str = OWED
    attempt: int = 0
    age: int = 0
    contact: int = 0
    failed_at: int = -1
    message: int = 0
    returned: frozenset[int] = frozenset()
    delivery: str = ""


class Sender(NamedTuple):
    """A sender: what it does next (read, claim, send, record), and what it knows."""

    phase: str = "read"
    age: int = 0
    fresh: bool = True
    attempt: int = 0
    contact: int = 0
    heard: int = 0


class Claim(NamedTuple):
    """A claim as it was made: of an open complaint; when the one before was over; when no mail stood.

    `returned` is how many mails had come back then, `age` is in ticks; `noted`: the ledger was told that the
    mail service did not take its mail.
    """

    number: int
    was_open: bool
    was_free: bool
    was_clean: bool
    returned: int = 0
    age: int = 0
    noted: bool = False


class Mail(NamedTuple):
    """A mail that left: under which claim, to which address, and what was told of it."""

    claim: int
    contact: int
    told: frozenset[str] = frozenset()


class World(NamedTuple):
    """Everything there is. The last line counts what may still happen."""

    statutory: bool = True
    contacts: int = 1
    is_open: bool = True
    letter: Letter = Letter()
    tasks: frozenset[str] = frozenset()
    arrived: frozenset[int] = frozenset()
    completed: bool = False
    senders: tuple[Sender, ...] = ()
    claims: tuple[Claim, ...] = ()
    mails: tuple[Mail, ...] = ()
    starts: int = 0
    ticks: int = 0
    crashes: int = 0
    losses: int = 0
    refusals: int = 0
    rejections: int = 0
    tellings: int = 0
    withdrawals: int = 0
    others: int = 0


NEVER_LOST = "a letter is never lost: it leaves, or a person is asked; what the law asks for leaves"
ONE_PER_CLAIM = "two mails never leave under one claim"
NOT_DOUBLED = "a letter is doubled only where a mail left, and neither record nor telling came in time"
NOT_WHEN_CLOSED = "no letter leaves for a complaint that was closed before the claim"
ONLY_A_NO_RELEASES = "a claim ends by a definite refusal, by what came back, or when its time is over"
A_NO_RELEASES_AT_ONCE = "what was definitely refused goes again, or to a person, without waiting for a claim"
CLAIM_ENDS = "no claim stays for ever, at a closed complaint neither: its end is known, or a person is asked"
IS_ON_RECORD = "what the mail service says was delivered is on record, unless a copy of it came back"


def broken_always(world: World) -> str | None:
    """The property that what happened so far violates, or None."""
    claims, mails = world.claims, world.mails
    if len({one.claim for one in mails}) < len(mails):
        return ONE_PER_CLAIM
    used = {one.claim for one in mails}
    if any(not one.was_open for one in claims if one.number in used):
        return NOT_WHEN_CLOSED
    if any(not one.was_clean for one in claims if one.number in used):
        return NOT_DOUBLED
    if any(not one.was_free for one in claims):
        return ONLY_A_NO_RELEASES
    arrived = any(DELIVERED in one.told for one in mails)
    came_back = any(BOUNCED in one.told for one in mails)
    return IS_ON_RECORD if arrived and not came_back and not world.arrived else None


def is_settled(world: World) -> bool:
    """Whether the letter needs nobody any more: it stands on record and left; or a person has it."""
    letter, gone = world.letter, not world.is_open
    left = letter.status == SENT and 0 < letter.message <= len(world.mails)
    came_back = letter.delivery == BOUNCED
    if world.statutory and world.is_open and UNKNOWN_TASK in world.tasks:
        return False
    return gone or bool(world.tasks) or (left and not came_back)


def is_forgotten(world: World) -> bool:
    """Whether nobody will ever know what became of a claim: it stands, or was given up without a word."""
    status = world.letter.status
    return status == CLAIMED or (status == ABANDONED and not world.tasks)


def broken_in_the_end(soon: World, late: World) -> str | None:
    """The property that an undisturbed world violates, now and when every claim has run out, or None."""
    if violated := broken_always(late):
        return violated
    if not is_settled(late):
        return NEVER_LOST
    if is_forgotten(late):
        return CLAIM_ENDS
    refused = bool(soon.claims) and soon.claims[-1].noted
    return A_NO_RELEASES_AT_ONCE if refused and not is_settled(soon) else None


@dataclass(frozen=True)
class Ledger:
    """The steps that are possible, under these rules."""

    rules: Rules = Rules()
    known: dict[World, str | None] = field(default_factory=dict)

    def flaw(self, world: World) -> str | None:
        """The property that a world violates, or None.

        What becomes of it undisturbed is looked at while nobody is sending: every way leads there.
        """
        if world.senders:
            return broken_always(world)
        calm = undisturbed(world)
        if calm not in self.known:
            self.known[calm] = broken_always(calm) or self._broken_in_the_end(calm)
        return self.known[calm]

    def _broken_in_the_end(self, world: World) -> str | None:
        soon = late = self.at_once(world)
        for _ in range(EXPIRY + 1):
            late = self.at_once(self.tick(late))
        return broken_in_the_end(soon, late)

    def at_once(self, world: World) -> World:
        """What the workflow does now: send what may be sent, give up what may not, until nothing is owed."""
        while not world.completed:
            if self.may_be_claimed(world):
                world = start(world)
                while world.senders:
                    world = next(self.sender_steps(world, world.senders[0]))[1]
            elif self.is_to_be_given_up(world):
                world = give_up(world)
            else:
                break
        return world

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """Every step that can come next: of senders, of the mail service, of people, of time, of faults."""
        for one in dict.fromkeys(world.senders):
            yield from self.sender_steps(world, one)
            if world.crashes:
                yield f"crash before {one.phase}", done(world, one)._replace(crashes=world.crashes - 1)
        if world.starts:
            yield "start", start(world)._replace(starts=world.starts - 1)
        if self.is_to_be_given_up(world):
            yield "give up", stale(give_up(world))
        if world.ticks:
            yield "tick", self.tick(world)._replace(ticks=world.ticks - 1)
        yield from self.others(world)

    def others(self, world: World) -> Iterator[tuple[str, World]]:
        """What the mail service tells, and what people do."""
        if world.tellings:
            yield from self.tellings(world._replace(tellings=world.tellings - 1))
        if world.withdrawals and world.is_open:
            yield "withdraw", stale(world._replace(is_open=False, withdrawals=world.withdrawals - 1))
        if world.others:
            yield "others write", stale(world._replace(others=world.others - 1))

    def tick(self, world: World) -> World:
        """Time passes: claims get older, and senders that ran for too long are stopped."""
        letter = world.letter
        aged = letter._replace(age=min(letter.age + 1, EXPIRY)) if letter.status == CLAIMED else letter
        senders = (one._replace(age=one.age + 1) for one in world.senders if one.age + 1 < LIFE)
        claims = tuple(one._replace(age=min(one.age + 1, EXPIRY)) for one in world.claims)
        return world._replace(letter=aged, senders=tuple(sorted(senders)), claims=claims)

    def has_run_out(self, world: World) -> bool:
        """Whether the claim of the letter is over."""
        expiry = EXPIRY if self.rules.claim_outlives_its_sender else 1
        return self.rules.claim_runs_out and world.letter.age >= expiry

    def may_be_claimed(self, world: World) -> bool:
        """Whether the letter may be sent now: `may_claim`, but for the pause after a refusal."""
        status = world.letter.status
        if not world.is_open and self.rules.closing_is_seen_at_sending:
            return False
        if status == CLAIMED:
            again = self.rules.statutory_goes_again if world.statutory else not self.rules.others_ask_a_person
            return again and self.has_run_out(world)
        return status in {OWED, REFUSED}

    def is_to_be_given_up(self, world: World) -> bool:
        """Whether nobody knows if it left, and it may not go again."""
        looked_at = world.is_open or self.rules.closing_leaves_no_claim
        flying = looked_at and world.letter.status == CLAIMED and self.has_run_out(world)
        return flying and not self.may_be_claimed(world)

    def sender_steps(self, world: World, one: Sender) -> Iterator[tuple[str, World]]:
        """What a sender does next; that all goes well comes first."""
        match one.phase:
            case "read":
                yield "read", self.read(world, one)
            case "claim":
                yield "claim", self.claim(world, one)
            case "send":
                yield from self.send(world, one)
            case "record":
                yield "record", self.record(world, one)

    def read(self, world: World, one: Sender) -> World:
        """Is it owed at this very moment, and to whom?"""
        letter = world.letter
        seen = self.may_be_claimed(world) or not self.rules.claim_is_seen_at_sending
        if not seen or (not world.is_open and self.rules.closing_is_seen_at_sending):
            return done(world, one)
        contact = letter.failed_at + 1
        if contact >= world.contacts:
            return stale(done(refused(world, for_good=True, rules=self.rules), one))
        planned = one._replace(phase="claim", fresh=True, attempt=letter.attempt + 1, contact=contact)
        return become(world, one, planned)

    def claim(self, world: World, one: Sender) -> World:
        """The claim, on the very version that was read."""
        if not one.fresh and self.rules.claim_needs_version:
            return become(world, one, one._replace(phase="read", attempt=0, contact=0))
        letter = world.letter._replace(status=CLAIMED, attempt=one.attempt, age=0, contact=one.contact)
        before = world.claims[-1].number if world.claims else 0
        claims = world.claims
        if one.attempt > before:
            claims = (*claims, claim_of(world, one.attempt))
        claimed = stale(done(world, one)._replace(letter=letter, claims=claims))
        if self.rules.mail_goes_before_the_record:
            return goes_on(claimed, one._replace(phase="send"))
        return goes_on(claimed, one._replace(phase="record", heard=len(world.mails) + 1))

    def send(self, world: World, one: Sender) -> Iterator[tuple[str, World]]:
        """The mail service takes it, or does not, and the sender hears of it, or does not."""
        left = world._replace(mails=(*world.mails, Mail(one.attempt, one.contact)))
        if not self.rules.workflow_goes_by_the_record:
            left, world = left._replace(completed=True), world._replace(completed=True)
        if not self.rules.mail_goes_before_the_record:
            yield "send", done(left, one)
            return
        yield "send", become(left, one, one._replace(phase="record", heard=len(left.mails)))
        if world.losses:
            yield "send, answer lost", self._unknown(left, one)
            yield "lost before the mail service", self._unknown(world, one)
        answers = ((NO, "refusals", "refuse"), (NEVER, "rejections", "refuse for good"))
        for heard, budget, name in answers:
            if getattr(world, budget):
                spent = world._replace(**{budget: getattr(world, budget) - 1})
                yield name, become(spent, one, one._replace(phase="record", heard=heard))

    def _unknown(self, world: World, one: Sender) -> World:
        """The sender ends in the dark. An SDK that tries again by itself sends once more."""
        world = world._replace(losses=world.losses - 1)
        if not self.rules.sdk_sends_once:
            again = world._replace(mails=(*world.mails, Mail(one.attempt, one.contact)))
            return become(again, one, one._replace(phase="record", heard=len(again.mails)))
        if self.rules.unknown_outcome_keeps_the_claim:
            return done(world, one)
        released = world.letter._replace(status=REFUSED, age=0)
        return stale(done(world, one)._replace(letter=released))

    def record(self, world: World, one: Sender) -> World:
        """What the sender heard goes on record."""
        rest = become(world, one, one._replace(phase="send")) if self._records_first else done(world, one)
        if one.heard > 0:
            return stale(sent(rest, one.heard))
        own = one.attempt
        claims = (claim._replace(noted=True) if claim.number == own else claim for claim in rest.claims)
        rest = rest._replace(claims=tuple(claims))
        overtaken = rest.letter.status == CLAIMED and rest.letter.attempt != one.attempt
        if overtaken and self.rules.refusal_is_of_its_own_claim:
            return rest
        if one.heard == NO and not self.rules.refusal_releases_the_claim:
            return rest
        return stale(refused(rest, for_good=one.heard == NEVER, rules=self.rules))

    @property
    def _records_first(self) -> bool:
        return not self.rules.mail_goes_before_the_record

    def tellings(self, world: World) -> Iterator[tuple[str, World]]:
        """What the mail service tells of a mail: at any time, twice, in any order."""
        for place, mail in enumerate(world.mails, 1):
            for outcome in (DELIVERED, BOUNCED):
                mails = list(world.mails)
                mails[place - 1] = mail._replace(told=mail.told | {outcome})
                heard = world._replace(mails=tuple(mails))
                yield f"mail {place} {outcome}", stale(self.told(heard, place, outcome))

    def told(self, world: World, place: int, outcome: str) -> World:
        """As in `domain/mail_decisions.py`."""
        letter = world.letter
        if place in letter.returned and self.rules.returned_is_remembered:
            return world
        known = place == letter.message
        if letter.status != SENT and not known:
            if not self.rules.telling_counts_as_record:
                return world
            return self._noted(sent(world, place), place, outcome)
        if not known and outcome != DELIVERED:
            return world
        earlier = {""} if outcome == DELIVERED else {"", DELIVERED}
        news = letter.status in {SENT, ABANDONED} and letter.delivery in earlier
        return self._noted(world, place, outcome) if news else world

    def _noted(self, world: World, place: int, outcome: str) -> World:
        letter = world.letter._replace(delivery=outcome)
        if outcome == DELIVERED:
            tasks = world.tasks - {REFUSED_TASK, BOUNCED_TASK}
            return world._replace(letter=letter, tasks=tasks, arrived=world.arrived | {place})
        returned = letter.returned | {place}
        back = letter._replace(failed_at=letter.contact, returned=returned)
        if world.is_open and letter.contact + 1 < world.contacts:
            back = back._replace(status=OWED, age=0)
        tasks = world.tasks | ({BOUNCED_TASK} if self.rules.returned_asks_a_person else set())
        return world._replace(letter=back, tasks=tasks)


def claim_of(world: World, number: int) -> Claim:
    """A claim that is made now. What left stands, unless it or a copy of it to that address came back."""
    back = {place for place, mail in enumerate(world.mails, 1) if BOUNCED in mail.told}
    left = {*range(1, len(world.mails) + 1)} - back
    dead = {world.mails[place - 1].contact for place in back}
    stand = {place for place in left if world.mails[place - 1].contact not in dead}
    known = stand & {world.letter.message, *world.arrived}
    was_free = not world.claims or _is_over(world, world.claims[-1])
    return Claim(number, world.is_open, was_free, not (known if world.statutory else stand), len(back))


def _is_over(world: World, claim: Claim) -> bool:
    """Whether that claim may be followed by another one."""
    back = sum(BOUNCED in one.told for one in world.mails) > claim.returned
    on_record = world.letter.message > 0 and world.mails[world.letter.message - 1].claim == claim.number
    return claim.noted or claim.age >= EXPIRY or back or on_record


def sent(world: World, place: int) -> World:
    """The mail service took the letter; that it took it once more says nothing new."""
    letter = world.letter
    if letter.status == SENT or place in {letter.message, *letter.returned}:
        return world
    changed = letter._replace(status=SENT, age=0, message=place, delivery="")
    return world._replace(letter=changed, tasks=world.tasks - {UNKNOWN_TASK})


def refused(world: World, *, for_good: bool, rules: Rules) -> World:
    """The mail service did not take it: it is owed again, to the next address if this one is none."""
    letter = world.letter
    if letter.status in {SENT, ABANDONED}:
        return world
    was_claimed = letter.status == CLAIMED
    letter = letter._replace(age=0, attempt=letter.attempt + (not was_claimed))
    if not for_good:
        return world._replace(letter=letter._replace(status=REFUSED))
    failed_at = letter.contact if was_claimed else letter.failed_at
    if world.is_open and was_claimed and letter.contact + 1 < world.contacts:
        return world._replace(letter=letter._replace(status=OWED, failed_at=failed_at))
    tasks = world.tasks | ({REFUSED_TASK} if rules.refusal_for_good_asks_a_person else set())
    return world._replace(letter=letter._replace(status=ABANDONED, failed_at=failed_at), tasks=tasks)


def give_up(world: World) -> World:
    """Nobody knows whether it left, and it may not go twice: a person is asked."""
    letter = world.letter._replace(status=ABANDONED, age=0)
    return world._replace(letter=letter, tasks=world.tasks | {UNKNOWN_TASK})


def start(world: World) -> World:
    """One more sender: the workflow's, its retry, that of an execution that was superseded."""
    return goes_on(world, Sender())


def become(world: World, one: Sender, then: Sender) -> World:
    """The sender goes on."""
    return goes_on(done(world, one), then)


def goes_on(world: World, one: Sender) -> World:
    """One more sender, wherever it is."""
    return world._replace(senders=tuple(sorted((*world.senders, one))))


def done(world: World, one: Sender) -> World:
    """The sender is no more."""
    left = list(world.senders)
    left.remove(one)
    return world._replace(senders=tuple(left))


def stale(world: World) -> World:
    """A change was stored: what was read for a claim before is old."""
    senders = (one._replace(fresh=one.phase != "claim" and one.fresh) for one in world.senders)
    return world._replace(senders=tuple(sorted(senders)))


def undisturbed(world: World) -> World:
    """The same world, in which nothing more goes wrong and nobody writes."""
    nothing = dict.fromkeys(BUDGETS, 0)
    return world._replace(**nothing)  # type: ignore[arg-type]  # they are all numbers


BUDGETS = (
    "starts",
    "ticks",
    "crashes",
    "losses",
    "refusals",
    "rejections",
    "tellings",
    "withdrawals",
    "others",
)
