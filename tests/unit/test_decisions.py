"""What people do with a complaint, and what they are refused."""

from copy import replace

import pytest

from redress.domain import commands as c
from redress.domain import complaint as complaints
from redress.domain import events as e
from redress.domain.commands import Command
from redress.domain.errors import IllegalTransition
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    HANDLER,
    PERSONAL,
    PLAYER,
    PROPOSE,
    PROPOSE_REDRESS,
    SYSTEM,
    TRIAGE,
    Case,
    at_stage,
    milestone,
    personal,
    submit,
)


@pytest.fixture
def case() -> Case:
    return at_stage(Stage.INVESTIGATING)


def refuses(case: Case, command: Command, why: str, actor: str = HANDLER) -> None:
    before = list(case.records)
    with pytest.raises(IllegalTransition, match=why):
        case.do(command, actor)
    assert case.records == before


class TestIntake:
    def test_a_new_complaint_is_what_was_submitted(self) -> None:
        complaint = Case(submit(category="bonuses", amount_minor=2550)).complaint
        assert (complaint.stage, complaint.version) == (Stage.RECEIVED, 1)
        assert (complaint.category, complaint.amount_minor, complaint.currency) == ("bonuses", 2550, "GBP")

    def test_what_the_player_wrote_is_beside_the_event_and_not_in_it(self) -> None:
        assert PERSONAL not in Case().records[0].text

    def test_a_history_begins_with_receipt(self, case: Case) -> None:
        with pytest.raises(TypeError, match="begins with LetterClaimed"):
            complaints.fold(case.records[1:])


class TestTriageAndAssignment:
    def test_triage_gives_team_and_severity(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        case.do(TRIAGE, SYSTEM)
        assert (case.complaint.team, case.complaint.severity) == ("payments", "normal")

    def test_triage_need_not_wait_for_the_acknowledgement(self) -> None:
        case = Case()
        case.do(TRIAGE, SYSTEM)
        case.do(c.RecordLetterSent(letter="acknowledgement-1", message_id="m"), SYSTEM)
        assert case.complaint.stage is Stage.INVESTIGATING
        assert case.complaint.acknowledged_at == case.now

    def test_assignment_gives_a_person_and_may_move_the_team(self, case: Case) -> None:
        case.do(c.Assign(assignee="subject-1", team="care"))
        assert (case.complaint.assignee, case.complaint.team) == ("subject-1", "care")


class TestInformation:
    def test_a_question_makes_the_complaint_wait_for_the_player_and_a_reply_ends_it(self, case: Case) -> None:
        case.do(c.RequestInformation(content=personal("question")))
        assert case.complaint.waiting_for_player
        case.do(c.Reply(content=personal("reply")), PLAYER)
        assert not case.complaint.waiting_for_player

    def test_a_player_may_write_without_being_asked(self, case: Case) -> None:
        [change] = case.do(c.Reply(content=personal("reply")), PLAYER)
        assert change == type(change)(event=e.PlayerReplied(), content=personal("reply"))

    def test_a_player_who_replies_after_closing_is_refused(self) -> None:
        refuses(at_stage(Stage.CLOSED), c.Reply(content=personal("reply")), "stage 'closed'", PLAYER)


class TestDecision:
    def test_a_proposal_decides_nothing_yet(self, case: Case) -> None:
        case.do(PROPOSE)
        assert case.complaint.stage is Stage.INVESTIGATING
        assert case.complaint.proposal
        assert case.complaint.decision is None

    def test_approval_makes_the_proposal_the_decision(self, case: Case) -> None:
        case.do(PROPOSE)
        proposal = case.complaint.proposal
        case.do(APPROVE, APPROVER)
        assert case.complaint.stage is Stage.DECIDED
        assert proposal
        assert case.complaint.decision == replace(proposal, approved_by=APPROVER)
        assert case.complaint.proposal is None
        assert case.complaint.decided_at == case.now

    def test_the_decision_points_to_the_event_that_holds_its_reasons(self, case: Case) -> None:
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        decision = case.complaint.decision
        assert decision
        assert isinstance(case.records[decision.seq - 1].event, e.DecisionProposed)

    def test_the_approval_repeats_outcome_and_redress_so_that_the_register_needs_no_proposal(
        self, case: Case
    ) -> None:
        case.do(PROPOSE_REDRESS)
        change, _to_pay = case.do(APPROVE, APPROVER)
        assert change.event == e.DecisionApproved(
            outcome="partly_upheld", redress_minor=1000, currency="GBP", redress_kind="refund"
        )

    def test_nobody_decides_twice(self, case: Case) -> None:
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        refuses(case, PROPOSE, "stage 'decided'")
        refuses(case, APPROVE, "stage 'decided'", APPROVER)

    def test_one_proposal_waits_at_a_time(self, case: Case) -> None:
        case.do(PROPOSE)
        refuses(case, PROPOSE, "another proposal waits")

    def test_what_was_not_proposed_is_neither_approved_nor_returned(self, case: Case) -> None:
        refuses(case, APPROVE, "no proposal waits")
        refuses(case, c.ReturnDecision(content=personal("comment")), "no proposal waits")

    def test_a_returned_proposal_may_be_made_again(self, case: Case) -> None:
        case.do(PROPOSE)
        case.do(c.ReturnDecision(content=personal("comment")), APPROVER)
        refuses(case, APPROVE, "no proposal waits", APPROVER)
        case.do(PROPOSE)
        assert case.complaint.proposal

    def test_the_proposer_may_not_approve_where_a_second_person_is_asked_for(self, case: Case) -> None:
        case.do(PROPOSE, HANDLER)
        second = c.ApproveDecision(second_person=True)
        refuses(case, second, "may not approve it", HANDLER)
        case.do(second, APPROVER)
        assert case.complaint.stage is Stage.DECIDED

    def test_the_proposer_may_approve_where_nobody_asked_for_a_second_person(self, case: Case) -> None:
        case.do(PROPOSE, HANDLER)
        case.do(APPROVE, HANDLER)
        assert case.complaint.stage is Stage.DECIDED

    def test_a_late_decision_is_possible_after_deadlock(self) -> None:
        case = at_stage(Stage.DEADLOCKED)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        assert case.complaint.stage is Stage.DECIDED


class TestTheEnd:
    def test_withdrawing_closes_at_once(self, case: Case) -> None:
        case.do(c.Withdraw(content=personal("reason")), PLAYER)
        complaint = case.complaint
        assert (complaint.stage, complaint.closed_because) == (Stage.CLOSED, "withdrawn")
        assert complaint.withdrawn_at == complaint.closed_at == case.now

    def test_withdrawing_needs_no_reason(self, case: Case) -> None:
        assert [change.content for change in case.do(c.Withdraw(), PLAYER)] == [None, None]

    def test_what_is_decided_cannot_be_withdrawn(self) -> None:
        refuses(at_stage(Stage.DECIDED), c.Withdraw(), "stage 'decided'", PLAYER)

    def test_feedback_is_given_once(self) -> None:
        case = at_stage(Stage.RESOLVED)
        case.do(c.GiveFeedback(score=2, content=personal("comment")), PLAYER)
        assert case.complaint.feedback_score == 2
        refuses(case, c.GiveFeedback(score=5), "given already", PLAYER)

    def test_a_closed_complaint_says_why_and_when(self) -> None:
        complaint = at_stage(Stage.CLOSED).complaint
        assert complaint.closed_because == "completed"
        assert complaint.closed_at


class TestMilestones:
    def test_a_milestone_is_recorded_once_for_each_version_of_its_deadline(self, case: Case) -> None:
        assert len(case.do(milestone(), SYSTEM)) == 1
        assert case.do(milestone(), SYSTEM) == []
        moved = c.ReachMilestone(**{**vars(milestone()), "deadline_version": "2"})
        assert len(case.do(moved, SYSTEM)) == 1

    def test_an_escalation_goes_up_one_level_with_its_milestone(self, case: Case) -> None:
        changes = case.do(milestone("escalation_2", level=2), SYSTEM)
        assert [type(change.event) for change in changes] == [e.MilestoneReached, e.Escalated]
        assert case.complaint.escalation_level == 2

    def test_a_breach_is_on_record_as_one(self, case: Case) -> None:
        [change] = case.do(milestone("due", breach=True), SYSTEM)
        assert isinstance(change.event, e.MilestoneReached)
        assert change.event.breach

    def test_deadlock_declared_twice_is_one_deadlock(self, case: Case) -> None:
        case.do(milestone("deadlock"), SYSTEM)
        assert case.do(milestone("deadlock"), SYSTEM) == []
