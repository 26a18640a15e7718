"""The workflow's turns: what an execution is told, and what is recorded on the way."""

from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import instants
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.errors import NotFound
from redress.domain.next_step import Step
from redress.domain.stages import Stage
from redress.usecases.plan_next import (
    LONGEST_WAIT,
    MAX_AGE,
    MAX_TURNS,
    NOTE_FAILED_LETTER,
    PLAN_AGAIN,
    Plan,
    Question,
    plan_next,
)
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PLAYER, PROPOSE, T0, personal, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

DEPLOYED = "digest of the deployed definition"
ACK = "acknowledgement-1"


class Execution:
    """One complaint, and the live execution that asks about it."""

    def __init__(self, command: c.Submit | None = None) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.office = Office(self.store, self.clock)
        self.number = self.office.receive(command)
        self.turns = 0

    def ask(self, perform: str | None = None, letter: str | None = None, **changes: object) -> Plan:
        """One turn, as the state machine takes it."""
        values: dict[str, object] = {
            "number": self.number,
            "generation": 1,
            "turns": self.turns,
            "started_at": T0,
            "definition": DEPLOYED,
            "perform": perform,
            "letter": letter,
        }
        self.turns += 1
        return plan_next(self.office.desk, Question(**{**values, **changes}), DEPLOYED)  # type: ignore[arg-type]

    @property
    def stage(self) -> Stage:
        """Where the complaint stands."""
        return self.office.complaint(self.number).stage

    @property
    def version(self) -> int:
        """How many events it has."""
        return self.office.complaint(self.number).version

    def acknowledge(self) -> None:
        """Send the first letter."""
        self.office.send(self.number, LetterKind.ACKNOWLEDGEMENT)

    def resolve(self) -> None:
        """Bring it to its final response."""
        self.acknowledge()
        self.ask(Step.TRIAGE)
        self.office.do(self.number, PROPOSE)
        self.office.do(self.number, APPROVE, APPROVER)
        self.office.send(self.number, LetterKind.FINAL_RESPONSE)


@pytest.fixture
def live() -> Execution:
    return Execution()


class TestWhatIsOwed:
    def test_a_letter_is_named_for_the_function_that_sends_it(self, live: Execution) -> None:
        assert live.ask() == Plan(next="Acknowledge", letter=ACK)

    def test_asking_records_nothing(self, live: Execution) -> None:
        live.ask()
        assert live.version == 1

    def test_triage_is_done_on_coming_for_it_and_the_answer_goes_on_from_there(self, live: Execution) -> None:
        live.acknowledge()
        assert live.ask() == Plan(next="Triage")
        assert live.ask(Step.TRIAGE).next == "Investigate"
        assert live.office.complaint(live.number).team == "payments"

    def test_triage_names_the_rules_that_made_the_complaint_severe(self) -> None:
        live = Execution(submit(amount_minor=100_000))
        live.acknowledge()
        live.ask(Step.TRIAGE)
        assert live.office.complaint(live.number).severity == "high"

    def test_a_due_milestone_is_recorded_and_its_letter_comes_next(self, live: Execution) -> None:
        live.acknowledge()
        live.ask(Step.TRIAGE)
        live.clock.move(12)
        assert live.ask() == Plan(next="Record milestone")
        assert live.ask(Step.RECORD_MILESTONE) == Plan(next="Notify staff", letter="warning-6")

    def test_a_step_that_is_no_longer_owed_records_nothing(self, live: Execution) -> None:
        live.acknowledge()
        live.ask(Step.TRIAGE)
        before = live.version
        assert live.ask(Step.TRIAGE).next == "Investigate"
        assert live.ask(Step.CLOSE).next == "Investigate"
        assert live.version == before

    def test_a_step_that_another_writer_was_first_to_make_pointless_is_planned_anew(
        self, live: Execution
    ) -> None:
        live.acknowledge()
        live.store.meanwhile.append(lambda: live.office.do(live.number, c.Withdraw(), PLAYER))
        assert live.ask(Step.TRIAGE) == Plan(next="Done")
        assert live.stage is Stage.CLOSED

    def test_an_unknown_complaint_is_an_error(self, live: Execution) -> None:
        with pytest.raises(NotFound):
            live.ask(number="0000-0000-0")


class TestLettersThatFail:
    def test_a_letter_that_failed_before_it_was_claimed_is_set_aside(self, live: Execution) -> None:
        assert live.ask(NOTE_FAILED_LETTER, ACK).next == "Triage"
        letter = live.office.complaint(live.number).letters[ACK]
        assert letter.status is LetterStatus.REFUSED

    def test_a_letter_that_failed_after_it_was_claimed_may_have_left_and_is_not_touched(
        self, live: Execution
    ) -> None:
        live.office.do(live.number, c.ClaimLetter(letter=ACK), "system")
        before = live.version
        assert live.ask(NOTE_FAILED_LETTER, ACK).next == "Triage"
        assert live.version == before

    def test_a_letter_that_was_sent_after_all_is_left_alone(self, live: Execution) -> None:
        live.acknowledge()
        before = live.version
        assert live.ask(NOTE_FAILED_LETTER, ACK).next == "Triage"
        assert live.version == before

    def test_a_letter_nobody_knows_is_left_alone(self, live: Execution) -> None:
        assert live.ask(NOTE_FAILED_LETTER, "bill-7").next == "Acknowledge"
        assert live.ask(NOTE_FAILED_LETTER).next == "Acknowledge"

    def test_a_letter_of_unknown_fate_is_given_up_on_coming_for_it(self, live: Execution) -> None:
        live.resolve()
        key = f"feedback_request-{live.version}"
        live.office.do(live.number, c.ClaimLetter(letter=key), "system")
        live.clock.move(600)
        assert live.ask() == Plan(next="Give up letter", letter=key)
        live.ask(Step.GIVE_UP_LETTER)
        assert live.office.complaint(live.number).letters[key].status is LetterStatus.ABANDONED

    def test_so_is_one_of_a_complaint_that_was_closed_meanwhile_and_then_it_ends(
        self, live: Execution
    ) -> None:
        live.office.do(live.number, c.ClaimLetter(letter=ACK), "system")
        live.office.do(live.number, c.Withdraw(), PLAYER)
        assert (live.ask().next, live.ask().seconds) == ("Feedback", 600)
        live.clock.move(600)
        assert live.ask() == Plan(next="Give up letter", letter=ACK)
        assert live.ask(Step.GIVE_UP_LETTER) == Plan(next="Done")
        assert live.store.states[live.number].attention_at is None


class TestWaiting:
    def test_a_wait_carries_its_length_and_what_to_park_with(self, live: Execution) -> None:
        live.acknowledge()
        plan = live.ask(Step.TRIAGE)
        assert plan == Plan(
            next="Investigate",
            seconds=12,
            version=5,
            attention_at=instants.to_text(T0 + timedelta(seconds=12 + 120)),
        )

    def test_a_wait_is_never_shorter_than_a_second_nor_ends_before_its_instant(self, live: Execution) -> None:
        live.acknowledge()
        live.ask(Step.TRIAGE)
        live.clock.move(11.999)
        assert live.ask().seconds == 1
        live.clock.at = T0 + timedelta(seconds=9.5)
        assert live.ask().seconds == 3

    def test_a_wait_never_lasts_longer_than_thirty_days(self) -> None:
        live = Execution(submit("gb-ukgc"))
        live.acknowledge()
        live.ask(Step.TRIAGE)
        live.office.do(live.number, PROPOSE)
        live.office.do(live.number, APPROVE, APPROVER)
        live.office.do(live.number, c.ClaimLetter(letter="final_response-7"), "system")
        refused = c.RecordLetterRefused(letter="final_response-7", reason="no such address", permanent=True)
        live.office.do(live.number, refused, "system")
        assert live.ask().seconds == LONGEST_WAIT.total_seconds()


class TestTheEnd:
    def test_a_complaint_that_closes_is_taken_off_the_sweeps_list_and_the_execution_ends(
        self, live: Execution
    ) -> None:
        live.resolve()
        live.office.send(live.number, LetterKind.FEEDBACK_REQUEST)
        live.office.do(live.number, c.GiveFeedback(score=5), PLAYER)
        assert live.ask() == Plan(next="Close")
        assert live.ask(Step.CLOSE) == Plan(next="Done")
        assert live.stage is Stage.CLOSED
        assert live.store.states[live.number].attention_at is None

    def test_a_closed_complaint_that_changes_under_the_plan_is_planned_again(self, live: Execution) -> None:
        live.office.do(live.number, c.Withdraw(), PLAYER)
        note = c.AddNote(visibility="internal", content=personal("note"))
        rest = live.store.rest

        def rest_after_a_note(number: str, version: int, generation: int) -> bool:
            live.office.do(number, note)
            return rest(number, version, generation)

        live.store.rest = rest_after_a_note  # type: ignore[method-assign]
        assert live.ask() == Plan(next=PLAN_AGAIN)

    def test_a_superseded_execution_is_told_that_it_is_done_and_changes_nothing(
        self, live: Execution
    ) -> None:
        live.store.raise_generation(live.number, 1, T0)
        live.acknowledge()
        before = live.version
        assert live.ask(Step.TRIAGE) == Plan(next="Done")
        assert live.version == before


class TestRollOver:
    @pytest.mark.parametrize(
        "changes",
        [
            {"turns": MAX_TURNS},
            {"started_at": T0 - MAX_AGE},
            {"definition": "digest of an older definition", "turns": 1},
        ],
        ids=["turns", "age", "definition"],
    )
    def test_a_long_or_outdated_execution_ends_and_asks_for_the_next_one(
        self, live: Execution, changes: dict[str, object]
    ) -> None:
        assert live.ask(**changes) == Plan(next="Done")  # type: ignore[arg-type]
        assert live.store.states[live.number].generation == 2

    @pytest.mark.parametrize(
        "changes",
        [
            {"turns": MAX_TURNS - 1},
            {"started_at": T0 - MAX_AGE + timedelta(seconds=1)},
            {"definition": "digest of an older definition", "turns": 0},
        ],
        ids=["turns", "age", "definition"],
    )
    def test_up_to_the_limit_it_goes_on(self, live: Execution, changes: dict[str, object]) -> None:
        assert live.ask(**changes).next == "Acknowledge"  # type: ignore[arg-type]

    def test_an_outdated_execution_still_does_what_it_came_for(self, live: Execution) -> None:
        live.acknowledge()
        assert live.ask(Step.TRIAGE, definition="digest of an older definition").next == "Investigate"

    def test_the_step_it_came_for_is_left_to_the_next_execution(self, live: Execution) -> None:
        live.acknowledge()
        before = live.version
        live.ask(Step.TRIAGE, turns=MAX_TURNS)
        assert live.version == before
        assert live.ask(generation=2) == Plan(next="Triage")


def test_every_actor_of_a_planned_step_is_the_system(live: Execution) -> None:
    live.acknowledge()
    live.ask(Step.TRIAGE)
    assert live.store.records[live.number][-1].actor == "system" != HANDLER
