"""Two programs that answer each other: it ends after one exchange, or with the caps of intake at the latest.

The real mailroom receives, the real planner says which letters are owed; the other side answers every letter.
"""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import TO_STAFF
from redress.domain.milestones import milestones
from redress.domain.next_step import Step, next_step
from redress.mailroom.incoming import Automatic, Incoming
from tests.support.complaints import CLAIM_EXPIRY, REGION, SYSTEM, TRIAGE
from tests.support.mail import COMPLAINTS, Postbox, signed, written

ENDLESS = 200
AWAY = "I am away until Monday."


@dataclass(frozen=True)
class Letter:
    """A letter of ours, as the other side's program sees it."""

    number: str
    key: str

    @property
    def subject(self) -> str:
        """It names the complaint."""
        return f"Your complaint {self.number}"


@dataclass(frozen=True)
class Responder:
    """A program that answers every letter. `honest`: it says that it is one.

    `obeys` is whether it answers to Reply-To, `threads` whether it names what it answers, `quotes` whether it
    repeats the letter below its own words.
    """

    honest: bool = False
    obeys: bool = False
    threads: bool = False
    quotes: bool = False
    kind: Automatic = Automatic.REPLY

    def answer(self, letter: Letter) -> tuple[Incoming, str]:
        """The answer, and the address that it goes to."""
        mail = written(
            AWAY,
            whole=f"{AWAY}\n> {letter.subject}" if self.quotes else AWAY,
            subject=f"Automatic: {letter.subject}" if self.quotes else "Automatic",
            automatic=self.kind if self.honest else None,
            references=(f"<{signed(letter.number)}>",) if self.threads else (),
        )
        return mail, signed(letter.number) if self.obeys else COMPLAINTS


@dataclass
class Exchange:
    """Our side and the other one; `letters` are those that went to the player."""

    post: Postbox = field(default_factory=Postbox)
    letters: list[Letter] = field(default_factory=list)

    def run(self, answer: Callable[[Letter], tuple[Incoming, str]]) -> None:
        """The player complains by mail and goes away; then only programs write, until nobody does."""
        self.post.arrives(written("Where is my money?"))
        answered = 0
        while True:
            self._live_on()
            if answered == len(self.letters):
                return
            mail, to = answer(self.letters[answered])
            self.post.arrives(mail, to)
            answered += 1
            assert answered < ENDLESS, "they never stop"

    def _live_on(self) -> None:
        """What the workflow does of all complaints until it waits."""
        for number in self.post.store.complaints:
            while self._step(number):
                pass

    def _step(self, number: str) -> bool:
        complaint = self.post.complaint(number)
        ahead = milestones(REGION.rules_of(complaint), complaint)
        step = next_step(complaint, ahead, self.post.clock(), CLAIM_EXPIRY)
        if step.letter:
            self.post.office.do(number, c.ClaimLetter(letter=step.letter.key), SYSTEM)
            sent = c.RecordLetterSent(letter=step.letter.key, message_id=f"{number}-{step.letter.key}")
            self.post.office.do(number, sent, SYSTEM)
            if step.letter.kind not in TO_STAFF:
                self.letters.append(Letter(number, step.letter.key))
        elif step.step is Step.TRIAGE:
            self.post.office.do(number, TRIAGE, SYSTEM)
        else:
            return False
        return True


WAYS = [
    pytest.param(Responder(obeys=obeys, threads=threads, quotes=quotes), id=f"{obeys}-{threads}-{quotes}")
    for obeys in (True, False)
    for threads in (True, False)
    for quotes in (True, False)
]


@pytest.fixture
def exchange() -> Exchange:
    """Nobody has written yet."""
    return Exchange()


@pytest.mark.parametrize("responder", WAYS)
@pytest.mark.parametrize("kind", Automatic)
def test_a_program_that_says_so_gets_one_letter(
    exchange: Exchange, responder: Responder, kind: Automatic
) -> None:
    exchange.run(replace(responder, honest=True, kind=kind).answer)
    assert len(exchange.letters) == 1


@pytest.mark.parametrize(
    "responder", [Responder(obeys=True), Responder(threads=True), Responder(obeys=True, quotes=True)]
)
def test_a_program_that_does_not_say_so_but_answers_where_it_should_gets_one_letter(
    exchange: Exchange, responder: Responder
) -> None:
    exchange.run(responder.answer)
    assert len(exchange.letters) == 1
    assert len(exchange.post.store.complaints) == 1


def test_a_program_that_hides_and_says_the_same_each_time_is_believed_once(exchange: Exchange) -> None:
    exchange.run(Responder().answer)
    assert len(exchange.letters) == 2
    assert len(exchange.post.store.complaints) == 2


def test_a_program_that_hides_and_repeats_our_letter_ends_with_the_cap_of_intake(exchange: Exchange) -> None:
    exchange.run(Responder(quotes=True).answer)
    assert len(exchange.letters) == REGION.player_complaints
    last = list(exchange.post.store.complaints.values())[-1]
    assert last.suspicions == ("many",)
    assert len(exchange.post.store.complaints) == REGION.player_complaints + 1


def test_two_deployments_of_ours_write_each_other_one_letter(exchange: Exchange) -> None:
    """The other one acknowledges our letter as a complaint: its letter says that a program wrote it."""
    other = Responder(honest=True, kind=Automatic.GENERATED, quotes=True)
    exchange.run(other.answer)
    assert len(exchange.letters) == 1
    suspected = [one for one in exchange.post.store.complaints.values() if one.suspicions]
    assert [one.suspicions for one in suspected] == [("automatic",)]


def test_even_the_worst_program_gets_no_more_letters_on_the_days_after(exchange: Exchange) -> None:
    for _day in range(3):
        exchange.letters.clear()
        exchange.run(Responder(quotes=True).answer)
        assert len(exchange.letters) == REGION.player_complaints
        exchange.post.clock.move(86_400)
