"""Step Functions in memory: executions walk the real definition one state at a time, under a virtual clock.

Where a state leads is read from `complaint.asl.json`; what plan and letters do is the real use cases. What
the service itself promises is modelled here: names are unique, a token is answered once, a wait times out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from redress.domain import instants
from redress.usecases.plan_next import Plan, Question
from tests.support import workflow_file

RUNNING, SUCCEEDED, FAILED = "RUNNING", "SUCCEEDED", "FAILED"
ATTEMPTS = workflow_file.doing(workflow_file.SEND)["Acknowledge"]["Retry"][0]["MaxAttempts"]

type Ask = Callable[[Question], Plan]
type Send = Callable[[str, str], object]


class Parks(Protocol):
    """Where the machine itself writes that an execution waits."""

    def park(self, number: str, version: int, generation: int, token: str, attention_at: datetime) -> bool:
        """Leave a token, on the condition that the definition writes; False if it fails."""


class StepFailed(Exception):
    """A function failed, or its answer was lost on the way."""


@dataclass(kw_only=True)
class Execution:
    """One execution: the state it is at, its variables, and the token and end of its wait if it is parked."""

    number: str
    generation: int
    definition: str
    started_at: datetime
    at: str = "Plan"
    plan: Plan = field(default_factory=lambda: Plan(next=""))
    turns: int = 0
    failures: int = 0
    status: str = RUNNING
    token: str | None = None
    times_out_at: datetime | None = None

    @property
    def name(self) -> str:
        """Unique among all executions there ever were."""
        return f"{self.number}_{self.generation}"

    @property
    def parked(self) -> bool:
        """Whether it waits for its token."""
        return self.status == RUNNING and self.token is not None

    @property
    def busy(self) -> bool:
        """Whether it can go on at once."""
        return self.status == RUNNING and self.token is None


@dataclass
class MemoryWorkflow:
    """The state machine. `definition` is the digest that new executions run."""

    store: Parks
    now: Callable[[], datetime]
    ask: Ask
    send: Send
    definition: str
    executions: dict[str, Execution] = field(default_factory=dict)
    tokens: int = 0

    def start(self, number: str, generation: int) -> None:
        """Start the execution of a generation; that it exists already is success."""
        execution = Execution(
            number=number, generation=generation, definition=self.definition, started_at=self.now()
        )
        self.executions.setdefault(execution.name, execution)

    def wake(self, token: str) -> bool:
        """Complete a wait; False when its token was used, has expired, or belongs to an ended execution."""
        execution = next((one for one in self.executions.values() if one.token == token), None)
        if execution is None:
            return False
        self._go_on(execution, "Next")
        return True

    def busy(self) -> Iterator[Execution]:
        """The executions that can go on at once."""
        yield from (one for one in self.executions.values() if one.busy)

    def parked(self) -> Iterator[Execution]:
        """The executions that wait."""
        yield from (one for one in self.executions.values() if one.parked)

    def timed_out(self) -> Iterator[Execution]:
        """The executions whose wait has passed its end."""
        for one in self.parked():
            if one.times_out_at and one.times_out_at <= self.now():
                yield one

    def crash(self, execution: Execution) -> None:
        """The execution is gone, wherever it was, and its token with it."""
        execution.status, execution.token, execution.times_out_at = FAILED, None, None

    def time_out(self, execution: Execution) -> None:
        """The wait ends by itself."""
        self._catch(execution, "States.Timeout")

    def step(self, execution: Execution) -> None:
        """Do what the state says and go where it leads."""
        state = workflow_file.states()[execution.at]
        match state["Type"], state.get("Resource"):
            case "Choice", _:
                execution.at = workflow_file.routes().get(execution.plan.next) or state["Default"]
            case "Succeed", _:
                execution.status = SUCCEEDED
            case "Fail", _:
                execution.status = FAILED
            case _, workflow_file.ASK:
                self._ask(execution)
            case _, workflow_file.SEND:
                self._send(execution)
            case _, workflow_file.PARK:
                self._park(execution)

    def _ask(self, execution: Execution) -> None:
        """A question that fails is asked again; if that does not help, somebody calls `crash`."""
        arguments = workflow_file.states()[execution.at]["Arguments"]
        question = Question(
            number=execution.number,
            generation=execution.generation,
            turns=execution.turns,
            started_at=execution.started_at,
            definition=execution.definition,
            perform=arguments.get("perform"),
            letter=execution.plan.letter if "letter" in arguments else None,
        )
        try:
            execution.plan = self.ask(question)
        except StepFailed:
            return
        execution.turns += 1
        self._go_on(execution, "Next")

    def _send(self, execution: Execution) -> None:
        """A letter that fails is tried again a few times, then noted."""
        if execution.plan.letter is None:
            raise ValueError(f"{execution.at} needs a letter")
        try:
            self.send(execution.number, execution.plan.letter)
        except StepFailed:
            execution.failures += 1
            if execution.failures > ATTEMPTS:
                self._catch(execution, "States.TaskFailed")
            return
        self._go_on(execution, "Next")

    def _park(self, execution: Execution) -> None:
        """Write token and attention on the table, as the state's update does, and wait."""
        plan = execution.plan
        if plan.seconds is None or plan.version is None or plan.attention_at is None:
            raise ValueError(f"{execution.at} needs the length and the version of its wait")
        self.tokens += 1
        token = f"token-{self.tokens}"
        attention_at = instants.from_text(plan.attention_at)
        if not self.store.park(execution.number, plan.version, execution.generation, token, attention_at):
            self._catch(execution, "DynamoDb.ConditionalCheckFailedException")
            return
        execution.token = token
        execution.times_out_at = self.now() + timedelta(seconds=plan.seconds)

    def _go_on(self, execution: Execution, way: str) -> None:
        state = workflow_file.states()[execution.at]
        execution.at, execution.failures = state[way], 0
        execution.token = execution.times_out_at = None

    def _catch(self, execution: Execution, error: str) -> None:
        """Where the state goes after an error; the execution fails if nobody catches it."""
        for catcher in workflow_file.states()[execution.at].get("Catch", []):
            if {error, "States.ALL"} & set(catcher["ErrorEquals"]):
                execution.at, execution.failures = catcher["Next"], 0
                execution.token = execution.times_out_at = None
                return
        self.crash(execution)
