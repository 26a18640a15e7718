"""What a complaint needs next: letters before milestones, both before routine, and otherwise a wait."""

from datetime import datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.domain.milestones import Milestone, milestones
from redress.domain.next_step import SENDING, NextStep, Step, next_step
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    PROPOSE,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    at_stage,
    personal,
)

SANDBOX = Rules((load_pack("sandbox"),))


def late_milestone(name: str, *, breach: bool = False) -> Milestone:
    return Milestone(
        clock="final",
        name=name,
        at=T0,
        deadline_version="1",
        kind="duty",
        pack="sandbox",
        pack_version="2026.1",
        breach=breach,
    )


def seconds(count: float) -> datetime:
    return T0 + timedelta(seconds=count)


def ask(case: Case, now: datetime | None = None) -> NextStep:
    owed = milestones(SANDBOX, case.complaint)
    return next_step(case.complaint, owed, now or case.now, CLAIM_EXPIRY)


def step(case: Case, after: float = 0) -> Step:
    return ask(case, seconds(after)).step


def investigating() -> Case:
    return at_stage(Stage.INVESTIGATING)


def reached(case: Case, name: str, clock: str = "final") -> None:
    one = next(m for m in milestones(SANDBOX, case.complaint) if (m.clock, m.name) == (clock, name))
    case.do(one.command, SYSTEM, at=one.at)


def claimed(case: Case, kind: LetterKind) -> Case:
    case.do(c.ClaimLetter(letter=case.letter(kind).key), SYSTEM)
    return case


class TestTheWholeLife:
    def test_it_is_acknowledged_triaged_warned_escalated_decided_rated_and_closed(self) -> None:
        case, steps = Case(), []

        def play(until: float) -> None:
            """Do what is owed, as workflow and letters do, until the instant."""
            while True:
                asked = ask(case)
                if asked.until:
                    if asked.until > seconds(until):
                        case.now = seconds(until)
                        return
                    case.now = asked.until
                    continue
                steps.append(asked.step)
                self.perform(case, asked)
                if case.complaint.stage is Stage.CLOSED:
                    return

        play(30)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        play(35)
        case.do(c.GiveFeedback(score=5))
        play(60)
        assert steps == [
            Step.ACKNOWLEDGE,
            Step.TRIAGE,
            Step.RECORD_MILESTONE,  # warning
            Step.NOTIFY_STAFF,
            Step.RECORD_MILESTONE,  # progress
            Step.INFORM_PLAYER,
            Step.ESCALATE,
            Step.NOTIFY_STAFF,
            Step.ESCALATE,
            Step.NOTIFY_STAFF,
            Step.RECORD_MILESTONE,  # progress
            Step.INFORM_PLAYER,
            Step.RESOLVE,
            Step.ASK_FOR_FEEDBACK,
            Step.CLOSE,
        ]
        assert case.complaint.closed_because == "completed"
        assert step(case) is Step.DONE

    def perform(self, case: Case, asked: NextStep) -> None:
        """What the workflow does at a step."""
        if asked.letter:
            case.send(asked.letter.kind)
        elif asked.milestone:
            case.do(asked.milestone.command, SYSTEM)
        elif asked.reason:
            case.do(c.Close(reason=asked.reason), SYSTEM)
        else:
            case.do(TRIAGE, SYSTEM)


class TestOrder:
    def test_a_letter_goes_before_a_milestone_that_is_due(self) -> None:
        assert step(Case(), after=99) is Step.ACKNOWLEDGE

    def test_a_complaint_gets_its_owner_before_a_milestone_is_told_to_anybody(self) -> None:
        case = claimed(Case(), LetterKind.ACKNOWLEDGEMENT)
        assert step(case, after=10) is Step.TRIAGE
        case.do(TRIAGE, SYSTEM)
        assert step(case, after=10) is Step.RECORD_MILESTONE

    def test_the_earliest_milestone_goes_first(self) -> None:
        asked = ask(investigating(), seconds(99))
        assert asked.milestone
        assert asked.milestone.name == "warning_1"

    def test_a_milestone_is_due_at_its_instant_and_not_before(self) -> None:
        assert step(investigating(), after=11.999) is Step.INVESTIGATE
        assert step(investigating(), after=12) is Step.RECORD_MILESTONE

    def test_a_letter_set_aside_does_not_hold_up_another(self) -> None:
        case = investigating()
        reached(case, "warning_1")
        case.do(c.RecordLetterRefused(letter="warning-6", reason="throttled", permanent=False), SYSTEM)
        case.do(c.RequestInformation(content=personal("question")))
        assert ask(case).step is Step.INFORM_PLAYER

    def test_a_late_final_response_leads_to_the_breach_before_the_complaint_is_closed(self) -> None:
        case = at_stage(Stage.DECIDED)
        case.send(LetterKind.FINAL_RESPONSE, at=seconds(41))
        case.send(LetterKind.FEEDBACK_REQUEST)
        case.do(c.GiveFeedback(score=1))
        asked = ask(case)
        assert asked.milestone
        assert asked.milestone.breach
        reached(case, "due")
        assert ask(case).step is Step.NOTIFY_STAFF
        case.send(LetterKind.BREACH)
        reached(case, "due", "gateway")
        assert ask(case).step is Step.CLOSE


class TestRoutine:
    def test_triage_follows_the_acknowledgement_or_does_not_wait_for_it(self) -> None:
        assert step(at_stage(Stage.ACKNOWLEDGED)) is Step.TRIAGE
        assert step(claimed(Case(), LetterKind.ACKNOWLEDGEMENT)) is Step.TRIAGE

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("warning_1", Step.RECORD_MILESTONE),
            ("progress_1", Step.RECORD_MILESTONE),
            ("escalation_1", Step.ESCALATE),
            ("deadlock", Step.DECLARE_DEADLOCK),
            ("due", Step.RECORD_MILESTONE),
        ],
    )
    def test_each_milestone_has_its_step(self, name: str, expected: Step) -> None:
        case = investigating()
        only = [one for one in milestones(SANDBOX, case.complaint) if one.name == name]
        assert next_step(case.complaint, only, only[0].at, CLAIM_EXPIRY).step is expected

    def test_each_kind_of_letter_has_its_step(self) -> None:
        assert set(SENDING) == set(LetterKind)

    @pytest.mark.parametrize(
        ("stage", "kind", "expected"),
        [
            (Stage.RECEIVED, LetterKind.ACKNOWLEDGEMENT, Step.ACKNOWLEDGE),
            (Stage.DECIDED, LetterKind.FINAL_RESPONSE, Step.RESOLVE),
            (Stage.DEADLOCKED, LetterKind.DEADLOCK, Step.REFER_TO_ADR),
            (Stage.RESOLVED, LetterKind.FEEDBACK_REQUEST, Step.ASK_FOR_FEEDBACK),
        ],
    )
    def test_a_letter_owed_is_sent_by_its_step(self, stage: Stage, kind: LetterKind, expected: Step) -> None:
        asked = ask(at_stage(stage))
        assert asked.letter
        assert (asked.step, asked.letter.kind) == (expected, kind)


class TestLettersInFlight:
    def test_a_statutory_letter_of_unknown_fate_goes_again(self) -> None:
        case = claimed(Case(), LetterKind.ACKNOWLEDGEMENT)
        assert ask(case, case.now + CLAIM_EXPIRY).step is Step.ACKNOWLEDGE

    def test_any_other_letter_of_unknown_fate_is_given_up(self) -> None:
        case = at_stage(Stage.RESOLVED)
        claimed(case, LetterKind.FEEDBACK_REQUEST)
        case.do(c.GiveFeedback(score=3))
        assert ask(case).step is Step.CLOSE
        asked = ask(case, case.now + CLAIM_EXPIRY)
        assert asked.step is Step.GIVE_UP_LETTER
        assert asked.letter == case.letter(LetterKind.FEEDBACK_REQUEST)

    def test_a_wait_ends_when_a_letter_may_go_again(self) -> None:
        case = investigating()
        case.do(c.RequestInformation(content=personal("question")))
        claimed(case, LetterKind.INFORMATION_REQUEST)
        key = case.letter(LetterKind.INFORMATION_REQUEST).key
        case.do(c.RecordLetterRefused(letter=key, reason="throttled", permanent=False), SYSTEM)
        assert ask(case).until == seconds(5)


class TestClaimsOfALetterThatLostItsPoint:
    """A worker that died may have sent it: nobody sends it again, and nobody may forget it."""

    @pytest.fixture
    def withdrawn(self) -> Case:
        """A complaint that its player took back while its acknowledgement was about to leave."""
        case = claimed(Case(), LetterKind.ACKNOWLEDGEMENT)
        case.do(c.Withdraw(), "player")
        return case

    def test_a_closed_complaint_waits_until_the_claim_has_run_out(self, withdrawn: Case) -> None:
        expected = NextStep(step=Step.FEEDBACK, until=withdrawn.now + CLAIM_EXPIRY)
        assert ask(withdrawn) == expected
        assert ask(withdrawn, withdrawn.now + CLAIM_EXPIRY - timedelta(milliseconds=1)) == expected

    def test_then_it_is_given_up_even_if_the_law_asks_for_it_and_the_complaint_rests(
        self, withdrawn: Case
    ) -> None:
        asked = ask(withdrawn, withdrawn.now + CLAIM_EXPIRY)
        letter = withdrawn.letter(LetterKind.ACKNOWLEDGEMENT)
        assert asked == NextStep(step=Step.GIVE_UP_LETTER, letter=letter)
        withdrawn.do(c.AbandonLetter(letter=letter.key), SYSTEM, at=withdrawn.now + CLAIM_EXPIRY)
        assert ask(withdrawn).step is Step.DONE

    def test_a_person_is_asked_and_may_say_that_it_is_done(self, withdrawn: Case) -> None:
        key = withdrawn.letter(LetterKind.ACKNOWLEDGEMENT).key
        withdrawn.do(c.AbandonLetter(letter=key), SYSTEM, at=withdrawn.now + CLAIM_EXPIRY)
        [task] = withdrawn.complaint.open_tasks
        assert (task.task, task.letter) == ("letter_outcome_unknown", key)
        withdrawn.do(c.CloseTask(opened=task.opened, outcome="done", content={}))
        assert not withdrawn.complaint.open_tasks
        assert ask(withdrawn).step is Step.DONE

    def test_the_news_that_it_left_ends_the_wait_and_later_the_task(self, withdrawn: Case) -> None:
        key = withdrawn.letter(LetterKind.ACKNOWLEDGEMENT).key
        left = c.RecordLetterSent(letter=key, message_id="message-1")
        withdrawn.do(c.AbandonLetter(letter=key), SYSTEM, at=withdrawn.now + CLAIM_EXPIRY)
        withdrawn.do(left, SYSTEM)
        assert not withdrawn.complaint.open_tasks
        assert ask(withdrawn).step is Step.DONE

    def test_the_news_that_it_left_in_time_leaves_nothing_to_do(self, withdrawn: Case) -> None:
        key = withdrawn.letter(LetterKind.ACKNOWLEDGEMENT).key
        withdrawn.do(c.RecordLetterSent(letter=key, message_id="message-1"), SYSTEM)
        assert ask(withdrawn).step is Step.DONE

    @pytest.mark.parametrize("later", [timedelta(), CLAIM_EXPIRY])
    def test_after_the_order_to_erase_nothing_is_waited_for(self, withdrawn: Case, later: timedelta) -> None:
        withdrawn.do(c.OrderErasure(because="request"))
        assert ask(withdrawn, withdrawn.now + later).step is Step.DONE

    def test_the_order_to_erase_ends_the_task(self, withdrawn: Case) -> None:
        key = withdrawn.letter(LetterKind.ACKNOWLEDGEMENT).key
        withdrawn.do(c.AbandonLetter(letter=key), SYSTEM, at=withdrawn.now + CLAIM_EXPIRY)
        withdrawn.do(c.OrderErasure(because="request"))
        assert not withdrawn.complaint.open_tasks
        assert ask(withdrawn).step is Step.DONE

    def test_at_an_open_complaint_that_has_gone_on_it_is_given_up_likewise(self) -> None:
        case = investigating()
        case.do(c.RequestInformation(content=personal("question")))
        claimed(case, LetterKind.INFORMATION_REQUEST)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        claimed_at = case.now
        case.send(LetterKind.FINAL_RESPONSE)
        case.send(LetterKind.FEEDBACK_REQUEST)
        assert case.complaint.stage is Stage.RESOLVED
        ahead = NextStep(step=Step.FEEDBACK, until=claimed_at + CLAIM_EXPIRY)
        assert next_step(case.complaint, [], case.now, CLAIM_EXPIRY) == ahead
        asked = next_step(case.complaint, [], claimed_at + CLAIM_EXPIRY, CLAIM_EXPIRY)
        assert asked == NextStep(step=Step.GIVE_UP_LETTER, letter=case.letter(LetterKind.INFORMATION_REQUEST))

    def test_a_second_look_forgets_no_claim_of_the_first(self) -> None:
        case = at_stage(Stage.RESOLVED)
        claimed(case, LetterKind.FEEDBACK_REQUEST)
        case.do(c.Reopen(ground="disputed", content=personal("why")))
        case.send(LetterKind.REOPENED)
        asked = next_step(case.complaint, [], case.now + CLAIM_EXPIRY, CLAIM_EXPIRY)
        assert asked.step is Step.GIVE_UP_LETTER
        assert asked.letter == case.letter(LetterKind.FEEDBACK_REQUEST)


class TestWaiting:
    def test_a_wait_ends_at_the_next_milestone(self) -> None:
        asked = ask(investigating())
        assert (asked.step, asked.until) == (Step.INVESTIGATE, seconds(12))

    def test_a_deadlocked_complaint_waits_for_the_independent_body_until_the_players_limit(self) -> None:
        case = at_stage(Stage.DEADLOCKED)
        case.send(LetterKind.DEADLOCK, at=seconds(38))
        asked = ask(case)
        assert (asked.step, asked.until) == (Step.WAIT_FOR_ADR, seconds(53))
        reached(case, "due", "adr_window")
        assert (ask(case).step, ask(case).reason) == (Step.CLOSE, "adr_window_ended")

    def test_a_resolved_complaint_waits_for_feedback_until_its_window_ends(self) -> None:
        case = at_stage(Stage.RESOLVED)
        case.send(LetterKind.FEEDBACK_REQUEST)
        asked = ask(case)
        assert (asked.step, asked.until) == (Step.FEEDBACK, seconds(15))
        reached(case, "due", "feedback")
        assert (ask(case).step, ask(case).reason) == (Step.CLOSE, "feedback_window_ended")

    def test_with_nothing_ahead_the_wait_is_open(self) -> None:
        case = at_stage(Stage.DECIDED)
        claimed(case, LetterKind.FINAL_RESPONSE)
        key = case.letter(LetterKind.FINAL_RESPONSE).key
        case.do(c.RecordLetterRefused(letter=key, reason="no such address", permanent=True), SYSTEM)
        reached(case, "due")
        case.send(LetterKind.BREACH)
        reached(case, "due", "gateway")
        assert ask(case) == NextStep(step=Step.INVESTIGATE)

    def test_a_closed_complaint_is_done_whatever_its_clock_says(self) -> None:
        late = [late_milestone("warning_1")]
        assert next_step(at_stage(Stage.CLOSED).complaint, late, T0, CLAIM_EXPIRY).step is Step.DONE

    def test_a_breach_that_nobody_noticed_before_the_complaint_was_closed_is_recorded(self) -> None:
        late = [late_milestone("due", breach=True)]
        step = next_step(at_stage(Stage.CLOSED).complaint, late, T0, CLAIM_EXPIRY)
        assert (step.step, step.milestone) == (Step.RECORD_MILESTONE, late[0])
