"""Whatever is told of mails, whenever and however often: the fate of each is on record once, and letters end.

A complaint lives by hand: letters are claimed, leave (seen or unseen), are refused; what became of any mail
that left is told at any time, twice, in any order; people add addresses, decide, withdraw, reopen.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain import complaint
from redress.domain import events as e
from redress.domain.complaint import is_live, may_claim
from redress.domain.correspondence import MUST_ARRIVE, Delivery, Letter, LetterStatus
from redress.domain.errors import IllegalTransition, NotAllowedByPack
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    DEADLOCK,
    HANDLER,
    PLAYER,
    PROPOSE,
    SYSTEM,
    TRIAGE,
    Case,
    milestone,
    personal,
)

ADDRESSES = 3  # at most
PEOPLE: tuple[tuple[c.Command, str], ...] = (
    (TRIAGE, SYSTEM),
    (c.RequestInformation(content=personal("question")), HANDLER),
    (c.PauseClock(reason="police", content=personal("explanation")), HANDLER),
    (c.ResumeClock(reason="police"), HANDLER),
    (c.RequestInformation(content=personal("question"), pause=True), HANDLER),
    (c.Reply(content=personal("reply")), PLAYER),
    (PROPOSE, HANDLER),
    (APPROVE, APPROVER),
    (DEADLOCK, SYSTEM),
    (milestone("escalation_1", level=1), SYSTEM),
    (c.Withdraw(), PLAYER),
    (c.Close(reason="completed"), SYSTEM),
    (c.Reopen(ground="disputed", content=personal("ground")), HANDLER),
)


class Correspondence:
    """A complaint, the mails that left, and how many addresses of its player are known."""

    def __init__(self) -> None:
        self.case = Case()
        self.mails: list[tuple[str, str]] = []
        self.known = 2

    @property
    def letters(self) -> list[Letter]:
        return list(self.case.complaint.letters.values())

    def do(self, command: c.Command, actor: str = SYSTEM) -> None:
        with suppress(IllegalTransition, NotAllowedByPack):
            self.case.do(command, actor)

    def leave(self, letter: Letter, *, seen: bool = True) -> None:
        """A letter that may go leaves, to the address whose turn it is; what the sender hears may be lost."""
        if not may_claim(self.case.complaint, letter, self.case.now, CLAIM_EXPIRY):
            return
        tried = -1 if letter.failed_at is None else letter.failed_at
        left = [one for one in range(tried + 1, self.known) if one not in self.case.complaint.failed_contacts]
        if not left:
            self.do(c.RecordLetterRefused(letter=letter.key, reason="no_contact", permanent=True))
            return
        self.do(c.ClaimLetter(letter=letter.key, contact=left[0]))
        message = f"message-{len(self.mails)}"
        self.mails.append((letter.key, message))
        if seen:
            self.do(c.RecordLetterSent(letter=letter.key, message_id=message))

    def tell(self, mail: int, outcome: Delivery, *, permanent: bool) -> None:
        """What became of one of the mails that left."""
        if not self.mails:
            return
        key, message = self.mails[mail % len(self.mails)]
        contact = self.case.complaint.letters[key].contact
        self.do(
            c.RecordDelivery(
                letter=key,
                message_id=message,
                outcome=outcome,
                permanent=permanent,
                other_contact=self.has_other(contact),
            )
        )

    def has_other(self, contact: int) -> bool:
        """Whether an address is left to try after that one."""
        return bool(set(range(contact + 1, self.known)) - self.case.complaint.failed_contacts)

    def add_address(self) -> None:
        if self.known < ADDRESSES:
            self.known += 1
            self.do(c.AddContact(content={"email": f"{self.known}@example.com"}), HANDLER)

    def run_out(self) -> None:
        """Claims of unknown fate run out: what may not go twice becomes a person's task."""
        self.case.now += CLAIM_EXPIRY
        for letter in self.letters:
            if letter.status is LetterStatus.CLAIMED and not letter.statutory:
                self.do(c.AbandonLetter(letter=letter.key))


type Step = Callable[[Correspondence], None]


def _leave(which: int, seen: bool) -> Step:  # noqa: FBT001
    return lambda world: world.leave(world.letters[which % len(world.letters)], seen=seen)


def _refuse(which: int, permanent: bool) -> Step:  # noqa: FBT001
    def refuse(world: Correspondence) -> None:
        letter = world.letters[which % len(world.letters)]
        if letter.status is LetterStatus.CLAIMED:
            reason = "InvalidAddress" if permanent else "TooManyRequestsException"
            refused = c.RecordLetterRefused(
                letter=letter.key,
                reason=reason,
                permanent=permanent,
                other_contact=world.has_other(letter.contact),
            )
            world.do(refused)

    return refuse


def _tell(mail: int, outcome: Delivery, permanent: bool) -> Step:  # noqa: FBT001
    return lambda world: world.tell(mail, outcome, permanent=permanent)


def _people(which: int) -> Step:
    return lambda world: world.do(*PEOPLE[which])


places = st.integers(0, 11)
leavings = st.builds(_leave, places, st.sampled_from([True, True, False]))
outcomes_told = st.sampled_from([*Delivery, Delivery.BOUNCED, Delivery.BOUNCED])
tellings = st.builds(_tell, places, outcomes_told, st.booleans())
steps = st.one_of(
    leavings,
    leavings,
    tellings,
    tellings,
    st.builds(_people, st.integers(0, len(PEOPLE) - 1)),
    st.builds(_refuse, places, st.booleans()),
    st.just(Correspondence.add_address),
    st.just(Correspondence.run_out),
)
lives = st.lists(steps, min_size=10, max_size=50)


def lived(life: Sequence[Step]) -> Correspondence:
    world = Correspondence()
    for step in life:
        world.case.now += timedelta(seconds=7)
        step(world)
    return world


@given(lives)
def test_each_mail_arrives_and_comes_back_at_most_once(life: list[Step]) -> None:
    events = [record.event for record in lived(life).case.records]
    for kind in (e.LetterSent, e.LetterDelivered, e.LetterDelayed, e.LetterBounced, e.LetterMarkedAsSpam):
        told = Counter(one.message_id for one in events if isinstance(one, kind))
        assert not told or max(told.values()) == 1, kind.__name__


@given(lives)
def test_what_is_decided_is_what_its_events_say(life: list[Step]) -> None:
    case = lived(life).case
    assert complaint.fold(case.records) == case.complaint


@given(lives)
def test_a_letter_never_goes_back_to_an_address_that_it_did_not_reach(life: list[Step]) -> None:
    failed: dict[str, int] = {}
    world = lived(life)
    contact: dict[str, int] = {}
    for record in world.case.records:
        match record.event:
            case e.LetterClaimed(letter=letter, contact=place):
                assert place > failed.get(letter, -1)
                contact[letter] = place
            case e.LetterBounced(letter=letter) | e.LetterRefused(letter=letter, reason="InvalidAddress"):
                failed[letter] = contact[letter]


@given(lives)
def test_what_has_to_arrive_and_came_back_is_a_persons_task_until_it_arrives(life: list[Step]) -> None:
    world = lived(life)
    asked = {task.letter for task in world.case.complaint.open_tasks}
    for letter in world.letters:
        if letter.kind in MUST_ARRIVE and letter.delivery is Delivery.BOUNCED:
            on_its_way = is_live(world.case.complaint, letter)
            assert on_its_way or letter.key in asked


@given(lives)
def test_no_clock_stands_still_for_what_the_player_was_never_told(life: list[Step]) -> None:
    world = lived(life)
    notices = {one.notice for one in world.case.complaint.pauses if one.ended_at is None}
    told_by = [one for one in world.letters if one.cause in notices]
    assert not [one.key for one in told_by if one.failed]


@given(lives)
def test_the_stage_and_the_dates_of_the_answer_never_change_by_what_is_told(life: list[Step]) -> None:
    """A mail that is on record as sent brings nothing more about, wherever it arrives."""
    world = lived(life)
    before = world.case.complaint
    for mail, (key, message) in enumerate(world.mails):
        letter = world.case.complaint.letters[key]
        if message in {letter.message_id, *letter.returned}:
            for outcome in Delivery:
                world.tell(mail, outcome, permanent=True)
    after = world.case.complaint
    for name in ("stage", "acknowledged_at", "final_response_sent_at", "last_response_sent_at", "closed_at"):
        assert getattr(after, name) == getattr(before, name), name


@given(lives, st.lists(st.sampled_from(Delivery), min_size=1, max_size=5), st.booleans())
def test_no_letter_lives_for_ever(life: list[Step], outcomes: list[Delivery], permanent: bool) -> None:  # noqa: FBT001
    """From any point on it comes to an end, even if every mail comes back."""
    world = lived(life)
    for turn in range(4 * (ADDRESSES + 1)):
        world.run_out()
        for letter in world.letters:
            world.leave(letter)
        outcome = outcomes[turn % len(outcomes)]
        for mail in range(len(world.mails)):
            world.tell(mail, outcome, permanent=permanent)
    left = [letter.key for letter in world.letters if is_live(world.case.complaint, letter)]
    assert not left


def test_the_lives_of_these_tests_do_hold_letters_that_come_back_and_go_again() -> None:
    seen: Counter[str] = Counter()

    @given(lives)
    def look(life: list[Step]) -> None:
        world = lived(life)
        seen["again"] += sum(letter.again for letter in world.letters)
        seen["twice"] += sum(len(letter.returned) > 1 for letter in world.letters)
        seen["closed"] += world.case.complaint.stage is Stage.CLOSED

    look()
    assert all(seen[name] for name in ("again", "twice", "closed")), seen
