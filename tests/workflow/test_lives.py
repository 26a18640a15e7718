"""The real definition, run state by state with the real functions, clocks of seconds and no network."""

import threading
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from redress.adapters import wiring
from redress.domain import commands, instants
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.events import MilestoneReached
from redress.domain.promises import promises
from redress.domain.stages import Stage as Stages
from tests.support.complaints import APPROVE, APPROVER, PLAYER, personal
from tests.workflow.conftest import DEADLOCK_SECONDS, Stage

ROUNDING = timedelta(seconds=1)  # a wait is of whole seconds

PROPOSE = commands.ProposeDecision(outcome="rejected", content={"reasons": "By the terms.", "clause": "4.2"})
REPLY = commands.Reply(content=personal("reply"))


def closed(complaint: Complaint) -> bool:
    return complaint.stage is Stages.CLOSED


def investigating(complaint: Complaint) -> bool:
    return complaint.stage is Stages.INVESTIGATING


def in_order(way: list[str], *names: str) -> bool:
    """Whether the names come in the way, in this order, with anything between."""
    left = iter(way)
    return all(name in left for name in names)


def test_a_complaint_nobody_decides_is_escalated_referred_to_adr_in_time_and_closed(stage: Stage) -> None:
    stage.open()
    stage.until(closed, seconds=90)
    stage.machine.wait(lambda: stage.status() == "SUCCEEDED", seconds=20)
    way = stage.way()
    assert in_order(way, "Acknowledge", "Triage", "Investigate", "Notify staff", "Escalate", "Escalate")
    assert in_order(way, "Escalate", "Declare deadlock", "Refer to ADR", "Wait for ADR", "Close", "Done")
    complaint = stage.complaint
    assert complaint.closed_because == "adr_window_ended"
    letters = complaint.letters.values()  # an update that the deadlock letter overtook has lost its point
    assert {one.status for one in letters if one.kind is not LetterKind.PROGRESS} == {LetterStatus.SENT}
    missed = any(key.startswith("final:due") for key in complaint.fired)  # by a machine that was busy
    assert complaint.deadlock_sent_at
    assert missed == (complaint.deadlock_sent_at >= final_instant(stage))


def test_the_referral_is_planned_for_before_the_final_instant_and_nothing_goes_before_it(
    stage: Stage,
) -> None:
    """Whatever the machine's haste: no wait passes the instant of the deadlock, at which nobody waits on."""
    waits = waits_planned(stage)
    stage.open()
    stage.until(lambda complaint: complaint.deadlock_sent_at is not None, seconds=60)
    reached = milestones_reached(stage)
    deadlock_at = reached["deadlock"]
    assert deadlock_at == final_instant(stage) - timedelta(seconds=DEADLOCK_SECONDS)
    before = [one for one in waits if one.step == "Investigate"]  # of a machine that was busy, none
    assert all(one.asked_at <= deadlock_at for one in before)
    assert all(one.ends_at <= max(deadlock_at, one.answered_at) + ROUNDING for one in before)
    way = stage.way()
    declared = way.index("Declare deadlock")
    assert way[declared:][:3] == ["Declare deadlock", "Route", "Refer to ADR"]
    assert "due" not in list(reached)[: list(reached).index("deadlock")]


class Wait(NamedTuple):
    """A wait that was planned: when that was asked and answered (UTC), and for how long it is."""

    step: str
    asked_at: datetime
    answered_at: datetime
    seconds: int

    @property
    def ends_at(self) -> datetime:
        """The earliest instant that was meant."""
        return self.asked_at + timedelta(seconds=self.seconds)


def waits_planned(stage: Stage) -> list[Wait]:
    """Every wait that is planned from now on."""
    plan, waits = stage.plan, list[Wait]()

    def plan_and_note(event: dict[str, Any]) -> object:
        asked_at = wiring.now()
        answer = plan(event)
        if isinstance(answer, dict) and "seconds" in answer:
            waits.append(Wait(answer["next"], asked_at, wiring.now(), answer["seconds"]))
        return answer

    stage.plan = plan_and_note
    return waits


def milestones_reached(stage: Stage) -> dict[str, datetime]:
    """The milestones of the final answer that are on record, in their order, and when they were due."""
    events = [record.event for record in wiring.table().load(stage.number).records]
    reached = [one for one in events if isinstance(one, MilestoneReached) and one.clock == "final"]
    return {one.milestone: instants.from_text(one.due_at) for one in reached}


def final_instant(stage: Stage) -> datetime:
    """When the final answer is due."""
    known = promises(wiring.region().rules_of(stage.complaint), stage.complaint)
    [final] = [one.due_at for one in known if one.clock == "final" and one.due_at]
    return final


def test_a_decision_wakes_the_wait_and_leads_to_final_response_feedback_and_closing(stage: Stage) -> None:
    stage.open()
    stage.until(investigating)
    stage.do(PROPOSE)
    stage.do(APPROVE, APPROVER)
    stage.until(lambda complaint: complaint.stage is Stages.RESOLVED, seconds=20)
    stage.machine.wait(lambda: stage.way()[-1] == "Feedback", seconds=20)
    stage.do(commands.GiveFeedback(score=5), PLAYER)
    stage.until(closed, seconds=20)
    stage.machine.wait(lambda: stage.status() == "SUCCEEDED", seconds=20)
    assert in_order(stage.way(), "Resolve", "Ask for feedback", "Feedback", "Close", "Done")
    assert stage.complaint.closed_because == "completed"


def test_a_reply_wakes_the_execution_that_waits(stage: Stage) -> None:
    stage.open()
    stage.until(investigating)
    stage.until_parked()
    before = stage.way()
    stage.do(REPLY, PLAYER)
    stage.machine.wait(lambda: stage.way()[len(before) :] == ["Plan", "Route", "Investigate"], seconds=20)


def test_a_reply_between_plan_and_park_makes_the_park_fail_and_the_machine_plan_again(stage: Stage) -> None:
    plan = stage.plan
    replied = threading.Event()

    def plan_and_be_overtaken(event: dict[str, Any]) -> object:
        answer = plan(event)
        is_parking = isinstance(answer, dict) and answer["next"] == "Investigate"
        if is_parking and not replied.is_set():
            stage.do(REPLY, PLAYER)
            replied.set()
        return answer

    stage.plan = plan_and_be_overtaken
    stage.open()
    stage.machine.wait(replied.is_set, seconds=20)
    stage.until_parked()
    assert in_order(stage.way(), "Investigate", "Plan", "Route", "Investigate")
    assert stage.status() == "RUNNING"


def test_a_letter_that_cannot_be_written_is_set_aside_and_sent_later(stage: Stage) -> None:
    letters = stage.letters

    def be_broken(_event: dict[str, Any]) -> object:
        raise LookupError("the template is missing")

    stage.letters = be_broken
    stage.open()
    stage.until(lambda complaint: complaint.letters["acknowledgement-1"].status is LetterStatus.REFUSED)
    stage.letters = letters
    stage.until(lambda complaint: complaint.acknowledged_at is not None)
    way = stage.way()
    assert in_order(way, "Acknowledge", "Note failed letter", "Triage", "Acknowledge")


def test_a_step_the_definition_does_not_have_fails_and_the_sweep_starts_again(stage: Stage) -> None:
    plan = stage.plan
    stage.plan = lambda _event: {"next": "Dance"}
    stage.open()
    stage.machine.wait(lambda: stage.status() == "FAILED", seconds=20)
    assert stage.way()[-1] == "Unknown step"
    stage.plan = plan
    stage.sweep_later(seconds=121)
    stage.machine.wait(lambda: stage.status(2) == "RUNNING", seconds=20)
    stage.until(investigating)


def test_a_plan_that_fails_is_asked_again(stage: Stage) -> None:
    plan = stage.plan
    failed = threading.Event()

    def fail_once(event: dict[str, Any]) -> object:
        if failed.is_set():
            return plan(event)
        failed.set()
        raise TimeoutError

    stage.plan = fail_once
    stage.open()
    stage.until(investigating)
    assert stage.status() == "RUNNING"


def test_an_old_definition_hands_over_and_gets_its_work_done_meanwhile(stage: Stage) -> None:
    """A deployment updates the functions first: until it has updated the machine, too, work must go on."""
    plan = stage.plan
    stage.plan = lambda event: plan({**event, "definition": "the one before"})
    stage.open()
    stage.until(investigating)
    stage.machine.wait(lambda: "RUNNING" in stage.machine.statuses().values(), seconds=20)
    assert stage.status(1) == "SUCCEEDED"
    assert stage.way(1)[-1] == "Done"


def test_a_superseded_execution_ends_quietly_at_its_next_turn(stage: Stage) -> None:
    stage.open()
    stage.until(investigating)
    stage.until_parked()
    wiring.table().raise_generation(stage.number, 1, wiring.now())
    stage.machine.wait(lambda: stage.status(2) == "RUNNING", seconds=20)
    stage.machine.wait(lambda: stage.status(1) == "SUCCEEDED", seconds=20)  # when its wait ends
    assert stage.way(1)[-3:] == ["Plan", "Route", "Done"]
    assert stage.status(2) == "RUNNING"
