"""The workflow of what asks for mail late, and of what may not have any yet."""

from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain.complaint import Complaint
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.next_step import Step
from redress.usecases.caps import mail_cap
from redress.usecases.plan_next import Plan, Question, plan_next
from redress.usecases.ports import Cap, CaseFile, Mail
from redress.usecases.send_letter import Outcome, send_letter
from redress.usecases.sweep import sweep
from tests.support.complaints import PLAYER, REGION, T0, personal, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

DEPLOYED = "0" * 64


class Mailer:
    """A mail service that takes everything."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, mail: Mail) -> str:
        """Take a mail."""
        self.sent.append(mail.letter_id)
        return "message-1"


class Nobody:
    """A workflow in which nothing waits."""

    def wake(self, _token: str) -> bool:
        """Every token has expired."""
        return False


@pytest.fixture
def office() -> Office:
    clock = Clock()
    return Office(MemoryStore(clock), clock)


def ask(office: Office, number: str, generation: int = 1) -> Plan:
    question = Question(number=number, generation=generation, turns=0, started_at=T0, definition=DEPLOYED)
    return plan_next(office.desk, question, DEPLOYED)


def count(address: str) -> Cap:
    """Counts the mails to an address."""
    return mail_cap(b"secret", REGION, address, T0)


def render(letter: Letter, case: CaseFile) -> Mail:
    letter_id = f"{case.complaint.number}/{letter.key}"
    return Mail(letter_id=letter_id, sender="x", to="x", subject="x", text="x", html="x")


def store_of(office: Office) -> MemoryStore:
    assert isinstance(office.store, MemoryStore)
    return office.store


def letter(complaint: Complaint, kind: LetterKind) -> str:
    return [one.key for one in complaint.letters.values() if one.kind is kind][-1]


def test_a_closed_complaint_at_rest_gets_its_link_out_and_rests_again(office: Office) -> None:
    number, mailer = office.receive(), Mailer()
    office.do(number, c.Withdraw(), PLAYER)
    assert ask(office, number) == Plan(next=Step.DONE)
    office.do(number, c.RequestLink(), PLAYER)
    office.clock.move(121)
    sweep(store_of(office), Nobody(), office.clock(), timedelta(seconds=120))
    plan = ask(office, number, 2)
    assert plan.next == Step.INFORM_PLAYER
    assert plan.letter
    assert plan.letter == letter(office.complaint(number), LetterKind.PRIVATE_LINK)
    assert send_letter(office.desk, mailer, render, count, number, plan.letter) is Outcome.SENT
    assert ask(office, number, 2) == Plan(next=Step.DONE)
    assert mailer.sent == [f"{number}/{plan.letter}"]


def test_while_a_letter_of_a_closed_complaint_is_in_flight_the_execution_waits(office: Office) -> None:
    number = office.receive()
    office.do(number, c.Withdraw(), PLAYER)
    office.do(number, c.RequestLink(), PLAYER)
    office.do(number, c.ClaimLetter(letter=letter(office.complaint(number), LetterKind.PRIVATE_LINK)))
    plan = ask(office, number)
    assert (plan.next, plan.seconds) == (Step.FEEDBACK, 600)


def test_the_function_that_sends_asks_at_the_last_moment_whether_it_may(office: Office) -> None:
    command = submit()
    number = office.receive(command.__replace__(suspicions=("too_fast",)))
    acknowledgement, mailer = letter(office.complaint(number), LetterKind.ACKNOWLEDGEMENT), Mailer()
    assert send_letter(office.desk, mailer, render, count, number, acknowledgement) is Outcome.NOT_YET
    assert mailer.sent == []
    office.do(number, c.Release(content=personal("why")))
    assert send_letter(office.desk, mailer, render, count, number, acknowledgement) is Outcome.SENT


def test_a_held_complaint_is_triaged_and_then_waits_for_its_clock(office: Office) -> None:
    command = submit("gb-ukgc")
    number = office.receive(command.__replace__(suspicions=("too_fast",)))
    assert ask(office, number).next == Step.TRIAGE
    office.do(number, c.Triage(team="payments", severity="normal", reasons=("no_rule_fired",)), "system")
    plan = ask(office, number)
    assert plan.next == Step.INVESTIGATE
    assert plan.seconds
    assert timedelta(seconds=plan.seconds) <= timedelta(days=30)
